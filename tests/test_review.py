"""Nobody decides on their own request, on something else than was shown, or twice; and all of it is in the log."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from core import library, register, review
from core.audit.verifying import verify
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.identity import accounts, local_user
from core.review.items import later
from core.settings import ROOT
from core.store import connect, now, rows, write
from core.types import Bearer
from tests import register_parts as rules
from tests.job_parts import wait_until
from tests.review_parts import (
    ADA,
    ANN,
    BEN,
    CAM,
    DOCUMENT,
    FAR,
    MAX,
    RIA,
    SAM,
    account,
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


# --- the queue --------------------------------------------------------------------------------------------------


def test_another_tenant_sees_nothing_of_it(db):
    item = asked(db, "high")
    assert review.queue(db, FAR, review.Filter("all")) == []
    for do in (review.evidence, review.claim, review.versions, review.decisions):
        with pytest.raises(NotFound):
            do(db, FAR, item.id)


def test_a_reviewer_who_may_not_see_the_document_does_not_see_the_request(db):
    asked(db, "high")
    assert review.queue(db, replace(BEN, clearances=("public",)), review.Filter("all")) == []
    assert review.count(db, replace(BEN, clearances=("public",)), review.Filter("all")) == 0


def test_the_queue_is_mine_when_i_may_decide(db):
    item = asked(db, "critical", by=SAM)
    views = {who.id: [row.id for row in review.queue(db, who)] for who in (SAM, BEN, RIA, ADA)}
    assert views == {"sam": [], "ben": [item.id], "ria": [item.id], "ada": []}
    says(db, BEN, item)
    assert review.queue(db, BEN) == []
    [row] = review.queue(db, RIA)
    assert (row.accepted, row.needed, row.mine, row.bulk) == (1, 2, True, False)
    assert [row.id for row in review.queue(db, SAM, review.Filter("requested"))] == [item.id]


def test_one_person_reads_a_request_at_a_time_until_the_lease_ends(db):
    item = asked(db, "high")
    review.claim(db, BEN, item.id)
    with pytest.raises(Conflict, match="Somebody else is reading"):
        review.claim(db, CAM, item.id)
    with pytest.raises(Conflict, match="Somebody else is reading"):
        says(db, CAM, item)
    assert review.queue(db, CAM) == []
    assert review.counts(db, BEN).claimed == 1
    with write(db):
        db.execute("update item set claimed_until = '2020-01-01T00:00:00.000Z'")
    assert says(db, CAM, item).item.claimed_by is None


def test_what_waits_too_long_is_escalated_and_what_runs_out_expires(db):
    item = asked(db, "high")
    assert review.tend(db, "2999-01-01T00:00:00.000Z") == 2
    assert (state(db, item), events(db, item)[-2:]) == ("expired", ["item.escalated", "item.expired"])
    assert asked(db, "high").state == "submitted"


def test_overdue_ones_are_first_and_counted(db):
    late, other = asked(db, "high"), asked(db, "critical")
    with write(db):
        db.execute("update item set due_at = '2020-01-01T00:00:00.000Z' where id = ?", [late.id])
    assert [row.id for row in review.queue(db, RIA)] == [late.id, other.id]
    assert [row.overdue for row in review.queue(db, RIA)] == [True, False]
    assert review.counts(db, RIA).overdue == 1


def test_several_are_decided_at_once_only_where_the_policy_allows(db):
    medium, high = asked(db, "medium"), asked(db, "high")
    with pytest.raises(NotAllowed, match="decided by itself"):
        review.decide_many(db, BEN, [(medium.id, medium.digest), (high.id, high.digest)], "accept", "t")
    assert state(db, medium) == "submitted"
    [told] = review.decide_many(db, BEN, [(medium.id, medium.digest)], "accept", "t")
    assert told.decided.state == "accepted"


def test_an_escalated_document_waits_in_the_same_queue_and_its_owner_does_not_release_it(db):
    with write(db):
        db.execute("update document set gate = 'waiting'")
    [row] = review.queue(db, RIA)
    assert (row.kind, row.id, row.waits_for, row.mine) == ("document", DOCUMENT, "release", True)
    owner = replace(ADA, roles=("analyst", "reviewer"))
    assert review.queue(db, owner) == []
    with pytest.raises(review.SelfApproval):
        review.decide_document(db, owner, DOCUMENT, "accept", "It is mine.", shown="")
    read = review.waiting(db, RIA, DOCUMENT).digest
    assert review.decide_document(db, RIA, DOCUMENT, "accept", "It quotes them only.", shown=read) == "released"
    assert review.queue(db, RIA) == []


@pytest.fixture
def confidential(tmp_path):
    """A document that its owner signed and a second person must sign, and three people with accounts."""
    opened = connect(tmp_path / "second.db")
    shelved(opened, signed=False)
    with write(opened):
        account(opened, "ada", "Ada", '["confidential"]', role="analyst")
        account(opened, "ben", "Ben", '["confidential"]')
        account(opened, "blind", "Blind", '["public"]')
    library.save_card(opened, ADA, DOCUMENT, {"sensitivity": "Confidential"})
    library.sign_card(opened, ADA, DOCUMENT)
    return opened


def test_a_second_signature_stands_for_the_card_that_was_read(confidential):
    ben = accounts.user_of(confidential, "ben")
    read = review.waiting(confidential, ben, DOCUMENT)
    assert (read.waits_for, read.barred, len(read.card["signatures"])) == ("second signature", "", 1)
    library.save_card(confidential, ADA, DOCUMENT, {"prohibited_use": "Nothing at all"})
    library.sign_card(confidential, ADA, DOCUMENT)
    with pytest.raises(review.Stale):
        review.decide_document(confidential, ben, DOCUMENT, "accept", shown=read.digest)
    again = review.waiting(confidential, ben, DOCUMENT).digest
    assert review.decide_document(confidential, ben, DOCUMENT, "accept", shown=again) == "approved"


def test_who_may_decide_on_a_document_is_told_once_and_again_with_its_owner_when_it_is_overdue(confidential):
    def told():
        return [(row["user_id"], row["kind"]) for row in rows(confidential, "select * from notice order by id")]

    for _ in range(2):
        review.tell_of_documents(confidential, now())
    assert told() == [("ben", "assigned")]
    for _ in range(2):
        review.tell_of_documents(confidential, later(now(), hours=49))
    assert told()[1:] == [("ben", "overdue"), ("ada", "overdue")]
    library.save_card(confidential, ADA, DOCUMENT, {"prohibited_use": "Nothing at all"})
    library.sign_card(confidential, ADA, DOCUMENT)  # another wait
    review.tell_of_documents(confidential, now())
    assert told()[3:] == [("ben", "assigned")]


def test_the_report_says_who_disagreed_and_how_long_it_took(db):
    critical, high = asked(db, "critical"), asked(db, "high")
    says(db, BEN, critical)
    says(db, RIA, critical, "reject")
    says(db, BEN, high)
    found = review.report(db, MAX)
    assert (found.decisions, found.reviewers.among, found.reviewers.of) == (3, 1, 1)
    assert (found.model.among, found.model.of) == (1, 2)
    assert found.hours["all"][2] == 2
    assert [(one.number, one.between) for one in found.differing] == [(critical.number, ("reviewers", "reading"))]


def test_the_log_says_of_a_decision_what_it_goes_against(db):
    item = asked(db, "critical")
    says(db, BEN, item)
    says(db, RIA, item, "reject")
    told = [
        json.loads(row["details"]) for row in rows(db, "select details from audit where subject = ?", [item.subject])
    ]
    first, second = (one for one in told if "verdict" in one)
    assert "against_reading" not in first
    assert "against_reviewers" not in first
    assert (second["against_reading"], second["against_reviewers"]) == (True, True)


def test_who_is_named_in_a_comment_is_told_if_they_may_see_it(db):
    with write(db):
        for id, name in (("ria", "Ria Okafor"), ("far", "Far Away")):
            clearances = "[]" if id == "far" else '["internal"]'
            account(db, id, name, clearances)
    item = asked(db, "high")
    review.comment(db, ADA, item.id, "@Ria Okafor is this ours? cc @Far Away, @nobody")
    told = rows(db, "select user_id, kind, about from notice where kind = 'mentioned'")
    assert told == [{"user_id": "ria", "kind": "mentioned", "about": item.number}]
    assert review.comments(db, BEN, item.id)[-1].text.startswith("@Ria Okafor")


def test_the_evidence_has_both_readings_and_says_where_they_differ(db):
    item = asked(db, "critical")
    assert [(each.engine, len(each.found)) for each in review.evidence(db, BEN, item.id).obligations[0].readings] == [
        ("builtin", 1)
    ]
    read = rules.reading(DOCUMENT)
    theirs = rules.analysis(read, model="ollama:small")
    bank = [
        replace(one, draft=replace(one.draft, bearer=Bearer("The bank", "regulated", True)))
        for one in theirs.obligations
    ]
    register.store_run(db, ADA, replace(theirs, obligations=tuple(bank), actions=()))
    told = review.evidence(db, BEN, item.id)
    assert [(each.engine, len(each.found)) for each in told.obligations[0].readings] == [
        ("builtin", 1),
        ("ollama:small", 1),
    ]
    assert told.obligations[0].differing == ("bearer",)
    assert told.cautions == ("The built-in engine and the model read Article 1(2) differently (bearer).",)
    # A reading that came in since it was asked for is something new to look at.
    assert [name for name, _, _ in told.changed] == ["Readings there are"]


def test_the_evidence_names_neighbours_and_what_was_decided_before(db):
    first, second = asked(db, "high"), asked(db, "second")
    says(db, BEN, first, "reject", reason="Legal says no.")
    told = review.evidence(db, CAM, second.id)
    assert [row.path for row in told.related] == ["Article 2(2)"]
    assert [(one.number, one.verdict, one.reason) for one in told.similar] == [
        (first.number, "reject", "Legal says no.")
    ]
    assert (told.card["name"], told.document.id, told.item.requester) == ("Incident rules", DOCUMENT, "ada")


def test_what_was_seen_is_logged_once(db):
    item = asked(db, "high")
    for _ in range(3):
        review.evidence(db, BEN, item.id)
    assert events(db, item).count("item.seen") == 1


def test_who_may_decide_is_told_and_who_asked_is_told_what_came_of_it(db):
    with write(db):
        account(db, "ada", "Ada", role="analyst")
        account(db, "ben", "Ben")
        account(db, "sam", "Sam")
        account(db, "blind", "Blind", clearances="[]")
    item = asked(db, "high", by=SAM)
    says(db, BEN, item)
    told = rows(db, "select user_id, kind from notice order by id")
    assert told == [{"user_id": "ben", "kind": "assigned"}, {"user_id": "sam", "kind": "decided"}]


def test_the_worker_escalates_by_itself(db, tmp_path):
    item = asked(db, "high")
    with write(db):
        db.execute("update item set due_at = '2020-01-01T00:00:00.000Z'")
    command = [sys.executable, "-m", "core", "work"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "COPILOT_DATA_DIR": str(tmp_path)})
    try:
        wait_until(lambda: state(db, item) == "escalated")
    finally:
        process.terminate()
        process.wait(120)


# --- carrying out -----------------------------------------------------------------------------------------------


def test_an_accepted_request_is_carried_out_and_undone_step_by_step(db):
    item = asked(db, "high")
    says(db, BEN, item)
    with write(db):
        assert review.begin(db, ADA, item.id).state == "executing"
        assert review.settle(db, ADA, item.id, False).state == "failed"
        assert review.begin(db, ADA, item.id).state == "executing"
        assert review.settle(db, ADA, item.id, True).state == "executed"
        review.compensated(db, BEN, item.id)
    assert events(db, item)[-5:] == [
        "item.executing",
        "item.failed",
        "item.executing",
        "item.executed",
        "item.compensated",
    ]
    assert verify(db, whole=True).ok


def test_what_changed_since_it_was_accepted_is_not_carried_out(db):
    item = asked(db, "high")
    says(db, BEN, item)
    duty = review.evidence(db, BEN, item.id).obligations[0].row.id
    register.correct(db, ADA, duty, "bearer", "The bank")
    with pytest.raises(review.Stale), write(db):
        review.begin(db, ADA, item.id)
    assert state(db, item) == "accepted"


def test_the_report_counts_every_refusal_also_those_that_the_log_only_counts(db):
    item = asked(db, "high", by=SAM)
    mark = shown(db, item)
    for _ in range(40):
        with pytest.raises(review.SelfApproval):
            says(db, SAM, item, shown=mark)
    assert review.report(db, MAX).refused == 40
    assert len(rows(db, "select 1 from audit where event = 'item.refused'")) == 21
