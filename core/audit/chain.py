"""One row of the log, chained to the one before it."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core.audit import content, heads, keys
from core.settings import settings
from core.store import Row, after_commit, awaits_commit, now, one
from core.types import User

GENESIS = "0" * 64
HEAD = "audit head"
HEADS_MISSING = "log.heads_missing"


@dataclass(frozen=True, slots=True)
class Entry:
    """`subject` is a kind and an id ("item:…"); `details` hold ids, counts and digests, never words of a document."""

    number: int
    prev: str
    hash: str
    at: str
    tenant: str
    user_id: str
    mode: str
    event: str
    subject: str
    document_id: str | None
    digest: str | None
    details: Mapping[str, Any]


COLUMNS = tuple(Entry.__dataclass_fields__)
SEALED = tuple(name for name in COLUMNS if name != "hash")
INSERT = f"insert into audit ({', '.join(COLUMNS)}) values ({', '.join(f':{name}' for name in COLUMNS)})"


def append(
    db: Database, user: User, event: str, subject: str, *, document_id: str | None = None, digest: str | None = None,
    **details: Any,
) -> int:  # fmt: skip
    """Log what is done in the write that does it, which the caller holds open; gives the row's number.

    `event` is noun.verb ("item.accepted"). Only ids, digests, counts and names of states belong into `details`: of a
    text that could be a sentence or an address, a digest is kept in its place.
    """
    key = keys.key(db)
    last = one(db, "select number, hash from audit order by number desc limit 1")
    if not awaits_commit(db, HEAD) and heads.missing(db):
        if last is None:
            heads.begin(db)
        else:  # somebody took it away since the last entry, which this log never forgets
            last = _link(db, key, last, user, HEADS_MISSING, "log:heads")
    row = _link(db, key, last, user, event, subject, document_id, digest, details)
    after_commit(db, HEAD, lambda: heads.note(db, row["number"], row["hash"]))
    return int(row["number"])


def hashed(key: bytes, row: Mapping[str, Any]) -> str:
    """HMAC-SHA256 over every column but the hash itself, as one JSON list."""
    return sealed(key, [row[name] for name in SEALED])


def sealed(key: bytes, values: list[Any]) -> str:
    """HMAC-SHA256 of a JSON list, as hex. A list that is no row of the log begins with a word that says what it is."""
    return hmac.digest(key, json.dumps(values, separators=(",", ":")).encode(), "sha256").hex()


def _link(
    db: Database, key: bytes, last: Row | None, user: User, event: str, subject: str,
    document_id: str | None = None, digest: str | None = None, details: Mapping[str, Any] | None = None,
) -> Row:  # fmt: skip
    number, prev = (last["number"] + 1, last["hash"]) if last else (1, GENESIS)
    row = {
        "number": number, "prev": prev, "at": now(), "tenant": user.tenant, "user_id": user.id,
        "mode": "demo" if settings().demo else user.mode,  # nothing in a demo is real, whoever does it
        "event": content.checked(event), "subject": content.coded(key, subject), "document_id": document_id,
        "digest": digest,
        "details": json.dumps(content.safe(key, details or {}), sort_keys=True, separators=(",", ":")),
    }  # fmt: skip
    row["hash"] = hashed(key, row)
    db.execute(INSERT, row)
    return row
