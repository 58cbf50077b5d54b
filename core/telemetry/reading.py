"""Traces as they are kept: read by those whose work they show, or by whoever answers for the engineering."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.identity import may
from core.store import Row, one, rows, write
from core.telemetry import names
from core.telemetry.hashing import user_hash
from core.telemetry.writer import INSERT
from core.types import User

if TYPE_CHECKING:
    from sqlite_utils import Database  # imported first by core.store, which keeps pandas out of it

LOOKED_AT = 50_000  # spans: the recent traces are among the latest so many
SWEPT = 5_000  # in one write, so that nobody waits for it
NS_PER_DAY = 86_400 * 10**9
CENTS = 12  # digits: more than any price has; takes off what adding floats leaves


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One piece of work. Times are nanoseconds since 1970; `attributes` are named as in core/telemetry/names.py."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: str
    started_ns: int
    ended_ns: int
    error_type: str | None
    attributes: Mapping[str, Any]

    @property
    def duration_ms(self) -> float:
        return (self.ended_ns - self.started_ns) / 1e6

    @property
    def failed(self) -> bool:
        """Not where somebody stopped it."""
        return self.error_type is not None and self.error_type not in names.STOPS

    @property
    def called(self) -> bool:
        """Whether a model was asked, as the ledger counts it: not where a kept answer served, nor at a cap."""
        return self.name.startswith(names.CHAT) and names.CALL_ID in self.attributes and not self.kept

    @property
    def kept(self) -> bool:
        """Whether it is an answer that was kept."""
        return bool(self.attributes.get(names.FROM_CACHE))


@dataclass(frozen=True, slots=True)
class TraceRow:
    """All spans of one trace that the user may see, added up. `cost_usd` is None where no call has a known cost.

    `name` is that of the first span that lies in no other, since of work that was killed the inner spans alone are
    kept; `calls` and `kept_calls` are counted as in the ledger, `errors` as by the function of that name.
    `document_id` is what it was about, if that was one document.
    """

    trace_id: str
    name: str
    started_ns: int
    ended_ns: int
    spans: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    errors: int
    kept_calls: int
    document_id: str | None

    @property
    def duration_ms(self) -> float:
        return (self.ended_ns - self.started_ns) / 1e6


def spans(db: "Database", user: User, trace_id: str) -> list[SpanRow]:
    """The trace's spans in the order in which they began; none where there is no such trace that the user may see."""
    where, values = _visible(user)
    found = rows(
        db,
        "select trace_id, span_id, parent_id, name, kind, started_ns, ended_ns, error_type, attributes from span"
        f" where trace_id = ? and {where} order by started_ns, number",
        [trace_id, *values],
    )
    return [SpanRow(**{**row, "attributes": json.loads(row["attributes"])}) for row in found]


def nested(found: Sequence[SpanRow]) -> list[tuple[int, SpanRow]]:
    """Each span with how deep it lies, those inside it after it, by when they began.

    One whose parent is not there lies at depth 0: the process was killed, or still works on the parent.
    """
    known = {row.span_id for row in found}
    inside: dict[str | None, list[SpanRow]] = {}
    for row in sorted(found, key=lambda row: row.started_ns, reverse=True):
        inside.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    ordered, waiting = [], [(0, row) for row in inside.get(None, [])]
    while waiting:
        depth, row = waiting.pop()
        ordered.append((depth, row))
        waiting += [(depth + 1, child) for child in inside.get(row.span_id, [])]
    return ordered


def errors(found: Sequence[SpanRow]) -> int:
    """How many steps failed: each where it did and not again in those around it; one in which no model was asked
    counts once, however often it was tried.
    """
    around = {one.parent_id for one in found if one.failed}
    inmost = [one for one in found if one.failed and one.span_id not in around]
    return len({one.span_id if one.name.startswith(names.CHAT) else _step(one) for one in inmost})


def _step(one: SpanRow) -> str:
    return f"{one.name} {one.attributes.get(names.WINDOW, '')}"


