"""What was carried out, taken back: tickets closed, records set back, files withdrawn, issues closed."""

from sqlite_utils import Database

from core import audit, identity, jobs, review
from core.errors import Conflict
from core.library.custody import required_reason
from core.store import write
from core.tools.allowlist import tools
from core.tools.carrying import settle
from core.tools.executions import Execution, abandoned, executions, note, undone
from core.tools.runners import LOCAL
from core.types import User


def compensate(db: Database, user: User, item_id: str, reason: str) -> None:
    """Undo every call of an item that was done, the last first. It is compensated once all of them are."""
    identity.require(user, "actions.compensate")
    why = required_reason(reason)
    with write(db):
        item = review.require_undoable(db, user, item_id)
        made = reversed(executions(db, user, item_id))
        done = [one for one in made if one.state == "done" or (one.state == "compensating" and abandoned(db, one))]
        if not done:
            raise Conflict(f"Nothing of request {item.number} was done, so there is nothing to undo.")
        said = audit.say(db, user, item.subject, "reason", why, document_id=item.document_id)
        for row in done:
            note(db, user, "execution.undo_asked", row.id, remark=said.digest)
            _undo(db, user, row)
        settle(db, user, item_id)


def _undo(db: Database, user: User, row: Execution) -> None:
    # Undone also when the tool was switched off since: what it made is still there.
    found = tools()[row.tool]
    if found.network:
        db.execute("update execution set state = 'compensating' where id = ?", [row.id])
        jobs.insert(db, user, "execute", {"execution": row.id}, f"Undo: {found.title}", subject=row.document_id)
    else:
        undone(db, user, row.id, LOCAL[found.runs].undo(db, user, row.id, row.document_id, row.result))
