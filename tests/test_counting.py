"""How many tokens a text takes, as far as that can be known, and cheaply enough to ask thousands of times."""

import socket
import time
from contextlib import closing

import numpy as np
import pytest

from core.identity import local_user
from core.llm import counting, llama_cpp, open_model, weights
from core.llm.counting import SAMPLE, SHORT, counter, whole
from core.store import connect, now, write
from core.types import ChatRequest, Message
from tests.effort import at_most
from tests.library_parts import ADA
from tests.model_parts import settings_at, tiny_gguf
from tests.model_servers import claude_counts, claude_fault, llama_server_counts, serving, vllm_counts

LONG = "Banks shall report each incident. " * 60
GREEK = "Το ίδρυμα πληρωμών κοινοποιεί αμελλητί κάθε σοβαρό συμβάν."


@pytest.fixture
def at(tmp_path, monkeypatch):
    counting._sampled.cache_clear()
    return settings_at(tmp_path, monkeypatch)


@pytest.fixture
def nowhere(at):
    """Settings whose servers are all away."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return at(f"http://127.0.0.1:{free.getsockname()[1]}")


def called(settings, model, *pairs):
    """Calls before, each of (bytes of the prompt, tokens that the provider reported)."""
    columns = (
        "id, tenant, user_hash, task, model, prompt, prompt_digest, request_digest, classification, policy_decision,"
        " state, prompt_bytes, input_tokens, started_at"
    )
    with closing(connect(settings.database)) as db, write(db):
        for place, (sent, counted) in enumerate(pairs):
            values = [f"c{place}", "local", "h", "extract", model, "p/1", "d", "r", "public", "ok", "done"]
            db.execute(
                f"insert into model_call ({columns}) values ({', '.join('?' * 14)})", [*values, sent, counted, now()]
            )


# --- a guess ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["ollama:qwen3:4b", "openai:x", "anthropic:x", "scripted:echo", "llama_cpp:absent"])
def test_where_no_tokenizer_can_be_had_the_count_is_cautious_and_says_so(nowhere, model):
    found = counter(model, nowhere)
    assert (found.exact, found.basis) == (False, "assumed")
    assert found.count(LONG) > len(LONG) / 3.5
    assert found.count(GREEK) > len(GREEK) / 2
    assert found.count("") == 0


def test_what_a_token_holds_is_learned_from_the_calls_before(nowhere):
    called(nowhere, "ollama:qwen3:4b", *[(10_000, 2_000)] * 4)
    assert counter("ollama:qwen3:4b", nowhere).basis == "assumed"  # too few
    called_more = [(10_000, 2_000)] * 5
    with closing(connect(nowhere.database)) as db, write(db):
        db.execute("delete from model_call")
    called(nowhere, "ollama:qwen3:4b", *called_more)
    found = counter("ollama:qwen3:4b", nowhere)
    assert (found.exact, found.basis) == (False, "learned from calls before")
    assert 2_000 < found.count("x" * 10_000) < 2_400  # a little more than it was, never less
    assert counter("ollama:other", nowhere).basis == "assumed"


def test_a_server_that_reports_the_same_few_tokens_for_any_prompt_is_not_believed(nowhere):
    called(nowhere, "openai:served", *[(20_000, 50)] * 10)
    found = counter("openai:served", nowhere)
    assert found.basis == "assumed"
    assert found.count("x" * 9_000) == 3_000


def test_a_whole_prompt_counts_its_texts_and_what_the_template_adds(nowhere):
    found = counter("ollama:qwen3:4b", nowhere)
    request = ChatRequest((Message("user", LONG), Message("assistant", "Yes.")), system="Read.")
    assert found.prompt(request) == found.overhead + sum(map(found.count, (LONG, "Yes.", "Read.")))


# --- Anthropic --------------------------------------------------------------------------------------------------


def test_claude_is_measured_once_with_a_text_of_ours_and_never_sent_the_documents(at):
    with serving(claude_fault(404, "not_found_error")) as server:
        server.counting = claude_counts
        settings = at(server.url)
        found = counter("anthropic:claude-x", settings)
        assert (found.exact, found.basis) == (False, "measured with a text of ours")
        for number in range(3_000):
            found.count(f"Provision {number}: {LONG}")
        counter("anthropic:claude-x", settings)
    assert [one.path for one in server.counted] == ["/v1/messages/count_tokens"]
    assert server.counted[0].body["messages"][0]["content"] == SAMPLE * 4
    words = len((SAMPLE * 4).split())
    assert words <= found.count(SAMPLE * 4) < words * 1.3


def test_a_whole_prompt_is_counted_by_claude_itself(at):
    request = ChatRequest((Message("user", "Banks shall report."),), system="Find duties.", schema={"type": "object"})
    with serving(claude_fault(404, "not_found_error")) as server:
        server.counting = claude_counts
        assert whole("anthropic:claude-x", at(server.url), request) == 8 + 3 + 2
    (asked,) = server.counted
    assert set(asked.body) == {"model", "messages", "system", "output_config"}  # what an answer may have counts nothing


def test_a_count_that_claude_does_not_give_is_no_count(at, nowhere):
    request = ChatRequest((Message("user", "Banks shall report."),))
    assert whole("anthropic:claude-x", nowhere, request) is None
    assert whole("ollama:x", nowhere, request) is None
    with serving(claude_fault(404, "not_found_error")) as server:
        server.counting = lambda _: claude_fault(529, "overloaded_error")
        assert whole("anthropic:claude-x", at(server.url), request) is None


# --- servers of this machine ------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [llama_server_counts, vllm_counts])
def test_a_server_with_a_tokenizer_counts_what_is_long_and_short_texts_cost_no_request(at, counts):
    with serving(claude_fault(404, "not_found_error")) as server:
        server.counting = counts
        found = counter("openai:served", at(server.url))
        assert (found.exact, found.basis) == (True, "counted by the server's own tokenizer")
        assert found.count(LONG) == len(LONG.split())
        before = len(server.counted)
        assert found.count(LONG) == len(LONG.split())
        short = [found.count(f"(a) Banks shall report incident {number}.") for number in range(3_000)]
        assert len(server.counted) == before
    assert all(5 <= count <= 12 for count in short)
    assert len(LONG) > SHORT


def test_a_server_that_goes_away_leaves_what_it_said_before(at):
    with serving(claude_fault(404, "not_found_error")) as server:
        server.counting = llama_server_counts
        found = counter("openai:served", at(server.url))
        found.count(LONG)
    assert found.count(LONG + LONG) == pytest.approx(2 * len(LONG.split()), rel=0.3)


def test_a_server_on_another_computer_is_not_asked(at, monkeypatch):
    settings = at("http://models.example.org")
    monkeypatch.setattr("socket.socket.connect", lambda *asked: pytest.fail("it was asked"))
    assert not counter("openai:served", settings).exact


def test_a_screen_that_waits_asks_no_server(at):
    with serving(claude_fault(404, "not_found_error")) as server:
        server.counting = llama_server_counts
        settings = at(server.url)
        assert counter("openai:served", settings, quick=True).basis == "assumed"
        assert counter("anthropic:x", settings, quick=True).basis == "assumed"
    assert server.counted == []


# --- a GGUF file ------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(at, tmp_path):
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed; run make local")
    pytest.importorskip("gguf", reason="the writer of test files is not installed")
    settings = at("http://127.0.0.1:1", context_tokens=1024)
    settings.data_dir.mkdir()
    with closing(connect(settings.database)) as db, write(db):
        weights.insert(db, local_user(), weights.examined(tiny_gguf(tmp_path / "tiny.gguf"), ADA))
    yield settings
    llama_cpp.OWNER.close()


def added(settings, tmp_path, words, kind="gpt2"):
    """A GGUF file that has a vocabulary and one weight, added."""
    gguf = pytest.importorskip("gguf", reason="the writer of test files is not installed")
    path = tmp_path / "spelt.gguf"
    made = gguf.GGUFWriter(str(path), "llama")
    made.add_context_length(2048)
    made.add_tokenizer_model(kind)
    made.add_token_list(words)
    made.add_tensor("a", np.zeros(1, dtype=np.float32))
    made.write_header_to_file()
    made.write_kv_data_to_file()
    made.write_tensors_to_file()
    made.close()
    settings.data_dir.mkdir(exist_ok=True)
    with closing(connect(settings.database)) as db, write(db):
        weights.insert(db, local_user(), weights.examined(path, ADA))
    return "llama_cpp:spelt"


@pytest.mark.parametrize(("kind", "space"), [("gpt2", "Ġ"), ("llama", "▁")])
def test_where_a_tokenizer_may_not_be_loaded_the_vocabulary_in_the_files_header_is_measured(at, tmp_path, kind, space):
    settings = at("http://127.0.0.1:1")
    letters = [chr(code) for code in range(33, 127)]
    words = [space + word for word in SAMPLE.split()]
    few, many = letters, [*letters, *words]
    found = counter(added(settings, tmp_path, few, kind), settings, quick=True)
    assert (found.how, found.exact) == ("measured", False)
    assert len(SAMPLE) <= found.count(SAMPLE) < 1.2 * len(SAMPLE)
    time.sleep(0.01)
    found = counter(added(settings, tmp_path, many, kind), settings, quick=True)
    assert len(SAMPLE.split()) <= found.count(SAMPLE) < 1.5 * len(SAMPLE.split())


def test_what_calls_before_took_is_believed_before_a_vocabulary(at, tmp_path):
    settings = at("http://127.0.0.1:1")
    name = added(settings, tmp_path, [chr(code) for code in range(33, 127)])
    called(settings, name, *[(10_000, 9_000)] * 5)
    assert counter(name, settings, quick=True).basis == "learned from calls before"


def test_a_file_that_is_gone_is_guessed_for(at, tmp_path):
    settings = at("http://127.0.0.1:1")
    name = added(settings, tmp_path, ["a"])
    (tmp_path / "spelt.gguf").unlink()
    assert counter(name, settings, quick=True).basis == "assumed"


def test_a_gguf_files_own_tokenizer_counts_a_prompt_to_the_token(tiny):
    found = counter("llama_cpp:tiny", tiny)
    assert found.exact
    request = ChatRequest((Message("user", "Banks shall report; é."),), system="Find duties.", max_output_tokens=1)
    done = open_model("llama_cpp:tiny", tiny).complete(request)
    assert done.usage is not None
    assert found.prompt(request) == done.usage.input_tokens


def test_counting_waits_for_nobody_who_holds_the_model(tiny):
    speaking = open_model("llama_cpp:tiny", tiny).stream(
        ChatRequest((Message("user", "x" * 700),), max_output_tokens=50)
    )
    next(speaking)
    with closing(speaking):
        assert counter("llama_cpp:tiny", tiny).count("Banks.") > 0


def test_what_a_text_says_is_never_counted_as_a_control_token(tiny):
    assert counter("llama_cpp:tiny", tiny).count("<|im_end|>") > 1


def test_a_file_that_changed_since_it_was_added_is_not_loaded_to_count(tiny, tmp_path):
    path = tmp_path / "tiny.gguf"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    assert not counter("llama_cpp:tiny", tiny).exact


def test_thousands_of_texts_are_counted_in_a_moment(tiny):
    found = counter("llama_cpp:tiny", tiny)
    with at_most(60):
        for number in range(3_000):
            found.count(f"({number}) Banks shall report each incident to the authority.")
