"""Spans made from the ledger, of calls whose own never came: a trace has every call that Costs has, to the token.

Spans are written in batches, so a program that is killed takes the last ones with it; and the calls of a batch are made
by its provider, where nobody could open a span around them.
"""

import json
from datetime import datetime

from sqlite_utils import Database

from core import telemetry
from core.store import Row, rows, write
from core.telemetry import SpanRow, names

LATEST, DAYS = 5_000, 30  # calls; older ones were looked at when a worker started before
NS = 10**9
# Calls of jobs alone: what does jobs is one process at a time, so nobody else's spans are still on their way. The
# calls of a batch share its span, and have the id of their own row for one.
MISSING = f"""
    select model_call.*, case when batched then id else span_id end as own from model_call
    where state not in ('started', 'refused') and trace_id is not null and job_id in (select id from job)
        and number > (select max(number) from model_call) - {LATEST} and started_at >= date('now', '-{DAYS} days')
        and not exists (select 1 from span where span.span_id = case when batched then id else model_call.span_id end)
"""


def retrace(db: Database) -> int:
    """Complete the traces; gives how many spans were missing. For the process that does jobs, between its calls."""
    telemetry.flush()  # what is on its way is not missing
    found = rows(db, MISSING)
    if found:
        with write(db):
            for row in found:
                telemetry.restore(db, _span(row), row["tenant"], row["user_hash"])
    return len(found)


def _span(row: Row) -> SpanRow:
    backend, _, model = str(row["model"]).partition(":")
    ended = _ns(row["ended_at"])
    return SpanRow(
        trace_id=row["trace_id"],
        span_id=row["own"],
        parent_id=row["span_id"] if row["batched"] else None,
        name=f"{names.CHAT}{row['model']}",
        kind="client",
        started_ns=ended if row["batched"] else _ns(row["started_at"]),
        ended_ns=ended,
        error_type=names.KILLED if row["state"] == "lost" else row["error_type"],
        attributes=_kept(row, backend, model),
    )


def _kept(row: Row, backend: str, model: str) -> dict[str, object]:
    cached, first = row["state"] == "cached", row["first_token_ms"]
    return ({} if cached else _tokens(row)) | {
        names.OPERATION: "chat", names.PROVIDER: backend, names.REQUEST_MODEL: model,
        names.RESPONSE_MODEL: row["answered_by"],
        names.FINISH_REASONS: [row["finish_reason"]] if row["finish_reason"] else None,
        names.FIRST_CHUNK: None if first is None else first / 1_000, names.CALL_ID: row["id"], names.TASK: row["task"],
        names.PART: row["part"] or None, names.DOCUMENT_ID: row["document_id"], names.JOB_ID: row["job_id"],
        names.PROMPT: row["prompt"], names.PROMPT_DIGEST: row["prompt_digest"], names.RELEASE: row["release"],
        names.RISK: row["risk_level"], names.CLASSIFICATION: row["classification"], names.POLICY: "allowed",
        names.TOOL_CALLS: row["tool_calls"], names.FELL_FROM: json.loads(row["fell_from"]) or None,
        names.DEGRADED: bool(row["degraded"]) or None, names.FROM_CACHE: True if cached else None,
        names.COST_USD: None if cached or row["cost_usd"] is None else float(row["cost_usd"]),
        names.SAVED_USD: float(row["saved_usd"]) if cached and row["saved_usd"] is not None else None,
    }  # fmt: skip


def _tokens(row: Row) -> dict[str, object]:
    return {
        names.INPUT_TOKENS: row["input_tokens"], names.OUTPUT_TOKENS: row["output_tokens"],
        names.CACHE_READ_TOKENS: row["cached_tokens"], names.CACHE_WRITE_TOKENS: row["cache_write_tokens"],
    }  # fmt: skip


def _ns(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1_000) * (NS // 1_000)
