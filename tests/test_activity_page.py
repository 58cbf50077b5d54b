"""Activity as people see it: their part of the log, whether it is intact, and one entry with what was said."""

import json
from contextlib import closing

import pytest

from core import activity, audit, telemetry
from core.audit import heads, sealing
from core.audit import outside as heads_file
from core.identity import LOCAL
from core.settings import settings
from core.store import connect, write
from core.types import User
from tests.audit_parts import act, noted, outside
from tests.library_parts import bring
from tests.page_parts import button, folder, opened, said

HOSTILE = "<script>alert(1)</script> [here](https://x.example) :material/check:"


@pytest.fixture
def db(tmp_path, monkeypatch):
    with folder(tmp_path / "var", monkeypatch), closing(connect(settings().database)) as db:
        yield db


@pytest.fixture
def told(db):
    for number in range(1, 6):
        act(db, number)
    audit.seen(db, LOCAL, "item:1", "aa")
    audit.refused(db, LOCAL, "item:1", "self_approval")
    return db


def listed(at):
    return at.dataframe[0].value.to_dict("records")


def test_an_empty_log_says_how_it_begins(db):
    shown = said(opened("activity"))
    assert "The log is empty" in shown
    assert "The log has no entry yet" in shown


def test_entries_are_listed_the_latest_first_with_who_and_what(told):
    rows = listed(opened("activity"))
    assert [row["No."] for row in rows] == [7, 6, 5, 4, 3, 2, 1]
    assert (rows[0]["What"], rows[0]["Who"], rows[0]["Details"]) == (
        "Request refused",
        "Local user",
        "why self approval",
    )


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"kind": "saw"}, [6]), ({"kind": "refused"}, [7]), ({"event": ["item.refused", "item.seen"]}, [7, 6]),
        ({"subject": "item:1"}, [7, 6]), ({"text": "3"}, [3]), ({"kind": "nonsense"}, [7, 6, 5, 4, 3, 2, 1]),
        ({"period": "1000y", "p": "99"}, [7, 6, 5, 4, 3, 2, 1]),
    ],
)  # fmt: skip
def test_the_address_says_which_entries(told, asked, numbers):
    at = opened("activity", **asked)
    assert not at.exception
    assert [row["No."] for row in listed(at)] == numbers


def test_where_nothing_matches_the_page_says_what_to_do(told):
    assert "No entry matches" in said(opened("activity", text="zzz"))


def test_the_days_are_a_picture_of_what_was_done_seen_and_refused(told):
    figure = json.loads(opened("activity").get("plotly_chart")[0].proto.spec)
    assert {one["name"]: sum(one["y"]) for one in figure["data"]} == {"Done": 5, "Seen": 1, "Refused": 1}


def test_one_entry_is_shown_with_its_hash_and_what_was_said(db):
    with write(db):
        audit.say(db, LOCAL, "item:1", "reason", HOSTILE)
    at = opened("activity", entry="1")
    assert not at.exception
    shown = said(at)
    assert "Entry 1" in shown
    assert "\\<script\\>" in shown
    assert "<script>" not in shown.replace("\\<script\\>", "")
    assert activity.entry(db, LOCAL, 1).hash in str(at.table[0].value.to_dict()).replace(" ", "")


@pytest.mark.parametrize("asked", ["0", "99", "x", "9" * 40, "<b>"])
def test_an_address_with_no_entry_says_so_and_keeps_the_list(told, asked):
    at = opened("activity", entry=asked)
    assert not at.exception
    assert "There is no entry" in said(at)
    assert len(listed(at)) == 7


def test_a_click_verifies_and_says_so(told):
    at = opened("activity")
    assert "Not verified yet" in said(at)
    at = button(at, "Verify what is new").click().run()
    assert "Intact: 7 entries verified" in said(at).replace("\\", "")
    assert "Verified up to entry 8" in said(opened("activity"))


def test_a_changed_log_is_said_at_once_and_what_was_found_is_named(told):
    activity.check(told, LOCAL)
    outside(told, "delete from audit where number = 8", guards=False)
    at = opened("activity")
    shown = said(at)
    assert "Not intact" in shown
    assert "was cut off" in shown
    assert "was taken away" in shown


def test_what_only_a_whole_verification_finds_stays_said(told):
    activity.check(told, LOCAL)
    outside(told, "update audit set user_id = 'somebody' where number = 3")
    assert "Intact" in said(opened("activity"))
    at = button(opened("activity"), "Verify all").click().run()
    assert "Entry 3 was changed" in said(at)
    assert "Not intact" in said(opened("activity"))


def test_a_checkpoint_that_somebody_wrote_is_said_also_where_the_log_is_long(told, monkeypatch):
    activity.check(told, LOCAL)
    sealing.path(told).write_text("{}")
    monkeypatch.setattr("core.activity.checking.AT_A_GLANCE", 2)
    at = opened("activity")
    assert "Not intact" in said(at)
    assert "Verify all to see what is wrong" in said(at)
    at = button(at, "Verify all").click().run()
    assert "was changed, or is sealed with another key" in said(at)
    at = button(at, "Verify all").click().run()
    assert "Not intact" not in said(at)


def test_a_missing_heads_file_is_said(told):
    noted(told).unlink()
    assert "is missing" in said(opened("activity")).replace("\\", "")


def test_the_head_on_the_page_is_the_one_that_is_exported(told):
    at = opened("activity")
    kept = json.loads(heads_file.written(told))
    assert at.code[0].value == kept["hash"]
    assert heads.path(told)


# --- who saw what -----------------------------------------------------------------------------------------------


def seen(db):
    return [(one.event, one.user_id) for one in activity.entries(db, LOCAL, activity.Filter(kind="saw"))]


@pytest.mark.parametrize(
    ("label", "views"), [("public", 0), ("internal", 0), ("confidential", 1), ("restricted", 1)]
)  # fmt: skip
def test_opening_a_guarded_document_is_logged_once_and_not_each_time_it_is_drawn(db, label, views):
    document_id = bring(db, LOCAL, card={"sensitivity": label.capitalize()})
    at = opened("document", document=document_id)
    at.run()
    assert not at.exception
    assert seen(db) == [("document.seen", "local")] * views


def test_looking_at_somebody_elses_trace_is_logged_and_at_ones_own_is_not(db):
    telemetry.start(settings())
    for person, trace in ((LOCAL, "a" * 32), (User(id="dario", name="D", roles=("analyst",)), "d" * 32)):
        with telemetry.of(person), telemetry.resumed(trace), telemetry.span("copilot.window"):
            pass
    assert telemetry.flush()
    for trace in ("a" * 32, "d" * 32):
        opened("traces", trace=trace)
    assert seen(db) == [("trace.seen", "local")]
