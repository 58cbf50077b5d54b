"""Who saw what, where the looking itself is worth an entry: guarded documents, and other people's traces."""

from sqlite_utils import Database

from core import audit, library, telemetry
from core.store import one
from core.types import User


def opened(db: Database, user: User, document_id: str) -> None:
    """Log that the user reads a confidential or restricted document, once in a session; NotFound where they may not.

    Of other documents no view is logged: what is taken away of them is, and what is decided on.
    """
    found = library.found(db, user, document_id, "id, sha256, classification")
    if found["classification"] in audit.GUARDED:
        audit.seen(
            db, user, f"document:{found['id']}", found["sha256"], document_id=found["id"],
            label=found["classification"],
        )  # fmt: skip


def traced(db: Database, user: User, trace_id: str) -> None:
    """Log that the user looks at a trace of somebody else's work."""
    others = "select 1 from span where trace_id = ? and tenant = ? and user_hash <> ? limit 1"
    if one(db, others, [trace_id, user.tenant, telemetry.user_hash(user)]):
        audit.seen(db, user, f"trace:{trace_id}", trace_id)
