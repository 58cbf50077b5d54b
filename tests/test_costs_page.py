"""The page Costs as a person meets it, run by Streamlit without a browser."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core import operations, store
from core.identity import LOCAL
from core.telemetry import hashing
from pages.parts import cost_charts, cost_words
from tests.library_parts import BEN, bring
from tests.operations_parts import HAIKU, OWN, PLAIN, call, today
from tests.page_parts import button, folder, opened, said

VIEWS = ("spend", "speed", "models", "projection")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[store.Database]:
    with folder(tmp_path / "var", monkeypatch) as path:
        monkeypatch.setattr(hashing, "_folder", path)
        db = store.connect(path / "copilot.db")
        yield db
        db.close()


@pytest.fixture
def db(empty: store.Database) -> store.Database:
    """A week of calls: paid ones, a failure, one from what was kept, one of unknown price."""
    document = bring(empty, LOCAL)
    call(empty, LOCAL, document_id=document, cost_usd="1.5", reserved_usd="2")
    call(empty, LOCAL, document_id=document, task="risk", cost_usd="0.5", reserved_usd="1")
    call(empty, LOCAL, state="cached", document_id=document, cost_usd="0", saved_usd="1.5")
    call(empty, LOCAL, state="failed", error_type="Busy", cost_usd="0", trace_id="f" * 32)
    call(empty, LOCAL, model=PLAIN, cost_usd=None)
    call(empty, LOCAL, day=(today() - timedelta(days=8)).isoformat(), cost_usd="1")
    return empty


def numbers(at):
    return {one.label: one.value for one in at.metric}


def test_before_the_first_call_the_page_says_what_makes_costs_and_where_to_begin(empty):
    at = opened("costs")
    assert "Nothing was asked of a model yet" in said(at)
    assert {"Set up a model", "Choose a document to analyse"} <= {one.proto.label for one in at.get("page_link")}
    assert numbers(opened("costs", show="projection"))["A month"].startswith("$")


@pytest.mark.parametrize("show", VIEWS)
def test_every_view_opens(db, show):
    at = opened("costs", show=show)
    assert not at.exception
    assert not at.error


def test_the_headline_says_what_is_known_and_counts_what_is_not(db):
    at = opened("costs", period="7d")
    found = numbers(at)
    assert (found["Spend"], found["Saved by reuse"], found["Calls"]) == ("$2.00", "$1.50", "4")
    assert found["Of unknown cost"] == "1 call"
    assert found["A document"] == "≥ $2.00"
    assert next(one.delta for one in at.metric if one.label == "Spend") == "+100%"


def test_with_models_on_this_computer_tokens_and_time_are_the_story(empty):
    call(empty, LOCAL, model=OWN, cost_usd="0", latency_ms=90_000)
    found = numbers(opened("costs"))
    assert (found["Spend"], found["Model time"], found["Tokens"]) == ("No charge", "1 min 30 s", "1.2 k")
    assert "Of unknown cost" not in found


def test_a_model_of_unknown_price_has_cost_nothing_that_anybody_knows(empty):
    call(empty, LOCAL, model=PLAIN, cost_usd=None)
    assert numbers(opened("costs"))["Spend"] == "Unknown"


def test_model_task_period_and_whose_calls_stand_in_the_url(db):
    call(db, BEN, cost_usd="8")
    assert numbers(opened("costs", period="7d"))["Spend"] == "$10.00"
    assert numbers(opened("costs", period="7d", whose="mine"))["Spend"] == "$2.00"
    assert numbers(opened("costs", period="7d", whose="mine", task="risk"))["Spend"] == "$0.50"
    assert numbers(opened("costs", period="90d", whose="mine", model=HAIKU))["Spend"] == "$3.00"


def test_a_filter_is_cleared_with_a_click(db):
    at = opened("costs", model=PLAIN)
    assert numbers(at)["Spend"] == "Unknown"
    button(at, "Clear").click().run()
    assert numbers(at)["Spend"] == "$3.00"


def test_the_caps_are_shown_with_what_is_spent_of_them(db):
    bars = [one.proto.text.replace("\\", "") for one in opened("costs").get("progress")]
    assert "Everybody, this month: $2.00 of $250.00" in bars


@pytest.mark.parametrize("by", ["model", "task", "document", "user", "day"])
def test_spend_is_listed_by_whatever_is_chosen(db, by):
    at = opened("costs")
    next(one for one in at.get("button_group") if one.proto.id.endswith("costs-by")).set_value(by).run()
    assert not at.error
    names = list(at.dataframe[0].value["name"])
    assert {"model": HAIKU, "task": "Extraction", "document": "Clock policy", "user": "You"}.get(by, names[0]) in names


def test_calls_that_failed_say_what_went_wrong(db):
    at = opened("costs", show="speed")
    assert numbers(at)["Error rate"] == "20.0%"
    next(one for one in at.get("button_group") if one.proto.id.endswith("costs-worst")).set_value("failed").run()
    assert list(at.dataframe[1].value["fault"]) == ["Rate limit or overload"]


def test_a_model_that_calls_itself_differently_is_told_of(db):
    call(db, LOCAL, renamed_from="haiku-a", answered_by="haiku-b")
    assert "has called itself haiku\\-b since" in said(opened("costs", show="speed"))


def test_quality_is_said_to_be_unmeasured(db):
    at = opened("costs", show="models")
    assert "has not been measured yet" in said(at)
    assert set(at.dataframe[0].value["quality"]) == {"Not measured yet"}


def test_a_projection_follows_its_traffic_and_names_its_assumptions(db):
    at = opened("costs", show="projection")
    at.number_input(key="month-documents").set_value(10).run()
    ten = numbers(at)["A month"]
    at.number_input(key="month-documents").set_value(1_000).run()
    assert numbers(at)["A month"] != ten
    assert "1,000 documents a month" in said(at)
    at.selectbox(key="month-model").set_value(OWN).run()
    assert numbers(at)["A month"] == "No charge"


def test_nothing_in_the_chosen_period_says_what_to_do(db):
    at = opened("costs", task="summary", period="7d")
    assert "Choose a longer period, or clear the filters" not in said(at)  # no such task: the address is not obeyed
    at = opened("costs", model=PLAIN, task="risk")
    assert "Choose a longer period, or clear the filters" in said(at)


@pytest.mark.parametrize("show", VIEWS)
@pytest.mark.parametrize(
    "asked",
    [
        {"period": "9" * 5_000, "model": ["[here](https://evil.example)", "x"], "task": "$x$", "whose": "eve"},
        {"show": "..", "model": "<b>" * 10_000, "period": "all"},
    ],
)
def test_an_address_that_asks_for_what_is_not_there_breaks_no_view(db, show, asked):
    at = opened("costs", **{"show": show, **asked})
    assert not at.exception
    assert not at.error
    assert "evil" not in said(at)


# --- how things are said ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usd", "shown"),
    [
        ("0", "$0"),
        ("0.0042", "$0.0042"),
        ("0.126", "$0.13"),
        ("12.3", "$12.30"),
        ("1204.4", "$1,204"),
        ("1e-9", "< $0.000001"),
    ],
)
def test_money_has_the_digits_that_say_something(usd, shown):
    assert cost_words.money(Decimal(usd)) == shown
    assert cost_words.money(None) == "Unknown"


@pytest.mark.parametrize(
    ("ms", "shown"), [(None, "–"), (820, "820 ms"), (3_210, "3.2 s"), (90_000, "1 min 30 s"), (11_100_000, "3 h 5 min")]
)
def test_time_is_said_in_the_unit_that_people_use(ms, shown):
    assert cost_words.seconds(ms) == shown


@pytest.mark.parametrize(("number", "shown"), [(980, "980"), (34e3, "34 k"), (999_400, "999 k"), (1_234_567, "1.23 M")])
def test_tokens_are_rounded_to_what_can_be_read(number, shown):
    assert cost_words.amount(number) == shown


def test_a_model_keeps_its_colour_whatever_is_filtered():
    every = cost_words.colours(("a", "b", "c"))
    assert len(set(every.values())) == 3
    assert len(set(cost_words.colours([str(n) for n in range(12)]).values())) == 10


@pytest.mark.parametrize(("ms", "unit", "height"), [(1_500, " s", 1.5), (90_000, " min", 1.5), (5_400_000, " h", 1.5)])
def test_time_is_drawn_in_a_unit_of_which_there_is_one(db, ms, unit, height):
    day = operations.Chosen(date(2026, 3, 3), date(2026, 3, 3))
    call(db, LOCAL, day="2026-03-03", latency_ms=ms)
    found = operations.spend(db, LOCAL, day, ["day", "model"])
    figure = cost_charts.by_day(found, day, {HAIKU: "#000000"}, of="hours")
    assert (figure.layout.yaxis.ticksuffix, sum(figure.data[0].y)) == (unit, height)


def test_a_long_period_is_drawn_by_week_and_loses_nothing(db):
    wanted = operations.Chosen(date(2026, 1, 1), date(2026, 12, 31))
    call(db, LOCAL, day="2026-03-03", cost_usd="1")
    call(db, LOCAL, day="2026-03-04", cost_usd="2")
    found = operations.spend(db, LOCAL, wanted, ["day", "model"])
    figure = cost_charts.by_day(found, wanted, {HAIKU: "#000000", PLAIN: "#111111"}, of="usd")
    assert len(figure.data[0].x) == 53
    assert dict(zip(figure.data[0].x, figure.data[0].y, strict=True))["2026-03-02"] == 3
    assert sum(figure.data[0].y) == float(operations.total(db, LOCAL, wanted).known_usd)


@pytest.mark.parametrize(
    ("usd", "open_calls", "words"),
    [
        (Decimal("0.057"), 0, "$0.057"),
        (Decimal("0.057"), 7, "$0.057 and 7 calls of unknown cost"),
        (Decimal(0), 0, "no charge"),
        (Decimal(0), 1, "$0 and 1 call of unknown cost"),
        (None, 3, "cost unknown"),
    ],
)
def test_what_broke_off_is_said_beside_what_a_run_cost(usd, open_calls, words):
    assert cost_words.of_calls(usd, open_calls) == words
