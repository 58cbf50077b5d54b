"""Models on this machine, and what people try in the sandbox."""

TABLES = """
-- GGUF files that somebody added: the digest is checked again before each load.
create table weights (
    name text primary key,
    path text not null unique,
    sha256 text not null,
    architecture text not null,
    quantisation text not null,
    context integer not null,
    parameters integer not null,
    bytes integer not null,
    cache_bytes_per_token integer not null,
    added_by text not null,
    added_at text not null
) strict, without rowid;

-- A prompt tried in the sandbox. It holds text, so it is its person's own and goes when they say so.
-- `answer` grows while the model speaks; the rest is filled in when it has ended.
create table trial (
    number integer primary key autoincrement,
    id text not null unique,
    tenant text not null,
    user_id text not null,
    job_id text not null references job (id) on delete cascade,
    model text not null,
    prompt text,
    prompt_digest text,
    system text not null,
    content text not null,
    schema text,
    max_output_tokens integer not null,
    classification text not null,
    decision text not null,
    answer text not null default '',
    answered_by text,
    finish_reason text,
    usage text,
    cost_usd text,
    first_token_ms integer,
    latency_ms integer,
    created_at text not null
) strict;
create index trial_of_user on trial (tenant, user_id, number);
create index trial_of_job on trial (job_id);
"""

MEASURED = """
-- A benchmark of some models, as its person asked for it; `results` is the JSON that can be downloaded.
create table benchmark (
    number integer primary key autoincrement,
    id text not null unique,
    tenant text not null,
    user_id text not null,
    job_id text not null references job (id) on delete cascade,
    results text not null default '{}',
    created_at text not null
) strict;
create index benchmark_of_user on benchmark (tenant, user_id, number);

-- Questions handed to a provider as one batch, so that a restart collects them instead of paying again.
create table batch (
    number integer primary key autoincrement,
    job_id text not null references job (id) on delete cascade,
    model text not null,
    provider_id text not null unique,
    parts text not null,
    state text not null check (state in ('sent', 'collected', 'failed')),
    sent_at text not null,
    ended_at text
) strict;
create index batch_of_job on batch (job_id);
"""

REVIEWED = """
-- Who owns a model, when it was reviewed, and the answers of its vendor review, as people here say them over what
-- models/catalog.toml says. It steers nothing. One for the whole installation, as the models are.
create table model_review (
    model text not null,
    field text not null,
    value text not null,
    set_by text not null,
    set_at text not null,
    primary key (model, field)
) strict, without rowid;
"""
