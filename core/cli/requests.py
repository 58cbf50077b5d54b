"""Requests for approval from the command line: ask for actions, word a request differently, take it back."""

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.commands import DOCUMENT, Command, argument
from core.cli.database import SHORTEST, WHOLE, document_id, listed, opened, whole
from core.cli.text import row, say
from core.errors import BadInput, NotFound

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.review import Item
    from core.types import User


def submit(arguments: Namespace) -> int:
    from core import identity, register, review

    with opened() as (db, user):
        document = document_id(db, user, arguments.document)
        known = [one.action.id for one in register.actions(db, user, document)]
        wanted = [whole(id, known) for id in listed(arguments.action)]
        made = review.submit(db, user, document, wanted, grouped=not arguments.single, note=arguments.note)
    for item in made:
        row(item.id, item.number, item.state, item.title)
    waiting = [item for item in made if item.state == "submitted"]
    say(f"{len(made)} asked for; {len(made) - len(waiting)} accepted by the policy, {len(waiting)} waiting.")
    if waiting and identity.alone(user):
        say(review.ADD_A_REVIEWER)
    return 0


def prepare(arguments: Namespace) -> int:
    from core import register, review

    with opened() as (db, user):
        document = document_id(db, user, arguments.document)
        known = [one.action.id for one in register.actions(db, user, document)]
        made = review.prepare(db, user, document, [whole(id, known) for id in listed(arguments.action)])
    row(made.id, made.number, made.state, made.title)
    say(f"Request {made.number} is a draft; `approvals ask {made.number}` asks for it.")
    return 0


def ask(arguments: Namespace) -> int:
    from core import review

    return acted(arguments, lambda db, user, id: review.ask(db, user, id, arguments.note))


def amend(arguments: Namespace) -> int:
    from core import review

    def change(db: "Database", user: "User", id: str) -> "Item":
        found = review.item(db, user, id)
        fields = {name: getattr(arguments, name) for name in review.AMENDABLE}
        words = {name: value for name, value in fields.items() if value is not None}
        if not arguments.action and len(found.actions) > 1:
            raise BadInput(f"Request {found.number} has {len(found.actions)} actions; name one by --action.")
        action = whole(arguments.action, [one.id for one in found.actions]) if arguments.action else found.actions[0].id
        return review.amend(db, user, id, {action: words}, version=found.version)

    return acted(arguments, change)


def drop(arguments: Namespace) -> int:
    from core import review

    return acted(arguments, lambda db, user, id: review.drop(db, user, id, arguments.reason))


def acted(arguments: Namespace, do: "Callable[[Database, User, str], Item]") -> int:
    from core.review.table import said

    with opened() as (db, user):
        found = do(db, user, request_id(db, user, arguments.id))
    held = f" by you until {found.claimed_until[11:16]} UTC" if found.claimed_until else ""
    say(f"Request {found.number} is {said(found.state)}{', read' + held if held else ''}.")
    return 0


def request_id(db: "Database", user: "User", given: str) -> str:
    """A request's number, or the beginning of its id."""
    from core import review

    if given.isdecimal() and len(given) < WHOLE:
        try:
            return review.item(db, user, given).id
        except NotFound:
            if len(given) < SHORTEST:  # else an id may begin with nothing but digits
                raise
    return whole(given, review.ids(db, user, given))


ID = argument("id", metavar="ID", help="number or id, as `approvals list` prints them")
ACTIONS = argument("action", nargs="+", metavar="ACTION", help="ids as `actions` prints them; - reads them from stdin")
NOTE = argument("--note", default="", metavar="WORDS", help="a comment for who decides")
WHY = argument("--reason", default="", metavar="WORDS", help="why; it is kept")
COMMANDS = (
    Command(
        "approvals submit",
        submit,
        "Ask for actions to be approved",
        """
        Actions of the same risk and owner become one request. What the policy lets pass (data/lexicon/approvals.toml)
        is accepted at once. Nobody decides on what they asked for.
        """,
        """
        python -m core approvals submit 3f2a9c41 7be01d22
        python -m core actions 3f2a9c41 | python -m core approvals submit 3f2a9c41 - --single
        """,
        (DOCUMENT, ACTIONS, argument("--single", action="store_true", help="each action by itself"), NOTE),
    ),
    Command(
        "approvals prepare",
        prepare,
        "Put actions together as a draft",
        "One request, which waits until somebody asks for it.",
        "python -m core approvals prepare 3f2a9c41 7be01d22",
        (DOCUMENT, ACTIONS),
    ),
    Command(
        "approvals ask",
        ask,
        "Ask for a draft, or again after a change was requested",
        "Whoever asks for a draft is its requester.",
        "python -m core approvals ask 12 --note 'The date is the one that legal gave us'",
        (ID, NOTE),
    ),
    Command(
        "approvals amend",
        amend,
        "Word a request differently",
        """
        Each version is kept beside the others. What was accepted before counts no more, and whoever changes a request
        does not decide on it. One that a change was requested of is asked for again by this.
        """,
        "python -m core approvals amend 12 --due 2026-12-31 --owner 'Head of Payments'",
        (
            ID,
            argument("--action", default="", metavar="ACTION", help="which one, where there are several"),
            argument("--title", metavar="WORDS", help="what is to be done"),
            argument("--detail", metavar="WORDS", help="in full"),
            argument("--owner", dest="owner_role", metavar="ROLE", help="who does it"),
            argument("--due", metavar="DATE", help="by when, such as 2026-12-31; empty for no date"),
        ),
    ),
    Command(
        "approvals drop",
        drop,
        "Take back your own request",
        "As long as nobody has decided on it.",
        "python -m core approvals drop 12",
        (ID, WHY),
    ),
)
TITLE = "Requests"
