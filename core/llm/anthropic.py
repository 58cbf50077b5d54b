"""Claude models through Anthropic's SDK: structured output by schema, and the fixed prefix marked for its cache."""

from collections.abc import Generator
from typing import Any

from core.errors import Missing
from core.llm import catalog, keys
from core.llm.answering import Ending, answered, counted, drain, patiently
from core.llm.faults import broken_off
from core.llm.hosted import client, opening, reading
from core.llm.lines import Line, listened
from core.settings import Settings
from core.types import ChatRequest, Completion, Finish, Usage

FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}
LEAST_BUDGET = 1_024  # tokens of thinking; the API refuses less
COUNTED = ("model", "messages", "system", "output_config", "thinking")  # what of a request decides its tokens
START = "check the network and COPILOT_ANTHROPIC_URL"


class AnthropicModel:
    """`temperature` is not sent: the current models choose their own sampling and refuse another.

    With `thinking_tokens` the model may think, and its `max_tokens` grow by as many, so that no thought takes the
    answer's room: models that decide for themselves how far to think know no other cap. Thoughts are not sent here.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        try:
            import anthropic
        except ImportError as error:
            raise Missing("Claude models need the package anthropic: make run, or pip install anthropic") from error
        self.sdk = anthropic
        self.name, self.asked = name, f"anthropic:{name}"
        entry = catalog.entry(self.asked, settings)
        self.thinking = entry.thinking
        self.url, self.seconds = settings.anthropic_url, settings.model_timeout_seconds
        self.line = Line(self.asked if entry.location == "local" else "", self.seconds)
        self.client = anthropic.Anthropic(
            api_key=keys.key("anthropic"),
            base_url=self.url,
            max_retries=0,  # `patiently` retries, the same way for every backend, and never what has begun
            http_client=client(anthropic, self.url, self.seconds, self.line),
        )

    def complete(self, request: ChatRequest) -> Completion:
        return drain(self.stream(request))

    def stream(self, request: ChatRequest) -> Generator[str, None, Completion]:
        return listened(answered(self.asked, request, self._pieces(request), self.seconds), self.line, self.asked)

    def count(self, request: ChatRequest) -> int:
        """Tokens of the whole prompt, counted by Anthropic free of charge. Faults as of an answer."""
        asked = {name: value for name, value in self._asked(request).items() if name in COUNTED}
        with opening(self.sdk, self.asked, self.url, keys.VARIABLES["anthropic"], START, self.seconds):
            return int(self.client.messages.count_tokens(**asked).input_tokens)

    def _pieces(self, request: ChatRequest) -> Generator[str, None, Ending]:
        asked = self._asked(request)

        def start() -> Any:
            with opening(self.sdk, self.asked, self.url, keys.VARIABLES["anthropic"], START, self.seconds):
                return self.client.messages.create(**asked, stream=True)

        reported: dict[str, Any] = {}
        answered_by, reason = self.name, None
        with reading(self.sdk, self.asked, self.seconds), patiently(start, self.line.wait) as events:
            for event in events:
                if event.type == "message_start":
                    answered_by = event.message.model
                    reported |= event.message.usage.model_dump(exclude_none=True)
                elif event.type == "content_block_delta" and event.delta.type == "text_delta":
                    yield event.delta.text
                elif event.type == "message_delta":
                    reason = event.delta.stop_reason
                    reported |= event.usage.model_dump(exclude_none=True)
        if reason is None:
            raise broken_off(self.asked)
        return Ending(FINISHES.get(str(reason), "other"), usage(reported), answered_by)

    def _asked(self, request: ChatRequest) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "model": self.name,
            "max_tokens": request.max_output_tokens + request.thinking_tokens,
            "messages": [{"role": one.role, "content": one.content} for one in request.messages],
        }
        if request.system:
            mark = {"type": "ephemeral"}  # everything up to here is the same in every call of a run
            asked["system"] = [{"type": "text", "text": request.system, "cache_control": mark}]
        if request.thinking_tokens:
            asked["thinking"] = self._thinking(request.thinking_tokens)
        if request.schema is not None:
            schema = self.sdk.transform_schema(dict(request.schema))
            asked["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        return asked

    def _thinking(self, tokens: int) -> dict[str, Any]:
        if self.thinking == "adaptive":
            return {"type": "adaptive", "display": "omitted"}
        return {"type": "enabled", "budget_tokens": max(LEAST_BUDGET, tokens), "display": "omitted"}


def usage(reported: dict[str, Any]) -> Usage | None:
    """Anthropic counts input without what a cache gave or took; our total includes both. None where it is no count."""
    read, written = reported.get("cache_read_input_tokens", 0), reported.get("cache_creation_input_tokens", 0)
    new, said = reported.get("input_tokens", 0), reported.get("output_tokens", 0)
    if not counted(new, read, written, said):
        return None
    return Usage(new + read + written, said, cached_tokens=read, cache_write_tokens=written, raw=reported)
