"""The queue from the command line: the same rights, the same refusals, exit codes that say what happened."""

import json

import pytest

from core import review
from core.cli import approvals, decisions
from core.store import connect, write
from tests.cli_parts import command_line
from tests.review_parts import ADA, BEN, DOCUMENT, account, asked, says, shelved, state


@pytest.fixture
def db(tmp_path):
    opened = connect(tmp_path / "var" / "copilot.db")
    shelved(opened)
    with write(opened):
        for id, name, role in (("ada", "Ada", "analyst"), ("ben", "Ben", "reviewer"), ("ria", "Ria", "risk reviewer")):
            account(opened, id, name, '["public", "internal"]', role)
    return opened


@pytest.fixture
def copilot(db, tmp_path, monkeypatch):
    return command_line(tmp_path / "var", monkeypatch)


def test_the_options_name_what_the_queue_knows():
    assert approvals.VIEWS == review.VIEWS
    assert tuple(review.SORTS) == approvals.SORTS
    assert set(approvals.STATES) == {step.after for step in review.STEPS.values()} | {"draft"}
    assert set(decisions.VERDICTS.values()) == set(review.VERDICTS)


def test_asked_for_by_one_and_decided_by_others_on_what_they_were_shown(db, copilot):
    done = copilot("--as", "Ada", "approvals", "submit", DOCUMENT, "critical")
    [[id, number, first, _]] = done.cells
    assert (done.code, first) == (0, "submitted")
    assert copilot("--as", "Ben", "approvals", "list").cells[0][:4] == [id, number, "critical", "submitted"]
    told = json.loads(copilot("--as", "Ben", "approvals", "show", number, "--json").out)
    assert told["need"] == "2 people, one of them a risk reviewer"
    first = copilot("--as", "Ben", "approvals", "accept", number, "--shown", told["digest"][:12])
    assert first.code == 0
    assert f"Accepted by 1 of 2; a risk reviewer must be among them. Request {number} still waits." in first.err
    last = copilot("--as", "Ria", "approvals", "accept", id[:6], "--shown", told["digest"])
    assert (last.code, last.err) == (0, f"copilot: Request {number} is accepted.\n")


def test_who_asked_for_a_change_is_told_of_the_new_words_and_decides_on_those(db, copilot):
    item = asked(db, "high")
    back = copilot("--as", "Ben", "approvals", "change", item.number, "--shown", item.digest, "--reason", "Sooner")
    assert back.err == f"copilot: Request {item.number} is waiting for a change.\n"
    review.amend(db, ADA, item.id, {"high": {"title": "Do it sooner"}})
    old = copilot("--as", "Ben", "approvals", "accept", item.number, "--shown", item.digest)
    assert (old.code, "changed since you read it" in old.err) == (5, True)
    told = json.loads(copilot("--as", "Ben", "approvals", "show", item.number, "--json").out)
    assert copilot("--as", "Ben", "approvals", "accept", item.number, "--shown", told["digest"]).code == 0


def test_an_empty_queue_says_where_the_rest_is(db, copilot):
    done = copilot("--as", "Ben", "approvals", "list")
    assert (done.code, done.out, "--view all" in done.err) == (0, "", True)


def test_the_requester_is_refused_with_a_reason_and_code_4(db, copilot):
    item = asked(db, "high")
    done = copilot("--as", "Ada", "approvals", "accept", item.number, "--shown", item.digest)
    assert (done.code, "decide on actions" in done.err) == (4, True)
    assert state(db, item) == "submitted"


def test_a_stale_decision_says_what_is_different_and_leaves_with_5(db, copilot):
    item = asked(db, "high")
    review.amend(db, ADA, item.id, {"high": {"title": "Do it sooner"}})
    done = copilot("--as", "Ben", "approvals", "accept", item.number, "--shown", item.digest)
    assert (done.code, state(db, item)) == (5, "submitted")
    assert ["Do it sooner: title", "Do the high thing", "Do it sooner"] in done.cells


