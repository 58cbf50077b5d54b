"""What an entry's ids stand for, as far as the reader may see it: titles of documents, and what people said."""

import json
from collections.abc import Iterable

from sqlite_utils import Database

from core import library
from core.activity.entries import sees_all
from core.audit.chain import Entry
from core.store import one, rows
from core.types import User


def titles(db: Database, user: User, ids: Iterable[str]) -> dict[str, str]:
    """Document id → title, of those that the user may see and that are still there."""
    where, values = library.visible(user)
    wanted = json.dumps(sorted(set(ids)))
    sql = f"select id, title from document where id in (select value from json_each(?)) and {where}"
    return {row["id"]: row["title"] for row in rows(db, sql, [wanted, *values])}


def remark(db: Database, user: User, entry: Entry) -> str | None:
    """The words that the entry proves; None where there are none, where they went with their document, or are not for
    this user: what was said about a document has its rights.
    """
    id = entry.details.get("remark")
    if not isinstance(id, str) or (entry.user_id != user.id and not sees_all(user)):
        return None
    where, values = library.visible(user)
    row = one(
        db,
        "select text from remark where id = ? and tenant = ?"
        f" and (document_id is null or document_id in (select id from document where {where}))",
        [id, user.tenant, *values],
    )
    return row["text"] if row else None
