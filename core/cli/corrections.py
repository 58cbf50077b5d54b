"""Putting right what an engine read: what to check, corrected fields, obligations that people make, and undo."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, get_args

from core.cli.commands import DOCUMENT, JSON, OBLIGATION, OBLIGATIONS, Command, argument
from core.cli.database import document_id, each, listed, obligation_id, opened
from core.cli.filters import add_filters, add_page, chosen, limit, more
from core.cli.text import counted, listing, row, say
from core.errors import BadInput
from core.types import Modality

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.types import User


def to_check(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        wanted, every = chosen(arguments, db, user), arguments.everything
        found = register.to_check(db, user, wanted, everything=every, limit=limit(arguments), offset=arguments.offset)
        total = register.to_check_count(db, user, wanted, everything=every)
    titles = ("ID", "What", "Place", "Sure", "Words", "Why", "Document")
    listing(
        titles,
        found,
        lambda one: (one.id, one.kind, one.path, f"{one.confidence:.0%}", one.quote, one.reason, one.document),
        arguments.json,
    )
    if note := more(len(found), total, arguments.offset):
        say(note)
    return 0


def accept(arguments: Namespace) -> int:
    from core import register

    def do(db: "Database", user: "User", given: str) -> None:
        register.accept(db, user, obligation_id(db, user, given))
        say(f"{given}: accepted.")

    return each(arguments.id, do)


def correct(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        register.correct(db, user, obligation_id(db, user, arguments.id), arguments.field, arguments.value)
    say(f"{arguments.id}: corrected.")
    return 0


def uncorrect(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        id = obligation_id(db, user, arguments.id)
        fields = arguments.field or [one.field for one in register.record(db, user, id).corrections]
        register.correct_all(db, user, id, dict.fromkeys(fields))
    say(f"{counted(len(fields), 'correction')} taken back; the engine's reading stands again.")
    return 0


def undo(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        undone = register.undo(db, user)
    say(f"Undone: {undone.title}.")
    for id in undone.ids:
        row(id)
    return 0


# --- obligations that people make -------------------------------------------------------------------------------


def add(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        document = document_id(db, user, arguments.document)
        start, end = _stretch(db, user, document, arguments)
        row(
            register.add_by_hand(db, user, document, start, end, arguments.modality, arguments.bearer, arguments.action)
        )
    return 0


def split(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        id = obligation_id(db, user, arguments.id)
        shown = register.record(db, user, id).row
        at = arguments.at
        if arguments.before is not None:
            at = shown.position + _only(shown.quote, arguments.before, "the quote")
        for part in register.split(db, user, id, at):
            row(part)
    return 0


def merge(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        row(register.merge(db, user, [obligation_id(db, user, given) for given in listed(arguments.id)]))
    return 0


def promote(arguments: Namespace) -> int:
    from core import register

    def do(db: "Database", user: "User", given: str) -> None:
        lead = register.lead(db, user, obligation_id(db, user, given))
        if lead.start is None or lead.end is None:
            raise BadInput("This quote is not in the source; give it its place with: python -m core repair")
        row(register.promote(db, user, lead.document_id, lead.start, lead.end))

    return each(arguments.id, do)


def repair(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        lead = register.lead(db, user, obligation_id(db, user, arguments.id))
        row(register.repair(db, user, lead.id, *_stretch(db, user, lead.document_id, arguments)))
    return 0


def _stretch(db: "Database", user: "User", document: str, arguments: Namespace) -> tuple[int, int]:
    """From where to where, by offsets or by the words that stand there."""
    from core import library

    if arguments.at:
        start, end = arguments.at
        return start, end
    start = _only(library.document(db, user, document).text, arguments.words, "the source")
    return start, start + len(arguments.words)


def _only(text: str, words: str, where: str) -> int:
    """Where the words stand in the text; BadInput unless they do so exactly once."""
    times = text.count(words) if words else 0
    if times != 1:
        found = f"stand {times} times in {where}; give more of them, or --at" if times else f"are not in {where}"
        raise BadInput(f"These words {found}. Copy them exactly as they are.")
    return text.index(words)


def add_stretch(parser: ArgumentParser) -> None:
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--words", metavar="WORDS", help="the words of the source, exactly")
    place.add_argument(
        "--at", nargs=2, type=int, metavar=("START", "END"), help="characters of the text, end exclusive"
    )


def add_cut(parser: ArgumentParser) -> None:
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--before", metavar="WORDS", help="the first words of the second part, exactly")
    place.add_argument("--at", type=int, metavar="PLACE", help="characters of the document's text")


TITLE = "Checking and correcting"
COMMANDS = (
    Command(
        "to-check",
        to_check,
        "List what a person should look at first",
        """
        Sentences that nothing accounts for and quotes that are not in the source, then obligations, the least sure
        first: id, what, place, how sure, words, why, document.
        """,
        "python -m core to-check --document 3f2a9c41",
        (
            add_filters,
            argument("--everything", action="store_true", help="whatever nobody has looked at"),
            add_page,
            JSON,
        ),
    ),
    Command(
        "accept",
        accept,
        "Say that readings are right, or that nothing follows from a sentence",
        "Takes ids of obligations, and those of `to-check`, `uncovered` and `ungrounded`.",
        """
        python -m core accept 3f2a9c41.7be01d22 3f2a9c41.un83c5aa
        python -m core to-check --text fee | python -m core accept -
        """,
        (OBLIGATIONS,),
    ),
    Command(
        "correct",
        correct,
        "Correct one field of an obligation",
        """
        What the engine found stays; the correction lies over it. Fields: modality, bearer, bearer_kind, explicit, via,
        action, object, conditions, exceptions (one passage of the source a line), deadline (PT72H, P1M, R/P1Y or a
        date), deadline_kind, days, anchor, risk, applies.
        """,
        """
        python -m core correct 3f2a9c41.7be01d22 bearer 'Payment institutions'
        python -m core correct 3f2a9c41.7be01d22 deadline PT24H
        """,
        (
            OBLIGATION,
            argument("field", metavar="FIELD", help="one of the fields above"),
            argument("value", metavar="VALUE", help="what it should be; '' empties it"),
        ),
    ),
    Command(
        "uncorrect",
        uncorrect,
        "Take corrections of an obligation back",
        "Of these fields, or of all of them when none is named.",
        "python -m core uncorrect 3f2a9c41.7be01d22 bearer",
        (OBLIGATION, argument("field", nargs="*", metavar="FIELD", help="default: every corrected field")),
    ),
    Command(
        "undo",
        undo,
        "Take your last change back, whatever it was",
        "Prints the ids that it touched.",
        "python -m core undo",
    ),
    Command(
        "add",
        add,
        "Add an obligation that the engine did not read",
        "From words of the source, or from START to END. Prints its id.",
        "python -m core add 3f2a9c41 --words 'Staff are to be trained.' --bearer 'The firm' --action 'train staff'",
        (
            DOCUMENT,
            add_stretch,
            argument("--modality", choices=get_args(Modality), default="obligation", help="default: obligation"),
            argument("--bearer", default="", metavar="WHO", help="who must act, as the source says it"),
            argument("--action", default="", metavar="WHAT", help="what must be done; default: the words themselves"),
        ),
    ),
    Command(
        "promote",
        promote,
        "Make obligations of sentences that nothing accounts for",
        "Takes ids of `uncovered`; prints the ids of the obligations.",
        "python -m core promote 3f2a9c41.un83c5aa",
        (OBLIGATIONS,),
    ),
    Command(
        "repair",
        repair,
        "Give a quote that is not in the source its place",
        "Takes an id of `ungrounded`; prints the id of the obligation that follows.",
        "python -m core repair 3f2a9c41.un51d0e7 --words 'The firm shall keep a record.'",
        (OBLIGATION, add_stretch),
    ),
    Command(
        "split",
        split,
        "Make two obligations of one",
        "Prints the ids of the two. The one stays on record as replaced.",
        "python -m core split 3f2a9c41.7be01d22 --before 'it shall warn'",
        (OBLIGATION, add_cut),
    ),
    Command(
        "merge",
        merge,
        "Make one obligation of several neighbours",
        "Prints its id.",
        "python -m core merge 3f2a9c41.7be01d22 3f2a9c41.90aa4c11",
        (OBLIGATIONS,),
    ),
)
