"""Prompts tried in the sandbox: decided, answered by the worker as they grow, counted, and private to their person."""

import shutil
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core import jobs, llm, prompts, store, worker
from core.errors import BadInput, NotFound
from core.identity import local_user
from core.llm import faults
from core.settings import ROOT, settings
from core.types import User
from tests.model_parts import CATALOG, settings_at
from tests.model_servers import claude, claude_fault, serving

ADA = local_user()
BOB = User("bob", "Bob", roles=ADA.roles)


@pytest.fixture
def db(tmp_path, monkeypatch):
    settings_at(tmp_path, monkeypatch)
    (tmp_path / "catalog.toml").write_text(
        CATALOG + '[[model]]\nvendor = "v"\nname = "anthropic:far"\ntitle = "F"\nabout = "F"\nhosts = ["far.example"]\n'
    )
    shutil.copy(ROOT / "models" / "routes.toml", tmp_path)
    for name, value in {"DATA_DIR": tmp_path / "var", "MODELS_DIR": tmp_path}.items():
        monkeypatch.setenv(f"COPILOT_{name}", str(value))
    settings.cache_clear()
    db = store.connect(settings().database)
    yield db
    db.close()
    settings.cache_clear()


@pytest.fixture
def claude_says(monkeypatch, db):
    """A function that lets Claude give these answers while a trial is done."""

    def say(*replies, **asked) -> llm.Trial:
        with serving(*replies) as server:
            monkeypatch.setenv("COPILOT_ANTHROPIC_URL", server.url)
            settings.cache_clear()
            trial_id = llm.ask(db, ADA, "anthropic:claude-test", **asked)
            worker.drain()
        return llm.trial(db, ADA, trial_id)

    return say


def test_a_trial_waits_is_answered_and_counted(db, claude_says):
    found = claude_says(claude("A duty."), content="Which kind?")
    assert (found.state, found.answer, found.finish_reason) == ("done", "A duty.", "stop")
    assert found.usage is not None
    assert (found.usage["input_tokens"], found.usage["output_tokens"]) == (1040, 7)
    # 40 at 2, 900 at 0.2, 100 at 2.5 and 7 out at 10, a million
    assert found.cost_usd == Decimal("0.00058")
    assert found.first_token_ms is not None
    assert found.answered_by == "claude-test-20261101"
    assert "its entry allows internal text" in found.decision


def test_a_prompt_of_ours_goes_with_its_version_digest_and_schema(db, claude_says):
    ours = prompts.prompt("extract-obligations", folder=ROOT / "models" / "prompts")
    rendered = prompts.render(ours, {"regulation": "House rules", "provisions": "Article 1\nBanks shall report."})
    found = claude_says(claude('{"norms": []}'), prompt=rendered)
    assert (found.prompt, found.parsed) == ("extract-obligations/1.0.1", True)
    assert found.system == ours.system
    row = store.one(db, "select prompt_digest from trial where id = ?", [found.id])
    assert row == {"prompt_digest": ours.digest}


def test_text_that_is_no_json_where_json_was_asked_for_is_said(db, claude_says):
    rendered = prompts.Rendered("probe", "1.0.0", "0" * 64, "System", "User", {"type": "object", "properties": {}})
    assert claude_says(claude("Sorry, no."), prompt=rendered).parsed is False


def test_an_answer_that_breaks_off_keeps_what_came_and_says_so(db, claude_says):
    found = claude_says(claude("Some words", drop_after=4), content="Which kind?")
    assert (found.state, found.answer) == ("failed", "Some ")
    assert "broke off in the middle" in (found.error or "")
    assert found.cost_usd is None


def test_a_fault_is_the_trials_error_and_holds_none_of_its_text(db, claude_says):
    found = claude_says(claude_fault(401, "authentication_error"), content="secret question")
    assert found.state == "failed"
    assert "does not accept the key" in (found.error or "")
    kept = store.rows(db, "select title, payload, error, stage from job")
    assert "secret question" not in str(kept)


def test_text_that_the_model_may_not_see_is_refused_before_anything_is_kept(db):
    with pytest.raises(faults.Refused, match="may not see restricted text"):
        llm.ask(db, ADA, "anthropic:claude-test", "Secret", classification="restricted")
    with pytest.raises(faults.Refused, match=r"its entry names far.example"):
        llm.ask(db, ADA, "anthropic:far", "Hello")
    assert (llm.trials(db, ADA), jobs.jobs(db, ADA)) == ([], [])


def test_the_worker_asks_the_inventory_again(db, tmp_path):
    trial_id = llm.ask(db, ADA, "scripted:echo", "Hello")
    (tmp_path / "catalog.toml").write_text(CATALOG.replace('["public", "internal"]', '["public"]'))
    worker.drain()
    assert (llm.trial(db, ADA, trial_id).state, llm.trial(db, ADA, trial_id).answer) == ("failed", "")


