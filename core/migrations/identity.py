"""Who people are, what they may, and how they are let in."""

TABLES = """
-- Keyed by issuer and subject: an OIDC issuer's address and its `sub`, 'local' and the account's name, or 'service' and
-- its name; 'demo' and the name of somebody made for a demo. `folded` is the name without what a reader does not see:
-- no two people of a tenant have names that look alike. Nobody has a right, group or clearance that no administrator
-- gave.
create table account (
    id text primary key,
    issuer text not null,
    subject text not null,
    tenant text not null,
    name text not null,
    folded text not null,
    email text not null default '',
    clearances text not null default '[]',
    state text not null check (state in ('invited', 'active', 'disabled')),
    created_at text not null,
    created_by text not null,
    seen_at text,
    unique (issuer, subject),
    unique (tenant, folded)
) strict, without rowid;

create table account_role (
    account_id text not null references account (id),
    role text not null,
    given_by text not null,
    given_at text not null,
    primary key (account_id, role)
) strict, without rowid;

create table account_group (
    account_id text not null references account (id),
    name text not null,
    given_by text not null,
    given_at text not null,
    primary key (account_id, name)
) strict, without rowid;

-- A local account's password as an argon2id hash, and how often a wrong one was tried.
create table credential (
    account_id text primary key references account (id),
    hash text not null,
    changed_at text not null,
    failures integer not null default 0,
    locked_until text
) strict, without rowid;

-- `digest` is the SHA-256 of a token that was shown once.
create table invitation (
    digest text primary key,
    account_id text not null references account (id),
    created_by text not null,
    created_at text not null,
    expires_at text not null,
    used_at text
) strict, without rowid;

-- Our own row beside the browser's cookie: signing out, an idle limit and a disabled account take effect at once.
-- `id` is the SHA-256 of the token in the browser; `account_id` is 'local' for the one person of an app without
-- accounts. `acting_as` is the account as whom a facilitator acts in a demo.
create table session (
    id text primary key,
    account_id text not null,
    mode text not null,
    started_at text not null,
    seen_at text not null,
    ended_at text,
    ended_why text,
    acting_as text references account (id)
) strict, without rowid;
create index session_of_account on session (account_id, ended_at);

-- How a service account is known on the command line. `scopes` are permissions (JSON), never more than its roles have.
create table service_token (
    digest text primary key,
    account_id text not null references account (id),
    name text not null,
    scopes text not null,
    created_by text not null,
    created_at text not null,
    expires_at text not null,
    revoked_at text,
    used_at text
) strict, without rowid;

-- How often somebody did something in a span of time, for limits and quotas.
create table rate (
    account_id text not null,
    what text not null,
    span text not null,
    used integer not null,
    primary key (account_id, what, span)
) strict, without rowid;
"""
