"""What people read of the approval queue: states, verdicts and how long there is left, with their colours."""

from collections.abc import Sequence
from datetime import UTC, datetime

from core import review
from pages.parts.words import badge, count, label

# States of an item, and of a document that waits, in the order in which people think of them.
STATES = {
    "draft": "gray",
    "submitted": "blue",
    "change_requested": "orange",
    "escalated": "violet",
    "accepted": "green",
    "rejected": "red",
    "revoked": "gray",
    "expired": "gray",
    "dropped": "gray",
    "executing": "blue",
    "executed": "green",
    "failed": "red",
    "compensated": "violet",
}
# Verdict → what the button says, what was done, and its colour.
VERDICTS = {
    "accept": ("Accept", "Accepted", "green"),
    "request_change": ("Request a change", "Change requested", "orange"),
    "reject": ("Reject", "Rejected", "red"),
    "escalate": ("Escalate", "Escalated", "violet"),
}
SOON_SECONDS = 8 * 3_600
STEPS = (("d", 86_400), ("h", 3_600), ("min", 60))


def state(name: str) -> str:
    return badge(label(name), STATES.get(name, "gray"))


def done(verdict: str) -> str:
    """A verdict as something that was done: "Change requested"."""
    return VERDICTS[verdict][1]


def seconds_left(due_at: str | None, at: datetime | None = None) -> float | None:
    """Until then; negative once it is past, None where nothing is due."""
    if not due_at:
        return None
    return (datetime.fromisoformat(due_at) - (at or datetime.now(UTC))).total_seconds()


def holds(until: str | None, at: datetime | None = None) -> bool:
    """Whether a claim until then still holds; one that has run out stays written down."""
    left = seconds_left(until, at)
    return left is not None and left > 0


def due(due_at: str | None, at: datetime | None = None) -> tuple[str, str] | None:
    """How long there is left, and its colour: ("Due in 3 h", "orange"), ("Overdue by 2 d", "red")."""
    left = seconds_left(due_at, at)
    if left is None:
        return None
    said = span(abs(left))
    if left < 0:
        return f"Overdue by {said}", "red"
    return f"Due in {said}", "orange" if left < SOON_SECONDS else "gray"


def span(seconds: float) -> str:
    """The largest unit that fits, rounded down: "3 h", "12 d"; "1 min" at least."""
    unit, size = next((step for step in STEPS if seconds >= step[1]), STEPS[-1])
    return f"{max(1, int(seconds // size)):,} {unit}"


def hours(value: float) -> str:
    """ "40 min", "3.5 h", "2.1 d"."""
    if value < 1:
        return f"{max(1, round(value * 60))} min"
    return f"{value:.1f} h" if value < 48 else f"{value / 24:.1f} d"


def needed(counted: int, of: int, lacking: Sequence[str]) -> str:
    """Who must still accept: "a risk reviewer", "1 more person"."""
    left = max(of - counted, len(lacking))
    if not lacking:
        return count(left, "more person", "more people")
    roles = " and ".join(f"a {one}" for one in lacking)
    return f"{count(left, 'more person', 'more people')}, {roles} among them" if left > len(lacking) else roles


def size(waiting: int) -> str:
    """How many wait; they are counted no further than that."""
    return f"{waiting:,}+" if waiting >= review.COUNTED else f"{waiting:,}"
