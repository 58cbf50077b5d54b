"""A server on this machine that keeps issues as Jira, GitHub and GitLab do: labels, search, transitions, closing."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "a-key-of-the-test"


@dataclass
class Kept:
    """What the server holds and saw. `faults`: statuses answered first. `drop`: how many answers are cut. `deaf`: it
    names every issue, whatever is sought. `own`: a Jira of one's own, without the search of the cloud. `said`: what it
    answers to everything. `on_post`: what happens once it has kept an issue, before it answers.
    """

    url: str = ""
    issues: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    drop: int = 0
    elsewhere: str = ""
    deaf: bool = False
    own: bool = False
    said: Any = None
    on_post: Callable[[], None] | None = None


@contextmanager
def tracker() -> Iterator[Kept]:
    kept = Kept()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *words: object) -> None: ...

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            kept.requests.append((self.command, self.path, dict(self.headers)))
            if kept.elsewhere:
                self.send_response(302)
                self.send_header("Location", kept.elsewhere)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if kept.faults:
                return self._answer(kept.faults.pop(0), {"message": "said by the server"})
            if kept.said is not None:
                return self._answer(200, kept.said)
            answer = _answered(kept, self.command, self.path, body)
            if self.command == "POST" and kept.on_post:
                kept.on_post()
            if self.command == "POST" and kept.drop:
                kept.drop -= 1
                self.close_connection = True  # and at once: closing alone leaves the other side to wait
                self.connection.shutdown(socket.SHUT_RDWR)
                return None
            return self._answer(200 if answer is not None else 404, {} if answer is None else answer)

        def _answer(self, status: int, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = _serve

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join(120)


def _answered(kept: Kept, method: str, path: str, body: dict[str, Any]) -> Any:
    parts = urlsplit(path)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    place = unquote(parts.path)
    if kept.own and place.endswith("/search/jql"):
        return None
    for pattern, answer in ROUTES:
        if found := re.fullmatch(pattern, f"{method} {place}"):
            return answer(kept, found, asked, body)
    return None


def _labelled(kept: Kept, label: str) -> list[dict[str, Any]]:
    return [one for one in kept.issues if label in one["labels"]]


def _add(kept: Kept, title: str, text: str, labels: list[str], due: str | None) -> dict[str, Any]:
    number = len(kept.issues) + 1
    kept.issues.append(
        {
            "number": number, "iid": number, "key": f"COMP-{number}", "title": title, "text": text, "labels": labels,
            "due": due, "state": "open", "html_url": f"https://example.test/{number}",
            "web_url": f"https://example.test/{number}",
        }
    )  # fmt: skip
    return kept.issues[-1]


def _jira_search(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    label = re.findall(r'labels = "([^"]+)"', asked["jql"])[0]
    found = kept.issues if kept.deaf else _labelled(kept, label)
    return {"issues": [{"key": one["key"], "fields": {"labels": one["labels"]}} for one in found]}


def _jira_add(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    fields = body["fields"]
    return {"key": _add(kept, fields["summary"], fields["description"], fields["labels"], fields.get("duedate"))["key"]}


def _jira_comment(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    kept.issues[int(found[1]) - 1]["comment"] = body["body"]
    return {"id": "1"}


def _jira_moves(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    issue = kept.issues[int(found[1]) - 1]
    return {"transitions": [] if issue["state"] == "Done" else [{"id": "31", "name": "Close", "to": {"name": "Done"}}]}


def _jira_move(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    kept.issues[int(found[1]) - 1]["state"] = "Done" if body["transition"]["id"] == "31" else "?"
    return {}


def _jira_issue(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    return {"fields": {"status": {"name": kept.issues[int(found[1]) - 1]["state"]}}}


def _close(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    issue = kept.issues[int(found[1]) - 1]
    issue["state"] = body.get("state") or body.get("state_event")
    return issue


def _search(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    return kept.issues if kept.deaf else _labelled(kept, asked["labels"])


def _github_add(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    return _add(kept, body["title"], body["body"], body["labels"], None)


def _gitlab_add(kept: Kept, found: re.Match[str], asked: dict[str, str], body: dict[str, Any]) -> Any:
    return _add(kept, body["title"], body["description"], body["labels"].split(","), body.get("due_date"))


ROUTES = [
    (r"GET /rest/api/2/search(?:/jql)?", _jira_search),
    (r"POST /rest/api/2/issue/COMP-(\d+)/comment", _jira_comment),
    (r"POST /rest/api/2/issue", _jira_add),
    (r"GET /rest/api/2/issue/COMP-(\d+)/transitions", _jira_moves),
    (r"POST /rest/api/2/issue/COMP-(\d+)/transitions", _jira_move),
    (r"GET /rest/api/2/issue/COMP-(\d+)", _jira_issue),
    (r"GET /repos/firm/duties/issues", _search),
    (r"POST /repos/firm/duties/issues", _github_add),
    (r"PATCH /repos/firm/duties/issues/(\d+)", _close),
    (r"GET /api/v4/projects/firm/duties/issues", _search),
    (r"POST /api/v4/projects/firm/duties/issues", _gitlab_add),
    (r"PUT /api/v4/projects/firm/duties/issues/(\d+)", _close),
]
