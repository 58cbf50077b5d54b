"""Data cards from the command line: what a document may be used for, and who signed that."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from core.cli.commands import DOCUMENT, DOCUMENTS, Command, argument
from core.cli.database import document_id, document_row, each, opened
from core.cli.text import as_json, facts, say
from core.errors import BadInput

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.types import User


def show(arguments: Namespace) -> int:
    from core import library

    with opened() as (db, user):
        card = library.card(db, user, document_id(db, user, arguments.document))
    if arguments.json:
        as_json(card)
        return 0
    signed = tuple(f"{one['user_id']}, {one['signed_at']}" for one in card["signatures"])
    facts([*((field.key, _shown(card.get(field.key))) for field in library.FIELDS), ("signed", signed)])
    return 0


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(use for use, on in value.items() if on)
    return ",".join(value) if isinstance(value, list) else str(value or "")


def change(arguments: Namespace) -> int:
    from core import library

    fields = dict(_assigned(given) for given in arguments.field)
    with opened() as (db, user):
        shown = document_row(db, user, arguments.document)
        changed = library.save_card(db, user, shown.id, fields)
    say(f"“{shown.title}”: {'saved; sign the card again.' if changed else 'nothing was changed.'}")
    return 0


def _assigned(given: str) -> tuple[str, Any]:
    """FIELD=VALUE as the field and what it takes; lists and switches are written with commas."""
    from core import library

    key, equals, value = given.partition("=")
    if not equals:
        raise BadInput(f"{given!r} is not FIELD=VALUE, such as owner='Head of Payments'.")
    kind = next((field.kind for field in library.FIELDS if field.key == key), "text")
    words = [word.strip() for word in value.split(",") if word.strip()]
    return key, {"list": words, "switches": dict.fromkeys(words, True)}.get(kind, value)


def sign(arguments: Namespace) -> int:
    from core import library

    def do(db: "Database", user: "User", given: str) -> None:
        shown = document_row(db, user, given)
        status = library.sign_card(db, user, shown.id)
        more = "the document is approved" if status == "approved" else "a second person must sign it too"
        say(f"“{shown.title}”: signed; {more}.")

    return each(arguments.document, do)


TITLE = "Data cards"
COMMANDS = (
    Command(
        "card show",
        show,
        "Show the data card of a document",
        "Fields and values, one a line, and who signed the card as it is now.",
        "python -m core card show 3f2a9c41",
        (DOCUMENT, argument("--json", action="store_true", help="as one JSON object")),
    ),
    Command(
        "card set",
        change,
        "Change fields of a data card",
        """
        Fields are named as `card show` names them. `allowed_use` takes the uses that are on (prompting, rag,
        evaluation, fine_tuning, logging) and `groups` names, both with commas. Hosted models read tokens in place of
        personal data, unless hosted_personal_data='As it is'. A signed card that changes must be signed again.
        """,
        "python -m core card set 3f2a9c41 owner='Head of Payments' allowed_use=rag,evaluation",
        (DOCUMENT, argument("field", nargs="+", metavar="FIELD=VALUE", help="what it shall hold; FIELD= empties it")),
    ),
    Command(
        "card sign",
        sign,
        "Sign the data cards of documents as they are now",
        "The document is approved; one that is confidential or restricted needs a second person's signature.",
        "python -m core card sign 3f2a9c41",
        (DOCUMENTS,),
    ),
)
