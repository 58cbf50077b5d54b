"""What an engine found in one document: its summary and actions, and what it counted as no obligation."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.cli.commands import DOCUMENT, JSON, Command, argument
from core.cli.database import document_id, opened, whole
from core.cli.text import facts, listing, say

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.register import Lead
    from core.types import User


def summary(arguments: Namespace) -> int:
    from core import register
    from core.export.facts import facts as counted

    with opened() as (db, user):
        document = document_id(db, user, arguments.document)
        found = register.analysis(db, user, document)
        found = replace(found, summary=register.summary(db, user, document))
    facts(counted(found))
    return 0


def actions(arguments: Namespace) -> int:
    from core import library, register

    with opened() as (db, user):
        document = document_id(db, user, arguments.document)
        library.require_released(db, user, document)
        found = register.actions(db, user, document)
    titles = ("Priority", "Due", "Owner role", "Approval", "State", "Action", "Detail")
    listing(
        titles,
        found,
        lambda one: (
            one.action.priority, one.due, one.action.owner_role, "needed" if one.action.requires_approval else "",
            one.state, one.action.title, one.action.detail,
        ),
        arguments.json,
    )  # fmt: skip
    return 0


def statements(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        found = register.statements(db, user, document_id(db, user, arguments.document))
    titles = ("Place", "Start", "End", "Kind", "Sentence", "Why not")
    listing(
        titles,
        found,
        lambda one: (one.provision.path, one.quote.start, one.quote.end, one.kind, one.quote.text, one.reason),
        arguments.json,
    )
    return 0


def uncovered(arguments: Namespace) -> int:
    from core import register

    return _leads(arguments, register.uncovered, "Every normative sentence is accounted for.")


def ungrounded(arguments: Namespace) -> int:
    from core import register

    return _leads(arguments, register.ungrounded, "Every quote is in the source.")


def _leads(arguments: Namespace, list_: "Callable[[Database, User, str], list[Lead]]", none: str) -> int:
    with opened() as (db, user):
        every = list_(db, user, document_id(db, user, arguments.document))
    found = [one for one in every if arguments.all or one.state == "open"]
    titles = ("ID", "Place", "Start", "End", "State", "Words", "Why")
    listing(
        titles,
        found,
        lambda one: (one.id, one.path, one.start, one.end, one.state, one.quote, one.reason),
        arguments.json,
    )
    if not found:
        say(none)
    return 0


def runs(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        found = register.runs(db, user, document_id(db, user, arguments.document))
    listing(
        ("ID", "Number", "Model", "Made", "By", "Chosen", "Obligations", "Added", "Gone"),
        found,
        lambda r: (
            r.id, r.number, r.model, r.created_at, r.created_by, "chosen" if r.chosen else "", r.obligations, r.added,
            r.gone,
        ),
        arguments.json,
    )  # fmt: skip
    return 0


def choose(arguments: Namespace) -> int:
    from core import register

    with opened() as (db, user):
        document = document_id(db, user, arguments.document)
        run = whole(arguments.analysis, (one.id for one in register.runs(db, user, document)))
        register.choose_run(db, user, document, run)
    say("The register shows this run; corrections stay, and `undo` shows the one before.")
    return 0


ALL = argument("--all", action="store_true", help="also those that somebody accepted or made an obligation of")

TITLE = "What was found in a document"
COMMANDS = (
    Command(
        "summary",
        summary,
        "Show what the analysis says of a document as a whole",
        "Names and values, one a line. `export --document ID --format json` gives the whole analysis.",
        "python -m core summary 3f2a9c41",
        (DOCUMENT,),
    ),
    Command(
        "actions",
        actions,
        "List the recommended actions of a document",
        "Priority, due, owner role, approval, state, action, detail. Withheld while an escalated document waits.",
        "python -m core actions 3f2a9c41",
        (DOCUMENT, JSON),
    ),
    Command(
        "statements",
        statements,
        "List sentences with a normative mark that are no obligations, and why",
        "Place, start, end, kind, sentence, why not.",
        "python -m core statements 3f2a9c41",
        (DOCUMENT, JSON),
    ),
    Command(
        "uncovered",
        uncovered,
        "List normative sentences that nothing accounts for",
        "Id, place, start, end, state, sentence, why. `promote` makes an obligation of one, `accept` settles it.",
        "python -m core uncovered 3f2a9c41",
        (DOCUMENT, ALL, JSON),
    ),
    Command(
        "ungrounded",
        ungrounded,
        "List quotes that are not in the source",
        "Columns as for `uncovered`. `repair` gives one its place, `accept` settles it.",
        "python -m core ungrounded 3f2a9c41",
        (DOCUMENT, ALL, JSON),
    ),
    Command(
        "runs list",
        runs,
        "List the analyses of a document",
        """
        The oldest first: id, number, model, made at, by, chosen, obligations, and how many it has more and fewer than
        the chosen one.
        """,
        "python -m core runs list 3f2a9c41",
        (DOCUMENT, JSON),
    ),
    Command(
        "runs choose",
        choose,
        "Choose the analysis that the register shows",
        "Corrections stay; those of obligations that it did not find show as orphaned.",
        "python -m core runs choose 3f2a9c41 9be2",
        (DOCUMENT, argument("analysis", metavar="RUN", help="its id; the beginning is enough")),
    ),
)