@pytest.mark.parametrize("content", ["", "  \n", "x" * 400_001])
def test_nothing_and_too_much_are_not_asked(db, content):
    with pytest.raises(BadInput):
        llm.ask(db, ADA, "scripted:echo", content)


def test_a_trial_is_its_persons_own(db):
    trial_id = llm.ask(db, ADA, "scripted:echo", "Hello")
    assert llm.trials(db, BOB) == []
    for other in (BOB, replace(ADA, tenant="elsewhere")):
        with pytest.raises(NotFound):
            llm.trial(db, other, trial_id)
        with pytest.raises(NotFound):
            llm.forget(db, other, trial_id)


def test_the_place_in_the_queue_is_seen(db):
    first, second = (llm.ask(db, ADA, "scripted:echo", text) for text in ("One", "Two"))
    assert [llm.trial(db, ADA, one).waits for one in (first, second)] == [0, 1]


def test_a_forgotten_trial_is_gone_text_and_all(db):
    kept, gone = (llm.ask(db, ADA, "scripted:echo", text) for text in ("One", "Two"))
    llm.forget(db, ADA, gone)
    assert [one.id for one in llm.trials(db, ADA)] == [kept]
    worker.drain()
    assert "Two" not in str(store.rows(db, "select * from trial")) + str(store.rows(db, "select * from job"))


def test_only_the_latest_trials_are_kept(db, monkeypatch):
    from core.llm import sandbox

    monkeypatch.setattr(sandbox, "KEPT", 2)
    for text in ("One", "Two", "Three"):
        llm.ask(db, ADA, "scripted:echo", text)
    assert [one.content for one in llm.trials(db, ADA)] == ["Three", "Two"]


def test_a_worker_killed_in_the_middle_of_an_answer_asks_once_more(db, monkeypatch):
    """kill -9 while the model speaks: the next worker takes the trial up, and one call is paid again, no more."""
    import os
    import subprocess
    import sys

    from tests.job_parts import wait_until

    never = threading.Event()

    def hang(handler):
        never.wait()

    with serving(hang, claude("A duty.")) as server:
        monkeypatch.setenv("COPILOT_ANTHROPIC_URL", server.url)
        settings.cache_clear()
        trial_id = llm.ask(db, ADA, "anthropic:claude-test", "Which kind?")
        quiet = {"stderr": subprocess.DEVNULL, "cwd": ROOT, "env": dict(os.environ)}
        first = subprocess.Popen([sys.executable, "-m", "core", "work"], **quiet)
        wait_until(lambda: server.asked)
        first.kill()
        first.wait()
        second = subprocess.Popen([sys.executable, "-m", "core", "work"], **quiet)
        try:
            wait_until(lambda: llm.trial(db, ADA, trial_id).state == "done")
        finally:
            second.terminate()
            second.wait(120)
    assert (llm.trial(db, ADA, trial_id).answer, len(server.asked)) == ("A duty.", 2)
    assert second.returncode == 0


def test_a_trial_that_waits_for_a_model_in_use_says_how_many_calls_come_before_it(db, monkeypatch):
    from core.llm import gates
    from tests.job_parts import wait_until

    monkeypatch.setattr(gates, "_GATES", {})
    trial_id = llm.ask(db, ADA, "scripted:echo", "Which kind?")
    thread = threading.Thread(target=worker.drain, args=(settings(),))
    with gates.gate("scripted").passed(lambda: 1, lambda: False):
        (settings().models_dir / "routes.toml").write_text(
            (ROOT / "models" / "routes.toml").read_text("utf-8").replace("scripted = 4", "scripted = 1"), "utf-8"
        )
        thread.start()
        wait_until(lambda: llm.trial(db, ADA, trial_id).stage == "1 call before this one")
    thread.join(120)
    assert llm.trial(db, ADA, trial_id).answer == "Which kind?"


# --- through the router, as everything that asks a model --------------------------------------------------------


def calls(db) -> list[store.Row]:
    return store.rows(db, "select * from model_call order by number")


def test_a_trial_is_in_the_ledger_under_its_trace_and_counts_as_cost(db, claude_says):
    from core import operations, telemetry

    found = claude_says(claude("A duty."), content="Which kind?", max_output_tokens=64)
    (row,) = calls(db)
    assert (row["task"], row["state"], row["prompt"], row["job_id"]) == (
        "trial",
        "done",
        "free-text/1.0.0",
        found.job_id,
    )
    assert (Decimal(row["cost_usd"]), row["trace_id"]) == (found.cost_usd, found.trace_id)
    assert "Which kind" not in str(row)
    telemetry.flush()
    (span,) = telemetry.spans(db, ADA, found.trace_id)
    assert span.name == "chat anthropic:claude-test"
    today = date.fromisoformat(row["started_at"][:10])
    assert operations.total(db, ADA, operations.Chosen(today, today)).cost_usd == found.cost_usd
    assert store.rows(db, "select * from answer_cache") == []


