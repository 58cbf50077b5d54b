"""Accepted requests are carried out once, as shown, by tools that are listed, and can be undone; the log tells all."""

import email
import json
import signal
import subprocess
import sys
from email.policy import default
from uuid import uuid4

import pytest

from core import jobs, register, review, tools, worker
from core.audit.verifying import verify
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.identity import rights
from core.review.table import TransitionError
from core.settings import ROOT, settings
from core.store import connect, rows, write
from tests.tool_parts import accepted, action_ids, bring, keys, person, tracker_as
from tests.tool_servers import KEY, tracker


@pytest.fixture
def db(tmp_path, monkeypatch):
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "var"))
    settings.cache_clear()
    yield connect(settings().database)
    settings.cache_clear()


@pytest.fixture
def ana(db):
    return person(db, "Ana", "analyst")


@pytest.fixture
def reviewers(db):
    return [person(db, "Rex", "reviewer"), person(db, "Kim", "risk reviewer", "manager")]


@pytest.fixture
def document_id(db, ana):
    return bring(db, ana)


@pytest.fixture
def item(db, ana, reviewers, document_id):
    return accepted(db, ana, reviewers, document_id, action_ids(db, ana, document_id, "high", "critical")[:1])


def state(db, user, item) -> str:
    return review.item(db, user, item.id).state


def events(db, *kinds: str) -> list[str]:
    return [row["event"] for row in rows(db, "select event from audit order by number") if row["event"] in kinds]


# --- the dry run ------------------------------------------------------------------------------------------------


def test_the_plan_shows_what_each_tool_would_get_and_does_nothing(db, ana, item):
    planned = {one.tool.name: one for one in tools.plan(db, ana, item.id)}
    (call,) = planned["ticket"].calls
    assert call.arguments["title"] == item.actions[0].title
    assert call.arguments["priority"] == item.actions[0].priority
    assert "switched off" in planned["jira"].refusal
    assert tools.executions(db, ana, item.id) == []
    assert state(db, ana, item) == "accepted"


def test_a_key_that_was_not_shown_is_refused_and_nothing_is_done(db, ana, item):
    with pytest.raises(Conflict, match="no longer what was shown"):
        tools.execute(db, ana, item.id, [*keys(db, ana, item, "ticket"), "0" * 64])
    with pytest.raises(BadInput, match="Nothing was chosen"):
        tools.execute(db, ana, item.id, [])
    assert tools.tickets(db, ana) == []
    assert state(db, ana, item) == "accepted"


# --- done once --------------------------------------------------------------------------------------------------


def test_a_ticket_is_opened_in_the_write_that_records_it(db, ana, item):
    (made,) = tools.execute(db, ana, item.id, keys(db, ana, item, "ticket"))
    (ticket,) = tools.tickets(db, ana)
    assert (made.state, made.result, made.confirmed_by) == ("done", {"ticket": ticket.number}, ana.id)
    assert made.decision_digest == item.digest
    assert state(db, ana, item) == "executed"
    assert events(db, "execution.asked", "execution.done", "item.executing", "item.executed") == [
        "item.executing", "execution.asked", "execution.done", "item.executed",
    ]  # fmt: skip
    assert verify(db).ok


def test_tickets_are_found_by_words_owner_or_number_counted_and_paged(db, ana, item):
    tools.execute(db, ana, item.id, keys(db, ana, item, "ticket"))
    (ticket,) = tools.tickets(db, ana)
    assert (ticket.item_id, ticket.request) == (item.id, item.number)
    word = ticket.title.split()[0].lower()
    for text, size in ((word, 1), (ticket.owner.upper(), 1), (f"#{ticket.number}", 1), ("#99", 0), ("' or 1 --", 0)):
        assert tools.count_tickets(db, ana, state="open", text=text) == size
        assert len(tools.tickets(db, ana, text=text)) == size
    assert tools.tickets(db, ana, limit=1, offset=1) == []


def test_what_was_carried_out_is_not_carried_out_again(db, ana, item):
    chosen = keys(db, ana, item, "ticket")
    tools.execute(db, ana, item.id, chosen)
    with pytest.raises(Conflict):
        tools.execute(db, ana, item.id, chosen)
    assert len(tools.tickets(db, ana)) == 1


