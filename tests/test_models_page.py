"""Models & prompts as a person meets it, run by Streamlit without a browser, with the real worker's jobs done here."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs, llm, store
from core.identity import local_user
from core.settings import settings
from core.worker import loop
from tests.model_servers import answer, ollama_chat, ollama_tags, serving
from tests.page_parts import ROOT, button, folder, opened, said

ADA = local_user()


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[store.Database]:
    """A machine with no model at all: no key, no Ollama, no other server."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("COPILOT_OLLAMA_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("COPILOT_OPENAI_URL", "http://127.0.0.1:1/v1")
    with folder(tmp_path / "var", monkeypatch) as path:
        db = store.connect(path / "copilot.db")
        yield db
        db.close()


def work(db: store.Database) -> None:
    """What the worker would do; its lock is held by the test."""
    while loop._one_job(db, settings()):
        pass


def field(at: AppTest, label: str):  # type: ignore[no-untyped-def]
    kinds = (at.text_area, at.text_input, at.selectbox, at.checkbox)
    return next(one for kind in kinds for one in kind if one.label.startswith(label))


def test_a_bare_machine_is_told_how_to_add_each_backend(db):
    at = opened("models")
    assert not at.exception
    assert not at.error
    text = said(at).replace("\\", "")
    assert "ollama serve" in text
    assert "ANTHROPIC_API_KEY" in text
    assert "only the echo can be asked" in text
    assert "Nothing was tried yet" in text


def test_the_inventory_says_what_each_model_is_where_it_runs_and_what_it_costs(db):
    rows = opened("models").dataframe[0].value.set_index("Model")
    assert rows.loc["Claude Sonnet 5.5", ["Runs", "Input", "Output", "Ready"]].tolist() == [
        "Hosted",
        "2.00",
        "10.00",
        "No",
    ]
    assert rows.loc["Qwen3 8B on vLLM", "Input"] == "unknown"
    assert rows.loc["Built-in engine", ["Input", "Ready"]].tolist() == ["no charge", "Yes"]


def test_an_entry_is_shown_whole_by_its_address(db):
    text = said(opened("models", model="anthropic:claude-haiku-5-5")).replace("\\", "")
    assert "Data processing agreement | Not reviewed yet" in text
    assert "A prompt over 100,000 tokens costs more." in text
    assert "Into the cache | 0.125" in text


def test_owner_and_vendor_review_are_filled_in_on_the_page_for_all_models_of_a_vendor(db):
    at = opened("models", model="anthropic:claude-haiku-5-5")
    field(at, "Owner").set_value("Head of Data")
    field(at, "Data processing agreement").set_value("Signed")
    at.date_input[0].set_value(date(2026, 11, 20))
    field(at, "The same for the other").check()
    button(at, "Save").click().run()
    assert not at.exception
    text = said(at).replace("\\", "")
    assert "Owner | Head of Data" in text
    assert "Reviewed on | 2026-11-20" in text
    assert "Data processing agreement | Signed" in said(opened("models", model="anthropic:claude-opus-5-5"))
    assert "Owner | Not assigned" in said(opened("models", model="ollama:phi4-mini"))


def test_a_prompt_is_tried_and_what_it_took_is_shown(db):
    at = opened("models")
    field(at, "What to ask").set_value("Which duties are here?").run()
    button(at, "Try it").click().run()
    assert "Waiting for the first word" in said(at)
    work(db)
    at.run()
    assert at.code[0].value == "Which duties are here?"
    text = said(at).replace("\\", "")
    assert "6 tokens in, 6 out · no charge · first word after" in text


def test_a_prompt_of_ours_is_tried_with_its_variables(db):
    at = opened("models")
    at.selectbox(key="try-prompt").set_value("extract-obligations").run()
    field(at, "Regulation").set_value("House rules")
    field(at, "Provisions").set_value("Article 1\nBanks shall report.")
    button(at, "Try it").click().run()
    work(db)
    at.run()
    [found] = llm.trials(db, ADA)
    assert found.prompt == "extract-obligations/1.0.1"
    assert "is not the JSON that was asked for" in said(at)


def test_a_missing_variable_is_said_and_nothing_is_asked(db):
    at = opened("models")
    at.selectbox(key="try-prompt").set_value("extract-obligations").run()
    button(at, "Try it").click().run()
    assert "needs a value for regulation, provisions" in at.error[0].value.replace("\\", "")
    assert llm.trials(db, ADA) == []


