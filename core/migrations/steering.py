"""What steers the models: versions in use, models that are stopped, and the records of who changed it and why."""

TABLES = """
-- The fields of a change record. `before` and `after` are the switch's values; null: running, not stopped.
-- A 'change' is proposed by one person and decided by another. The other kinds take effect at once, by one person:
-- going back to what was in use before, stopping a model and starting it again.
-- `digest` is that of the file that `after` names, as it was when it was proposed.
create table change_record (
    number integer primary key autoincrement,
    id text not null unique,
    tenant text not null,
    kind text not null check (kind in ('change', 'rollback', 'stop', 'start')),
    subject text not null,
    before text,
    after text,
    digest text,
    change text not null,
    reason text not null,
    affected text not null default '',
    risk_level text not null default '' check (risk_level in ('', 'low', 'medium', 'high', 'critical')),
    eval_before text not null default '',
    eval_after text not null default '',
    security_impact text not null default '',
    rollback_plan text not null default '',
    author text not null,
    author_name text not null,
    proposed_at text not null,
    state text not null check (state in ('proposed', 'approved', 'rejected', 'withdrawn')),
    approver text,
    approver_name text,
    decision_reason text not null default '',
    decided_at text,
    deployed_at text,
    check (approver is null or approver <> author),
    check (kind = 'change' or state = 'approved'),
    check (kind <> 'change' or (after is not null and risk_level <> '')),
    check (kind <> 'change' or (approver is not null) = (state in ('approved', 'rejected'))),
    check ((decided_at is null) = (state = 'proposed')),
    check ((deployed_at is not null) = (state = 'approved'))
) strict;
create index change_record_of_subject on change_record (tenant, subject, number);

create trigger change_record_begins before insert on change_record
when new.kind = 'change' and new.state <> 'proposed' begin
    select raise(abort, 'a change begins as a proposal');
end;
create trigger change_record_fixed before update on change_record when old.state <> 'proposed' begin
    select raise(abort, 'a change record that is decided never changes');
end;
create trigger change_record_proposal_fixed before update of
    number, id, tenant, kind, subject, before, after, digest, change, reason, affected, risk_level, eval_before,
    eval_after, security_impact, rollback_plan, author, author_name, proposed_at on change_record begin
    select raise(abort, 'what a change record proposes never changes');
end;
create trigger change_record_kept before delete on change_record begin
    select raise(abort, 'a change record is never deleted');
end;

-- `subject` is "prompt:extract" (value: the version in use) or "model:NAME" (value: 'stopped'). Absent: as shipped.
-- One for the whole installation, as the models and prompts are. No value without the record that set it.
create table switch (
    subject text primary key,
    value text not null,
    reason text not null,
    change_id text not null references change_record (id),
    set_by text not null,
    set_at text not null
) strict, without rowid;
"""
