"""How often somebody may do something: limits that keep one person from using up what all share."""

import time
from datetime import UTC, datetime

from sqlite_utils import Database

from core.errors import CopilotError
from core.settings import lexicon
from core.store import stamp
from core.types import User

EVERYBODY = "everybody"


class RateLimited(CopilotError):
    """Too often in too short a time; the message says when it goes on."""

    exit_code = 5


def spend(db: Database, user: User, what: str, most: int | None = None, seconds: int | None = None) -> None:
    """Count that the user does this, inside the write that does it. RateLimited at the limit; nothing is counted then.

    Without a limit given it is that of data/lexicon/limits.toml. The one person of an app without accounts has none.
    """
    if user.mode != "local":
        _spend(db, user.id, what, most, seconds)


def spend_together(db: Database, what: str) -> None:
    """As `spend`, where nobody is known yet: one limit for all."""
    _spend(db, EVERYBODY, what, None, None)


def _spend(db: Database, who: str, what: str, most: int | None, seconds: int | None) -> None:
    limit = lexicon("limits")["rates"][what] if most is None or seconds is None else {}
    most, seconds = most or limit["most"], seconds or limit["seconds"]
    start = int(time.time() // seconds * seconds)
    span = stamp(start)
    db.execute("delete from rate where account_id = ? and what = ? and span < ?", [who, what, span])
    spent = db.execute(
        "insert into rate values (?, ?, ?, 1) on conflict do update set used = used + 1 where used < ?",
        [who, what, span, most],
    )
    if not spent.rowcount:
        again = datetime.fromtimestamp(start + seconds, UTC)
        wait = max(1, round(start + seconds - time.time()))
        shown = f"in {wait} seconds" if wait < 120 else f"at {again:%H:%M} UTC"
        raise RateLimited(f"That was often in a short time ({most:,} {what.replace('_', ' ')}); go on {shown}.")
