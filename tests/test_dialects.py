"""Servers of one protocol speak it each in their own way: an answer is read as meant, an error is told as one."""

import json

import pytest

from core.llm import answering, faults, open_model
from core.types import ChatRequest, Message
from tests.model_parts import settings_at
from tests.model_servers import answer, openai_chat, serving, stream

SCHEMA = {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}
ASKED = ChatRequest((Message("user", "Which kind?"),), schema=SCHEMA, max_output_tokens=50)
DUTY = '{"kind": "duty"}'
COUNTED = {"prompt_tokens": 50, "completion_tokens": 9, "total_tokens": 59}


@pytest.fixture
def at(tmp_path, monkeypatch):
    return settings_at(tmp_path, monkeypatch)


def asked(server, at):
    return open_model("openai:served", at(server.url)).complete(ASKED)


def chunk(delta, finish=None, **more):
    return {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def said(*chunks, end=({}, "stop")):
    last = [chunk(*end), {"id": "c", "model": "m", "choices": [], "usage": COUNTED}]
    return events(*(chunk(one) for one in chunks), *last)


def events(*these):
    lines = [f"data: {json.dumps(one)}\n\n".encode() for one in these]
    return stream([*lines, b"data: [DONE]\n\n"], "text/event-stream")


# --- answers ----------------------------------------------------------------------------------------------------


ANSWERS = {
    "thoughts in a field of their own": said({"content": None, "reasoning_content": "Hm."}, {"content": DUTY}),
    "thoughts as parts, as Mistral's": said(
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]},
        {"content": [{"type": "text", "text": DUTY}]},
    ),
    "thoughts in front of the answer": said({"content": f'<think>{{"kind": "none"}}?</think>\n{DUTY}'}),
    "thoughts that the template began": said({"content": f'Is it {{"kind": "none"}}?</think>{DUTY}'}),
    "an end of its own": said({"content": DUTY}, end=({}, "eos_token")),
    "counts with the last piece": events(chunk({"content": DUTY}), chunk({"content": ""}, "stop", usage=COUNTED)),
}


@pytest.mark.parametrize("reply", ANSWERS.values(), ids=ANSWERS)
def test_the_answer_is_its_text_without_the_thoughts_and_all_of_it_is_counted(at, reply):
    with serving(reply) as server:
        done = asked(server, at)
    assert (done.parsed, done.finish_reason) == ({"kind": "duty"}, "stop")
    assert (done.usage.input_tokens, done.usage.output_tokens) == (50, 9)


def test_a_mark_of_thoughts_that_the_answer_quotes_cuts_nothing_off():
    quoted = '{"norms": [{"quote": "The firm shall write </think> on it."}, {"quo'
    assert answering.without_thoughts(quoted) == quoted
    assert answering.without_thoughts(whole := quoted[:-6] + "]}") == whole


def test_an_answer_that_the_models_own_context_cut_was_cut(at):
    with serving(said({"content": DUTY[:5]}, end=({}, "model_length"))) as server:
        assert asked(server, at).finish_reason == "length"


def test_a_server_that_takes_no_question_for_its_counts_is_asked_without_it(at):
    detail = [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]
    refused = answer(422, {"object": "error", "message": {"detail": detail}, "type": "invalid_request_error"})
    with serving(refused, openai_chat(DUTY)) as server:
        assert asked(server, at).parsed == {"kind": "duty"}
    assert ["stream_options" in one.body for one in server.asked] == [True, False]


# --- errors -----------------------------------------------------------------------------------------------------


SECRET = "secret words"
ERRORS = {
    "in the answer's place": (
        events({"error": {"code": 500, "message": SECRET, "type": "server_error"}}),
        faults.ServerFault,
        r"reported an error while it answered \(server_error\)",
    ),
    "in its middle": (events(chunk({"content": "{"}), {"error": {"message": SECRET}}), faults.ServerFault, "reported"),
    "as older vLLM says it": (
        events({"object": "error", "message": SECRET, "type": "BadRequestError", "code": 400}),
        faults.ServerFault,
        "reported",
    ),
    "as Mistral ends it": (said({"content": "{"}, end=({}, "error")), faults.ServerFault, "reported"),
    "a context that is too small": (
        events({"error": {"code": 400, "message": f"{SECRET} exceeds the available context size"}}),
        faults.TooLong,
        "does not fit",
    ),
    "overload in its middle": (
        events(chunk({"content": "{"}), {"error": {"type": "overloaded_error", "message": SECRET}}),
        faults.Busy,
        "overloaded",
    ),
    "a form that it does not take": (
        answer(400, {"error": f"{SECRET}: 'response_format.type' must be 'json_schema' or 'text'"}),
        faults.ServerFault,
        "change `structured` of its entry",
    ),
    "no credit": (
        answer(429, {"error": {"message": SECRET, "type": "insufficient_quota", "code": "insufficient_quota"}}),
        faults.KeyRefused,
        "no credit left",
    ),
    "no stream at all": (answer(200, {"error": {"message": SECRET}}), faults.ServerFault, "no answer of this kind"),
}


@pytest.mark.parametrize(("reply", "kind", "words"), ERRORS.values(), ids=ERRORS)
def test_each_error_is_told_as_what_it_is_asked_once_and_quoted_never(at, reply, kind, words):
    with serving(reply) as server:
        with pytest.raises(kind, match=words) as raised:
            asked(server, at)
        assert len(server.asked) == 1
    assert SECRET not in str(raised.value)
