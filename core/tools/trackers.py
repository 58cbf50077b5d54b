"""Issues in Jira, GitHub and GitLab: looked for by their label first, so that trying again never opens a second one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core.errors import BadInput, Conflict
from core.llm.keys import secret
from core.llm.permission import is_loopback
from core.tools.allowlist import Tool

Answer = Any
SECONDS, MOST_BYTES, MOST_WAITED = 20.0, 1_000_000, 120
FENCE = re.compile("`{3,}")


class Refused(BadInput):
    """The server said no, and would again: its answer is about our key, our rights or our request."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """One server, with its key: each method makes one request and reads its JSON."""

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
                body = _read(response)
        except httpx.HTTPError as error:
            raise Conflict(
                f"{self.tool.title}: {self.tool.hosts[0]} did not answer ({type(error).__name__}); retry in a while."
            ) from error
        return _judged(self.tool, response, body)


def open_issue(tool: Tool, key: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The issue of this key: found, or opened now. {"id", "address", "found"}."""
    return _KINDS[tool.runs][0](_tracker(tool), _label(key), arguments)


def close_issue(tool: Tool, result: Mapping[str, Any], why: str) -> dict[str, Any]:
    """Close it; that it is closed already is no fault."""
    return _KINDS[tool.runs][1](_tracker(tool), str(result["id"]), why)


# --- Jira -------------------------------------------------------------------------------------------------------


def _jira_open(jira: Tracker, label: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    sought = {"jql": f'labels = "{label}"', "fields": "key", "maxResults": 2}
    found = jira.ask("GET", "rest/api/2/search", params=sought).get("issues", [])
    if found:
        return _jira_told(jira, found[0], found=True)
    fields: dict[str, Any] = {
        "project": {"key": jira.tool.where["project"]},
        "issuetype": {"name": jira.tool.where.get("issue_type", "Task")},
        "summary": arguments["title"],
        # Inside noformat nothing is mark-up, and nobody is mentioned.
        "description": "{noformat}\n" + arguments["body"].replace("{noformat}", "{ noformat }") + "\n{noformat}",
        "labels": ["compliance", f"risk-{arguments['priority']}", label],
    }
    if arguments["due"]:
        fields["duedate"] = arguments["due"]
    return _jira_told(jira, jira.ask("POST", "rest/api/2/issue", json={"fields": fields}), found=False)


def _jira_told(jira: Tracker, issue: Mapping[str, Any], *, found: bool) -> dict[str, Any]:
    return {"id": str(issue["key"]), "address": f"{jira.tool.base}/browse/{issue['key']}", "found": found}


def _jira_close(jira: Tracker, issue: str, why: str) -> dict[str, Any]:
    path, wanted = f"rest/api/2/issue/{quote(issue, safe='')}", jira.tool.where.get("closing", "Done")
    offered = jira.ask("GET", f"{path}/transitions").get("transitions", [])
    chosen = next((one for one in offered if wanted in (one.get("name"), (one.get("to") or {}).get("name"))), None)
    if chosen is None:
        state = jira.ask("GET", path, params={"fields": "status"})["fields"]["status"]["name"]
        if state != wanted:
            raise Refused(f"{issue} is {state!r} and cannot be moved to {wanted!r}; close it in Jira.")
        return {"closed": issue}
    jira.ask("POST", f"{path}/transitions", json={"transition": {"id": chosen["id"]}})
    return {"closed": issue}


# --- GitHub and GitLab ------------------------------------------------------------------------------------------


def _github_open(github: Tracker, label: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    path = f"repos/{github.tool.where['project']}/issues"
    found = github.ask("GET", path, params={"labels": label, "state": "all", "per_page": 2})
    labels = ["compliance", f"risk-{arguments['priority']}", label]
    issue = (
        found[0]
        if found
        else github.ask("POST", path, json={"title": arguments["title"], "body": _dated(arguments), "labels": labels})
    )
    return {"id": str(issue["number"]), "address": _web(issue.get("html_url")), "found": bool(found)}


def _github_close(github: Tracker, issue: str, why: str) -> dict[str, Any]:
    wanted = {"state": "closed", "state_reason": "not_planned"}
    github.ask("PATCH", f"repos/{github.tool.where['project']}/issues/{quote(issue, safe='')}", json=wanted)
    return {"closed": issue}


def _gitlab_open(gitlab: Tracker, label: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    path = _gitlab_issues(gitlab)
    found = gitlab.ask("GET", path, params={"labels": label, "scope": "all", "per_page": 2})
    wanted: dict[str, Any] = {
        "title": arguments["title"],
        "description": _dated(arguments),
        "labels": f"compliance,risk-{arguments['priority']},{label}",
    }
    if arguments["due"]:
        wanted["due_date"] = arguments["due"]
    issue = found[0] if found else gitlab.ask("POST", path, json=wanted)
    return {"id": str(issue["iid"]), "address": _web(issue.get("web_url")), "found": bool(found)}


def _gitlab_close(gitlab: Tracker, issue: str, why: str) -> dict[str, Any]:
    gitlab.ask("PUT", f"{_gitlab_issues(gitlab)}/{quote(issue, safe='')}", json={"state_event": "close"})
    return {"closed": issue}


def _gitlab_issues(gitlab: Tracker) -> str:
    return f"api/v4/projects/{quote(gitlab.tool.where['project'], safe='')}/issues"


def _dated(arguments: Mapping[str, Any]) -> str:
    """In a fence longer than any in the text: no mark-up, no mention, no image is made of a document's words."""
    longest = max((len(run) for run in FENCE.findall(arguments["body"])), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{arguments['body']}\n{fence}"


# --- requests ---------------------------------------------------------------------------------------------------


def _tracker(tool: Tool) -> Tracker:
    import base64

    key, _ = secret(tool.credential)
    if key is None:
        raise Refused(
            f"{tool.title} has no key: set {tool.credential}, or {tool.credential}_FILE to a file that holds it."
        )
    if tool.runs == "gitlab":
        return Tracker(tool, {"PRIVATE-TOKEN": key})
    if tool.runs == "jira" and ":" in key:
        return Tracker(tool, {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"})
    return Tracker(tool, {"Authorization": f"Bearer {key}"})


def _label(key: str) -> str:
    return f"copilot-{key[:24]}"


def _read(response: Any) -> bytes:
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise Refused("The server's answer is far too long for an issue; check its address.")
    return body


def _judged(tool: Tool, response: Any, body: bytes) -> Answer:
    import json

    code, host = response.status_code, tool.hosts[0]
    if code == 429 or code >= 500:
        raise Conflict(f"{tool.title}: {host} is busy or down ({code}); retry in a while.")
    if code in (401, 403):
        raise Refused(f"{tool.title}: {host} refused our key ({code}); check {tool.credential} and its rights.")
    if not 200 <= code < 300:
        raise Refused(f"{tool.title}: {host} answered {code}; check the project and the tool's settings.")
    try:
        return json.loads(body) if body.strip() else {}
    except ValueError as error:
        raise Refused(f"{tool.title}: {host} answered something that is no JSON; check the tool's base.") from error


def _web(address: object) -> str:
    """An address for a link: https or http only."""
    return address if isinstance(address, str) and address.startswith(("https://", "http://")) else ""


_KINDS: dict[str, tuple[Callable[..., dict[str, Any]], Callable[..., dict[str, Any]]]] = {
    "jira": (_jira_open, _jira_close),
    "github": (_github_open, _github_close),
    "gitlab": (_gitlab_open, _gitlab_close),
}
