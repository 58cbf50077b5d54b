"""The compliance record from the command line: status, owner, dates, evidence and comments."""

from argparse import Namespace
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.commands import DATE, NEVER, OBLIGATION, OBLIGATIONS, Command, argument
from core.cli.database import each, listed, obligation_id, opened, whole
from core.cli.filters import STATUSES
from core.cli.text import counted, row, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

    from core.types import User


def status(arguments: Namespace) -> int:
    from core import register

    return _at_once(
        arguments,
        lambda db, user, ids: register.set_status(db, user, ids, arguments.status, arguments.reason),
        arguments.status,
    )


def assign(arguments: Namespace) -> int:
    from core import register

    return _at_once(
        arguments,
        lambda db, user, ids: register.assign(db, user, ids, arguments.to),
        f"assigned to {arguments.to}" if arguments.to.strip() else "assigned to nobody",
    )


def review(arguments: Namespace) -> int:
    from core import register

    return _at_once(
        arguments,
        lambda db, user, ids: register.set_next_review(db, user, ids, arguments.date),
        f"next review {arguments.date or NEVER}",
    )


def _at_once(arguments: Namespace, act: "Callable[[Database, User, list[str]], None]", said: str) -> int:
    """One gesture for all of them, which one `undo` takes back."""
    with opened() as (db, user):
        ids = [obligation_id(db, user, given) for given in listed(arguments.id)]
        act(db, user, ids)
    say(f"{counted(len(ids), 'obligation')}: {said}.")
    return 0


def anchor_date(arguments: Namespace) -> int:
    from core import register

    def do(db: "Database", user: "User", given: str) -> None:
        id = obligation_id(db, user, given)
        row(id, register.set_anchor_date(db, user, id, arguments.date))

    return each(arguments.id, do)


def comment(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        row(register.comment(db, user, obligation_id(db, user, arguments.id), arguments.text))
    return 0


# --- evidence ---------------------------------------------------------------------------------------------------


def add_files(arguments: Namespace) -> int:
    from core import register

    tally = files.Tally()
    with opened() as (db, user):
        id = obligation_id(db, user, arguments.id)
        for path in arguments.file:
            with tally.attempt(path):
                row(register.add_evidence(db, user, id, "file", path, files.read(path)))
    return tally.code


def add_link(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        row(register.add_evidence(db, user, obligation_id(db, user, arguments.id), "link", arguments.address))
    return 0


def add_note(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        row(register.add_evidence(db, user, obligation_id(db, user, arguments.id), "note", arguments.text))
    return 0


def save(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        id, evidence = _evidence(db, user, arguments)
        content = register.evidence_bytes(db, user, id, evidence)
    files.write(arguments.out, content, binary=True)
    return 0


def remove(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        register.remove_evidence(db, user, *_evidence(db, user, arguments))
    say("Removed; `undo` brings it back.")
    return 0


def _evidence(db: "Database", user: "User", arguments: Namespace) -> tuple[str, str]:
    from core import register

    id = obligation_id(db, user, arguments.id)
    return id, whole(arguments.evidence, (one.id for one in register.record(db, user, id).evidence))


EVIDENCE = argument("evidence", metavar="EVIDENCE", help="its id, as `show` prints it; its beginning is enough")

TITLE = "The compliance record"
COMMANDS = (
    Command(
        "status",
        status,
        "Set the status of obligations",
        f"One of: {', '.join(STATUSES)}. `not applicable` needs a reason. All at once: one `undo` takes it back.",
        """
        python -m core status 3f2a9c41.7be01d22 "in progress"
        python -m core obligations --text newsletter | python -m core status - "not applicable" --reason "we send none"
        """,
        (
            OBLIGATIONS,
            argument("status", choices=STATUSES, metavar="STATUS", help="the new status"),
            argument("--reason", default="", metavar="WORDS", help="why; needed for: not applicable"),
        ),
    ),
    Command(
        "assign",
        assign,
        "Give obligations an owner",
        "All at once: one `undo` takes it back.",
        "python -m core obligations --risk critical | python -m core assign - --to 'Head of Payments'",
        (OBLIGATIONS, argument("--to", required=True, metavar="NAME", help="the owner; '' takes the owner away")),
    ),
    Command(
        "review",
        review,
        "Say when somebody should look at obligations again",
        "All at once: one `undo` takes it back.",
        "python -m core review 3f2a9c41.7be01d22 2027-01-31",
        (OBLIGATIONS, DATE),
    ),
    Command(
        "anchor-date",
        anchor_date,
        "Enter the date of the event that starts a deadline",
        "Prints id and due date. A recurrence gives its next date from today on.",
        "python -m core anchor-date 3f2a9c41.7be01d22 2026-05-03",
        (OBLIGATIONS, DATE),
    ),
    Command(
        "comment",
        comment,
        "Comment on an obligation",
        "Prints the comment's id.",
        "python -m core comment 3f2a9c41.7be01d22 'Ask the lawyers about item (b)'",
        (OBLIGATION, argument("text", metavar="TEXT", help="what to say")),
    ),
    Command(
        "evidence file",
        add_files,
        "Add files that show that an obligation is met",
        "Prints their ids.",
        "python -m core evidence file 3f2a9c41.7be01d22 policy.pdf minutes.pdf",
        (OBLIGATION, argument("file", nargs="+", metavar="FILE", help="it is copied into the database")),
    ),
    Command(
        "evidence link",
        add_link,
        "Add the address of evidence",
        "Prints its id. The address is kept, not opened.",
        "python -m core evidence link 3f2a9c41.7be01d22 https://intranet.example/policies/12",
        (OBLIGATION, argument("address", metavar="ADDRESS", help="https:// or http://")),
    ),
    Command(
        "evidence note",
        add_note,
        "Add a note as evidence",
        "Prints its id.",
        "python -m core evidence note 3f2a9c41.7be01d22 'Shown to the auditor on 3 May'",
        (OBLIGATION, argument("text", metavar="TEXT", help="what to keep")),
    ),
    Command(
        "evidence get",
        save,
        "Write a file of evidence as it was given",
        "To stdout, or to a file with --out.",
        "python -m core evidence get 3f2a9c41.7be01d22 51c0 --out policy.pdf",
        (OBLIGATION, EVIDENCE, argument("--out", metavar="PATH", help="default: stdout")),
    ),
    Command(
        "evidence remove",
        remove,
        "Take evidence off the record",
        "The history keeps that it was there.",
        "python -m core evidence remove 3f2a9c41.7be01d22 51c0",
        (OBLIGATION, EVIDENCE),
    ),
)