def test_a_repeated_command_with_its_own_token_decides_once(db, copilot):
    item = asked(db, "high")
    command = ("--as", "Ben", "approvals", "accept", item.number, "--shown", item.digest, "--token", "mine")
    assert copilot(*command).code == 0
    again = copilot(*command)
    assert (again.code, "was decided before" in again.err) == (0, True)


def test_what_the_queue_prints_is_decided_in_bulk_where_the_policy_allows(db, copilot):
    medium = asked(db, "medium")
    lines = copilot("--as", "Ben", "approvals", "list", "--risk", "low", "medium").out
    done = copilot("--as", "Ben", "approvals", "bulk", "accept", "-", stdin=lines)
    assert (done.code, done.cells) == (0, [[medium.id, "accepted"]])
    high = asked(db, "high")
    refused = copilot("--as", "Ben", "approvals", "bulk", "accept", f"{high.id}:{high.digest}")
    assert (refused.code, state(db, high)) == (4, "submitted")


def test_every_other_step_is_one_command(db, copilot):
    item = asked(db, "high")
    number = str(item.number)
    for person, command, after in (
        ("Ben", ("claim", number), "submitted"),
        ("Ben", ("release", number), "submitted"),
        ("Ben", ("comment", number, "Is it ours?"), "submitted"),
        ("Ben", ("change", number, "--shown", item.digest, "--reason", "A date is missing"), "change_requested"),
        ("Ada", ("amend", number, "--due", "2027-01-31"), "submitted"),
        ("Ada", ("drop", number, "--reason", "Not needed"), "dropped"),
    ):
        done = copilot("--as", person, "approvals", *command)
        assert (done.code, state(db, item)) == (0, after), done.err
    prepared = copilot("--as", "Ada", "approvals", "prepare", DOCUMENT, "high").cells[0]
    assert copilot("--as", "Ada", "approvals", "ask", prepared[1]).code == 0
    shown = copilot("--as", "Ben", "approvals", "show", prepared[1])
    assert "To decide on exactly this: --shown" in shown.err
    assert "The firm must not tell clients" in shown.out
    absent = copilot("--as", "Ben", "approvals", "show", "99")
    assert (absent.code, "There is no such request" in absent.err) == (3, True)


def test_rejected_escalated_and_revoked(db, copilot):
    one, two, three = asked(db, "high"), asked(db, "critical"), asked(db, "medium")
    says(db, BEN, three)
    for item, verb in ((one, "reject"), (two, "escalate")):
        done = copilot("--as", "Ben", "approvals", verb, item.number, "--shown", item.digest, "--reason", "So")
        assert done.code == 0, done.err
    assert copilot("--as", "Ben", "approvals", "revoke", three.number, "--reason", "Repealed").code == 0
    assert [state(db, item) for item in (one, two, three)] == ["rejected", "escalated", "revoked"]


def test_a_document_that_waits_is_decided_on_by_somebody_else(db, copilot):
    with write(db):
        db.execute("update document set gate = 'waiting'")
    assert copilot("--as", "Ria", "approvals", "list", "--kind", "document").cells[0][3] == "release"
    read = copilot("--as", "Ria", "approvals", "document", DOCUMENT)
    assert "Waits for\trelease" in read.out
    digest = next(line.split("\t")[1] for line in read.out.splitlines() if line.startswith("Digest"))
    decide = ("--as", "Ria", "approvals", "document", DOCUMENT, "accept", "--reason", "Quoted only", "--shown")
    assert copilot(*decide, "0" * 64).code == 5
    done = copilot(*decide, digest)
    assert (done.code, "released" in done.err) == (0, True)


def test_the_report_is_for_people_and_for_programs(db, copilot):
    says(db, BEN, asked(db, "high"))
    assert "Decisions\t1" in copilot("--as", "Ben", "approvals", "report").out
    assert json.loads(copilot("--as", "Ben", "approvals", "report", "--json").out)["decisions"] == 1
