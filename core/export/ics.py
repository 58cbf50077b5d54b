"""Dated deadlines as a calendar (RFC 5545): one VTODO for each date of each duty, recurring where the law says so."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.export.rows import Bundle, ExportRow
from core.types import DUTIES

if TYPE_CHECKING:
    from icalendar import Todo

PRIORITY = {"critical": 1, "high": 3, "medium": 5, "low": 9}  # RFC 5545: 1 is the highest, 9 the lowest
STATUS = {
    "in progress": "IN-PROCESS",
    "met": "COMPLETED",
    "not applicable": "CANCELLED",
    "not an obligation": "CANCELLED",
}
FREQUENCY = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
EVERY = re.compile(r"R(\d{0,4})/P(\d{1,4})([DWMY])")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def write(contents: Bundle) -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Compliance Copilot//Obligation register//EN")
    calendar.add("version", "2.0")
    for row, due in dated(contents):
        calendar.add_component(_todo(row, due, contents.made_at))
    return bytes(calendar.to_ical())


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


def _todo(row: ExportRow, due: date, made_at: str) -> "Todo":
    from icalendar import Todo

    who = f"{row.bearer}: " if row.bearer else ""
    todo = Todo()
    todo.add("uid", f"{row.document_id}-{row.id}-{due:%Y%m%d}@compliance-copilot")
    todo.add("dtstamp", datetime.fromisoformat(made_at) if made_at else datetime(1970, 1, 1, tzinfo=UTC))
    todo.add("due", due)
    todo.add("summary", printable(f"{who}{row.action} ({row.provision})"))
    todo.add("description", printable(f"{row.document}, {row.provision}\n\n{row.quote}"))
    todo.add("priority", PRIORITY[row.risk])
    todo.add("categories", [row.modality, f"{row.risk} risk"])
    todo.add("status", STATUS.get(row.status, "NEEDS-ACTION"))
    rule = _rule(row)
    if rule:
        # A recurrence is counted from DTSTART, and DUE must lie after it.
        todo.add("dtstart", due - timedelta(days=1))
        todo.add("rrule", rule)
    return todo


def _rule(row: ExportRow) -> dict[str, Any]:
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
    return rule


def printable(text: str) -> str:
    """Without control characters, which a calendar's text cannot hold; line ends become one kind."""
    return CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
