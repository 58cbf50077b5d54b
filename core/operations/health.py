"""What somebody who answers for this installation should know of it, each in one sentence."""

from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from core.identity import accounts, require
from core.operations import messages
from core.operations.storage import storage
from core.settings import Settings
from core.store import backups
from core.types import User

Level = Literal["good", "look", "bad"]


@dataclass(frozen=True, slots=True)
class Fact:
    """`level`: good, look (somebody should know) or bad (somebody should act)."""

    name: str
    level: Level
    words: str


def health(db: Database, user: User, settings: Settings) -> list[Fact]:
    """Storage, the log's key, who is let in, whose word is one's own, copies, messages. Reads no document.

    NotAllowed without `access.read`.
    """
    require(user, "access.read")
    found = [_storage(settings), _key(settings), _door(db, settings), _four_eyes(db), _copies(settings)]
    return [*filter(None, found), _messages(settings)]


def _storage(settings: Settings) -> Fact:
    found = storage(settings.data_dir)
    levels: dict[str, Level] = {"encrypted": "good", "plain": "bad", "unknown": "look"}
    return Fact("Encryption at rest", levels[found.state], found.words)


def _key(settings: Settings) -> Fact:
    if settings.audit_key_file is None:
        return Fact(
            "Key of the log", "look",
            "It lies beside the database, so whoever can change one can use the other; set COPILOT_AUDIT_KEY_FILE to a"
            " file that only this program reads.",
        )  # fmt: skip
    return Fact("Key of the log", "good", "It lies apart from the database.")


def _door(db: Database, settings: Settings) -> Fact:
    if settings.demo:
        return Fact("Sign-in", "look", "This is a demo: a facilitator may act as each of its people.")
    if accounts.people(db):
        return Fact("Sign-in", "good", "Everybody signs in with an account.")
    return Fact(
        "Sign-in",
        "look",
        "One local person, without signing in; nobody can approve their requests. Make accounts under Access.",
    )


def _four_eyes(db: Database) -> Fact | None:
    """Whoever gives rights could make a second account of their own, and with it decide on what they asked for."""
    both = accounts.holders_of_both(db, "access.manage", "actions.submit")
    if not accounts.people(db):
        return None
    if not both:
        return Fact("Four eyes", "good", "Nobody who gives rights asks for approvals.")
    return Fact(
        "Four eyes", "look",
        f"{both:,} who may ask for approvals also give{'s' if both == 1 else ''} rights, and could decide by a second"
        " account of their own: let somebody else be administrator. Access says who invited whom.",
    )  # fmt: skip


def _copies(settings: Settings) -> Fact:
    found = backups(settings.database)
    if not found:
        return Fact(
            "Copies", "look", "The program copies the database before it changes its shape only; back up the folder."
        )
    return Fact(
        "Copies", "look",
        f"{len(found)} made before a change of shape; they hold what was deleted since. Back up the folder yourself.",
    )  # fmt: skip


def _messages(settings: Settings) -> Fact:
    if not messages.wanted(settings):
        return Fact("Messages", "good", "Nothing leaves: what people are told is in their inbox here.")
    ways = [name for name, on in (("e-mail", settings.smtp), ("a webhook", settings.webhook)) if on]
    return Fact("Messages", "good", f"Notices leave by {' and '.join(ways)}, with ids and no words of a document.")
