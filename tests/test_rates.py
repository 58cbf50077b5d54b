"""Nobody uses up what all share, and whoever meets a limit is told when it goes on."""

import re
import time

import pytest

from core import audit, jobs
from core.errors import CopilotError
from core.identity import LOCAL, rates, upkeep
from core.identity.rates import RateLimited, spend
from core.settings import lexicon
from core.store import connect, rows, write
from core.types import User

ADA, BEN = User("ada", "Ada"), User("ben", "Ben")


@pytest.fixture
def db():
    return connect(":memory:")


@pytest.fixture
def clock(monkeypatch):
    moment = [1_800_000_000.0]
    monkeypatch.setattr(rates.time, "time", lambda: moment[0])
    return moment


def spent(db, user, times=1, what="exports", most=3, seconds=60):
    for _ in range(times):
        with write(db):
            spend(db, user, what, most, seconds)


def test_the_limit_is_reached_and_no_further(db, clock):
    spent(db, ADA, 3)
    with pytest.raises(RateLimited) as refused:
        spent(db, ADA)
    assert re.search(r"\(3 exports\); go on in \d+ seconds\.$", str(refused.value))
    assert isinstance(refused.value, CopilotError)


def test_it_goes_on_when_it_was_said_to(db, clock):
    spent(db, ADA, 3)
    with pytest.raises(RateLimited) as refused:
        spent(db, ADA)
    clock[0] += int(re.search(r"in (\d+) seconds", str(refused.value)).group(1))
    spent(db, ADA, 3)


def test_one_persons_limit_and_one_kinds_limit_are_no_others(db, clock):
    spent(db, ADA, 3)
    spent(db, BEN, 3)
    spent(db, ADA, 3, what="uploads")


def test_what_is_undone_is_not_counted(db, clock):
    with pytest.raises(RateLimited), write(db):
        [spend(db, ADA, "exports", 2, 60) for _ in range(3)]
    spent(db, ADA, 2, most=2)


def test_being_refused_is_not_counted_either(db, clock):
    spent(db, ADA, 3)
    for _ in range(50):
        with pytest.raises(RateLimited):
            spent(db, ADA)
    assert [row["used"] for row in rows(db, "select used from rate")] == [3]


def test_old_counts_are_thrown_away(db, clock):
    for _ in range(5):
        spent(db, ADA)
        clock[0] += 60
    assert len(rows(db, "select * from rate")) == 1


def test_what_was_seen_and_counted_the_day_before_yesterday_is_swept(db, clock):
    spent(db, BEN)
    audit.seen(db, ADA, "item:1", "d" * 64)
    assert upkeep.sweep(db) == 0
    clock[0] = time.time() + 3 * upkeep.DAY_SECONDS
    assert upkeep.sweep(db) == 2
    assert audit.seen(db, ADA, "item:1", "d" * 64)


def test_the_local_person_has_no_limits(db, clock):
    spent(db, LOCAL, 50)
    assert rows(db, "select * from rate") == []


@pytest.mark.parametrize("what", ["uploads", "runs", "exports", "decisions", "invitations"])
def test_the_limits_stand_in_the_lexicon(db, clock, what):
    most = lexicon("limits")["rates"][what]["most"]
    with write(db):
        for _ in range(most):
            spend(db, ADA, what)
    with pytest.raises(RateLimited), write(db):
        spend(db, ADA, what)


def test_a_limit_on_what_nobody_knows_is_a_defect(db, clock):
    with pytest.raises(KeyError), write(db):
        spend(db, ADA, "daydreams")


def test_one_person_may_upload_so_often_and_others_go_on(db, clock):
    most = lexicon("limits")["rates"]["uploads"]["most"]
    ada, ben = (User(id=id, name=id, roles=("analyst",)) for id in ("ada", "ben"))
    with write(db):
        for _ in range(most):
            jobs.insert(db, ada, "import", {}, "a.pdf")
    with pytest.raises(RateLimited, match=f"{most} uploads"):
        jobs.enqueue(db, ada, "import", {}, "a.pdf")
    jobs.enqueue(db, ben, "import", {}, "a.pdf")
    assert rows(db, "select count(*) as size from job") == [{"size": most + 1}]
