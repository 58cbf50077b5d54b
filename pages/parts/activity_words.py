"""Entries of the log as people read them."""

import json
from collections.abc import Mapping

from sqlite_utils import Database

from core.audit.chain import Entry
from core.identity import accounts
from core.types import User
from pages.parts.words import label, short

KINDS = {"did": "Done", "saw": "Seen", "refused": "Refused"}
# How somebody was known, where that is not by an account of their own.
MODES = {"local": "", "account": "", "oidc": "", "service": "service", "demo": "demo"}
# What the screens call a thing that the log names otherwise.
CALLED = {"item": "request", "execution": "call"}
SHORT = 12  # characters of an id that a list has room for


def event(name: str) -> str:
    """ "item.accepted" → "Request accepted"."""
    kind, _, verb = name.partition(".")
    return label(f"{CALLED.get(kind, kind)} {verb}".strip())


def people(db: Database, user: User, ids: set[str]) -> dict[str, str]:
    return {user.id: user.name, **accounts.names(db, user.tenant, ids)}


def who(one: Entry, names: Mapping[str, str]) -> str:
    name, mode = names.get(one.user_id, one.user_id), MODES.get(one.mode, one.mode)
    return f"{name} ({mode})" if mode else name


def about(one: Entry, titles: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What it was about: a document by its title where the reader may see it, a person by name, else the id."""
    kind, _, id = one.subject.partition(":")
    if kind == "document" and id in titles:
        return short(titles[id])
    if kind in ("account", "user") and id in names:
        return names[id]
    number = one.details.get("number")  # a request is named by it everywhere else
    own = str(number) if kind == "item" and number else f"{id[:SHORT]}{'…' if len(id) > SHORT else ''}"
    named = f"{label(CALLED.get(kind, kind))} {own}"
    return f"{named} · {short(titles[one.document_id])}" if one.document_id in titles else named


def details(one: Entry) -> str:
    """ "risk high, version 3"."""
    return ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in one.details.items())


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
