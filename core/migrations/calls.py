"""Every call of a model with what it took and cost, and the answers that need not be paid for again."""

# What a call counts for against the budgets: its cost once that is known, and what was put aside for it until then (and
# where it never is). Money in millionths of a millionth of a USD: whole numbers add up exactly.
USD = (
    "case when {0}.reserved_usd is null then 0 else"
    " cast(round(cast(coalesce({0}.cost_usd, {0}.reserved_usd) as real) * 1e12) as integer) end"
)
TOKENS = (
    "case when {0}.reserved_tokens is null then 0 when {0}.input_tokens is null then {0}.reserved_tokens"
    " else {0}.input_tokens + {0}.output_tokens end"
)


def _counting(row: str, sign: str) -> str:
    """The statement that adds a call to what its person has spent on its day, or takes it away again."""
    return (
        "insert into model_spend (tenant, day, user_hash, pico_usd, unpriced_tokens) values"
        f" ({row}.tenant, substr({row}.started_at, 1, 10), {row}.user_hash,"
        f" {sign}({USD.format(row)}), {sign}({TOKENS.format(row)}))"
        " on conflict do update set pico_usd = pico_usd + excluded.pico_usd,"
        " unpriced_tokens = unpriced_tokens + excluded.unpriced_tokens;"
    )


COUNTS = "({0}.reserved_usd is not null or {0}.reserved_tokens is not null)"

TABLES = f"""
-- Ids, digests, counts and times only. `state` is started until the answer is there; a worker that was killed leaves
-- 'lost'. Costs are decimal text in USD, null where unknown; what is reserved counts against the budgets until the cost
-- is known. Where the price is unknown, tokens count instead.
-- A `batched` call was one of a batch: billed at that price, its answer hours away, its latency unknown.
-- `raw_usage` is what the provider reported (numbers only). `fell_from` names the models that failed before this one,
-- `renamed_from` what the model called itself before, where that has changed.
create table model_call (
    number integer primary key autoincrement,
    id text not null unique,
    trace_id text,
    span_id text,
    tenant text not null,
    user_hash text not null,
    task text not null,
    part text not null default '',
    document_id text,
    job_id text,
    model text not null,
    answered_by text,
    renamed_from text,
    prompt text not null,
    prompt_digest text not null,
    request_digest text not null,
    release text,
    classification text not null,
    policy_decision text not null,
    risk_level text,
    tool_calls integer not null default 0,
    state text not null check (state in ('started', 'done', 'cached', 'failed', 'refused', 'lost', 'stopped')),
    error_type text,
    finish_reason text,
    fell_from text not null default '[]',
    degraded integer not null default 0,
    prompt_bytes integer,
    batched integer not null default 0,
    input_tokens integer,
    output_tokens integer,
    cached_tokens integer,
    cache_write_tokens integer,
    raw_usage text,
    reserved_usd text,
    reserved_tokens integer,
    cost_usd text,
    saved_usd text,
    first_token_ms integer,
    latency_ms integer,
    started_at text not null,
    ended_at text
) strict;
create index model_call_when on model_call (tenant, started_at);
create index model_call_of_job on model_call (job_id);
create index model_call_of_model on model_call (model, task, number);
create index model_call_answered on model_call (model, number) where state = 'done';
create index model_call_of_document on model_call (document_id, number);
create index model_call_of_trace on model_call (trace_id);

-- An answer holds text: it goes with its document. `digest` is of everything that decides it, the document included.
create table answer_cache (
    digest text primary key,
    document_id text not null references document (id) on delete cascade,
    model text not null,
    completion text not null,
    cost_usd text,
    kept_at text not null
) strict, without rowid;
create index answer_cache_of_document on answer_cache (document_id);

-- What the budgets look at before each paid call, inside its write: a row for each person and day, kept up by triggers.
create table model_spend (
    tenant text not null,
    day text not null,
    user_hash text not null,
    pico_usd integer not null,
    unpriced_tokens integer not null,
    primary key (tenant, day, user_hash)
) strict, without rowid;
create trigger model_spend_begins after insert on model_call when {COUNTS.format("new")} begin
    {_counting("new", "+")}
end;
create trigger model_spend_moves after update on model_call when {COUNTS.format("old")} or {COUNTS.format("new")} begin
    {_counting("old", "-")}
    {_counting("new", "+")}
end;
create trigger model_spend_goes after delete on model_call when {COUNTS.format("old")} begin
    {_counting("old", "-")}
end;
"""
