"""There is one worker, it shows itself, it survives every job, and nothing that it finished is lost with it."""

import os
import signal
import stat
import time
from pathlib import Path

import pytest

from core import jobs, library, worker
from core.errors import Conflict
from core.settings import Settings
from core.store import connect, one
from core.types import User
from core.worker import presence
from core.worker.watch import Watch
from tests.job_parts import KINDS, STEPS, start_worker, wait_until

ADA = User(id="ada", name="Ada", roles=("analyst",), groups=("dpo",), clearances=("public", "internal"))


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    for name, handler in KINDS.items():
        monkeypatch.setitem(jobs.HANDLERS, name, handler)


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "var", lease_seconds=30)


@pytest.fixture
def db(settings):
    return connect(settings.database)


@pytest.fixture
def started(settings):
    """Starts workers, and ends those that a test leaves running."""
    processes = []

    def start():
        processes.append(process := start_worker(settings))
        wait_until(lambda: process.poll() is not None or worker.state(settings).pid == process.pid)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def ask(db, kind, **payload):
    return jobs.enqueue(db, ADA, kind, payload, f"{kind}.pdf")


def test_it_does_what_waits_and_ends(db, settings, tmp_path):
    spent = tmp_path / "spent"
    asked = ask(db, "ten_steps", path=str(spent))
    assert worker.drain(settings) == 1
    assert jobs.job(db, ADA, asked).state == "done"
    assert spent.read_text().split() == [str(number) for number in range(STEPS)]
    assert worker.drain(settings) == 0


def test_a_job_runs_with_the_rights_of_who_asked_for_it(db, settings, tmp_path):
    ask(db, "say_who", path=str(tmp_path / "who"))
    worker.drain(settings)
    assert (tmp_path / "who").read_text() == "ada ('dpo',) ('public', 'internal')"


def test_a_job_that_cannot_be_done_says_why_and_the_next_one_is_done(db, settings, tmp_path):
    refused, done = ask(db, "refuse"), ask(db, "ten_steps", path=str(tmp_path / "spent"))
    worker.drain(settings)
    ended = jobs.job(db, ADA, refused)
    assert (ended.state, ended.fault, ended.attempts) == ("failed", "BadInput", 1)
    assert ended.error == "This file is empty; choose another."
    assert jobs.job(db, ADA, done).state == "done"


def test_a_defect_in_a_job_is_reported_by_its_place_and_never_in_words_of_the_document(db, settings, capsys):
    asked = ask(db, "trip")
    worker.drain(settings)
    ended = jobs.job(db, ADA, asked)
    assert ended.state == "failed"
    assert "ValueError, job_parts.py line" in ended.error
    assert "secret" not in ended.error + capsys.readouterr().err


def test_what_may_pass_is_tried_three_times(db, settings):
    asked = ask(db, "busy")
    assert worker.drain(settings) == 3
    ended = jobs.job(db, ADA, asked)
    assert (ended.state, ended.attempts) == ("failed", 3)
    assert ended.error == "The database is busy; wait a moment and try again."


def test_there_is_only_one_worker(db, settings, started):
    started()
    with pytest.raises(Conflict, match="running already"):
        worker.drain(settings)


def test_a_job_whose_database_goes_away_meanwhile_is_watched_without_a_word(db, settings, monkeypatch):
    monkeypatch.setattr("core.worker.watch.WATCH_SECONDS", 0.01)
    ask(db, "refuse")
    claim = jobs.claim_next(db, lease_seconds=30)
    db.close()
    settings.database.unlink()
    with Watch(settings, claim):  # what its thread raised would fail the test
        time.sleep(0.1)


def test_its_state_can_be_seen(db, settings, started):
    assert worker.state(settings) == worker.WorkerState("stopped", None)
    process = started()
    assert worker.state(settings).status == "running"
    process.terminate()
    process.wait(120)
    assert worker.state(settings).status == "stopped"
    assert worker.state(settings).since


def test_killed_at_any_moment_it_repeats_at_most_the_step_it_was_in(db, settings, started, tmp_path):
    spent = tmp_path / "spent"
    asked = ask(db, "ten_steps", path=str(spent))
    for lines in (2, 7):
        process = started()
        wait_until(lambda lines=lines: spent.exists() and len(spent.read_text().split()) >= lines)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert worker.state(settings).status == "stopped"
    started()
    wait_until(lambda: jobs.job(db, ADA, asked).state == "done")
    paid = spent.read_text().split()
    assert set(paid) == {str(number) for number in range(STEPS)}
    assert len(paid) <= STEPS + 2


