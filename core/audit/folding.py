"""What was refused, without letting anybody fill the log by trying: first an entry each, then they are counted."""

from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from core.audit.chain import append
from core.settings import lexicon
from core.store import Row, now, rows, write
from core.types import User

COUNTED = (
    "insert into refusal values (:tenant, :user_id, :event, :why, :subject, :hour, :mode, 1, 0)"
    " on conflict do update set times = times + 1 returning times"
)
KEY = " and ".join(f"{name} = :{name}" for name in ("tenant", "user_id", "event", "why", "subject", "hour"))
HOUR = len("2026-11-22T13")


def refused(db: Database, user: User, subject: str, why: str, **details: Any) -> int:
    """Log that something was refused, in a write of its own, since that of the attempt is rolled back; gives the
    entry's number, 0 where it was only counted.

    `why` is a code ("self_approval"); `subject` is what it was tried on ("item:…"), and names the event.
    """
    with write(db):
        return fold(db, user, f"{subject.partition(':')[0]}.refused", subject, why, **details)


def fold(
    db: Database, user: User, event: str, subject: str, why: str, *, known: bool = True, **details: Any
) -> int:  # fmt: skip
    """As `refused`, inside a write that is open. Where nobody is `known`, each subject counts for itself."""
    row: Row = {
        "tenant": user.tenant, "user_id": user.id, "event": event, "why": why, "subject": "" if known else subject,
        "hour": now()[:HOUR], "mode": user.mode,
    }  # fmt: skip
    close(db, row["hour"], user.id)
    ((times,),) = db.execute(COUNTED, row).fetchall()
    if not _tells(times):
        return 0
    db.execute(f"update refusal set told = times where {KEY}", row)
    counted = {"times": times} if times > _each() else {}
    return append(db, user, event, subject, why=why, **details, **counted)


def close(db: Database, hour: str, user_id: str = "") -> int:
    """Inside a write: an entry with the whole number of each hour before this one that was not told to its end."""
    mine = "hour < ? and (user_id = ? or ? = '')"
    over = rows(db, f"select * from refusal where {mine}", [hour, user_id, user_id])
    for row in over:
        if row["told"] < row["times"]:
            who = User(id=row["user_id"], name="", tenant=row["tenant"], clearances=(), mode=row["mode"])
            about = row["subject"] or f"user:{row['user_id']}"
            append(db, who, row["event"], about, why=row["why"], times=row["times"], hour=row["hour"])
    if over:
        db.execute(f"delete from refusal where {mine}", [hour, user_id, user_id])
    return len(over)


def tend(db: Database) -> None:
    """Tell of the hours that are over; the worker calls it now and then."""
    hour = datetime.now(UTC).isoformat()[:HOUR]
    if rows(db, "select 1 from refusal where hour < ? limit 1", [hour]):
        with write(db):
            close(db, hour)


def _tells(times: int) -> bool:
    """The first ones, and then each doubling of their number."""
    each = _each()
    return times <= each or (times % each == 0 and (times // each).bit_count() == 1)


def _each() -> int:
    return int(lexicon("limits")["refusals"]["each"])
