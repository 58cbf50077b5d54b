"""Jobs are durable: asked for once, done once, visible to who asked, and honest about how they ended."""

import multiprocessing
from dataclasses import replace

import pytest

from core import jobs
from core.errors import Conflict, NotFound
from core.jobs import asking
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


def over(db, until):
    """The time has come up to which a column says that the job is held."""
    with write(db):
        db.execute(f"update job set {until} = '2000-01-01T00:00:00.000Z'")


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
    slow = jobs.claim_next(db, lease_seconds=60)
    over(db, "lease_until")
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
    claim = jobs.claim_next(db, lease_seconds=60)
    for _ in range(2):
        over(db, "lease_until")
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


# --- held back, and gone on with ---------------------------------------------------------------------------------


def test_a_job_that_is_paused_while_it_runs_is_lost_to_its_worker_and_keeps_its_steps(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    claim = jobs.claim_next(db, lease_seconds=60)
    jobs.step(db, claim, "first", lambda: 1)
    jobs.progress(db, claim, 0.5, "Half")
    jobs.pause(db, ADA, asked)
    assert jobs.lost(db, claim)
    with pytest.raises(jobs.Lost):
        jobs.step(db, claim, "second", lambda: 2)
    paused = jobs.job(db, ADA, asked)
    assert (paused.state, paused.held, paused.stage, paused.progress) == ("queued", True, "Paused", 0.5)
    assert jobs.steps(db, asked) == {"first": 1}


def test_nobody_takes_up_a_paused_job_until_it_is_resumed_and_then_it_goes_on_where_it_was(db):
    asked, other = (jobs.enqueue(db, ADA, "refuse", {}, name) for name in ("a.pdf", "b.pdf"))
    jobs.step(db, jobs.claim_next(db, lease_seconds=60), "first", lambda: 1)
    jobs.pause(db, ADA, asked)
    finish(db, jobs.claim_next(db, lease_seconds=60))
    assert jobs.job(db, ADA, other).state == "done"
    assert jobs.claim_next(db, lease_seconds=60) is None
    jobs.resume(db, ADA, asked)
    claim = jobs.claim_next(db, lease_seconds=60)
    assert (claim.job.id, claim.job.held, claim.job.attempts) == (asked, False, 1)
    assert jobs.step(db, claim, "first", lambda: pytest.fail("paid twice")) == 1


def test_a_pause_outlives_every_restart_of_the_worker(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    jobs.claim_next(db, lease_seconds=60)
    jobs.pause(db, ADA, asked)
    jobs.release_all(db)
    jobs.put_back_lanes(db)
    assert jobs.claim_next(db, lease_seconds=60) is None


def test_only_what_waits_or_runs_can_be_paused_and_only_what_is_paused_resumed(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    with pytest.raises(Conflict, match="not paused but queued"):
        jobs.resume(db, ADA, asked)
    jobs.pause(db, ADA, asked)
    with pytest.raises(Conflict, match="paused already"):
        jobs.pause(db, ADA, asked)
    jobs.cancel(db, ADA, asked)
    assert not jobs.job(db, ADA, asked).held
    with pytest.raises(Conflict, match="is cancelled already"):
        jobs.pause(db, ADA, asked)
    for step in (jobs.pause, jobs.resume):
        with pytest.raises(NotFound):
            step(db, BEN, asked)


def test_a_cancelled_job_keeps_its_steps_only_where_they_are_worth_it(db, monkeypatch):
    monkeypatch.setattr(asking, "RESUMED", frozenset({"sleep"}))
    kept = {}
    for kind in ("refuse", "sleep"):
        asked = jobs.enqueue(db, ADA, kind, {}, "a.pdf")
        jobs.step(db, jobs.claim_next(db, lease_seconds=60), "first", lambda: 1)
        jobs.cancel(db, ADA, asked)
        kept[kind] = jobs.steps(db, asked)
    assert kept == {"refuse": {}, "sleep": {"first": 1}}


def test_a_retry_goes_on_where_it_was_and_shows_it(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    claim = jobs.claim_next(db, lease_seconds=60)
    jobs.step(db, claim, "first", lambda: 1)
    jobs.progress(db, claim, 0.4, "Window 4 of 10")
    jobs.fail(db, claim, "OverBudget", "The budget is used up.")
    jobs.retry(db, ADA, asked)
    assert jobs.job(db, ADA, asked).progress == 0.4
    assert jobs.claim_next(db, lease_seconds=60).job.progress == 0.4


def test_a_job_that_goes_on_has_the_rights_that_its_person_has_by_then(db):
    fewer = replace(ADA, clearances=("public",), roles=())
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    jobs.fail(db, jobs.claim_next(db, lease_seconds=60), "OverBudget", "The budget is used up.")
    jobs.retry(db, fewer, asked)
    assert jobs.claim_next(db, lease_seconds=60).user == fewer
    jobs.pause(db, fewer, asked)
    jobs.resume(db, ADA, asked)
    assert jobs.claim_next(db, lease_seconds=60).user == ADA


def test_a_job_that_is_put_off_waits_for_its_time_without_using_up_a_try(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    jobs.put_off(db, jobs.claim_next(db, lease_seconds=60), 3_600, "Waiting for the provider")
    waiting = jobs.job(db, ADA, asked)
    assert (waiting.state, waiting.stage, waiting.attempts) == ("queued", "Waiting for the provider", 0)
    assert jobs.claim_next(db, lease_seconds=60) is None
    over(db, "not_before")
    assert jobs.claim_next(db, lease_seconds=60).job.not_before is None


def test_a_job_that_finishes_a_step_in_each_try_is_never_given_up(db):
    asked = jobs.enqueue(db, ADA, "refuse", {}, "a.pdf")
    for number in range(2 * jobs.TRIES):
        jobs.step(db, jobs.claim_next(db, lease_seconds=60), f"step {number}", lambda: 1)
        jobs.release_all(db)
    assert jobs.claim_next(db, lease_seconds=60).job.attempts == 2
    assert len(jobs.steps(db, asked)) == 2 * jobs.TRIES


def test_what_a_job_is_told_to_do_changes_only_while_it_does_not_run(db):
    asked = jobs.enqueue(db, ADA, "refuse", {"most": 1}, "a.pdf")
    jobs.claim_next(db, lease_seconds=60)

    def change():
        with write(db):
            jobs.change_payload(db, ADA, asked, {"most": 2})

    with pytest.raises(Conflict, match="pause it first"):
        change()
    jobs.pause(db, ADA, asked)
    change()
    assert jobs.job(db, ADA, asked).payload == {"most": 2}


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
    taken = [job_id for _ in workers for job_id in results.get(timeout=120)]
    assert sorted(taken) == sorted(asked)
