"""Claude and OpenAI-compatible servers, through their own SDKs, against servers on loopback."""

import contextlib
import json
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from core.errors import BadInput, CopilotError
from core.llm import answering, faults, open_model
from core.types import ChatRequest, Message
from tests.model_parts import CATALOG, settings_at
from tests.model_servers import (
    PLAIN,
    READ,
    WRITTEN,
    answer,
    claude,
    claude_fault,
    ollama_chat,
    openai_chat,
    serving,
    stream,
)

SCHEMA = {
    "type": "object",
    "properties": {"kind": {"type": "string", "enum": ["duty", "none"]}},
    "required": ["kind"],
    "additionalProperties": False,
}
ASKED = ChatRequest((Message("user", "Which kind?"),), system="You sort sentences.", max_output_tokens=50)
STRUCTURED = ChatRequest(ASKED.messages, system=ASKED.system, schema=SCHEMA, max_output_tokens=50)


@pytest.fixture
def at(tmp_path, monkeypatch):
    return settings_at(tmp_path, monkeypatch)


def model(server, at, name="anthropic:claude-test", **more):
    return open_model(name, at(server.url, **more))


# --- what is said in no protocol --------------------------------------------------------------------------------


def hang_up(handler):
    handler.close_connection = True  # it had the prompt, and says nothing at all


def events(*these):
    return stream([f"data: {json.dumps(one)}\n\n".encode() for one in these], "text/event-stream")


def lines(*these):
    return stream([json.dumps(one).encode() + b"\n" for one in these], "application/x-ndjson")


def said(*, at: str = "message", **fields):
    """Anthropic's events of one answer, with a field of one of them as nobody expects it."""
    message = {"id": "m", "type": "message", "role": "assistant", "model": "x", "content": [], "usage": {}}
    parts = {
        "message": {"type": "message_start", "message": message},
        "delta": {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "A"}},
        "end": {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
    }
    parts[at] |= fields
    return stream(
        [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in parts.values()], "text/event-stream"
    )


CLAUDE, SERVED, PULLED = "anthropic:claude-test", "openai:served", "ollama:qwen3:4b"
PIECES = {CLAUDE: claude, SERVED: openai_chat, PULLED: ollama_chat}
GARBLED = [
    (CLAUDE, said(message=None)), (CLAUDE, said(at="delta", delta=None)), (CLAUDE, said(at="end", delta=None)),
    (CLAUDE, said(at="delta", delta={"type": "text_delta", "text": 5})), (CLAUDE, said(at="end", usage="much")),
    (CLAUDE, stream([b"data: \xff\xfe\n\n"], "text/event-stream")),
    (SERVED, events(5)), (SERVED, events(None)), (SERVED, events([1])), (SERVED, events({"choices": [5]})),
    (SERVED, events({"choices": [{"delta": {"content": ["a"]}, "finish_reason": "stop"}]})),
    (PULLED, lines(5)), (PULLED, lines(None)), (PULLED, lines([1])), (PULLED, lines({"error": {"a": 1}})),
    (PULLED, answer(400, ["secret words"])),
]  # fmt: skip


@pytest.mark.parametrize(("name", "reply"), GARBLED)
def test_what_is_no_answer_of_such_a_server_is_a_fault_and_no_defect(at, name, reply):
    with serving(reply) as server, pytest.raises(faults.ServerFault, match="no answer of this kind of server"):
        model(server, at, name).complete(ASKED)


@pytest.mark.parametrize("name", PIECES)
def test_a_server_that_took_the_prompt_and_hung_up_is_not_asked_again_since_it_may_be_paid_for(at, name):
    with serving(hang_up) as server:
        with pytest.raises(faults.BrokenOff, match="took the prompt and closed the connection"):
            model(server, at, name).complete(ASKED)
        assert len(server.asked) == 1


@pytest.mark.parametrize("name", PIECES)
def test_half_a_character_in_an_answer_is_none(at, name):
    with serving(PIECES[name]("A \ud800 duty, in two pieces")) as server:
        assert model(server, at, name).complete(ASKED).text == "A ? duty, in two pieces"


