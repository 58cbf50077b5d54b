"""The log from the command line."""

import json
from contextlib import closing

import pytest

from core.activity.files import read_csv, read_lines
from core.audit import say
from core.identity import LOCAL
from core.settings import settings
from core.store import connect, write
from tests.audit_parts import act, noted, outside
from tests.cli_parts import command_line
from tests.page_parts import folder


@pytest.fixture
def db(tmp_path, monkeypatch):
    with folder(tmp_path / "var", monkeypatch), closing(connect(settings().database)) as db:
        for number in range(1, 6):
            act(db, number)
        yield db


@pytest.fixture
def copilot(db, tmp_path, monkeypatch):
    return command_line(tmp_path / "var", monkeypatch)


def test_entries_are_listed_the_latest_first_and_narrowed(copilot):
    assert [cells[0] for cells in copilot("audit", "list").cells] == ["5", "4", "3", "2", "1"]
    assert [cells[0] for cells in copilot("audit", "list", "--text", "3").cells] == ["3"]
    done = copilot("audit", "list", "--limit", 2)
    assert "2 of 5 shown; --before 4" in done.err
    assert copilot("audit", "list", "--before", 3, "--json").out.startswith('{"number": 2')
    assert "No entry" in copilot("audit", "list", "--who", "nobody").err
    assert len(copilot("audit", "list", "--who", "local", "--event", "item.accepted", "--kind", "did").cells) == 5
    assert copilot("audit", "list", "--to", "2020-01-01").cells == []


def test_one_entry_is_shown_with_what_was_said(copilot, db):
    with write(db):
        say(db, LOCAL, "item:1", "reason", "It counts from awareness.")
    shown = {cells[0]: cells[1] for cells in copilot("audit", "show", 6).cells}
    assert (shown["Said"], shown["What"], len(shown["Hash"])) == ("It counts from awareness.", "remark.said", 64)
    assert json.loads(copilot("audit", "show", 6, "--json").out)["remark_text"] == "It counts from awareness."
    assert copilot("audit", "show", 99).code == 3


def test_an_intact_log_verifies_and_what_was_verified_is_not_read_again(copilot):
    done = copilot("audit", "verify")
    assert (done.code, "intact: 5 entries read" in done.err) == (0, True)
    assert "intact: 1 entry read" in copilot("audit", "verify").err
    assert "7 entries read, all of it" in copilot("audit", "verify", "--all").err


def test_what_is_wrong_is_named_and_the_code_says_so(copilot, db):
    outside(db, "update audit set user_id = 'somebody' where number = 2", "delete from audit where number = 4")
    done = copilot("audit", "verify", "--all")
    assert done.code == 7
    assert "Entry 2 was changed" in done.err
    assert "Entry 4 was removed" in done.err
    assert "NOT intact" in done.err
    told = json.loads(copilot("audit", "verify", "--all", "--json").out)
    assert (told["ok"], told["first_bad"]) == (False, 2)


def test_a_missing_heads_file_is_named(copilot, db):
    noted(db).unlink()
    assert "is missing" in copilot("audit", "verify").err


def test_a_head_is_exported_and_compared_later(copilot, db, tmp_path):
    kept = tmp_path / "head.json"
    assert copilot("audit", "head", "--out", kept).code == 0
    done = copilot("audit", "compare", kept)
    assert (done.code, "is as it was" in done.err) == (0, True)
    outside(db, "delete from audit where number > 3")
    done = copilot("audit", "compare", kept)
    assert (done.code, "were taken away" in done.err) == (7, True)
    assert copilot("audit", "compare", "-", stdin=b"{}").code == 2


def test_entries_are_exported_in_both_formats(copilot, tmp_path):
    assert copilot("audit", "export", "--out", tmp_path / "log.csv").code == 0
    assert [one.number for one in read_csv((tmp_path / "log.csv").read_bytes())] == [1, 2, 3, 4, 5]
    found = read_lines(copilot("audit", "export", "--event", "log.exported").out.encode())
    assert [one.number for one in found] == [6]
