"""Any server that speaks OpenAI's chat completions: vLLM, llama-server, LM Studio, llama-cpp-python's own."""

from collections.abc import Generator
from typing import Any

from core.errors import Missing
from core.llm import catalog, faults, hosted, keys
from core.llm.answering import Ending, answered, counted, drain, patiently
from core.llm.hosted import client, opening, reading
from core.llm.lines import Line, listened
from core.settings import Settings
from core.types import ChatRequest, Completion, Finish, Usage

# The last two are Mistral's and text-generation-inference's.
FINISHES: dict[str, Finish] = {
    "stop": "stop", "length": "length", "content_filter": "refused", "model_length": "length", "eos_token": "stop",
}  # fmt: skip
START = "start that server, or set COPILOT_OPENAI_URL"
NO_KEY = "none"  # the SDK insists on one; servers on this machine ask for none


class OpenAIModel:
    """With `thinking_tokens` the chat template is told to think (vLLM and llama-server read that, others pass over it),
    in so many tokens more; without, the model does as its server is set up.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        try:
            import openai
        except ImportError as error:
            raise Missing("Such servers need the package openai: make run, or pip install openai") from error
        self.sdk = openai
        self.name, self.asked = name, f"openai:{name}"
        entry = catalog.entry(self.asked, settings)
        self.url, self.seconds = catalog.address(entry, settings), settings.model_timeout_seconds
        self.structured = entry.structured
        self.line = Line(self.asked if entry.location == "local" else "", self.seconds)
        self.client = openai.OpenAI(
            api_key=keys.look("openai")[0] or NO_KEY,
            base_url=self.url,
            max_retries=0,
            http_client=client(openai, self.url, self.seconds, self.line),
        )

    def complete(self, request: ChatRequest) -> Completion:
        return drain(self.stream(request))

    def stream(self, request: ChatRequest) -> Generator[str, None, Completion]:
        return listened(answered(self.asked, request, self._pieces(request), self.seconds), self.line, self.asked)

    def _pieces(self, request: ChatRequest) -> Generator[str, None, Ending]:
        asked = self._asked(request)

        def start() -> Any:
            with opening(self.sdk, self.asked, self.url, keys.VARIABLES["openai"], START, self.seconds):
                return self._begun(asked)

        reported, answered_by, reason, declined, came = None, self.name, None, False, False
        with reading(self.sdk, self.asked, self.seconds), patiently(start, self.line.wait) as chunks:
            for chunk in chunks:
                came = True
                if chunk.object == "error":  # as older vLLM says it
                    raise hosted.reported(self.asked, "", str(getattr(chunk, "message", "")).casefold())
                answered_by = chunk.model or answered_by
                reported = chunk.usage or reported
                if not chunk.choices:
                    yield ""  # so that it can be stopped, and comes to an end
                for choice in chunk.choices or ():
                    said = choice.delta  # some servers end without one
                    yield written(said and said.content)
                    reason = choice.finish_reason or reason
                    declined = declined or bool(said and said.refusal)
        if reason is None:
            raise faults.broken_off(self.asked) if came else faults.garbled(self.asked)
        if reason == "error":
            raise faults.reported(self.asked)
        finish: Finish = "refused" if declined else FINISHES.get(str(reason), "other")
        return Ending(finish, usage(reported), answered_by)

    def _begun(self, asked: dict[str, Any]) -> Any:
        try:
            return self.client.chat.completions.create(**asked, stream=True)
        except self.sdk.APIStatusError as error:
            if error.status_code not in (400, 422) or "stream_options" not in hosted.words(error):
                raise
            # Mistral's server counts unasked, and takes no field that it does not know.
            less = {name: value for name, value in asked.items() if name != "stream_options"}
            return self.client.chat.completions.create(**less, stream=True)

    def _asked(self, request: ChatRequest) -> dict[str, Any]:
        system = [{"role": "system", "content": request.system}] if request.system else []
        asked: dict[str, Any] = {
            "model": self.name,
            "max_tokens": request.max_output_tokens + request.thinking_tokens,
            "messages": [*system, *({"role": one.role, "content": one.content} for one in request.messages)],
            "stream_options": {"include_usage": True},
        }
        if request.temperature is not None:
            asked["temperature"] = request.temperature
        if request.thinking_tokens:
            asked["extra_body"] = {"chat_template_kwargs": {"enable_thinking": True}}
        if request.schema is not None:
            schema = dict(request.schema)
            # "json_object" with a schema is what llama-cpp-python's server takes.
            asked["response_format"] = (
                {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
                if self.structured == "json_schema"
                else {"type": "json_object", "schema": schema}
            )
        return asked


def written(content: Any) -> str:
    """The text of a piece. Mistral's server sends thoughts and text as parts of one: the text alone."""
    if not isinstance(content, list):
        return content or ""
    return "".join(part.get("text", "") for part in content if part.get("type") == "text")


def usage(reported: Any) -> Usage | None:
    """None where what the server reports can be no count: it holds more from a cache than there was, say."""
    if not hasattr(reported, "model_dump"):  # nothing, or something else than counts
        return None
    raw = reported.model_dump(exclude_none=True, warnings=False)
    details = raw.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    read, written = details.get("cached_tokens", 0), details.get("cache_write_tokens", 0)
    given, said = raw.get("prompt_tokens", 0), raw.get("completion_tokens", 0)
    if not counted(given, read, written, said) or read + written > given:
        return None
    return Usage(given, said, cached_tokens=read, cache_write_tokens=written, raw=raw)
