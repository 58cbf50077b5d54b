"""Long work as rows: asked for by a person, done by the worker, finished in the same write as its result.

A job is claimed by a guarded UPDATE with a lease that its worker renews; a lease that ran out is claimed again, at
most three times. `HANDLERS` names what does each kind of work; it is imported on use, so this module knows none of it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any, Literal

from sqlite_utils import Database

from core.errors import Conflict, CopilotError, NotFound
from core.store import Row, new_id, now, one, rows, stamp, write
from core.types import User

State = Literal["queued", "running", "done", "failed", "cancelled"]
TRIES = 3
HANDLERS = {
    "import": "core.importing:import_document",
    "match": "core.controls.suggestions:match_documents",
    "mark": "core.register.marking:mark_documents",
    "trial": "core.llm.sandbox:answer",
    "weights": "core.llm.additions:add",
    "download": "core.llm.additions:bring",
    "pull": "core.llm.additions:pull",
}
# Work that waits for others more than it works has a lane of its own, so that nobody waits behind a long download:
# the worker does each lane in order, and the lanes beside each other. What is not named here is in the first lane.
MAIN = "main"
LANES = {"trial": "talk", "weights": "fetch", "download": "fetch", "pull": "fetch"}

# (database, user, claim): ends by calling `finish` inside the write that makes its result appear.
Handler = Callable[[Database, User, "Claim"], None]


class Lost(CopilotError):
    """The job was cancelled, or its lease ran out and another worker has it: what was done so far is dropped."""


@dataclass(frozen=True, slots=True)
class Job:
    """`progress` is 0-1, `stage` says in plain words what is being done, `error` is a sentence for the person.

    `fault` is the error's class name ("PasswordNeeded"), so that a screen can offer the right next step.
    `subject` is the id of the document that the job makes or is about. Times are UTC ISO 8601.
    """

    id: str
    kind: str
    title: str
    state: State
    stage: str
    progress: float
    fault: str | None
    error: str | None
    attempts: int
    subject: str | None
    payload: dict[str, Any]
    created_at: str
    started_at: str | None
    finished_at: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one job until the lease runs out. `token` guards every change that the worker makes to it."""

    job: Job
    user: User
    token: str
    lease_seconds: float


COLUMNS = ", ".join(Job.__dataclass_fields__)


# --- for the person who asked -----------------------------------------------------------------------------------


def enqueue(
    db: Database, user: User, kind: str, payload: dict[str, Any], title: str, *, subject: str | None = None
) -> str:
    """Ask for work of a kind in HANDLERS; gives the job's id."""
    with write(db):
        return insert(db, user, kind, payload, title, subject=subject)


def insert(
    db: Database, user: User, kind: str, payload: dict[str, Any], title: str, *, subject: str | None = None
) -> str:
    """As `enqueue`, inside a write that is open already. `payload` holds ids and options, never text or secrets."""
    if kind not in HANDLERS:
        raise ValueError(f"no handler for jobs of kind {kind!r}")
    job_id = new_id()
    db.execute(
        "insert into job (id, tenant, user_id, actor, kind, title, subject, payload, stage, created_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, 'Waiting', ?)",
        [job_id, user.tenant, user.id, json.dumps(asdict(user)), kind, title, subject, json.dumps(payload), now()],
    )
    return job_id


def jobs(db: Database, user: User, *, kind: str | None = None, active: bool = False, limit: int = 100) -> list[Job]:
    """The user's own jobs, newest first; `active` leaves out those that ended."""
    conditions, parameters = ["tenant = ? and user_id = ?"], [user.tenant, user.id]
    if kind is not None:
        conditions.append("kind = ?")
        parameters.append(kind)
    if active:
        conditions.append("state in ('queued', 'running')")
    sql = f"select {COLUMNS} from job where {' and '.join(conditions)} order by number desc limit ?"
    return [_job(row) for row in rows(db, sql, [*parameters, limit])]


