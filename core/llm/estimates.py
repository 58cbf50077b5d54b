"""What some calls would take before anybody makes them: tokens, cost and time, by the history where there is one."""

import math
from dataclasses import dataclass
from decimal import Decimal

from sqlite_utils import Database

from core.llm import prices
from core.llm.catalog import Entry
from core.llm.counting import Counter
from core.llm.errands import Estimate
from core.llm.routes import Assumed
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
) -> Estimate:
    """What the calls that are not cached would take, together; so many of them are under way `at_once`."""
    read = said = 0
    cost: Decimal | None = Decimal(0)
    for request in asked:
        tokens = counter.prompt(request)
        expected = min(request.max_output_tokens, math.ceil(tokens * known.output_share))
        spent = prices.cost(_usage(tokens, expected, known, entry), entry)
        cost = None if cost is None or spent is None else cost + spent
        read, said = read + tokens, said + expected
    together = max(1, min(at_once, len(asked)))
    return Estimate(
        calls=len(asked) + cached, cached_calls=cached, input_tokens=read, output_tokens=said, cost_usd=cost,
        seconds=said * known.seconds_per_token / together, model=entry.name, exact=counter.exact,
        basis=_basis(known),
    )  # fmt: skip


def _usage(tokens: int, expected: int, known: Pace, entry: Entry) -> Usage:
    """A cache counts only where its price is known: otherwise the whole would be unknown for a detail."""
    priced = entry.prices is not None and entry.prices.cached is not None
    return Usage(tokens, expected, cached_tokens=int(tokens * known.cached_share) if priced else 0)


def _basis(known: Pace) -> str:
    return f"from {known.calls} calls before" if known.calls else "assumed: there is no history of this task yet"
