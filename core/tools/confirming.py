"""A manager's word on calls that need one: never of the manager who asked for it."""

from sqlite_utils import Database

from core import audit, identity
from core.errors import Conflict, NotAllowed
from core.library.custody import required_reason
from core.store import now, write
from core.tools.carrying import go, settle
from core.tools.executions import Execution, execution, note
from core.types import User

GONE = "This call does not wait for a manager any more; look at the item again."
WAITS = "id = ? and state = 'waiting' and level = 'manager_approve' and confirmed_by is null and user_id <> ?"


def confirm(db: Database, user: User, execution_id: str) -> None:
    """Let the call go."""
    row = _for_manager(db, user, execution_id)
    with write(db):
        if db.execute(f"update execution set confirmed_by = ? where {WAITS}", [user.id, row.id, user.id]).rowcount != 1:
            raise Conflict(GONE)
        note(db, user, "execution.confirmed", row.id)
        go(db, user, row.id)
        settle(db, user, row.item_id)


def decline(db: Database, user: User, execution_id: str, reason: str) -> None:
    """Say no, and why: the call is not made, and its item shows as failed."""
    row, why = _for_manager(db, user, execution_id), required_reason(reason)
    with write(db):
        sql = f"update execution set state = 'failed', error = 'A manager declined it.', finished_at = ? where {WAITS}"
        if db.execute(sql, [now(), row.id, user.id]).rowcount != 1:
            raise Conflict(GONE)
        said = audit.say(db, user, f"execution:{row.id}", "reason", why, document_id=row.document_id)
        note(db, user, "execution.declined", row.id, remark=said.digest)
        settle(db, user, row.item_id)


def _for_manager(db: Database, user: User, execution_id: str) -> Execution:
    identity.require(user, "actions.confirm")
    row = execution(db, user, execution_id)
    if row.user_id == user.id:
        raise NotAllowed("You asked for this call, so another manager must let it go.")
    return row
