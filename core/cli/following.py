"""A model's run followed from the command line until it ends, and what came of it; here, where no worker runs."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, redirect_stderr
from dataclasses import asdict
from io import StringIO
from typing import TYPE_CHECKING

from core.cli.models import UNKNOWN
from core.cli.text import as_json, counted, printable, row, say
from core.errors import Conflict, CopilotError

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.types import User

LOOK_SECONDS = 0.3


def hand_over(db: "Database", user: "User", job_id: str) -> int:
    """Hand the batch over, here where no worker runs, and leave it: its answers may take a day."""
    from core import jobs, worker

    with contextlib.suppress(Conflict), redirect_stderr(StringIO()):  # another process is the worker
        worker.drain()
    job = jobs.job(db, user, job_id)
    if job.state == "failed":
        raise _failure(job.fault, job.error or "The run failed; go on with `runs retry`.")
    row(job_id)
    say(f"{job.stage}. A worker collects it; to see what comes of it: python -m core runs watch {job_id}")
    return 0


def follow(db: "Database", user: "User", job_id: str, plain: bool) -> int:
    """Wait for the run, doing it here where no worker runs, and print what came of it: its id and counts."""
    from core import analysing

    _wait(db, user, job_id)
    found = analysing.partial(db, user, job_id)
    if found.job.held:
        say(f"It is paused; let it go on with: python -m core runs resume {job_id}")
        return 0
    if found.job.state != "done":
        say(_kept(found.done, found.windows, job_id))
        raise _failure(found.job.fault, found.job.error or f"The run was {found.job.state}; go on with `runs retry`.")
    cost = UNKNOWN if found.cost_usd is None else f"{found.cost_usd:f}"
    if plain:
        as_json({**asdict(found), "job": job_id, "cost_usd": None if found.cost_usd is None else cost})
    else:
        row(found.run, found.job.subject, found.obligations, found.ungrounded, found.rejected, found.degraded)
    say(
        f"{counted(found.obligations, 'norm')}, {counted(found.ungrounded, 'quote')} not in the source,"
        f" {counted(found.rejected, 'piece')} of answers rejected; {counted(found.calls, 'call')},"
        f" {found.input_tokens:,} tokens in, {found.output_tokens:,} out, {cost} USD."
    )
    if found.open_calls:
        say(f"Besides, {counted(found.open_calls, 'call')} begun and not answered; what that costs is not known.")
    if found.degraded:
        say(f"{counted(found.degraded, 'window')} could be read by no model; the built-in engine read them.")
    return 0


def _wait(db: "Database", user: "User", job_id: str) -> None:
    from core import jobs, worker

    try:
        with _told(user, job_id):
            while (job := jobs.job(db, user, job_id)).state in ("queued", "running") and not job.held:
                try:
                    with redirect_stderr(StringIO()):  # the worker's log of ids
                        worker.drain()
                except Conflict:  # another process is the worker
                    time.sleep(LOOK_SECONDS)
                else:
                    time.sleep(LOOK_SECONDS if job.not_before else 0)
    except KeyboardInterrupt:
        say(f"Left as it is: a worker goes on with it. To hold it back: python -m core runs pause {job_id}")
        raise


@contextlib.contextmanager
def _told(user: "User", job_id: str) -> Iterator[None]:
    """How far the run is, on stderr: in place on a terminal, else a line for each tenth."""
    from core import jobs
    from core.settings import settings
    from core.store import connect

    screen, over = sys.stderr, threading.Event()

    def tell() -> None:
        shown, tenth = "", -1
        with closing(connect(settings().database)) as own:
            while not over.wait(LOOK_SECONDS):
                job = jobs.job(own, user, job_id)
                line = f"{job.progress:4.0%}  {printable(job.stage)}"
                if screen.isatty() and line != shown:
                    print(f"\r\033[K{line}", end="", file=screen, flush=True)
                elif not screen.isatty() and int(job.progress * 10) > tenth:
                    tenth = int(job.progress * 10)
                    print(f"copilot: {line.strip()}", file=screen, flush=True)
                shown = line
        if screen.isatty() and shown:
            print("\r\033[K", end="", file=screen, flush=True)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _kept(done: int, windows: int | None, job_id: str) -> str:
    if not windows or not done:
        return f"Nothing is kept of it; try again with: python -m core runs retry {job_id}"
    return f"{done} of {counted(windows, 'window')} are kept; go on with: python -m core runs retry {job_id}"


def _failure(fault: str | None, sentence: str) -> CopilotError:
    """The error that ended the run, with its own exit code."""
    from core import errors
    from core.llm import faults

    kind: type[CopilotError] = getattr(errors, fault or "", getattr(faults, fault or "", CopilotError))
    return kind(sentence)
