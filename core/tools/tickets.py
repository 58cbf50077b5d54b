"""The register of tickets that is kept here: opened by an accepted action, closed by a person or when it is undone."""

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core import audit, identity, library
from core.errors import Conflict, NotFound
from core.library.custody import required_reason
from core.store import now, one, rows, write
from core.types import User

MOST_WORDS, LONGEST_NUMBER = 20, 16  # of what is sought; SQLite takes no more


@dataclass(frozen=True, slots=True)
class Ticket:
    """`number` is how people name it; times are UTC ISO 8601. `document` is that document's title, `item_id` and
    `request` the id and number of the accepted request that it came from.
    """

    number: int
    document_id: str
    document: str
    item_id: str
    request: int
    title: str
    body: str
    owner: str
    priority: str
    due: str | None
    state: str
    opened_at: str
    closed_at: str | None
    closed_why: str | None


ELSEWHERE = {"document": "document.title", "item_id": "item.id", "request": "item.number"}
COLUMNS = ", ".join(f"{ELSEWHERE.get(name, f'ticket.{name}')} as {name}" for name in Ticket.__dataclass_fields__)
FROM = (
    "ticket join document on document.id = ticket.document_id join execution on execution.id = ticket.execution_id"
    " join item on item.id = execution.item_id"
)
ORDER = "ticket.state = 'closed', ticket.due is null, ticket.due, ticket.number"


def tickets(
    db: Database, user: User, *, state: str | None = None, text: str = "", limit: int = -1, offset: int = 0
) -> list[Ticket]:
    """Those whose document the user may see: open ones first, the soonest due first. `text` is sought in the title and
    the owner; "#4" is ticket 4.
    """
    where, given = _where(user, state, text)
    sql = f"select {COLUMNS} from {FROM} where {where} order by {ORDER} limit ? offset ?"
    return [Ticket(**row) for row in rows(db, sql, [*given, limit, offset])]


def count_tickets(db: Database, user: User, *, state: str | None = None, text: str = "") -> int:
    where, given = _where(user, state, text)
    return int(rows(db, f"select count(*) as size from {FROM} where {where}", given)[0]["size"])


def _where(user: User, state: str | None, text: str) -> tuple[str, list[Any]]:
    condition, given = library.visible(user)
    tests, values = [condition, "(? is null or ticket.state = ?)"], [*given, state, state]
    for word in text.split()[:MOST_WORDS]:
        if word.startswith("#") and word[1:].isdecimal() and len(word) < LONGEST_NUMBER:
            tests.append("ticket.number = ?")
            values.append(int(word[1:]))
        else:
            tests.append("(instr(lower(ticket.title), lower(?)) or instr(lower(ticket.owner), lower(?)))")
            values += [word, word]
    return " and ".join(tests), values


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
