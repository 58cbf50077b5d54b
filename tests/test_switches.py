"""Switches: stopping a model takes one person and one moment, and leaves a record that nobody can change."""

import sqlite3

import pytest

from core import store, switches
from core.errors import BadInput, Conflict, NotAllowed
from core.settings import settings
from core.types import User

OWNER = User(id="olu", name="Olu", roles=("engineering owner",))
ANALYST = User(id="ada", name="Ada", roles=("analyst", "reviewer", "manager"))
MODEL = "ollama:qwen3:8b"


@pytest.fixture
def db():
    return store.connect(":memory:")


@pytest.fixture
def routes(tmp_path, monkeypatch):
    monkeypatch.setenv("COPILOT_MODELS_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path / "routes.toml"
    settings.cache_clear()


def records(db):
    return store.rows(db, "select kind, subject, before, after, reason, author_name, state from change_record")


def test_nothing_is_stopped_as_the_program_comes(db):
    assert switches.stopped(db) == {}


def test_a_stopped_model_is_named_with_its_reason_until_it_is_started(db):
    switches.stop(db, OWNER, MODEL, " It repeats itself. ")
    assert switches.stopped(db) == {MODEL: "It repeats itself."}
    switches.start(db, OWNER, MODEL, "Mended.")
    assert switches.stopped(db) == {}


def test_stopping_and_starting_each_leave_a_record(db):
    switches.stop(db, OWNER, MODEL, "It repeats itself.")
    switches.start(db, OWNER, MODEL, "Mended.")
    assert [tuple(row.values()) for row in records(db)] == [
        ("stop", f"model:{MODEL}", None, "stopped", "It repeats itself.", "Olu", "approved"),
        ("start", f"model:{MODEL}", "stopped", None, "Mended.", "Olu", "approved"),
    ]


def test_a_stop_that_does_nothing_is_refused_and_leaves_no_record(db):
    switches.stop(db, OWNER, MODEL, "It repeats itself.")
    with pytest.raises(Conflict, match="stopped already"):
        switches.stop(db, OWNER, MODEL, "Again.")
    with pytest.raises(Conflict, match="is not stopped"):
        switches.start(db, OWNER, "ollama:other", "Why not.")
    assert len(records(db)) == 1


def test_an_analyst_cannot_stop_a_model(db):
    for act in (switches.stop, switches.start):
        with pytest.raises(NotAllowed, match="engineering owner, risk reviewer or admin"):
            act(db, ANALYST, MODEL, "I would rather not.")
    assert records(db) == []


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 4_001])
def test_a_stop_needs_a_reason_of_a_sensible_length(db, reason):
    with pytest.raises(BadInput):
        switches.stop(db, OWNER, MODEL, reason)


@pytest.mark.parametrize("model", ["qwen", ":qwen", "ollama:", ""])
def test_what_is_no_model_cannot_be_stopped(db, model):
    with pytest.raises(BadInput, match="backend:name"):
        switches.stop(db, OWNER, model, "It repeats itself.")


def test_the_built_in_engine_cannot_be_stopped(db):
    with pytest.raises(BadInput, match="last resort"):
        switches.stop(db, OWNER, "builtin:engine", "It repeats itself.")


def test_who_asks_a_stopped_model_is_told_why(db):
    switches.require_running(db, MODEL)
    switches.stop(db, OWNER, MODEL, "It repeats itself")
    with pytest.raises(NotAllowed, match=r"ollama:qwen3:8b is stopped \(It repeats itself\)"):
        switches.require_running(db, MODEL)


def test_a_switch_is_never_set_without_its_record(db):
    with pytest.raises(sqlite3.IntegrityError), store.write(db):
        switches.move(db, OWNER, "prompt:extract", None, "extract-obligations/9.0.0", "Because.", "no such record")


def test_a_task_uses_what_is_shipped_until_it_is_switched(db, routes):
    routes.write_text('[task.extract]\nprompt = "extract-obligations/1.0.0"\n[task.risk]\nmodels = {}\n')
    assert switches.tasks() == ("extract",)
    assert switches.value(db, "prompt:extract") is None
    assert switches.in_use(db, "prompt:extract") == "extract-obligations/1.0.0"
    assert switches.in_use(db, "prompt:unknown") is None


def test_what_is_shipped_is_read_again_when_the_file_changes(db, routes):
    assert switches.shipped("prompt:extract") is None
    routes.write_text('[task.extract]\nprompt = "extract-obligations/1.0.0"\n')
    assert switches.shipped("prompt:extract") == "extract-obligations/1.0.0"
    routes.write_text("[task.extract\n")
    with pytest.raises(BadInput, match="not valid TOML"):
        switches.shipped("prompt:extract")