@pytest.mark.parametrize("before", ["submitted", "rejected"])
def test_nothing_is_carried_out_that_is_not_accepted(db, ana, reviewers, document_id, before):
    (asked,) = review.submit(db, ana, document_id, action_ids(db, ana, document_id, "high", "critical")[:1])
    if before == "rejected":
        shown = review.evidence(db, reviewers[0], asked.id).digest
        review.decide(db, reviewers[0], asked.id, "reject", shown=shown, token=uuid4().hex, reason="Not ours.")
    with pytest.raises(Conflict):
        tools.execute(db, ana, asked.id, keys(db, ana, asked, "ticket"))
    assert tools.tickets(db, ana) == []


def test_what_changed_since_it_was_decided_is_not_carried_out(db, ana, item, document_id):
    chosen = keys(db, ana, item, "ticket")
    register.correct(db, ana, f"{document_id}.{item.actions[0].obligation_ids[0]}", "bearer", "Somebody else")
    with pytest.raises(review.Stale):
        tools.execute(db, ana, item.id, chosen)
    assert tools.tickets(db, ana) == []
    assert state(db, ana, item) == "accepted"


def test_what_was_accepted_by_somebody_who_may_not_decide_any_more_is_not_carried_out(db, ana, reviewers, item):
    [plan] = [one for one in tools.plan(db, ana, item.id) if one.tool.name == "ticket"]
    boss = person(db, "Boss", "admin")
    for one in reviewers:
        rights.disable(db, boss, one.id, "Left.")
    with pytest.raises(TransitionError, match="too few of those who gave it may still decide"):
        tools.execute(db, ana, item.id, [call.key for call in plan.calls])
    assert (state(db, ana, item), rows(db, "select * from execution")) == ("accepted", [])


def test_a_request_that_was_made_accepted_from_outside_is_not_carried_out(db, ana, document_id):
    (item,) = review.submit(db, ana, document_id, action_ids(db, ana, document_id, "high")[:1])
    with write(db):
        db.execute("update item set state = 'accepted' where id = ?", [item.id])
    [plan] = [one for one in tools.plan(db, ana, item.id) if one.tool.name == "ticket"]
    with pytest.raises(TransitionError, match="too few"):
        tools.execute(db, ana, item.id, [call.key for call in plan.calls])


def test_a_reviewer_alone_may_not_carry_out_and_another_tenant_sees_nothing(db, reviewers, ana, item):
    with pytest.raises(NotAllowed):
        tools.execute(db, reviewers[0], item.id, keys(db, ana, item, "ticket"))
    (made,) = tools.execute(db, ana, item.id, keys(db, ana, item, "email"))
    stranger = person(db, "Stranger", "manager", clearances=())
    assert tools.executions(db, stranger, item.id) == []
    with pytest.raises(NotFound):
        tools.fetch(db, stranger, made.id)


# --- files ------------------------------------------------------------------------------------------------------


def test_files_are_staged_and_fetching_one_is_logged(db, ana, item):
    made = tools.execute(db, ana, item.id, keys(db, ana, item, "email", "jira_csv"))
    files = {one.tool: tools.fetch(db, ana, one.id) for one in made}
    message = email.message_from_bytes(files["email"].bytes, policy=default)
    assert (message["To"], message["X-Unsent"]) == (None, "1")
    assert item.actions[0].detail.splitlines()[0] in message.get_content().replace("\r\n", "\n")
    assert files["jira_csv"].bytes.decode("utf-8-sig").splitlines()[0].startswith("Summary,")
    assert len(events(db, "execution.fetched")) == 2


def test_a_formula_in_an_action_is_text_in_the_import_file(db, ana, reviewers, document_id):
    ids = action_ids(db, ana, document_id, "high", "critical")[:1]
    draft = review.prepare(db, ana, document_id, ids)
    review.amend(db, ana, draft.id, {ids[0]: {"title": '=HYPERLINK("http://evil.test")'}})
    review.ask(db, ana, draft.id)
    for one in reviewers:
        if review.item(db, one, draft.id).state == "submitted":
            shown = review.evidence(db, one, draft.id).digest
            review.decide(db, one, draft.id, "accept", shown=shown, token=uuid4().hex)
    found = review.item(db, ana, draft.id)
    (made,) = tools.execute(db, ana, found.id, keys(db, ana, found, "jira_csv"))
    line = tools.fetch(db, ana, made.id).bytes.decode("utf-8-sig").splitlines()[1]
    assert line.startswith(("'=", "\"'="))


