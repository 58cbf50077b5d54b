"""Which rows of the register a command is about: the same options wherever it lists or exports them."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any, get_args

from core.cli.database import document_id
from core.types import DUTIES, BearerKind, Modality, RiskLevel

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.register import Filter
    from core.types import User

# As core.register has them; that takes a while to load, and help must not.
STATUSES = ("new", "in progress", "met", "not met", "not applicable", "not an obligation")
DEADLINES = ("any", "dated", "none", "overdue", "soon", "upcoming", "review")
STATES = ("current", "orphaned", "replaced")
SCREENFUL = 50
MANY: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}


def add_filters(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--document", metavar="ID", **MANY, help="only of these documents")
    add("--modality", choices=get_args(Modality), **MANY, help="only these kinds of norm")
    add("--duties", action="store_true", help="only obligations and prohibitions")
    add("--bearer", default="", metavar="WORDS", help="only where who must act has these words")
    add("--bearer-kind", choices=get_args(BearerKind), **MANY, help="only these kinds of bearer")
    add("--risk", choices=get_args(RiskLevel), **MANY, help="only of these levels")
    add("--status", choices=STATUSES, **MANY, help="only in these states")
    add("--deadline", default="", choices=DEADLINES, help="dated, overdue, soon, upcoming, review, none, or any")
    add("--text", default="", metavar="WORDS", help="only where the text has these words")
    add("--owner", metavar="NAME", **MANY, help="only of these owners")
    add("--applies", choices=("yes", "no", "unclear"), **MANY, help="whether it binds our profile")
    add("--former", action="store_true", help="also of versions that a newer one has replaced")
    add("--check", action="store_true", help="only what a person should look at first")
    add(
        "--state",
        choices=STATES,
        default="current",
        help="orphaned: corrected, but no longer found; replaced: split or merged (default: current)",
    )


def add_page(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, metavar="N", help="at most so many, 0 for all (default: 50; into a pipe all)"
    )
    parser.add_argument("--offset", type=int, default=0, metavar="N", help="leave out the first N")


def limit(arguments: Namespace) -> int | None:
    """What another command shall read is whole, unless somebody asked for less."""
    if arguments.limit is None:
        return SCREENFUL if sys.stdout.isatty() else None
    return arguments.limit or None


def chosen(arguments: Namespace, db: "Database", user: "User") -> "Filter":
    from core.register import Filter

    return Filter(
        document=tuple(document_id(db, user, given) for given in arguments.document),
        modality=(*arguments.modality, *(DUTIES if arguments.duties else ())),
        bearer=arguments.bearer,
        bearer_kind=tuple(arguments.bearer_kind),
        risk=tuple(arguments.risk),
        status=tuple(arguments.status),
        deadline=arguments.deadline,
        text=arguments.text,
        owner=tuple(arguments.owner),
        applies=tuple(arguments.applies),
        check=arguments.check,
        former=arguments.former,
        state=arguments.state,
    )


def more(shown: int, total: int, offset: int) -> str:
    """What to say when the list goes on, else ""."""
    if offset + shown >= total:
        return ""
    return f"{shown} of {total} shown; --limit 0 shows all, --offset {offset + shown} the next."
