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
SHORT = 12  # characters of an id that a list has room for


def event(name: str) -> str:
    """ "item.accepted" → "Item accepted"."""
    return label(name.replace(".", " "))


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
    named = f"{label(kind)} {id[:SHORT]}{'…' if len(id) > SHORT else ''}"
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
