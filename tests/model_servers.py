"""Servers on loopback that speak the wire formats of model providers to their own clients."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]
COUNTS = ("/count_tokens", "/tokenize", "/tokenize/count")


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Server:
    """`replies` are given in order, the last one again and again; `asked` is what came.

    Requests that only count tokens are in `counted` instead, and are answered by `counting`: by default there is no
    such address here.
    """

    url: str
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    counted: list[Asked] = field(default_factory=list)
    counting: Callable[[Asked], Reply] = lambda _: answer(404, {"error": {"type": "not_found_error"}})


@contextmanager
def serving(*replies: Reply) -> Iterator[Server]:
    server = Server("", list(replies))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            came = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            if self.path.endswith(COUNTS):
                server.counted.append(came)
                server.counting(came)(self)
                return
            server.asked.append(came)
            self.body = body  # for a reply that depends on what was asked
            reply = server.replies.pop(0) if len(server.replies) > 1 else server.replies[0]
            reply(self)

        do_GET = do_POST = do_HEAD = _answer

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, daemon=True, kwargs={"poll_interval": 0.02}).start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def answer(status: int, body: Any, **headers: str) -> Reply:
    """One JSON answer; names of headers with _ for -."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        sent = json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(sent)))
        handler.end_headers()
        handler.wfile.write(sent)

    return reply