def test_an_openai_server_that_ends_without_a_piece_or_counts_in_words_has_answered(at):
    end = {"choices": [{"delta": None, "finish_reason": "stop"}], "usage": "many"}
    with serving(events({"choices": [{"delta": {"content": "A duty."}}]}, end)) as server:
        done = model(server, at, SERVED).complete(ASKED)
    assert (done.text, done.usage) == ("A duty.", None)


def test_an_openai_server_that_declines_in_a_field_of_its_own_has_declined(at):
    with serving(events({"choices": [{"delta": {"refusal": "I cannot."}, "finish_reason": "stop"}]})) as server:
        assert model(server, at, SERVED).complete(ASKED).finish_reason == "refused"


# --- what does not end ------------------------------------------------------------------------------------------


SIGNS_OF_LIFE = {
    "events that say nothing": ("anthropic:claude-test", b'event: ping\ndata: {"type": "ping"}\n\n'),
    "comments": ("anthropic:claude-test", b": still here\n\n"),
    "pieces without a word": ("openai:served", b'data: {"id": "c", "choices": [], "model": "m"}\n\n'),
    "a line without an end": ("ollama:qwen3:4b", b"x"),
}


@pytest.mark.parametrize(("name", "sign"), SIGNS_OF_LIFE.values(), ids=SIGNS_OF_LIFE)
def test_a_server_that_keeps_the_line_open_and_says_nothing_is_left_in_time(at, name, sign):
    over = threading.Event()

    def for_ever(handler):
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("connection", "close")
        handler.end_headers()
        with contextlib.suppress(OSError):
            while not over.wait(0.05):
                handler.wfile.write(sign)
                handler.wfile.flush()
        handler.close_connection = True

    with serving(for_ever) as server:
        asked = model(server, at, name, model_timeout_seconds=1)
        with pytest.raises(faults.TookTooLong):
            asked.complete(ASKED)
        over.set()


@pytest.mark.parametrize("name", PIECES)
def test_a_server_whose_answer_does_not_get_past_its_head_is_left_in_time(at, name):
    over = threading.Event()

    def for_ever(handler):
        with contextlib.suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-a: ")
            while not over.wait(0.05):
                handler.wfile.write(b"a")
                handler.wfile.flush()
        handler.close_connection = True

    with serving(for_ever) as server:
        with pytest.raises(faults.TookTooLong):
            model(server, at, name, model_timeout_seconds=1).complete(ASKED)
        over.set()


# --- Claude -----------------------------------------------------------------------------------------------------


def test_claude_answers_with_text_usage_times_and_the_name_that_answered(at):
    with serving(claude("A duty, I think.")) as server:
        done = model(server, at).complete(ASKED)
    assert (done.text, done.finish_reason, done.answered_by) == ("A duty, I think.", "stop", "claude-test-20261101")
    assert done.usage is not None
    assert (done.usage.input_tokens, done.usage.output_tokens) == (PLAIN + READ + WRITTEN, 7)
    assert (done.usage.cached_tokens, done.usage.cache_write_tokens) == (READ, WRITTEN)
    assert done.usage.raw["cache_read_input_tokens"] == READ
    assert done.time_to_first_token_ms is not None
    assert done.time_to_first_token_ms <= done.latency_ms


def test_the_answer_comes_in_pieces(at):
    with serving(claude("One, two.")) as server:
        assert len([piece for piece in model(server, at).stream(ASKED) if piece]) == 2


def test_the_times_are_the_models_and_not_its_readers(at):
    with serving(claude("One, two.")) as server:
        pieces = model(server, at).stream(ASKED)
        started = time.monotonic()
        next(pieces)
        time.sleep(1.5)
        done = answering.drain(pieces)
    assert done.latency_ms < (time.monotonic() - started - 1.5) * 1000 + 50


def test_the_fixed_prefix_is_marked_for_the_cache_and_the_text_stays_in_the_user_turn(at):
    with serving(claude("Yes.")) as server:
        model(server, at).complete(ASKED)
    body = server.asked[0].body
    assert body["system"] == [{"type": "text", "text": "You sort sentences.", "cache_control": {"type": "ephemeral"}}]
    assert body["messages"] == [{"role": "user", "content": "Which kind?"}]
    assert "temperature" not in body


