"""Of two deadlines it is said which leaves less time where that is so in every calendar, and not otherwise."""

import pytest

from core.compare.deadlines import deadline_changes, order
from core.types import Deadline, Passage
from tests.engine_parts import norm


def period(iso8601: str, days: str = "calendar") -> Deadline:
    return Deadline(Passage(iso8601), "period", iso8601, days)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("PT72H", "PT48H", -1),
        ("P3D", "PT72H", 0),
        ("P1M", "P2M", 1),
        ("P12M", "P1Y", 0),
        ("P1M", "P30D", None),  # a month has 28 to 31 days
        ("P1M", "P27D", -1),
        ("P1M", "P32D", 1),
        ("P1Y", "P365D", None),
        ("P2W", "P14D", 0),
        ("R/P2Y", "R/P1Y", -1),
        ("R/P1Y", "P1Y", None),
    ],
)
def test_lengths_are_ordered_where_no_calendar_could_turn_them_round(old, new, told):
    assert order(period(old), period(new)) == told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (("P5D", "working"), ("P3D", "working"), -1),
        (("P5D", "working"), ("P5D", "calendar"), -1),
        (("P5D", "calendar"), ("P5D", "working"), 1),
        (("P10D", "calendar"), ("P7D", "working"), None),  # nine days, or more with holidays
        (("P30D", "calendar"), ("P5D", "working"), -1),
    ],
)
def test_working_days_are_held_against_calendar_days_with_their_weekends_and_holidays(old, new, told):
    assert order(period(*old), period(*new)) == told


def test_an_earlier_date_leaves_less_time():
    first, second = (Deadline(Passage(day), "date", day, date=day) for day in ("2026-06-30", "2026-03-31"))
    assert (order(first, second), order(second, first)) == (-1, 1)


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        ("shall report within 72 hours.", "shall report within 24 hours.", "tightened"),
        ("shall report by 30 June 2027.", "shall report by 31 December 2027.", "relaxed"),
        ("shall report without undue delay.", "shall report within 24 hours.", "changed"),
        ("shall keep records for five years.", "shall keep records for ten years.", "lengthened"),
        ("shall keep records for five years.", "shall keep records for three years.", "shortened"),
        ("shall report by 31 March of each year.", "shall report by 30 April of each year.", "moved"),
        # Whoever must give notice has less time when the notice is longer.
        (
            "shall notify the plan at least ten working days before the test.",
            "shall notify the plan at least twenty working days before the test.",
            "tightened",
        ),
    ],
)
def test_a_deadline_in_a_sentence_is_told_by_what_it_asks_for(old, new, way):
    told = deadline_changes(norm(f"The firm {old}"), norm(f"The firm {new}"))
    assert [way for way, *_ in told] == [way]


def test_of_several_deadlines_only_the_one_that_changed_is_told():
    told = deadline_changes(
        norm("The firm shall report without undue delay and in any event within 24 hours."),
        norm("The firm shall report without undue delay and in any event within 12 hours."),
    )
    assert [(way, old, new) for way, old, new in told] == [("tightened", "within 24 hours", "within 12 hours")]


def test_the_same_length_from_another_event_is_a_change():
    told = deadline_changes(
        norm("The firm shall report within 30 days after the end of the audit."),
        norm("The firm shall report within 30 days after receipt of a request by the authority."),
    )
    assert [way for way, *_ in told] == ["changed"]
