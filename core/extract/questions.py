"""Numbered questions about norms that were found, small enough for a model, and what their answers must keep to."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import Field

from core.errors import BadInput
from core.extract.numbers import NUMBER_WORD, number
from core.extract.risk import shortened
from core.extract.salvage import Answered
from core.settings import lexicon
from core.types import Action, Document, Obligation, Rejected

NOT_ASKED = "It answers for a number that was not asked about."
TWICE = "It answers for the same number twice; the first answer counts."
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
SPELT_FIGURE = re.compile(rf"\b(?:{NUMBER_WORD})\b")
# "24 hours", "thirty (30) days", "12 consecutive months", "5 %": what is counted, next to the figure.
MEASURED = re.compile(
    rf"(?P<figure>(?<!\d)(?<!\d[.,])\d+(?:[.,]\d+)*|\b(?:{NUMBER_WORD}))\)?(?:[\s-]{{1,4}}[a-z]{{2,20}})?[\s-]{{0,4}}"
    r"(?P<unit>minute|hour|day|week|month|quarter|year|thousand|million|billion|per\s?cent|euro|dollar|pound)"
)
WORD = re.compile(r"[a-z]+")

Number = Annotated[int, Field(strict=True)]
T = TypeVar("T")
A = TypeVar("A", bound="Numbered")


class Numbered(Answered):
    number: Number


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What one call asks about, numbered from 1 in `values`, the values of the prompt's variables."""

    items: tuple[T, ...]
    values: dict[str, str]
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice(Generic[T]):
    """The items of a question in order, changed where the model's answer was taken, and what of it was not."""

    items: tuple[T, ...]
    rejected: tuple[Rejected, ...]
    taken: int


def questions(
    items: Sequence[T],
    text_of: Callable[[T], str],
    variable: str,
    document: Document,
    count: Callable[[str], int],
    most_tokens: int,
    more: Mapping[str, str] | None = None,
) -> Iterator[Question[T]]:
    """The items in questions of at most `most_tokens` each, the other variables counted too."""
    most_items = lexicon("prompted")["advised"]["most_items"]
    fixed = {"regulation": one_line(document.title) or "this document", **(more or {})}
    held, shown, room = list[T](), list[str](), most_tokens - count("\n".join(fixed.values()))
    for item in items:
        text = text_of(item)
        cost = count(f"{len(held) + 1}. {text}\n\n")
        if held and (cost > room or len(held) == most_items):
            yield _question(held, shown, variable, fixed)
            held, shown, room = [], [], most_tokens - count("\n".join(fixed.values()))
        if cost > room:
            raise BadInput(
                f"One norm needs {cost:,} tokens, and {max(0, room):,} are left; choose a model with a larger context."
            )
        held, shown, room = [*held, item], [*shown, text], room - cost
    if held:
        yield _question(held, shown, variable, fixed)


def _question(held: Sequence[T], shown: Sequence[str], variable: str, fixed: Mapping[str, str]) -> Question[T]:
    listed = "\n\n".join(f"{number}. {text}" for number, text in enumerate(shown, 1))
    return Question(tuple(held), {**fixed, variable: listed}, tuple(shown))


def norm_text(one: Obligation) -> str:
    """A norm as a question shows it: where, of what kind, whose, by when, and the law's words."""
    draft, longest = one.draft, lexicon("prompted")["advised"]["longest_quote"]
    lines = [f"{draft.provision.path}: {draft.modality} of {one_line(draft.bearer.text) or 'somebody not named'}"]
    if one.deadline:
        lines.append(f"By: {one_line(one.deadline.passage.text)}")
    lead_in = f"{shortened(draft.lead_in.text, longest)} … " if draft.lead_in else ""
    return "\n".join((*lines, f"“{lead_in}{shortened(draft.quote.text, longest)}”"))


def step_text(pair: tuple[Action, tuple[Obligation, ...]]) -> str:
    """A step as a question shows it: its title, owner and priority, then the norms that it serves."""
    action, duties = pair
    served = "\n".join(norm_text(one) for one in duties[:8])
    return f"{action.title}\nOwner: {action.owner_role}. Priority: {action.priority}.\n{served}"


def by_number(found: Sequence[A], most: int) -> tuple[dict[int, A], list[Rejected]]:
    """The answers by their number, the first for each; a Rejected for every other."""
    said: dict[int, A] = {}
    rejected: list[Rejected] = []
    for one in found:
        if not 1 <= one.number <= most:
            rejected.append(Rejected(NOT_ASKED, f"number {one.number}"))
        elif one.number in said:
            rejected.append(Rejected(TWICE, f"number {one.number}"))
        else:
            said[one.number] = one
    return said, rejected


def new_figures(said: str, given: str) -> set[str]:
    """Figures that a model's words hold and what it was given does not: "48" in "within 48 hours", and "5 million"
    where only the fifth of May was given.
    """
    return (figures(said) | measured(said)) - (figures(given) | measured(given))


def figures(text: str) -> set[str]:
    """As digits, however they are written. "One" is a pronoun too often to count."""
    spelt = (word for word in SPELT_FIGURE.findall(text.lower()) if word != "one")
    return {*FIGURE.findall(text), *map(_digits, spelt)}


def measured(text: str) -> set[str]:
    """Figures with what they count: "24 hour". One of something is often said without a figure, and not looked at."""
    found = (
        (_digits(match["figure"]), match["unit"]) for match in MEASURED.finditer(text.lower().replace("%", " percent"))
    )
    return {f"{figure} {unit.replace(' ', '')}" for figure, unit in found if figure != "1"}


def _digits(figure: str) -> str:
    return figure if figure[0].isdigit() else str(number(figure))


def words_of(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


def one_line(text: str) -> str:
    return " ".join(text.split())
