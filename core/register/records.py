"""The compliance record of an obligation: status, owner, evidence, comments, reviews, dates, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

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
    gestures.set_values(db, user, ids, "status", f"Set the status to {status}", _status(status, reason))


def assign(db: Database, user: User, ids: str | Sequence[str], owner: str) -> None:
    """Give them an owner; "" takes the owner away."""
    gestures.set_values(
        db, user, ids, "assign", "Assigned an owner" if owner.strip() else "Took the owner away", _owner(owner)
    )  # fmt: skip


def set_next_review(db: Database, user: User, ids: str | Sequence[str], day: str | date | None) -> None:
    """When somebody should look at it again; None for never."""
    gestures.set_values(db, user, ids, "next review", "Set the next review", _next_review(day))


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
    values = _anchor_date(row(db, user, id), day, today)
    gestures.set_values(db, user, id, "anchor date", "Entered the date of the event", values)
    return row(db, user, id).due


def save_record(
    db: Database,
    user: User,
    id: str,
    *,
    status: str,
    reason: str,
    owner: str,
    next_review: str | None,
    anchor_date: str | None,
    today: date | None = None,
) -> str | None:
    """What a person saves in one go, as one gesture; what is as it was is left alone. Gives the due date that follows.

    The parts are those of `set_status`, `assign`, `set_next_review` and `set_anchor_date`, and refused as these refuse.
    """
    shown = row(db, user, id)
    values: dict[str, Any] = {}
    said = []
    if (status, reason) != (shown.status, shown.reason):
        values |= _status(status, reason)
        said.append("status")
    if owner != shown.owner:
        values |= _owner(owner)
        said.append("owner")
    if next_review != shown.next_review:
        values |= _next_review(next_review)
        said.append("next review")
    if anchor_date != shown.anchor_date:
        values |= _anchor_date(shown, anchor_date, today)
        said.append("date of the event")
    if values:
        gestures.set_values(db, user, id, "record", f"Set {', '.join(said)}", values)
    return row(db, user, id).due


def _status(status: str, reason: str) -> dict[str, str | None]:
    if status not in STATUSES:
        raise BadInput(f"{status!r} is no status; choose one of: {', '.join(STATUSES)}.")
    if status == "not applicable" and not reason.strip():
        raise BadInput("Say why it is not applicable: whoever checks the register will ask.")
    return {"status": status, "reason": short(reason) or None}


def _owner(owner: str) -> dict[str, str | None]:
    return {"owner": " ".join(short(owner).split()) or None}


def _next_review(day: str | date | None) -> dict[str, str | None]:
    return {"next_review": None if day is None else parse_date(str(day)).isoformat()}


def _anchor_date(shown: Row, day: str | date | None, today: date | None) -> dict[str, dict[str, str] | None]:
    if day is None:
        return {"anchor_date": None}
    if not shown.iso8601:
        raise BadInput("This obligation has no deadline that a date could be counted for; correct its deadline first.")
    if is_date(shown.iso8601):
        raise BadInput(f"This deadline is a date already ({shown.iso8601}); there is nothing to count.")
    now = (today or datetime.now(UTC).date()).isoformat()
    return {"anchor_date": {"date": parse_date(str(day)).isoformat(), "today": now}}
