"""The register of tickets that is kept here: opened by an accepted action, closed by a person or when it is undone."""

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core import audit, identity, library
from core.errors import Conflict, NotFound
from core.library.custody import required_reason
from core.store import now, one, rows, write
from core.types import User

LIMIT = 200


@dataclass(frozen=True, slots=True)
class Ticket:
    """`number` is how people name it; times are UTC ISO 8601."""

    number: int
    document_id: str
    title: str
    body: str
    owner: str
    priority: str
    due: str | None
    state: str
    opened_at: str
    closed_at: str | None
    closed_why: str | None


COLUMNS = ", ".join(f"ticket.{name}" for name in Ticket.__dataclass_fields__)


def tickets(db: Database, user: User, *, state: str | None = None, limit: int = LIMIT) -> list[Ticket]:
    """Those whose document the user may see: open ones first, the soonest due first."""
    condition, parameters = library.visible(user)
    sql = (
        f"select {COLUMNS} from ticket join document on document.id = ticket.document_id where {condition}"
        " and (? is null or ticket.state = ?) order by ticket.state = 'closed', ticket.due is null, ticket.due, number"
        " limit ?"
    )
    return [Ticket(**row) for row in rows(db, sql, [*parameters, state, state, limit])]


def close(db: Database, user: User, number: int, why: str) -> None:
    """A person says that it is done with, and why."""
    identity.require(user, "actions.execute", f"ticket {number}")
    words = required_reason(why)
    condition, parameters = library.visible(user)
    with write(db):
        sql = (
            f"select ticket.document_id from ticket join document on document.id = ticket.document_id where {condition}"
        )
        found = one(db, f"{sql} and number = ?", [*parameters, number])
        if found is None:
            raise NotFound(f"There is no ticket {number}, or you may not see it.")
        if not shut(db, number, words):
            raise Conflict(f"Ticket {number} is closed already.")
        audit.append(db, user, "ticket.closed", f"ticket:{number}", document_id=found["document_id"])


# --- as a tool, inside the write of the caller ------------------------------------------------------------------


def opened(db: Database, user: User, execution_id: str, document_id: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Open one; gives its number."""
    sql = (
        "insert into ticket (tenant, document_id, execution_id, title, body, owner, priority, due, state, opened_at)"
        " values (:tenant, :document_id, :execution_id, :title, :body, :owner, :priority, :due, 'open', :opened_at)"
    )
    more = {"tenant": user.tenant, "document_id": document_id, "execution_id": execution_id, "opened_at": now()}
    db.execute(sql, {**arguments, **more})
    return {"ticket": int(db.execute("select last_insert_rowid()").fetchone()[0])}


def shut(db: Database, number: int, why: str) -> bool:
    """Close it; gives whether it was open."""
    sql = "update ticket set state = 'closed', closed_at = ?, closed_why = ? where number = ? and state = 'open'"
    return bool(db.execute(sql, [now(), why, number]).rowcount)
