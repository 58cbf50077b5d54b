"""Jobs for the worker: claimed with a lease, done, and settled while the claim holds."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from sqlite_utils import Database

from core.errors import CopilotError
from core.identity import accounts
from core.jobs.kinds import HANDLERS, LANES, MAIN, require_right
from core.jobs.record import AGAIN, COLUMNS, Claim, as_job, as_user
from core.store import new_id, now, one, stamp, write
from core.types import User

TRIES = 3
LOOK_SECONDS = 0.5
# Whose person may do nothing any more: disabled, or a service whose token was revoked. `job` is the table.
SHUT_OUT = """(
    exists (select 1 from account where account.id = job.user_id and state = 'disabled')
    or exists (
        select 1 from service_token where digest = json_extract(job.actor, '$.session') and revoked_at is not null
    )
)"""

# (database, user, claim): ends by calling `finish` inside the write that makes its result appear.
Handler = Callable[[Database, User, Claim], None]


class Lost(CopilotError):
    """The job was cancelled or paused, or its lease ran out and another worker has it: only finished steps stay."""


class Later(Exception):
    """No error: what a handler raises to be called again. `stage` says in plain words what is waited for."""

    def __init__(self, seconds: float, stage: str) -> None:
        super().__init__(stage)
        self.seconds, self.stage = seconds, stage


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
    return Claim(as_job(claimed), as_user(claimed["actor"]), token, lease_seconds)


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


def went_on(db: Database, claim: Claim) -> None:
    """Inside the write that keeps a finished step: the lease is renewed. Raises Lost.

    A job that finishes steps does not go round in circles: its tries are counted anew from here.
    """
    _go_on(db, claim, "lease_until = ?, attempts = 1", [_lease(claim)])


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


def _go_on(db: Database, claim: Claim, change: str, values: list[Any]) -> None:
    """As `_ours`, where more work or its result follows: not of somebody who was shut out meanwhile."""
    _ours(db, claim, change, values, f" and not {SHUT_OUT}")


def _ours(db: Database, claim: Claim, change: str, values: list[Any], condition: str = "") -> None:
    sql = f"update job set {change} where id = ? and state = 'running' and claim = ?{condition}"
    if db.execute(sql, [*values, claim.job.id, claim.token]).rowcount != 1:
        raise Lost(f"{claim.job.title!r} was cancelled, paused or taken over; only its finished steps are kept.")


def _lease(claim: Claim) -> str:
    return stamp(time.time() + claim.lease_seconds)
