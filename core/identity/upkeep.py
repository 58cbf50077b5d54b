"""What the worker looks after now and then: what is kept about people for a while only, and the guards of the log."""

import time

from sqlite_utils import Database

from core.audit import folding, mending
from core.identity.accounts import NOBODY
from core.settings import settings
from core.store import rows, stamp, write

TEND_SECONDS = 600
DAY_SECONDS = 86_400
_TENDED = {"at": -float(TEND_SECONDS)}
# Whose day is over, and every window of a session that can still be open.
OLD = (("sight", "seen_at"), ("rate", "span"))


def tend(db: Database) -> int:
    """Throw away what is over, tell what was refused meanwhile, and put the log's guards back where somebody took them
    away, which the log then tells; gives how many rows went. The worker's loop calls it again and again: it looks every
    ten minutes.
    """
    if time.monotonic() - _TENDED["at"] < TEND_SECONDS:
        return 0
    _TENDED["at"] = time.monotonic()
    folding.tend(db)
    mending.put_guards_back(db, NOBODY)
    return sweep(db)


def sweep(db: Database) -> int:
    """What was seen in sessions that are over, and counts of limits whose time is over, for a day more."""
    before = stamp(time.time() - max(3600 * settings().session_hours, DAY_SECONDS) - DAY_SECONDS)
    gone = 0
    for table, moment in OLD:
        if rows(db, f"select 1 from {table} where {moment} < ? limit 1", [before]):
            with write(db):
                gone += db.execute(f"delete from {table} where {moment} < ?", [before]).rowcount
    return gone
