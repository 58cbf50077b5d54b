"""Beside a job: its lease renewed, the worker's sign of life, and an end to it when it is cancelled or overdue."""

import contextlib
import math
import signal
import sqlite3
import sys
import threading
import time
from types import FrameType

from sqlite_utils import Database

from core import jobs
from core.errors import Conflict, CopilotError
from core.settings import Settings
from core.store import NoRoom, connect, now, write

WATCH_SECONDS = 0.5


class Overdue(CopilotError):
    """The job took longer than any job may: one file must not keep the others waiting for ever."""


class Watch(threading.Thread):
    """While a job is done: renews its lease, shows that the worker lives, interrupts it when it is lost or overdue."""

    def __init__(self, settings: Settings, claim: jobs.Claim) -> None:
        super().__init__(daemon=True, name="worker-watch")
        self.settings = settings
        self.claim = claim
        self.done = threading.Event()
        self.armed = False
        self.overdue = False

    def __enter__(self) -> None:
        # Python takes signals in its main thread only; elsewhere the job notices at its next step.
        if INTERRUPT is not None and threading.current_thread() is threading.main_thread():
            signal.signal(INTERRUPT, self._interrupted)
            self.armed = True
        self.start()

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()

    def run(self) -> None:
        db: Database | None = None
        started, renewed = time.monotonic(), 0.0
        # What has a lane of its own keeps nobody waiting, and has time limits of its own.
        limit = math.inf if self.claim.job.kind in jobs.LANES else self.settings.job_timeout_seconds
        try:
            while not self.done.wait(WATCH_SECONDS):
                if time.monotonic() - started > limit:
                    self.overdue = True
                    return self._interrupt()
                # A database that is busy, full or gone is no reason to end a job: the next look comes soon, and the
                # lease is longer.
                with contextlib.suppress(Conflict, NoRoom, sqlite3.OperationalError):
                    if db is None:
                        db = connect(self.settings.database, must_exist=True)
                    if jobs.lost(db, self.claim):
                        return self._interrupt()
                    if time.monotonic() - renewed > self.claim.lease_seconds / 3:
                        jobs.renew(db, self.claim)
                        show(db, self.claim.job.id)
                        renewed = time.monotonic()
        except jobs.Lost:
            self._interrupt()
        finally:
            if db is not None:
                db.close()

    def _interrupt(self) -> None:
        # A signal also ends a wait for the parser.
        if INTERRUPT is not None and self.armed and not self.done.is_set():
            signal.pthread_kill(threading.main_thread().ident or 0, INTERRUPT)

    def _interrupted(self, signal_number: int, frame: FrameType | None) -> None:
        if self.overdue and not self.done.is_set():
            raise Overdue(
                f"This took longer than {self.settings.job_timeout_seconds} s and was given up; divide the file, "
                "or allow more with COPILOT_JOB_TIMEOUT_SECONDS, and try again."
            )
        if not self.done.is_set():
            raise jobs.Lost(f"{self.claim.job.title!r} was cancelled.")


INTERRUPT: signal.Signals | None = getattr(signal, "SIGUSR1", None)


def log(line: str) -> None:
    """To standard error, which is worker.log when the app started us: ids and outcomes, never text."""
    print(f"{now()} {line}", file=sys.stderr, flush=True)


def show(db: Database, job_id: str | None, *, stopped_at: str | None = None) -> None:
    with write(db):
        db.execute("update worker set seen_at = ?, job_id = ?, stopped_at = ?", [now(), job_id, stopped_at])
