"""What the costs and latency screens count from: calls by day, derived from model_call and kept up by triggers."""

# What a row of call_day is about, and what it counts; each by how it is read from a row of model_call.
ABOUT = {
    "tenant": "{0}.tenant",
    "day": "substr({0}.started_at, 1, 10)",
    "user_hash": "{0}.user_hash",
    "model": "{0}.model",
    "task": "{0}.task",
    "document_id": "coalesce({0}.document_id, '')",
    "state": "{0}.state",
    "error_type": "coalesce({0}.error_type, '')",
    "answered_by": "coalesce({0}.answered_by, '')",
}
# Money in millionths of a millionth of a USD: whole numbers add up exactly, and no price per token is finer.
PICO = "coalesce(cast(round(cast({0}.%s as real) * 1e12) as integer), 0)"
# A call that a killed worker left: nothing was put aside only for models without charge.
UNKNOWN = (
    "({0}.cost_usd is null and ({0}.state in ('done', 'failed', 'stopped') or ({0}.state = 'lost'"
    " and ({0}.reserved_usd is not null or {0}.reserved_tokens is not null))))"
)
COUNTED = {
    "calls": "1",
    "unknown": UNKNOWN,
    "cost_pico": PICO % "cost_usd",
    "saved_pico": PICO % "saved_usd",
    "input_tokens": "coalesce({0}.input_tokens, 0)",
    "output_tokens": "coalesce({0}.output_tokens, 0)",
    "cached_tokens": "coalesce({0}.cached_tokens, 0)",
    "cache_write_tokens": "coalesce({0}.cache_write_tokens, 0)",
    "busy_ms": "coalesce({0}.latency_ms, 0)",
    "fell": "({0}.fell_from <> '[]')",
    "degraded": "{0}.degraded",
    "renamed": "({0}.renamed_from is not null)",
}


def _values(read: dict[str, str], row: str, sign: str = "") -> str:
    return ", ".join(f"{sign}({value})" if sign else value for value in (one.format(row) for one in read.values()))


def _counting(row: str, sign: str) -> str:
    """The statement by which a call is counted (or, with a minus, no longer counted)."""
    added = ", ".join(f"{name} = {name} + excluded.{name}" for name in COUNTED)
    return (
        f"    insert into call_day ({', '.join((*ABOUT, *COUNTED))})\n"
        f"    values ({_values(ABOUT, row)}, {_values(COUNTED, row, sign)})\n"
        f"    on conflict do update set {added};\n"
    )


def _trigger(name: str, event: str, row: str, sign: str) -> str:
    return (
        f"create trigger {name} after {event} on model_call when {row}.state <> 'started' begin\n"
        f"{_counting(row, sign)}end;\n"
    )


# Everything anew, for calls that were there before these triggers, and for `python -m core reindex`.
REBUILD = f"""
delete from call_day;
insert into call_day ({", ".join((*ABOUT, *COUNTED))})
select {_values(ABOUT, "one")}, {", ".join(f"sum({value.format('one')})" for value in COUNTED.values())}
from model_call as one where one.state <> 'started' group by {", ".join(str(n + 1) for n in range(len(ABOUT)))};
"""

TABLES = f"""
-- Calls that ended, counted by day (UTC) and what they were about; '' where model_call has null. `unknown`: calls of
-- which nobody knows what they cost. `fell`: another model failed before; `renamed`: the answering name had changed.
create table call_day (
    {", ".join(f"{name} text not null" for name in ABOUT)},
    {", ".join(f"{name} integer not null" for name in COUNTED)},
    primary key ({", ".join(ABOUT)})
) strict, without rowid;
{_trigger("call_day_ends", "insert", "new", "+")}
{_trigger("call_day_left", "update", "old", "-")}
{_trigger("call_day_moved", "update", "new", "+")}
{_trigger("call_day_gone", "delete", "old", "-")}
{REBUILD}
-- Percentiles are read off an index in order; nothing is sorted.
create index model_call_latency on model_call (tenant, model, latency_ms, started_at, user_hash, task)
    where state = 'done' and latency_ms is not null;
create index model_call_first_token on model_call (tenant, model, first_token_ms, started_at, user_hash, task)
    where state = 'done' and first_token_ms is not null;
create index model_call_renamed on model_call (tenant, started_at) where renamed_from is not null;
create index model_call_in_flight on model_call (tenant, user_hash) where state = 'started';
"""
