"""Traces, on their page and from the command line: the latest ones added up, and one of them step by step."""

import json
from contextlib import closing

import pytest

from core import telemetry
from core.identity import LOCAL
from core.settings import settings
from core.store import connect
from core.telemetry import SpanRow, names
from core.types import User
from pages.parts import trace_view
from pages.parts.trace_words import model, step
from tests.cli_parts import command_line
from tests.page_parts import button, folder, opened, said

OTHER = User(id="dario", name="Dario Specimen", roles=("analyst",))
TRACE = telemetry.trace_of("3f2a9c417be01d22")


@pytest.fixture
def home(tmp_path, monkeypatch):
    with folder(tmp_path / "var", monkeypatch) as place:
        connect(settings().database).close()
        telemetry.start(settings())
        yield place
        telemetry.flush()


@pytest.fixture
def traced(home):
    """Two windows, one of which fails with its first model and is read by another."""
    with telemetry.of(LOCAL), telemetry.resumed(TRACE), telemetry.span("copilot.analyse"):
        with telemetry.span("copilot.window", **{names.WINDOW: 1}):
            call("claude-haiku-5-5", 0.0042)
        with telemetry.span("copilot.window", **{names.WINDOW: 2}):
            failed = {names.CALL_ID: "c" * 32, names.COST_USD: 0}
            with pytest.raises(TimeoutError), telemetry.span("chat ollama:qwen3:8b", kind="client", **failed):
                raise TimeoutError
            call("claude-opus-5-5", None)
    with telemetry.of(OTHER), telemetry.resumed("d" * 32), telemetry.span("copilot.window"):
        pass
    assert telemetry.flush()
    return home


def call(name: str, cost: float | None) -> None:
    asked = {names.REQUEST_MODEL: name, names.INPUT_TOKENS: 1_200, names.OUTPUT_TOKENS: 80}
    with telemetry.span(f"chat anthropic:{name}", kind="client", **asked) as span:
        span.set({names.COST_USD: cost, names.FINISH_REASONS: ["stop"], names.CALL_ID: "d" * 32})


def test_without_traces_the_page_says_what_makes_one(home):
    shown = said(opened("traces"))
    assert "Nothing was traced yet" in shown
    assert "analyse it with a model" in shown


def test_the_list_has_each_trace_with_its_calls_tokens_cost_and_errors(traced):
    rows = opened("traces").dataframe[0].value.to_dict("records")
    assert [row["What"] for row in rows] == ["Window", "Analyse with a model"]
    whole = rows[1]
    assert (whole["Calls"], whole["Tokens in"], whole["Tokens out"]) == (3, 2_400, 160)
    assert (whole["Cost"], whole["Errors"], whole["Steps"]) == ("$0.0042", 1, 6)


def test_a_trace_is_opened_by_its_address_and_shows_each_step_inside_its_own(traced):
    at = opened("traces", trace=TRACE)
    assert not at.exception
    assert "2,400 tokens in, 160 out" in said(at)
    assert "1 error" in said(at)
    rows = at.dataframe[0].value.to_dict("records")
    assert [row["Step"].strip() for row in rows] == [
        "Analyse with a model", "Window 1", "Ask anthropic:claude-haiku-5-5",
        "Window 2", "Ask ollama:qwen3:8b", "Ask anthropic:claude-opus-5-5",
    ]  # fmt: skip
    assert [row["Step"].count(trace_view.INDENT) for row in rows] == [0, 1, 2, 1, 2, 2]
    assert [row["Cost"] for row in rows] == ["", "", "$0.0042", "", "$0", "Cost unknown"]
    assert rows[4]["Error"] == "TimeoutError"


def test_a_cost_that_is_not_known_is_not_counted_as_nothing(traced):
    assert "\\$0\\.0042 and 1 call of unknown cost" in said(opened("traces", trace=TRACE))


