"""What accepted actions became: each call of a tool, tickets kept here, and files that wait to be fetched."""

TABLES = """
-- One call of a tool for one item. `key` makes a retry the same call. `arguments` hold text of the document, so they
-- go with it; the log has their digest. `result` is JSON: what it made, and what undoing it needs.
create table execution (
    id text primary key,
    item_id text not null references item (id) on delete cascade,
    document_id text not null references document (id) on delete cascade,
    tenant text not null,
    tool text not null,
    level text not null check (level in ('none', 'user_confirm', 'manager_approve', 'human_review')),
    key text not null unique,
    arguments text not null,
    arguments_digest text not null,
    user_id text not null,
    decision_digest text not null,
    state text not null check (state in ('waiting', 'running', 'done', 'failed', 'compensating', 'compensated')),
    attempts integer not null default 0,
    result text not null default '{}',
    error text,
    confirmed_by text,
    asked_at text not null,
    finished_at text,
    compensated_by text,
    compensated_at text
) strict;
create index execution_of_item on execution (item_id, asked_at);

create table ticket (
    number integer primary key autoincrement,
    tenant text not null,
    document_id text not null references document (id) on delete cascade,
    execution_id text not null unique references execution (id) on delete cascade,
    title text not null,
    body text not null,
    owner text not null,
    priority text not null,
    due text,
    state text not null check (state in ('open', 'closed')),
    opened_at text not null,
    closed_at text,
    closed_why text
) strict;
create index ticket_list on ticket (tenant, state, due, number);

-- What cannot be undone is only staged: a file that a person fetches and sends or imports.
create table staged_file (
    execution_id text primary key references execution (id) on delete cascade,
    name text not null,
    media_type text not null,
    bytes blob not null,
    withdrawn_at text
) strict, without rowid;
"""
