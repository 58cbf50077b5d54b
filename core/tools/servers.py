"""One server of a network tool: a request with its key, no redirect, an answer of JSON read within limits."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput, Conflict
from core.llm.keys import secret
from core.llm.permission import is_loopback
from core.tools.allowlist import Tool

Answer = Any
SECONDS, MOST_SECONDS, MOST_BYTES = 20.0, 120.0, 1_000_000  # without a byte, in all, of one answer
LONGEST_NAME = 200


class Refused(BadInput):
    """The server said no, and would again: its answer is about our key, our rights or our request."""


class Missing(Refused):
    """There is no such address on the server."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a tool goes, with its key: `ask` makes one request and reads its JSON."""

    tool: Tool
    headers: Mapping[str, str]

    def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Conflict where trying again may help, Refused where it would not. No words of the server are told."""
        import httpx

        local = is_loopback(httpx.URL(self.tool.base).host)
        try:
            with (
                httpx.Client(follow_redirects=False, timeout=SECONDS, trust_env=not local) as client,
                client.stream(method, f"{self.tool.base}/{path}", headers=dict(self.headers), **options) as response,
            ):
                body = _read(self.tool, response)
        except httpx.HTTPError as error:
            raise Conflict(
                f"{self.tool.title}: {self.tool.hosts[0]} did not answer ({type(error).__name__}); retry in a while."
            ) from error
        return _judged(self.tool, response, body)

    def several(self, method: str, path: str, inside: str = "", **options: Any) -> list[dict[str, Any]]:
        """A list of objects, or that which an object holds under `inside`."""
        answer = self.ask(method, path, **options)
        found = answer.get(inside) if inside and isinstance(answer, dict) else answer
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.odd()
        return found

    def one(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """An object."""
        answer = self.ask(method, path, **options)
        if not isinstance(answer, dict):
            raise self.odd()
        return answer

    def named(self, issue: Mapping[str, Any], *names: str) -> str:
        """What the server calls an issue: the first of these that it has."""
        known = [issue[name] for name in names if isinstance(issue.get(name), str | int) and issue[name]]
        if not known or len(str(known[0])) > LONGEST_NAME:
            raise self.odd()
        return str(known[0])

    def odd(self) -> Refused:
        return Refused(
            f"{self.tool.title}: {self.tool.hosts[0]} answered something that is no issue; check the tool's base."
        )


def server(tool: Tool) -> Server:
    """With the key that its credential names, looked up now and kept nowhere. Refused where there is none."""
    key, _ = secret(tool.credential)
    if key is None:
        raise Refused(
            f"{tool.title} has no key: set {tool.credential}, or {tool.credential}_FILE to a file that holds it."
        )
    if not (key.isascii() and key.isprintable()):
        raise Refused(f"{tool.title}: the key in {tool.credential} has signs that no key has; set it again.")
    return Server(tool, _shown(tool, key))


def _shown(tool: Tool, key: str) -> dict[str, str]:
    import base64

    if tool.runs == "gitlab":
        return {"PRIVATE-TOKEN": key}
    if tool.runs == "jira" and ":" in key:
        return {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
    return {"Authorization": f"Bearer {key}"}


def _read(tool: Tool, response: Any) -> bytes:
    body, over = b"", time.monotonic() + MOST_SECONDS
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise Refused(f"{tool.title}: the server's answer is far too long for an issue; check the tool's base.")
        if time.monotonic() > over:
            raise Conflict(f"{tool.title}: {tool.hosts[0]} did not come to the end of its answer; retry in a while.")
    return body


def _judged(tool: Tool, response: Any, body: bytes) -> Answer:
    import json

    code, host = response.status_code, tool.hosts[0]
    if code == 429 or code >= 500:
        raise Conflict(f"{tool.title}: {host} is busy or down ({code}); retry in a while.")
    if code in (401, 403):
        raise Refused(f"{tool.title}: {host} refused our key ({code}); check {tool.credential} and its rights.")
    if not 200 <= code < 300:
        kind = Missing if code in (404, 405) else Refused
        raise kind(f"{tool.title}: {host} answered {code}; check the project and the tool's settings.")
    try:
        return json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Refused(f"{tool.title}: {host} answered something that is no JSON; check the tool's base.") from error
