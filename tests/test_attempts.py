"""Somebody who wants in, or wants their own request through, tries it: each of these got through once, or is the kind
that would. What the tests of each part hold already is not here again."""

import pytest

from core import activity, inbox, jobs, register, review, tools, worker
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.identity import LOCAL, accounts, passwords, rates, rights, sessions
from core.operations import messages
from core.settings import Settings, lexicon, settings
from core.store import connect, rows, write
from core.types import User
from pages.parts import review_history
from tests import test_approvals_page as pages
from tests import tool_parts as real
from tests.review_parts import (
    ADA,
    BEN,
    CAM,
    DOCUMENT,
    FAR,
    MAX,
    RIA,
    SAM,
    asked,
    says,
    shelved,
    shown,
    state,
)  # fmt: skip
from tests.test_messages import mail_server
from tests.tool_servers import KEY, tracker


@pytest.fixture
def db(tmp_path):
    opened = connect(tmp_path / "copilot.db")
    shelved(opened)
    return opened


def raised(db, item, level: str) -> str:
    """A correction raises the risk of what the item rests on; gives the digest of what is shown then."""
    register.correct(db, ADA, f"{DOCUMENT}.{item.actions[0].obligation_ids[0]}", "risk", level)
    return shown(db, item)


# --- approving one's own request --------------------------------------------------------------------------------


def test_words_of_ones_own_are_not_let_pass_by_the_policy_as_a_low_risk(db):
    draft = review.prepare(db, ADA, DOCUMENT, ["low"])
    review.amend(db, ADA, draft.id, {"low": {"title": "Switch off the checks of payments"}})
    assert review.ask(db, ADA, draft.id).state == "submitted"
    assert [row.id for row in review.queue(db, BEN)] == [draft.id]


def test_a_draft_that_two_people_wrote_is_decided_by_a_third(db):
    draft = review.prepare(db, SAM, DOCUMENT, ["high"])
    item = review.ask(db, ADA, draft.id)
    review.amend(db, BEN, item.id, {"high": {"title": "Do it another way"}})
    for author in (SAM, BEN):
        with pytest.raises(review.SelfApproval):
            says(db, author, item)
    assert says(db, CAM, item).state == "accepted"


def test_a_request_that_was_taken_back_and_asked_for_by_another_is_theirs_and_not_the_first_ones(db):
    first = asked(db, "high", by=SAM)
    review.drop(db, SAM, first.id)
    again = asked(db, "high", by=ADA)
    assert again.id != first.id
    with pytest.raises(review.TransitionError):
        says(db, BEN, first)
    with pytest.raises(NotAllowed):
        says(db, ADA, again)


def test_one_person_with_every_role_counts_once_for_critical(db):
    every = User(id="eve", name="Eve", roles=("reviewer", "risk reviewer", "manager"))
    item = asked(db, "critical")
    assert (says(db, every, item).counted, state(db, item)) == (1, "submitted")
    with pytest.raises(Conflict):
        says(db, every, item)
    assert state(db, item) == "submitted"


@pytest.mark.parametrize("gone", ["disabled", "without the role"])
def test_an_acceptance_counts_only_while_its_person_may_decide_still(office, gone):
    db, people = office.db, office.people
    root, item = accounts.user_of(db, "local"), office.asks("critical")
    office.says("Ria", item)
    if gone == "disabled":
        rights.disable(db, root, people["Ria"].id, "Left.")
    else:
        rights.take_role(db, root, people["Ria"].id, "risk reviewer")
    [row] = review.queue(db, people["Ben"])
    assert row.accepted == 0
    assert review_history.GONE in pages.said(office.window("Ben"))
    told = office.says("Ben", item)
    assert (told.counted, told.lacking, told.state) == (1, ("risk reviewer",), "submitted")


def test_whoever_lost_the_role_since_they_were_let_in_decides_nothing(office):
    db, ben, item = office.db, office.people["Ben"], office.asks("high")
    digest = shown(db, item, ben)
    rights.take_role(db, accounts.user_of(db, "local"), ben.id, "reviewer")
    for step in (
        lambda: review.decide(db, ben, item.id, "accept", shown=digest, token="t"),
        lambda: review.claim(db, ben, item.id),
    ):
        with pytest.raises(NotAllowed, match="Your roles do not let you decide"):
            step()


