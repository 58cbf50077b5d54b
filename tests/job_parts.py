"""Kinds of work that the tests of jobs and worker ask for: rows in HANDLERS, done by the real worker."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from core import jobs
from core.errors import BadInput, Conflict
from core.settings import ROOT, Settings
from core.store import write

STEPS = 12
PATIENCE = 300.0  # seconds: how long a test waits for what comes in a moment, on a machine that does much else


def ten_steps(db, user, claim) -> None:
    """Each step leaves one line in the file that the payload names: what a paid model call would be."""
    for number in range(STEPS):
        jobs.step(db, claim, f"step {number}", lambda number=number: _spend(claim.job.payload["path"], number))
        jobs.progress(db, claim, (number + 1) / STEPS, f"Step {number + 1} of {STEPS}")
    with write(db):
        jobs.finish(db, claim)


def _spend(path: str, number: int) -> int:
    with Path(path).open("a") as file:
        file.write(f"{number}\n")
    time.sleep(0.05)
    return number * number


def refuse(db, user, claim) -> None:
    raise BadInput("This file is empty; choose another.")


def trip(db, user, claim) -> None:
    raise ValueError("the secret sentence of the document")


def busy(db, user, claim) -> None:
    raise Conflict("The database is busy; wait a moment and try again.")


def die(db, user, claim) -> None:
    os.kill(os.getpid(), 9)


def sleep(db, user, claim) -> None:
    """Far longer than any test waits, in a process of its own, which ends when this one does."""
    jobs.progress(db, claim, 0.1, "Sleeping")
    ours, theirs = os.pipe()
    try:
        subprocess.run([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=ours, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    with write(db):
        jobs.finish(db, claim)


def say_who(db, user, claim) -> None:
    Path(claim.job.payload["path"]).write_text(f"{user.id} {user.groups} {user.clearances}")
    with write(db):
        jobs.finish(db, claim)


KINDS = {name: f"tests.job_parts:{name}" for name in ("ten_steps", "refuse", "trip", "busy", "die", "sleep", "say_who")}

WORK = """
import sys
from pathlib import Path
from core import jobs, worker
from core.settings import Settings
from tests.job_parts import KINDS
jobs.HANDLERS.clear()
jobs.HANDLERS.update(KINDS)
worker.run(Settings(data_dir=Path(sys.argv[1]), lease_seconds=float(sys.argv[2])), stay=sys.argv[3] == "stay")
"""


def start_worker(settings: Settings, *, stay: bool = True) -> subprocess.Popen[Any]:
    """The real worker in a process of its own, with the kinds above; unless `stay`, as the app starts it."""
    return subprocess.Popen(
        [sys.executable, "-c", WORK, str(settings.data_dir), str(settings.lease_seconds), "stay" if stay else "go"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(holds, seconds: float = PATIENCE):
    """What `holds` gives as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come true in time")
