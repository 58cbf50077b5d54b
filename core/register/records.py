"""The compliance record of an obligation: status, owner, evidence, comments, reviews, dates, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlite_utils import Database

from core import library, store
from core.errors import BadInput
from core.register import derived, fields, firm, gestures
from core.register.corrections import Correction, corrections, found
from core.register.dates import is_date, parse_date
from core.register.evidence import Evidence, kept
from core.register.fields import short
from core.register.filters import STATUSES
from core.register.gestures import Event
from core.register.rows import Row, row
from core.types import Obligation, User


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    text: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of an obligation. `obligation` is as it stands, `found` as before any correction.

    `sources` are the ids of those it was split or merged from, `replaced_by` of those that took its place.
    """

    row: Row
    obligation: Obligation
    found: Obligation
    corrections: tuple[Correction, ...]
    comments: tuple[Comment, ...]
    evidence: tuple[Evidence, ...]
    history: tuple[Event, ...]
    sources: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()


def record(db: Database, user: User, id: str) -> Record:
    shown = row(db, user, id)
    place = shown.document_id, shown.obligation_id
    text = library.document(db, user, shown.document_id).text
    overlay = derived.overlays(db, place[0], [place[1]]).get(place[1], {})
    before = found(db, *place, text)
    return Record(
        row=shown,
        obligation=fields.laid(before, overlay, firm.judge(db, place[0])),
        found=before,
        corrections=tuple(corrections(db, *place)),
        comments=tuple(Comment(id, text, at, by) for id, text, at, by in gestures.entries(db, *place, "comment")),
        evidence=tuple(kept(db, *place)),
        history=tuple(gestures.events(db, *place)),
        sources=tuple(f"{place[0]}.{one}" for one in overlay.get("made", {}).get("sources", [])),
        replaced_by=tuple(f"{place[0]}.{one}" for one in overlay.get("replaced", [])),
    )


def history(db: Database, user: User, id: str) -> list[Event]:
    """Everything that people did to it, oldest first, what was undone included."""
    shown = row(db, user, id)
    return gestures.events(db, shown.document_id, shown.obligation_id)


def set_status(db: Database, user: User, ids: str | Sequence[str], status: str, reason: str = "") -> None:
    """One gesture for all of `ids`. "not applicable" needs a reason."""
    if status not in STATUSES:
        raise BadInput(f"{status!r} is no status; choose one of: {', '.join(STATUSES)}.")
    if status == "not applicable" and not reason.strip():
        raise BadInput("Say why it is not applicable: whoever checks the register will ask.")
    values = {"status": status, "reason": short(reason) or None}
    gestures.set_values(db, user, ids, "status", f"Set the status to {status}", values)


def assign(db: Database, user: User, ids: str | Sequence[str], owner: str) -> None:
    """Give them an owner; "" takes the owner away."""
    gestures.set_values(
        db,
        user,
        ids,
        "assign",
        "Assigned an owner" if owner.strip() else "Took the owner away",
        {"owner": " ".join(short(owner).split()) or None},
    )


def set_next_review(db: Database, user: User, ids: str | Sequence[str], day: str | date | None) -> None:
    """When somebody should look at it again; None for never."""
    value = None if day is None else parse_date(str(day)).isoformat()
    gestures.set_values(db, user, ids, "next review", "Set the next review", {"next_review": value})


def comment(db: Database, user: User, id: str, text: str) -> str:
    """Returns the comment's id."""
    if not text.strip():
        raise BadInput("The comment is empty; write something first.")
    name = store.new_id()
    gestures.set_values(db, user, id, "comment", "Commented", {f"comment:{name}": short(text)})
    return name


def set_anchor_date(
    db: Database, user: User, id: str, day: str | date | None, *, today: date | None = None
) -> str | None:
    """Enter when the event happened that starts the deadline; returns the due date that follows, as an ISO date.

    A recurrence gives its next occurrence from `today`. None takes the date away.
    """
    shown = row(db, user, id)
    if day is not None and not shown.iso8601:
        raise BadInput("This obligation has no deadline that a date could be counted for; correct its deadline first.")
    if day is not None and is_date(shown.iso8601 or ""):
        raise BadInput(f"This deadline is a date already ({shown.iso8601}); there is nothing to count.")
    now = (today or datetime.now(UTC).date()).isoformat()
    value = None if day is None else {"date": parse_date(str(day)).isoformat(), "today": now}
    gestures.set_values(db, user, id, "anchor date", "Entered the date of the event", {"anchor_date": value})
    return row(db, user, id).due
