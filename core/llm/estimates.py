"""What some calls would take before anybody makes them: tokens, cost and time, by the history where there is one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlite_utils import Database

from core.llm import prices
from core.llm.catalog import Entry
from core.llm.counting import Counter
from core.llm.errands import Estimate, Takes
from core.llm.routes import Assumed, Off
from core.store import one
from core.types import ChatRequest, Usage

LOOKED_BACK = 200  # calls
ENOUGH = 3  # calls that make a history


@dataclass(frozen=True, slots=True)
class Pace:
    """How a model does a task. `output_share`: tokens of an answer for each of its prompt; `cached_share` of the prompt
    came from the provider's cache; `seconds_per_token` of the answer, everything included. `calls` is how many say so.
    """

    output_share: float
    cached_share: float
    seconds_per_token: float
    calls: int


def pace(db: Database, tenant: str, task: str, entry: Entry, assumed: Assumed) -> Pace:
    """From the tenant's latest calls of this task and model, else as models/routes.toml assumes."""
    sql = (
        "select count(*) as calls, sum(input_tokens) as read, sum(output_tokens) as said,"
        " coalesce(sum(cached_tokens), 0) as cached, sum(latency_ms) as taken,"
        " sum(case when latency_ms is not null then output_tokens end) as timed"  # nobody waits for a batch
        " from (select input_tokens, output_tokens, cached_tokens, latency_ms from model_call"
        " where model = ? and task = ? and tenant = ? and state = 'done' and input_tokens > 0 and output_tokens > 0"
        " order by number desc limit ?)"
    )
    row = one(db, sql, [entry.name, task, tenant, LOOKED_BACK]) or {"calls": 0}
    usual = 1 / assumed.tokens_per_second.get(entry.backend, 10.0)
    if row["calls"] < ENOUGH:
        return Pace(assumed.output_share, 0.0, usual, 0)
    pace = row["taken"] / 1_000 / row["timed"] if row["timed"] else usual
    return Pace(row["said"] / row["read"], row["cached"] / row["read"], pace, row["calls"])


def estimate(
    entry: Entry,
    asked: list[ChatRequest],
    cached: int,
    known: Pace,
    *,
    at_once: int,
    counter: Counter,
    off: Off,
) -> Estimate:
    """What the calls that are not cached would take, together; so many of them are under way `at_once`."""
    counted = [(counter.prompt(request), request.max_output_tokens) for request in asked]
    together = max(1, min(at_once, len(asked)))
    text, answer = getattr(off, counter.how), off.history if known.calls else off.guess
    usual = _takes(entry, counted, known, together)
    return Estimate(
        calls=len(asked) + cached, cached_calls=cached, input_tokens=usual.input_tokens,
        output_tokens=usual.output_tokens, cost_usd=usual.cost_usd, seconds=usual.seconds, model=entry.name,
        exact=counter.exact, basis=_basis(counter, known),
        least=_takes(entry, counted, known, together, 1 / text, 1 / answer),
        most=_takes(entry, counted, known, together, text, answer),
    )  # fmt: skip


def added(estimates: Sequence[Estimate]) -> Estimate:
    """All of them, one after another; model and basis are the first one's. Unknown where one is."""
    first, least, most = estimates[0], [_least(one) for one in estimates], [_most(one) for one in estimates]
    whole = _sum([_usual(one) for one in estimates])
    return Estimate(
        calls=sum(one.calls for one in estimates), cached_calls=sum(one.cached_calls for one in estimates),
        input_tokens=whole.input_tokens, output_tokens=whole.output_tokens, cost_usd=whole.cost_usd,
        seconds=whole.seconds, model=first.model, exact=all(one.exact for one in estimates), basis=first.basis,
        least=_sum(least), most=_sum(most),
    )  # fmt: skip


def scaled(one: Estimate, cost: Decimal | None, *, timed: bool) -> Estimate:
    """The same calls at so many times the price (None: unknown), and without their time unless they are `timed`."""

    def at(takes: Takes) -> Takes:
        usd = None if takes.cost_usd is None or cost is None else takes.cost_usd * cost
        return replace(takes, cost_usd=usd, seconds=takes.seconds if timed else None)

    usual = at(_usual(one))
    return replace(one, cost_usd=usual.cost_usd, seconds=usual.seconds, least=at(_least(one)), most=at(_most(one)))


def _takes(
    entry: Entry, counted: Sequence[tuple[int, int]], known: Pace, together: int, text: float = 1, answer: float = 1
) -> Takes:
    """`counted`: tokens of each prompt, and the most of its answer; as if they were `text`, and answers `answer`, times
    as long.
    """
    read = said = 0
    cost: Decimal | None = Decimal(0)
    for tokens, most in counted:
        given = math.ceil(tokens * text)
        expected = min(most, math.ceil(given * known.output_share * answer))
        spent = prices.cost(_usage(given, expected, known, entry), entry)
        cost = None if cost is None or spent is None else cost + spent
        read, said = read + given, said + expected
    return Takes(read, said, cost, said * known.seconds_per_token / together)


def _usual(one: Estimate) -> Takes:
    return Takes(one.input_tokens, one.output_tokens, one.cost_usd, one.seconds)


def _least(one: Estimate) -> Takes:
    return one.least or _usual(one)


def _most(one: Estimate) -> Takes:
    return one.most or _usual(one)


def _sum(parts: Sequence[Takes]) -> Takes:
    costs = [one.cost_usd for one in parts if one.cost_usd is not None]
    seconds = [one.seconds for one in parts if one.seconds is not None]
    return Takes(
        sum(one.input_tokens for one in parts), sum(one.output_tokens for one in parts),
        sum(costs, Decimal(0)) if len(costs) == len(parts) else None,
        sum(seconds) if len(seconds) == len(parts) else None,
    )  # fmt: skip


def _usage(tokens: int, expected: int, known: Pace, entry: Entry) -> Usage:
    """A cache counts only where its price is known: otherwise the whole would be unknown for a detail."""
    priced = entry.prices is not None and entry.prices.cached is not None
    return Usage(tokens, expected, cached_tokens=int(tokens * known.cached_share) if priced else 0)


def _basis(counter: Counter, known: Pace) -> str:
    told = f"from {known.calls} calls before" if known.calls else "assumed: there is no history of this task yet"
    return f"tokens {counter.basis}; answers {told}"
