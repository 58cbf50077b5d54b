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
from core.llm.errands import Candidate, Errand
from core.prompts import Prompt
from core.settings import Settings, lexicon
from core.store import one
from core.types import Reading, User

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Plan:
    """By task: `prompts`, each "name/version", and `rooms`, the tokens that a question's own text may have.

    `stronger` is the model that weak windows go to, if there is one. `exact`: the windows were measured with the
    model's own tokenizer; else by `bytes_per_token`, and `counted_for` names the model and the prompt.
    """

    prompts: dict[str, str]
    windows: tuple[Window, ...]
    rooms: dict[str, int]
    exact: bool
    stronger: str | None
    bytes_per_token: float | None = None
    counted_for: str = ""


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
    counted_for = f"{first.entry.name} {used['extract']}"
    return Plan(used, found, rooms, counter.exact, stronger, counter.bytes_per_token, counted_for)


# Of a run that ended it stands with its job, of another one in the plan with which it goes on.
BEFORE = """
    select json_extract(coalesce(step.result, job.payload), '$.bytes_per_token') as found
    from job left join step on step.job_id = job.id and step.name = 'plan'
    where job.kind = 'analyse' and job.tenant = ? and job.subject = ?
        and json_extract(coalesce(step.result, job.payload), '$.counted_for') = ?
    order by job.number desc limit 1
"""
LEFT = ("bytes_per_token", "counted_for")  # of a plan, when its run has ended


def counter(
    db: Database, settings: Settings, errand: Errand, options: Options, first: Candidate, *, quick: bool = False
) -> counting.Counter:
    """How tokens are counted for a run: as in the last one of this document by the same model and prompt.

    What is learned about a model changes with each call. Were the text cut anew by it, hardly any window would be the
    one that was answered before, and the same reading would be paid for twice.
    """
    found, before = counting.counter(first.entry.name, settings, quick=quick), None
    if not options.fresh and errand.document_id is not None:
        wanted = f"{first.entry.name} {version(db, 'extract')}"
        before = one(db, BEFORE, [errand.user.tenant, errand.document_id, wanted])
    if before is None:
        return found
    if quick and before["found"] is None and first.entry.backend == "openai":
        # A server of this machine counted it then, and cuts it there again: worth the moment that asking it takes.
        return counting.counter(first.entry.name, settings)
    return found.again(before["found"])


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
