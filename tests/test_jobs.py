"""Jobs are durable: asked for once, done once, visible to who asked, and honest about how they ended."""

import multiprocessing
import time

import pytest

from core import jobs
from core.errors import Conflict, NotFound
from core.store import connect, one, write
from core.types import User
from tests.job_parts import KINDS

ADA = User(id="ada", name="Ada")
BEN = User(id="ben", name="Ben")
ELSEWHERE = User(id="ada", name="Ada", tenant="elsewhere")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    for name, handler in KINDS.items():
        monkeypatch.setitem(jobs.HANDLERS, name, handler)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "copilot.db"


@pytest.fixture
def db(path):
    return connect(path)


def finish(db, claim):
    with write(db):
        jobs.finish(db, claim)


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(db):
    asked = [jobs.enqueue(db, ADA, "refuse", {}, f"file {number}") for number in range(5)]
    taken = []
    while claim := jobs.claim_next(db, lease_seconds=60):
        taken.append(claim.job.id)
        finish(db, claim)
    assert taken == asked


def test_a_person_sees_their_own_jobs_and_nobody_elses(db):
    mine = jobs.enqueue(db, ADA, "refuse", {}, "mine.pdf")
    assert [job.id for job in jobs.jobs(db, ADA)] == [mine]
    for other in (BEN, ELSEWHERE):
        assert jobs.jobs(db, other) == []
        for look in (jobs.job, jobs.cancel, jobs.retry):
            with pytest.raises(NotFound):
                look(db, other, mine)


def test_a_job_shows_its_stage_and_progress_while_it_runs(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf", subject="doc1")
    assert (jobs.job(db, ADA, asked).state, jobs.job(db, ADA, asked).stage) == ("queued", "Waiting")
    claim = jobs.claim_next(db, lease_seconds=60)
    jobs.progress(db, claim, 0.4, "Reading the file")
    seen = jobs.job(db, ADA, asked)
    assert (seen.state, seen.progress, seen.stage, seen.subject) == ("running", 0.4, "Reading the file", "doc1")
    finish(db, claim)
    seen = jobs.job(db, ADA, asked)
    assert (seen.state, seen.progress) == ("done", 1.0)
    assert seen.finished_at >= seen.started_at >= seen.created_at
    assert jobs.jobs(db, ADA, active=True) == []


def test_a_job_is_never_claimed_twice_while_its_lease_runs(db, path):
    jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    assert jobs.claim_next(db, lease_seconds=60)
    assert jobs.claim_next(connect(path), lease_seconds=60) is None


def test_a_lease_that_ran_out_is_claimed_by_another_and_the_first_can_change_nothing(db, path):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    slow = jobs.claim_next(db, lease_seconds=0.01)
    time.sleep(0.05)
    quick = jobs.claim_next(connect(path), lease_seconds=60)
    assert quick.job.attempts == 2
    assert jobs.lost(db, slow)
    assert not jobs.lost(db, quick)
    for change in (
        lambda: jobs.progress(db, slow, 0.5, "Late"),
        lambda: jobs.renew(db, slow),
        lambda: jobs.fail(db, slow, "BadInput", "late"),
        lambda: jobs.put_back(db, slow, counted=True),
        lambda: jobs.step(db, slow, "late", lambda: 1),
        lambda: finish(db, slow),
    ):
        with pytest.raises(jobs.Lost):
            change()
    assert jobs.job(db, ADA, asked).stage == "Starting"
    finish(db, quick)


def test_renewing_a_lease_keeps_the_job(db, path):
    jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    claim = jobs.claim_next(db, lease_seconds=0.3)
    for _ in range(4):
        time.sleep(0.1)
        jobs.renew(db, claim)
        assert jobs.claim_next(connect(path), lease_seconds=60) is None


def test_a_result_of_a_lost_job_is_undone_with_it(db):
    jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    claim = jobs.claim_next(db, lease_seconds=60)
    jobs.cancel(db, ADA, claim.job.id)

    def appear():
        with write(db):
            db.execute("insert into worker (one, pid, started_at, seen_at) values (1, 1, '', '')")
            jobs.finish(db, claim)

    with pytest.raises(jobs.Lost):
        appear()
    assert one(db, "select * from worker") is None


def test_a_job_that_took_its_worker_with_it_three_times_fails_with_a_sentence(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    for _ in range(jobs.TRIES):
        assert jobs.claim_next(db, lease_seconds=60)
        assert jobs.release_all(db) == 1
    assert jobs.claim_next(db, lease_seconds=60) is None
    ended = jobs.job(db, ADA, asked)
    assert (ended.state, ended.fault) == ("failed", "Crashed")
    assert ended.error == "It stopped 3 times without finishing; retry it, or leave the file out."


def test_a_failed_job_can_be_retried_and_has_its_three_tries_again(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    jobs.fail(db, jobs.claim_next(db, lease_seconds=60), "BadInput", "This file is empty.")
    assert jobs.job(db, ADA, asked).error == "This file is empty."
    jobs.retry(db, ADA, asked)
    again = jobs.job(db, ADA, asked)
    assert (again.state, again.error, again.fault, again.attempts) == ("queued", None, None, 0)
    with pytest.raises(Conflict, match="is queued already"):
        jobs.retry(db, ADA, asked)


def test_a_waiting_job_can_be_cancelled_and_is_not_done(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    jobs.cancel(db, ADA, asked)
    assert jobs.claim_next(db, lease_seconds=60) is None
    with pytest.raises(Conflict, match="is cancelled already"):
        jobs.cancel(db, ADA, asked)


def test_being_told_to_end_does_not_count_as_a_try(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    for _ in range(5):
        jobs.put_back(db, jobs.claim_next(db, lease_seconds=60), counted=False)
    assert jobs.job(db, ADA, asked).attempts == 0


def test_a_step_is_made_once_and_read_back_by_the_next_try(db):
    jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    first = jobs.claim_next(db, lease_seconds=60)
    assert jobs.step(db, first, "answer", lambda: {"tokens": 7}) == {"tokens": 7}
    jobs.release_all(db)
    second = jobs.claim_next(db, lease_seconds=60)
    assert jobs.step(db, second, "answer", lambda: pytest.fail("paid twice")) == {"tokens": 7}


def test_work_of_an_unknown_kind_cannot_be_asked_for(db):
    with pytest.raises(ValueError, match="no handler"):
        jobs.enqueue(db, ADA, "mine bitcoin", {}, "a.pdf")


def _take_all(path, results):
    db = connect(path)
    taken = []
    while claim := jobs.claim_next(db, lease_seconds=60):
        taken.append(claim.job.id)
        finish(db, claim)
    results.put(taken)


def test_four_workers_at_once_never_do_a_job_twice_and_lose_none(db, path):
    asked = [jobs.enqueue(db, ADA, "refuse", {}, f"file {number}") for number in range(60)]
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    workers = [context.Process(target=_take_all, args=(path, results)) for _ in range(4)]
    for process in workers:
        process.start()
    taken = [job_id for _ in workers for job_id in results.get(timeout=60)]
    assert sorted(taken) == sorted(asked)
