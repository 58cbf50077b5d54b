"""Controls from the command line: libraries, suggestions, and what people decide on them."""

from argparse import Namespace
from pathlib import PurePath
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.commands import JSON, OBLIGATION, OBLIGATIONS, Command, argument
from core.cli.database import document_id, listed, obligation_id, opened, whole
from core.cli.filters import add_page, limit, more
from core.cli.text import confirmed, counted, listing, row, say

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.controls import Imported
    from core.types import User


# --- libraries --------------------------------------------------------------------------------------------------


def libraries(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        found = controls.libraries(db, user)
    titles = ("ID", "Name", "Version", "Controls", "Links", "File", "Imported")
    listing(
        titles,
        found,
        lambda one: (one.id, one.name, one.version, one.controls, one.links, one.file_name, one.imported_at),
        arguments.json,
    )
    return 0


def list_(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        found = controls.controls(db, user, _library(db, user, arguments.library) if arguments.library else "")
    listing(
        ("ID", "Ref", "Name", "Topic", "Owner", "Frequency", "Links", "Library"),
        found,
        lambda one: (one.id, one.ref, one.name, one.topic, one.owner, one.frequency, one.links, one.library),
        arguments.json,
    )
    return 0


def import_(arguments: Namespace) -> int:
    from core import controls

    if not arguments.file and not arguments.ours:
        say("Name a CSV or YAML file, or give --ours for the library that comes with the program.")
        return 2
    tally = files.Tally()
    with opened() as (db, user):
        if arguments.ours:
            _told(controls.import_ours(db, user))
        for path in arguments.file:
            with tally.attempt(path):
                _told(controls.import_library(db, user, files.read(path), PurePath(path).name, arguments.name))
    return tally.code


def _told(done: "Imported") -> None:
    row(done.library.id, done.library.name)
    for what, refs in (("added", done.added), ("changed", done.changed), ("removed", done.removed)):
        if refs:
            say(f"{counted(len(refs), 'control')} {what}: {', '.join(refs)}.")
    if done.orphaned:
        say(f"{counted(done.orphaned, 'link')} to removed controls no longer counts.")
    if done.unchanged:
        say(f"{counted(done.unchanged, 'control')} unchanged.")


def remove(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        found = controls.library(db, user, _library(db, user, arguments.library))
        goes = f"{counted(found.controls, 'control')}; {counted(found.links, 'link')} would no longer count"
        if not arguments.yes:
            confirmed(f"Remove “{found.name}” with {goes}?")
        controls.remove_library(db, user, found.id)
    say(f"Removed “{found.name}”: {counted(found.controls, 'control')}. Importing it again brings its links back.")
    return 0


# --- suggestions and links --------------------------------------------------------------------------------------


def suggest(arguments: Namespace) -> int:
    """Matches anew what changed, then lists what nobody has decided on."""
    from core import controls

    with opened() as (db, user):
        controls.suggest(db, user)
        chosen = {
            "document": document_id(db, user, arguments.document) if arguments.document else "",
            "above": arguments.above,
            "best_only": arguments.best,
        }
        found = controls.to_review(db, user, **chosen, limit=limit(arguments), offset=arguments.offset)
        total = controls.to_review_count(db, user, **chosen)
    listing(
        ("ID", "Score", "Control", "Name", "Place", "Words", "Why"),
        found,
        lambda one: (one.id, f"{one.score:.2f}", one.ref, one.control, one.path, one.quote, one.reason),
        arguments.json,
    )
    if note := more(len(found), total, arguments.offset):
        say(note)
    return 0


def confirm(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        pairs = _pairs(db, user, arguments)
        made = controls.confirm(db, user, pairs, arguments.note, part=arguments.part)
    say(f"{counted(made, 'link')} made; `undo` takes it back." if made else "Confirmed already.")
    return 0


def confirm_above(arguments: Namespace) -> int:
    """The best control of each obligation from a score on: listed, asked about, then confirmed as one gesture."""
    from core import controls

    with opened() as (db, user):
        controls.suggest(db, user)
        document = document_id(db, user, arguments.document) if arguments.document else ""
        found = controls.to_review(db, user, document=document, above=arguments.score, best_only=True, limit=None)
        for one in found:
            row(one.id, f"{one.score:.2f}", one.ref, one.control, one.path, one.reason)
        if not found:
            say("No suggestion reaches this score.")
            return 0
        if not arguments.yes:
            confirmed(f"Confirm these {counted(len(found), 'suggestion')}?")
        made = controls.confirm(db, user, [one.pair for one in found], arguments.note)
    say(f"{counted(made, 'link')} made; one `undo` takes all of it back.")
    return 0


def reject(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        made = controls.reject(db, user, _pairs(db, user, arguments), arguments.note)
    say(f"{counted(made, 'suggestion')} rejected; it is not made again." if made else "Rejected already.")
    return 0


def link(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        id, control = obligation_id(db, user, arguments.id), _control(db, user, arguments.control)
        controls.link(db, user, id, control, arguments.note, part=arguments.part)
    say("Linked; `undo` takes it back.")
    return 0


def unlink(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        controls.unlink(db, user, obligation_id(db, user, arguments.id), _control(db, user, arguments.control))
    say("Taken away; `undo` brings it back.")
    return 0


def links(arguments: Namespace) -> int:
    from core import controls

    with opened() as (db, user):
        ids = [obligation_id(db, user, given) for given in listed(arguments.id)] if arguments.id else None
        found = controls.links(db, user, ids)
    listing(
        ("ID", "Control", "State", "Name", "By", "At", "Note"),
        found,
        lambda one: (one.id, one.ref, one.state, one.name, one.by, one.at, one.note),
        arguments.json,
    )
    return 0


# --- what they share --------------------------------------------------------------------------------------------


def _library(db: "Database", user: "User", given: str) -> str:
    from core import controls

    return whole(given, (one.id for one in controls.libraries(db, user)))


def _control(db: "Database", user: "User", given: str) -> str:
    """A control's ref, its id or the beginning of that."""
    from core import controls

    known = controls.controls(db, user)
    if any(given == one.ref for one in known):
        return controls.control(db, user, given).id
    return whole(given, (one.id for one in known))


def _pairs(db: "Database", user: "User", arguments: Namespace) -> list[tuple[str, str]]:
    control = _control(db, user, arguments.control)
    return [(obligation_id(db, user, given), control) for given in listed(arguments.id)]


LIBRARY = argument("library", metavar="LIBRARY", help="its id; the beginning is enough")
CONTROL = argument("control", metavar="CONTROL", help="its ref (INC-02), or its id")
OF_CONTROL = argument("--control", required=True, metavar="CONTROL", help="its ref (INC-02), or its id")
NOTE = argument("--note", default="", metavar="WORDS", help="why; it is kept")
PART = argument("--part", action="store_true", help="it meets the obligation in part only")
DOCUMENT = argument("--document", metavar="ID", default="", help="only of this document")

TITLE = "Controls"
COMMANDS = (
    Command(
        "controls libraries",
        libraries,
        "List the control libraries",
        "Id, name, version, controls, confirmed links, file, imported at.",
        "python -m core controls libraries",
        (JSON,),
    ),
    Command(
        "controls list",
        list_,
        "List the controls",
        "Id, ref, name, topic, owner, frequency, confirmed links, library.",
        "python -m core controls list --json | jq -r '.name'",
        (argument("--library", metavar="LIBRARY", help="only of this one"), JSON),
    ),
    Command(
        "controls import",
        import_,
        "Import control libraries, or bring them up to date",
        """
        CSV with the columns ref and name, and if you like description, category, topic, owner, function, frequency,
        evidence, terms; or YAML in the library form of CISO Assistant. All of a file or nothing of it is taken. A
        library imported again is updated by the refs of its controls, and confirmed links stay.
        """,
        """
        python -m core controls import --ours
        python -m core controls import controls.csv --name "Group controls"
        """,
        (
            argument("file", nargs="*", metavar="FILE", help=".csv, .yaml or .yml; - is not taken"),
            argument("--ours", action="store_true", help="the library for a payment institution that comes along"),
            argument("--name", default="", metavar="NAME", help="what to call it; for CSV also what it is known by"),
        ),
    ),
    Command(
        "controls remove",
        remove,
        "Remove a control library",
        "Says what goes, and asks first. Links are kept and count again when the same library is imported again.",
        "python -m core controls remove 32c8 --yes",
        (LIBRARY, argument("--yes", action="store_true", help="do not ask")),
    ),
    Command(
        "controls suggest",
        suggest,
        "Match obligations with controls and list what to decide on",
        "Id, score from 0 to 1, control, its name, place, words, why. The surest first.",
        """
        python -m core controls suggest
        python -m core controls suggest --above 0.6 --best --json | jq -r '.reason'
        """,
        (
            DOCUMENT,
            argument("--above", type=float, default=0.0, metavar="SCORE", help="only from this score on"),
            argument("--best", action="store_true", help="only the best control of each obligation"),
            add_page,
            JSON,
        ),
    ),
    Command(
        "controls confirm",
        confirm,
        "Confirm that a control meets obligations",
        "All at once: one `undo` takes it back. Refused where somebody decided otherwise; `controls link` overrides.",
        "python -m core controls confirm 3f2a9c41.7be01d22 --control INC-02 --note 'tested in May'",
        (OBLIGATIONS, OF_CONTROL, PART, NOTE),
    ),
    Command(
        "controls confirm-above",
        confirm_above,
        "Confirm the best suggestion of each obligation from a score on",
        "Lists what it would confirm and asks first, unless --yes is given. One `undo` takes all of it back.",
        "python -m core controls confirm-above 0.7 --document 3f2a9c41",
        (
            argument("score", type=float, metavar="SCORE", help="from 0 to 1"),
            DOCUMENT,
            NOTE,
            argument("--yes", action="store_true", help="do not ask"),
        ),
    ),
    Command(
        "controls reject",
        reject,
        "Reject a suggested control for obligations",
        "It is not suggested for them again. All at once: one `undo` takes it back.",
        "python -m core controls reject 3f2a9c41.7be01d22 --control CMP-04",
        (OBLIGATIONS, OF_CONTROL, NOTE),
    ),
    Command(
        "controls link",
        link,
        "Link a control to an obligation by hand",
        "Whatever was suggested or said before.",
        "python -m core controls link 3f2a9c41.7be01d22 REC-01 --part",
        (OBLIGATION, CONTROL, PART, NOTE),
    ),
    Command(
        "controls unlink",
        unlink,
        "Take a link or a rejection away",
        "The control may be suggested again.",
        "python -m core controls unlink 3f2a9c41.7be01d22 REC-01",
        (OBLIGATION, CONTROL),
    ),
    Command(
        "controls links",
        links,
        "List what was said of obligations and controls",
        "Id, control, state (full, part, rejected), its name, by, at, note.",
        "python -m core controls links 3f2a9c41.7be01d22",
        (argument("id", nargs="*", metavar="ID", help="only of these obligations; - reads ids from stdin"), JSON),
    ),
)