def traces(db: "Database", user: User, *, limit: int = 50) -> list[TraceRow]:
    """The user's latest traces, or the tenant's where they may see what everybody asked; the newest first."""
    where, values = _visible(user)
    listed = rows(
        db,
        f"select trace_id, max(number) as latest from (select trace_id, number from span where {where}"
        " order by number desc limit ?) group by trace_id order by latest desc limit ?",
        [*values, LOOKED_AT, limit],
    )
    wanted = [row["trace_id"] for row in listed]
    these = _marks(wanted)
    sql = f"{FAILING.format(these)} {ADDED_UP} where trace_id in ({these}) and {where} group by trace_id"
    found = rows(db, sql, wanted + wanted + values)
    return sorted(map(_trace, found), key=lambda trace: trace.started_ns, reverse=True)


def known(db: "Database", user: User, beginning: str) -> list[str]:
    """The ids of the user's traces that begin so, at most three."""
    where, values = _visible(user)
    found = rows(
        db,
        f"select distinct trace_id from span where trace_id >= ? and trace_id < ? and {where} limit 3",
        [beginning, beginning + "g", *values],
    )
    return [row["trace_id"] for row in found]


def restore(db: "Database", span: SpanRow, tenant: str, user_hash: str) -> None:
    """Keep a span of which another record is left; one that is there stays as it is. Opens no write.

    ValueError for a name or an attribute that is not allowed.
    """
    db.execute(
        INSERT,
        [
            span.trace_id, span.span_id, span.parent_id, names.span_name(span.name), span.kind, names.tenant(tenant),
            user_hash, span.started_ns, max(span.started_ns, span.ended_ns), span.error_type,
            json.dumps(names.checked(span.attributes), sort_keys=True),
        ],
    )  # fmt: skip


def sweep(db: "Database", days: int) -> int:
    """Delete spans that ended more than `days` days ago; gives how many. In short writes, so that nobody waits."""
    oldest = time.time_ns() - days * NS_PER_DAY
    # They are numbered as they ended, so that only the old ones are looked at.
    young = one(db, "select number from span where ended_ns >= ? order by number limit 1", [oldest])
    newest = one(db, "select max(number) as number from span") or {}
    end = young["number"] - 1 if young else newest["number"] or 0
    gone, last = 0, SWEPT
    while last == SWEPT:
        with write(db):
            last = db.execute(
                "delete from span where number in (select number from span where number <= ? order by number limit ?)",
                [end, SWEPT],
            ).rowcount
        gone += last
    return gone


INPUT, OUTPUT, COST, CALL, KEPT, WINDOW, ABOUT = (
    f"json_extract(attributes, '$.\"{name}\"')"
    for name in (
        names.INPUT_TOKENS, names.OUTPUT_TOKENS, names.COST_USD, names.CALL_ID, names.FROM_CACHE, names.WINDOW,
        names.DOCUMENT_ID,
    )
)  # fmt: skip
FAILED = f"error_type is not null and error_type not in ({', '.join(map(repr, names.STOPS))})"
FAILING = (
    f"with failing as (select parent_id from span where trace_id in ({{}}) and {FAILED} and parent_id is not null)"
)
ADDED_UP = (
    "select trace_id, substr(min(printf('%d%020d', parent_id is not null, started_ns) || name), 22) as name,"
    " min(started_ns) as started_ns, max(ended_ns) as ended_ns, count(*) as spans,"
    f" sum(name like 'chat %' and {CALL} is not null and {KEPT} is null) as calls, total({KEPT}) as kept_calls,"
    f" total({INPUT}) as input_tokens, total({OUTPUT}) as output_tokens, sum({COST}) as cost_usd,"
    f" count(distinct case when {FAILED} and span_id not in (select parent_id from failing)"
    f" then case when name like 'chat %' then span_id else name || coalesce({WINDOW}, '') end end) as errors,"
    f" case when count(distinct {ABOUT}) = 1 then max({ABOUT}) end as document_id from span"
)


def _trace(row: Row) -> TraceRow:
    cost = row["cost_usd"]
    counts = {name: int(row[name]) for name in ("input_tokens", "output_tokens", "kept_calls")}
    return TraceRow(**{**row, **counts, "cost_usd": None if cost is None else Decimal(str(round(cost, CENTS)))})


def _visible(user: User) -> tuple[str, list[str]]:
    if not may(user, "costs.all"):
        return "tenant = ? and user_hash = ?", [user.tenant, user_hash(user)]
    return "tenant = ?", [user.tenant]


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))
