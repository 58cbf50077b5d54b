"""Words of time become ISO 8601, with the event they run from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.extract.deadlines import deadlines


def read(text: str) -> list[tuple]:
    return [(d.kind, d.iso8601, d.days, d.anchor) for d in deadlines(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not later than 72 hours after learning of it,", ("period", "PT72H", "calendar", "learning of it")),
        ("within one month of receipt of the request", ("period", "P1M", "calendar", "receipt of the request")),
        ("at the latest within one month of the request of the reasons", ("period", "P1M", "calendar", "the request")),
        ("within 15 working days of the order", ("period", "P15D", "working", "the order")),
        ("within thirty (30) days after the date of invoice", ("period", "P30D", "calendar", "the date of invoice")),
        ("within\n  24 hours of the event", ("period", "PT24H", "calendar", "the event")),
        ("at least 60 days before the change takes effect", ("period", "P60D", "calendar", "the change takes effect")),
        ("at least annually", ("recurrence", "R/P1Y", "calendar", None)),
        ("every two years", ("recurrence", "R/P2Y", "calendar", None)),
        ("at least once every five years", ("recurrence", "R/P5Y", "calendar", None)),
        ("on a quarterly basis", ("recurrence", "R/P3M", "calendar", None)),
        ("twice a year", ("recurrence", "R/P6M", "calendar", None)),
        ("by 30 September each year", ("recurrence", "R/P1Y", "calendar", "30 September")),
        ("on a regular basis", ("recurrence", None, "calendar", None)),
        ("without undue delay after learning of a breach", ("immediate", None, "calendar", "learning of a breach")),
        ("as soon as possible", ("immediate", None, "calendar", None)),
        ("keep it for a period of at least five years after the end", ("retention", "P5Y", "calendar", "the end")),
        ("suspend it for three months", ("other", "P3M", "calendar", None)),
        ("within the time limits laid down in Article 20", ("other", None, "calendar", None)),
    ],
)  # fmt: skip
def test_a_time_is_read_with_its_kind_length_and_anchor(text, expected):
    assert read(text) == [expected]


def test_a_date_is_a_date():
    (found,) = deadlines("by 17 July 2024")
    assert (found.kind, found.iso8601, found.date) == ("date", "2024-07-17", "2024-07-17")
    assert deadlines("no later than January 15, 2025")[0].date == "2025-01-15"


def test_a_sentence_may_hold_several_times():
    assert [d[:2] for d in read("without undue delay and in any event within 24 hours, and then every month")] == [
        ("immediate", None),
        ("period", "PT24H"),
        ("recurrence", "R/P1M"),
    ]


def test_a_passage_says_where_it_stands():
    text = "The bank shall report within 10 days."
    (found,) = deadlines(text, offset=100)
    assert found.passage.start == 100 + text.index("within")
    assert found.passage.text == "within 10 days"


def test_no_time_is_read_where_none_is():
    assert deadlines("The bank shall keep orderly records of all orders.") == ()


@given(
    st.lists(
        st.sampled_from(
            [
                "within",
                "one",
                "30",
                "days",
                "of",
                "every",
                "a",
                "further",
                "period",
                "by",
                "(30)",
                "after",
                "May",
                "2020",
                ",",
                "\n",
            ]
        ),
        max_size=120,
    )
)
@settings(deadline=None, max_examples=150)
def test_every_time_is_a_slice_of_its_sentence(words):
    text = " ".join(words)
    for found in deadlines(text):
        assert text[found.passage.start : found.passage.end] == found.passage.text