def test_a_risk_that_rose_is_not_decided_among_many(db):
    item = asked(db, "medium")
    digest = raised(db, item, "critical")
    with pytest.raises(NotAllowed, match="critical"):
        review.decide_many(db, BEN, [(item.id, digest)], "accept", "token")
    assert state(db, item) == "submitted"


def test_whoever_corrected_what_a_request_rests_on_since_does_not_decide_on_it(db):
    item = asked(db, "high")
    duty = f"{DOCUMENT}.{item.actions[0].obligation_ids[0]}"
    register.correct(db, BEN, duty, "bearer", "Somebody else")
    with pytest.raises(review.SelfApproval, match="corrected some of it"):
        says(db, BEN, item)
    register.undo(db, BEN)
    says(db, BEN, item)
    assert state(db, item) == "accepted"


def test_in_a_demo_nobody_decides_as_another_on_what_they_asked_for_themselves(db, monkeypatch):
    monkeypatch.setenv("COPILOT_DEMO", "1")
    settings.cache_clear()
    token = sessions.open(db, LOCAL.id, "local")
    rex = rights.enrol(db, sessions.user(db, token), "Rex", ["reviewer", "manager", "risk reviewer"])
    item = asked(db, "high", by=sessions.user(db, token))
    sessions.act_as(db, sessions.user(db, token), rex)
    acting = sessions.user(db, token)
    assert (acting.id, acting.mode) == (rex, "demo")
    with pytest.raises(review.SelfApproval):
        says(db, acting, item)
    assert says(db, acting, asked(db, "second")).state == "accepted"
    settings.cache_clear()


def test_whoever_may_act_as_others_no_more_is_themselves_at_the_next_click(db, monkeypatch):
    monkeypatch.setenv("COPILOT_DEMO", "1")
    settings.cache_clear()
    with write(db):
        for id, role in (("fay", "facilitator"), ("boss", "admin")):
            rights.insert(db, id, "https://id.example", id, "local", id.title(), "active", by="test")
            rights.insert_roles(db, "test", id, [role])
    boss = accounts.user_of(db, "boss")
    rex = rights.enrol(db, boss, "Rex", ["reviewer"])
    token = sessions.open(db, "fay", "account")
    sessions.act_as(db, sessions.user(db, token), rex)
    rights.take_role(db, boss, "fay", "facilitator")
    assert sessions.user(db, token).id == "fay"
    settings.cache_clear()


# --- keeping others from it -------------------------------------------------------------------------------------


def test_nobody_keeps_a_request_from_everybody_by_taking_it_again_and_again(db):
    item = asked(db, "high")
    review.claim(db, BEN, item.id)
    review.claim(db, BEN, item.id)
    with pytest.raises(Conflict):
        review.release(db, CAM, item.id)
    review.release(db, MAX, item.id)
    assert says(db, RIA, item).state == "accepted"


@pytest.mark.parametrize("what", ["comments", "claims"])
def test_nobody_floods_what_others_read_and_are_told(db, monkeypatch, what):
    monkeypatch.setitem(lexicon("limits")["rates"], what, {"most": 2, "seconds": 3600})
    item = asked(db, "high")
    does, words = {"comments": (review.comment, ["x"]), "claims": (review.claim, [])}[what]
    for _ in range(2):
        does(db, BEN, item.id, *words)
    with pytest.raises(rates.RateLimited):
        does(db, BEN, item.id, *words)


def test_nobody_wears_reviewers_out_by_changing_and_asking_anew(db, monkeypatch):
    monkeypatch.setitem(lexicon("limits")["rates"], "requests", {"most": 2, "seconds": 3600})
    item = asked(db, "high")
    review.amend(db, ADA, item.id, {"high": {"title": "Another"}})
    review.drop(db, ADA, item.id)
    again = asked(db, "high")
    with pytest.raises(rates.RateLimited):
        review.drop(db, ADA, again.id)
    with pytest.raises(rates.RateLimited):
        review.amend(db, ADA, again.id, {"high": {"title": "A third"}})


@pytest.mark.parametrize("text", ["#" + "9" * 40, "a " * 3_000, "#٣", "%' or 1=1 --", "\\"])
def test_whatever_is_sought_the_queue_answers(db, text):
    asked(db, "high")
    assert review.queue(db, BEN, review.Filter("all", text=text)) == []


# --- words where none belong ------------------------------------------------------------------------------------


