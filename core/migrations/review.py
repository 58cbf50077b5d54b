"""The approval queue: what was asked for, exactly what was shown, who decided, and who is told."""

TABLES = """
-- One request for a decision: an action of an analysis, or like ones together. `version` is that of its content;
-- `digest` is of exactly what a reviewer decides on: content, obligations, quotes, risk, model, prompt, policy.
-- `rule` is the row of the policy that it was submitted under. Times are UTC ISO 8601.
create table item (
    number integer primary key autoincrement,
    id text not null unique,
    tenant text not null,
    document_id text not null references document (id) on delete cascade,
    run_id text not null,
    title text not null,
    risk text not null check (risk in ('low', 'medium', 'high', 'critical')),
    state text not null check (state in (
        'draft', 'submitted', 'change_requested', 'accepted', 'rejected', 'escalated', 'revoked', 'expired', 'dropped',
        'executing', 'executed', 'failed', 'compensated')),
    version integer not null,
    digest text not null,
    rule text not null,
    prepared_by text not null,
    prepared_at text not null,
    requester text,
    submitted_at text,
    due_at text,
    expires_at text,
    claimed_by text,
    claimed_until text,
    escalated_at text,
    decided_at text,
    changed_at text not null,
    check ((requester is null) = (submitted_at is null)),
    check ((claimed_by is null) = (claimed_until is null))
) strict;
-- With what decides who may decide on it, so that a list of 100,000 is walked without reading one in full.
create index item_queue on item (
    tenant, state, due_at, number, document_id, requester, prepared_by, version, risk, claimed_by, claimed_until,
    submitted_at, prepared_at, id
);
create index item_of_requester on item (tenant, requester, state, number);
create index item_of_document on item (document_id, state);
create index item_risk on item (tenant, state, risk, due_at, number);

-- `open` while the item is under way: an action is in one such item at most.
create table item_action (
    item_id text not null references item (id) on delete cascade,
    document_id text not null references document (id) on delete cascade,
    action_id text not null,
    position integer not null,
    open integer not null,
    primary key (item_id, action_id)
) strict, without rowid;
create unique index item_action_once on item_action (document_id, action_id) where open = 1;
create index item_action_of on item_action (action_id, document_id, open);

-- What was asked for, as each person wrote it, side by side: a list of actions (JSON). Never updated.
create table item_version (
    item_id text not null references item (id) on delete cascade,
    number integer not null,
    content text not null,
    made_by text not null,
    made_at text not null,
    primary key (item_id, number)
) strict, without rowid;
create trigger item_version_fixed before update on item_version begin
    select raise(abort, 'what was asked for is kept as it was');
end;

-- What a digest stands for: every fact that was shown under it (JSON, name to words). It tells who decides on something
-- that changed since what is different, and later what somebody decided on. Never updated.
create table item_shown (
    item_id text not null references item (id) on delete cascade,
    digest text not null,
    facts text not null,
    first_at text not null,
    primary key (item_id, digest)
) strict, without rowid;
create trigger item_shown_fixed before update on item_shown begin
    select raise(abort, 'what was shown is kept as it was');
end;

-- One person's decision on one digest; `token` makes a replay harmless, `result` is the item's state after it.
-- `override` where it goes against what was recommended. Reviewer 'policy' accepts what the policy lets pass.
create table decision (
    id text primary key,
    item_id text not null references item (id) on delete cascade,
    version integer not null,
    digest text not null,
    reviewer text not null,
    roles text not null,
    verdict text not null check (verdict in ('accept', 'reject', 'request_change', 'escalate')),
    override integer not null default 0,
    remark_id text,
    token text not null unique,
    result text not null,
    decided_at text not null,
    unique (item_id, digest, reviewer)
) strict;
create index decision_of_reviewer on decision (reviewer, decided_at);
create index decision_when on decision (decided_at, verdict);
create trigger decision_fixed before update on decision begin
    select raise(abort, 'a decision never changes');
end;
"""

# Whom to tell, in the same write as what happened. Ids only; messages leave later, by the worker.
NOTICES = """
create table notice (
    id integer primary key autoincrement,
    tenant text not null,
    user_id text not null,
    kind text not null,
    subject text not null,
    about integer,
    made_at text not null,
    read_at text,
    sent_at text,
    tries integer not null default 0
) strict;
create index notice_of_user on notice (tenant, user_id, read_at, id);
create index notice_unsent on notice (id) where sent_at is null;
"""
