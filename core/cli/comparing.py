"""Two versions from the command line: what changed, and what people said carried over from one to the other."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.commands import Command, argument
from core.cli.database import document_id, obligation_id, opened
from core.cli.text import counted, say, table
from core.errors import BadInput, NotAllowed

if TYPE_CHECKING:
    from core.compare import Change, Comparison, Side

TABLE = "table"
FORMATS = (TABLE, "md", "xlsx", "json")
KINDS = ("added", "removed", "changed", "moved", "unchanged")
TITLES = ("Became", "What changed", "Old place", "New place", "Who", "What")


def compare(arguments: Namespace) -> int:
    from core.compare import summary

    name = _format(arguments)
    found = _compared(arguments, exported=name in ("md", "xlsx"))
    for sentence in summary(found):
        say(sentence)
    if name == TABLE:
        kinds = arguments.kind or [kind for kind in KINDS if kind != "unchanged"]
        table(TITLES, (_cells(one) for one in found.changes if one.kind in kinds))
        return 0
    from core.export.compared import write_comparison
    from core.export.taking import taken

    made, given = write_comparison(name, found), {arguments.old: found.old.id, arguments.new: found.new.id}
    if stored := [id for one, id in given.items() if not Path(one).is_file()]:
        with opened() as (db, user):
            taken(db, user, made, f"comparison.{name}", stored)
    files.write(arguments.out, made.data, binary=name == "xlsx")
    return 0


def _cells(change: "Change") -> tuple[object, ...]:
    places = (one.draft.provision.path if one else "" for one in (change.old, change.new))
    labels = "; ".join(one.label for one in change.differences)
    return change.kind, labels, *places, change.here.draft.bearer.text, change.here.draft.action


def _format(arguments: Namespace) -> str:
    if arguments.format:
        if arguments.format == TABLE and arguments.out:
            raise BadInput("A table goes to standard output; choose md, xlsx or json for a file.")
        return str(arguments.format)
    ending = Path(arguments.out or "").suffix[1:].lower()
    if not arguments.out:
        return TABLE
    if ending not in FORMATS[1:]:
        raise BadInput(f"No format is known for {arguments.out!r}; add --format {'|'.join(FORMATS[1:])}.")
    return ending


def _compared(arguments: Namespace, *, exported: bool) -> "Comparison":
    from core import compare as comparing
    from core import library

    given = arguments.old, arguments.new
    read = [Path(one).is_file() for one in given]
    if all(read):
        return comparing.compare(*(_read(one, arguments, exported=exported) for one in given))
    with opened() as (db, user):
        sides = []
        for one, is_file in zip(given, read, strict=True):
            if is_file:
                sides.append(_read(one, arguments, exported=exported))
                continue
            id = document_id(db, user, one)
            if exported:
                library.require_released(db, user, id)
            sides.append(comparing.side(db, user, id))
    if sides[0].document.id == sides[1].document.id:
        raise BadInput("These are the same document; name two versions, or two documents.")
    return comparing.compare(*sides)


def _read(path: str, arguments: Namespace, *, exported: bool) -> "Side":
    from core import ingest, pipeline
    from core.compare import Side

    reading = ingest.read(files.read(path), Path(path).name, document_id=path, password=files.password(arguments))
    analysis = pipeline.analyze_reading(reading)
    if exported and analysis.scope.decision == "escalate":
        raise NotAllowed(f"{path} is escalated; only --format table or json shows its reading.")
    return Side(analysis.document, reading.provisions, analysis.obligations)


# --- what people said -------------------------------------------------------------------------------------------


def carry(arguments: Namespace) -> int:
    from core.compare import carry_unchanged

    with opened() as (db, user):
        old, new = (document_id(db, user, one) for one in (arguments.old, arguments.new))
        count = carry_unchanged(db, user, old, new)
    say(f"Carried over to {counted(count, 'obligation')}." if count else "There was nothing left to carry over.")
    return 0


def take_over(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        register.take_over(db, user, *(obligation_id(db, user, one) for one in (arguments.old, arguments.new)))
    say("Taken over.")
    return 0


def offers(arguments: Namespace) -> int:
    from core import register
    from core.compare import compare_stored

    with opened() as (db, user):
        old, new = (document_id(db, user, one) for one in (arguments.old, arguments.new))
        found = register.offers(db, user, old, new, compare_stored(db, user, old, new).altered)
    table(
        ("Old", "New", "Status", "Owner", "Corrections", "Comments", "Evidence", "Controls", "Dates"),
        [
            (o.old, o.new, o.status, o.owner, ", ".join(o.corrections), o.comments, o.evidence, o.controls, o.dates)
            for o in found
        ],
    )
    return 0


EITHER = "a file, or the id of a document in the library"
OLD_DOCUMENT = argument("old", metavar="OLD", help="id of the document that people have worked on")
NEW_DOCUMENT = argument("new", metavar="NEW", help="id of its next version")

TITLE = "Versions"
COMMANDS = (
    Command(
        "compare",
        compare,
        "Show what changed between two versions",
        """
        Obligations added, removed, changed (and in what: deadline, bearer, condition, exception, modality, risk,
        sanction, wording), moved without change, unchanged; and the text, article by article. Renumbered articles are
        the same articles. OLD and NEW are files, read without a database, or ids of stored documents.

        The table leaves out what is unchanged, unless --kind asks for it; into a pipe it is tab-separated.
        """,
        """
        python -m core compare act-2024.pdf act-2026.pdf
        python -m core compare 3f2a9c41 77b0e2d1 --out changes.xlsx
        python -m core compare old.html new.html --format json | jq '.changes[] | select(.kind == "changed")'
        """,
        (
            argument("old", metavar="OLD", help=EITHER),
            argument("new", metavar="NEW", help=EITHER),
            argument("--format", choices=FORMATS, help="default: by the ending of --out, else table"),
            argument("--out", metavar="PATH", help="file (written whole or not at all); default: stdout"),
            argument("--kind", nargs="+", choices=KINDS, metavar="KIND", help=f"in the table only: {', '.join(KINDS)}"),
            files.add_password,
        ),
    ),
    Command(
        "carry",
        carry,
        "Carry over what people said to a later version",
        """
        Statuses, owners, comments, evidence and corrections of obligations that say the same in both, with who said
        them first. An import does this by itself; what was said of the later version stays. One `undo` takes it back.
        """,
        "python -m core carry 3f2a9c41 77b0e2d1",
        (OLD_DOCUMENT, NEW_DOCUMENT),
    ),
    Command(
        "offers",
        offers,
        "List what could be taken over to changed obligations",
        "Old id, new id, status, owner, corrected fields, number of comments and of evidence.",
        "python -m core offers 3f2a9c41 77b0e2d1",
        (OLD_DOCUMENT, NEW_DOCUMENT),
    ),
    Command(
        "take-over",
        take_over,
        "Take over what was said of one obligation to a changed one",
        "What corrects a reading that is another one now stays behind. One `undo` takes it back.",
        "python -m core take-over 3f2a9c41.7be01d22 77b0e2d1.9c40aa17",
        (
            argument("old", metavar="OLD", help="id of the old obligation; its beginning is enough"),
            argument("new", metavar="NEW", help="id of the new obligation; its beginning is enough"),
        ),
    ),
)
