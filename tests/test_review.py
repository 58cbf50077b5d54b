"""Nobody decides on their own request, on something else than was shown, or twice; and all of it is in the log."""

from dataclasses import replace

import pytest

from core import library, register, review
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import local_user
from core.store import connect, rows, write
from tests import register_parts as rules
from tests.review_parts import (
    ADA,
    ANN,
    BEN,
    CAM,
    DOCUMENT,
    MAX,
    RIA,
    SAM,
    asked,
    events,
    says,
    shelved,
    shown,
    state,
)


@pytest.fixture
def db(tmp_path):
    opened = connect(tmp_path / "copilot.db")
    shelved(opened)
    return opened


# --- asking -----------------------------------------------------------------------------------------------------


def test_what_an_analyst_asks_for_waits_for_a_reviewer_and_has_a_requester(db):
    item = asked(db, "high")
    assert (item.state, item.requester, item.risk, item.version) == ("submitted", "ada", "high", 1)
    assert [row.id for row in review.queue(db, BEN)] == [item.id]
    assert events(db, item) == ["item.draft", "item.submitted"]


def test_a_reviewer_accepts_what_was_shown_and_the_register_knows_it(db):
    item = asked(db, "high")
    done = says(db, BEN, item)
    assert (done.state, done.counted, done.needed, done.replayed) == ("accepted", 1, 1, False)
    [row] = register.actions(db, ADA, DOCUMENT, ["high"])
    assert (row.state, row.item) == ("accepted", item.id)


def test_critical_takes_two_people_one_of_them_a_risk_reviewer(db):
    item = asked(db, "critical")
    first = says(db, BEN, item)
    assert (first.state, first.counted, first.needed, first.lacking) == ("submitted", 1, 2, ("risk reviewer",))
    second = says(db, CAM, item)
    assert (second.state, second.counted, second.lacking) == ("submitted", 2, ("risk reviewer",))
    assert says(db, RIA, item).state == "accepted"


def test_nobody_decides_on_their_own_request(db):
    item = asked(db, "high", by=SAM)
    with pytest.raises(review.SelfApproval, match="somebody else decides"):
        says(db, SAM, item)
    assert state(db, item) == "submitted"
    assert events(db, item)[-1] == "item.refused"


def test_who_has_no_right_to_decide_is_refused(db):
    item = asked(db, "high")
    with pytest.raises(NotAllowed, match="reviewer"):
        says(db, replace(ADA, id="zoe"), item)


def test_the_evidence_is_whole(db):
    item = asked(db, "critical")
    told = review.evidence(db, BEN, item.id)
    [duty] = told.obligations
    assert duty.row.quote in register.analysis(db, BEN, DOCUMENT).document.text
    assert (told.rule.approvers, told.need, told.barred) == (2, "2 people, one of them a risk reviewer", "")
    assert set(told.steps) == {"accept", "reject", "request_change", "escalate"}
    assert told.digest == item.digest == shown(db, item, MAX)


def test_like_actions_are_one_request_and_others_are_their_own(db):
    made = review.submit(db, ADA, DOCUMENT, ["high", "second", "critical"])
    assert [[action.id for action in item.actions] for item in made] == [["critical"], ["high", "second"]][::-1]
    assert [item.risk for item in made] == ["high", "critical"]


def test_what_is_asked_for_one_by_one_is_one_request_each(db):
    assert len(review.submit(db, ADA, DOCUMENT, ["high", "second"], grouped=False)) == 2


def test_an_action_is_in_one_open_request_at_a_time_and_may_be_asked_for_again_after_it(db):
    item = asked(db, "high")
    with pytest.raises(Conflict, match=f"in request {item.number} already, which is submitted"):
        asked(db, "high", by=ANN)
    says(db, BEN, item, "reject")
    again = asked(db, "high")
    assert again.number > item.number
    assert [one.verdict for one in review.evidence(db, BEN, again.id).similar] == ["reject"]


def test_low_is_accepted_by_the_policy_and_that_is_logged_as_its_decision(db):
    item = asked(db, "low")
    assert item.state == "accepted"
    [made] = review.decisions(db, ADA, item.id)
    assert (made.reviewer, made.verdict) == ("policy", "accept")
    [row] = rows(db, "select user_id from audit where event = 'item.accepted'")
    assert row["user_id"] == "policy"


def test_a_correction_that_raises_the_risk_of_a_duty_raises_what_the_request_needs(db):
    item = asked(db, "low")
    assert item.state == "accepted"
    duty = register.rows_of(db, ADA, DOCUMENT, review.item(db, ADA, asked(db, "medium").id).actions[0].obligation_ids)
    register.correct(db, ADA, duty[0].id, "risk", "critical")
    waiting = review.queue(db, BEN)[0]
    with pytest.raises(review.Stale):
        review.decide(db, BEN, waiting.id, "accept", shown=waiting.digest, token="t")
    done = says(db, BEN, review.item(db, BEN, waiting.id))
    assert (done.needed, done.lacking, done.item.risk) == (2, ("risk reviewer",), "critical")


