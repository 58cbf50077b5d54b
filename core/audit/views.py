"""Who saw what: evidence that was shown is logged once for each session, and not each time a screen is drawn."""

from typing import Any

from sqlite_utils import Database

from core.audit.chain import append
from core.store import now, one, write
from core.types import User

# Opening a document with such a label is logged; of the others, what is taken away and what is decided on.
GUARDED = frozenset({"confidential", "restricted"})
KNOWN = "select 1 from sight where session = ? and subject = ? and digest = ?"


def seen(
    db: Database, user: User, subject: str, digest: str, *, document_id: str | None = None, **details: Any
) -> bool:
    """Log that this was shown ("item:…", and the digest of exactly what was), unless this session saw it already.

    Opens a write of its own, and only where it is new; gives whether it was. Without a session, as on the command
    line, a person's day is one.
    """
    session = user.session or f"{user.mode}:{user.tenant}:{user.id}:{now()[:10]}"
    if one(db, KNOWN, [session, subject, digest]):
        return False
    with write(db):
        new = "insert or ignore into sight (session, subject, digest, seen_at) values (?, ?, ?, ?)"
        if db.execute(new, [session, subject, digest, now()]).rowcount != 1:
            return False  # another window of the same person was faster
        event = f"{subject.partition(':')[0]}.seen"
        append(db, user, event, subject, document_id=document_id, digest=digest, **details)
    return True
