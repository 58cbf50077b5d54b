"""Whether the worker is there. A lock on a file says so, and a row in the database what it was last doing."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from core.errors import Conflict, CopilotError
from core.settings import ROOT, Settings
from core.settings import settings as default_settings
from core.store import connect, one

# A worker that the app started ends when no page has asked for it for this long, and nothing is left to do.
APP_AWAY_SECONDS = 600
STARTING_SECONDS = 10.0
WATCH_SECONDS = 3.0
LOG_BYTES = 1_000_000

_last_start = -STARTING_SECONDS
_watch: threading.Thread | None = None


@dataclass(frozen=True, slots=True)
class WorkerState:
    """`since`: of its start when it runs, of its last sign of life when it stopped; None if there never was one.

    "silent": its process lives but has shown no life for three leases.
    """

    status: Literal["running", "stopped", "silent"]
    since: str | None
    pid: int | None = None
    job_id: str | None = None


def ensure_running(settings: Settings | None = None) -> bool:
    """Start the worker unless there is one, detached from this process. For every rerun; gives whether it did.

    From then on this process starts it again, page open or not, should it be killed: it may have a night's work to do.
    """
    ours = settings or default_settings()
    ours.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted(ours).touch(mode=0o600)
    if time.monotonic() - _last_start < STARTING_SECONDS:
        return False
    if _locked(ours):
        _see_to(ours, None)
        return False
    _see_to(ours, _start(ours))
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


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """No worker runs while the block does: for a command that loads weights. Conflict when one is running."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        held = lock(settings).acquire(timeout=0)
    except Timeout:
        raise Conflict(
            "A worker is running, and it alone loads weights; import the file and use `runs start`, or end the worker."
        ) from None
    with held:
        yield


def lock(settings: Settings) -> FileLock:
    return FileLock(settings.data_dir / "worker.lock", thread_local=False)


def _locked(settings: Settings) -> bool:
    try:
        with lock(settings).acquire(timeout=0):
            return False
    except Timeout:
        return True


def wanted(settings: Settings) -> Path:
    return settings.data_dir / "worker.wanted"


def is_wanted(settings: Settings) -> bool:
    try:
        return time.time() - wanted(settings).stat().st_mtime < APP_AWAY_SECONDS
    except FileNotFoundError:
        return False


def _see_to(settings: Settings, started: "subprocess.Popen[bytes] | None") -> None:
    """Watch the worker in a thread of this process, unless one does; `started` is its process where it is ours."""
    global _watch
    if _watch is None or not _watch.is_alive():
        if started is None and not _is_another(settings):
            return  # a command has the lock, and ends by itself
        _watch = threading.Thread(target=_watched, args=(settings, started), daemon=True, name="worker-presence")
        _watch.start()


def _watched(settings: Settings, started: "subprocess.Popen[bytes] | None") -> None:
    """Start it again each time that it was killed, until it ends as it should."""
    while True:
        time.sleep(WATCH_SECONDS)
        if (started and started.poll() is None) or _locked(settings):
            continue
        if time.monotonic() - _last_start < STARTING_SECONDS:
            continue  # it may just be starting, and one that dies at once is not started in a circle
        try:
            _, stopped_at = _last_seen(settings)
        except (CopilotError, sqlite3.Error):  # the database is gone, or busy: the next page sees to it
            return
        if stopped_at is not None or (started and started.returncode >= 0):
            return
        started = _start(settings)


def _is_another(settings: Settings) -> bool:
    """Whether the last worker is a process of its own."""
    try:
        return _last_seen(settings)[0] not in (None, os.getpid())
    except (CopilotError, sqlite3.Error):
        return False


def _last_seen(settings: Settings) -> tuple[int | None, str | None]:
    """The process id of the last worker, and when it ended; no time where it did not say that it did."""
    with closing(connect(settings.database, must_exist=True)) as db:
        row = one(db, "select pid, stopped_at from worker")
    return (row["pid"], row["stopped_at"]) if row else (None, None)


def _start(settings: Settings) -> "subprocess.Popen[bytes]":
    global _last_start
    _last_start = time.monotonic()
    path = settings.data_dir / "worker.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    chosen = {f"COPILOT_{name.upper()}": str(value) for name, value in settings.model_dump(exclude_none=True).items()}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        return subprocess.Popen(
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
