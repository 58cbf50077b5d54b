"""A language model of random weights reads a document, by llama.cpp and by llama-cpp-python's own server: no network.

What it says is nonsense that keeps to the schema's grammar until it breaks off. Each piece of it is rejected or shown
as not in the text, nothing of it becomes a norm, and the built-in reading stands beside it.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed; run make local")
pytest.importorskip("gguf", reason="the writer of test files is not installed")

from core import analysing, jobs, llm, register, telemetry, worker
from core.llm import llama_cpp
from core.settings import ROOT
from core.store import rows
from core.telemetry import names
from tests.analysing_parts import ADA, PLAIN, RULES, bring, ended, every_task, working
from tests.job_parts import wait_until
from tests.model_parts import tiny_gguf
from tests.router_parts import MODEL, Desk, inventory

HERE, SERVED = "llama_cpp:tiny", "openai:tiny"
CONTEXT, ANSWER = 4_096, 800  # tokens, of which this model has one a byte
SERVED_ANSWER = 400  # its own server reads all that came again at each token: 800 take it 15 s, these not 2
PART = RULES[: RULES.index("## Article 5 ")]
LITTLE = RULES[: RULES.index("## Article 2 ")]
FREE = "prices = { input = 0, output = 0 }\n"


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Iterator[Desk]:
    monkeypatch.setenv("COPILOT_CONTEXT_TOKENS", str(CONTEXT))
    made = Desk(tmp_path, monkeypatch)
    short_prompts(made.models / "prompts")
    listed = inventory() + MODEL.format(vendor="here", name=HERE) + FREE
    listed += MODEL.format(vendor="here", name=SERVED) + FREE + 'structured = "json_object"\n'
    made.write(catalog=listed, routes=routes(ANSWER))
    yield made
    llama_cpp.OWNER.close()


def routes(most: int) -> str:
    """At temperature 1 its words differ from window to window, and are drawn anew when it is asked again."""
    return every_task(most=most).replace("temperature = 0", "temperature = 1.0")


def short_prompts(folder: Path) -> None:
    """Ours without their rules and examples, which this model would read for seconds in each call and not heed."""
    shutil.copytree(ROOT / "models" / "prompts", folder)
    for path in folder.glob("*/*.md"):
        head, _, rest = path.read_text("utf-8").partition("# System\n")
        path.write_text(f"{head}# System\n\nDo as you are asked.\n\n# User\n{rest.partition('# User')[2]}", "utf-8")


@pytest.fixture
def db(desk):
    with desk.opened() as opened:
        yield opened


@pytest.fixture
def tiny(tmp_path, desk, db) -> Path:
    """The model's file, added as "tiny"."""
    path = tiny_gguf(tmp_path / "tiny.gguf", context=CONTEXT, seed=3, terse=1)
    llm.add_file(db, ADA, str(path))
    worker.drain(desk.settings)
    return path


@contextmanager
def own_server(path: Path) -> Iterator[str]:
    """llama-cpp-python's OpenAI-compatible server, as its package has it."""
    uvicorn = pytest.importorskip("uvicorn", reason="llama-cpp-python[server] is not installed")
    from llama_cpp.server.app import create_app
    from llama_cpp.server.settings import ModelSettings, ServerSettings

    asked = ModelSettings(model=str(path), model_alias="tiny", n_ctx=CONTEXT, verbose=False, chat_format="chatml")
    # Else a second question breaks the answer to the first one off.
    app = create_app(server_settings=ServerSettings(interrupt_requests=False), model_settings=[asked])
    run = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=run.run, daemon=True)
    thread.start()
    wait_until(lambda: run.started)
    try:
        yield f"http://127.0.0.1:{run.servers[0].sockets[0].getsockname()[1]}"
    finally:
        run.should_exit = True
        thread.join(10)


