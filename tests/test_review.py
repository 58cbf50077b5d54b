"""Nobody decides on their own request, on something else than was shown, or twice; and all of it is in the log."""

import pytest

from core import register, review
from core.errors import NotAllowed
from core.store import connect
from tests.review_parts import ADA, BEN, CAM, DOCUMENT, MAX, RIA, SAM, asked, events, says, shelved, shown, state


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
        says(db, ADA.__class__(id="zoe", name="Zoe", roles=("analyst",)), item)


def test_the_evidence_is_whole(db):
    item = asked(db, "critical")
    told = review.evidence(db, BEN, item.id)
    [duty] = told.obligations
    assert duty.row.quote in register.analysis(db, BEN, DOCUMENT).document.text
    assert (told.rule.approvers, told.need, told.barred) == (2, "2 people, one of them a risk reviewer", "")
    assert set(told.steps) == {"accept", "reject", "request_change", "escalate"}
    assert told.digest == item.digest == shown(db, item, MAX)
