"""What a month of traffic would cost: a calculation from assumptions that are all shown, with nothing read or kept."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from core.llm import prices
from core.llm.catalog import Entry
from core.types import Usage


@dataclass(frozen=True, slots=True)
class Assumptions:
    """How text becomes tokens.

    `input_per_character` and `output_per_character` are tokens for each character of a document, our own words around
    its text included. `characters_per_call` is how much of it one call reads. `measured` counts the documents that all
    this was worked out from; 0: it is assumed, at `characters_per_token`.
    """

    input_per_character: float
    output_per_character: float
    characters_per_call: float
    characters_per_token: float
    measured: int = 0


@dataclass(frozen=True, slots=True)
class Traffic:
    """A month: how many documents, how long they are, and the share of calls (0 to 1) that kept answers spare."""

    documents: int
    characters: int
    kept_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Projection:
    """A month with one model. `cost_usd` and `saved_usd` (by kept answers) None: its price is unknown."""

    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    saved_usd: Decimal | None
    free: bool

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


def project(traffic: Traffic, assumed: Assumptions, entry: Entry) -> Projection:
    """What the month would take. Each call is priced by itself, since some prices rise with the length of the input.

    The provider's own prompt cache is not counted on: it makes the bill smaller, never larger, but for what is written
    to it.
    """
    each = calls_per_document(traffic.characters, assumed)
    asked = round(traffic.documents * each * (1 - traffic.kept_share))
    per_call = Usage(
        ceil(traffic.characters * assumed.input_per_character / each),
        ceil(traffic.characters * assumed.output_per_character / each),
    )
    price = Decimal(0) if prices.free(entry) else prices.cost(per_call, entry)
    spared = traffic.documents * each - asked
    return Projection(
        entry.name, asked, asked * per_call.input_tokens, asked * per_call.output_tokens,
        None if price is None else asked * price, None if price is None else spared * price, prices.free(entry),
    )  # fmt: skip


def calls_per_document(characters: int, assumed: Assumptions) -> int:
    """At least one."""
    return max(1, ceil(characters / assumed.characters_per_call))


def assumed(*, characters_per_token: float, window_tokens: int, prompt_tokens: int, output_share: float) -> Assumptions:
    """Before anything was measured: the text once, our words around each window, answers as long as a share of it."""
    text = 1 / characters_per_token
    return Assumptions(
        text * (1 + prompt_tokens / window_tokens), text * output_share, window_tokens * characters_per_token,
        characters_per_token,
    )  # fmt: skip


def sentences(traffic: Traffic, held: Assumptions, entry: Entry | None = None) -> tuple[str, ...]:
    """All that the calculation rests on, for whoever reads its result; with a model, its price too."""
    each = calls_per_document(traffic.characters, held)
    tokens = traffic.characters * held.input_per_character, traffic.characters * held.output_per_character
    source = (
        f"as measured on {held.measured:,} documents of yours"
        if held.measured
        else f"assumed at {held.characters_per_token:g} characters a token, since too little was measured yet"
    )
    found = [
        f"{_counted(traffic.documents, 'document')} a month, {traffic.characters:,} characters each.",
        f"A document takes {_counted(each, 'call')}, each for about {traffic.characters / each:,.0f} characters of it.",
        f"{tokens[0]:,.0f} tokens in and {tokens[1]:,.0f} out for each document, {source}.",
        f"{traffic.kept_share:.0%} of the calls are answered by what was kept, which costs nothing.",
        _price(entry) if entry else "Prices are those of models/catalog.toml.",
        "Nothing is counted for retries, nor taken off for the provider's own prompt cache.",
    ]
    return tuple(found)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _price(entry: Entry) -> str:
    if entry.prices is None:
        return f"The price of {entry.title} is not known."
    if prices.free(entry):
        return f"{entry.title} runs without charge for tokens."
    day = entry.prices.dated
    dated = f", as of {day.day} {day:%b %Y}" if day else ""
    return f"{entry.title}: {entry.prices.input:f} USD for a million tokens in, {entry.prices.output:f} out{dated}."