def test_claude_is_held_to_the_schema_and_its_json_is_read(at):
    with serving(claude('{"kind": "duty"}')) as server:
        done = model(server, at).complete(STRUCTURED)
    assert done.parsed == {"kind": "duty"}
    assert server.asked[0].body["output_config"]["format"]["schema"]["required"] == ["kind"]


@pytest.mark.parametrize("text", ["Here is the JSON you asked for", '{"kind": "du', '["duty"]', ""])
def test_what_is_no_json_object_is_no_answer_to_a_schema_and_the_text_is_kept(at, text):
    with serving(claude(text)) as server:
        done = model(server, at).complete(STRUCTURED)
    assert (done.parsed, done.text) == (None, text)


def test_an_answer_that_was_cut_or_refused_says_so(at):
    with serving(claude("Half", stop="max_tokens"), claude("", stop="refusal")) as server:
        claude_model = model(server, at)
        assert claude_model.complete(ASKED).finish_reason == "length"
        assert claude_model.complete(ASKED).finish_reason == "refused"


def test_a_rate_limit_is_waited_for_as_the_server_asks_and_the_call_made_again(at):
    limit = claude_fault(429, "rate_limit_error", retry_after="1")
    with serving(limit, claude("Now.")) as server:
        done = model(server, at).complete(ASKED)
    assert (done.text, len(server.asked)) == ("Now.", 2)
    assert done.latency_ms >= 1000


@pytest.mark.parametrize("name", PIECES)
def test_a_moment_until_which_to_wait_is_waited_for(at, name):
    def soon(handler):
        moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)  # whole seconds: one, or two
        answer(429, {"error": {}}, retry_after=moment)(handler)

    with serving(soon, PIECES[name]("Now.")) as server:
        done = model(server, at, name).complete(ASKED)
    assert (done.text, len(server.asked)) == ("Now.", 2)
    assert done.latency_ms >= 1000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7), ({"retry-after": "-7"}, 0), ({}, None), ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None), ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2099 07:28:09 GMT", "date": "Wed, 21 Oct 2099 07:28:00 GMT"}, 9),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
    ],
)  # fmt: skip
def test_how_long_a_server_asks_to_wait(headers, seconds):
    assert answering.asked_to_wait(headers) == seconds


def test_a_server_that_asks_to_wait_for_an_hour_is_not_waited_for(at):
    with serving(claude_fault(429, "rate_limit_error", retry_after="3600")) as server:
        with pytest.raises(faults.Busy, match=r"rate limit is reached .429.; try again in 3600 s"):
            model(server, at).complete(ASKED)
        assert len(server.asked) == 1


def test_an_overloaded_server_is_asked_again_and_then_told(at, monkeypatch):
    monkeypatch.setattr(answering, "TRIES", 2)
    with serving(claude_fault(529, "overloaded_error")) as server:
        with pytest.raises(faults.Busy, match=r"overloaded .529."):
            model(server, at).complete(ASKED)
        assert len(server.asked) == 2