def stream(lines: list[bytes], kind: str, *, drop: bool = False) -> Reply:
    """An answer in chunks; with `drop` the connection ends before the last chunk."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", kind)
        handler.send_header("transfer-encoding", "chunked")
        handler.send_header("connection", "close")
        handler.end_headers()
        for line in lines:
            handler.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            handler.wfile.flush()
        if not drop:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return reply


# --- Anthropic Messages -----------------------------------------------------------------------------------------

READ, WRITTEN, PLAIN = 900, 100, 40  # input tokens: from the cache, into it, neither


def claude(
    text: str, *, stop: str = "end_turn", drop_after: int | None = None, fault: str = "", usage: Any = None
) -> Reply:
    """A message as server-sent events, two pieces of text; dropped after so many events, or ended by an error event."""
    half = len(text) // 2
    usage = usage or {
        "input_tokens": PLAIN, "output_tokens": 7,
        "cache_read_input_tokens": READ, "cache_creation_input_tokens": WRITTEN,
    }  # fmt: skip
    written, usage = usage["output_tokens"], {**usage, "output_tokens": 1}
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test-20261101", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    events: list[tuple[str, dict[str, Any]]] = [
        ("message_start", {"message": message}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ("ping", {}),
        ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": text[:half]}}),
        ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": text[half:]}}),
        ("content_block_stop", {"index": 0}),
        ("message_delta", {"delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": written}}),
        ("message_stop", {}),
    ]
    if fault:
        events[5:] = [("error", {"error": {"type": fault, "message": "quoting: secret words of the prompt"}})]
    lines = [f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode() for name, data in events]
    return stream(lines[:drop_after], "text/event-stream", drop=drop_after is not None)


def claude_fault(status: int, kind: str, message: str = "secret words of the prompt", **headers: str) -> Reply:
    return answer(status, {"type": "error", "error": {"type": kind, "message": message}}, **headers)


def claude_counts(asked: Asked) -> Reply:
    """One token for each word of system and messages, and eight for the prompt."""
    texts = [one["text"] for one in asked.body.get("system", [])] + [one["content"] for one in asked.body["messages"]]
    return answer(200, {"input_tokens": 8 + sum(len(text.split()) for text in texts)})


class ClaudeBatches:
    """The Message Batches of one account, for `serving(batches.reply)`: created, looked at, cancelled, collected.

    `results` maps a custom id to its result; without one, each is answered by `text`. They can be had when `ended`.
    """

    def __init__(self, text: str = "{}") -> None:
        self.text, self.ended, self.results_host = text, False, ""
        self.requests: dict[str, dict[str, Any]] = {}
        self.results: dict[str, dict[str, Any] | None] = {}
        self.made: list[str] = []
        self.cancelled: list[str] = []

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.partition("?")[0]
        if handler.command == "POST" and path == "/v1/messages/batches":
            self.made.append(f"msgbatch_{len(self.made) + 1}")
            self.requests |= {one["custom_id"]: one["params"] for one in handler.body["requests"]}  # type: ignore[attr-defined]
            answer(200, self._batch(handler, self.made[-1]))(handler)
        elif path.split("/")[-1].split(":")[0] in self.made:
            answer(200, self._batch(handler, path.split("/")[-1]))(handler)
        elif path.endswith("/cancel"):
            self.cancelled.append(path.split("/")[-2])
            answer(200, self._batch(handler, self.cancelled[-1]))(handler)
        elif path.endswith("/results") and self.ended:
            lines = [json.dumps({"custom_id": name, "result": one}).encode() + b"\n" for name, one in self._all()]
            stream(lines, "application/x-jsonl")(handler)
        else:
            claude_fault(404, "not_found_error")(handler)

    def _all(self) -> Iterator[tuple[str, Any]]:
        """In another order than they were asked; an id whose result is None has no line."""
        for name in reversed(self.requests):
            found = self.results.get(name, claude_result(self.text))
            if found is not None:
                yield name, found

    def _batch(self, handler: BaseHTTPRequestHandler, name: str) -> dict[str, Any]:
        moment = "2026-11-22T12:00:00Z"
        at = self.results_host or f"http://{handler.headers['host']}"
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        return {
            "id": name, "type": "message_batch", "created_at": moment, "expires_at": moment,
            "processing_status": "ended" if self.ended else "in_progress", "request_counts": counts,
            "ended_at": moment if self.ended else None, "archived_at": None, "cancel_initiated_at": None,
            "results_url": f"{at}/v1/messages/batches/{name}/results" if self.ended else None,
        }  # fmt: skip


def claude_result(text: str, *, stop: str = "end_turn") -> dict[str, Any]:
    """A result that succeeded: 1,040 tokens read, as `claude` says, and seven written."""
    usage = {
        "input_tokens": PLAIN, "output_tokens": 7,
        "cache_read_input_tokens": READ, "cache_creation_input_tokens": WRITTEN,
    }  # fmt: skip
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test-20261101",
        "content": [{"type": "text", "text": text}], "stop_reason": stop, "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    return {"type": "succeeded", "message": message}


def claude_errored(kind: str) -> dict[str, Any]:
    fault = {"type": kind, "message": "quoting: secret words of the prompt"}
    return {"type": "errored", "error": {"type": "error", "error": fault, "request_id": None}}


# --- Ollama -----------------------------------------------------------------------------------------------------


def ollama_chat(text: str, *, drop: bool = False, prompt_tokens: int = 30, answer_tokens: int = 12) -> Reply:
    half = len(text) // 2
    said = [{"message": {"role": "assistant", "content": part}, "done": False} for part in (text[:half], text[half:])]
    end = {
        "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop",
        "prompt_eval_count": prompt_tokens, "eval_count": answer_tokens, "prompt_eval_duration": 5, "eval_duration": 9,
    }  # fmt: skip
    lines = [json.dumps({"model": "qwen3:4b", **one}).encode() + b"\n" for one in (*said, end)]
    return stream(lines[:-1] if drop else lines, "application/x-ndjson", drop=drop)


def ollama_pull(*, ends: str = "success") -> Reply:
    steps = [
        {"status": "pulling manifest"},
        {"status": "pulling 4f2a", "digest": "sha256:4f2a", "total": 1000, "completed": 250},
        {"status": "pulling 4f2a", "digest": "sha256:4f2a", "total": 1000, "completed": 1000},
        {"status": "verifying sha256 digest"},
        {"status": ends},
    ]
    return stream([json.dumps(step).encode() + b"\n" for step in steps], "application/x-ndjson")


def ollama_tags(*names: str) -> Reply:
    return answer(200, {"models": [{"model": name, "name": name, "size": 5_000_000} for name in names]})


# --- OpenAI chat completions ------------------------------------------------------------------------------------


def openai_chat(text: str, *, usage: bool = True, drop: bool = False, counted: Any = None) -> Reply:
    base = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "served-name"}
    half = len(text) // 2
    chunks: list[dict[str, Any]] = [
        {**base, "choices": [{"index": 0, "delta": {"content": part}, "finish_reason": None}]}
        for part in (text[:half], text[half:])
    ]
    if not drop:
        chunks.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if usage:
            counted = counted or {
                "prompt_tokens": 50, "completion_tokens": 9, "total_tokens": 59,
                "prompt_tokens_details": {"cached_tokens": 32},
            }  # fmt: skip
            chunks.append({**base, "choices": [], "usage": counted})
    lines = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks]
    return stream(lines if drop else [*lines, b"data: [DONE]\n\n"], "text/event-stream", drop=drop)


def llama_server_counts(asked: Asked) -> Reply:
    """llama-server's /tokenize, one token for each word; what it does not know it does not read."""
    if asked.path != "/tokenize":
        return answer(404, {"error": {"code": 404, "message": "File Not Found"}})
    return answer(200, {"tokens": list(range(len(asked.body.get("content", "").split())))})


def vllm_counts(asked: Asked) -> Reply:
    """vLLM's /tokenize, one token for each word; it insists on its own fields."""
    if asked.path != "/tokenize" or "prompt" not in asked.body:
        return answer(400, {"object": "error", "message": "Field required", "code": 400})
    found = list(range(len(asked.body["prompt"].split())))
    return answer(200, {"count": len(found), "max_model_len": 4096, "tokens": found})
