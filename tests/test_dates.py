"""A deadline falls on the day that the law says, counted from the date of its event."""

from datetime import date

import pytest

from core.errors import BadInput
from core.register.dates import checked, due, due_date, next_occurrence
from core.types import Deadline, Passage


@pytest.mark.parametrize(
    ("start", "period", "days", "end"),
    [
        ("2026-05-03", "P1D", "calendar", "2026-05-04"),
        ("2026-05-03", "P2W", "calendar", "2026-05-17"),
        ("2026-05-03", "PT72H", "calendar", "2026-05-06"),
        ("2026-05-03", "PT4H", "calendar", "2026-05-03"),
        ("2026-01-31", "P1M", "calendar", "2026-02-28"),
        ("2024-01-31", "P1M", "calendar", "2024-02-29"),
        ("2024-02-29", "P1Y", "calendar", "2025-02-28"),
        ("2026-11-30", "P3M", "calendar", "2027-02-28"),
        ("2026-12-15", "P1Y6M", "calendar", "2028-06-15"),
        ("2026-05-06", "P3D", "working", "2026-05-11"),  # Wednesday: Thursday, Friday, Monday
        ("2026-05-08", "P1D", "working", "2026-05-11"),  # Friday
        ("2026-05-09", "P1D", "working", "2026-05-11"),  # Saturday
        ("2026-05-08", "P10D", "working", "2026-05-22"),
        ("2026-04-09", "P1M", "working", "2026-05-11"),  # would end on a Saturday
    ],
)
def test_a_period_ends_on(start, period, days, end):
    assert due(date.fromisoformat(start), period, days).isoformat() == end


@pytest.mark.parametrize("nonsense", ["", "P", "1M", "PT", "P1X", "soon", "R/P1Y", "2026-01-01", "P1M ", "-P1M"])
def test_what_is_no_period_is_refused(nonsense):
    with pytest.raises(BadInput):
        due(date(2026, 1, 1), nonsense)


@pytest.mark.parametrize("period", ["P9999Y", "P9000Y9999M"])
def test_a_period_beyond_the_calendar_is_refused(period):
    with pytest.raises(BadInput, match="9999"):
        due(date(2026, 1, 1), period)


@pytest.mark.parametrize(
    ("start", "recurrence", "today", "expected"),
    [
        ("2020-03-01", "R/P1Y", "2026-11-22", "2027-03-01"),
        ("2020-03-01", "R/P1Y", "2027-03-01", "2027-03-01"),
        ("2026-01-31", "R/P1M", "2026-02-10", "2026-02-28"),
        ("2026-01-31", "R/P1M", "2026-03-10", "2026-03-31"),  # the 31st comes back after February
        ("2026-11-22", "R/P1Y", "2026-11-22", "2027-11-22"),  # the first one is a period after the event
        ("2026-01-01", "R2/P1M", "2026-02-15", "2026-03-01"),
        ("2026-01-01", "R2/P1M", "2026-03-02", None),
    ],
)
def test_the_next_occurrence_of_a_recurrence(start, recurrence, today, expected):
    found = next_occurrence(date.fromisoformat(start), recurrence, date.fromisoformat(today))
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize("nonsense", ["P1Y", "R/P0D", "R/PT1H", "R/"])
def test_what_never_comes_round_is_no_recurrence(nonsense):
    with pytest.raises(BadInput):
        next_occurrence(date(2026, 1, 1), nonsense, date(2026, 5, 1))


def test_a_deadline_that_is_a_date_needs_no_event():
    fixed = Deadline(Passage("by 30 June 2027"), "date", "2027-06-30", date="2027-06-30")
    assert due_date(fixed, None, date(2026, 1, 1)) == date(2027, 6, 30)


def test_without_the_event_there_is_no_due_date():
    assert due_date(Deadline(Passage("within a month"), "period", "P1M"), None, date(2026, 1, 1)) is None
    assert due_date(None, date(2026, 1, 1), date(2026, 1, 1)) is None


def test_a_typed_period_is_tidied_or_refused():
    assert checked(" p1m ") == "P1M"
    assert checked("2026-12-31") == "2026-12-31"
    for nonsense in ("2026-13-01", "a month", "R/", "R/1Y"):
        with pytest.raises(BadInput):
            checked(nonsense)
