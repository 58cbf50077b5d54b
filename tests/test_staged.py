"""What is staged for a person holds what was accepted and nothing that its words would add to it."""

import csv
import email
import io
from email.policy import default

import pytest
from icalendar import Calendar

from core.tools import files

HOSTILE = "Report\r\nBcc: all@evil.example\r\n\r\nX\x00\x0b\u2028ATTENDEE:mailto:evil@evil.example\nEND:VEVENT"
ENTRY = {"summary": HOSTILE, "description": HOSTILE, "due": "2026-12-31", "priority": "critical"}


@pytest.mark.parametrize(
    "subject", [HOSTILE, "=?utf-8?B?DQpCY2M6IGE=?= x", "=?utf-8?q?=0ABcc:_a?=", "ü" * 299, "a\rb\nc\u2029d"]
)
def test_words_in_a_subject_add_no_header_and_name_nobody(subject):
    made = files.email({"subject": subject, "body": HOSTILE}, "action-1").bytes
    read = email.message_from_bytes(made, policy=default)
    assert set(map(str.lower, read.keys())) == {
        "subject", "x-unsent", "content-type", "content-transfer-encoding", "mime-version",
    }  # fmt: skip
    assert not read.is_multipart()
    assert "\n" not in read["subject"]


def test_a_date_is_a_whole_day_that_calendars_take_in_and_its_words_add_nobody():
    made = Calendar.from_ical(files.calendar({"entries": [ENTRY, ENTRY]}, "action-1").bytes)
    first, second = made.walk("VEVENT")
    assert (str(first.decoded("dtstart")), str(first.decoded("dtend"))) == ("2026-12-31", "2027-01-01")
    assert first["transp"] == "TRANSPARENT"
    assert made.to_ical() == files.calendar({"entries": [ENTRY, ENTRY]}, "action-1", first.decoded("dtstamp")).bytes
    assert first["uid"] != second["uid"]
    assert "attendee" not in first
    assert "ATTENDEE" in first["summary"]  # as words


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_no_cell_of_the_import_file_is_run_by_a_spreadsheet(words):
    issue = {"title": words, "body": words, "priority": "high", "due": None, "id": words, "owner": words}
    made = files.jira_csv({"issues": [issue]}, "action-1").bytes.decode("utf-8-sig")
    cells = [cell for line in list(csv.reader(io.StringIO(made)))[1:] for cell in line]
    assert cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
