"""Dates as a calendar (RFC 5545): each date of each duty is a whole day, recurring where the law says so.

An event that takes up nobody's time, and no task: Outlook and Google's calendar leave tasks out of a file.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.export.rows import Bundle, ExportRow
from core.types import DUTIES

if TYPE_CHECKING:
    from icalendar import Event

PRIORITY = {"critical": 1, "high": 3, "medium": 5, "low": 9}  # RFC 5545: 1 is the highest, 9 the lowest
# An event can be cancelled and not done, so what is done says so in its summary.
STATUS = {"not applicable": "CANCELLED", "not an obligation": "CANCELLED"}
DONE = {"met": "Done: "}
FREQUENCY = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
EVERY = re.compile(r"R(\d{0,4})/P(\d{1,4})([DWMY])")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def write(contents: Bundle) -> bytes:
    made = datetime.fromisoformat(contents.made_at) if contents.made_at else datetime(1970, 1, 1, tzinfo=UTC)
    return calendar("Obligation register", (_event(row, due, made) for row, due in dated(contents)))


def calendar(name: str, events: Iterable["Event"]) -> bytes:
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", f"-//Compliance Copilot//{name}//EN")
    made.add("version", "2.0")
    for event in events:
        made.add_component(event)
    return bytes(made.to_ical())


def whole_day(uid: str, day: date, summary: str, description: str, risk: str, made_at: datetime) -> "Event":
    """A day on which something is due; equal `uid`s are one event for whoever imports the file again."""
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uid}@compliance-copilot")
    event.add("dtstamp", made_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", printable(summary))
    event.add("description", printable(description))
    event.add("priority", PRIORITY[risk])
    event.add("transp", "TRANSPARENT")
    return event


def note(contents: Bundle) -> str:
    duties = [row for row in contents.rows if row.modality in DUTIES]
    without = len(duties) - len({id(row) for row, _ in dated(contents)})
    return f"{without} of {len(duties)} duties have no calendar date and are not in the calendar." if without else ""


def dated(contents: Bundle) -> Iterator[tuple[ExportRow, date]]:
    """Each duty with each of its dates, in the order of the register."""
    for row in contents.rows:
        if row.modality in DUTIES:
            for day in sorted({*row.dates, row.due}):
                if ISO_DATE.fullmatch(day):
                    yield row, date.fromisoformat(day)


def _event(row: ExportRow, due: date, made_at: datetime) -> "Event":
    who = f"{row.bearer}: " if row.bearer else ""
    event = whole_day(
        f"{row.document_id}-{row.id}-{due:%Y%m%d}",
        due,
        f"{DONE.get(row.status, '')}{who}{row.action} ({row.provision})",
        f"{row.document}, {row.provision}\n\n{row.quote}",
        row.risk,
        made_at,
    )
    event.add("categories", [row.modality, f"{row.risk} risk"])
    event.add("status", STATUS.get(row.status, "CONFIRMED"))
    if rule := _rule(row, due):
        event.add("rrule", rule)
    return event


def _rule(row: ExportRow, due: date) -> dict[str, Any]:
    """R/P1Y as {"freq": "YEARLY"}; a recurrence that a calendar cannot say gives {} and the date stands alone."""
    found = EVERY.fullmatch(row.deadline_iso8601)
    if not found:
        return {}
    times, interval, unit = found.groups()
    rule: dict[str, Any] = {"freq": FREQUENCY[unit]}
    if int(interval) > 1:
        rule["interval"] = int(interval)
    if times:
        rule["count"] = int(times)
    if unit == "M" and due.day == 31:
        rule["bymonthday"] = -1  # "31" would leave out every month that has fewer days
    return rule


def printable(text: str) -> str:
    """Without control characters, which a calendar's text cannot hold; line ends become one kind."""
    return CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
