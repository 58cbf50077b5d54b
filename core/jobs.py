"""Long work as rows: asked for by a person, done by the worker, finished in the same write as its result.

A job is claimed by a guarded UPDATE with a lease that its worker renews; a lease that ran out is claimed again, at
most three times since its last finished step. A person may hold a job back: it waits, with the steps that it has
finished, until they let it go on. `HANDLERS` names what does each kind of work; it is imported on use, so this module
knows none of it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import Any, Literal

from sqlite_utils import Database

from core import audit
from core.errors import Conflict, CopilotError, NotFound
from core.identity import accounts, rates, require
from core.store import Row, new_id, now, one, rows, stamp, write
from core.types import User

State = Literal["queued", "running", "done", "failed", "cancelled"]
TRIES = 3
LOOK_SECONDS = 0.5
HANDLERS = {
    "import": "core.importing:import_document",
    "analyse": "core.analysing:analyse",
    "match": "core.controls.suggestions:match_documents",
    "mark": "core.register.marking:mark_documents",
    "trial": "core.llm.sandbox:answer",
    "benchmark": "core.llm.benchmark:measure",
    "weights": "core.llm.additions:add",
    "download": "core.llm.additions:bring",
    "pull": "core.llm.additions:pull",
    "execute": "core.tools:carry_out",
    "verify": "core.activity.checking:check_log",
}
# What whoever asks for such work may, and still may when it is done; of other kinds, its own room asks.
PERMISSIONS = {
    "import": "documents.add",
    "analyse": "models.ask",
    "match": "documents.read",
    "mark": "documents.read",
    "trial": "models.ask",
    "benchmark": "models.manage",
    "weights": "models.manage",
    "download": "models.manage",
    "pull": "models.manage",
    "verify": "audit.read",
}
# What one person may ask for so often; see data/lexicon/limits.toml.
RATED = {"import": "uploads", "analyse": "runs", "trial": "runs", "benchmark": "runs"}
# Bringing up to date what is derived is nobody's act, and leaves no row in the log.
UPKEEP = frozenset({"match", "mark"})
# Work that waits for others more than it works has a lane of its own, so that nobody waits behind a long download:
# the worker does each lane in order, and the lanes beside each other. What is not named here is in the first lane.
MAIN = "main"
LANES = {
    "analyse": "run",
    "benchmark": "run",
    "trial": "talk",
    "verify": "talk",
    "weights": "fetch",
    "download": "fetch",
    "pull": "fetch",
    "execute": "call",
}

# Work whose finished steps are worth keeping when it is cancelled, for a retry: they may have been paid for.
RESUMED = frozenset({"analyse", "benchmark"})
# Whose person may do nothing any more: disabled, or a service whose token was revoked. `job` is the table.
SHUT_OUT = """(
    exists (select 1 from account where account.id = job.user_id and state = 'disabled')
    or exists (
        select 1 from service_token where digest = json_extract(job.actor, '$.session') and revoked_at is not null
    )
)"""
AGAIN = "progress = case when exists (select 1 from step where job_id = job.id) then progress else 0 end"

# (database, user, claim): ends by calling `finish` inside the write that makes its result appear.
Handler = Callable[[Database, User, "Claim"], None]


class Lost(CopilotError):
    """The job was cancelled or paused, or its lease ran out and another worker has it: only finished steps stay."""


class Later(Exception):
    """No error: what a handler raises to be called again. `stage` says in plain words what is waited for."""

    def __init__(self, seconds: float, stage: str) -> None:
        super().__init__(stage)
        self.seconds, self.stage = seconds, stage


@dataclass(frozen=True, slots=True)
class Job:
    """`progress` is 0-1, `stage` says in plain words what is being done, `error` is a sentence for the person.

    `fault` is the error's class name ("PasswordNeeded"), so that a screen can offer the right next step.
    `subject` is the id of the document that the job makes or is about. Times are UTC ISO 8601.
    `held`: its person has paused it, and nobody takes it up. Nor does anybody before `not_before`.
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
    held: bool
    not_before: str | None


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
    require_right(user, kind)
    if kind in RATED:
        rates.spend(db, user, RATED[kind])
    job_id = new_id()
    db.execute(
        "insert into job (id, tenant, user_id, actor, kind, title, subject, payload, stage, created_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, 'Waiting', ?)",
        [job_id, user.tenant, user.id, _actor(user), kind, title, subject, json.dumps(payload), now()],
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
    return [_job(row) for row in rows(db, sql, [*parameters, limit])]


def job(db: Database, user: User, job_id: str) -> Job:
    """One of the user's own jobs, or NotFound."""
    sql = f"select {COLUMNS} from job where id = ? and tenant = ? and user_id = ?"
    row = one(db, sql, [job_id, user.tenant, user.id])
    if row is None:
        raise NotFound("There is no such job of yours; reload the page.")
    return _job(row)


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
        _move(db, user, job_id, "resumed", ("queued",), change, [_actor(user)])


def retry(db: Database, user: User, job_id: str) -> None:
    """Queue a failed or cancelled job again, with its three tries. Steps that it finished are kept."""
    with write(db):
        requeue(db, user, job_id)


def requeue(db: Database, user: User, job_id: str) -> None:
    """As `retry`, inside a write that is open already. It is done with the rights that its person has now."""
    change = f"state = 'queued', stage = 'Waiting', {AGAIN}, fault = null, error = null, attempts = 0, held = 0"
    change += ", not_before = null, started_at = null, finished_at = null, actor = ?"
    _move(db, user, job_id, "retried", ("failed", "cancelled"), change, [_actor(user)])


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


def require_right(user: User, kind: str) -> None:
    """NotAllowed unless the user may have such work done."""
    if kind in PERMISSIONS:
        require(user, PERMISSIONS[kind])


# --- for the worker ---------------------------------------------------------------------------------------------


def claim_next(db: Database, *, lease_seconds: float, lane: str | None = None) -> Claim | None:
    """The oldest job of a lane that waits or whose lease ran out, now ours; None when there is nothing to do.

    Without a lane, of all of them.
    """
    queued = "(state = 'queued' and held = 0 and coalesce(not_before, '') <= ?1)"
    waiting = f"({queued} or (state = 'running' and lease_until < ?1)){_in_lane(lane)}"
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
            f"update job set state = 'running', stage = 'Starting', {AGAIN}, attempts = attempts + 1, claim = ?,"
            " lease_until = ?, started_at = ?, not_before = null where number = ?",
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
    """Do the job with its handler, and the rights that its person has now. What is raised is the worker's to settle.

    NotAllowed where its person may not do such work any more.
    """
    claim = replace(claim, user=accounts.refreshed(db, claim.user))
    require_right(claim.user, claim.job.kind)
    module, _, name = HANDLERS[claim.job.kind].partition(":")
    handler: Handler = getattr(import_module(module), name)
    handler(db, claim.user, claim)


def progress(db: Database, claim: Claim, fraction: float, stage: str) -> None:
    """Show how far the job is and renew its lease. Raises Lost when it is no longer ours."""
    with write(db):
        _go_on(db, claim, "progress = ?, stage = ?, lease_until = ?", [fraction, stage, _lease(claim)])


def lost(db: Database, claim: Claim) -> bool:
    """Whether the job was cancelled, paused, deleted or taken over, or its person shut out: a look without a write.

    One that is done is not lost.
    """
    row = one(db, f"select state, claim, {SHUT_OUT} as shut_out from job where id = ?", [claim.job.id])
    if row is None or row["state"] == "done":
        return row is None
    return bool(row["shut_out"]) or (row["state"], row["claim"]) != ("running", claim.token)


def losing(db: Database, claim: Claim) -> Callable[[], bool]:
    """`lost` as a question that may come between any two pieces of an answer: the database is asked now and then."""
    last = time.monotonic()

    def looked() -> bool:
        nonlocal last
        if time.monotonic() - last < LOOK_SECONDS:
            return False
        last = time.monotonic()
        return lost(db, claim)

    return looked


def renew(db: Database, claim: Claim) -> None:
    """Renew the lease. Raises Lost when the job is no longer ours."""
    with write(db):
        _go_on(db, claim, "lease_until = ?", [_lease(claim)])


def finish(db: Database, claim: Claim, **made: Any) -> None:
    """Mark the job done, inside the write that makes its result appear. Raises Lost, which undoes that write.

    `made` (ids and counts) is added to the payload, so that the person finds what came of it.
    """
    payload = json.dumps({**claim.job.payload, **made})
    change = "state = 'done', stage = 'Done', progress = 1, finished_at = ?, payload = ?, claim = null"
    _go_on(db, claim, change, [now(), payload])


def fail(db: Database, claim: Claim, fault: str, sentence: str) -> None:
    """End the job with the sentence that its person will read. It holds no text of a document."""
    with write(db):
        change = "state = 'failed', fault = ?, error = ?, stage = 'Failed', finished_at = ?, claim = null"
        _ours(db, claim, change, [fault, sentence, now()])


def put_back(db: Database, claim: Claim, *, counted: bool) -> None:
    """Queue the job again, as its turn was; `counted` when this was one of its three tries."""
    with write(db):
        attempts = "attempts" if counted else "attempts - 1"
        change = f"state = 'queued', stage = 'Waiting', {AGAIN}, claim = null, attempts = {attempts}"
        _ours(db, claim, change + ", lease_until = ?", [None])


def put_off(db: Database, claim: Claim, seconds: float, stage: str) -> None:
    """Queue the job again, not to be taken up before so many seconds; it does not count as a try."""
    change = "state = 'queued', stage = ?, claim = null, lease_until = null, attempts = attempts - 1, not_before = ?"
    with write(db):
        _ours(db, claim, change, [stage, stamp(time.time() + seconds)])


def put_back_lanes(db: Database) -> None:
    """Queue again what the side lanes of the one worker were doing, as it ends; it does not count as a try."""
    change = f"state = 'queued', stage = 'Waiting', {AGAIN}, claim = null, lease_until = null, attempts = attempts - 1"
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
    return keep(db, claim, name, make())


def keep(db: Database, claim: Claim, name: str, value: Any) -> Any:
    """Keep the JSON value of a step that was made already, or made anew; gives it as it reads back. Raises Lost.

    A job that finishes steps does not go round in circles: its tries are counted anew from here.
    """
    result = json.dumps(value)
    with write(db):
        _go_on(db, claim, "lease_until = ?, attempts = 1", [_lease(claim)])
        db.execute("insert or replace into step values (?, ?, ?, ?)", [claim.job.id, name, result, now()])
    return json.loads(result)


def steps(db: Database, job_id: str, prefix: str = "") -> dict[str, Any]:
    """The values of the finished steps whose names begin so, by name. For a claim, or after `job` has let a user in."""
    sql = "select name, result from step where job_id = ? and substr(name, 1, ?) = ? order by finished_at, name"
    return {row["name"]: json.loads(row["result"]) for row in rows(db, sql, [job_id, len(prefix), prefix])}


def forget_steps(db: Database, job_id: str) -> None:
    """Inside a write: with the one that ends the job, since steps may hold text."""
    db.execute("delete from step where job_id = ?", [job_id])


def _go_on(db: Database, claim: Claim, change: str, values: list[Any]) -> None:
    """As `_ours`, where more work or its result follows: not of somebody who was shut out meanwhile."""
    _ours(db, claim, change, values, f" and not {SHUT_OUT}")


def _ours(db: Database, claim: Claim, change: str, values: list[Any], condition: str = "") -> None:
    sql = f"update job set {change} where id = ? and state = 'running' and claim = ?{condition}"
    if db.execute(sql, [*values, claim.job.id, claim.token]).rowcount != 1:
        raise Lost(f"{claim.job.title!r} was cancelled, paused or taken over; only its finished steps are kept.")


def _lease(claim: Claim) -> str:
    return stamp(time.time() + claim.lease_seconds)


def _job(row: Row) -> Job:
    known = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**known, "payload": json.loads(row["payload"]), "held": bool(row["held"])})


def _actor(user: User) -> str:
    # A job outlives the session in which it was asked for; a service is known by its token only.
    return json.dumps(asdict(user if user.mode == "service" else replace(user, session="")))


def _user(actor: str) -> User:
    plain = json.loads(actor)
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return User(**fields)