def test_what_is_typed_for_an_id_does_not_come_into_the_log(db):
    words = "Hans_Mueller,born-1970"
    tries = (
        lambda: review.claim(db, BEN, words),
        lambda: review.comment(db, BEN, words, "x"),
        lambda: review.decide(db, BEN, words, "accept", shown="x", token="t"),
        lambda: review.decide_document(db, BEN, words, "accept", shown=""),
        lambda: review.submit(db, ADA, words, ["low"]),
    )
    for attempt in tries:
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(BadInput):
        review.decide(db, BEN, words, "nonsense", shown="x", token="t")  # refused before anything is looked for
    log = str(rows(db, "select * from audit"))
    assert words not in log
    assert log.count("item:unknown") == 4
    assert log.count("document:unknown") == 2


def test_an_action_holds_no_sign_that_nobody_sees_or_that_turns_its_words(db):
    item = asked(db, "high")
    words = {
        "title": "Pay \u202e001\u202c to\r\nBcc: \x00the bank",
        "detail": "one\r\ntwo\u2066\x1b",
        "owner_role": "a\u2028b",
    }
    [action] = review.amend(db, ADA, item.id, {"high": words}).actions
    assert (action.title, action.detail, action.owner_role) == ("Pay 001 to Bcc: the bank", "one\ntwo", "a b")


# --- carrying out what may not be any more ----------------------------------------------------------------------


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", KEY)
    with tracker() as running:
        running.folder = tmp_path
        yield running


@pytest.fixture
def firm(tmp_path, monkeypatch):
    """A database in its own folder with three people and an accepted request, for what the worker does."""
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "var"))
    settings.cache_clear()
    db = connect(settings().database)
    ana, rex, kim = (
        real.person(db, name, *roles, clearances=("public", "internal", "confidential"))
        for name, roles in (("Ana", ["analyst"]), ("Rex", ["reviewer"]), ("Kim", ["risk reviewer", "manager"]))
    )
    document_id = real.bring(db, ana)
    ids = real.action_ids(db, ana, document_id, "high", "critical")[:1]
    item = real.accepted(db, ana, [rex, kim], document_id, ids)
    yield db, ana, kim, item
    settings.cache_clear()


def relabelled(db, item) -> None:
    db.execute("update document set classification = 'confidential' where id = ?", [item.document_id])


def withdrawn(db, item) -> None:
    db.execute("update document set status = 'withdrawn' where id = ?", [item.document_id])


def run_out(db, item) -> None:
    db.execute("update item set expires_at = '2020-01-01T00:00:00.000Z' where id = ?", [item.id])


@pytest.mark.parametrize("spoil", [relabelled, run_out])
def test_what_waited_for_a_manager_does_not_go_once_it_may_not(firm, server, monkeypatch, spoil):
    db, ana, kim, item = firm
    with real.tracker_as(server.url, server.folder, monkeypatch, level="manager_approve"):
        [asked_for] = tools.execute(db, ana, item.id, real.keys(db, ana, item, "github"))
        with write(db):
            spoil(db, item)
        with pytest.raises((NotAllowed, Conflict)):
            tools.confirm(db, kim, asked_for.id)
        worker.drain(settings())
    assert server.issues == []


@pytest.mark.parametrize("spoil", [relabelled, withdrawn, run_out])
def test_what_waited_for_the_worker_does_not_go_once_it_may_not(firm, server, monkeypatch, spoil):
    db, ana, _kim, item = firm
    with real.tracker_as(server.url, server.folder, monkeypatch):
        tools.execute(db, ana, item.id, real.keys(db, ana, item, "github"))
        with write(db):
            spoil(db, item)
        for _ in range(jobs.TRIES):
            worker.drain(settings())
    assert server.issues == []
    assert review.item(db, ana, item.id).state == "failed"


def test_whose_right_to_carry_out_was_taken_calls_no_server_any_more(firm, server, monkeypatch):
    db, ana, kim, item = firm
    with real.tracker_as(server.url, server.folder, monkeypatch):
        tools.execute(db, ana, item.id, real.keys(db, ana, item, "github"))
        with write(db):
            db.execute("update account_role set role = 'reviewer' where account_id = ?", [ana.id])
        worker.drain(settings())
    assert server.issues == []
    assert review.item(db, kim, item.id).state == "failed"


