"""Whether the worker is there. A lock on a file says so, and a row in the database what it was last doing."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from core.errors import Conflict
from core.settings import ROOT, Settings
from core.settings import settings as default_settings
from core.store import connect, one

# A worker that the app started ends when no page has asked for it for this long, and nothing is left to do.
APP_AWAY_SECONDS = 600
STARTING_SECONDS = 10.0
LOG_BYTES = 1_000_000

_last_start = -STARTING_SECONDS


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
    """Start the worker unless there is one, detached from this process. For every rerun; gives whether it did."""
    global _last_start
    ours = settings or default_settings()
    ours.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted(ours).touch(mode=0o600)
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


def _start(settings: Settings) -> None:
    path = settings.data_dir / "worker.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    chosen = {f"COPILOT_{name.upper()}": str(value) for name, value in settings.model_dump(exclude_none=True).items()}
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
