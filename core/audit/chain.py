"""One row of the log, chained to the one before it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core.audit import heads, keys
from core.store import after_commit, now, one
from core.types import User

GENESIS = "0" * 64


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


def append(
    db: Database, user: User, event: str, subject: str, *, document_id: str | None = None, digest: str | None = None,
    **details: Any,
) -> int:  # fmt: skip
    """Log what is done in the write that does it, which the caller holds open; gives the row's number.

    `event` is noun.verb ("item.accepted"). Only ids, digests, counts and names of states belong into `details`.
    """
    key = keys.key(db)
    last = one(db, "select number, hash from audit order by number desc limit 1")
    number, prev = (last["number"] + 1, last["hash"]) if last else (1, GENESIS)
    row = {
        "number": number, "prev": prev, "at": now(), "tenant": user.tenant, "user_id": user.id, "mode": user.mode,
        "event": event, "subject": subject, "document_id": document_id, "digest": digest,
        "details": json.dumps(details, sort_keys=True, separators=(",", ":")),
    }  # fmt: skip
    row["hash"] = mark = hashed(key, row)
    db.execute(
        "insert into audit (number, prev, hash, at, tenant, user_id, mode, event, subject, document_id, digest,"
        " details) values (:number, :prev, :hash, :at, :tenant, :user_id, :mode, :event, :subject, :document_id,"
        " :digest, :details)",
        row,
    )
    after_commit(db, "audit head", lambda: heads.note(db, number, mark))
    return number


def hashed(key: bytes, row: Mapping[str, Any]) -> str:
    """HMAC-SHA256 over every column but the hash itself, as one JSON list."""
    columns = [name for name in Entry.__dataclass_fields__ if name != "hash"]
    plain = json.dumps([row[name] for name in columns], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()