def require_only_nonsense(db: Any, job: jobs.Job, windows: int) -> None:
    """It is counted piece by piece, is no norm, and cost nothing; the built-in reading is the one that is shown."""
    assert job.state == "done"
    builtin, run = register.runs(db, ADA, job.subject)
    assert (builtin.model, builtin.chosen, run.chosen) == ("builtin", True, False)
    found = register.analysis(db, ADA, job.subject, run.id)
    assert {one.engine for one in found.obligations} <= {"builtin"}
    assert (job.payload["rejected"], job.payload["ungrounded"]) == (len(found.rejected), len(found.ungrounded))
    assert found.rejected  # at the latest where its last object breaks off
    assert all(one.reason for one in (*found.rejected, *found.ungrounded))
    assert job.payload["done"] == windows
    if job.payload["degraded"]:
        assert f"{job.payload['degraded']} of {windows} windows were read by the built-in engine" in " ".join(
            found.document.warnings
        )
    assert found.metadata.cost_usd == 0
    compared = analysing.compare(db, ADA, str(job.subject), run.id)
    assert (compared.builtin.id, compared.model.id) == (builtin.id, run.id)


def require_agreement_to_the_token(db: Any, job: jobs.Job, *, unwritten: int = 0) -> None:
    """The spans and the ledger say the same of each call, and the person sees their sum. A worker that is killed has
    not written the spans of its last second: so many of them may be missing.
    """
    sql = "select id, input_tokens, output_tokens from model_call where job_id = ? and state = 'done'"
    calls = {row["id"]: (row["input_tokens"], row["output_tokens"]) for row in rows(db, sql, [job.id])}
    wait_until(lambda: len(calls.keys() & chats(db, job).keys()) >= len(calls) - unwritten)
    told = chats(db, job)
    assert {call: told[call] for call in told if call in calls}.items() <= calls.items()
    seen = analysing.partial(db, ADA, job.id)
    assert seen.input_tokens == sum(given or 0 for given, _ in calls.values())
    assert seen.output_tokens == sum(said or 0 for _, said in calls.values())
    assert seen.cost_usd == 0


def chats(db: Any, job: jobs.Job) -> dict[str, tuple[int | None, int | None]]:
    """The tokens in and out of each call, by its id, as its span has them; None where the server reports none."""
    spans = [one.attributes for one in telemetry.spans(db, ADA, telemetry.trace_of(job.id))]
    return {
        one[names.CALL_ID]: (one.get(names.INPUT_TOKENS), one.get(names.OUTPUT_TOKENS))
        for one in spans
        if names.CALL_ID in one
    }


def test_by_llama_cpp_it_is_estimated_run_killed_and_resumed_and_none_of_its_nonsense_is_a_norm(db, desk, tiny):
    document_id = bring(db, desk, PART)
    options = replace(PLAIN, model=HERE)
    forecast = analysing.estimate(db, ADA, document_id, options)
    assert (forecast.windows > 1, forecast.estimate.cost_usd, forecast.estimate.model) == (True, 0, HERE)
    job_id = analysing.start(db, ADA, document_id, options)

    with working(desk):  # killed as it ends
        wait_until(lambda: jobs.steps(db, job_id, "window-"))
    before = jobs.steps(db, job_id, "window-")
    assert jobs.job(db, ADA, job_id).state == "running"
    with working(desk):
        job = ended(db, job_id)
        require_agreement_to_the_token(db, job, unwritten=len(before))

    calls = rows(db, "select part, state from model_call where job_id = ?", [job_id])
    answered = [call["part"] for call in calls if call["state"] == "done"]
    kept = {name.partition(":")[0] for name in before}
    assert kept <= set(answered)
    assert len(answered) == len(set(answered))  # no finished window was asked again
    assert len(calls) - len(answered) <= 1  # the call in flight alone was lost
    assert analysing.partial(db, ADA, job_id).output_tokens > 0
    require_only_nonsense(db, job, job.payload["windows"])


def test_its_own_server_s_nonsense_is_rejected_object_by_object_and_the_built_in_reading_stands(db, desk, tmp_path):
    desk.write(routes=routes(SERVED_ANSWER))
    path = tiny_gguf(tmp_path / "served.gguf", context=CONTEXT, seed=3, terse=1.6, served=True)
    with own_server(path) as url:
        desk.at(openai=url)
        job_id = analysing.start(db, ADA, bring(db, desk, LITTLE), replace(PLAIN, model=SERVED))
        worker.drain(desk.settings)
    assert telemetry.flush()
    job = jobs.job(db, ADA, job_id)
    require_only_nonsense(db, job, job.payload["windows"])
    require_agreement_to_the_token(db, job)
