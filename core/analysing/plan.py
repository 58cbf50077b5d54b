"""What is settled when a run begins and holds however often it is taken up: prompts, and windows of the text."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from core import prompts, switches
from core.analysing.options import Options
from core.extract.windows import Window, windows
from core.llm import routes, sizes
from core.llm.errands import Candidate
from core.prompts import Prompt
from core.settings import Settings, lexicon
from core.types import Reading

if TYPE_CHECKING:
    from pydantic import TypeAdapter

CHARACTERS_PER_TOKEN = 3.5  # of legal English, rather too few than too many


@dataclass(frozen=True, slots=True)
class Plan:
    """`prompts` by task, each "name/version". `stronger` is the model that weak windows go to, if there is one.

    `exact`: the windows were measured with the model's own tokenizer.
    """

    prompts: dict[str, str]
    windows: tuple[Window, ...]
    most_tokens: int
    exact: bool
    stronger: str | None


def tasks(options: Options) -> tuple[str, ...]:
    """The tasks of models/routes.toml that a run has, in its order."""
    return ("extract", *(("again",) if options.second_pass else ()), *options.steps)


def planned(
    db: Database, settings: Settings, reading: Reading, options: Options, first: Candidate, stronger: str | None
) -> Plan:
    """For the model that would be asked first. BadInput where not even one sentence fits into its context."""
    versions = {task: version(db, task) for task in tasks(options)}
    count, exact = counter(first.entry.name, settings)
    most = room(db, settings, first, loaded(versions["extract"]), count)
    found = windows(reading.document, reading.provisions, count, most)
    return Plan(versions, found, most, exact, stronger)


def room(db: Database, settings: Settings, first: Candidate, prompt: Prompt, count: Callable[[str], int]) -> int:
    """Tokens of text in a window: what the context holds beside the prompt, and what the answer has room for."""
    route = routes.route(settings, "extract")
    context = sizes.context(db, first.entry, settings)
    beside = count(prompt.system) + count(prompt.user)
    answer = sizes.answer_tokens(first.entry, route, context)
    share = float(lexicon("prompted")["window"]["answer_share"])
    return min(sizes.prompt_tokens(first.entry, route, context) - beside, int(answer / share))


def counter(model: str, settings: Settings) -> tuple[Callable[[str], int], bool]:
    """(tokens of a text, whether they are counted and not guessed)."""

    def guess(text: str) -> int:
        return math.ceil(len(text) / CHARACTERS_PER_TOKEN)

    return guess, False


def version(db: Database, task: str) -> str:
    """The prompt that a task uses now, "name/version"."""
    return str(switches.in_use(db, f"prompt:{task}"))


def loaded(version: str) -> Prompt:
    """The prompt that "name/version" names."""
    name, _, number = version.partition("/")
    return prompts.prompt(name, number)


def named(prompt: Prompt) -> str:
    """As a result carries it: "extract-obligations/1.0.0+3f2a9c41d2e0", the last part of the file's digest."""
    return f"{prompt.name}/{prompt.version}+{prompt.digest[:12]}"


def packed(plan: Plan) -> Any:
    """As JSON can hold it: the windows as they were cut, so that a run that goes on has the same ones."""
    return _plans().dump_python(plan, mode="json")


def unpacked(plain: Any) -> Plan:
    return _plans().validate_python(plain)


@cache
def _plans() -> "TypeAdapter[Plan]":
    from pydantic import TypeAdapter

    return TypeAdapter(Plan)
