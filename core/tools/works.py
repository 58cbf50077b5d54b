"""What an accepted item asks for, and what each tool would be given for it. Pure."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput
from core.tools.allowlist import Tool
from core.types import Action

Arguments = dict[str, Any]
TITLE, SHORT_TITLE, OWNER = 300, 254, 200
STARTED = "in progress"


@dataclass(frozen=True, slots=True)
class Work:
    """An accepted item as its tools see it. `number` is the item's, `digest` what was decided on."""

    item_id: str
    number: int
    version: int
    digest: str
    document_id: str
    document: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one tool, not yet made. `key` is the same whenever it is planned again; `digest` of the arguments."""

    tool: Tool
    arguments: Arguments
    key: str
    digest: str


def calls(work: Work, tool: Tool) -> list[Call]:
    """What would be done; [] where there is nothing to do. BadInput when the arguments do not fit the tool's schema."""
    made = []
    for arguments in _ARGUMENTS[tool.runs](work):
        require_fitting(tool, arguments)
        digest = digest_of(arguments)
        identity = f"{work.item_id}\n{work.version}\n{tool.name}\n{digest}"
        made.append(Call(tool, arguments, hashlib.sha256(identity.encode()).hexdigest(), digest))
    return made


def digest_of(arguments: Mapping[str, Any]) -> str:
    plain = json.dumps(arguments, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def require_fitting(tool: Tool, arguments: Mapping[str, Any]) -> None:
    """BadInput, by the argument's name and never its words, when it does not fit the tool's schema."""
    from jsonschema import Draft202012Validator

    first = next(iter(Draft202012Validator(tool.schema).iter_errors(arguments)), None)
    if first is not None:
        place = ".".join(str(part) for part in first.absolute_path) or "the whole"
        raise BadInput(f"{tool.title} was not called: {place} does not fit ({first.validator}); amend the action.")


# --- what each tool gets ----------------------------------------------------------------------------------------


def _issues(work: Work) -> list[Arguments]:
    return [_issue(work, action) for action in work.actions]


def _issue(work: Work, action: Action, most: int = TITLE) -> Arguments:
    return {
        "title": _line(action.title, most),
        "body": body(work, action),
        "owner": _line(action.owner_role, OWNER),
        "priority": action.priority,
        "due": action.due,
    }


def _short_issues(work: Work) -> list[Arguments]:
    return [_issue(work, action, SHORT_TITLE) for action in work.actions]


def _sheet(work: Work) -> list[Arguments]:
    return [{"issues": [{"id": action.id, **_issue(work, action)} for action in work.actions]}]


def _record(work: Work) -> list[Arguments]:
    """One call for each owner, so that each duty gets its own."""
    owners: dict[str, list[str]] = {}
    for action in work.actions:
        owners.setdefault(_line(action.owner_role, OWNER), []).extend(action.obligation_ids)
    return [
        {"obligation_ids": list(dict.fromkeys(ids)), "status": STARTED, "owner": owner}
        for owner, ids in owners.items()
        if ids
    ]


def _email(work: Work) -> list[Arguments]:
    first, several = work.actions[0], len(work.actions) > 1
    subject = f"{len(work.actions)} actions from {work.document}" if several else first.title
    text = "\n\n".join(f"{action.title}\n\n{body(work, action)}" for action in work.actions)
    return [{"subject": _line(subject, TITLE), "body": text}]


def _calendar(work: Work) -> list[Arguments]:
    entries = [
        {
            "summary": _line(action.title, TITLE),
            "description": body(work, action),
            "due": action.due,
            "priority": action.priority,
        }
        for action in work.actions
        if action.due
    ]
    return [{"entries": entries}] if entries else []


def body(work: Work, action: Action) -> str:
    """The action in words, where it comes from, and by which item it was accepted."""
    due = f"Due: {action.due}" if action.due else "Due: not dated yet"
    return "\n".join(
        [
            action.detail,
            "",
            f"Owner: {action.owner_role}",
            due,
            f"Source: {work.document}",
            f"Accepted as #{work.number}",
        ]
    )


def _line(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


_ARGUMENTS: dict[str, Callable[[Work], Sequence[Arguments]]] = {
    "ticket": _issues,
    "record": _record,
    "email": _email,
    "calendar": _calendar,
    "jira_csv": _sheet,
    "jira": _short_issues,
    "github": _short_issues,
    "gitlab": _short_issues,
}
