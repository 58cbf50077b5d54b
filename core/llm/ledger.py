"""Every call of a model as a row: who, what for, which model, what it took and cost. Never a word of the text.

A row is begun in the write that reserves its budget, and ended whatever happens; what a killed worker left is swept.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from core.llm import budgets, prices, retracing
from core.llm.catalog import Entry
from core.llm.errands import Errand
from core.llm.routes import Budgets
from core.prompts import Rendered
from core.store import Row, new_id, now, one, rows, write
from core.telemetry import names
from core.telemetry.hashing import user_hash
from core.types import Completion, Usage


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call before it is made. `policy` is the decision by which the text may go there, or not.

    `batched`: it is one of a batch, and `entry` has the prices of batches.
    `prompt_bytes`: all that the model reads, in UTF-8; with the tokens it reports, what a token of it holds is learned.
    """

    errand: Errand
    prompt: Rendered
    entry: Entry
    request_digest: str
    policy: str
    fell_from: tuple[str, ...] = ()
    trace_id: str | None = None
    span_id: str | None = None
    prompt_bytes: int | None = None
    batched: bool = False


@dataclass(frozen=True, slots=True)
class Reserved:
    """What is put aside for a call: USD (None: the price is unknown) and tokens."""

    usd: Decimal | None
    tokens: int


def start(db: Database, call: Call, reserved: Reserved, caps: Budgets) -> str:
    """Begin a call and put aside what it may cost, in one write; gives its id. OverBudget, and no row, at a cap."""
    row = _row(call, "started")
    who = budgets.Spender(row["tenant"], row["user_hash"], call.errand.job_id, call.errand.run_usd)
    if reserved.usd is None:
        row["reserved_tokens"] = reserved.tokens
    elif reserved.usd:
        row["reserved_usd"] = _text(reserved.usd)
    with write(db):
        budgets.require(db, caps, who, reserved.usd, reserved.tokens)
        _insert(db, row)
    return str(row["id"])


def note(db: Database, call: Call, state: str, **more: Any) -> str:
    """A row for what never was a call: an answer that was kept ("cached"), one that may not be had ("refused")."""
    row = {**_row(call, state), "ended_at": now(), **more}
    with write(db):
        _insert(db, row)
    return str(row["id"])


def done(
    db: Database,
    call_id: str,
    entry: Entry,
    whole: Completion,
    besides: Callable[[Decimal | None], None] = lambda cost: None,
    *,
    timed: bool = True,
) -> tuple[Decimal | None, str | None]:
    """End a call with its answer; gives its cost and, if the model called itself differently before, that name.

    `besides` is told the cost, in the same write: what belongs to the answer is kept with it or not at all.
    Not `timed`: nobody measured how long it took.
    """
    cost = cost_of(whole.usage, entry)
    before = _name_before(db, entry.name, call_id)
    renamed = before if before not in (None, names.model(whole.answered_by)) else None
    taken = _taken(whole) if timed else _taken(whole) | {"latency_ms": None}
    with write(db):
        _end(db, call_id, "done", {**taken, "cost_usd": _text(cost), "renamed_from": renamed})
        besides(cost)
    return cost, renamed


def failed(
    db: Database,
    call_id: str,
    entry: Entry,
    error: BaseException,
    *,
    begun: bool,
    stopped: bool,
    said: Completion | None,
) -> Decimal | None:
    """End a call without an answer; gives its cost. `begun`: the model had it, so that it may have cost something.

    What that was is unknown unless the model is free or said it (`said`); what was reserved then goes on counting.
    """
    unknown = None if begun else Decimal(0)
    cost = unknown if said is None else prices.cost(said.usage, entry)
    cost = Decimal(0) if prices.free(entry) else cost
    taken = {} if said is None else _taken(said)
    tokens = {} if begun or said is not None else {"reserved_tokens": None}
    state = "stopped" if stopped else "failed"
    ended = {**taken, **tokens, "cost_usd": _text(cost), "error_type": type(error).__name__}
    with write(db):
        _end(db, call_id, state, ended)
    return cost


def sweep(db: Database) -> int:
    """Mark the calls that a dead worker left as lost, and complete their traces; gives how many. For the worker as it
    starts.

    Those in a batch that its provider has are not lost: they wait to be collected. What was reserved for lost ones
    goes on counting: whether they were answered, and billed, nobody here knows.
    """
    with write(db):
        sql = "update model_call set state = 'lost', ended_at = ? where state = 'started'"
        sql += " and not (batched and job_id in (select job_id from batch where state = 'sent'))"
        gone = int(db.execute(sql, [now()]).rowcount)
    retracing.retrace(db)
    return gone


