"""What the two SDKs of one maker (anthropic, openai) have in common: their HTTP client and their faults."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from core.errors import CopilotError
from core.llm import faults
from core.llm.permission import is_loopback

CONNECT_SECONDS = 5.0
# How servers say that a prompt is too long: Anthropic, OpenAI and vLLM, llama-server and llama-cpp-python.
OVERFLOW_SIGNS = ("too long", "context length", "context_length", "context window", "context size", "exceed context")


def client(sdk: Any, url: str, timeout_seconds: float) -> Any:
    """The SDK's own HTTP client: no redirect is followed to a host that nobody named, no proxy is asked for our own."""
    import httpx2

    timeout = httpx2.Timeout(timeout_seconds, connect=CONNECT_SECONDS)
    local = is_loopback(urlsplit(url).hostname or "")
    return sdk.DefaultHttpxClient(base_url=url, timeout=timeout, follow_redirects=False, trust_env=not local)


@contextmanager
def opening(sdk: ModuleType, model: str, url: str, key: str, start: str, seconds: float) -> Iterator[None]:
    """Faults before the answer begins, each as our own sentence. `start`: what to do when nothing answers."""
    try:
        yield
    except sdk.APITimeoutError as error:
        late = type(error.__cause__).__name__ == "ConnectTimeout"
        raise (faults.unreachable(model, url, start) if late else faults.took_too_long(model, seconds)) from error
    except sdk.APIConnectionError as error:
        raise faults.unreachable(model, url, start) from error
    except sdk.APIStatusError as error:
        raise _refused(error, model, key) from error


@contextmanager
def reading(sdk: ModuleType, model: str, seconds: float) -> Iterator[None]:
    """Faults in the middle of an answer."""
    import httpx2

    try:
        yield
    except (sdk.APITimeoutError, httpx2.TimeoutException) as error:
        raise faults.took_too_long(model, seconds) from error
    except sdk.APIStatusError as error:
        kind = _kind(error)
        if kind in ("overloaded_error", "rate_limit_error"):
            raise faults.busy(model, 529 if kind == "overloaded_error" else 429) from error
        raise faults.broken_off(model) from error
    except (sdk.APIError, httpx2.HTTPError, json.JSONDecodeError) as error:
        raise faults.broken_off(model) from error


def _refused(error: Any, model: str, key: str) -> CopilotError:
    status: int = error.status_code
    if status in (401, 403):
        return faults.key_refused(model, key)
    if status in (429, 503, 529):
        return faults.busy(model, status, error.response.headers.get("retry-after"))
    message = str(error.message).casefold()
    if status == 413 or (status in (400, 422, 500) and any(sign in message for sign in OVERFLOW_SIGNS)):
        return faults.overflow(model)
    if status == 404:
        return faults.model_missing(model, "check its name in models/catalog.toml")
    return faults.server_fault(model, status, _kind(error))


def _kind(error: Any) -> str:
    """The server's word for its error, as "overloaded_error": a fixed word, never a message."""
    body = error.body if isinstance(error.body, Mapping) else {}
    inner = body.get("error")
    word = (inner if isinstance(inner, Mapping) else body).get("type")
    return word if isinstance(word, str) and word.replace("_", "").isalnum() and len(word) < 50 else ""
