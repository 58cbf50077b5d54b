"""What steers the models: versions in use, models that are stopped, and the records of who changed it and why."""

TABLES = """
-- `subject` is "prompt:extract" (value: the version in use) or "model:NAME" (value: 'stopped'). Absent: as shipped.
create table switch (
    subject text primary key,
    value text not null,
    reason text not null,
    change_id text,
    set_by text not null,
    set_at text not null
) strict, without rowid;

-- The fields of a change record. It never changes once decided; `before` and `after` are the switch's values.
create table change_record (
    number integer primary key autoincrement,
    id text not null unique,
    tenant text not null,
    kind text not null,
    subject text not null,
    before text,
    after text not null,
    change text not null,
    reason text not null,
    affected text not null,
    risk_level text not null,
    eval_before text not null default '',
    eval_after text not null default '',
    security_impact text not null,
    rollback_plan text not null,
    author text not null,
    author_name text not null,
    proposed_at text not null,
    state text not null check (state in ('proposed', 'approved', 'rejected', 'withdrawn')),
    approver text,
    approver_name text,
    decision_reason text not null default '',
    decided_at text,
    deployed_at text,
    check (approver is null or approver <> author or kind = 'rollback')
) strict;
create index change_record_of_subject on change_record (tenant, subject, number);
"""
