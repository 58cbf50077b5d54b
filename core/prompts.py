"""Prompts as files with a version, models/prompts/NAME/VERSION.md; a released one is never edited.

A file begins with TOML between two lines of +++: `title`, `task`, `changes`, and under [variables] a table for each,
with its `about` and, for text of a document, `data = true`. Then come "# System", "# User" and, where the answer must
be a JSON object, "# Schema" with the JSON schema in a fenced block. "{{name}}" stands for a variable.
`changes` says in a sentence what is different from the version before (the first needs none): the change log.

Text of a document is data: it may stand in the user turn only, and is put between two marks that it does not contain.
"""

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import BadInput, NotFound
from core.settings import settings

NAME, VERSION = re.compile(r"[a-z][a-z0-9-]{0,60}"), re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# A part's heading stands alone on its line: "# User".
PART = re.compile(r"^# (System|User|Schema)[ \t]*$", re.MULTILINE)
FENCED = re.compile(r"```json\n(.*?)\n```", re.DOTALL)
HEAD = "+++\n"


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    about: str
    data: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version. `digest` is that of the whole file: whatever of it changes, it is another prompt."""

    name: str
    version: str
    title: str
    task: str
    system: str
    user: str
    variables: tuple[Variable, ...]
    schema: dict[str, Any] | None
    text: str
    digest: str
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt with its variables filled in. `system` is the same for all texts of a run."""

    name: str
    version: str
    digest: str
    system: str
    user: str
    schema: dict[str, Any] | None = field(default=None)


def prompts(folder: Path | None = None) -> tuple[Prompt, ...]:
    """The newest version of each prompt, by name."""
    root = folder or settings().models_dir / "prompts"
    names = sorted(one.name for one in root.iterdir() if one.is_dir()) if root.is_dir() else []
    return tuple(prompt(name, folder=root) for name in names if versions(name, folder=root))


def versions(name: str, folder: Path | None = None) -> tuple[str, ...]:
    """The versions of a prompt, newest first."""
    home = (folder or settings().models_dir / "prompts") / _checked(NAME, name, "a prompt's name")
    found = [path.stem for path in home.glob("*.md") if VERSION.fullmatch(path.stem)]
    return tuple(sorted(found, key=_order, reverse=True))


def prompt(name: str, version: str | None = None, folder: Path | None = None) -> Prompt:
    """One version of a prompt, the newest when none is named. NotFound, or BadInput when its file is wrong."""
    known = versions(name, folder)
    wanted = version or (known[0] if known else "")
    if wanted not in known:
        raise NotFound(f"There is no prompt {name}/{wanted or '1.0.0'}; `prompts list` names those there are.")
    path = (folder or settings().models_dir / "prompts") / name / f"{wanted}.md"
    return read(name, wanted, path.read_text("utf-8"))


def named(name: str, folder: Path | None = None) -> Prompt:
    """The prompt "extract-obligations/1.0.0". BadInput or NotFound when there is none, or its file is wrong."""
    head, _, version = name.partition("/")
    return prompt(head, _checked(VERSION, version, "a version like 1.0.0"), folder)


def changelog(name: str, folder: Path | None = None) -> tuple[tuple[str, str], ...]:
    """What each version changed, newest first: (version, sentence)."""
    return tuple((version, prompt(name, version, folder).changes) for version in versions(name, folder))


def read(name: str, version: str, text: str) -> Prompt:
    """A prompt file's text as a Prompt. BadInput names what is wrong with it."""
    head, body = _divided(name, version, text)
    parts = PART.split(body)[1:]
    turns = {part.lower(): content.strip() for part, content in zip(parts[::2], parts[1::2], strict=True)}
    if not turns.get("system") or not turns.get("user"):
        raise _wrong(name, version, "needs a part # System and a part # User")
    variables = tuple(
        Variable(key, str(row.get("about", "")), bool(row.get("data")))
        for key, row in head.get("variables", {}).items()
    )
    found = Prompt(
        name, version, str(head.get("title", name)), str(head.get("task", "")), turns["system"], turns["user"],
        variables, _schema(name, version, turns.get("schema")), text, hashlib.sha256(text.encode()).hexdigest(),
        " ".join(str(head.get("changes", "")).split()),
    )  # fmt: skip
    _require_sound(found)
    return found


