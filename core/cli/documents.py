"""The library from the command line: what is in it, and what becomes of a document."""

from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from core.cli.commands import DATE, DOCUMENT, DOCUMENTS, JSON, NEVER, REASON, Command, argument
from core.cli.database import Act, document_id, document_row, each, opened
from core.cli.text import as_json, confirmed, counted, facts, listing, row, say

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.library import DocumentRow, Tombstone
    from core.types import User

GRAVES = ("ID", "Deleted", "By", "Added", "SHA-256")
TITLES = ("ID", "Title", "Version", "Type", "Status", "Scope", "Pages", "File")


def documents(arguments: Namespace) -> int:
    from core import library

    with opened() as (db, user):
        if arguments.deleted:
            listing(GRAVES, library.tombstones(db, user), _grave, arguments.json)
            return 0
        found = library.documents(db, user, status=arguments.status, text=arguments.text)
    listing(TITLES, found, _cells, arguments.json)
    if not found:
        say(_none(user, bool(arguments.status or arguments.text)))
    return 0


def _none(user: "User", chosen: bool) -> str:
    from core.identity import may

    if chosen:
        return "No such document; python -m core documents lists all that you may see."
    if may(user, "documents.add"):
        return "No documents; add one with: python -m core import FILE"
    return "No documents that you may see; an analyst adds them."


def _cells(one: "DocumentRow") -> tuple[object, ...]:
    return one.id, one.title, one.version, one.type, one.status, one.scope, one.page_count or "", one.file_name


def _grave(one: "Tombstone") -> tuple[object, ...]:
    return one.document_id, one.deleted_at, one.deleted_by, one.created_at, one.sha256


def document(arguments: Namespace) -> int:
    from core import library

    with opened() as (db, user):
        shown = document_row(db, user, arguments.document)
        holds = library.holds(db, user, shown.id)
    plain = {**asdict(shown), "holds": holds}
    if arguments.json:
        as_json(plain)
        return 0
    plain["holds"] = tuple(f"{one['kind']}: {one['reason']} ({one['user_id']}, {one['held_at']})" for one in holds)
    facts((name.replace("_", " "), value) for name, value in plain.items() if value is not False)
    return 0


def versions(arguments: Namespace) -> int:
    from core import library

    with opened() as (db, user):
        shown = document_id(db, user, arguments.document)
        found, others = library.versions(db, user, shown), library.namesakes(db, user, shown)
    listing(TITLES, found, _cells, arguments.json)
    for one in others:
        say(f"{one.id} ({one.file_name}) has the same title and is no version of it; `version-of` says otherwise.")
    return 0


def apart(arguments: Namespace) -> int:
    from core import library

    return _each_document(arguments, library.set_apart, "no version of others any more; it counts by itself.")


def version_of(arguments: Namespace) -> int:
    from core import library

    with opened() as (db, user):
        shown, other = (document_row(db, user, one) for one in (arguments.document, arguments.other))
        library.count_as_version(db, user, shown.id, other.id)
        say(library.counted_as(db, user, shown.id))
    return 0


def provisions(arguments: Namespace) -> int:
    from core import library

    with opened() as (db, user):
        found = library.provisions(db, user, document_id(db, user, arguments.document))
    titles = ("Path", "Start", "End", "Heading", "Text")
    listing(titles, found, lambda p: (p.path, p.span.start, p.span.end, p.heading, p.text), arguments.json)
    return 0


# --- what becomes of them ---------------------------------------------------------------------------------------


def withdraw(arguments: Namespace) -> int:
    from core import library

    return _each_document(
        arguments,
        lambda db, user, id: library.withdraw(db, user, id, arguments.reason),
        "withdrawn; only its owner sees it now.",
    )


def hold(arguments: Namespace) -> int:
    from core import library

    return _each_document(
        arguments,
        lambda db, user, id: library.hold(db, user, id, arguments.reason),
        "on legal hold; it can be withdrawn, not deleted.",
    )


def unhold(arguments: Namespace) -> int:
    from core import library

    return _each_document(arguments, library.unhold, "the legal hold is lifted.")


def release(arguments: Namespace) -> int:
    from core import library

    return _each_document(
        arguments,
        lambda db, user, id: library.release(db, user, id, arguments.reason),
        "released; its actions and exports are open.",
    )


def reject(arguments: Namespace) -> int:
    from core import library

    return _each_document(
        arguments,
        lambda db, user, id: library.reject(db, user, id, arguments.reason),
        "rejected; nothing may be taken from it.",
    )


def expire(arguments: Namespace) -> int:
    from core import library

    return _each_document(
        arguments,
        lambda db, user, id: library.expire(db, user, id, arguments.date),
        f"expires: {arguments.date or NEVER}.",
    )


