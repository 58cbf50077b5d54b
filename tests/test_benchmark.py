"""A benchmark asks each model the same question as often as it was told to, and says what that took."""

import json
import shutil
from collections import Counter
from decimal import Decimal
from statistics import median

import pytest

from core import jobs, llm, store, telemetry
from core.errors import BadInput, NotFound
from core.identity import local_user
from core.jobs import claims
from core.llm import faults, measuring
from core.settings import ROOT, Settings, settings
from core.types import Completion, Usage, User
from core.worker import loop
from tests.cli_parts import command_line
from tests.model_parts import CATALOG, tiny_gguf
from tests.model_servers import answer, claude, ollama_chat, serving

ADA, BOB = local_user(), User("bob", "Bob", roles=("engineering owner",))
ECHO, CLAUDE, OLLAMA = "scripted:echo", "anthropic:c", "ollama:qwen3:4b"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Settings of a folder with our prompts and routes, and an inventory that allows servers on this machine."""
    shutil.copytree(ROOT / "models" / "prompts", tmp_path / "prompts")
    shutil.copy(ROOT / "models" / "routes.toml", tmp_path)
    (tmp_path / "catalog.toml").write_text(CATALOG, "utf-8")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0123456789")
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("COPILOT_MODELS_DIR", str(tmp_path))
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


@pytest.fixture
def db(place):
    settings().data_dir.mkdir(mode=0o700, exist_ok=True)
    db = store.connect(settings().database)
    yield db
    db.close()


def at(place, url: str) -> Settings:
    place.setenv("COPILOT_ANTHROPIC_URL", url)
    place.setenv("COPILOT_OLLAMA_URL", url)
    settings.cache_clear()
    return settings()


def both(handler):
    """A server that is Claude and Ollama, by the path."""
    (ollama_chat("Two duties.") if handler.path.startswith("/api") else claude("Three duties."))(handler)


def work(db) -> None:
    while loop._one_job(db, settings()):
        pass


def whole(first: int | None, total: int, out: int | None) -> Completion:
    usage = None if out is None else Usage(30, out)
    return Completion("text", "m", "m-1", "stop", usage, total, first)


# --- the figures ------------------------------------------------------------------------------------------------


def test_models_take_turns_and_each_has_a_call_before_the_first_that_counts():
    assert list(measuring.order(["a:x", "b:y"], 2)) == [
        ("a:x", 0), ("b:y", 0), ("a:x", 1), ("b:y", 1), ("a:x", 2), ("b:y", 2),
    ]  # fmt: skip


def test_two_gguf_files_do_not_take_turns_since_one_pushes_the_other_out_of_memory():
    assert measuring.passes(["llama_cpp:a", "ollama:b", "llama_cpp:c"]) == [
        ["llama_cpp:a", "ollama:b"],
        ["llama_cpp:c"],
    ]
    asked = [model for model, _ in measuring.order(["llama_cpp:a", "llama_cpp:c"], 3)]
    assert asked == ["llama_cpp:a"] * 4 + ["llama_cpp:c"] * 4


def test_the_spread_is_that_of_the_runs_without_the_call_that_loads_the_model():
    totals = [9_000, 110, 120, 130, 140, 200]
    calls = [measuring.call("m", run, "t", whole(20, total, 44), Decimal("0.001")) for run, total in enumerate(totals)]
    found = measuring.figures("m", calls)
    assert found["total_ms"] == {"p50": median(totals[1:]), "p95": 188.0, "mean": 140.0, "min": 110, "max": 200}
    assert found["warm_up"]["total_ms"] == 9_000
    assert (found["asked"], found["answered"], found["cost_usd"]) == (5, 5, "0.006")


def test_tokens_per_second_are_those_of_the_whole_call_so_that_thinking_cannot_flatter():
    assert measuring.call("m", 1, "t", whole(1_900, 2_000, 100), None)["tokens_per_second"] == 50.0


def test_what_nobody_reported_is_absent_and_never_zero():
    found = measuring.call("m", 1, "t", whole(None, 100, None), None)
    assert (found["tokens_per_second"], found["cost_usd"], found["first_token_ms"]) == (None, None, None)
    totals = measuring.figures("m", [found])
    assert (totals["tokens_per_second"], totals["cost_usd"], totals["total_ms"]["p50"]) == (None, None, 100)


def test_one_answer_of_unknown_price_makes_the_cost_unknown():
    calls = [measuring.call("m", run, "t", whole(1, 2, 3), cost) for run, cost in ((0, Decimal(1)), (1, None))]
    assert measuring.figures("m", calls)["cost_usd"] is None


def test_a_model_is_given_up_after_three_failures_but_not_after_an_answer():
    bad = [measuring.failed("m", run, "t", faults.busy("m", 529)) for run in range(3)]
    good = measuring.call("m", 0, "t", whole(1, 2, 3), None)
    assert measuring.hopeless(bad, "m")
    assert not measuring.hopeless(bad[:2], "m")
    assert not measuring.hopeless([good, *bad], "m")
    assert not measuring.hopeless(bad, "other")


# --- a benchmark ------------------------------------------------------------------------------------------------


def test_two_models_are_measured_side_by_side_by_the_worker(place, db):
    with serving(both) as server:
        at(place, server.url)
        found = llm.start_benchmark(db, ADA, [CLAUDE, OLLAMA], runs=3)
        work(db)
        paths = [one.path for one in server.asked]
    made = llm.one_benchmark(db, ADA, found)
    assert (made.state, made.results["schema"], made.results["state"]) == ("done", "benchmark/1", "done")
    assert [one["model"] for one in made.results["models"]] == [CLAUDE, OLLAMA]
    assert [one["answered"] for one in made.results["models"]] == [3, 3]
    assert [one["model"] for one in made.results["calls"]] == [CLAUDE, OLLAMA] * 4
    assert Counter(path.startswith("/api") for path in paths) == {True: 4, False: 4}
    claude_cost = 4 * (Decimal(40) * 2 + 900 * Decimal("0.2") + 100 * Decimal("2.5") + 7 * 10) / 1_000_000
    assert Decimal(made.results["models"][0]["cost_usd"]) == claude_cost
    assert made.results["models"][1]["output_tokens"]["p50"] == 12
    assert json.loads(made.file) == made.results


def test_no_call_has_the_text_of_another_so_that_nothing_is_answered_from_what_a_server_kept(place, db):
    with serving(both) as server:
        at(place, server.url)
        llm.start_benchmark(db, ADA, [CLAUDE], runs=3)
        work(db)
        asked = [one.body["messages"][0]["content"] for one in server.asked]
        systems = {json.dumps(one.body["system"]) for one in server.asked}
    assert len({str(one) for one in asked}) == 4
    assert len(systems) == 1


def test_every_call_is_in_the_ledger(place, db):
    llm.start_benchmark(db, ADA, [ECHO], runs=3)
    work(db)
    found = store.rows(db, "select task, state, part, classification from model_call")
    assert {tuple(one.values()) for one in found} == {("benchmark", "done", f"run-{n}", "public") for n in range(4)}


def test_all_its_calls_are_one_trace_so_that_the_list_of_traces_is_not_full_of_them(place, db):
    with serving(both) as server:
        at(place, server.url)
        made = llm.start_benchmark(db, ADA, [CLAUDE, OLLAMA], runs=3)
        work(db)
    traces = {row["trace_id"] for row in store.rows(db, "select trace_id from model_call")}
    assert traces == {telemetry.trace_of(llm.one_benchmark(db, ADA, made).job_id)}


def test_a_model_that_fails_says_why_and_does_not_disturb_the_others(place, db):
    with serving(answer(404, {"error": "model not found"})) as server:
        at(place, server.url)
        found = llm.start_benchmark(db, ADA, [OLLAMA, ECHO], runs=5)
        work(db)
        asked = len(server.asked)
    broken, echo = llm.one_benchmark(db, ADA, found).results["models"]
    assert (broken["answered"], broken["errors"]) == (0, {"ModelMissing": 2})
    assert "does not have this model" in broken["why"]
    assert broken["total_ms"] is None
    assert asked <= 3 * 2
    assert (echo["answered"], echo["why"]) == (5, None)


def test_no_other_model_answers_for_one_that_fails(place, db):
    catalog = settings().models_dir / "catalog.toml"
    row = f'[[model]]\nvendor = "v"\nname = "{OLLAMA}"\ntitle = "Q"\nabout = "Q"\nfallback = "{ECHO}"\n'
    catalog.write_text(catalog.read_text() + row)
    with serving(answer(404, {"error": "model not found"})) as server:
        at(place, server.url)
        found = llm.start_benchmark(db, ADA, [OLLAMA], runs=3)
        work(db)
    assert llm.one_benchmark(db, ADA, found).results["models"][0]["answered"] == 0


def test_a_worker_that_was_killed_asks_nothing_twice(place, db):
    with serving(both) as server:
        at(place, server.url)
        found = llm.start_benchmark(db, ADA, [CLAUDE], runs=5)
        claim = jobs.claim_next(db, lease_seconds=0.0)
        kept = measuring.call(CLAUDE, 0, "t", whole(1, 2, 3), Decimal(0))
        jobs.keep(db, claim, f"0 {CLAUDE}", kept)
        jobs.keep(db, claim, f"1 {CLAUDE}", {**kept, "run": 1})
        assert len(llm.one_benchmark(db, ADA, found).results["calls"]) == 2
        jobs.release_all(db)
        work(db)
        assert len(server.asked) == 4
    made = llm.one_benchmark(db, ADA, found)
    assert (made.state, [one["run"] for one in made.results["calls"]]) == ("done", [0, 1, 2, 3, 4, 5])


def test_what_was_measured_before_it_was_cancelled_stays_and_can_be_gone_on_with(place, db):
    found = llm.start_benchmark(db, ADA, [ECHO], runs=3)
    claim = jobs.claim_next(db, lease_seconds=60)
    jobs.keep(db, claim, f"0 {ECHO}", measuring.call(ECHO, 0, "t", whole(1, 2, 3), Decimal(0)))
    jobs.cancel(db, ADA, llm.one_benchmark(db, ADA, found).job_id)
    stopped = llm.one_benchmark(db, ADA, found)
    assert (stopped.state, len(stopped.results["calls"])) == ("cancelled", 1)
    jobs.retry(db, ADA, stopped.job_id)
    work(db)
    made = llm.one_benchmark(db, ADA, found)
    assert (made.state, made.results["calls"][0]["total_ms"], len(made.results["calls"])) == ("done", 2, 4)


def test_a_benchmark_that_is_cancelled_in_the_middle_of_an_answer_does_not_hear_it_out(place, db):
    place.setattr(claims, "LOOK_SECONDS", 0.0)

    def reply(handler):
        if len(server.asked) == 2:
            with store.connect(settings().database) as other:
                jobs.cancel(other, ADA, llm.one_benchmark(other, ADA, found).job_id)
        both(handler)

    with serving(reply) as server:
        at(place, server.url)
        found = llm.start_benchmark(db, ADA, [CLAUDE], runs=50)
        with pytest.raises(jobs.Lost):
            jobs.perform(db, jobs.claim_next(db, lease_seconds=60))
        assert len(server.asked) == 2
    states = store.rows(db, "select state from model_call order by number")
    assert [one["state"] for one in states] == ["done", "stopped"]


def test_a_benchmark_is_its_persons_own_and_goes_when_they_say_so(place, db):
    found = llm.start_benchmark(db, ADA, [ECHO], runs=3)
    assert llm.benchmarks(db, BOB) == []
    with pytest.raises(NotFound):
        llm.one_benchmark(db, BOB, found)
    with pytest.raises(NotFound):
        llm.forget_benchmark(db, BOB, found)
    llm.forget_benchmark(db, ADA, found)
    assert llm.benchmarks(db, ADA) == []
    assert [one.state for one in jobs.jobs(db, ADA, kind="benchmark")] == ["cancelled"]


def test_the_results_name_no_host_and_hold_no_text_of_the_prompt_or_an_answer(place, db):
    import platform

    found = llm.start_benchmark(db, ADA, [ECHO], runs=3)
    work(db)
    made = llm.one_benchmark(db, ADA, found).file.decode()
    assert platform.node() not in made
    assert "payments firm" not in made
    assert json.loads(made)["machine"]["cores"] >= 1
    assert json.loads(made)["prompt"]["name"] == "speed-answer"


@pytest.mark.parametrize(
    ("models", "runs", "said"),
    [
        ([], 3, "at least one model"),
        ([ECHO], 2, "3 to 50 times"),
        ([ECHO], 51, "3 to 50 times"),
        (["builtin:engine"], 3, "cannot be prompted"),
        (["qwen"], 3, "is not a model"),
    ],
)
def test_what_cannot_be_measured_is_said_at_once(place, db, models, runs, said):
    with pytest.raises(BadInput, match=said):
        llm.start_benchmark(db, ADA, models, runs=runs)


def test_only_a_prompt_of_fixed_text_measures(place, db):
    assert llm.benchmark_prompts() == ("speed-answer", "speed-reading")
    with pytest.raises(BadInput, match="no prompt for measuring"):
        llm.start_benchmark(db, ADA, [ECHO], runs=3, prompt="extract-obligations")


def test_what_it_will_take_is_known_before(place, db):
    [echo] = llm.expected(db, ADA, [ECHO], 10, "speed-reading")
    [short] = llm.expected(db, ADA, [ECHO], 10, "speed-answer")
    assert (echo.calls, echo.model) == (11, ECHO)
    assert echo.input_tokens > short.input_tokens > 11 * 50
    assert echo.cost_usd is not None


# --- from the command line --------------------------------------------------------------------------------------


def test_a_command_measures_prints_a_table_and_writes_the_file(place, tmp_path):
    copilot, out = command_line(tmp_path / "var", place), tmp_path / "benchmark_results.json"
    with serving(both) as server:
        at(place, server.url)
        done = copilot("models", "benchmark", CLAUDE, OLLAMA, "--runs", "3", "--out", out)
    assert done.code == 0
    assert [line[:2] for line in done.cells] == [[CLAUDE, "3 of 3"], [OLLAMA, "3 of 3"]]
    assert f"{CLAUDE}: 4 calls, about 0." in done.err
    found = json.loads(out.read_text())
    assert (found["schema"], found["state"], len(found["calls"])) == ("benchmark/1", "done", 8)
    listed = copilot("benchmarks", "list").cells
    assert listed[0][2:] == ["done", "3", "speed-answer/1.0.0", f"{CLAUDE}, {OLLAMA}"]
    assert json.loads(copilot("benchmarks", "show", listed[0][0][:8], "--json").out) == found
    assert copilot("benchmarks", "forget", listed[0][0][:8]).code == 0
    assert copilot("benchmarks", "list").out == ""


def test_a_command_fails_when_a_model_never_answered_and_says_why(place, tmp_path):
    copilot = command_line(tmp_path / "var", place)
    with serving(answer(404, {"error": "model not found"})) as server:
        at(place, server.url)
        done = copilot("models", "benchmark", OLLAMA, ECHO, "--runs", "3")
    assert (done.code, done.cells[1][1]) == (1, "3 of 3")
    assert "does not have this model" in done.cells[0][-1]


def test_two_random_gguf_files_are_measured_by_llama_cpp(place, db, tmp_path):
    pytest.importorskip("llama_cpp")
    for name, seed in (("one", 1), ("two", 2)):
        llm.add_file(db, ADA, str(tiny_gguf(tmp_path / f"{name}.gguf", context=4096, seed=seed)))
    work(db)
    names = ["llama_cpp:one", "llama_cpp:two"]
    found = llm.start_benchmark(db, ADA, names, runs=3, prompt="speed-answer")
    work(db)
    made = llm.one_benchmark(db, ADA, found).results
    assert [one["answered"] for one in made["models"]] == [3, 3], made["models"]
    assert all(one["first_token_ms"]["p50"] > 0 for one in made["models"])
    assert all(one["tokens_per_second"]["p50"] > 0 for one in made["models"])
    assert [one["model"] for one in made["calls"]] == [names[0]] * 4 + [names[1]] * 4
