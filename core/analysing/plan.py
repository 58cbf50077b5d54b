"""What is settled when a run begins and holds however often it is taken up: prompts, and windows of the text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from core import changes, prompts, switches
from core.analysing.options import Options
from core.errors import BadInput
from core.extract.windows import Window, windows
from core.llm import counting, routes, sizes
from core.llm.errands import Candidate
from core.prompts import Prompt
from core.settings import Settings, lexicon
from core.types import Reading, User

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Plan:
    """By task: `prompts`, each "name/version", and `rooms`, the tokens that a question's own text may have.

    `stronger` is the model that weak windows go to, if there is one. `exact`: the windows were measured with the
    model's own tokenizer.
    """

    prompts: dict[str, str]
    windows: tuple[Window, ...]
    rooms: dict[str, int]
    exact: bool
    stronger: str | None


def tasks(options: Options) -> tuple[str, ...]:
    """The tasks of models/routes.toml that a run has, in its order."""
    return ("extract", *(("again",) if options.second_pass else ()), *options.steps)


def planned(
    db: Database,
    settings: Settings,
    reading: Reading,
    options: Options,
    first: Candidate,
    stronger: str | None,
    counter: counting.Counter,
) -> Plan:
    """For the model that would be asked first, its tokens as `counter` has them. BadInput where not even one sentence
    fits into its context.
    """
    used = versions(db, options)
    rooms = {task: room(db, settings, first, task, loaded(name), counter) for task, name in used.items()}
    share = float(lexicon("prompted")["window"]["answer_share"])
    context = sizes.context(db, first.entry, settings)
    answer = sizes.answer_tokens(first.entry, routes.route(settings, "extract"), context)
    rooms["extract"] = min(rooms["extract"], int(answer / share))
    found = windows(reading.document, reading.provisions, counter.count, rooms["extract"])
    return Plan(used, found, rooms, counter.exact, stronger)


def room(
    db: Database, settings: Settings, first: Candidate, task: str, prompt: Prompt, counter: counting.Counter
) -> int:
    """Tokens of text in a question: what the model's context holds beside the prompt and the answer."""
    context = sizes.context(db, first.entry, settings)
    beside = counter.overhead + counter.count(prompt.system) + counter.count(prompt.user)
    return sizes.prompt_tokens(first.entry, routes.route(settings, task), context) - beside


def version(db: Database, task: str) -> str:
    """The prompt that a task uses now, "name/version"."""
    return str(switches.in_use(db, f"prompt:{task}"))


def versions(db: Database, options: Options) -> dict[str, str]:
    """The prompts that a run would use now, by task."""
    return {task: version(db, task) for task in tasks(options)}


def require_as_approved(db: Database, user: User, used: Mapping[str, str]) -> None:
    """BadInput where the file of a version, by task, is not what was approved any more."""
    for task, name in used.items():
        if changes.edited(db, user, f"prompt:{task}", name):
            raise BadInput(
                f"The file of the prompt {name} was edited after it was approved, so nothing is asked with it; restore"
                " the file, or propose it as a new version."
            )


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
