"""Prompts tried in the sandbox: decided, answered by the worker as they grow, counted, and private to their person."""

from dataclasses import replace
from decimal import Decimal

import pytest

from core import jobs, llm, prompts, store, worker
from core.errors import BadInput, NotFound
from core.identity import local_user
from core.llm import faults
from core.settings import settings
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
    from core.settings import ROOT

    ours = prompts.prompt("extract-obligations", folder=ROOT / "models" / "prompts")
    rendered = prompts.render(ours, {"regulation": "House rules", "provisions": "Article 1\nBanks shall report."})
    found = claude_says(claude('{"norms": []}'), prompt=rendered)
    assert (found.prompt, found.parsed) == ("extract-obligations/1.0.0", True)
    assert found.system == ours.system
    row = store.one(db, "select prompt_digest from trial where id = ?", [found.id])
    assert row == {"prompt_digest": ours.digest}


def test_text_that_is_no_json_where_json_was_asked_for_is_said(db, claude_says):
    rendered = prompts.Rendered("p", "1.0.0", "d", "System", "User", {"type": "object", "properties": {}})
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

    from core.settings import ROOT
    from tests.job_parts import wait_until

    def hang(handler):
        wait_until(lambda: False, 20)

    with serving(hang, claude("A duty.")) as server:
        monkeypatch.setenv("COPILOT_ANTHROPIC_URL", server.url)
        settings.cache_clear()
        trial_id = llm.ask(db, ADA, "anthropic:claude-test", "Which kind?")
        quiet = {"stderr": subprocess.DEVNULL, "cwd": ROOT, "env": dict(os.environ)}
        first = subprocess.Popen([sys.executable, "-m", "core", "work"], **quiet)
        wait_until(lambda: server.asked, 60)
        first.kill()
        first.wait()
        second = subprocess.Popen([sys.executable, "-m", "core", "work"], **quiet)
        try:
            wait_until(lambda: llm.trial(db, ADA, trial_id).state == "done", 60)
        finally:
            second.terminate()
            second.wait(20)
    assert (llm.trial(db, ADA, trial_id).answer, len(server.asked)) == ("A duty.", 2)
    assert second.returncode == 0