FAULTS = [
    (claude_fault(401, "authentication_error"), faults.KeyRefused, "does not accept the key in ANTHROPIC_API_KEY"),
    (claude_fault(403, "permission_error"), faults.KeyRefused, "does not accept the key"),
    (claude_fault(404, "not_found_error"), faults.ModelMissing, "does not have this model"),
    (claude_fault(413, "request_too_large"), faults.TooLong, "does not fit"),
    (
        claude_fault(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
        faults.TooLong,
        "does not fit into the model's context",
    ),
    (claude_fault(400, "invalid_request_error"), faults.ServerFault, "error 400 .invalid_request_error."),
    (claude_fault(500, "api_error"), faults.ServerFault, "error 500"),
    (answer(200, {"not": "a stream"}), faults.BrokenOff, "broke off"),
    (claude("Some words", drop_after=4), faults.BrokenOff, "broke off in the middle"),
    (claude("Some words", drop_after=7), faults.BrokenOff, "broke off in the middle"),
    (claude("Some words", fault="overloaded_error"), faults.Busy, "overloaded"),
    (claude("Some words", fault="api_error"), faults.ServerFault, "reported an error while it answered .api_error."),
    (claude_fault(402, "billing_error"), faults.KeyRefused, "no credit left"),
    (claude_fault(400, "invalid_request_error", "Your credit balance is too low"), faults.KeyRefused, "no credit left"),
]


@pytest.mark.parametrize(("reply", "kind", "words"), FAULTS)
def test_each_fault_is_one_sentence_that_quotes_nothing_of_the_prompt(at, reply, kind, words):
    with serving(reply) as server:
        with pytest.raises(kind, match=words) as raised:
            model(server, at).complete(ASKED)
        assert len(server.asked) == 1
    said = str(raised.value)
    assert said.startswith("anthropic:claude-test")
    assert "secret words" not in said
    assert "sk-ant" not in said


def test_a_broken_answer_keeps_what_came(at):
    with serving(claude("Some words", drop_after=4)) as server:
        pieces = model(server, at).stream(ASKED)
        assert next(pieces) == "Some "
        with pytest.raises(faults.BrokenOff):
            next(pieces)


def test_a_redirect_is_not_followed_to_another_host(at):
    with serving(claude("Stolen")) as other, serving(answer(307, {}, location=other.url)) as server:
        with pytest.raises(CopilotError):
            model(server, at).complete(ASKED)
        assert other.asked == []


@pytest.mark.parametrize("name", PIECES)
def test_a_server_on_this_machine_is_called_past_every_proxy(at, monkeypatch, name):
    with serving(answer(502, {})) as proxy, serving(PIECES[name]("Here.")) as server:
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, proxy.url)
        assert model(server, at, name).complete(ASKED).text == "Here."
    assert proxy.asked == []