def job(db: Database, user: User, job_id: str) -> Job:
    """One of the user's own jobs, or NotFound."""
    sql = f"select {COLUMNS} from job where id = ? and tenant = ? and user_id = ?"
    row = one(db, sql, [job_id, user.tenant, user.id])
    if row is None:
        raise NotFound("There is no such job of yours; reload the page.")
    return _job(row)


def cancel(db: Database, user: User, job_id: str) -> None:
    """Stop a job that waits or runs. The worker drops a running one within a second; nothing of it stays."""
    change = "state = 'cancelled', stage = 'Cancelled', finished_at = ?"
    with write(db):
        _move(db, user, job_id, ("queued", "running"), change, [now()])


def retry(db: Database, user: User, job_id: str) -> None:
    """Queue a failed or cancelled job again, with its three tries. Steps that it finished are kept."""
    with write(db):
        requeue(db, user, job_id)


def requeue(db: Database, user: User, job_id: str) -> None:
    """As `retry`, inside a write that is open already."""
    again = "state = 'queued', stage = 'Waiting', progress = 0, fault = null, error = null, attempts = 0, "
    _move(db, user, job_id, ("failed", "cancelled"), again + "started_at = null, finished_at = null", [])


def _move(db: Database, user: User, job_id: str, before: tuple[State, ...], change: str, values: list[Any]) -> None:
    states = ", ".join(f"'{state}'" for state in before)
    sql = f"update job set {change}, claim = null, lease_until = null where id = ? and state in ({states})"
    current = job(db, user, job_id)
    if db.execute(sql, [*values, job_id]).rowcount != 1:
        raise Conflict(f"{current.title!r} is {current.state} already; reload the page.")


# --- for the worker ---------------------------------------------------------------------------------------------


def claim_next(db: Database, *, lease_seconds: float, lane: str | None = None) -> Claim | None:
    """The oldest job of a lane that waits or whose lease ran out, now ours; None when there is nothing to do.

    Without a lane, of all of them.
    """
    waiting = f"(state = 'queued' or (state = 'running' and lease_until < ?)){_in_lane(lane)}"
    if one(db, f"select 1 from job where {waiting} limit 1", [now()]) is None:
        return None  # an idle worker takes no write lock
    token, moment = new_id(), now()
    with write(db):
        # A job that took its worker with it three times is not tried a fourth time.
        db.execute(
            "update job set state = 'failed', fault = 'Crashed', finished_at = ?, claim = null, lease_until = null,"
            " error = 'It stopped ' || attempts || ' times without finishing; retry it, or leave the file out.'"
            " where state = 'running' and lease_until < ? and attempts >= ?",
            [moment, moment, TRIES],
        )
        row = one(db, f"select number from job where {waiting} order by number limit 1", [moment])
        if row is None:
            return None
        db.execute(
            "update job set state = 'running', stage = 'Starting', progress = 0, attempts = attempts + 1, claim = ?,"
            " lease_until = ?, started_at = ? where number = ?",
            [token, stamp(time.time() + lease_seconds), moment, row["number"]],
        )
    claimed = one(db, f"select {COLUMNS}, actor from job where claim = ?", [token])
    if claimed is None:  # cancelled in this very moment
        return None
    return Claim(_job(claimed), _user(claimed["actor"]), token, lease_seconds)


def _in_lane(lane: str | None) -> str:
    """The condition that keeps to one lane; the kinds are our own words, never a person's."""
    if lane is None:
        return ""
    kinds = ", ".join(f"'{kind}'" for kind, other in LANES.items() if lane in (MAIN, other))
    return f" and kind {'not in' if lane == MAIN else 'in'} ({kinds})"


def perform(db: Database, claim: Claim) -> None:
    """Do the job with its handler and rights. What the handler raises is for the worker to settle."""
    module, _, name = HANDLERS[claim.job.kind].partition(":")
    handler: Handler = getattr(import_module(module), name)
    handler(db, claim.user, claim)