def test_the_waterfall_has_a_bar_for_each_step_where_it_began(traced):
    at = opened("traces", trace=TRACE)
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    bars = {one["name"]: len(one.get("customdata", [])) for one in figure["data"]}
    assert bars == {"Model": 2, "Our own work": 3, "Error": 1}
    assert [one["text"].strip() for one in figure["layout"]["annotations"]][:2] == ["Analyse with a model", "Window 1"]
    (failed,) = next(one["customdata"] for one in figure["data"] if one["name"] == "Error")
    assert "Error: TimeoutError" in failed[0]


def test_many_steps_are_shown_a_page_at_a_time_and_those_that_failed_alone(traced, monkeypatch):
    monkeypatch.setattr(trace_view, "DRAWN", 4)
    at = opened("traces", trace=TRACE, p="2")
    assert [row["Step"].strip() for row in at.dataframe[0].value.to_dict("records")] == [
        "Ask ollama:qwen3:8b", "Ask anthropic:claude-opus-5-5",
    ]  # fmt: skip
    assert "5–6 of 6" in said(at)
    first, last = json.loads(at.get("plotly_chart")[0].proto.spec)["layout"]["xaxis"]["range"]
    assert 0 < first < last
    at.toggle(key="trace-failed").set_value(True).run()
    assert [row["Error"] for row in at.dataframe[0].value.to_dict("records")] == ["TimeoutError"]


def test_the_way_back_leads_to_the_list(traced):
    at = button(opened("traces", trace=TRACE), "All traces").click().run()
    assert len(at.dataframe[0].value) == 2


@pytest.mark.parametrize("asked", ["f" * 32, "<b>", "x" * 5_000])
def test_an_address_without_a_trace_says_so(traced, asked):
    at = opened("traces", trace=asked)
    assert not at.exception
    assert "no such trace that you may see" in said(at)


def test_a_step_whose_parent_was_killed_stands_at_the_edge_with_what_is_inside_it():
    def row(span_id: str, parent: str | None, began: int) -> SpanRow:
        return SpanRow(TRACE, span_id, parent, "copilot.window", "internal", began, began + 5, None, {})

    found = [row("a", "killed", 3), row("b", "a", 4), row("c", None, 1)]
    assert [(depth, one.span_id) for depth, one in telemetry.nested(found)] == [(0, "c"), (0, "a"), (1, "b")]


def test_another_model_than_was_asked_is_named_beside_it():
    kept = {names.REQUEST_MODEL: "claude", names.RESPONSE_MODEL: "claude-2", names.MODEL_CHANGED: True}
    assert model(kept) == "claude-2 (asked: claude)"
    assert step("copilot.find_missed", {}) == "Find missed"


# --- from the command line --------------------------------------------------------------------------------------


@pytest.fixture
def copilot(traced, monkeypatch):
    return command_line(traced, monkeypatch)


def test_traces_are_listed_and_one_is_shown_by_the_beginning_of_its_id(copilot):
    listed = {cells[0]: cells for cells in copilot("traces", "list").cells}
    assert listed[TRACE][2:] == ["copilot.analyse", listed[TRACE][3], "3", "2400", "160", "0.0042", "1"]
    shown = copilot("traces", "show", TRACE[:8]).cells
    assert [cells[0] for cells in shown][:3] == [
        "copilot.analyse", "· copilot.window 1", "· · chat anthropic:claude-haiku-5-5",
    ]  # fmt: skip
    assert shown[4][-1] == "TimeoutError"
    kept = [json.loads(line) for line in copilot("traces", "show", TRACE, "--json").out.splitlines()]
    assert kept[2]["attributes"][names.INPUT_TOKENS] == 1_200


def test_a_trace_that_is_not_there_is_not_found(copilot):
    done = copilot("traces", "show", "f" * 32)
    assert (done.code, "traces list" in done.err) == (3, True)
    assert copilot("traces", "show", "ab").code == 2


def test_without_traces_the_command_says_what_makes_one(home, monkeypatch):
    assert "whenever a language model" in command_line(home, monkeypatch)("traces", "list").err


def test_the_database_is_closed_to_other_peoples_traces(traced):
    with closing(connect(settings().database)) as db:
        assert telemetry.spans(db, OTHER, TRACE) == []
