"""Accepted items carried out, each call once: what stays here in the write that records it, a server's by a job.

A job looks first whether the call's key is on the server already: neither a retry nor a killed worker makes two.
"""

import json
from collections.abc import Sequence

from sqlite_utils import Database

from core import identity, jobs, library, review
from core.errors import BadInput, Conflict, CopilotError, NotAllowed
from core.store import new_id, now, one, write
from core.tools import trackers
from core.tools.allowlist import Tool, tool
from core.tools.executions import Execution, abandoned, execution, executions, finished, note, undone
from core.tools.planning import planned, unseen
from core.tools.runners import LOCAL
from core.tools.works import Call
from core.types import User

CONFIRMED_BY_ASKING = ("user_confirm", "human_review")


def execute(db: Database, user: User, item_id: str, keys: Sequence[str]) -> list[Execution]:
    """Carry out these calls, by the keys that `plan` gave: each stands for exactly what was shown.

    Conflict when what a tool would get has changed since, Stale when what was decided on has.
    """
    identity.require(user, "actions.execute")
    wanted = planned(db, user, item_id, keys)
    with write(db):
        item = review.begin(db, user, item_id)
        made = [_insert(db, user, item, call) for call in wanted]
        for execution_id, call in zip(made, wanted, strict=True):
            if call.tool.level != "manager_approve":
                go(db, user, execution_id)
        settle(db, user, item_id)
    return [one for one in executions(db, user, item_id) if one.id in made]


def retry(db: Database, user: User, execution_id: str) -> None:
    """Try a call again that failed, or whose job is no more, under the same key."""
    identity.require(user, "actions.execute")
    row = execution(db, user, execution_id)
    tool(row.tool)
    with write(db):
        waiting = "state = 'waiting', error = null, finished_at = null"
        left = row.state in ("waiting", "running") and abandoned(db, row)
        before = row.state if left else "failed"
        if db.execute(f"update execution set {waiting} where id = ? and state = ?", [row.id, before]).rowcount != 1:
            raise Conflict("Only a call that failed can be tried again.")
        if not left:
            review.begin(db, user, row.item_id)
        note(db, user, "execution.retried", execution_id)
        if row.level != "manager_approve" or row.confirmed_by:  # else a manager is asked again
            go(db, user, execution_id)
        settle(db, user, row.item_id)


def carry_out(db: Database, user: User, claim: jobs.Claim) -> None:
    """The worker's part: a call of a server, or its undoing."""
    row = execution(db, user, claim.job.payload["execution"])
    undoing = row.state == "compensating"
    if undoing or row.state in ("waiting", "running"):
        jobs.progress(db, claim, 0.2, f"Asking {tool(row.tool).hosts[0]}")
        result = _asked(db, user, claim, row)
        with write(db):
            (undone if undoing else finished)(db, user, row.id, result)
            settle(db, user, row.item_id)
            jobs.finish(db, claim)
    else:
        with write(db):
            jobs.finish(db, claim)


def _asked(db: Database, user: User, claim: jobs.Claim, row: Execution) -> dict[str, object]:
    found = tool(row.tool)
    try:
        if row.state == "compensating":
            identity.require(user, "actions.compensate")
            return trackers.close_issue(found, row.result, "The action was undone.")
        identity.require(user, "actions.execute")
        _require_going_on(db, user, row, found)
        _begin(db, row.id)
        return trackers.open_issue(found, row.key, row.arguments)
    except CopilotError as error:
        # Whatever else it is, the worker tries again.
        if isinstance(error, BadInput | NotAllowed) or claim.job.attempts >= jobs.TRIES:
            _give_up(db, user, row, str(error))
        raise


def _require_going_on(db: Database, user: User, row: Execution, found: Tool) -> None:
    """A call may have waited: what it was let go for is looked at again, and the label of its text."""
    review.require_going_on(db, user, row.item_id)
    label = library.found(db, user, row.document_id, "classification")["classification"]
    if refusal := unseen(found, label):
        raise NotAllowed(f"{found.title} was not called. {refusal}")


def _begin(db: Database, execution_id: str) -> None:
    with write(db):
        sql = (
            "update execution set state = 'running', attempts = attempts + 1"
            " where id = ? and state in ('waiting', 'running')"
        )
        if db.execute(sql, [execution_id]).rowcount != 1:
            raise Conflict("This call does not wait any more; look at the item again.")


def _give_up(db: Database, user: User, row: Execution, sentence: str) -> None:
    """A call that was not made is failed; one that could not be undone is still done."""
    undoing = row.state == "compensating"
    with write(db):
        sql = "update execution set state = ?, error = ?, finished_at = ? where id = ?"
        db.execute(sql, ["done" if undoing else "failed", sentence, now(), row.id])
        note(db, user, "execution.undo_failed" if undoing else "execution.failed", row.id)
        settle(db, user, row.item_id)


# --- inside the write of the caller -----------------------------------------------------------------------------


def go(db: Database, user: User, execution_id: str) -> None:
    """Do it now, or ask the worker for it."""
    row = execution(db, user, execution_id)
    found = tool(row.tool)
    _require_going_on(db, user, row, found)
    if found.network:
        jobs.insert(db, user, "execute", {"execution": execution_id}, found.title, subject=row.document_id)
    else:
        finished(db, user, row.id, LOCAL[found.runs].do(db, user, row.id, row.document_id, row.arguments))


def settle(db: Database, user: User, item_id: str) -> None:
    """Move the item on once none of its calls is under way: executed, failed, or compensated."""
    counted = one(
        db,
        "select count(*) filter (where state in ('waiting', 'running', 'compensating')) as open,"
        " count(*) filter (where state = 'failed') as failed,"
        " count(*) filter (where state = 'compensated') as undone,"
        " count(*) filter (where state = 'done') as done from execution where item_id = ?",
        [item_id],
    )
    if counted is None or counted["open"]:
        return
    state = review.item(db, user, item_id).state
    if state == "executing":
        review.settle(db, user, item_id, not counted["failed"])
    elif counted["undone"] and not counted["done"] and state in ("executed", "failed"):
        review.compensated(db, user, item_id)


def _insert(db: Database, user: User, item: review.Item, call: Call) -> str:
    execution_id = new_id()
    confirmed_by = user.id if call.tool.level in CONFIRMED_BY_ASKING else None
    kept = db.execute(
        "insert into execution (id, item_id, document_id, tenant, tool, level, key, arguments, arguments_digest,"
        " user_id, decision_digest, state, confirmed_by, asked_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?) on conflict (key) do nothing",
        [
            execution_id, item.id, item.document_id, item.tenant, call.tool.name, call.tool.level, call.key,
            json.dumps(call.arguments, ensure_ascii=False), call.digest, user.id, item.digest, confirmed_by, now(),
        ],
    ).rowcount  # fmt: skip
    if kept != 1:
        raise Conflict(f"{call.tool.title} was asked for this already; retry that call instead of asking anew.")
    note(db, user, "execution.asked", execution_id)
    return execution_id