# --- undone -----------------------------------------------------------------------------------------------------


def test_everything_that_was_done_is_undone_with_a_reason(db, ana, reviewers, item):
    made = tools.execute(db, ana, item.id, keys(db, ana, item, "ticket", "record", "email"))
    ids = [f"{item.document_id}.{one}" for one in item.actions[0].obligation_ids]
    assert {register.row(db, ana, id).status for id in ids} == {"in progress"}
    with pytest.raises(BadInput):
        tools.compensate(db, reviewers[0], item.id, " ")
    tools.compensate(db, reviewers[0], item.id, "The duty is not ours.")
    assert state(db, ana, item) == "compensated"
    assert [ticket.state for ticket in tools.tickets(db, ana)] == ["closed"]
    assert {register.row(db, ana, id).status for id in ids} == {"new"}
    staged = next(one for one in made if one.tool == "email")
    with pytest.raises(Conflict, match="withdrawn"):
        tools.fetch(db, ana, staged.id)
    assert verify(db).ok


def test_undoing_leaves_what_somebody_changed_since(db, ana, reviewers, item):
    tools.execute(db, ana, item.id, keys(db, ana, item, "record"))
    id = f"{item.document_id}.{item.actions[0].obligation_ids[0]}"
    register.set_status(db, ana, id, "met")
    tools.compensate(db, reviewers[0], item.id, "Asked for too early.")
    assert register.row(db, ana, id).status == "met"
    (made,) = tools.executions(db, ana, item.id)
    assert made.result["undone"]["kept"] == 1


def test_an_analyst_cannot_undo(db, ana, item):
    tools.execute(db, ana, item.id, keys(db, ana, item, "ticket"))
    with pytest.raises(NotAllowed):
        tools.compensate(db, ana, item.id, "I changed my mind.")
    assert [ticket.state for ticket in tools.tickets(db, ana)] == ["open"]


# --- a server ---------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path, monkeypatch, db):
    monkeypatch.setenv("GITHUB_TOKEN", KEY)
    folder = tmp_path / "models"
    folder.mkdir()
    with tracker() as kept:
        kept.folder = folder
        yield kept


def test_a_server_is_called_by_the_worker_once_and_the_issue_is_closed_when_undone(
    db, ana, reviewers, item, server, monkeypatch
):
    with tracker_as(server.url, server.folder, monkeypatch):
        (asked,) = tools.execute(db, ana, item.id, keys(db, ana, item, "github"))
        assert (asked.state, server.issues) == ("waiting", [])
        worker.drain(settings())
        (made,) = tools.executions(db, ana, item.id)
        assert (made.state, made.result["id"], state(db, ana, item)) == ("done", "1", "executed")
        tools.compensate(db, reviewers[0], item.id, "Not ours.")
        worker.drain(settings())
        assert state(db, ana, item) == "compensated"
    assert [issue["state"] for issue in server.issues] == ["closed"]


def test_an_answer_that_was_lost_makes_no_second_issue(db, ana, item, server, monkeypatch):
    server.drop = 1
    with tracker_as(server.url, server.folder, monkeypatch):
        tools.execute(db, ana, item.id, keys(db, ana, item, "github"))
        worker.drain(settings())
    (made,) = tools.executions(db, ana, item.id)
    assert (made.state, made.attempts, len(server.issues)) == ("done", 2, 1)
    assert state(db, ana, item) == "executed"


def test_a_worker_killed_between_the_call_and_its_record_makes_no_second_issue(db, ana, item, server, monkeypatch):
    with tracker_as(server.url, server.folder, monkeypatch):
        tools.execute(db, ana, item.id, keys(db, ana, item, "github"))
        working = subprocess.Popen([sys.executable, "-m", "core", "work"], cwd=ROOT)
        server.on_post = working.kill  # the issue is kept; nobody is left to hear of it
        assert working.wait(120) == -signal.SIGKILL
        (left,) = tools.executions(db, ana, item.id)
        assert (left.state, len(server.issues)) == ("running", 1)
        server.on_post = None
        with write(db):  # the lease of the dead runs out
            db.execute("update job set lease_until = '2000-01-01T00:00:00Z' where kind = 'execute'")
        worker.drain(settings())
    (made,) = tools.executions(db, ana, item.id)
    assert (made.state, made.result["found"], len(server.issues)) == ("done", True, 1)


