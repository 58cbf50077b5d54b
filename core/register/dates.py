"""When a deadline falls: from the date of the event that starts it, and the length that the law gives.

Months keep the day of the month and end on the last one where there is none (31 January + P1M is 28 February).
Working days are Monday to Friday; public holidays are not known here. Hours after a mere date fall on the earlier
day, since nobody knows at what hour the event came: within 4 hours of 3 May is due on 3 May, PT72H on 6 May.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

from core.errors import BadInput
from core.types import Deadline

Days = Literal["calendar", "working"]

PERIOD = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?"
)
RECURRENCE = re.compile(r"R(?P<times>\d{0,4})/(?P<period>P.+)")


def due(start: date, iso8601: str, days: Days = "calendar") -> date:
    """The last day of a period ("P1M", "PT72H", "P5D") that starts on `start`. BadInput when it is no period."""
    return _after(start, iso8601, 1, days)


def next_occurrence(start: date, iso8601: str, today: date, days: Days = "calendar") -> date | None:
    """The first occurrence of "R/P1Y" after `start` that is not before `today`.

    Counted from `start` each time, so that the 31st does not wear down to the 28th. A limited recurrence
    ("R3/P1M") that is over gives None.
    """
    found = RECURRENCE.fullmatch(iso8601)
    if not found or due(start, found["period"], days) <= start:
        raise BadInput(f"{iso8601!r} is not a recurrence such as R/P1Y; give one with a period of a day or more.")
    count, times = 1, int(found["times"] or 0)
    while True:
        occurrence = _after(start, found["period"], count, days)
        if occurrence >= today:
            return occurrence
        if count == times:
            return None
        count += 1


def due_date(deadline: Deadline | None, anchor: date | None, today: date) -> date | None:
    """When this deadline falls: its own date, else counted from the anchor event; None while that is unknown."""
    if deadline is None:
        return None
    fixed = deadline.date or deadline.iso8601 or ""
    if is_date(fixed):
        return parse_date(fixed)
    if anchor is None or not deadline.iso8601:
        return None
    if deadline.iso8601.startswith("R"):
        return next_occurrence(anchor, deadline.iso8601, today, deadline.days)
    return due(anchor, deadline.iso8601, deadline.days)


def parse_date(text: str) -> date:
    """An ISO date; BadInput otherwise."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"{text!r} is not a date; write it as 2026-12-31.") from error


def is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def checked(iso8601: str) -> str:
    """The same text when it is a period, a recurrence or a date; BadInput otherwise."""
    text = iso8601.strip().upper()
    if is_date(text):
        parse_date(text)
        return text
    found = RECURRENCE.fullmatch(text)
    _parts(found["period"] if found else text)
    return text


def _after(start: date, period: str, count: int, days: Days) -> date:
    parts = _parts(period)
    whole = 7 * parts["weeks"] + parts["days"]
    seconds = 3600 * parts["hours"] + 60 * parts["minutes"] + parts["seconds"]
    whole = count * whole + count * seconds // 86_400
    try:
        shifted = _months_after(start, count * (12 * parts["years"] + parts["months"]))
        return _working_days_after(shifted, whole) if days == "working" else shifted + timedelta(days=whole)
    except (OverflowError, ValueError) as error:
        raise BadInput(f"{period} after {start} ends beyond the year 9999; correct the period.") from error


def _parts(period: str) -> dict[str, int]:
    found = PERIOD.fullmatch(period)
    if not found or not any(found.groups()):
        raise BadInput(f"{period!r} is not a period; write PT72H, P5D, P1M, P1Y, R/P1Y or a date.")
    return {unit: int(count or 0) for unit, count in found.groupdict().items()}


def _months_after(start: date, months: int) -> date:
    if not months:
        return start
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _working_days_after(start: date, count: int) -> date:
    """`count` working days later; a period that would end on a weekend ends on the Monday after."""
    weeks, rest = divmod(count, 5)
    day = start + timedelta(weeks=weeks)
    while rest or day.weekday() >= 5:
        day += timedelta(days=1)
        rest -= bool(rest) and day.weekday() < 5
    return day