def test_a_correction_never_lowers_it(db):
    duty = register.actions(db, ADA, DOCUMENT, ["critical"])[0].action.obligation_ids[0]
    register.correct(db, ADA, f"{DOCUMENT}.{duty}", "risk", "low")
    assert asked(db, "critical").risk == "critical"


def test_a_draft_waits_until_somebody_asks_for_it(db):
    draft = review.prepare(db, ANN, DOCUMENT, ["high"])
    assert draft.state == "draft"
    assert review.queue(db, BEN) == []
    item = review.ask(db, ADA, draft.id)
    assert (item.state, item.requester, item.prepared_by) == ("submitted", "ada", "ann")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("update document set gate = 'waiting'", "was escalated and waits"),
        ("update document set gate = 'rejected'", "was escalated and rejected"),
        ("update document set status = 'withdrawn'", "was withdrawn"),
    ],
)
def test_a_document_out_of_use_refuses_requests_and_decisions_with_the_reason(db, spoil, told):
    item = asked(db, "high", by=ANN)
    with write(db):
        db.execute(spoil)
    with pytest.raises(Conflict, match=told):
        asked(db, "critical")  # its owner, who sees it whatever becomes of it
    owner = replace(ADA, roles=("reviewer",))
    with pytest.raises(Conflict, match=told):
        review.decide(db, owner, item.id, "accept", shown=item.digest, token="t")
    assert told in review.evidence(db, owner, item.id).unusable


def test_an_unsigned_document_is_not_asked_about_since_no_reviewer_could_see_it(tmp_path):
    db = connect(tmp_path / "other.db")
    shelved(db, signed=False)
    with pytest.raises(Conflict, match="not signed"):
        asked(db, "high")


def test_an_action_that_the_chosen_run_no_longer_recommends_refuses_decisions(db):
    item = asked(db, "high")
    read = rules.reading(DOCUMENT)
    other = replace(rules.analysis(read, model="ollama:small", without=rules.TELL), actions=())
    register.choose_run(db, ADA, DOCUMENT, register.store_run(db, ADA, other))
    with pytest.raises(Conflict, match="not recommended any more"):
        review.decide(db, BEN, item.id, "accept", shown=item.digest, token="t")
    assert "not recommended" in review.evidence(db, BEN, item.id).unusable


# --- deciding ---------------------------------------------------------------------------------------------------


def test_whoever_changes_a_request_does_not_decide_on_it_and_each_version_is_kept(db):
    item = asked(db, "high")
    review.amend(db, BEN, item.id, {"high": {"title": "Do it by June", "due": "2027-06-01"}})
    with pytest.raises(review.SelfApproval):
        says(db, BEN, item)
    done = says(db, CAM, item)
    assert done.state == "accepted"
    kept = review.versions(db, BEN, item.id)
    assert [(one.made_by, one.actions[0].title) for one in kept] == [
        ("ada", "Do the high thing"),
        ("ben", "Do it by June"),
    ]


def test_what_was_accepted_before_a_change_counts_no_more(db):
    item = asked(db, "critical")
    says(db, RIA, item)
    review.amend(db, ADA, item.id, {"critical": {"detail": "Other words"}})
    done = says(db, BEN, item)
    assert (done.counted, done.state) == (1, "submitted")
    assert says(db, RIA, item).state == "accepted"


def test_risk_and_duties_of_an_action_are_not_for_anybody_to_word(db):
    item = asked(db, "high")
    for field in ("priority", "obligation_ids", "requires_approval"):
        with pytest.raises(BadInput, match="cannot be changed"):
            review.amend(db, ADA, item.id, {"high": {field: "low"}})


def test_a_change_is_requested_made_and_asked_for_again_and_the_same_reviewer_decides(db):
    item = asked(db, "high")
    assert says(db, BEN, item, "request_change").state == "change_requested"
    again = review.amend(db, ADA, item.id, {"high": {"owner_role": "Legal"}})
    assert (again.state, again.requester) == ("submitted", "ada")
    assert says(db, BEN, item).state == "accepted"


def test_asked_for_again_in_the_same_words_is_another_thing_to_decide_on(db):
    item = asked(db, "high")
    says(db, BEN, item, "request_change")
    again = review.ask(db, ADA, item.id, "It is as legal wants it.")
    assert again.digest != item.digest
    assert says(db, BEN, item, token="second").state == "accepted"


def test_a_replayed_decision_changes_nothing_and_gives_the_first_result(db):
    item = asked(db, "critical")
    digest = shown(db, item)
    first = says(db, BEN, item, shown=digest, token="once")
    says(db, RIA, item)
    before = events(db, item)
    again = says(db, BEN, item, shown=digest, token="once")
    assert (again.replayed, again.state, again.counted) == (True, first.state, first.counted) == (True, "submitted", 1)
    assert events(db, item) == before


