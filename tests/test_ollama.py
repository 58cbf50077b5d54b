"""Models in Ollama, through its own client, against a server on loopback that speaks its format."""

import pytest

from core.errors import BadInput
from core.llm import faults, modelfile, ollama, open_model
from core.settings import ROOT
from core.types import ChatRequest, Message
from tests.model_parts import settings_at
from tests.model_servers import answer, ollama_chat, ollama_pull, ollama_tags, serving, stream

SCHEMA = {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}
ASKED = ChatRequest((Message("user", "Which kind?"),), system="You sort sentences.", max_output_tokens=50)


@pytest.fixture
def at(tmp_path, monkeypatch):
    return settings_at(tmp_path, monkeypatch)


def model(server, at, **more):
    return open_model("ollama:qwen3:4b", at(server.url, **more))


def test_it_answers_in_pieces_with_its_tokens_counted(at):
    with serving(ollama_chat("A duty.")) as server:
        done = model(server, at).complete(ASKED)
        pieces = list(filter(None, model(server, at).stream(ASKED)))
    assert (done.text, done.finish_reason, done.answered_by) == ("A duty.", "stop", "qwen3:4b")
    assert done.usage is not None
    assert (done.usage.input_tokens, done.usage.output_tokens, done.usage.raw["eval_count"]) == (30, 12, 12)
    assert len(pieces) == 2


def test_the_context_is_asked_for_so_that_nothing_is_cut_silently(at):
    with serving(ollama_chat("A duty.")) as server:
        model(server, at, context_tokens=4096).complete(ASKED)
    assert server.asked[0].body["options"] == {"num_predict": 50, "num_ctx": 4096, "temperature": 0.0}
    assert server.asked[0].body["messages"][0] == {"role": "system", "content": "You sort sentences."}


def test_it_is_held_to_the_schema(at):
    with serving(ollama_chat('{"kind": "duty"}')) as server:
        done = model(server, at).complete(ChatRequest(ASKED.messages, schema=SCHEMA))
    assert done.parsed == {"kind": "duty"}
    assert server.asked[0].body["format"] == SCHEMA


def test_a_text_that_cannot_fit_is_not_sent(at):
    with serving(ollama_chat("Never.")) as server:
        with pytest.raises(faults.TooLong, match="the context holds 1,024"):
            model(server, at, context_tokens=1024).complete(ChatRequest((Message("user", "word " * 4000),)))
        assert server.asked == []


def test_a_prompt_that_the_server_had_to_cut_gives_no_answer(at):
    with serving(ollama_chat("Misled.", prompt_tokens=2048)) as server, pytest.raises(faults.TooLong):
        model(server, at, context_tokens=2048).complete(ASKED)


FAULTS = [
    (answer(404, {"error": "model 'qwen3:4b' not found"}), faults.ModelMissing, "or run: ollama pull qwen3:4b"),
    (answer(500, {"error": "secret words of the prompt"}), faults.ServerFault, "error 500"),
    (ollama_chat("Some words", drop=True), faults.BrokenOff, "broke off"),
    (answer(200, {"error": "secret words of the prompt"}), faults.ServerFault, "reported an error while it answered"),
    (answer(500, {"error": "model requires more system memory (9 GiB)"}), faults.BadWeights, "too little memory"),
]


@pytest.mark.parametrize(("reply", "kind", "words"), FAULTS)
def test_each_fault_is_one_sentence(at, reply, kind, words):
    with serving(reply) as server, pytest.raises(kind, match=words) as raised:
        model(server, at).complete(ASKED)
    assert "secret words" not in str(raised.value)


def test_a_busy_server_is_asked_again(at):
    with serving(answer(503, {"error": "server busy"}), ollama_chat("Now.")) as server:
        assert model(server, at).complete(ASKED).text == "Now."


def test_ollama_that_does_not_run_is_told_with_how_to_start_it(at):
    with pytest.raises(faults.Unreachable, match=r"start Ollama \(ollama serve\)"):
        open_model("ollama:qwen3:4b", at("http://127.0.0.1:1")).complete(ASKED)


def test_the_models_that_are_there_are_listed(at):
    with serving(ollama_tags("qwen3:4b", "gemma3:4b")) as server:
        assert [name for name, _ in ollama.pulled(at(server.url))] == ["gemma3:4b", "qwen3:4b"]


def test_a_pull_tells_how_far_it_is(at):
    with serving(ollama_pull()) as server:
        steps = list(ollama.pull("qwen3:4b", at(server.url)))
    assert ("pulling 4f2a", 0.25) in steps
    assert steps[-1][0] == "success"


def test_a_pull_that_ends_early_is_no_success(at):
    with serving(ollama_pull(ends="writing manifest")) as server, pytest.raises(faults.BrokenOff):
        list(ollama.pull("qwen3:4b", at(server.url)))


def test_a_name_that_ollama_does_not_find_is_told(at):
    lines = [b'{"status": "pulling manifest"}\n', b'{"error": "pull model manifest: file does not exist"}\n']
    reply, said = stream(lines, "application/x-ndjson"), "Ollama finds no model of that name"
    with serving(reply) as server, pytest.raises(faults.ModelMissing, match=said):
        list(ollama.pull("qwen33:4b", at(server.url)))


def test_a_model_is_created_from_our_modelfile(at, tmp_path):
    (tmp_path / "Modelfile").write_text('FROM qwen3:4b\nPARAMETER num_ctx 8192\nSYSTEM """Be\nexact."""\n')
    with serving(ollama_pull()) as server:
        list(ollama.create("reader", at(server.url)))
    body = server.asked[0].body
    assert (body["from"], body["system"], body["parameters"]) == ("qwen3:4b", "Be\nexact.", {"num_ctx": 8192})


def test_the_modelfile_that_comes_with_the_program_is_sound():
    made = modelfile.read(ROOT / "models" / "Modelfile")
    assert (made.base, made.parameters["temperature"]) == ("qwen3:4b", 0)
    assert made.system.startswith("You read legal")


@pytest.mark.parametrize("text", ["PARAMETER num_ctx 5\n", "FROM x\nADAPTER y\n", "FROM\n"])
def test_a_modelfile_that_says_what_we_do_not_know_is_refused(tmp_path, text):
    (tmp_path / "Modelfile").write_text(text)
    with pytest.raises(BadInput):
        modelfile.read(tmp_path / "Modelfile")