def test_a_price_that_nobody_knows_stays_unknown(db, tmp_path, claude_says):
    (tmp_path / "catalog.toml").write_text(CATALOG.replace("prices =", "# prices ="))
    found = claude_says(claude("A duty."), content="Which kind?")
    assert (found.state, found.cost_usd) == ("done", None)
    assert calls(db)[0]["cost_usd"] is None


def test_a_trial_that_a_cap_does_not_hold_is_not_sent(db, tmp_path, monkeypatch):
    routes = tmp_path / "routes.toml"
    routes.write_text(routes.read_text().replace("\nrun_usd = 2", "\nrun_usd = 0.0001"))
    with serving(claude("Never")) as server:
        monkeypatch.setenv("COPILOT_ANTHROPIC_URL", server.url)
        settings.cache_clear()
        trial_id = llm.ask(db, ADA, "anthropic:claude-test", "Which kind?")
        worker.drain()
        assert server.asked == []
    found = llm.trial(db, ADA, trial_id)
    assert (found.state, found.fault) == ("failed", "OverBudget")
    assert "raise run_usd" in (found.error or "")


def test_a_hosted_model_sees_no_personal_data_and_its_person_reads_it_in_the_answer(db, tmp_path, claude_says):
    (tmp_path / "catalog.toml").write_text(CATALOG.replace('location = "local"', 'location = "hosted"'))
    seen = []

    def reply(handler):
        content = handler.body["messages"][-1]["content"]
        seen.append(content if isinstance(content, str) else content[0]["text"])
        claude(f"It says: {seen[0]}")(handler)

    found = claude_says(reply, content="Write to ada.lovelace@example.org about the report.")
    assert "lovelace" not in seen[0]
    assert "about the report" in seen[0]
    assert found.answer == "It says: Write to ada.lovelace@example.org about the report."


def test_a_refusal_and_a_stopped_model_are_met_before_anything_is_kept(db):
    from core import switches
    from core.errors import NotAllowed

    with pytest.raises(faults.Refused):
        llm.ask(db, ADA, "anthropic:claude-test", "Secret", classification="restricted")
    assert [(row["state"], row["classification"]) for row in calls(db)] == [("refused", "restricted")]
    trial_id = llm.ask(db, ADA, "scripted:echo", "Hello")
    switches.stop(db, User("olga", "Olga", roles=("engineering owner",)), "scripted:echo", "It repeats itself")
    with pytest.raises(NotAllowed, match="It repeats itself"):
        llm.ask(db, ADA, "scripted:echo", "Hello")
    worker.drain()
    assert llm.trial(db, ADA, trial_id).fault == "NotAllowed"
    assert [row["state"] for row in calls(db)] == ["refused"]


def test_a_trial_that_is_forgotten_while_the_model_speaks_ends_the_call(db, monkeypatch):
    import os
    import subprocess
    import sys

    from tests.job_parts import wait_until

    go_on = threading.Event()

    def waiting(handler):
        go_on.wait(120)
        claude("Word after word after word")(handler)

    with serving(waiting) as server:
        monkeypatch.setenv("COPILOT_ANTHROPIC_URL", server.url)
        settings.cache_clear()
        trial_id = llm.ask(db, ADA, "anthropic:claude-test", "Which kind?")
        quiet = {"stderr": subprocess.DEVNULL, "cwd": ROOT, "env": dict(os.environ)}
        process = subprocess.Popen([sys.executable, "-m", "core", "work"], **quiet)
        try:
            wait_until(lambda: server.asked)
            llm.forget(db, ADA, trial_id)
            go_on.set()
            wait_until(lambda: calls(db)[0]["state"] != "started")
        finally:
            process.terminate()
            process.wait(120)
    assert llm.trials(db, ADA) == []
    (row,) = calls(db)
    assert (row["state"], row["cost_usd"], len(server.asked)) == ("stopped", None, 1)


def test_a_model_that_declines_is_said_and_what_it_took_is_counted(db, claude_says):
    found = claude_says(claude("I would rather not.", stop="refusal"), content="Which kind?")
    assert (found.state, found.fault, found.answer) == ("failed", "Declined", "I would rather not.")
    assert Decimal(calls(db)[0]["cost_usd"]) > 0
