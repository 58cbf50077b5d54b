"""The app sees to its worker: one that was killed comes back, page open or not, and one that ended does not."""

import os
import signal
import sqlite3
import threading
from contextlib import closing

import pytest

from core import connection, jobs, library, worker
from core.settings import Settings
from core.store import connect
from core.types import User
from core.worker import loop, presence
from tests.job_parts import start_worker, wait_until

ADA = User(id="ada", name="Ada", roles=("analyst",), groups=("dpo",), clearances=("public", "internal"))


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(presence, "_last_start", -presence.STARTING_SECONDS)
    monkeypatch.setattr(presence, "_watch", None)
    monkeypatch.setattr(presence, "STARTING_SECONDS", 0.5)
    monkeypatch.setattr(presence, "WATCH_SECONDS", 0.1)
    ours = Settings(data_dir=tmp_path / "var", lease_seconds=30)
    connect(ours.database).close()
    yield ours
    if worker.state(ours).status != "stopped":
        os.kill(worker.state(ours).pid, signal.SIGTERM)
    if presence._watch is not None:
        presence._watch.join(60)
    assert worker.state(ours).status == "stopped"


def running(settings, *, besides=None):
    """The process id of the worker that runs, another one than `besides`."""
    wait_until(lambda: worker.state(settings).status == "running" and worker.state(settings).pid not in (None, besides))
    return worker.state(settings).pid


def test_a_worker_that_was_killed_comes_back_and_does_what_waits_though_nobody_opens_a_page(settings):
    assert worker.ensure_running(settings)
    first = running(settings)
    os.kill(first, signal.SIGKILL)
    with closing(connect(settings.database)) as db:
        receipt = library.receive(db, ADA, b"# Policy\n\n1. The firm shall act.", "policy.md")
        wait_until(lambda: jobs.job(db, ADA, receipt.job_id).state == "done")
    running(settings, besides=first)


def test_one_that_an_app_before_this_one_started_is_seen_to_as_well(settings):
    process = start_worker(settings)
    first = running(settings)
    assert not worker.ensure_running(settings)
    process.kill()
    process.communicate()
    running(settings, besides=first)


def test_one_that_was_told_to_end_stays_away_until_a_page_asks_for_it(settings):
    worker.ensure_running(settings)
    os.kill(running(settings), signal.SIGTERM)
    presence._watch.join(60)
    assert not presence._watch.is_alive()
    assert worker.state(settings).status == "stopped"


def test_a_database_that_is_locked_for_long_does_not_end_it(tmp_path, monkeypatch):
    """It runs in a thread here, so that the wait for the lock can be a short one."""
    told = []
    monkeypatch.setattr(loop, "log", told.append)
    ours = Settings(data_dir=tmp_path / "var", lease_seconds=1)
    connect(ours.database).close()
    thread = threading.Thread(target=worker.run, args=(ours,), daemon=True)
    thread.start()
    try:
        wait_until(lambda: worker.state(ours).status == "running")
        with closing(sqlite3.connect(ours.database, isolation_level=None, timeout=60)) as other:
            other.execute("begin immediate")
            monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
            wait_until(lambda: "waits: Conflict" in told)
            monkeypatch.setattr(connection, "BUSY_SECONDS", 60)
        with closing(connect(ours.database)) as db:
            receipt = library.receive(db, ADA, b"# Policy\n\n1. The firm shall act.", "policy.md")
            wait_until(lambda: jobs.job(db, ADA, receipt.job_id).state == "done")
        assert thread.is_alive()
    finally:
        loop._told.set()
        thread.join(60)
        loop._told.clear()
    assert not thread.is_alive()


def test_while_a_command_has_the_lock_nobody_watches_for_a_worker(settings):
    with worker.alone(settings):
        assert not worker.ensure_running(settings)
    assert presence._watch is None
