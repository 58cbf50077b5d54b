"""The one process that does long work: `python -m core work`, or started by the app and gone when the app is.

A lock on a file beside the database keeps it single, whatever kills it; a row shows what it is doing. It takes jobs
in the order in which they were asked for. A second thread renews the lease and notices a cancelled job.
"""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Literal

from filelock import FileLock, Timeout
from sqlite_utils import Database

from core import jobs, library
from core.errors import Conflict, CopilotError
from core.settings import ROOT, Settings
from core.settings import settings as default_settings
from core.store import connect, now, one, write

POLL_SECONDS = 0.2
WATCH_SECONDS = 0.5
LOCK_SECONDS = 3.0
APP_AWAY_SECONDS = 600  # a worker that the app started ends when no page has asked for it for this long
STARTING_SECONDS = 10.0
LOG_BYTES = 1_000_000
# What may be over in a moment; everything else would fail again.
PASSING = (Conflict, OSError, sqlite3.OperationalError)

_last_start = 0.0


@dataclass(frozen=True, slots=True)
class WorkerState:
    """`since`: of its start when it runs, of its last sign of life when it stopped; None if there never was one.

    "silent": its process lives but has shown no life for three leases.
    """

    status: Literal["running", "stopped", "silent"]
    since: str | None
    pid: int | None = None
    job_id: str | None = None


# --- for the app ------------------------------------------------------------------------------------------------


def ensure_running(settings: Settings | None = None) -> bool:
    """Start the worker unless there is one, detached from this process. For every rerun; gives whether it did."""
    global _last_start
    ours = settings or default_settings()
    ours.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    _wanted(ours).touch(mode=0o600)
    if time.monotonic() - _last_start < STARTING_SECONDS or _locked(ours):
        return False
    _last_start = time.monotonic()
    _start(ours)
    return True


def state(settings: Settings | None = None) -> WorkerState:
    """Whether the worker runs, and since when."""
    ours = settings or default_settings()
    db = connect(ours.database)
    try:
        row = one(db, "select pid, started_at, seen_at, job_id from worker")
    finally:
        db.close()
    if not _locked(ours):
        return WorkerState("stopped", row["seen_at"] if row else None)
    if row is None:
        return WorkerState("running", None)
    silent = _age_seconds(row["seen_at"]) > 3 * ours.lease_seconds
    return WorkerState("silent" if silent else "running", row["started_at"], row["pid"], row["job_id"])


# --- the worker -------------------------------------------------------------------------------------------------


def run(settings: Settings | None = None, *, stay: bool = True) -> None:
    """Do jobs until told to end (Ctrl-C, SIGTERM), until the database is gone or, unless `stay`, the app is.

    Raises Conflict when another worker runs.
    """
    ours = settings or default_settings()
    with _alone(ours) as db:
        _warm()
        born, shown = _file(ours), time.monotonic()
        while _file(ours) == born and (stay or _is_wanted(ours)):
            if _one_job(db, ours):
                shown = 0.0
                continue
            if time.monotonic() - shown > ours.lease_seconds / 3:
                _show(db, None)
                shown = time.monotonic()
            time.sleep(POLL_SECONDS)


