"""The tools that there are: models/tools.toml, checked whole before any of it is believed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from core.errors import BadInput, NotAllowed, NotFound
from core.llm.permission import is_loopback
from core.settings import settings

Level = Literal["none", "user_confirm", "manager_approve", "human_review"]
LEVELS: tuple[Level, ...] = ("none", "user_confirm", "manager_approve", "human_review")
NEEDED = ("title", "about", "runs", "scope", "level", "undo", "enabled", "arguments")
NETWORK = frozenset({"jira", "github", "gitlab"})
LOCAL = frozenset({"ticket", "record", "email", "calendar", "jira_csv"})


@dataclass(frozen=True, slots=True)
class Tool:
    """`runs` names its code, `schema` is the JSON schema of its arguments. `base` is "" for one without a server.

    `where` holds what only this kind of tool knows: project, issue_type, closing.
    """

    name: str
    title: str
    about: str
    runs: str
    scope: str
    level: Level
    undo: str
    enabled: bool
    schema: Mapping[str, Any]
    base: str = ""
    hosts: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()
    credential: str = ""
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def network(self) -> bool:
        return self.runs in NETWORK


def tools() -> dict[str, Tool]:
    """Every tool by name, in the order of the file; read again when it changes. BadInput names the row at fault."""
    path = settings().models_dir / "tools.toml"
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {}


def tool(name: str) -> Tool:
    """One that may run. NotFound for one that is not listed, NotAllowed for one that is switched off."""
    found = tools().get(name)
    if found is None:
        raise NotFound(f"There is no tool {name!r}; models/tools.toml lists: {', '.join(tools())}.")
    if not found.enabled:
        raise NotAllowed(f"{found.title} is switched off; an engineering owner can enable it in models/tools.toml.")
    return found


@cache
def _read(path: Path, changed: int) -> dict[str, Tool]:
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML ({error}); mend that line.") from error
    return {name: _tool(name, row) for name, row in rows.items()}


def _tool(name: str, row: Mapping[str, Any]) -> Tool:
    if lacking := [key for key in NEEDED if key not in row]:
        raise BadInput(f"The tool {name!r} lacks {', '.join(lacking)}; add them in models/tools.toml.")
    if row["level"] not in LEVELS or row["runs"] not in NETWORK | LOCAL:
        raise BadInput(f"The tool {name!r} has the level {row['level']!r} and runs {row['runs']!r}: one is not known.")
    known = {key: row[key] for key in ("title", "about", "runs", "scope", "level", "undo", "enabled")}
    rest = {key: str(value) for key, value in row.items() if key in ("project", "issue_type", "closing")}
    made = Tool(
        name=name, schema=row["arguments"], base=str(row.get("base", "")).rstrip("/"), where=rest,
        hosts=tuple(row.get("hosts", ())), classifications=tuple(row.get("classifications", ())),
        credential=str(row.get("credential", "")), **known,
    )  # fmt: skip
    _require_schema(made)
    if made.network:
        _require_address(made)
    return made


def _require_schema(made: Tool) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(made.schema)
    except SchemaError as error:
        raise BadInput(f"The arguments of the tool {made.name!r} are no JSON schema: {error.message}") from error
    if made.schema.get("additionalProperties") is not False:
        raise BadInput(f"The arguments of the tool {made.name!r} must say additionalProperties = false.")


def _require_address(made: Tool) -> None:
    parts = urlsplit(made.base)
    host = parts.hostname or ""
    if host not in made.hosts:
        raise BadInput(f"The tool {made.name!r} would call {host!r}, which is none of its hosts; add it, or mend base.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise BadInput(f"The tool {made.name!r} must be called by https: its base is {made.base!r}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadInput(f"The base of the tool {made.name!r} holds more than an address; a key belongs elsewhere.")
    if not made.credential or not made.where.get("project"):
        raise BadInput(f"The tool {made.name!r} needs a credential's name and a project.")
