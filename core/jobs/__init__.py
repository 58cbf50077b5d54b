"""Long work as rows: asked for by a person, done by the worker, finished in the same write as its result.

A job is claimed by a guarded UPDATE with a lease that its worker renews; a lease that ran out is claimed again, at
most three times since its last finished step. A person may hold a job back: it waits, with the steps that it has
finished, until they let it go on. `HANDLERS` names what does each kind of work; it is imported on use, so this room
knows none of it.

record   a job as a row, and the right to do it    kinds   what each kind of work is, and in whose turn
asking   for the person who wants it               claims  for the worker that does it
kept     finished steps, which survive a crash
"""

import core.store  # noqa: F401 - first, so that sqlite-utils comes without pandas and numpy
from core.jobs.asking import cancel, change_payload, enqueue, insert, job, jobs, pause, requeue, resume, retry
from core.jobs.claims import (
    TRIES,
    Handler,
    Later,
    Lost,
    claim_next,
    fail,
    finish,
    losing,
    lost,
    perform,
    progress,
    put_back,
    put_back_lanes,
    put_off,
    release_all,
    renew,
)
from core.jobs.kept import forget_steps, keep, step, steps
from core.jobs.kinds import HANDLERS, LANES, MAIN, require_right
from core.jobs.record import Claim, Job, State

__all__ = [
    "HANDLERS",
    "LANES",
    "MAIN",
    "TRIES",
    "Claim",
    "Handler",
    "Job",
    "Later",
    "Lost",
    "State",
    "cancel",
    "change_payload",
    "claim_next",
    "enqueue",
    "fail",
    "finish",
    "forget_steps",
    "insert",
    "job",
    "jobs",
    "keep",
    "losing",
    "lost",
    "pause",
    "perform",
    "progress",
    "put_back",
    "put_back_lanes",
    "put_off",
    "release_all",
    "renew",
    "requeue",
    "require_right",
    "resume",
    "retry",
    "step",
    "steps",
]