def render(prompt: Prompt, values: Mapping[str, str]) -> Rendered:
    """Fill in the variables. BadInput names each that is missing, and each that the prompt does not have."""
    known = {one.name: one for one in prompt.variables}
    where = f"The prompt {prompt.name}/{prompt.version}"
    if missing := [name for name in known if not values.get(name, "").strip()]:
        raise BadInput(f"{where} needs a value for {', '.join(missing)}.")
    if unknown := [name for name in values if name not in known]:
        raise BadInput(f"{where} has no variable {', '.join(unknown)}; it has {', '.join(known) or 'none'}.")
    filled = {name: fenced(value) if known[name].data else value for name, value in values.items()}

    def fill(text: str) -> str:  # in one pass, so that a value's own {{braces}} stay what they are
        return VARIABLE.sub(lambda found: filled[found[1]], text)

    return Rendered(prompt.name, prompt.version, prompt.digest, fill(prompt.system), fill(prompt.user), prompt.schema)


def fenced(text: str) -> str:
    """Text between two marks that are not in it, so that nothing in it can end the fence. The same text, same marks."""
    turn = 0
    while (mark := f"data-{hashlib.sha256(f'{turn}{text}'.encode()).hexdigest()[:8]}") in text:
        turn += 1
    return f"<{mark}>\n{text}\n</{mark}>"


def diff(name: str, old: str, new: str, folder: Path | None = None) -> tuple[str, ...]:
    """What changed between two versions, as lines of a unified diff; none when they say the same."""
    before, after = prompt(name, old, folder), prompt(name, new, folder)
    lines = difflib.unified_diff(
        before.text.splitlines(), after.text.splitlines(), f"{name}/{old}", f"{name}/{new}", lineterm=""
    )
    return tuple(lines)


def _divided(name: str, version: str, text: str) -> tuple[dict[str, Any], str]:
    if not text.startswith(HEAD) or (end := text.find(f"\n{HEAD}", len(HEAD) - 1)) < 0:
        raise _wrong(name, version, "does not begin with TOML between two lines of +++")
    try:
        return tomllib.loads(text[len(HEAD) : end + 1]), text[end + 1 + len(HEAD) :]
    except tomllib.TOMLDecodeError as error:
        raise _wrong(name, version, f"has a head that is not valid TOML ({error})") from error


def _schema(name: str, version: str, part: str | None) -> dict[str, Any] | None:
    if part is None:
        return None
    block = FENCED.search(part)
    try:
        found = json.loads(block[1]) if block else None
    except ValueError as error:
        raise _wrong(name, version, f"has a schema that is not valid JSON ({error})") from error
    if not isinstance(found, dict) or found.get("type") != "object":
        raise _wrong(name, version, "has no schema of an object in a block of ```json")
    return found


def _require_sound(found: Prompt) -> None:
    known = {one.name: one for one in found.variables}
    system, user = set(VARIABLE.findall(found.system)), set(VARIABLE.findall(found.user))
    if undeclared := (system | user) - set(known):
        raise _wrong(found.name, found.version, f"uses {min(undeclared)!r} without declaring it")
    if unused := set(known) - system - user:
        raise _wrong(found.name, found.version, f"declares {min(unused)!r} and never uses it")
    if exposed := [name for name in system if known[name].data]:
        raise _wrong(found.name, found.version, f"puts {exposed[0]!r}, text of a document, into the system turn")


def _wrong(name: str, version: str, what: str) -> BadInput:
    return BadInput(f"The prompt {name}/{version} {what}; mend its file.")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _checked(pattern: re.Pattern[str], given: str, what: str) -> str:
    if not pattern.fullmatch(given):
        hint = "write three numbers" if pattern is VERSION else "use small letters, digits and hyphens"
        raise BadInput(f"{given!r} is not {what}; {hint}.")
    return given
