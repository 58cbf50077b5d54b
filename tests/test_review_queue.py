"""Who sees which requests, in which order, what they are shown and told, and what comes of an accepted one."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from core import library, register, review
from core.audit.verifying import verify
from core.errors import Conflict, NotAllowed, NotFound
from core.identity import accounts
from core.review.items import later
from core.settings import ROOT
from core.store import connect, now, rows, write
from core.types import Bearer
from tests import register_parts as rules
from tests.job_parts import wait_until
from tests.review_parts import (
    ADA,
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
    assert [name for name, _, _ in told.changed] == ["Readings"]


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
