"""What becomes of a document: withdrawn, kept under a hold, expired, and released or rejected when it was escalated."""

from datetime import date
from typing import Any

from sqlite_utils import Database

from core import audit
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import alone, require, who_may
from core.library.access import found
from core.library.signing import owned
from core.store import Row, now, rows, write
from core.types import User

LONGEST_REASON = 1_000

# step: from which gates, to which one.
GATE_STEPS = {
    "release": (("waiting", "rejected"), "released"),
    "reject": (("waiting", "released"), "rejected"),
}


def withdraw(db: Database, user: User, document_id: str, reason: str) -> None:
    """Take a document out of use and everybody's sight but its owner's; nothing of it is deleted."""
    why = required_reason(reason)
    with write(db):
        owned(db, user, document_id)
        insert_withdrawal(db, user, document_id, why)


def insert_withdrawal(db: Database, user: User, document_id: str, reason: str, kept: str = "") -> None:
    """As `withdraw`, inside a write that is open already and by somebody who may. `kept`: the kind of its hold."""
    moved = db.execute(
        "update document set status = 'withdrawn', awaiting_second = 0, withdrawn_reason = ?, withdrawn_by = ?,"
        " withdrawn_at = ? where id = ? and status <> 'withdrawn'",
        [reason, user.id, now(), document_id],
    ).rowcount
    if moved != 1:
        raise Conflict("This document is withdrawn already; reload the page.")
    _log(db, user, "withdrawn", document_id, **({"held": kept} if kept else {}))


def hold(db: Database, user: User, document_id: str, reason: str) -> None:
    """Put a legal hold on a document: until it is lifted, deleting it withdraws it instead."""
    why = required_reason(reason)
    with write(db):
        owned(db, user, document_id)
        keep(db, user, document_id, "legal", why)
        _log(db, user, "held", document_id)


def keep(db: Database, user: User, document_id: str, kind: str, reason: str) -> None:
    """A reason why a document must be kept ("legal" or "decided"), inside a write that is open already."""
    db.execute(
        "insert into hold (document_id, kind, reason, user_id, held_at) values (?, ?, ?, ?, ?)"
        " on conflict (document_id, kind) do nothing",
        [document_id, kind, reason, user.id, now()],
    )


def unhold(db: Database, user: User, document_id: str) -> None:
    """Lift the legal hold."""
    with write(db):
        owned(db, user, document_id)
        sql = "delete from hold where document_id = ? and kind = 'legal'"
        if db.execute(sql, [document_id]).rowcount != 1:
            raise Conflict("There is no legal hold on this document; reload the page.")
        _log(db, user, "unheld", document_id)


def holds(db: Database, user: User, document_id: str) -> list[dict[str, str]]:
    """Why it must be kept: kind, reason, user_id, held_at."""
    found(db, user, document_id, "id")
    sql = "select kind, reason, user_id, held_at from hold where document_id = ? order by held_at"
    return rows(db, sql, [document_id])


def expire(db: Database, user: User, document_id: str, on: date | None) -> None:
    """From the start of that day (UTC) only the owner sees the document; None takes the date away."""
    day = on.isoformat() if on else None
    with write(db):
        owned(db, user, document_id)
        db.execute("update document set expires = ? where id = ?", [day, document_id])
        _log(db, user, "expiry_set", document_id, on=day)


def release(db: Database, user: User, document_id: str, reason: str) -> None:
    """Let an escalated document be used: its actions and exports are no longer withheld."""
    with write(db):
        step(db, user, document_id, "release", reason)


def reject(db: Database, user: User, document_id: str, reason: str) -> None:
    """Keep an escalated document out of use for good, until somebody releases it after all."""
    with write(db):
        step(db, user, document_id, "reject", reason)


def require_released(db: Database, user: User, document_id: str) -> None:
    """NotAllowed while an escalated document waits for a person or was rejected: no actions, no exports."""
    row = found(db, user, document_id, "title, gate")
    if row["gate"] == "waiting":
        raise NotAllowed(f"{row['title']!r} was escalated; release it with a reason before using it further.")
    if row["gate"] == "rejected":
        raise NotAllowed(f"{row['title']!r} was escalated and rejected; nothing may be taken from it.")


def required_reason(reason: str) -> str:
    """The reason, trimmed; BadInput when there is none."""
    why = " ".join(reason.split())
    if not 0 < len(why) <= LONGEST_REASON:
        raise BadInput(f"Give a reason of 1 to {LONGEST_REASON} characters.")
    return why


def step(db: Database, user: User, document_id: str, name: str, reason: str, *, digest: str | None = None) -> str:
    """Take a step of the gate, "release" or "reject", inside the write of the caller; gives the state after it.

    `digest` is of what was shown to who decides.
    """
    why = required_reason(reason)
    before, after = GATE_STEPS[name]
    row = found(db, user, document_id)
    _require_second(user, row, name)
    moved = db.execute(
        "update document set gate = ?, gate_reason = ?, gate_by = ?, gate_at = ?"
        " where id = ? and gate in (select value from json_each(?))",
        [after, why, user.id, now(), document_id, f'["{before[0]}", "{before[1]}"]'],
    ).rowcount
    if moved != 1:
        raise Conflict(f"{row['title']!r} cannot be {after}: it is {row['gate']}; reload the page.")
    audit.append(
        db, user, f"document.{after}", f"document:{document_id}", document_id=document_id, digest=digest,
        was=row["gate"],
    )  # fmt: skip
    return after


def _require_second(user: User, row: Row, step: str) -> None:
    """Four eyes: where there is anybody else, nobody decides on what they brought in themselves."""
    require(user, "documents.second", repr(row["title"]))
    if row["owner"] == user.id and not alone(user):
        who = who_may("documents.second")
        raise NotAllowed(f"{row['title']!r} is yours, so somebody else must {step} it: ask somebody who is {who}.")


def _log(db: Database, user: User, what: str, document_id: str, **details: Any) -> None:
    audit.append(db, user, f"document.{what}", f"document:{document_id}", document_id=document_id, **details)