def test_a_job_that_kills_its_worker_is_given_up_after_three_tries(db, settings, started):
    asked = ask(db, "die")
    for _ in range(3):
        process = start_worker(settings)
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
    started()
    wait_until(lambda: jobs.job(db, ADA, asked).state == "failed")
    assert jobs.job(db, ADA, asked).fault == "Crashed"


def test_a_cancelled_job_is_dropped_at_once_even_in_the_middle_of_a_long_wait(db, settings, started):
    started()
    asked = ask(db, "sleep")
    wait_until(lambda: jobs.job(db, ADA, asked).state == "running")
    jobs.cancel(db, ADA, asked)
    after = ask(db, "refuse")
    wait_until(lambda: jobs.job(db, ADA, after).state == "failed")
    assert jobs.job(db, ADA, asked).state == "cancelled"


def test_a_job_that_takes_too_long_is_given_up_and_says_so(db, settings):
    asked = ask(db, "sleep")
    worker.drain(settings.model_copy(update={"job_timeout_seconds": 1}))
    found = jobs.job(db, ADA, asked)
    assert found.state == "failed"
    assert "longer than 1 s" in found.error


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_told_to_end_it_puts_its_job_back_first(db, settings, started, told):
    process = started()
    asked = ask(db, "sleep")
    wait_until(lambda: jobs.job(db, ADA, asked).stage == "Sleeping")
    os.kill(process.pid, told)
    process.wait(120)
    waiting = jobs.job(db, ADA, asked)
    assert (waiting.state, waiting.attempts) == ("queued", 0)


def test_a_running_job_renews_its_lease(db, tmp_path):
    settings = Settings(data_dir=tmp_path / "var", lease_seconds=3)
    process = start_worker(settings)

    def lease():
        return one(db, "select lease_until from job")["lease_until"]

    try:
        asked = ask(db, "sleep")
        wait_until(lambda: jobs.job(db, ADA, asked).stage == "Sleeping")
        first = lease()
        wait_until(lambda: lease() > first)
        assert worker.state(settings).job_id == asked
    finally:
        process.kill()
        process.communicate()


def test_it_ends_when_its_database_is_gone(db, settings, started):
    process = started()
    db.close()
    settings.database.unlink()
    assert process.wait(120) == 0


def test_what_was_asked_for_is_done_although_no_page_asks_for_the_worker_any_more(db, settings, tmp_path):
    asked, held = ask(db, "ten_steps", path=str(tmp_path / "spent")), ask(db, "refuse")
    jobs.pause(db, ADA, held)
    process = start_worker(settings, stay=False)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert (jobs.job(db, ADA, asked).state, jobs.job(db, ADA, held).state) == ("done", "queued")


# --- started by the app -----------------------------------------------------------------------------------------


@pytest.fixture
def detached(settings, monkeypatch):
    """The worker as the app starts it: another process, that we can only find by its row."""
    monkeypatch.setattr(presence, "_last_start", -presence.STARTING_SECONDS)
    yield lambda: wait_until(lambda: worker.state(settings).pid)
    if worker.state(settings).status != "stopped":
        os.kill(worker.state(settings).pid, signal.SIGTERM)
        wait_until(lambda: worker.state(settings).status == "stopped")


def test_the_app_starts_it_once(db, settings, detached):
    assert worker.ensure_running(settings)
    assert not worker.ensure_running(settings)
    pid = detached()
    assert pid != os.getpid()
    assert worker.state(settings).status == "running"
    assert not worker.ensure_running(settings)
    assert worker.state(settings).pid == pid


def test_its_log_and_its_folder_are_private(db, settings, detached):
    worker.ensure_running(settings)
    detached()
    private = {
        path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in settings.data_dir.iterdir() if path.is_file()
    }
    assert private["worker.log"] == private["copilot.db"] == "0o600"
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700


def test_it_goes_when_no_page_has_asked_for_it_for_a_while(db, settings, detached):
    worker.ensure_running(settings)
    detached()
    long_ago = time.time() - presence.APP_AWAY_SECONDS - 1
    os.utime(settings.data_dir / "worker.wanted", (long_ago, long_ago))
    wait_until(lambda: worker.state(settings).status == "stopped")
    assert "stopped: " not in Path(settings.data_dir / "worker.log").read_text()


def test_a_setting_that_is_not_set_is_not_set_for_it_either(db, settings, detached, tmp_path):
    receipt = library.receive(db, ADA, b"# Policy\n\n1. The firm shall act.", "policy.md")
    worker.ensure_running(settings)
    detached()
    wait_until(lambda: jobs.job(db, ADA, receipt.job_id).state in ("done", "failed"))
    assert jobs.job(db, ADA, receipt.job_id).error is None
    assert (settings.data_dir / "audit.key").exists()