def progress(db: Database, claim: Claim, fraction: float, stage: str) -> None:
    """Show how far the job is and renew its lease. Raises Lost when it is no longer ours."""
    with write(db):
        _ours(db, claim, "progress = ?, stage = ?, lease_until = ?", [fraction, stage, _lease(claim)])


def lost(db: Database, claim: Claim) -> bool:
    """Whether the job was cancelled, deleted or taken over: a look without a write. One that is done is not lost."""
    row = one(db, "select state, claim from job where id = ?", [claim.job.id])
    return row is None or (row["state"] != "done" and (row["state"], row["claim"]) != ("running", claim.token))


def renew(db: Database, claim: Claim) -> None:
    """Renew the lease. Raises Lost when the job is no longer ours."""
    with write(db):
        _ours(db, claim, "lease_until = ?", [_lease(claim)])


def finish(db: Database, claim: Claim) -> None:
    """Mark the job done, inside the write that makes its result appear. Raises Lost, which undoes that write."""
    _ours(db, claim, "state = 'done', stage = 'Done', progress = 1, finished_at = ?, claim = null", [now()])


def fail(db: Database, claim: Claim, fault: str, sentence: str) -> None:
    """End the job with the sentence that its person will read. It holds no text of a document."""
    with write(db):
        change = "state = 'failed', fault = ?, error = ?, stage = 'Failed', finished_at = ?, claim = null"
        _ours(db, claim, change, [fault, sentence, now()])


def put_back(db: Database, claim: Claim, *, counted: bool) -> None:
    """Queue the job again, as its turn was; `counted` when this was one of its three tries."""
    with write(db):
        attempts = "attempts" if counted else "attempts - 1"
        change = f"state = 'queued', stage = 'Waiting', progress = 0, claim = null, attempts = {attempts}"
        _ours(db, claim, change + ", lease_until = ?", [None])


def put_back_lanes(db: Database) -> None:
    """Queue again what the side lanes of the one worker were doing, as it ends; it does not count as a try."""
    change = (
        "state = 'queued', stage = 'Waiting', progress = 0, claim = null, lease_until = null, attempts = attempts - 1"
    )
    kinds = ", ".join(f"'{kind}'" for kind in LANES)
    with write(db):
        db.execute(f"update job set {change} where state = 'running' and kind in ({kinds})")


def release_all(db: Database) -> int:
    """End every lease: for the one worker as it starts, since whoever held them is gone. Gives how many."""
    with write(db):
        return int(db.execute("update job set lease_until = '' where state = 'running'").rowcount)


# --- steps: what is finished survives ---------------------------------------------------------------------------


def step(db: Database, claim: Claim, name: str, make: Callable[[], Any]) -> Any:
    """The JSON value of a named step: made once, then read back, also by the next try of a killed job.

    `make` runs outside any write. Raises Lost when the job is no longer ours.
    """
    row = one(db, "select result from step where job_id = ? and name = ?", [claim.job.id, name])
    if row is not None:
        return json.loads(row["result"])
    result = json.dumps(make())
    with write(db):
        _ours(db, claim, "lease_until = ?", [_lease(claim)])
        db.execute("insert into step values (?, ?, ?, ?)", [claim.job.id, name, result, now()])
    return json.loads(result)


def _ours(db: Database, claim: Claim, change: str, values: list[Any]) -> None:
    sql = f"update job set {change} where id = ? and state = 'running' and claim = ?"
    if db.execute(sql, [*values, claim.job.id, claim.token]).rowcount != 1:
        raise Lost(f"{claim.job.title!r} was cancelled or taken over; nothing of this try is kept.")


def _lease(claim: Claim) -> str:
    return stamp(time.time() + claim.lease_seconds)


def _job(row: Row) -> Job:
    known = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**known, "payload": json.loads(row["payload"])})


def _user(actor: str) -> User:
    plain = json.loads(actor)
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return User(**fields)
