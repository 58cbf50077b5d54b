"""How fast models answer and how often they fail: percentiles, first words, faults, fallbacks, changed names."""

from dataclasses import dataclass
from decimal import Decimal

from sqlite_utils import Database

from core.operations.choice import Chosen, calls, days
from core.store import Row, one, rows
from core.types import User

# Column → the index in whose order its percentiles are read: nothing is sorted, and no row of the table is touched.
MEASURED = {"latency_ms": "model_call_latency", "first_token_ms": "model_call_first_token"}
MEDIAN, SLOW = 0.50, 0.95


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds of the calls that a model answered; None where none was measured.

    A percentile is the smallest time within which that share of the calls was done (nearest rank).
    """

    model: str
    answered: int
    p50_ms: int | None
    p95_ms: int | None
    first_p50_ms: int | None
    first_p95_ms: int | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """`asked` counts calls that were put to the model and not stopped by a person; `failed` those without an answer.

    `fell`: it stood in for another model that had failed. `degraded`: calls for windows that were then read in a lesser
    way. `lost`: of those that failed, the ones that a killed worker left.
    """

    model: str
    asked: int
    failed: int
    lost: int
    stopped: int
    fell: int
    degraded: int

    @property
    def error_rate(self) -> float | None:
        """0 to 1; None where nothing was asked."""
        return self.failed / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Fault:
    """How often a model failed in one way. `fault` is the error's class name, or "Lost"."""

    model: str
    fault: str
    calls: int


@dataclass(frozen=True, slots=True)
class Renamed:
    """A model that began to call itself differently: the provider may have put another one in its place."""

    model: str
    before: str
    after: str
    since: str
    trace_id: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """One call, to be looked at in its trace. `error_type` is a class name; None where it did not fail."""

    id: str
    trace_id: str | None
    model: str
    task: str
    state: str
    error_type: str | None
    cost_usd: Decimal | None
    input_tokens: int | None
    output_tokens: int | None
    first_token_ms: int | None
    latency_ms: int | None
    started_at: str


def speeds(db: Database, user: User, wanted: Chosen) -> list[Speed]:
    """Each model that answered, the quickest first."""
    condition, parameters = days(user, wanted)
    sql = f"""
        select model, sum(calls) as answered from call_day where {condition} and state = 'done' group by model
    """
    found = [_speed(db, user, wanted, row) for row in rows(db, sql, parameters)]
    return sorted(found, key=lambda speed: (speed.p50_ms is None, speed.p50_ms, speed.model))


def percentiles(
    db: Database, user: User, wanted: Chosen, model: str, column: str, shares: tuple[float, ...] = (MEDIAN, SLOW)
) -> tuple[int | None, ...]:
    """Of `latency_ms` or `first_token_ms`, over the calls that the model answered."""
    condition, parameters = calls(user, wanted)
    source = (
        f"from model_call indexed by {MEASURED[column]} where {condition} and model = ? and state = 'done'"
        f" and {column} is not null"
    )
    row = one(db, f"select count(*) as n {source}", [*parameters, model])
    size = int(row["n"]) if row else 0
    if not size:
        return (None,) * len(shares)
    at = f"select {column} as ms {source} order by {column} limit 1 offset ?"
    places = [rank(share, size) for share in shares]
    return tuple(int(rows(db, at, [*parameters, model, place])[0]["ms"]) for place in places)


def rank(share: float, size: int) -> int:
    """The place, from 0, of the smallest value that at least this share of `size` values does not exceed."""
    return max(0, -int(-share * size // 1) - 1)


def reliability(db: Database, user: User, wanted: Chosen) -> list[Reliability]:
    """Each model that was asked, the one that failed most often first."""
    condition, parameters = days(user, wanted)
    sql = f"""
        select model,
            sum(case when state in ('done', 'failed', 'lost') then calls else 0 end) as asked,
            sum(case when state in ('failed', 'lost') then calls else 0 end) as failed,
            sum(case when state = 'lost' then calls else 0 end) as lost,
            sum(case when state = 'stopped' then calls else 0 end) as stopped,
            sum(fell) as fell, sum(degraded) as degraded
        from call_day where {condition} and state not in ('cached', 'refused') group by model
    """
    found = [Reliability(**row) for row in rows(db, sql, parameters)]
    return sorted(found, key=lambda one: (-(one.error_rate or 0), one.model))


def faults(db: Database, user: User, wanted: Chosen) -> list[Fault]:
    """What went wrong, the most frequent first."""
    condition, parameters = days(user, wanted)
    sql = f"""
        select model, case when state = 'lost' then 'Lost' else error_type end as fault, sum(calls) as calls
        from call_day where {condition} and state in ('failed', 'lost') group by 1, 2 order by 3 desc, 1, 2
    """
    return [Fault(**row) for row in rows(db, sql, parameters)]


def renamed(db: Database, user: User, wanted: Chosen) -> list[Renamed]:
    """Each time that a model's answering name changed, the latest first."""
    condition, parameters = calls(user, wanted)
    sql = f"""
        select model, renamed_from as before, coalesce(answered_by, '') as after, started_at as since, trace_id
        from model_call indexed by model_call_renamed
        where {condition} and renamed_from is not null order by started_at desc limit 50
    """
    return [Renamed(**row) for row in rows(db, sql, parameters)]


# Of how many of the latest calls the examples are the worst: more would take a screen too long.
LOOKED_AT = 10_000
WORST = {
    "dear": "cost_usd is not null order by cast(cost_usd as real) desc, number desc",
    "slow": "state = 'done' and latency_ms is not null order by latency_ms desc, number desc",
    "failed": "state in ('failed', 'lost') order by number desc",
}


def examples(db: Database, user: User, wanted: Chosen, worst: str, *, limit: int = 20) -> list[Example]:
    """Of the latest 10,000 calls of the period the dearest, the slowest, or those that failed last."""
    condition, parameters = calls(user, wanted)
    sql = f"""
        select {", ".join(Example.__dataclass_fields__)} from (
            select * from model_call where {condition} order by started_at desc limit {LOOKED_AT}
        ) where {WORST[worst]} limit ?
    """
    found = rows(db, sql, [*parameters, limit])
    return [Example(**{**row, "cost_usd": Decimal(row["cost_usd"]) if row["cost_usd"] else None}) for row in found]


def _speed(db: Database, user: User, wanted: Chosen, row: Row) -> Speed:
    whole = percentiles(db, user, wanted, row["model"], "latency_ms")
    first = percentiles(db, user, wanted, row["model"], "first_token_ms")
    return Speed(row["model"], row["answered"], whole[0], whole[1], first[0], first[1])
