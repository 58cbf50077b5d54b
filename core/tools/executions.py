"""The transaction log of calls: what was asked of which tool, by whom, under which decision, and what came of it."""

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core import audit, library
from core.errors import NotFound
from core.store import Row, now, one, rows
from core.types import User


@dataclass(frozen=True, slots=True)
class Execution:
    """One call. `id` is its request id, `key` the same for every try, `decision_digest` what was decided on.

    `state`: waiting, running, done, failed, compensating, compensated. `result` says what it made, `error` why it
    failed, in a sentence. Times are UTC ISO 8601.
    """

    id: str
    item_id: str
    document_id: str
    tool: str
    level: str
    key: str
    arguments: dict[str, Any]
    arguments_digest: str
    user_id: str
    decision_digest: str
    state: str
    attempts: int
    result: dict[str, Any]
    error: str | None
    confirmed_by: str | None
    asked_at: str
    finished_at: str | None
    compensated_by: str | None
    compensated_at: str | None


COLUMNS = ", ".join(f"execution.{name}" for name in Execution.__dataclass_fields__)


def executions(db: Database, user: User, item_id: str) -> list[Execution]:
    """Every call for an item, in the order asked; [] where the user may not see its document."""
    condition, parameters = library.visible(user)
    sql = (
        f"select {COLUMNS} from execution join document on document.id = execution.document_id"
        f" where {condition} and item_id = ? order by asked_at, execution.id"
    )
    return [_made(row) for row in rows(db, sql, [*parameters, item_id])]


def execution(db: Database, user: User, execution_id: str) -> Execution:
    """One call, or NotFound, also where the user may not see its document."""
    condition, parameters = library.visible(user)
    sql = (
        f"select {COLUMNS} from execution join document on document.id = execution.document_id"
        f" where {condition} and execution.id = ?"
    )
    found = one(db, sql, [*parameters, execution_id])
    if found is None:
        raise NotFound("There is no such call, or you may not see its document.")
    return _made(found)


def abandoned(db: Database, row: Execution) -> bool:
    """Whether it waits for a job that is no more: cancelled, or of somebody who was shut out meanwhile."""
    if row.state == "waiting" and row.level == "manager_approve" and row.confirmed_by is None:
        return False
    sql = (
        "select 1 from job where kind = 'execute' and state in ('queued', 'running')"
        " and json_extract(payload, '$.execution') = ?"
    )
    return row.state in ("waiting", "running", "compensating") and one(db, sql, [row.id]) is None


def ids(db: Database, user: User) -> list[str]:
    """Of every call whose document the user may see."""
    condition, parameters = library.visible(user)
    sql = f"select execution.id from execution join document on document.id = document_id where {condition}"
    return [row["id"] for row in rows(db, sql, parameters)]


# --- inside the write of the caller -----------------------------------------------------------------------------


def finished(db: Database, user: User, execution_id: str, result: dict[str, Any]) -> None:
    """The call is done, and this is what it made."""
    sql = "update execution set state = 'done', result = ?, error = null, finished_at = ? where id = ?"
    db.execute(sql, [json.dumps(result), now(), execution_id])
    note(db, user, "execution.done", execution_id)


def undone(db: Database, user: User, execution_id: str, result: dict[str, Any]) -> None:
    """What the call made is taken back; `result` of the undoing stands beside what it made."""
    sql = (
        "update execution set state = 'compensated', result = json_patch(result, ?), error = null, compensated_by = ?,"
        " compensated_at = ? where id = ?"
    )
    db.execute(sql, [json.dumps({"undone": result}), user.id, now(), execution_id])
    note(db, user, "execution.compensated", execution_id)


def note(db: Database, user: User, event: str, execution_id: str, **details: Any) -> None:
    """A row of the chained log: the tool, digests, the state. No argument's words."""
    row = one(db, "select * from execution where id = ?", [execution_id])
    if row is None:
        raise NotFound("There is no such call.")
    audit.append(
        db, user, event, f"execution:{execution_id}", document_id=row["document_id"], digest=row["arguments_digest"],
        item=row["item_id"], tool=row["tool"], level=row["level"], state=row["state"],
        decision=row["decision_digest"], **details,
    )  # fmt: skip


def _made(row: Row) -> Execution:
    return Execution(**{**row, "arguments": json.loads(row["arguments"]), "result": json.loads(row["result"])})
