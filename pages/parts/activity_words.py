"""Entries of the log as people read them."""

import json
import re
from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from core.audit.chain import Entry
from core.identity import accounts
from core.types import User
from pages.parts.words import label, short

KINDS = {"did": "Done", "saw": "Seen", "refused": "Refused"}
# How somebody was known, where that is not by an account of their own.
MODES = {"local": "", "account": "", "oidc": "", "service": "service", "demo": "demo", "command": "by command"}
# What the screens call a thing that the log names otherwise.
CALLED = {"item": "request", "execution": "call"}
# Where the two words of the log say nothing to people.
EVENTS = {"session.acting": "Acts as somebody", "session.acting_ended": "Acts as themselves again"}
DIGEST = re.compile(r"[0-9a-f]{32,}")
STATE = re.compile(r"[a-z]+(?:_[a-z]+)+")  # "change_requested"
SHORT = 12  # characters of an id that a list has room for


def event(name: str) -> str:
    """ "item.accepted" → "Request accepted"."""
    if name in EVENTS:
        return EVENTS[name]
    kind, _, verb = name.partition(".")
    return label(f"{CALLED.get(kind, kind)} {verb}".strip())


def people(db: Database, user: User, ids: set[str]) -> dict[str, str]:
    return {user.id: user.name, **accounts.names(db, user.tenant, ids)}


def who(one: Entry, names: Mapping[str, str]) -> str:
    name, mode = names.get(one.user_id, one.user_id), MODES.get(one.mode, one.mode)
    return f"{name} ({mode})" if mode else name


def numbered(found: Sequence[Entry]) -> dict[str, str]:
    """Subject → the number by which a request is named everywhere else, as far as these entries say it."""
    return {one.subject: str(one.details["number"]) for one in found if one.details.get("number")}


def about(
    one: Entry, titles: Mapping[str, str], names: Mapping[str, str], numbers: Mapping[str, str] | None = None
) -> str:  # fmt: skip
    """What it was about: a document by its title where the reader may see it, a person by name, a request by its
    number where one of the entries beside it says that, else the id.
    """
    kind, _, id = one.subject.partition(":")
    if kind == "document" and id in titles:
        return short(titles[id])
    if kind in ("account", "user") and id in names:
        return names[id]
    own = (numbers or {}).get(one.subject) or str(one.details.get("number") or "") if kind == "item" else ""
    own = own or cut(id)
    named = f"{label(CALLED.get(kind, kind))} {own}"
    return f"{named} · {short(titles[one.document_id])}" if one.document_id in titles else named


def details(one: Entry) -> str:
    """ "risk high, version 3", without what the other columns say."""
    told = {name: value for name, value in one.details.items() if name != "number" or one.subject[:5] != "item:"}
    return ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in told.items())


def cut(id: str) -> str:
    """An id or a digest as far as a list has room for it."""
    return f"{id[:SHORT]}…" if len(id) > SHORT and " " not in id else id


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        # Entries of before took half a pair of code units for a code; no screen can show it.
        plain = value.encode("utf-8", "replace").decode()
        return cut(plain) if DIGEST.fullmatch(plain) else plain.replace("_", " ") if STATE.fullmatch(plain) else plain
    return json.dumps(value)