def drain(settings: Settings | None = None) -> int:
    """Do the jobs that wait, here and now, and end. Gives how many. Raises Conflict when another worker runs."""
    ours = settings or default_settings()
    done = 0
    with _alone(ours) as db:
        while _one_job(db, ours):
            done += 1
    return done


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[Database]:
    lock = _lock(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise Conflict("A worker is running already; it takes up waiting jobs by itself.") from None
    db = connect(settings.database)
    try:
        jobs.release_all(db)
        library.sweep(db)
        with write(db):
            row = {"one": 1, "pid": os.getpid(), "started_at": now(), "seen_at": now(), "job_id": None}
            db["worker"].upsert({**row, "stopped_at": None}, pk="one")
        yield db
    finally:
        # Without its file there is nowhere to say that we stopped.
        with contextlib.suppress(Conflict, sqlite3.OperationalError):
            _show(db, None, stopped_at=now())
        db.close()
        lock.release()


def _one_job(db: Database, settings: Settings) -> bool:
    """Do the next job; gives whether there was one. Whatever happens to it is settled."""
    claim = jobs.claim_next(db, lease_seconds=settings.lease_seconds)
    if claim is None:
        return False
    log(f"{claim.job.kind} {claim.job.id}: try {claim.job.attempts}")
    with contextlib.suppress(jobs.Lost):
        try:
            with Watch(settings, claim):
                jobs.perform(db, claim)
            log(f"{claim.job.kind} {claim.job.id}: done")
        except jobs.Lost:
            log(f"{claim.job.kind} {claim.job.id}: cancelled")
        except PASSING as error:
            _again(db, claim, error)
        except CopilotError as error:
            _fail(db, claim, type(error).__name__, str(error))
        except Exception as error:  # noqa: BLE001 - the edge: one job's defect must not stop the others
            _fail(db, claim, type(error).__name__, _defect(error))
        except BaseException:  # told to end: the job is not to blame, and goes first next time
            with contextlib.suppress(jobs.Lost):
                jobs.put_back(db, claim, counted=False)
            raise
    return True


def _again(db: Database, claim: jobs.Claim, error: Exception) -> None:
    if claim.job.attempts < jobs.TRIES:
        log(f"{claim.job.kind} {claim.job.id}: {type(error).__name__}, will be tried again")
        return jobs.put_back(db, claim, counted=True)
    sentence = str(error) if isinstance(error, CopilotError) else _defect(error)
    _fail(db, claim, type(error).__name__, sentence)


def _fail(db: Database, claim: jobs.Claim, fault: str, sentence: str) -> None:
    log(f"{claim.job.kind} {claim.job.id}: {fault}")
    jobs.fail(db, claim, fault, sentence)


def _defect(error: Exception) -> str:
    """Where the program stopped. Never the error's own words: they may quote the document."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name} line {frame.lineno}"
    return f"The program stopped on a defect of its own ({type(error).__name__}, {place}); report this line, or retry."


class Watch(threading.Thread):
    """While a job is done: renews its lease, shows that the worker lives, and interrupts the job when it is lost."""

    def __init__(self, settings: Settings, claim: jobs.Claim) -> None:
        super().__init__(daemon=True, name="worker-watch")
        self.settings = settings
        self.claim = claim
        self.done = threading.Event()
        self.armed = False

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
        db = connect(self.settings.database)
        renewed = 0.0
        try:
            while not self.done.wait(WATCH_SECONDS):
                # A busy database is no reason to end a job: the next look comes soon, and the lease is longer.
                with contextlib.suppress(Conflict, sqlite3.OperationalError):
                    if jobs.lost(db, self.claim):
                        return self._interrupt()
                    if time.monotonic() - renewed > self.claim.lease_seconds / 3:
                        jobs.renew(db, self.claim)
                        _show(db, self.claim.job.id)
                        renewed = time.monotonic()
        except jobs.Lost:
            self._interrupt()
        finally:
            db.close()

    def _interrupt(self) -> None:
        # A signal also ends a wait for the parser.
        if INTERRUPT is not None and self.armed and not self.done.is_set():
            signal.pthread_kill(threading.main_thread().ident or 0, INTERRUPT)

    def _interrupted(self, signal_number: int, frame: FrameType | None) -> None:
        if not self.done.is_set():
            raise jobs.Lost(f"{self.claim.job.title!r} was cancelled.")


INTERRUPT: signal.Signals | None = getattr(signal, "SIGUSR1", None)


# --- small parts ------------------------------------------------------------------------------------------------


def log(line: str) -> None:
    """To standard error, which is worker.log when the app started us: ids and outcomes, never text."""
    print(f"{now()} {line}", file=sys.stderr, flush=True)


def _show(db: Database, job_id: str | None, *, stopped_at: str | None = None) -> None:
    with write(db):
        db.execute("update worker set seen_at = ?, job_id = ?, stopped_at = ?", [now(), job_id, stopped_at])


def _lock(settings: Settings) -> FileLock:
    return FileLock(settings.data_dir / "worker.lock", thread_local=False)


def _locked(settings: Settings) -> bool:
    lock = _lock(settings)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def _file(settings: Settings) -> int | None:
    """Which file the database is: another one after somebody deleted it and started anew."""
    try:
        return settings.database.stat().st_ino
    except FileNotFoundError:
        return None


def _wanted(settings: Settings) -> Path:
    return settings.data_dir / "worker.wanted"


def _is_wanted(settings: Settings) -> bool:
    try:
        return time.time() - _wanted(settings).stat().st_mtime < APP_AWAY_SECONDS
    except FileNotFoundError:
        return False


def _warm() -> None:
    """Import what jobs need before the first one comes."""
    for name in set(jobs.HANDLERS.values()):
        import_module(name.partition(":")[0])


def _start(settings: Settings) -> None:
    path = settings.data_dir / "worker.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    chosen = {f"COPILOT_{name.upper()}": str(value) for name, value in settings.model_dump().items()}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        subprocess.Popen(
            [sys.executable, "-m", "core.worker"],
            cwd=ROOT,
            env={**os.environ, **chosen},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # Ctrl-C in the app's terminal is not for the worker
        )


def _age_seconds(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def _ended(signal_number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    """As the app starts it: polite to the screens, quiet in its log, gone when nobody wants it."""
    signal.signal(signal.SIGTERM, _ended)
    if hasattr(os, "nice"):
        os.nice(5)  # with two cores, pages stay quick while a document is read
    sys.excepthook = lambda kind, error, trace: log(f"stopped: {_named(error)}")
    run(stay=False)


def _named(error: BaseException) -> str:
    return str(error) if isinstance(error, CopilotError) else type(error).__name__


if __name__ == "__main__":
    main()
