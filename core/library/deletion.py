"""Deleting a document: everything derived from it goes, and what is left says only that it was there."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from core import audit
from core.errors import Conflict
from core.library import files
from core.library.access import found
from core.library.custody import insert_withdrawal
from core.library.signing import owned
from core.settings import settings
from core.store import Row, backups, now, one, rows, stamp, write
from core.types import User


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of it. `counts`: rows removed by table, besides `images` and `files`.

    "withdrawn" when it had to be kept; `reason` then says why, and nothing was removed. `backups` are the copies of
    the database, made before migrations, that still hold the document. `unended` says which batch a provider still
    works on, since it could not be told to end it.
    """

    document_id: str
    outcome: Literal["deleted", "withdrawn"]
    counts: dict[str, int]
    reason: str = ""
    backups: tuple[Path, ...] = ()
    unended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tombstone:
    document_id: str
    sha256: str
    text_sha256: str
    created_at: str
    deleted_at: str
    deleted_by: str
    counts: dict[str, int]


def delete(db: Database, user: User, document_id: str) -> Deleted:
    """Remove a document and all that was made from it, leaving a tombstone. Only its owner may.

    One with a legal hold or decided actions is withdrawn instead. Batches that a provider has of it are cancelled there
    once it is gone here.
    """
    from core.llm import batches

    with write(db):
        row = owned(db, user, document_id)
        kept = one(db, "select kind, reason from hold where document_id = ? order by kind desc", [document_id])
        if kept:
            return _withdrawn(db, user, row, kept)
        counts, waited_for = _counts(db, document_id), batches.under_way(db, document_id)
        _insert_tombstone(db, user, row, counts)
        db.execute("delete from job where subject = ?", [document_id])
        db.execute("delete from document where id = ?", [document_id])
        subject, gone = f"document:{document_id}", sum(counts.values())
        audit.append(db, user, "document.deleted", subject, document_id=document_id, digest=row["sha256"], rows=gone)
    images = files.forget(db, document_id)
    removed = files.release(db, row["file"])
    # What was deleted also leaves the write-ahead log, which would hold it until it happens to be overwritten.
    db.execute("pragma wal_checkpoint(truncate)")
    return Deleted(
        document_id,
        "deleted",
        {**counts, "images": images, "files": int(removed)},
        backups=_backups_since(db, row["created_at"]),
        unended=batches.end(settings(), waited_for),
    )


def contents(db: Database, user: User, document_id: str) -> dict[str, int]:
    """How many rows of each table deleting it would remove: what to show before asking whether to."""
    found(db, user, document_id, "id")
    return _counts(db, document_id)


def tombstones(db: Database, user: User) -> list[Tombstone]:
    """What this user deleted or owned, latest first."""
    columns = ", ".join(Tombstone.__dataclass_fields__)
    sql = f"select {columns} from tombstone where tenant = ? and (owner = ? or deleted_by = ?) order by deleted_at desc"
    stones = rows(db, sql, [user.tenant, user.id, user.id])
    return [Tombstone(**{**row, "counts": json.loads(row["counts"])}) for row in stones]


def derived_tables(db: Database) -> list[str]:
    """Every table that holds something of a document: those whose `document_id` references document (id)."""
    sql = """
        select tables.name from pragma_table_list as tables, pragma_foreign_key_list(tables.name) as key
        where tables.schema = 'main' and key."table" = 'document' and key."from" = 'document_id' order by tables.name
    """
    return [row["name"] for row in rows(db, sql)]


def _counts(db: Database, document_id: str) -> dict[str, int]:
    counts = {"document": 1}
    for table in derived_tables(db):
        row = one(db, f'select count(*) as n from "{table}" where document_id = ?', [document_id])
        if row and row["n"]:
            counts[table] = row["n"]
    return counts


def _backups_since(db: Database, created_at: str) -> tuple[Path, ...]:
    return tuple(copy for copy in backups(files.database(db)) if stamp(copy.stat().st_mtime) > created_at)


def _withdrawn(db: Database, user: User, row: Row, kept: Row) -> Deleted:
    why = "a legal hold" if kept["kind"] == "legal" else "actions that were decided on"
    if row["status"] == "withdrawn":
        raise Conflict(f"{row['title']!r} has {why} and is withdrawn already; it cannot be deleted.")
    reason = f"It has {why}, so it was withdrawn and not deleted."
    insert_withdrawal(db, user, row["id"], reason, kept["kind"])
    return Deleted(row["id"], "withdrawn", {}, reason)


def _insert_tombstone(db: Database, user: User, row: Row, counts: dict[str, int]) -> None:
    text = one(db, "select text from document_text where document_id = ?", [row["id"]])
    db["tombstone"].insert(
        {
            "document_id": row["id"],
            "tenant": row["tenant"],
            "owner": row["owner"],
            "sha256": row["sha256"],
            "text_sha256": hashlib.sha256((text["text"] if text else "").encode()).hexdigest(),
            "created_at": row["created_at"],
            "deleted_at": now(),
            "deleted_by": user.id,
            "counts": json.dumps(counts),
        }
    )