@pytest.mark.parametrize("name", PIECES)
def test_a_local_model_whose_name_leads_elsewhere_when_it_is_called_is_sent_nothing(at, tmp_path, name):
    """As when a name is resolved once more for the call. The server here is this machine's, at its other address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        with contextlib.suppress(OSError):
            out.connect(("192.0.2.1", 9))  # sends nothing
        address = out.getsockname()[0]
    if address.startswith(("127.", "0.")):
        pytest.skip("this machine has no other address")
    settings = at("http://unused")
    (tmp_path / "catalog.toml").write_text(CATALOG.replace("127.0.0.1", address), "utf-8")
    with socket.create_server((address, 0)) as server:
        url = f"http://{address}:{server.getsockname()[1]}"
        settings = settings.model_copy(
            update={"anthropic_url": url, "openai_url": f"{url}/v1", "ollama_url": url, "model_timeout_seconds": 5}
        )
        with pytest.raises(faults.Refused, match="its address led to another computer; nothing was sent"):
            open_model(name, settings).complete(ASKED)
        server.settimeout(5)
        caller, _ = server.accept()
        with caller:
            assert caller.recv(1_000) == b""


def test_no_key_is_said_before_anything_is_sent(at, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with pytest.raises(faults.KeyMissing, match="set ANTHROPIC_API_KEY"):
        open_model("anthropic:claude-test", at("http://127.0.0.1:1"))


def test_a_key_can_be_a_mounted_file(at, monkeypatch, tmp_path):
    (tmp_path / "key").write_text("sk-ant-from-file\n")
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("ANTHROPIC_API_KEY_FILE", str(tmp_path / "key"))
    with serving(claude("Yes.")) as server:
        model(server, at).complete(ASKED)
    assert server.asked[0].headers["authorization"] == "Bearer sk-ant-from-file"


def test_a_key_can_lie_in_the_systems_keyring(at, monkeypatch):
    import keyring
    from keyring.backend import KeyringBackend

    class Ring(KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return "sk-ant-from-ring" if (service, username) == ("compliance-copilot", "anthropic") else None

        set_password = delete_password = None

    monkeypatch.delenv("ANTHROPIC_API_KEY")
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    try:
        with serving(claude("Yes.")) as server:
            model(server, at).complete(ASKED)
    finally:
        keyring.set_keyring(before)
    assert server.asked[0].headers["authorization"] == "Bearer sk-ant-from-ring"


def test_nothing_listening_is_said_with_what_to_do(at):
    with pytest.raises(faults.Unreachable, match=r"nothing answers at http://127.0.0.1:1; check the network"):
        open_model("anthropic:claude-test", at("http://127.0.0.1:1")).complete(ASKED)


def test_a_server_that_never_ends_is_cut_off(at):
    with serving(claude("x" * 9000)) as server, pytest.raises(faults.ServerFault, match="did not end at the 50 tokens"):
        model(server, at).complete(ASKED)


def test_a_server_that_is_silent_is_given_up(at):
    over = threading.Event()
    with serving(lambda handler: over.wait()) as server, pytest.raises(faults.TookTooLong, match="within 1 s"):
        model(server, at, model_timeout_seconds=1).complete(ASKED)
    over.set()


@pytest.mark.parametrize("name", PIECES)
def test_the_systems_certificates_are_read_once_and_not_for_every_call(at, monkeypatch, name):
    settings, read = at("https://127.0.0.1:1"), []
    open_model(name, settings)
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: read.append(1), raising=False)
    open_model(name, settings)
    assert read == []


# --- OpenAI-compatible servers ----------------------------------------------------------------------------------


def test_an_openai_server_answers_with_usage_and_its_own_name(at):
    with serving(openai_chat("A duty.")) as server:
        done = model(server, at, "openai:my/model").complete(ASKED)
    assert (done.text, done.answered_by, done.finish_reason) == ("A duty.", "served-name", "stop")
    assert done.usage is not None
    assert (done.usage.input_tokens, done.usage.cached_tokens, done.usage.output_tokens) == (50, 32, 9)
    body = server.asked[0].body
    assert (body["model"], body["temperature"], body["messages"][0]["role"]) == ("my/model", 0.0, "system")


def test_a_server_that_reports_no_usage_leaves_it_unknown(at):
    with serving(openai_chat("A duty.", usage=False)) as server:
        assert model(server, at, "openai:m").complete(ASKED).usage is None


def test_an_openai_server_is_held_to_the_schema(at):
    with serving(openai_chat('{"kind": "none"}')) as server:
        assert model(server, at, "openai:m").complete(STRUCTURED).parsed == {"kind": "none"}
    assert server.asked[0].body["response_format"]["json_schema"]["schema"] == SCHEMA


OPENAI_FAULTS = [
    (answer(401, {"error": {"message": "secret words"}}), faults.KeyRefused, "OPENAI_API_KEY"),
    (
        answer(400, {"error": {"message": "This model's maximum context length is 8 tokens", "type": "x"}}),
        faults.TooLong,
        "does not fit",
    ),
    (answer(404, {"error": {"message": "secret words"}}), faults.ModelMissing, "does not have this model"),
    (openai_chat("Some words", drop=True), faults.BrokenOff, "broke off"),
]


@pytest.mark.parametrize(("reply", "kind", "words"), OPENAI_FAULTS)
def test_each_fault_of_an_openai_server_is_one_sentence(at, reply, kind, words):
    with serving(reply) as server, pytest.raises(kind, match=words) as raised:
        model(server, at, "openai:m").complete(ASKED)
    assert "secret words" not in str(raised.value)


# --- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["claude-test", "anthropic:", "gpt:x", "", ":x"])
def test_a_backend_is_never_guessed(at, name):
    with pytest.raises(BadInput, match="is not a model; write backend:name"):
        open_model(name, at("http://127.0.0.1:1"))


def test_the_built_in_engine_is_no_chat_model(at):
    with pytest.raises(BadInput, match="cannot be prompted"):
        open_model("builtin:engine", at("http://127.0.0.1:1"))


def test_a_model_is_not_called_at_a_host_that_its_entry_does_not_name(at):
    with pytest.raises(faults.Refused, match=r"at models.example, but its entry names 127.0.0.1"):
        open_model("anthropic:claude-test", at("https://models.example"))