@pytest.mark.parametrize(
    "other", [{"verdict": "reject"}, {"reason": "Other words."}, {"override": True}, {"shown": "x"}]
)
def test_the_same_token_with_other_arguments_is_refused(db, other):
    item = asked(db, "high")
    sent = {"shown": shown(db, item), "token": "once", "reason": "It is so."}
    review.decide(db, BEN, item.id, "accept", **sent)
    verdict = other.pop("verdict", "accept")
    with pytest.raises(Conflict, match="with other words"):
        review.decide(db, BEN, item.id, verdict, **{**sent, **other})


def test_somebody_elses_token_decides_nothing(db):
    item = asked(db, "critical")
    says(db, BEN, item, token="once")
    with pytest.raises(Conflict, match="with other words"):
        says(db, RIA, item, token="once")


def test_what_changed_since_it_was_read_is_refused_and_told(db):
    item = asked(db, "high")
    digest = shown(db, item)
    duty = review.evidence(db, BEN, item.id).obligations[0].row.id
    register.correct(db, ADA, duty, "bearer", "The bank")
    with pytest.raises(review.Stale) as told:
        says(db, BEN, item, shown=digest)
    assert ("Article 2(1): bearer", "The firm (regulated)", "The bank (regulated)") in told.value.differences
    assert state(db, item) == "submitted"
    assert review.evidence(db, BEN, item.id).changed == told.value.differences
    [row] = rows(db, "select details from audit where event = 'item.refused'")
    assert '"why":"stale"' in row["details"]


def test_a_digest_that_nobody_was_shown_is_refused(db):
    item = asked(db, "high")
    with pytest.raises(review.Stale, match="not what request"):
        says(db, BEN, item, shown="0" * 64)


def test_nobody_decides_twice_on_the_same(db):
    item = asked(db, "critical")
    says(db, BEN, item, token="one")
    with pytest.raises(Conflict, match="decided on request"):
        says(db, BEN, item, token="two")


@pytest.mark.parametrize("verdict", ["reject", "request_change", "escalate"])
def test_all_but_accepting_needs_a_reason(db, verdict):
    item = asked(db, "high")
    with pytest.raises(BadInput, match="reason"):
        says(db, BEN, item, verdict, reason=" ")


def test_going_against_the_evidence_needs_a_reason_and_is_kept(db):
    item = asked(db, "high")
    with pytest.raises(BadInput, match="reason"):
        says(db, BEN, item, override=True)
    says(db, BEN, item, override=True, reason="Legal knows better.")
    assert review.report(db, BEN).override_rate == 1


def test_an_escalated_request_takes_one_of_the_roles_that_the_policy_names(db):
    item = asked(db, "high")
    says(db, BEN, item, "escalate")
    assert review.queue(db, CAM) == []
    with pytest.raises(NotAllowed, match="a manager or a risk reviewer"):
        says(db, CAM, item)
    assert says(db, MAX, item).state == "accepted"


def test_a_service_asks_for_nothing_and_decides_nothing(db):
    item = asked(db, "high")
    robot = replace(
        BEN, id="robot", mode="service", roles=("reviewer", "analyst"), scopes=("actions.submit", "documents.read")
    )
    for do in (lambda: says(db, robot, item, shown=item.digest), lambda: asked(db, "medium", by=robot)):
        with pytest.raises(NotAllowed, match="named person"):
            do()


def test_alone_one_asks_and_is_told_how_to_add_a_reviewer(tmp_path):
    db = connect(tmp_path / "alone.db")
    shelved(db, owner=local_user(), signed=False)
    item = asked(db, "high", by=local_user())
    with pytest.raises(review.SelfApproval, match="invite a reviewer"):
        says(db, local_user(), item)
    assert (state(db, item), review.counts(db, local_user()).mine) == ("submitted", 0)


def test_accepting_keeps_the_document_from_being_deleted(db):
    says(db, BEN, asked(db, "high"))
    assert library.delete(db, ADA, DOCUMENT).outcome == "withdrawn"


def test_an_acceptance_is_taken_back_with_a_reason_and_the_action_may_be_asked_for_again(db):
    item = asked(db, "high")
    says(db, BEN, item)
    with pytest.raises(BadInput):
        review.revoke(db, CAM, item.id, " ")
    assert review.revoke(db, CAM, item.id, "The rule was repealed.").state == "revoked"
    assert asked(db, "high").state == "submitted"


def test_only_who_asked_takes_a_request_back(db):
    item = asked(db, "high")
    with pytest.raises(NotAllowed):
        review.drop(db, ANN, item.id)
    assert review.drop(db, ADA, item.id).state == "dropped"
    assert register.actions(db, ADA, DOCUMENT, ["high"])[0].state == "draft"
