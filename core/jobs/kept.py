"""Finished steps of a job, as JSON: they survive a crash and are not made twice."""

import json
from collections.abc import Callable
from typing import Any

from sqlite_utils import Database

from core.jobs.claims import went_on
from core.jobs.record import Claim
from core.store import now, one, rows, write


def step(db: Database, claim: Claim, name: str, make: Callable[[], Any]) -> Any:
    """The JSON value of a named step: made once, then read back, also by the next try of a killed job.

    `make` runs outside any write. Raises Lost when the job is no longer ours.
    """
    row = one(db, "select result from step where job_id = ? and name = ?", [claim.job.id, name])
    if row is not None:
        return json.loads(row["result"])
    return keep(db, claim, name, make())


def keep(db: Database, claim: Claim, name: str, value: Any) -> Any:
    """Keep the JSON value of a step that was made already, or made anew; gives it as it reads back. Raises Lost."""
    result = json.dumps(value)
    with write(db):
        went_on(db, claim)
        db.execute("insert or replace into step values (?, ?, ?, ?)", [claim.job.id, name, result, now()])
    return json.loads(result)


def steps(db: Database, job_id: str, prefix: str = "") -> dict[str, Any]:
    """The values of the finished steps whose names begin so, by name. For a claim, or after `job` has let a user in."""
    sql = "select name, result from step where job_id = ? and substr(name, 1, ?) = ? order by finished_at, name"
    return {row["name"]: json.loads(row["result"]) for row in rows(db, sql, [job_id, len(prefix), prefix])}


def forget_steps(db: Database, job_id: str) -> None:
    """Inside a write: with the one that ends the job, since steps may hold text."""
    db.execute("delete from step where job_id = ?", [job_id])
