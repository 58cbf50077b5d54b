"""A job as a row, and the right to do it."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from core.store import Row
from core.types import User

State = Literal["queued", "running", "done", "failed", "cancelled"]
AGAIN = "progress = case when exists (select 1 from step where job_id = job.id) then progress else 0 end"


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


def as_job(row: Row) -> Job:
    known = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**known, "payload": json.loads(row["payload"]), "held": bool(row["held"])})


def as_actor(user: User) -> str:
    # A job outlives the session in which it was asked for; a service is known by its token only.
    return json.dumps(asdict(user if user.mode == "service" else replace(user, session="")))


def as_user(actor: str) -> User:
    plain = json.loads(actor)
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return User(**fields)