def test_the_job_of_a_disabled_person_does_nothing_and_somebody_else_goes_on(firm, server, monkeypatch):
    db, ana, kim, item = firm
    with real.tracker_as(server.url, server.folder, monkeypatch):
        [call] = tools.execute(db, ana, item.id, real.keys(db, ana, item, "github"))
        with pytest.raises(Conflict):
            tools.retry(db, kim, call.id)  # its job is still to come
        with write(db):
            db.execute("update account set state = 'disabled' where id = ?", [ana.id])
        worker.drain(settings())
        assert server.issues == []
        tools.retry(db, kim, call.id)
        worker.drain(settings())
    assert len(server.issues) == 1
    assert review.item(db, kim, item.id).state == "executed"


def test_a_file_of_a_document_that_was_rejected_is_not_fetched(firm):
    db, ana, _kim, item = firm
    [made] = tools.execute(db, ana, item.id, real.keys(db, ana, item, "email"))
    assert tools.fetch(db, ana, made.id).bytes
    with write(db):
        db.execute("update document set gate = 'rejected' where id = ?", [item.document_id])
    with pytest.raises(NotAllowed):
        tools.fetch(db, ana, made.id)


# --- messages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["a@firm.test\r\nBcc: all@else.test", "=?utf-8?q?a=0ABcc:_all?= <all@else.test>"])
def test_an_address_that_breaks_its_line_stops_nobodys_mail_and_adds_no_header(db, bad):
    with write(db):
        for id, email in (("bad", bad), ("good", "b@firm.test")):
            rights.insert(db, id, "local", id, "local", id.title(), "active", by="test", email=email)
        inbox.post(db, "local", ["bad", "good"], "assigned", "item:3f2a9c4100000000", 12)
    with mail_server() as (address, got):
        messages.deliver(db, Settings(smtp=address, mail_from="copilot@firm.test"))
    assert len(got) == 1
    assert "To: b@firm.test" in got[0]


def test_the_address_in_an_invitation_is_one_line(db):
    passwords.protect(db, LOCAL, "Root", "correct unusual heron 42x")
    passwords.invite(db, accounts.user_of(db, "local"), "Zed", email="z@firm.test\r\nBcc: all@else.test")
    [row] = rows(db, "select email from account where name = 'Zed'")
    assert "\n" not in row["email"]
    assert "\r" not in row["email"]


# --- what somebody else's roles and labels keep from one --------------------------------------------------------


LOW = User(id="low", name="Low", roles=("reviewer", "manager", "analyst"), clearances=("public",))


@pytest.mark.parametrize("stranger", [FAR, LOW])
def test_by_no_address_does_another_tenant_or_label_read_anything_of_a_request(db, stranger):
    item = asked(db, "high")
    says(db, BEN, item)
    review.comment(db, BEN, item.id, "A word.")
    looks = (
        review.item, review.evidence, review.versions, review.comments, review.decisions, review.digests, tools.plan,
        review.claim, lambda db, user, id: review.decide(db, user, id, "accept", shown=item.digest, token="t"),
        lambda db, user, id: review.revoke(db, user, id, "Why not."),
    )  # fmt: skip
    for look in looks:
        for name in (item.id, str(item.number)):
            with pytest.raises(NotFound):
                look(db, stranger, name)
    assert tools.executions(db, stranger, item.id) == []
    assert tools.tickets(db, stranger) == []
    assert review.queue(db, stranger, review.Filter("all")) == []
    assert not any(getattr(review.counts(db, stranger), name) for name in ("mine", "waiting", "requested", "overdue"))
    assert review.report(db, stranger).decisions == 0
    assert activity.titles(db, stranger, [DOCUMENT]) == {}


def test_a_decision_on_what_one_may_not_see_is_not_shown_among_similar_ones(db):
    shelved(db, document_id="d2", title="Other rules")
    says(db, BEN, asked(db, "high", document_id="d2"))
    with write(db):
        db.execute("update document set classification = 'restricted' where id = 'd2'")
    seen = User(id="cy", name="Cy", roles=("reviewer",), clearances=("internal",))
    assert review.evidence(db, seen, asked(db, "high").id).similar == ()


# --- markup -----------------------------------------------------------------------------------------------------

PICTURE = "Rules ![x](https://evil.example/x.png)"
office, empty = pages.office, pages.empty


def test_a_title_in_the_reason_why_a_button_is_closed_is_no_markup(office):
    """A tooltip is Markdown, in which a document's title could fetch a picture from another host."""
    item = office.asks("high")
    with write(office.db):
        office.db.execute("update document set title = ?, gate = 'waiting'", [PICTURE])
    at = office.window("Ben", item=item.id)
    told = at.button(key="review-accept").help
    assert "Rules" in told
    assert "![x](" not in told
