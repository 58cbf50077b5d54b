"""Approvals as people meet it: one asks, others decide on exactly what they were shown; each with their own account."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import identity, library, review, store, tools
from core.identity import accounts, passwords, rights, sessions
from core.types import User
from pages.parts import review_actions, review_deciding, review_words
from tests import review_parts as desk
from tests.page_parts import ROOT, button, folder, opened, said
from tests.register_parts import NOTIFY

PASSWORD = "four words make one"
PEOPLE = {"Ada": "analyst", "Ben": "reviewer", "Ria": "risk reviewer", "Max": "manager"}
PLANTED = "**now** <b>x</b> $1$ [us](http://evil.example) :red[no] =1+1"


@dataclass
class Office:
    """A database with people, and the windows in which they look at it."""

    db: store.Database
    people: dict[str, User]

    def window(self, name: str, **asked: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
        at.session_state["session-token"] = sessions.open(self.db, self.people[name].id, "account")
        at.run()
        at.switch_page("pages/approvals.py")
        for key, value in asked.items():
            at.query_params[key] = value
        at.run()
        assert not at.exception
        return at

    def asks(self, *names: str, by: str = "Ada") -> review.Item:
        return desk.asked(self.db, *names, by=self.people[by])

    def says(self, name: str, item: review.Item, verdict: str = "accept", **more: object) -> review.Decided:
        return desk.says(self.db, self.people[name], item, verdict, **more)

    def now(self, item: review.Item, by: str = "Ada") -> review.Item:
        return review.item(self.db, self.people[by], item.id)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with folder(tmp_path / "var", monkeypatch) as path:
        yield path


@pytest.fixture
def office(empty: Path) -> Iterator[Office]:
    """A signed document with an action of each risk, and four people with one role each."""
    db = store.connect(empty / "copilot.db")
    passwords.protect(db, identity.local_user(), "Root", PASSWORD)
    root = accounts.user_of(db, "local")
    people = {}
    for name, role in PEOPLE.items():
        account = passwords.accept(db, passwords.invite(db, root, name, [role]), PASSWORD)
        people[name] = accounts.user_of(db, account.id)
    desk.shelved(db, people["Ada"])
    yield Office(db, people)
    db.close()


def decide(at: AppTest, verdict: str, sure: str, reason: str = "") -> AppTest:
    """Open the decision, give the reason, confirm."""
    at.button(key=f"review-{verdict}").click().run()
    if reason:
        at.text_area[0].set_value(reason)
    button(at, sure).click().run()
    assert not at.exception
    return at


# --- nobody and nothing -----------------------------------------------------------------------------------------


def test_somebody_alone_is_told_that_nobody_can_decide_and_how_to_add_a_reviewer(empty: Path):
    at = opened("approvals")
    assert "nobody approves their own request" in said(at)
    assert "You have asked for nothing yet" in said(at)


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("mine", "Nothing waits for your decision"),
        ("overdue", "Nothing is overdue"),
        ("decided", "Nothing was decided yet"),
        ("all", "Nobody has asked for anything yet"),
        ("figures", "Nobody has decided anything in this time"),
    ],
)
def test_an_empty_list_says_why_and_what_to_do(office: Office, view: str, words: str):
    assert words in said(office.window("Ben", view=view))


def test_a_filter_that_nothing_matches_says_so(office: Office):
    office.asks("critical")
    assert "Clear a filter" in said(office.window("Ben", risk="low"))


def test_a_request_that_is_not_there_is_said_in_a_sentence(office: Office):
    office.asks("critical")
    assert "There is no such request" in said(office.window("Ben", item="nowhere"))


# --- the evidence -----------------------------------------------------------------------------------------------


def test_the_evidence_stands_on_one_screen(office: Office):
    office.asks("critical")
    shown = said(office.window("Ben"))
    for words in ("Do the critical thing", "Ada", "2 people, one of them a risk reviewer", NOTIFY[:30], "Exact quote"):
        assert words in shown
    for words in ("Why it needs approval", "0 of 2 accepted, needs a risk reviewer", "No model has read this document"):
        assert words in shown


def test_what_somebody_saw_is_logged_once_and_not_at_each_rerun(office: Office):
    item = office.asks("critical")
    at = office.window("Ben")
    at.run()
    assert desk.events(office.db, item).count("item.seen") == 1


def test_similar_decisions_and_comments_are_shown_as_text(office: Office):
    before = office.asks("high")
    office.says("Ben", before, "reject", reason=PLANTED)
    item = office.asks("second")
    review.comment(office.db, office.people["Ada"], item.id, PLANTED)
    shown = said(office.window("Ben", item=item.id))
    assert shown.count(r"\*\*now\*\* \<b\>x\</b\> \$1\$ \[us\]\(http") == 2


def test_a_request_can_be_opened_by_its_number(office: Office):
    office.asks("high")
    office.asks("critical")
    at = office.window("Ben", item="2")
    assert at.subheader[0].value == "Do the critical thing"


# --- deciding ---------------------------------------------------------------------------------------------------


def test_whoever_asked_sees_why_they_cannot_decide(office: Office):
    office.asks("critical")
    at = office.window("Ada")
    assert at.button(key="review-accept").disabled
    assert "Your roles do not let you decide on actions" in said(at)


def test_a_decision_is_confirmed_and_the_next_request_opens_by_itself(office: Office):
    first, second = office.asks("critical"), office.asks("high")
    at = decide(office.window("Ben", item=second.id), "accept", "Accept it")
    assert office.now(second).state == "accepted"
    assert at.subheader[0].value == office.now(first).title
    assert "No\\. 2\\: accepted" in said(at)


def test_a_critical_one_waits_for_the_second_person_and_says_for_whom(office: Office):
    item = office.asks("critical")
    at = decide(office.window("Ben"), "accept", "Accept it")
    assert "1 of 2; it still needs a risk reviewer" in said(at)
    assert "it waits for somebody else" in said(office.window("Ben", item=item.id))
    decide(office.window("Ria"), "accept", "Accept it")
    assert office.now(item).state == "accepted"


def test_a_rejection_without_a_reason_is_asked_for_one(office: Office):
    item = office.asks("high")
    at = decide(office.window("Ben"), "reject", "Reject it")
    assert at.error
    assert office.now(item).state == "submitted"
    decide(at, "reject", "Reject it", "It is done already.")
    assert office.now(item).state == "rejected"


def test_what_changed_while_it_was_read_is_not_decided_but_shown(office: Office):
    item = office.asks("high")
    at = office.window("Ben")
    at.button(key="review-accept").click().run()
    review.amend(office.db, office.people["Ada"], item.id, {"high": {"title": "Do something else"}})
    button(at, "Accept it").click().run()
    assert office.now(item).state == "submitted"
    assert "This changed while you were reading" in said(at)
    assert any("<ins>something else</ins>" in one.proto.body for one in at.get("html"))
    button(at, "I have looked again").click().run()
    decide(at, "accept", "Accept it")
    assert office.now(item).state == "accepted"


def test_what_is_counted_no_further_says_that_there_is_more():
    assert [review_words.size(number) for number in (0, 999, review.COUNTED)] == ["0", "999", "1,000+"]


def test_what_another_window_decided_first_stays_open_and_says_that_nothing_was_decided_here(office):
    first, other = office.asks("high"), office.asks("medium")
    at = office.window("Ben")
    assert first.title in [one.value for one in at.subheader]
    at.button(key="review-reject").click().run()
    office.says("Ben", first)
    button(at, "Reject it").click().run()
    assert not at.exception
    assert first.title in [one.value for one in at.subheader]  # not the next one, which took its place in the list
    assert "Nothing was decided here" in said(at)
    assert [office.now(one).state for one in (first, other)] == ["accepted", "submitted"]


def test_a_second_window_cannot_decide_the_same_twice(office: Office):
    item = office.asks("critical")
    one, other = office.window("Ben"), office.window("Ben")
    decide(one, "accept", "Accept it")
    other.button(key="review-accept").click().run()
    assert not [each for each in other.button if each.label == "Accept it"]
    assert len(review.decisions(office.db, office.people["Ben"], item.id)) == 1


def test_a_change_is_requested_made_and_both_versions_stand_side_by_side(office: Office):
    item = office.asks("high")
    decide(office.window("Ben"), "request_change", "Ask for this change", "Name the desk.")
    at = office.window("Ada", item=item.id)
    assert "Name the desk" in said(at)
    next(one for one in at.text_input if one.label == "Owner").set_value("Incident desk")
    button(at, "Save and ask again").click().run()
    now = office.now(item)
    assert (now.state, now.version, now.actions[0].owner_role) == ("submitted", 2, "Incident desk")
    at = office.window("Ben", item=item.id)
    assert "Versions (2)" in [one.label for one in at.expander]
    assert [one for one in at.get("html") if "<ins>Incident desk</ins>" in one.proto.body]


def test_somebody_who_takes_a_request_keeps_others_from_deciding(office: Office):
    item = office.asks("high")
    at = office.window("Ben")
    at.button(key="claim").click().run()
    other = office.window("Max", item=item.id)
    assert other.button(key="review-accept").disabled
    assert "Ben has taken it until" in said(other)
    at.button(key="release").click().run()
    assert not office.window("Max", item=item.id).button(key="review-accept").disabled


def test_an_approval_is_taken_back_with_a_reason_before_it_is_carried_out(office: Office):
    item = office.asks("high")
    office.says("Ben", item)
    at = office.window("Ben", item=item.id)
    next(one for one in at.text_area if one.label == "Why").set_value("The law changed.")
    at.button(key=f"revoke-now-{item.id}").click().run()
    assert office.now(item).state == "revoked"


def test_who_asked_takes_it_back(office: Office):
    item = office.asks("high")
    at = office.window("Ada", item=item.id)
    at.button(key=f"drop-now-{item.id}").click().run()
    assert office.now(item).state == "dropped"


def test_an_escalated_document_waits_in_the_queue_and_is_released_there(office: Office):
    ada = office.people["Ada"]
    with store.write(office.db):
        office.db.execute("update document set gate = 'waiting' where id = ?", [desk.DOCUMENT])
    at = office.window("Max", view="all")
    assert "Until it is released" in said(at)
    assert "Deletion process" in said(at)  # its card, beside the decision
    at.text_input[-1].set_value("Checked against the source.")
    button(at, "Release it").click().run()
    assert library.document_row(office.db, ada, desk.DOCUMENT).gate == "released"


def test_a_card_that_changed_while_it_was_read_is_not_signed_but_shown(office: Office):
    root, ids = accounts.user_of(office.db, "local"), [office.people[name].id for name in ("Ada", "Max")]
    for id in ids:
        rights.set_clearances(office.db, root, id, ["public", "internal", "confidential"])
    ada = accounts.user_of(office.db, ids[0])
    library.save_card(office.db, ada, desk.DOCUMENT, {"sensitivity": "Confidential"})
    library.sign_card(office.db, ada, desk.DOCUMENT)
    at = office.window("Max", view="all")
    library.save_card(office.db, ada, desk.DOCUMENT, {"prohibited_use": "Nothing at all"})
    library.sign_card(office.db, ada, desk.DOCUMENT)
    button(at, "Sign as the second person").click().run()
    assert "changed while you were reading" in said(at)
    at.button(key="look-again").click().run()
    button(at, "Sign as the second person").click().run()
    assert library.document_row(office.db, ada, desk.DOCUMENT).status == "approved"


def test_a_ticket_says_which_request_it_came_from_and_is_closed_with_a_reason(office: Office):
    item = office.asks("high")
    office.says("Ben", item)
    ada = office.people["Ada"]
    calls = [call.key for one in tools.plan(office.db, ada, item.id) if one.tool.name == "ticket" for call in one.calls]
    tools.execute(office.db, ada, item.id, calls)
    at = office.window("Ada")
    at.switch_page("pages/tickets.py").run()
    assert "Do the high thing" in said(at)
    button(at, "Close the ticket").click().run()
    assert "Give a reason" in said(at)
    at.text_input[-1].set_value("It is done.")
    button(at, "Close the ticket").click().run()
    assert [one.closed_why for one in tools.tickets(office.db, ada)] == ["It is done."]


# --- figures, and a document's actions --------------------------------------------------------------------------


def test_figures_count_decisions_and_draw_them(office: Office):
    office.says("Ben", office.asks("high"), "reject")
    office.says("Ben", office.asks("second"), override=True, reason="I know better.")
    at = office.window("Ben", view="figures")
    values = {one.label: one.value for one in at.metric}
    assert (values["Decisions"], values["Overrides"]) == ("2", "50%")
    assert len(at.get("plotly_chart")) == 3


def test_the_actions_of_a_document_say_how_each_stands(office: Office):
    office.asks("high")
    at = office.window("Ada")
    at.switch_page("pages/document.py")
    at.query_params["document"] = desk.DOCUMENT
    at.query_params["tab"] = "Actions"
    at.run()
    assert not at.exception
    assert "5 actions: 1 submitted" in said(at)
    [table] = at.dataframe
    assert dict(zip(table.value["title"], table.value["state"], strict=True))["Do the high thing"] == ["submitted"]


def test_what_submitting_comes_to_is_said(office: Office):
    low, high = office.asks("low"), office.asks("high")
    assert review_actions.said([low, high]) == "Submitted as No. 1, No. 2; the policy accepted 1 of them"


def test_who_is_still_needed_is_said():
    assert review_words.needed(0, 1, ()) == "1 more person"
    assert review_words.needed(0, 2, ("risk reviewer",)) == "2 more people, a risk reviewer among them"
    assert review_words.needed(1, 2, ("risk reviewer",)) == "a risk reviewer"
    assert review_words.needed(2, 2, ("risk reviewer",)) == "a risk reviewer"


def test_time_that_is_left_is_said_in_its_largest_unit():
    at = review_words.datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    assert review_words.due("2026-11-22T15:30:00.000Z", at) == ("Due in 3 h", "orange")
    assert review_words.due("2026-11-25T12:00:00.000Z", at) == ("Due in 3 d", "gray")
    assert review_words.due("2026-11-22T11:59:30.000Z", at) == ("Overdue by 1 min", "red")
    assert review_words.due(None, at) is None


def test_a_claim_that_ran_out_keeps_nobody_from_deciding():
    at = review_words.datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    assert review_words.holds("2026-11-22T12:00:01.000Z", at)
    assert not review_words.holds("2026-11-22T11:59:59.000Z", at)
    assert not review_words.holds(None, at)


def test_every_verdict_has_a_key_of_its_own():
    assert set(review_deciding.KEYS) == set(review.VERDICTS)
    assert len(set(review_deciding.KEYS.values())) == len(review.VERDICTS)


def test_who_neither_decides_nor_has_asked_sees_what_others_asked_for(office):
    ann = passwords.accept(
        office.db, passwords.invite(office.db, accounts.user_of(office.db, "local"), "Ann", ["analyst"]), PASSWORD
    )
    office.people["Ann"] = accounts.user_of(office.db, ann.id)
    assert "asked for nothing" in said(office.window("Ann"))
    office.asks("high")
    assert "Do the high thing" in said(office.window("Ann"))
    assert "asked for nothing" in said(office.window("Ann", view="requested"))