def test_a_refused_call_fails_with_a_sentence_and_can_be_tried_again(db, ana, item, server, monkeypatch):
    server.faults = [401]
    with tracker_as(server.url, server.folder, monkeypatch):
        (asked,) = tools.execute(db, ana, item.id, keys(db, ana, item, "github"))
        worker.drain(settings())
        (failed,) = tools.executions(db, ana, item.id)
        assert (failed.state, state(db, ana, item)) == ("failed", "failed")
        assert "refused our key" in failed.error
        tools.retry(db, ana, asked.id)
        worker.drain(settings())
    assert state(db, ana, item) == "executed"
    assert len(server.issues) == 1


def test_a_failed_call_beside_one_that_changed_the_register_can_be_tried_again(db, ana, item, server, monkeypatch):
    server.faults = [403]
    with tracker_as(server.url, server.folder, monkeypatch):
        made = tools.execute(db, ana, item.id, keys(db, ana, item, "record", "github"))
        worker.drain(settings())
        assert state(db, ana, item) == "failed"
        tools.retry(db, ana, next(one.id for one in made if one.tool == "github"))
        worker.drain(settings())
    assert state(db, ana, item) == "executed"


def test_a_call_that_needs_a_manager_waits_for_another_one(db, ana, reviewers, item, server, monkeypatch):
    manager = reviewers[1]
    with tracker_as(server.url, server.folder, monkeypatch, level="manager_approve"):
        (asked,) = tools.execute(db, manager, item.id, keys(db, ana, item, "github"))
        worker.drain(settings())
        assert server.issues == []
        with pytest.raises(NotAllowed, match="another manager"):
            tools.confirm(db, manager, asked.id)
        with pytest.raises(NotAllowed):
            tools.confirm(db, ana, asked.id)
        tools.confirm(db, person(db, "Mo", "manager"), asked.id)
        worker.drain(settings())
    assert len(server.issues) == 1
    assert state(db, ana, item) == "executed"


def test_what_a_manager_declined_waits_for_a_manager_again_when_it_is_retried(
    db, ana, reviewers, item, server, monkeypatch
):
    with tracker_as(server.url, server.folder, monkeypatch, level="manager_approve"):
        (asked,) = tools.execute(db, ana, item.id, keys(db, ana, item, "github"))
        tools.decline(db, reviewers[1], asked.id, "Not in this quarter.")
        assert state(db, ana, item) == "failed"
        tools.retry(db, ana, asked.id)
        worker.drain(settings())
        assert server.issues == []
        assert tools.execution(db, ana, asked.id).state == "waiting"


def test_a_tool_never_sees_text_whose_label_it_may_not(db, ana, reviewers, item, server, monkeypatch):
    with write(db):
        db.execute("update document set classification = 'confidential'")
    cleared = person(db, "Cleared", "analyst", clearances=("confidential",))
    with tracker_as(server.url, server.folder, monkeypatch):
        planned = {one.tool.name: one for one in tools.plan(db, cleared, item.id)}
    assert "may not see confidential text" in planned["github"].refusal
    assert planned["ticket"].calls


def test_the_log_holds_no_words_of_an_action(db, ana, item):
    tools.execute(db, ana, item.id, keys(db, ana, item, "ticket", "record", "email"))
    log = json.dumps(rows(db, "select * from audit"))
    action = item.actions[0]
    assert action.title not in log
    assert action.detail.splitlines()[0][:40] not in log


def test_a_call_whose_job_was_lost_is_found_waiting_by_its_kind(db, ana, item, server, monkeypatch):
    with tracker_as(server.url, server.folder, monkeypatch):
        tools.execute(db, ana, item.id, keys(db, ana, item, "github"))
        (job,) = jobs.jobs(db, ana, kind="execute")
    assert (job.state, job.subject, set(job.payload)) == ("queued", item.document_id, {"execution"})