def cost_of(usage: Usage | None, entry: Entry) -> Decimal | None:
    """USD, and zero for a model without charge also where it did not say what it took."""
    return Decimal(0) if prices.free(entry) else prices.cost(usage, entry)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the calls of one trace came to. `cost_usd` None: the price of some answer is unknown.

    `open_calls` were begun and never ended with an answer: whether they are billed nobody here knows.
    """

    calls: int
    cached_calls: int
    open_calls: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: Decimal | None


def taken(db: Database, trace_id: str) -> Taken:
    """What has been taken so far, of all that is recorded under a trace."""
    found = rows(
        db,
        "select state, cost_usd, input_tokens, output_tokens, cached_tokens from model_call where trace_id = ?",
        [trace_id],
    )
    done = [row for row in found if row["state"] == "done"]
    costs = [None if row["cost_usd"] is None else Decimal(row["cost_usd"]) for row in done]
    known = [cost for cost in costs if cost is not None]
    return Taken(
        calls=len(done),
        cached_calls=sum(row["state"] == "cached" for row in found),
        open_calls=sum(row["state"] in ("lost", "stopped", "failed") and row["cost_usd"] is None for row in found),
        input_tokens=sum(row["input_tokens"] or 0 for row in done),
        output_tokens=sum(row["output_tokens"] or 0 for row in done),
        cached_tokens=sum(row["cached_tokens"] or 0 for row in done),
        cost_usd=sum(known, Decimal(0)) if len(known) == len(costs) else None,
    )


def _row(call: Call, state: str) -> Row:
    errand, prompt = call.errand, call.prompt
    return {
        "id": new_id(), "trace_id": call.trace_id, "span_id": call.span_id, "tenant": errand.user.tenant,
        "user_hash": user_hash(errand.user), "task": errand.task, "part": errand.part,
        "document_id": errand.document_id, "job_id": errand.job_id, "model": call.entry.name,
        "prompt": f"{prompt.name}/{prompt.version}", "prompt_digest": prompt.digest,
        "request_digest": call.request_digest, "release": errand.release, "classification": errand.classification,
        "policy_decision": call.policy, "risk_level": errand.risk_level, "state": state,
        "prompt_bytes": call.prompt_bytes, "batched": int(call.batched),
        "fell_from": json.dumps(call.fell_from), "degraded": int(errand.degraded), "started_at": now(),
    }  # fmt: skip


def _insert(db: Database, row: Mapping[str, Any]) -> None:
    columns = ", ".join(row)
    db.execute(f"insert into model_call ({columns}) values ({', '.join('?' * len(row))})", list(row.values()))


def _end(db: Database, call_id: str, state: str, values: Mapping[str, Any]) -> None:
    """Also of one that was swept as lost while it was under way in another process. Opens no write of its own."""
    row = {"state": state, "ended_at": now(), **values}
    change = ", ".join(f"{name} = ?" for name in row)
    db.execute(
        f"update model_call set {change} where id = ? and state in ('started', 'lost')", [*row.values(), call_id]
    )


def _taken(whole: Completion) -> Row:
    known: Row = {
        "answered_by": names.model(whole.answered_by), "finish_reason": whole.finish_reason,
        "latency_ms": whole.latency_ms, "first_token_ms": whole.time_to_first_token_ms,
    }  # fmt: skip
    if whole.usage is None:
        return known
    return known | counted(whole.usage) | {"raw_usage": json.dumps(numbers(whole.usage.raw))}


def counted(usage: Usage | None) -> Row:
    """Tokens as a row has them; of an answer that was kept, those that its asking took and that were spared now."""
    if usage is None:
        return {}
    return {
        "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.cache_write_tokens,
    }  # fmt: skip


def numbers(reported: Mapping[str, Any]) -> dict[str, Any]:
    """What a provider reported, its numbers only: a word of it could be anything."""
    found: dict[str, Any] = {}
    for name, value in reported.items():
        if isinstance(value, Mapping):
            found[name] = numbers(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = value
    return found


def _name_before(db: Database, model: str, call_id: str) -> str | None:
    """What the model called itself in the last call that it answered."""
    sql = (
        "select answered_by from model_call where model = ? and state = 'done' and id <> ? and answered_by is not null"
        " order by number desc limit 1"
    )
    row = one(db, sql, [model, call_id])
    return None if row is None else str(row["answered_by"])


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else f"{usd:f}"
