"""What the two SDKs of one maker (anthropic, openai) have in common: their HTTP client and their faults."""

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from core.errors import CopilotError
from core.llm import faults
from core.llm.answering import asked_to_wait
from core.llm.lines import Line
from core.llm.permission import is_loopback

CONNECT_SECONDS = 5.0
# What Anthropic, OpenAI, vLLM and llama-server call their errors.
KINDS = {
    "invalid_request_error", "authentication_error", "permission_error", "not_found_error", "request_too_large",
    "rate_limit_error", "api_error", "overloaded_error", "timeout_error", "billing_error", "conflict_error",
    "server_error", "unavailable_error", "not_supported_error", "exceed_context_size_error", "insufficient_quota",
    "internal_server_error", "BadRequestError", "AuthenticationError", "PermissionDeniedError", "NotFoundError",
    "RateLimitError", "InternalServerError", "ServiceUnavailableError", "UnprocessableEntityError", "APIError",
}  # fmt: skip
OVERLOADED = {"overloaded_error": 529, "rate_limit_error": 429}
UNPAID = ("billing_error", "insufficient_quota")  # the latter comes with 429, and waiting does not help
# How servers say that a prompt is too long: Anthropic, OpenAI and vLLM, llama-server and llama-cpp-python.
OVERFLOW_SIGNS = ("too long", "context length", "context_length", "context window", "context size", "exceed context")


def client(sdk: Any, url: str, timeout_seconds: float, line: Line) -> Any:
    """The SDK's own HTTP client: no redirect is followed to a host that nobody named, no proxy is asked for our own."""
    import httpx2

    timeout = httpx2.Timeout(timeout_seconds, connect=CONNECT_SECONDS)
    hooks = {**ending(httpx2, timeout_seconds), **line.hooks()}
    known = {
        "base_url": url, "timeout": timeout, "follow_redirects": False, "event_hooks": hooks, "verify": certificates(),
    }  # fmt: skip
    if is_loopback(urlsplit(url).hostname or ""):
        # Anthropic's SDK looks for proxies in the environment itself, unless it is given a transport.
        known["transport"] = httpx2.HTTPTransport(verify=certificates(), trust_env=False)
    return sdk.DefaultHttpxClient(**known)


@cache
def certificates() -> ssl.SSLContext:
    """Whom to trust. Reading them takes 20 ms or more, several times what all else does that we add to a call."""
    import httpx2

    found: ssl.SSLContext = httpx2.create_ssl_context()
    return found


def ending(httpx: Any, seconds: float) -> dict[str, list[Any]]:
    """Hooks for a client whose answers must have come whole within so many seconds.

    Its own timeout begins anew with every byte, and what keeps a connection open need not be a piece of an answer.
    """

    class Ending(httpx.SyncByteStream):  # type: ignore[misc]
        def __init__(self, stream: Any) -> None:
            self.stream, self.end = stream, time.monotonic() + seconds

        def __iter__(self) -> Iterator[bytes]:
            for piece in self.stream:
                if time.monotonic() > self.end:
                    raise httpx.ReadTimeout("the answer does not end")
                yield piece

        def close(self) -> None:
            self.stream.close()

    def limit(response: Any) -> None:
        response.stream = Ending(response.stream)

    return {"response": [limit]}


def known(kind: object) -> str:
    """A provider's own word for an error; "" for any other, which could be a piece of the text that it was sent."""
    return kind if isinstance(kind, str) and kind in KINDS else ""


@contextmanager
def opening(sdk: ModuleType, model: str, url: str, key: str, start: str, seconds: float) -> Iterator[None]:
    """Faults before the answer begins, each as our own sentence. `start`: what to do when nothing answers."""
    import httpx2

    try:
        yield
    except sdk.APITimeoutError as error:
        late = type(error.__cause__).__name__ == "ConnectTimeout"
        raise (faults.unreachable(model, url, start) if late else faults.took_too_long(model, seconds)) from error
    except sdk.APIConnectionError as error:
        if isinstance(error.__cause__, faults.Refused):
            raise error.__cause__ from None
        sent = isinstance(error.__cause__, httpx2.ReadError | httpx2.WriteError | httpx2.RemoteProtocolError)
        raise (faults.hung_up(model) if sent else faults.unreachable(model, url, start)) from error
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
        raise reported(model, _kind(error), words(error)) from error
    except (sdk.APIConnectionError, httpx2.HTTPError, json.JSONDecodeError) as error:
        raise faults.broken_off(model) from error
    except sdk.APIError as error:  # an error object among the pieces
        raise reported(model, _kind(error), words(error)) from error
    except (AttributeError, TypeError, UnicodeDecodeError) as error:  # SDKs make their objects of whatever comes
        raise faults.garbled(model) from error


def words(error: Any) -> str:
    """All that a server said with an error, in small letters: to look for signs in, never to be told."""
    return f"{error.message} {error.body}".casefold()


def reported(model: str, kind: str, said: str) -> CopilotError:
    """For an error that a server sends in the answer's place, or in its middle. `said` as `words` gives it."""
    if kind in OVERLOADED:
        return faults.busy(model, OVERLOADED[kind], begun=True)
    if any(sign in said for sign in OVERFLOW_SIGNS):
        return faults.overflow(model)
    return faults.reported(model, kind)


def _refused(error: Any, model: str, key: str) -> CopilotError:
    status: int = error.status_code
    message = words(error)
    if status in (401, 403):
        return faults.key_refused(model, key)
    if status == 402 or _kind(error) in UNPAID or "credit balance" in message:
        return faults.no_credit(model)
    if status in (429, 503, 529):
        return faults.busy(model, status, asked_to_wait(error.response.headers))
    if status in (400, 422) and "response_format" in message:
        return faults.form_refused(model)
    if status == 413 or (status in (400, 422, 500) and any(sign in message for sign in OVERFLOW_SIGNS)):
        return faults.overflow(model)
    if status == 404:
        return faults.model_missing(model, "check its name in models/catalog.toml")
    return faults.server_fault(model, status, _kind(error))


def _kind(error: Any) -> str:
    """The server's word for its error, as "overloaded_error". Never its message."""
    body = error.body if isinstance(error.body, Mapping) else {}
    inner = body.get("error")
    return known((inner if isinstance(inner, Mapping) else body).get("type"))