def _each_document(arguments: Namespace, act: Act, said: str) -> int:
    def do(db: "Database", user: "User", given: str) -> None:
        shown = document_row(db, user, given)
        act(db, user, shown.id)
        say(f"“{shown.title}”: {said}")

    return each(arguments.document, do)


def delete(arguments: Namespace) -> int:
    from core import library

    def do(db: "Database", user: "User", given: str) -> None:
        shown = document_row(db, user, given)
        if not arguments.yes:
            rows = sum(library.contents(db, user, shown.id).values())
            confirmed(f"Delete “{shown.title}” ({shown.file_name}) and all {counted(rows, 'row')} made from it?")
        deleted = library.delete(db, user, shown.id)
        if deleted.outcome == "withdrawn":
            say(f"“{shown.title}” was withdrawn, not deleted: {deleted.reason}")
        for name, count in sorted(deleted.counts.items()):
            row(shown.id, name, count)
        for backup in deleted.backups:
            say(f"The backup {backup} from before an update still holds it.")
        for sentence in deleted.unended:
            say(sentence)

    return each(arguments.document, do)


TITLE = "Documents"
COMMANDS = (
    Command(
        "documents",
        documents,
        "List the documents",
        "On a terminal a table; into a pipe tab-separated lines: id, title, version, type, status, scope, pages, file.",
        """
        python -m core documents --text payment
        python -m core documents --json | jq -r '.id'
        """,
        (
            argument("--text", default="", help="only those whose title or file name has these words"),
            argument(
                "--status", choices=("draft", "approved", "withdrawn", "escalated"), help="only those in this state"
            ),
            argument("--deleted", action="store_true", help="instead, what was deleted: when, by whom, its digest"),
            JSON,
        ),
    ),
    Command(
        "document",
        document,
        "Show one document: its identity, its state, warnings and holds",
        "Names and values, one a line.",
        "python -m core document 3f2a9c41 --json | jq -r '.warnings[]'",
        (DOCUMENT, JSON),
    ),
    Command(
        "versions",
        versions,
        "List all versions of a document's regulation",
        "The earliest to arrive first; columns as for `documents`.",
        "python -m core versions 3f2a9c41",
        (DOCUMENT, JSON),
    ),
    Command(
        "apart",
        apart,
        "Say that documents are no versions of others with their title",
        "Each counts by itself then, and so do the others; `version-of` takes it back.",
        "python -m core apart 3f2a9c41",
        (DOCUMENTS,),
    ),
    Command(
        "version-of",
        version_of,
        "Say that a document is a version of another",
        "The newest of them is the one that counts; `apart` takes it back.",
        "python -m core version-of 3f2a9c41 7be01d22",
        (DOCUMENT, argument("other", metavar="OTHER", help="the document that it is a version of")),
    ),
    Command(
        "provisions",
        provisions,
        "List a document's provisions with their places",
        "Path, start, end, heading, text. Start and end count characters of the text, as `add` and `split` take them.",
        "python -m core provisions 3f2a9c41 | grep -i incident",
        (DOCUMENT, JSON),
    ),
    Command(
        "withdraw",
        withdraw,
        "Take documents out of use",
        "Only their owner sees them after that; nothing is deleted.",
        "python -m core withdraw 3f2a9c41 --reason 'replaced by the version of 2027'",
        (DOCUMENTS, REASON),
    ),
    Command(
        "expire",
        expire,
        "Say until when documents may be used",
        "From the start of that day, UTC, only their owner sees them.",
        "python -m core expire 3f2a9c41 2027-12-31",
        (DOCUMENTS, DATE),
    ),
    Command(
        "hold",
        hold,
        "Put documents on legal hold",
        "Until it is lifted, deleting one withdraws it instead.",
        "python -m core hold 3f2a9c41 --reason 'inquiry of the supervisor'",
        (DOCUMENTS, REASON),
    ),
    Command("unhold", unhold, "Lift the legal hold of documents", "", "python -m core unhold 3f2a9c41", (DOCUMENTS,)),
    Command(
        "release",
        release,
        "Let escalated documents be used",
        "Their actions and exports are no longer withheld.",
        "python -m core release 3f2a9c41 --reason 'read by Legal; the instruction is an example'",
        (DOCUMENTS, REASON),
    ),
    Command(
        "reject",
        reject,
        "Keep escalated documents out of use",
        "Nothing may be taken from them, until somebody releases them after all.",
        "python -m core reject 3f2a9c41 --reason 'forged'",
        (DOCUMENTS, REASON),
    ),
    Command(
        "delete",
        delete,
        "Delete documents and everything made from them",
        """
        Says what it deleted and leaves a tombstone. A document with decided actions or a legal hold is withdrawn
        instead. Asks first, unless --yes is given.
        """,
        "python -m core delete 3f2a9c41 --yes",
        (DOCUMENTS, argument("--yes", action="store_true", help="do not ask")),
    ),
)
