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
        ("credit it by the end of the following business day", ("period", "P1D", "working", None)),
        ("by close of business on the fifth working day after the trade", ("period", "P5D", "working", "the trade")),
        ("by the end of the business day following the sale", ("period", "P1D", "working", "the sale")),
        ("remove access on the same day", ("period", "P0D", "calendar", None)),
        ("prolonged by a further business day", ("period", "P1D", "working", None)),
        ("extended by two further months", ("period", "P2M", "calendar", None)),
        ("within a 30-day period", ("period", "P30D", "calendar", None)),
        ("within 30 minutes of the outage", ("period", "PT30M", "calendar", "the outage")),
        ("within 5 days (excluding public holidays) after the loss", ("period", "P5D", "working", "the loss")),
        ("within 5 days of its receipt and keep it", ("period", "P5D", "calendar", "its receipt")),
        ("within 2 days from the day on which it ends", ("period", "P2D", "calendar", "the day on which it ends")),
        ("the notice period shall be 30 days.", ("period", "P30D", "calendar", None)),
        ("may be ended after the expiry of six months", ("other", "P6M", "calendar", None)),
        ("by April 15, each bank", ("recurrence", "R/P1Y", "calendar", "April 15")),
        ("on or before the tenth (10th) day of each month", ("recurrence", "R/P1M", "calendar", "tenth day")),
        ("three times a year", ("recurrence", "R/P4M", "calendar", None)),
        ("submit a quarterly report", ("recurrence", "R/P3M", "calendar", None)),
        ("stop with immediate effect", ("immediate", None, "calendar", None)),
        ("as soon as it becomes aware", ("immediate", None, "calendar", "it becomes aware")),
        ("prior to concluding the contract, the bank", ("other", None, "calendar", "concluding the contract")),
        ("at the latest by the date of application", ("other", None, "calendar", "application")),
        ("within an adequate timeframe", ("other", None, "calendar", None)),
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


@pytest.mark.parametrize(
    "text",
    [
        "The bank shall keep orderly records of all orders.",
        "compute it over the 12 months preceding the application, within the 12 months preceding it",
        "a claim brought before the competent authority",
        "the annual turnover and the monthly fee",
    ],
)
def test_no_time_is_read_where_none_is(text):
    assert [d.iso8601 for d in deadlines(text) if d.kind not in ("other",)] == []


def test_a_court_is_no_time():
    assert deadlines("The action may be brought before the competent authority or a notary.") == ()


def test_the_end_of_a_year_is_its_last_day():
    assert [d.date for d in deadlines("by the end of 2026 and by the end of February 2028")] == [
        "2026-12-31",
        "2028-02-29",
    ]


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
