"""Models that an Ollama server runs, through its own client: chat, what is there, pull, create from our Modelfile."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from core.errors import Missing
from core.llm import catalog, faults
from core.llm.answering import Ending, answered, asked_to_wait, counted, drain, patiently
from core.llm.hosted import CONNECT_SECONDS, OVERFLOW_SIGNS, certificates, ending
from core.llm.lines import Line, listened
from core.llm.permission import is_loopback
from core.settings import Settings
from core.types import ChatRequest, Completion, Finish, Usage

FINISHES: dict[str, Finish] = {"stop": "stop", "length": "length"}
START = "start Ollama (ollama serve), or set COPILOT_OLLAMA_URL"
CHARACTERS_PER_TOKEN = 8  # no text has fewer tokens than this; a prompt longer than that cannot fit


class OllamaModel:
    """The context is asked for with each call: without it the server takes its default and cuts the prompt silently.

    With `thinking_tokens` the model is told to think, in so many tokens more; one that cannot is a ServerFault.
    Without, it does as it is made: told not to think, some models no longer keep to a schema.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        self.name, self.asked = name, f"ollama:{name}"
        self.url, self.seconds = settings.ollama_url, settings.model_timeout_seconds
        self.context = settings.context_tokens
        self.line = Line(self.asked if catalog.entry(self.asked, settings).location == "local" else "", self.seconds)
        self.client = client(settings, self.seconds, self.line)

    def complete(self, request: ChatRequest) -> Completion:
        return drain(self.stream(request))

    def stream(self, request: ChatRequest) -> Generator[str, None, Completion]:
        return listened(answered(self.asked, request, self._pieces(request), self.seconds), self.line, self.asked)

    def _pieces(self, request: ChatRequest) -> Generator[str, None, Ending]:
        written = len(request.system) + sum(len(one.content) for one in request.messages)
        if written // CHARACTERS_PER_TOKEN + request.max_output_tokens > self.context:
            raise faults.too_long(self.asked, written // CHARACTERS_PER_TOKEN, request.max_output_tokens, self.context)

        def start() -> tuple[Any, Any]:
            parts = self.client.chat(**self._asked(request), stream=True)
            with speaking(self.asked, self.url, self.seconds):
                return next(parts), parts  # the request is sent with the first look

        part, rest = patiently(start, self.line.wait)
        with speaking(self.asked, self.url, self.seconds, begun=True):
            yield part.message.content or ""
            for part in rest:
                yield part.message.content or ""
        if not part.done:
            raise faults.broken_off(self.asked)
        if (part.prompt_eval_count or 0) >= self.context:
            raise faults.too_long(self.asked, part.prompt_eval_count, request.max_output_tokens, self.context)
        return Ending(FINISHES.get(part.done_reason or "stop", "other"), usage(part), part.model or self.name)

    def _asked(self, request: ChatRequest) -> dict[str, Any]:
        system = [{"role": "system", "content": request.system}] if request.system else []
        most = request.max_output_tokens + request.thinking_tokens
        options: dict[str, Any] = {"num_predict": most, "num_ctx": self.context}
        if request.temperature is not None:
            options["temperature"] = request.temperature
        return {
            "model": self.name,
            "messages": [*system, *({"role": one.role, "content": one.content} for one in request.messages)],
            "format": None if request.schema is None else dict(request.schema),
            "options": options,
            "think": True if request.thinking_tokens else None,
        }


def client(settings: Settings, within_seconds: float | None = None, line: Line | None = None) -> Any:
    """Ollama's client; `within_seconds` is the most that a whole answer may take. A pull may take hours."""
    try:
        import httpx
        import ollama
    except ImportError as error:
        raise Missing("Models in Ollama need its client: make run, or pip install ollama") from error
    hooks = {} if within_seconds is None else ending(httpx, within_seconds)
    return ollama.Client(
        host=settings.ollama_url,
        timeout=httpx.Timeout(settings.model_timeout_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        verify=certificates(),
        trust_env=not is_loopback(urlsplit(settings.ollama_url).hostname or ""),
        event_hooks={**hooks, **(line.hooks() if line else {})},
    )


def pulled(settings: Settings) -> list[tuple[str, int]]:
    """The models that the server has: names and sizes in bytes. Raises Unreachable."""
    with speaking("ollama", settings.ollama_url, CONNECT_SECONDS):
        return sorted((one.model, int(one.size or 0)) for one in client(settings).list().models)


def pull(name: str, settings: Settings) -> Generator[tuple[str, float], None, None]:
    """Pull a model; gives (what the server is doing, 0-1) as it goes. The server keeps what is there after a break."""
    yield from _progress(f"ollama:{name}", settings, client(settings).pull(name, stream=True))


def create(name: str, settings: Settings) -> Generator[tuple[str, float], None, None]:
    """Create a model from models/Modelfile; gives (what the server is doing, 0-1) as it goes."""
    from core.llm.modelfile import read

    made = read(settings.models_dir / "Modelfile")
    parts = client(settings).create(
        model=name, from_=made.base, system=made.system or None, parameters=made.parameters, stream=True
    )
    yield from _progress(f"ollama:{name}", settings, parts)


def _progress(model: str, settings: Settings, parts: Iterator[Any]) -> Generator[tuple[str, float], None, None]:
    status = ""
    try:
        with speaking(model, settings.ollama_url, settings.model_timeout_seconds, begun=True):
            for part in parts:
                status = part.status or status
                yield status, (part.completed or 0) / part.total if part.total else 0.0
    except faults.ModelMissing as error:
        raise faults.ModelMissing(
            f"{model}: Ollama finds no model of that name; check it at ollama.com/library."
        ) from error
    if status != "success":
        raise faults.broken_off(model)


@contextmanager
def speaking(model: str, url: str, seconds: float, *, begun: bool = False) -> Iterator[None]:
    """The client's faults as our own sentences. `begun`: an answer is under way, so a break is one in its middle."""
    import httpx
    import ollama

    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError) as error:
        raise faults.unreachable(model, url, START) from error
    except httpx.TimeoutException as error:
        raise faults.took_too_long(model, seconds) from error
    except ollama.ResponseError as error:
        raise _refused(error, model, begun) from error
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as error:
        raise (faults.broken_off(model) if begun else faults.hung_up(model)) from error
    except (httpx.HTTPError, ValueError, StopIteration) as error:  # a line cut in its middle is no JSON
        raise faults.broken_off(model) from error
    except (AttributeError, TypeError) as error:  # its client takes whatever comes for an object
        raise faults.garbled(model) from error


def _refused(error: Any, model: str, begun: bool) -> Exception:
    status, message = error.status_code, str(error.error).casefold()
    if status in (429, 503, 529):
        response = getattr(error.__context__, "response", None)  # the client's own error keeps no headers
        return faults.busy(model, status, asked_to_wait(response.headers) if response is not None else None)
    if any(sign in message for sign in OVERFLOW_SIGNS):
        return faults.overflow(model)
    if status == 404 or "not found" in message or "file does not exist" in message:
        name = model.partition(":")[2]
        return faults.model_missing(model, f"pull it under Models & prompts, or run: ollama pull {name}")
    if "system memory" in message:
        return faults.no_memory(model)
    return faults.reported(model) if begun or status < 0 else faults.server_fault(model, status)


def usage(part: Any) -> Usage | None:
    raw = part.model_dump(include={"prompt_eval_count", "eval_count", "prompt_eval_duration", "eval_duration"})
    raw = {name: value for name, value in raw.items() if value is not None}
    given, said = raw.get("prompt_eval_count", 0), raw.get("eval_count", -1)
    return Usage(given, said, raw=raw) if counted(given, said) else None
