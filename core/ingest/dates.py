"""Dates as documents print them, to ISO 8601."""

import re
from collections.abc import Iterator
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
# "25 May 2018", "1st day of March 2026", "May 25, 2018", "2018-05-25", "27.12.2022", "31/03/2022": day before month.
DATE = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+day\s+of)?\s+(?P<m1>{MONTH})\.?,?\s+(?P<y1>\d{{4}})"
    rf"|(?P<m2>{MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})-(?P<m3>\d{2})-(?P<d3>\d{2})"
    r"|(?P<d4>\d{1,2})[./](?P<m4>\d{1,2})[./](?P<y4>\d{4}))(?!\d)",
    re.IGNORECASE,
)


def dates(text: str) -> Iterator[tuple[int, str]]:
    """(offset, ISO date) of each date in `text`; impossible ones are passed over."""
    for match in DATE.finditer(text):
        found = iso(match)
        if found:
            yield match.start(), found


def first_date(text: str) -> str | None:
    return next((found for _, found in dates(text)), None)


def iso(match: re.Match[str]) -> str | None:
    for form in "1234":
        year, month, day = match[f"y{form}"], match[f"m{form}"], match[f"d{form}"]
        if year:
            number = int(month) if month.isdigit() else MONTHS[month.lower()]
            try:
                return date(int(year), number, int(day)).isoformat()
            except ValueError:
                return None
    return None
