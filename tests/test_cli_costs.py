"""Costs, latency and the projection from the command line."""

import json

import pytest

from core import store
from core.identity import LOCAL
from core.telemetry import hashing
from tests.cli_parts import command_line
from tests.operations_parts import HAIKU, OWN, PLAIN, call


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    monkeypatch.setattr(hashing, "_folder", tmp_path / "var")
    run = command_line(tmp_path / "var", monkeypatch)
    run("documents", "list")  # makes the database
    return run


@pytest.fixture
def db(copilot, tmp_path):
    opened = store.connect(tmp_path / "var" / "copilot.db")
    call(opened, LOCAL, cost_usd="0.25")
    call(opened, LOCAL, state="failed", error_type="Busy", cost_usd="0")
    call(opened, LOCAL, model=PLAIN, cost_usd=None)
    yield opened
    opened.close()


def test_costs_are_a_table_with_unknown_as_a_word(copilot, db):
    done = copilot("costs")
    assert [line[:4] for line in done.cells] == [[HAIKU, "0.25", "0", "2"], [PLAIN, "unknown", "1", "1"]]
    assert "0.25 USD" in done.err
    assert "1 call of unknown cost" in done.err
    assert "month_usd: " in done.err


@pytest.mark.parametrize("by", ["day", "model", "task", "user", "document"])
def test_costs_are_counted_by_whatever_is_asked(copilot, db, by):
    done = copilot("costs", "--by", by)
    assert (done.code, len(done.cells)) == (0, 2 if by == "model" else 1)


def test_a_person_is_a_mark_and_oneself_is_you(copilot, db):
    assert copilot("costs", "--by", "user").cells[0][0] == "you"


def test_costs_since_a_day_and_of_one_model(copilot, db):
    call(db, LOCAL, day="2026-01-05", cost_usd="9")
    assert copilot("costs", "--model", HAIKU).cells[0][1] == "0.25"
    assert copilot("costs", "--since", "2026-01-05", "--model", HAIKU).cells[0][1] == "9.25"


def test_costs_as_a_file_have_titles_and_no_formulas(copilot, db, tmp_path):
    copilot("costs", "--csv", "--out", tmp_path / "costs.csv")
    lines = (tmp_path / "costs.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Model,Cost USD,Calls of unknown cost,Calls")
    assert len(lines) == 3


def test_models_side_by_side_say_that_quality_was_not_measured(copilot, db):
    done = copilot("costs", "--compare", "--json")
    assert {json.loads(line)["Quality as measured"] for line in done.out.splitlines()} == {"not measured yet"}


def test_latency_tells_percentiles_and_faults(copilot, db):
    call(db, LOCAL, renamed_from="haiku-before", answered_by="haiku-after")
    done = copilot("latency", "--model", HAIKU)
    assert done.cells[0][:4] == [HAIKU, "2", "2000", "2000"]
    assert f"{HAIKU}: Busy, 1 call." in done.err
    assert "called itself haiku-after" in done.err


def test_single_calls_are_listed_with_their_traces(copilot, db):
    call(db, LOCAL, trace_id="a" * 32, latency_ms=99_000)
    assert copilot("latency", "--calls", "slow").cells[0][1] == "a" * 32
    assert copilot("latency", "--calls", "failed").cells[0][-1] == "Busy"
    assert copilot("latency", "--calls", "dear").cells[0][7] == "0.25"


def test_a_projection_says_what_it_assumes(copilot):
    done = copilot("projection", "--documents", "10", "--characters", "40000", "--model", HAIKU)
    assert done.cells[0][0] == HAIKU
    assert float(done.cells[0][1]) > 0
    assert "10 documents a month, 40,000 characters each" in done.err
    assert copilot("projection", "--model", OWN).cells[0][1] == "0"
    assert copilot("projection", "--model", PLAIN).cells[0][1] == "unknown"


@pytest.mark.parametrize("wrong", [("--documents", "0"), ("--kept", "2")])
def test_traffic_that_cannot_be_is_bad_input(copilot, wrong):
    assert copilot("projection", *wrong).code == 2
