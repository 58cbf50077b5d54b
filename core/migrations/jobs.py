"""Long work: what is asked for, how far it is, and who does it."""

TABLES = """
-- `actor` is the user as they were when they asked (JSON); the job acts with these rights and no others.
-- `subject` is the document that the job is about: deleting the document deletes its jobs.
create table job (
    number integer primary key autoincrement,
    id text not null unique,
    tenant text not null,
    user_id text not null,
    actor text not null,
    kind text not null,
    title text not null,
    subject text,
    payload text not null default '{}',
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    stage text not null default '',
    progress real not null default 0 check (progress between 0 and 1),
    fault text,
    error text,
    attempts integer not null default 0,
    claim text,
    lease_until text,
    created_at text not null,
    started_at text,
    finished_at text
) strict;
create index job_waiting on job (state, number);
create index job_of_user on job (tenant, user_id, number);
create index job_about on job (subject);

-- What a job has finished already, so that a killed worker repeats only the step it was in.
create table step (
    job_id text not null references job (id) on delete cascade,
    name text not null,
    result text not null,
    finished_at text not null,
    primary key (job_id, name)
) strict, without rowid;

-- One row: the worker as it last showed itself.
create table worker (
    one integer primary key check (one = 1),
    pid integer not null,
    started_at text not null,
    seen_at text not null,
    job_id text,
    stopped_at text
) strict;
"""

# A job that its person has paused waits, and nobody claims it. A handler may ask to be called again later.
HELD = """
alter table job add column held integer not null default 0;
alter table job add column not_before text;
"""
