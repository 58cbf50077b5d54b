"""The library from the command line: `import`, `documents`, `delete`, `reindex`, `work`."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import asdict
from io import StringIO
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.commands import Commands, command
from core.cli.text import counted, printable, row, say, table
from core.errors import BadInput, Conflict, CopilotError

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.jobs import Job
    from core.types import User

WAIT_SECONDS = 0.3


@contextmanager
def opened() -> "Iterator[tuple[Database, User]]":
    """The database, created and migrated as needed, and who asks."""
    from core.identity import local_user
    from core.settings import settings
    from core.store import connect

    path = settings().database
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    db = connect(path)
    try:
        yield db, local_user()
    finally:
        db.close()


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "import",
        import_files,
        "Put files into the library and analyse them",
        """
        Prints one line a document: its id and its file. The same file twice makes one document; a new file of a known
        regulation becomes its next version. With --no-wait the files are queued for the worker.
        """,
        """
        python -m core import act.pdf policy.docx
        python -m core import --no-wait archive/*.pdf && python -m core work
        """,
    )
    parser.add_argument("file", nargs="+", metavar="FILE", help="as for analyze; - is stdin")
    parser.add_argument("--no-wait", action="store_true", help="queue the files and return")
    files.add_password(parser)
    parser = command(
        commands,
        "documents",
        documents,
        "List the documents",
        "On a terminal a table; into a pipe tab-separated lines: id, title, version, type, status, scope, pages, file.",
        """
        python -m core documents --text payment
        python -m core documents --json | jq -r '.id'
        """,
    )
    parser.add_argument("--text", default="", help="only those whose title or file name has these words")
    parser.add_argument("--status", choices=("draft", "approved", "withdrawn"), help="only those in this state")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, with everything")
    parser = command(
        commands,
        "delete",
        delete,
        "Delete documents and everything made from them",
        """
        Says what it deleted and leaves a tombstone. A document with decided actions or a legal hold is withdrawn
        instead. Asks first, unless --yes is given.
        """,
        "python -m core delete 3f2a9c --yes",
    )
    parser.add_argument("id", nargs="+", metavar="ID", help="as `documents` prints it; its beginning is enough")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    command(
        commands,
        "reindex",
        reindex,
        "Build again everything that is derived from the database",
        "Findings and corrections are the truth; the register's table is built from them again.",
        "python -m core reindex",
    )
    parser = command(
        commands,
        "work",
        work,
        "Run the worker in this terminal",
        "Imports and other long work are done here, one after another, until Ctrl-C. The app starts one by itself.",
        """
        python -m core work
        python -m core work --drain
        """,
    )
    parser.add_argument("--drain", action="store_true", help="do what waits, and end")


# --- import -----------------------------------------------------------------------------------------------------


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
                _done(db, user, job_id)
                row(jobs.job(db, user, job_id).subject, name)
    return tally.code


def _done(db: "Database", user: "User", job_id: str) -> None:
    """Wait for a job: doing it here where no worker runs, else watching the worker do it."""
    from core import jobs, worker

    while (job := jobs.job(db, user, job_id)).state in ("queued", "running"):
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
    return kind(job.error or f"The import was {job.state}; try again.")


# --- the rest ---------------------------------------------------------------------------------------------------


def documents(arguments: Namespace) -> int:
    from core import library

    with opened() as (db, user):
        found = library.documents(db, user, status=arguments.status, text=arguments.text)
    if arguments.json:
        for one in found:
            print(json.dumps(asdict(one), ensure_ascii=False))
        return 0
    titles = ("ID", "Title", "Version", "Type", "Status", "Scope", "Pages", "File")
    table(
        titles,
        ((d.id, d.title, d.version, d.type, d.status, d.scope, d.page_count or "", d.file_name) for d in found),
    )
    if not found:
        say("No documents; add one with: python -m core import FILE")
    return 0


def delete(arguments: Namespace) -> int:
    from core import library

    tally = files.Tally()
    with opened() as (db, user):
        for given in arguments.id:
            with tally.attempt(given):
                listed = library.document_row(db, user, document_id(db, user, given))
                if not arguments.yes:
                    _confirm(f"Delete “{listed.title}” ({listed.file_name}) and everything made from it?")
                deleted = library.delete(db, user, listed.id)
                if deleted.outcome == "withdrawn":
                    say(f"“{listed.title}” was withdrawn, not deleted: {deleted.reason}")
                for name, count in sorted(deleted.counts.items()):
                    row(listed.id, name, count)
    return tally.code


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise BadInput("Nobody is there to confirm; add --yes to delete without being asked.")
    print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Conflict("Kept; nothing was deleted.")


def document_id(db: "Database", user: "User", given: str) -> str:
    """The id that begins with what was given. BadInput when several do."""
    from core import library

    found = [row.id for row in library.documents(db, user) if row.id.startswith(given)]
    if len(found) > 1 and given not in found:
        raise BadInput(f"{given!r} begins the ids of {len(found)} documents; give more of it.")
    return given if given in found or not found else found[0]


def reindex(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, _):
        say(f"{counted(register.reindex(db), 'document')} indexed again.")
    return 0


def work(arguments: Namespace) -> int:
    from core import worker

    if arguments.drain:
        say(f"{counted(worker.drain(), 'job')} done.")
    else:
        worker.run()
    return 0
