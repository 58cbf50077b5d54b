"""ISO 8601 durations and recurrences as time: how long, and when.

A month counts 30 days only where lengths are compared.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

# "P1M", "PT72H", "P2W", "P1Y6M"; a recurrence puts "R/" or "R5/" before one.
DURATION = re.compile(
    r"^(?:R\d*/)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?$"
)
HOURS = {"years": 8760, "months": 720, "weeks": 168, "days": 24, "hours": 1, "minutes": 1 / 60, "seconds": 1 / 3600}


def parts(iso8601: str | None) -> dict[str, int] | None:
    """{"months": 1, "hours": 0, …}, or None when it is no duration."""
    found = DURATION.match(iso8601 or "")
    if not found or not any(found.groups()):
        return None
    return {unit: int(count or 0) for unit, count in found.groupdict().items()}


def hours(iso8601: str | None) -> float | None:
    """Its length in hours, to compare with others; None when it is no duration."""
    counted = parts(iso8601)
    return None if counted is None else sum(HOURS[unit] * count for unit, count in counted.items())


def added(start: date, iso8601: str, days: str = "calendar") -> date | None:
    """The day on which a period that starts on `start` ends; part of a day counts as a day, working days skip weekends.

    None when it is no duration or ends after the year 9999.
    """
    counted = parts(iso8601)
    if counted is None:
        return None
    whole = counted["days"] + 7 * counted["weeks"]
    whole += -(-(counted["hours"] * 3600 + counted["minutes"] * 60 + counted["seconds"]) // 86_400)
    try:
        month = start.year * 12 + start.month - 1 + counted["months"] + 12 * counted["years"]
        first = date(month // 12, month % 12 + 1, 1)
        shifted = first.replace(day=min(start.day, monthrange(first.year, first.month)[1]))
        return working_days_after(shifted, whole) if days == "working" else shifted + timedelta(days=whole)
    except (ValueError, OverflowError):
        return None


def working_days_after(start: date, count: int) -> date:
    """`count` days from Monday to Friday later; public holidays are not known here."""
    weeks, rest = divmod(count, 5)
    day = start + timedelta(weeks=weeks)
    while rest:
        day += timedelta(days=1)
        rest -= day.weekday() < 5
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day
