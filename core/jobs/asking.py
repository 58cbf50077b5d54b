"""Jobs for the person who asks for them: asked for, looked at, paused, gone on with, cancelled, tried again."""

import json
from typing import Any

from sqlite_utils import Database

from core import audit
from core.errors import Conflict, NotFound
from core.identity import rates
from core.jobs.kept import forget_steps
from core.jobs.kinds import HANDLERS, PERMISSIONS, RATED, RESUMED, UPKEEP, require_right
from core.jobs.record import AGAIN, COLUMNS, Job, State, as_actor, as_job
from core.store import new_id, now, one, rows, write
from core.types import User


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
    require_right(user, kind)
    if kind in RATED:
        rates.spend(db, user, RATED[kind])
    job_id = new_id()
    db.execute(
        "insert into job (id, tenant, user_id, actor, kind, title, subject, payload, stage, created_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, 'Waiting', ?)",
        [job_id, user.tenant, user.id, as_actor(user), kind, title, subject, json.dumps(payload), now()],
    )
    if kind in PERMISSIONS.keys() - UPKEEP:
        audit.append(db, user, "job.asked", f"job:{job_id}", document_id=subject, kind=kind)
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
    return [as_job(row) for row in rows(db, sql, [*parameters, limit])]


def job(db: Database, user: User, job_id: str) -> Job:
    """One of the user's own jobs, or NotFound."""
    sql = f"select {COLUMNS} from job where id = ? and tenant = ? and user_id = ?"
    row = one(db, sql, [job_id, user.tenant, user.id])
    if row is None:
        raise NotFound("There is no such job of yours; reload the page.")
    return as_job(row)


def cancel(db: Database, user: User, job_id: str) -> None:
    """Stop a job that waits, is paused or runs. The worker drops a running one within a second.

    Nothing of it stays, but for the finished steps of the kinds in RESUMED.
    """
    change = "state = 'cancelled', stage = 'Cancelled', finished_at = ?, held = 0, not_before = null"
    with write(db):
        _move(db, user, job_id, "cancelled", ("queued", "running"), change, [now()])
        if job(db, user, job_id).kind not in RESUMED:
            forget_steps(db, job_id)


def pause(db: Database, user: User, job_id: str) -> None:
    """Hold a job back that waits or runs. The worker drops a running one within a second; its finished steps stay."""
    change = "stage = 'Paused', held = 1, attempts = max(0, attempts - (state = 'running')), state = 'queued'"
    with write(db):
        if job(db, user, job_id).held:
            raise Conflict("It is paused already; reload the page.")
        _move(db, user, job_id, "paused", ("queued", "running"), change, [])


def resume(db: Database, user: User, job_id: str) -> None:
    """Let a paused job go on where it was, in its turn."""
    with write(db):
        current = job(db, user, job_id)
        if not current.held:
            raise Conflict(f"{current.title!r} is not paused but {current.state}; reload the page.")
        change = "stage = 'Waiting', held = 0, not_before = null, actor = ?"
        _move(db, user, job_id, "resumed", ("queued",), change, [as_actor(user)])


def retry(db: Database, user: User, job_id: str) -> None:
    """Queue a failed or cancelled job again, with its three tries. Steps that it finished are kept."""
    with write(db):
        requeue(db, user, job_id)


def requeue(db: Database, user: User, job_id: str) -> None:
    """As `retry`, inside a write that is open already. It is done with the rights that its person has now."""
    change = f"state = 'queued', stage = 'Waiting', {AGAIN}, fault = null, error = null, attempts = 0, held = 0"
    change += ", not_before = null, started_at = null, finished_at = null, actor = ?"
    _move(db, user, job_id, "retried", ("failed", "cancelled"), change, [as_actor(user)])


def change_payload(db: Database, user: User, job_id: str, payload: dict[str, Any]) -> None:
    """What the job is told to do when it goes on, inside a write that is open already: not while it runs."""
    current = job(db, user, job_id)
    sql = "update job set payload = ? where id = ? and state <> 'running'"
    if db.execute(sql, [json.dumps(payload), job_id]).rowcount != 1:
        raise Conflict(f"{current.title!r} is running; pause it first.")


def _move(
    db: Database, user: User, job_id: str, done: str, before: tuple[State, ...], change: str, values: list[Any]
) -> None:
    """A guarded change of one's own job, with its row in the log; `done` completes "job.…"."""
    states = ", ".join(f"'{state}'" for state in before)
    sql = f"update job set {change}, claim = null, lease_until = null where id = ? and state in ({states})"
    current = job(db, user, job_id)
    require_right(user, current.kind)
    if db.execute(sql, [*values, job_id]).rowcount != 1:
        raise Conflict(f"{current.title!r} is {current.state} already; reload the page.")
    audit.append(db, user, f"job.{done}", f"job:{job_id}", document_id=current.subject, kind=current.kind)
