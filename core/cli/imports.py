"""Bringing documents in: `import`, the jobs that do it, and the worker that does the jobs."""

import time
from argparse import Namespace
from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.commands import JSON, Command, argument
from core.cli.database import Act, each, opened, whole
from core.cli.text import counted, listing, row, say
from core.errors import BadInput, Conflict, CopilotError

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.jobs import Job
    from core.types import User

WAIT_SECONDS = 0.3
MOST_JOBS = 1_000


def import_files(arguments: Namespace) -> int:
    from core import jobs, library

    tally, password = files.Tally(), files.password(arguments)
    with opened() as (db, user):
        queued: dict[str, str] = {}
        for source in arguments.file:
            name = files.shown(source)
            with tally.attempt(name):
                receipt = library.receive(db, user, files.read(source), name, password=password)
                if receipt.document_id:
                    say(f"{name}: is in the library already")
                    row(receipt.document_id, name)
                elif receipt.job_id:
                    queued[receipt.job_id] = name
        if arguments.no_wait:
            say(f"{counted(len(queued), 'file')} queued; the worker takes them up.")
            return tally.code
        for job_id, name in queued.items():
            with tally.attempt(name):
                done(db, user, job_id)
                document_id = jobs.job(db, user, job_id).subject or ""
                row(document_id, name)
                if related := library.counted_as(db, user, document_id):
                    say(f"{related} If that is wrong: python -m core apart {document_id[:8]}, or version-of")
    return tally.code


def done(db: "Database", user: "User", job_id: str) -> None:
    """Wait for a job: doing it here where no worker runs, else watching the worker do it."""
    from core import jobs, worker

    while (job := jobs.job(db, user, job_id)).state in ("queued", "running") and not job.held:
        try:
            with redirect_stderr(StringIO()):  # the worker's log of ids; what failed is told per file
                worker.drain()
        except Conflict:  # another process is the worker
            time.sleep(WAIT_SECONDS)
    if job.state != "done":
        raise _failure(job)


def _failure(job: "Job") -> CopilotError:
    """The error that stopped the job, with its own exit code."""
    from core import errors

    kind = getattr(errors, job.fault or "", CopilotError)
    return kind(job.error or f"{job.title} was {job.state}; try again.")


# --- jobs and the worker ----------------------------------------------------------------------------------------


def list_jobs(arguments: Namespace) -> int:
    from core import jobs, worker

    with opened() as (db, user):
        found = jobs.jobs(db, user, active=arguments.active, limit=MOST_JOBS)
    titles = ("ID", "Kind", "Title", "State", "Stage", "Done", "Asked", "Problem")
    listing(
        titles,
        found,
        lambda one: (
            one.id, one.kind, one.title, one.state, one.stage, f"{one.progress:.0%}", one.created_at, one.error
        ),
        arguments.json,
    )  # fmt: skip
    if any(one.state == "queued" for one in found) and worker.state().status == "stopped":
        say("No worker runs; start one with: python -m core work")
    return 0


def cancel(arguments: Namespace) -> int:
    from core import analysing, jobs

    def cancelled(db: "Database", user: "User", job_id: str) -> None:
        reading = jobs.job(db, user, job_id).kind == analysing.job.KIND  # one may have a batch at its provider
        (analysing.cancel if reading else jobs.cancel)(db, user, job_id)

    return _each_job(arguments, cancelled, "cancelled.")


def retry(arguments: Namespace) -> int:
    from core import jobs

    return _each_job(arguments, jobs.retry, "queued again; the worker takes it up.")


def dismiss(arguments: Namespace) -> int:
    from core import library

    return _each_job(arguments, library.dismiss, "forgotten, and its file with it.")


def unlock(arguments: Namespace) -> int:
    from core import library

    password = files.password(arguments)
    if not password:
        raise BadInput(f"Give the password with --password-file PATH, or in the variable {files.PASSWORD}.")
    return _each_job(
        arguments,
        lambda db, user, job_id: library.unlock(db, user, job_id, password),
        "unlocked and queued again; the worker takes it up.",
    )


def _each_job(arguments: Namespace, act: Act, said: str) -> int:
    from core import jobs

    def do(db: "Database", user: "User", given: str) -> None:
        job = jobs.job(db, user, whole(given, (one.id for one in jobs.jobs(db, user, limit=MOST_JOBS))))
        act(db, user, job.id)
        say(f"{job.title}: {said}")

    return each(arguments.job, do)


def work(arguments: Namespace) -> int:
    from core import worker

    if arguments.drain:
        say(f"{counted(worker.drain(), 'job')} done.")
    else:
        worker.run()
    return 0


JOBS = argument("job", nargs="+", metavar="JOB", help="id as `jobs list` prints it; its beginning is enough")

TITLE = "Bringing documents in"
COMMANDS = (
    Command(
        "import",
        import_files,
        "Put files into the library and analyse them",
        """
        Prints one line a document: its id and its file. The same file twice makes one document; a new file of a known
        regulation, or with a known title and some of its text, becomes its next version. With --no-wait the files are
        queued for the worker.
        """,
        """
        python -m core import act.pdf policy.docx
        python -m core import --no-wait archive/*.pdf && python -m core work
        """,
        (
            argument("file", nargs="+", metavar="FILE", help="as for analyze; - is stdin"),
            argument("--no-wait", action="store_true", help="queue the files and return"),
            files.add_password,
        ),
    ),
    Command(
        "jobs list",
        list_jobs,
        "List your imports and other long work",
        "The newest first. Into a pipe tab-separated: id, kind, title, state, stage, how far, asked at, problem.",
        "python -m core jobs list --active",
        (argument("--active", action="store_true", help="only what waits or runs"), JSON),
    ),
    Command(
        "jobs cancel",
        cancel,
        "Stop jobs that wait or run",
        "The worker drops a running one within a second; nothing of it stays.",
        "python -m core jobs cancel 3f2a9c41",
        (JOBS,),
    ),
    Command(
        "jobs retry",
        retry,
        "Queue failed or cancelled jobs again",
        "Steps that a job had finished are kept.",
        "python -m core jobs retry 3f2a9c41 && python -m core work --drain",
        (JOBS,),
    ),
    Command(
        "jobs unlock",
        unlock,
        "Give the password that an import asks for",
        "The file is stored without it, and queued again. The password is kept nowhere.",
        "python -m core jobs unlock 3f2a9c41 --password-file key.txt",
        (JOBS, files.add_password),
    ),
    Command(
        "jobs dismiss",
        dismiss,
        "Forget failed or cancelled imports",
        "Their files go with them.",
        "python -m core jobs dismiss 3f2a9c41",
        (JOBS,),
    ),
    Command(
        "work",
        work,
        "Run the worker in this terminal",
        """
        Imports and other long work are done here, one after another, until Ctrl-C. The app starts one by itself, once
        somebody opens it; let a service manager run this where the machine may restart unattended.
        """,
        """
        python -m core work
        python -m core work --drain
        """,
        (argument("--drain", action="store_true", help="do what waits, and end"),),
    ),
)