def test_a_model_in_ollama_can_be_chosen_and_answers(db, monkeypatch):
    def reply(handler):
        (ollama_tags("qwen3:8b") if handler.path == "/api/tags" else ollama_chat("Two duties."))(handler)

    with serving(reply) as server:
        monkeypatch.setenv("COPILOT_OLLAMA_URL", server.url)
        settings.cache_clear()
        at = opened("models")
        assert field(at, "Model").value == "ollama:qwen3:8b"
        field(at, "What to ask").set_value("How many?").run()
        button(at, "Try it").click().run()
        work(db)
        at.run()
    assert at.code[0].value == "Two duties."
    assert "30 tokens in, 12 out · no charge" in said(at).replace("\\", "")


def test_a_failed_trial_says_why_and_can_be_retried_or_deleted(db, monkeypatch):
    with serving(answer(404, {"error": "model not found"})) as server:
        monkeypatch.setenv("COPILOT_OLLAMA_URL", server.url)
        settings.cache_clear()
        trial_id = llm.ask(db, ADA, "ollama:gone", "Hello")
        work(db)
    at = opened("models")
    assert "does not have this model" in at.error[0].value
    button(at, "Retry").click().run()
    assert llm.trial(db, ADA, trial_id).state == "queued"
    button(at, "Stop").click().run()
    assert llm.trials(db, ADA) == []


def test_text_that_a_model_may_not_see_cannot_be_sent(db, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret-0123456789")
    at = opened("models")
    assert "anthropic:claude-haiku-5-5" in "".join(field(at, "Model").options)
    field(at, "Label").set_value("restricted").run()
    assert "may not see restricted text" in at.warning[0].value.replace("\\", "")
    assert button(at, "Try it").disabled
    assert "sk-ant-secret" not in said(at)


def test_a_gguf_file_is_added_by_its_path_and_taken_out(db, tmp_path):
    pytest.importorskip("gguf")
    from tests.model_parts import tiny_gguf

    at = opened("models")
    field(at, "Path").set_value(str(tiny_gguf(tmp_path / "tiny.gguf")))
    button(at, "Add the file").click().run()
    assert "Add tiny.gguf" in said(at).replace("\\", "")
    work(db)
    at.run()
    assert "**tiny** · llama, F32" in said(at)
    button(at, "Take out").click().run()
    assert llm.added(db) == []


def test_a_pull_shows_its_progress_and_its_failure(db):
    at = opened("models")
    field(at, "Name").set_value("qwen3:4b")
    button(at, "Pull the model").click().run()
    assert [one.state for one in jobs.jobs(db, ADA, kind="pull")] == ["queued"]
    work(db)
    at.run()
    assert "start Ollama" in said(at)
    button(at, "Dismiss").click().run()
    assert jobs.jobs(db, ADA, kind="pull") == []


def test_two_versions_of_a_prompt_are_compared(db, tmp_path, monkeypatch):
    import shutil

    shutil.copytree(ROOT / "models", tmp_path / "models", ignore=shutil.ignore_patterns("gguf"))
    home = tmp_path / "models" / "prompts" / "extract-obligations"
    text = (home / "1.0.1.md").read_text("utf-8")
    (home / "1.1.0.md").write_text(text.replace("Each norm once", "Every norm once"), "utf-8")
    monkeypatch.setenv("COPILOT_MODELS_DIR", str(tmp_path / "models"))
    settings.cache_clear()
    at = opened("models", prompt="extract-obligations")
    shown = next(one.proto.body for one in at.get("html") if "versions" in one.proto.body)
    assert "<th>extract-obligations/1.0.1, in use</th><th>extract-obligations/1.1.0</th>" in shown
    assert "8. <del>Each</del> norm once" in shown
    assert "8. <ins>Every</ins> norm once" in shown


def test_what_the_version_in_use_changed_is_told_and_shown_beside_the_former_one(db):
    at = opened("models", prompt="extract-obligations")
    assert "**What is different:** The title of the text is fenced as data" in said(at)
    at.selectbox(key="prompt-other-extract-obligations-1.0.1").set_value("1.0.0").run()
    shown = next(one.proto.body for one in at.get("html") if "versions" in one.proto.body)
    assert "<th>extract-obligations/1.0.0</th><th>extract-obligations/1.0.1</th>" in shown
    assert "<ins>data = true</ins>" in shown


def test_the_schema_of_a_prompt_is_shown(db):
    assert json.loads(opened("models", prompt="extract-obligations").json[0].value)["required"] == ["norms"]
