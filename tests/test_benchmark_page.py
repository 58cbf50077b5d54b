"""The Benchmark tab of Models & prompts: chosen, measured by the real job, shown with its figures."""

import pytest

from core import jobs, llm
from core.settings import settings
from tests.model_servers import answer, ollama_chat, ollama_tags, serving
from tests.page_parts import button, opened, said
from tests.test_models_page import ADA, db, work  # noqa: F401 - a fixture

ECHO = "scripted:echo"


@pytest.fixture
def ollama(db, monkeypatch):  # noqa: F811 - the fixture
    """A server with two models, of which one was deleted meanwhile."""

    def reply(handler):
        if handler.path == "/api/tags":
            ollama_tags("gone", "qwen3:4b")(handler)
        elif "gone" in str(server.asked[-1].body):
            answer(404, {"error": "model not found"})(handler)
        else:
            ollama_chat("Two duties.")(handler)

    with serving(reply) as server:
        monkeypatch.setenv("COPILOT_OLLAMA_URL", server.url)
        settings.cache_clear()
        yield server


def measure(db, models, runs=3):  # noqa: F811
    at = opened("models")
    at.multiselect(key="bench-models").set_value(models)
    at.slider(key="bench-runs").set_value(runs).run()
    button(at, "Measure").click().run()
    return at


def test_a_bare_machine_measures_the_echo_and_says_what_it_will_take(db):  # noqa: F811
    at = opened("models")
    assert not at.exception
    text = said(at).replace("\\", "")
    assert "11 calls, no charge." in text
    assert "Nothing was measured yet." in text


def test_two_models_are_measured_and_shown_side_by_side(db, ollama):  # noqa: F811
    at = measure(db, ["ollama:qwen3:4b", ECHO])
    assert [one.state for one in llm.benchmarks(db, ADA)] == ["queued"]
    assert "The first call is still to come." in said(at)
    work(db)
    at.run()
    assert not at.exception
    rows = next(one.value for one in at.dataframe if "Tokens/s p50" in one.value)
    assert rows["Answered"].tolist() == ["3 of 3", "3 of 3"]
    assert rows["Tokens out"].tolist()[0] == 12
    assert "no charge" in rows["Cost"].tolist()
    assert "cores" in said(at)


def test_a_model_that_never_answered_says_why(db, ollama):  # noqa: F811
    at = measure(db, ["ollama:gone", ECHO])
    work(db)
    at.run()
    shown = "".join(one.value for one in at.warning).replace("\\", "")
    assert "no call was answered" in shown
    assert "does not have this model" in shown


def test_one_that_was_cancelled_keeps_its_calls_and_goes_on(db):  # noqa: F811
    at = measure(db, [ECHO])
    button(at, "Cancel").click().run()
    assert "Cancelled before it was through" in "".join(one.value for one in at.warning).replace("\\", "")
    button(at, "Go on").click().run()
    work(db)
    at.run()
    assert [one.state for one in llm.benchmarks(db, ADA)] == ["done"]
    button(at, "Delete").click().run()
    assert llm.benchmarks(db, ADA) == []
    assert jobs.jobs(db, ADA, kind="benchmark", active=True) == []


def test_an_earlier_one_can_be_chosen_and_models_are_followed_over_time(db):  # noqa: F811
    for runs in (3, 4):
        llm.start_benchmark(db, ADA, [ECHO], runs=runs)
        work(db)
    at = opened("models")
    assert "4 runs of each" in said(at)
    assert "p50 of each time" in said(at)
    at.selectbox(key="bench-shown").set_value(llm.benchmarks(db, ADA)[1].id).run()
    assert "3 runs of each" in said(at)


def test_nothing_can_be_measured_without_a_model(db):  # noqa: F811
    at = opened("models")
    at.multiselect(key="bench-models").set_value([]).run()
    assert button(at, "Measure").disabled
