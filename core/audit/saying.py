"""Reasons and comments: the words stand in a table of their own, and the chain holds what proves them."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from core.audit import keys
from core.audit.chain import append, sealed
from core.errors import BadInput
from core.store import Row, new_id, now, rows
from core.types import User

MOST_CHARACTERS = 4_000
SAID = "remark.said"
# Signs that let a text be read in another order than it was written.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Remark:
    """`subject` is what it is about ("item:…"). `text` is as the person wrote it: data, never markup."""

    id: str
    tenant: str
    subject: str
    document_id: str | None
    user_id: str
    kind: Literal["reason", "comment"]
    text: str
    digest: str
    at: str


COLUMNS = tuple(Remark.__dataclass_fields__)
PROVED = tuple(name for name in COLUMNS if name != "digest")
INSERT = f"insert into remark ({', '.join(COLUMNS)}) values ({', '.join(f':{name}' for name in COLUMNS)})"


def say(
    db: Database, user: User, subject: str, kind: Literal["reason", "comment"], text: str,
    document_id: str | None = None,
) -> Remark:  # fmt: skip
    """Keep what a person says, inside a write that is open; the chain gets a row with its digest and no word of it.

    With a `document_id` it goes when the document is deleted. BadInput for nothing, or for too much.
    """
    words = written(text)
    row: Row = {
        "id": new_id(), "tenant": user.tenant, "subject": subject, "document_id": document_id, "user_id": user.id,
        "kind": kind, "text": words, "at": now(),
    }  # fmt: skip
    row["digest"] = proof(keys.key(db), row)
    db.execute(INSERT, row)
    append(db, user, SAID, subject, document_id=document_id, digest=row["digest"], remark=row["id"], kind=kind)
    return Remark(**row)


def remarks(db: Database, user: User, subject: str) -> list[Remark]:
    """What was said about it in the user's tenant, oldest first. The caller has found that they may see the subject."""
    sql = f"select {', '.join(COLUMNS)} from remark where tenant = ? and subject = ? order by at, id"
    return [Remark(**row) for row in rows(db, sql, [user.tenant, subject])]


def proof(key: bytes, row: Row) -> str:
    """A digest under the key: of a short text like "no", a bare one could be guessed."""
    return sealed(key, ["remark", *(row[name] for name in PROVED)])


def written(text: str) -> str:
    """The text without what cannot be seen and could mislead. BadInput where nothing is left, or more than fits."""
    kept = visible(text).strip()
    if not kept:
        raise BadInput("Nothing is written here; say it in a few words.")
    if len(kept) > MOST_CHARACTERS:
        raise BadInput(f"That is {len(kept):,} characters; at most {MOST_CHARACTERS:,} are kept. Shorten it.")
    return kept


def visible(text: str) -> str:
    """Without signs that nobody sees and that turn or hide what stands beside them; line ends become one kind."""
    return "".join(mark for mark in text.replace("\r\n", "\n").replace("\r", "\n") if _shown(mark))


def _shown(mark: str) -> bool:
    return mark in "\n\t" or (unicodedata.category(mark) not in ("Cc", "Cs", "Co") and mark not in TURNING)
