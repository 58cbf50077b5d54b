"""Models and prompts from the command line."""

import json

import pytest

from tests.cli_parts import command_line
from tests.model_servers import claude, ollama_pull, serving


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("COPILOT_OLLAMA_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("COPILOT_OPENAI_URL", "http://127.0.0.1:1/v1")
    return command_line(tmp_path / "var", monkeypatch)


def test_the_inventory_is_listed_with_unknown_prices_as_unknown(copilot):
    cells = {line[0]: line for line in copilot("models", "list").cells}
    assert cells["anthropic:claude-sonnet-5-5"][2:6] == ["hosted", "public, internal", "2", "10"]
    assert cells["openai:Qwen/Qwen3-8B"][4] == "unknown"
    assert cells["llama_cpp:Qwen3-4B-Q4_K_M"][4] == "0"


def test_an_entry_is_shown_whole_with_its_vendor_review(copilot):
    shown = copilot("models", "show", "anthropic:claude-opus-5-5").out
    assert "Price of cached\t0.2\n" in shown
    assert "Vendor review: dpa\tNot reviewed yet\n" in shown
    assert json.loads(copilot("models", "show", "ollama:mine", "--json").out)["title"] == "mine"
    assert copilot("models", "show", "claude").code == 2


def test_an_owner_and_a_vendor_review_are_said_of_several_models_at_once(copilot):
    both = ("anthropic:claude-haiku-5-5", "anthropic:claude-opus-5-5")
    said = ("--owner", "Head of Data", "--reviewed", "2026-11-20", "--answer", "dpa=Signed = yes")
    assert "Saved for 2 of 2 models" in copilot("models", "review", *both, *said).err
    shown = copilot("models", "show", both[1]).out
    assert "Owner\tHead of Data\n" in shown
    assert "Vendor review: dpa\tSigned = yes\n" in shown
    listed = [json.loads(line) for line in copilot("models", "list", "--json").out.splitlines()]
    assert {one["review_date"] for one in listed if one["name"] in both} == {"2026-11-20"}
    assert copilot("models", "review", both[0]).code == 2
    assert copilot("models", "review", both[0], "--answer", "dpa").code == 2


def test_health_says_what_each_backend_needs(copilot):
    found = {line[0]: line for line in copilot("models", "health").cells}
    assert found["builtin"][1] == "ready"
    assert "ANTHROPIC_API_KEY" in found["anthropic"][3]
    assert "sk-ant" not in copilot("models", "health", ANTHROPIC_API_KEY="sk-ant-secret").out


def test_a_gguf_file_is_added_and_forgotten(copilot, tmp_path):
    pytest.importorskip("gguf")
    from tests.model_parts import tiny_gguf

    path = tiny_gguf(tmp_path / "tiny.gguf")
    assert copilot("models", "add", path).cells[0][:3] == ["llama_cpp:tiny", "llama", "F32"]
    assert "tiny" in copilot("models", "health").out
    assert copilot("models", "forget", "tiny").code == 0
    assert copilot("models", "forget", "tiny").code == 3
    assert copilot("models", "add", tmp_path / "absent.gguf").code == 2


def test_a_pull_that_cannot_be_done_says_why(copilot):
    done = copilot("models", "pull", "qwen3:4b")
    assert (done.code, "start Ollama" in done.err) == (1, True)
    with serving(ollama_pull()) as server:
        assert copilot("models", "pull", "qwen3:4b", COPILOT_OLLAMA_URL=server.url).out == "ollama:qwen3:4b\n"


def test_a_prompt_is_tried_and_its_tokens_counted(copilot):
    done = copilot("models", "try", "scripted:echo", "One line.\n  Another one.")
    assert done.out == "One line.\n  Another one.\n"
    assert "scripted:echo: stop; 6 tokens in, 6 out; 0 USD" in done.err
    [row] = copilot("trials", "list").cells
    assert row[1:4] == ["scripted:echo", "free text", "done"]
    assert copilot("trials", "forget", row[0][:6]).code == 0
    assert copilot("trials", "list").out == ""


def test_a_versioned_prompt_is_tried_with_values_from_files(copilot, tmp_path):
    (tmp_path / "part.txt").write_text("Article 1\nBanks shall report.")
    given = ("--prompt", "extract-obligations/1.0.0", "--set", "regulation=House rules")
    done = copilot("models", "try", "scripted:echo", *given, "--set", f"provisions=@{tmp_path / 'part.txt'}", "--json")
    found = json.loads(done.out)
    assert found["prompt"] == "extract-obligations/1.0.0"
    assert "Article 1\nBanks shall report.\n</data-" in found["answer"]
    assert found["parsed"] is False
    missing = copilot("models", "try", "scripted:echo", *given)
    assert (missing.code, "needs a value for provisions" in missing.err) == (2, True)


def test_an_answer_cannot_steer_the_terminal(copilot):
    assert copilot("models", "try", "scripted:echo", "a\x1b[31mred").out == "a�[31mred\n"


def test_faults_are_sentences_with_exit_codes(copilot):
    assert copilot("models", "try", "scripted:echo").code == 2
    assert copilot("models", "try", "echo", "Hello").code == 2
    refused = copilot("models", "try", "anthropic:claude-opus-5-5", "x", "--classification", "restricted")
    assert (refused.code, "may not see restricted text" in refused.err) == (4, True)
    no_key = copilot("models", "try", "anthropic:claude-opus-5-5", "Hello")
    assert (no_key.code, "There is no key for anthropic" in no_key.err) == (6, True)
    with serving(claude("Never")) as server:
        elsewhere = copilot("models", "try", "anthropic:claude-opus-5-5", "Hello", COPILOT_ANTHROPIC_URL=server.url)
    assert (elsewhere.code, "but its entry names api.anthropic.com" in elsewhere.err) == (4, True)


def test_prompts_are_listed_shown_and_compared(copilot):
    assert ["extract-obligations", "1.0.1", "extract"] in [row[:3] for row in copilot("prompts", "list").cells]
    shown = copilot("prompts", "show", "extract-obligations")
    assert shown.out.startswith("+++\n")
    assert "sha256" in shown.err
    assert json.loads(copilot("prompts", "show", "extract-obligations", "--schema").out)["type"] == "object"
    assert (
        "-Find the norms in these provisions of {{regulation}}."
        in copilot("prompts", "diff", "extract-obligations", "1.0.0", "1.0.1").out.splitlines()
    )
    assert "title of the text is fenced" in copilot("prompts", "log", "extract-obligations").out
    assert "say the same" in copilot("prompts", "diff", "extract-obligations", "1.0.0", "1.0.0").err
    assert copilot("prompts", "diff", "extract-obligations", "1.0.0", "9.0.0").code == 3
