"""Jobs one after the other, each settled whatever happens to it."""

import contextlib
import os
import signal
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import FrameType

from filelock import Timeout
from sqlite_utils import Database

from core import jobs, library, review, telemetry
from core.errors import Conflict, CopilotError
from core.identity import upkeep
from core.llm import ledger
from core.settings import Settings
from core.settings import settings as default_settings
from core.store import NoRoom, connect, now, one, write
from core.worker.lanes import beside
from core.worker.postman import postman
from core.worker.presence import is_wanted, lock
from core.worker.watch import Watch, log, show

POLL_SECONDS = 0.2
LOCK_SECONDS = 3.0
# Set beside the exception: one that is raised while a module is imported can be lost there.
_told = threading.Event()
# What may be over in a moment; everything else would fail again.
PASSING = (Conflict, OSError, sqlite3.OperationalError)


def run(settings: Settings | None = None, *, stay: bool = True) -> None:
    """Do jobs until told to end (Ctrl-C, SIGTERM), until the database is gone or, unless `stay`, the app is and all
    that was asked for is done.

    Raises Conflict when another worker runs.
    """
    ours = settings or default_settings()
    if threading.current_thread() is threading.main_thread():
        _told.clear()
        signal.signal(signal.SIGTERM, _told_to_end)
        signal.signal(signal.SIGINT, _interrupted)
    with _alone(ours) as db:
        born = _file(ours)
        _warm()  # before there are other threads: two that import the same modules can find them half made
        try:
            with beside(db, ours, lambda own, lane: _one_job(own, ours, lane), {"messages": postman(ours)}):
                _work(db, ours, lambda: born is not None and _file(ours) == born and (stay or _has_reason(db, ours)))
        except (Conflict, NoRoom, sqlite3.Error):
            if _file(ours) == born:
                raise
            # Deleted between two looks: there is nothing left to do, and nowhere to say so.


def _work(db: Database, settings: Settings, wanted: Callable[[], bool]) -> None:
    shown = time.monotonic()
    while not _told.is_set():
        try:
            if not wanted():
                return
            review.tend(db)
            upkeep.tend(db)
            if _one_job(db, settings, jobs.MAIN):
                shown = 0.0
                continue
            if time.monotonic() - shown > settings.lease_seconds / 3:
                show(db, None)
                shown = time.monotonic()
        except (Conflict, NoRoom) as error:
            # Somebody else writes for long, or the disk is full: that passes, and a night's work is not to end by it.
            log(f"waits: {type(error).__name__}")
        time.sleep(POLL_SECONDS)


def _has_reason(db: Database, settings: Settings) -> bool:
    """Whether somebody looks, or has left something to be done: a reading for hours does not need a page that is open.

    What waits for a provider does not count: whoever comes next finds it.
    """
    due = "state = 'running' or (state = 'queued' and held = 0 and coalesce(not_before, '') <= ?)"
    return is_wanted(settings) or one(db, f"select 1 from job where {due} limit 1", [now()]) is not None


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
    """The database, while no other worker runs."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    telemetry.start(settings)
    try:
        held = lock(settings).acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise Conflict("A worker is running already; it takes up waiting jobs by itself.") from None
    with held, contextlib.closing(connect(settings.database)) as db:
        jobs.release_all(db)
        library.sweep(db)
        ledger.sweep(db)  # calls that a killed worker left
        telemetry.sweep(db, settings.trace_days)
        with write(db):
            row = {"one": 1, "pid": os.getpid(), "started_at": now(), "seen_at": now(), "job_id": None}
            db["worker"].upsert({**row, "stopped_at": None}, pk="one")
        try:
            yield db
        finally:
            telemetry.flush()
            # Without its file, or room in it, there is nowhere to say that we stopped.
            with contextlib.suppress(Conflict, NoRoom, sqlite3.Error):
                show(db, None, stopped_at=now())


def _one_job(db: Database, settings: Settings, lane: str | None = None) -> bool:
    """Do the next job, of one lane or of any; gives whether there was one. Whatever happens to it is settled."""
    claim = jobs.claim_next(db, lease_seconds=settings.lease_seconds, lane=lane)
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
        except jobs.Later as wait:
            log(f"{claim.job.kind} {claim.job.id}: again in {wait.seconds:.0f} s")
            jobs.put_off(db, claim, wait.seconds, wait.stage)
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


def _file(settings: Settings) -> int | None:
    """Which file the database is: another one after somebody deleted it and started anew."""
    try:
        return settings.database.stat().st_ino
    except FileNotFoundError:
        return None


def _warm() -> None:
    """Import what jobs need before the first one comes."""
    for name in set(jobs.HANDLERS.values()):
        import_module(name.partition(":")[0])
    telemetry.tracer()


def _told_to_end(signal_number: int, frame: FrameType | None) -> None:
    _told.set()
    raise SystemExit(0)


def _interrupted(signal_number: int, frame: FrameType | None) -> None:
    _told.set()
    raise KeyboardInterrupt
