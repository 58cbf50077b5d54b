"""What tests of the router share: an inventory of free, priced, unpriced and hosted models, and routes between them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.llm import answering, gates
from core.llm.router import Errand, Router
from core.prompts import Rendered
from core.settings import Settings, settings
from core.store import Database, Row, connect, rows
from core.types import User

ADA = User(id="ada", name="Ada", roles=("analyst",))
BEN = User(id="ben", name="Ben", roles=("analyst",))
EVE = User(id="eve", name="Eve", tenant="elsewhere", roles=("analyst",))

CHEAP, STRONG = "anthropic:claude-cheap", "anthropic:claude-strong"
FREE, OWN, ECHO = "ollama:qwen3:4b", "openai:served", "scripted:echo"
SCHEMA = {"type": "object", "properties": {"norms": {"type": "array"}}, "required": ["norms"]}

VENDOR = """
[vendor.{name}]
provider = "Test"
openness = "open"
licence = "None"
location = "{location}"
hosting = "Here"
hosts = ["127.0.0.1"]
classifications = [{seen}]
data_sent = "Nothing"
training = "None"
retention = "None"
"""
MODEL = """
[[model]]
vendor = "{vendor}"
name = "{name}"
title = "A model"
about = "For a test"
"""
TASK = """
[task.{task}]
prompt = "extract-obligations/1.0.1"
temperature = {temperature}
max_output_tokens = {most}
thinking_tokens = {thinking}
[task.{task}.models]
"{OWN}" = "best"
"{STRONG}" = "best"
"{CHEAP}" = "good"
"{FREE}" = "good"
"{ECHO}" = "fast"
"""
REST = """
[limit]
anthropic = 2
ollama = 2
openai = 2
scripted = 8
[budget]
run_usd = {run}
user_day_usd = {user_day}
day_usd = {day}
month_usd = {month}
unpriced_day_tokens = {tokens}
[estimate]
output_share = 0.5
tokens_per_second = {{ anthropic = 50, ollama = 10 }}
"""
CAPS = {"run": 100, "user_day": 100, "day": 100, "month": 100, "tokens": 1_000_000}


def inventory(*, fallback: str | None = None, **more: str) -> str:
    """models/catalog.toml as text. `fallback` stands behind the strong Claude; `more`: a line more for an entry."""
    text = VENDOR.format(name="hosted", location="hosted", seen='"public", "internal"')
    text += VENDOR.format(name="here", location="local", seen='"public", "internal", "confidential"')

    def entry(vendor: str, name: str, lines: str) -> str:
        return MODEL.format(vendor=vendor, name=name) + lines + more.get(name.split(":")[1], "") + "\n"

    text += entry("hosted", CHEAP, "prices = { input = 2, output = 10, cached = 0.2, cache_write = 2.5 }\n")
    behind = f'fallback = "{fallback}"\n' if fallback else ""
    text += entry("hosted", STRONG, f"{behind}prices = {{ input = 10, output = 50 }}\n")
    text += entry("here", FREE, "prices = { input = 0, output = 0 }\n")
    text += entry("here", ECHO, "prices = { input = 0, output = 0 }\n")
    text += entry("here", OWN, "")
    return text


def routing(*, temperature: float = 0, most: int = 1_000, thinking: int = 0, **caps: Any) -> str:
    """models/routes.toml as text."""
    names = {"OWN": OWN, "STRONG": STRONG, "CHEAP": CHEAP, "FREE": FREE, "ECHO": ECHO}
    shape = {"temperature": temperature, "most": most, "thinking": thinking}
    tasks = (TASK.format(task=task, **shape, **names) for task in ("extract", "summary"))
    return "".join(tasks) + REST.format(**{**CAPS, **caps})


class Desk:
    """A router in a folder of its own, with the inventory and the routes in it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, monkeypatch
        self.models = folder / "models"
        self.models.mkdir()
        self.write(inventory(), routing())
        monkeypatch.setenv("COPILOT_DATA_DIR", str(folder / "var"))
        monkeypatch.setenv("COPILOT_MODELS_DIR", str(self.models))
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0123456789")
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        monkeypatch.setattr(answering, "LONGEST_WAIT_SECONDS", 2.0)
        self.at()

    def write(self, catalog: str | None = None, routes: str | None = None) -> None:
        """Change the two files."""
        for name, text in (("catalog.toml", catalog), ("routes.toml", routes)):
            if text is not None:
                (self.models / name).write_text(text, "utf-8")

    def at(self, anthropic: str = "http://127.0.0.1:9", ollama: str = "", openai: str = "") -> Router:
        """A router whose backends are at these addresses; nothing answers at those that are not given."""
        nowhere = "http://127.0.0.1:9"
        self.patch.setenv("COPILOT_ANTHROPIC_URL", anthropic)
        self.patch.setenv("COPILOT_OLLAMA_URL", ollama or nowhere)
        self.patch.setenv("COPILOT_OPENAI_URL", f"{openai or nowhere}/v1")
        settings.cache_clear()
        self.router = Router(settings())
        return self.router

    @property
    def settings(self) -> Settings:
        return settings()

    def opened(self) -> "closing[Any]":
        self.settings.data_dir.mkdir(exist_ok=True)
        return closing(connect(self.settings.database))

    def calls(self, columns: str = "*", where: str = "1") -> list[Row]:
        """Rows of the ledger in order."""
        with self.opened() as db:
            return rows(db, f"select {columns} from model_call where {where} order by number")


@contextmanager
def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(gates, "_GATES", {})
    try:
        yield Desk(folder, monkeypatch)
    finally:
        settings.cache_clear()


def errand(user: User = ADA, **more: Any) -> Errand:
    return Errand(user, **{"task": "extract", "classification": "internal", **more})


def prompt(text: str = "Banks shall report.", *, schema: dict[str, Any] | None = None) -> Rendered:
    return Rendered("extract-obligations", "1.0.1", "ab" * 32, "You find norms.", text, schema)


def document(db: Database, text: str = "# A\n\n1. The firm shall wind the clock.\n") -> str:
    """A document of Ada's in the library; gives its id."""
    from tests.library_parts import bring

    return bring(db, ADA, text, f"{len(text)}.md")
