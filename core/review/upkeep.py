"""What the queue does by itself: requests that waited too long are escalated, and what has run out expires."""

import time

from sqlite_utils import Database

from core.errors import Conflict
from core.review import people
from core.review.deciding import POLICY
from core.review.items import Item, move, unguarded
from core.review.table import STEPS
from core.store import now, write
from core.types import User

TEND_SECONDS = 30
AT_ONCE = 200
_TENDED = {"at": -float(TEND_SECONDS)}


def tend(db: Database, at: str | None = None) -> int:
    """Escalate and expire what is due; gives how many. The worker's loop calls it again and again: it works at most
    every 30 s, and leaves to the next time what a busy database does not let it do.
    """
    if at is None and time.monotonic() - _TENDED["at"] < TEND_SECONDS:
        return 0
    _TENDED["at"] = time.monotonic()
    return escalate_overdue(db, at or now()) + expire_due(db, at or now())


def escalate_overdue(db: Database, at: str) -> int:
    """Whoever the policy names for that decides on them from now on, and is told."""
    return sum(_step(db, found, "overdue", at) for found in unguarded(db, f"{_IS_DUE} limit ?", [at, AT_ONCE]))


def expire_due(db: Database, at: str) -> int:
    """Requests, and approvals that nobody carried out, are good for as long as the policy says."""
    return sum(_step(db, found, "expire", at) for found in unguarded(db, f"{_IS_OVER} limit ?", [at, AT_ONCE]))


_IS_DUE = "state = 'submitted' and due_at <= ?"
_STATES = ", ".join(f"'{state}'" for state in STEPS["expire"].before)
_IS_OVER = f"state in ({_STATES}) and expires_at <= ?"


def _step(db: Database, found: Item, step: str, at: str) -> bool:
    """False where somebody moved it first, or the database is busy: the next time finds it as it is then."""
    by = User(id=POLICY, name="the policy", tenant=found.tenant, clearances=(), mode="service")
    try:
        with write(db):
            values = {"escalated_at": at} if step == "overdue" else {}
            after = move(db, by, found, step, values, due_at=found.due_at, expires_at=found.expires_at)
            if step == "overdue":
                people.tell_deciders(db, by, after, "overdue")
            people.tell_authors(db, by, after, "overdue" if step == "overdue" else "decided")
    except Conflict:
        return False
    return True
