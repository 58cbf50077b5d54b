"""Spans: what was done, when and for how long. Never text, never a name."""

TABLES = """
-- `attributes` is JSON of the names that telemetry.py allows. Times are nanoseconds since 1970.
create table span (
    number integer primary key autoincrement,
    trace_id text not null,
    span_id text not null unique,
    parent_id text,
    name text not null,
    kind text not null,
    tenant text not null,
    user_hash text not null,
    started_ns integer not null,
    ended_ns integer not null,
    error_type text,
    attributes text not null
) strict;
create index span_of_trace on span (trace_id, started_ns);
create index span_of_user on span (tenant, user_hash, number);
"""
