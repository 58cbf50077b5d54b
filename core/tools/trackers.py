"""Issues in Jira, GitHub and GitLab: looked for by their label first, so that trying again never opens a second one."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from core.tools.allowlist import Tool
from core.tools.servers import Missing, Refused, Server, server

Issue = Mapping[str, Any]
FENCE = re.compile("`{3,}")


def open_issue(tool: Tool, key: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The issue of this key: found, or opened now. {"id", "address", "found"}."""
    return _KINDS[tool.runs][0](server(tool), _label(key), arguments)


def close_issue(tool: Tool, result: Mapping[str, Any], why: str) -> dict[str, Any]:
    """Close it; that it is closed already is no fault."""
    return _KINDS[tool.runs][1](server(tool), str(result["id"]), why)


# --- Jira -------------------------------------------------------------------------------------------------------


def _jira_open(jira: Server, label: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if found := _ours([{**one, **(one.get("fields") or {})} for one in _jira_search(jira, label)], label):
        return _jira_told(jira, found, found=True)
    fields: dict[str, Any] = {
        "project": {"key": jira.tool.where["project"]},
        "issuetype": {"name": jira.tool.where.get("issue_type", "Task")},
        "summary": arguments["title"],
        "description": _plain(arguments["body"]),
        "labels": ["compliance", f"risk-{arguments['priority']}", label],
    }
    if arguments["due"]:
        fields["duedate"] = arguments["due"]
    return _jira_told(jira, jira.one("POST", "rest/api/2/issue", json={"fields": fields}), found=False)


def _jira_search(jira: Server, label: str) -> list[dict[str, Any]]:
    sought = {"jql": f'labels = "{label}"', "fields": "labels", "maxResults": 2}
    try:
        # Jira Cloud took the older address away in 2025 (its CHANGE-2046); a server of one's own has only that.
        return jira.several("GET", "rest/api/2/search/jql", "issues", params=sought)
    except Missing:
        return jira.several("GET", "rest/api/2/search", "issues", params=sought)


def _jira_told(jira: Server, issue: Issue, *, found: bool) -> dict[str, Any]:
    name = jira.named(issue, "key", "id")
    return {"id": name, "address": f"{jira.tool.base}/browse/{quote(name, safe='')}", "found": found}


def _jira_close(jira: Server, issue: str, why: str) -> dict[str, Any]:
    path, wanted = f"rest/api/2/issue/{quote(issue, safe='')}", jira.tool.where.get("closing", "Done")
    offered = jira.several("GET", f"{path}/transitions", "transitions")
    chosen = next((one for one in offered if wanted in (one.get("name"), (one.get("to") or {}).get("name"))), None)
    if chosen is None:
        state = _jira_state(jira.one("GET", path, params={"fields": "status"}))
        if state != wanted:
            raise Refused(f"{issue} is {state!r} and cannot be moved to {wanted!r}; close it in Jira.")
        return {"closed": issue}
    # Else "Done" would read as if the work had been done.
    jira.ask("POST", f"{path}/comment", json={"body": _plain(why)})
    jira.ask("POST", f"{path}/transitions", json={"transition": {"id": jira.named(chosen, "id")}})
    return {"closed": issue}


def _jira_state(issue: Issue) -> str:
    status = (issue.get("fields") or {}).get("status") or {}
    return str(status.get("name") or "not known")[:100]


def _plain(text: str) -> str:
    """Inside noformat nothing is mark-up, and nobody is mentioned."""
    return "{noformat}\n" + text.replace("{noformat}", "{ noformat }") + "\n{noformat}"


# --- GitHub and GitLab ------------------------------------------------------------------------------------------


def _github_open(github: Server, label: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    path = f"repos/{github.tool.where['project']}/issues"
    known = _ours(github.several("GET", path, params={"labels": label, "state": "all", "per_page": 2}), label)
    labels = ["compliance", f"risk-{arguments['priority']}", label]
    issue = known or github.one(
        "POST", path, json={"title": arguments["title"], "body": _dated(arguments), "labels": labels}
    )
    return {"id": github.named(issue, "number"), "address": _web(issue.get("html_url")), "found": bool(known)}


def _github_close(github: Server, issue: str, why: str) -> dict[str, Any]:
    wanted = {"state": "closed", "state_reason": "not_planned"}
    github.ask("PATCH", f"repos/{github.tool.where['project']}/issues/{quote(issue, safe='')}", json=wanted)
    return {"closed": issue}


def _gitlab_open(gitlab: Server, label: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    path = _gitlab_issues(gitlab)
    known = _ours(gitlab.several("GET", path, params={"labels": label, "scope": "all", "per_page": 2}), label)
    wanted: dict[str, Any] = {
        "title": arguments["title"],
        "description": _dated(arguments),
        "labels": f"compliance,risk-{arguments['priority']},{label}",
    }
    if arguments["due"]:
        wanted["due_date"] = arguments["due"]
    issue = known or gitlab.one("POST", path, json=wanted)
    return {"id": gitlab.named(issue, "iid"), "address": _web(issue.get("web_url")), "found": bool(known)}


def _gitlab_close(gitlab: Server, issue: str, why: str) -> dict[str, Any]:
    gitlab.ask("PUT", f"{_gitlab_issues(gitlab)}/{quote(issue, safe='')}", json={"state_event": "close"})
    return {"closed": issue}


def _gitlab_issues(gitlab: Server) -> str:
    return f"api/v4/projects/{quote(gitlab.tool.where['project'], safe='')}/issues"


def _dated(arguments: Mapping[str, Any]) -> str:
    """In a fence longer than any in the text: no mark-up, no mention, no image is made of a document's words."""
    longest = max((len(run) for run in FENCE.findall(arguments["body"])), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{arguments['body']}\n{fence}"


# --- what is ours -----------------------------------------------------------------------------------------------


def _label(key: str) -> str:
    return f"copilot-{key[:24]}"


def _ours(found: Sequence[Issue], label: str) -> Issue | None:
    """The one that bears the label: a server that does not heed the search names others', which we would close."""
    return next((one for one in found if label in _labels(one.get("labels"))), None)


def _labels(given: object) -> list[object]:
    """GitHub writes each as an object with a name, the others as words."""
    listed = given if isinstance(given, list) else []
    return [one.get("name") if isinstance(one, dict) else one for one in listed]


def _web(address: object) -> str:
    """An address for a link: https or http only."""
    return address if isinstance(address, str) and address.startswith(("https://", "http://")) else ""


_KINDS: dict[str, tuple[Callable[..., dict[str, Any]], Callable[..., dict[str, Any]]]] = {
    "jira": (_jira_open, _jira_close),
    "github": (_github_open, _github_close),
    "gitlab": (_gitlab_open, _gitlab_close),
}
