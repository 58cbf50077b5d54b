"""Accepted requests are carried out from the command line as on the screen: shown, done, undone."""

import json

import pytest

from core.settings import settings
from core.store import connect
from tests.cli_parts import command_line
from tests.tool_parts import accepted, action_ids, bring, person


@pytest.fixture
def accepted_request(tmp_path, monkeypatch):
    """Of Ana's, accepted by two others; gives its number."""
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "var"))
    settings.cache_clear()
    db = connect(settings().database)
    ana = person(db, "Ana", "analyst")
    people = [person(db, "Rex", "reviewer"), person(db, "Kim", "risk reviewer", "manager")]
    document_id = bring(db, ana)
    item = accepted(db, ana, people, document_id, action_ids(db, ana, document_id, "high", "critical")[:1])
    db.close()
    yield str(item.number)
    settings.cache_clear()


@pytest.fixture
def do(accepted_request, tmp_path, monkeypatch):
    return command_line(tmp_path / "var", monkeypatch)


def test_what_would_be_done_is_shown_and_done_only_when_told(do, accepted_request):
    shown = do("--as", "Ana", "tools", "run", accepted_request, "--tool", "ticket")
    assert (shown.code, shown.out) == (0, "")
    assert "1 call shown, none made" in shown.err
    assert do("--as", "Ana", "tickets", "list").out == ""
    assert do("--as", "Ana", "tools", "run", accepted_request, "--tool", "ticket", "email", "--yes").code == 0
    (ticket,) = do("--as", "Ana", "tickets", "list").cells
    assert ticket[:2] == ["1", "open"]


def test_a_staged_file_is_fetched_and_everything_undone_with_a_reason(do, accepted_request, tmp_path):
    do("--as", "Ana", "tools", "run", accepted_request, "--tool", "email", "ticket", "--yes")
    calls = [
        json.loads(line) for line in do("--as", "Ana", "tools", "calls", accepted_request, "--json").out.splitlines()
    ]
    staged = next(one["id"] for one in calls if one["tool"] == "email")
    assert do("--as", "Ana", "tools", "fetch", staged, "--out", tmp_path / "draft.eml").code == 0
    assert b"X-Unsent: 1" in (tmp_path / "draft.eml").read_bytes()
    refused = do("--as", "Ana", "tools", "undo", accepted_request, "--reason", "Not ours.")
    assert refused.code == 4
    assert do("--as", "Rex", "tools", "undo", accepted_request, "--reason", "Not ours.").code == 0
    (ticket,) = do("--as", "Ana", "tickets", "list").cells
    assert ticket[1] == "closed"
    assert do("--as", "Ana", "tools", "fetch", staged, "--out", tmp_path / "again.eml").code == 5


def test_a_tool_that_is_not_listed_or_switched_off_is_refused(do, accepted_request):
    assert do("--as", "Ana", "tools", "run", accepted_request, "--tool", "rm", "--yes").code == 3
    assert do("--as", "Ana", "tools", "run", accepted_request, "--tool", "jira", "--yes").code == 4
    assert do("--as", "Ana", "tools", "plan", accepted_request).code == 0


def test_where_there_are_accounts_nobody_acts_without_a_name(do, accepted_request):
    assert do("tools", "plan", accepted_request).code == 4
