"""Every call of a model with what it took and cost, and the answers that need not be paid for again."""

TABLES = """
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
-- What the budgets add up, and nothing else: calls without charge are most, and are not in it.
create index model_call_spent on model_call (tenant, started_at, user_hash, cost_usd, reserved_usd)
    where reserved_usd is not null;
create index model_call_unpriced on model_call (tenant, started_at, reserved_tokens, input_tokens, output_tokens)
    where reserved_tokens is not null;
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
"""
