"""The log: who did what and who saw what, each row chained to the one before; and the words that people gave."""

TABLES = """
-- Ids, digests and counts: no text of a document and nothing personal beyond the user's id. `mode` is how the user was
-- known ("demo" where a facilitator acted as them). `subject` is a kind and an id: "item:…", "document:…", "user:…".
-- `hash` is an HMAC over everything else in the row, under a key that is not in this database; `prev` is the hash of
-- the row before, or 64 zeros.
create table audit (
    number integer primary key,
    prev text not null unique,
    hash text not null,
    at text not null,
    tenant text not null,
    user_id text not null,
    mode text not null,
    event text not null,
    subject text not null,
    document_id text,
    digest text,
    details text not null
) strict;
-- By number, which every index ends with.
create index audit_of_tenant on audit (tenant);
create index audit_of_subject on audit (tenant, subject);
create index audit_of_user on audit (tenant, user_id);
create index audit_of_event on audit (tenant, event);
create index audit_of_document on audit (tenant, document_id) where document_id is not null;
-- For a period, and counts by day and event from the index alone.
create index audit_when on audit (tenant, at, event);

create trigger audit_follows before insert on audit
when new.number is not (select coalesce(max(number), 0) + 1 from audit)
    or new.prev is not coalesce(
        (select hash from audit order by number desc limit 1),
        '0000000000000000000000000000000000000000000000000000000000000000')
begin
    select raise(abort, 'an entry of the log follows the last one');
end;
create trigger audit_fixed before update on audit begin
    select raise(abort, 'the log never changes');
end;
create trigger audit_kept before delete on audit begin
    select raise(abort, 'nothing is taken out of the log');
end;

-- Which evidence a session has shown already: a view is logged once.
create table sight (
    session text not null,
    subject text not null,
    digest text not null,
    seen_at text not null,
    primary key (session, subject, digest)
) strict, without rowid;

-- Reasons and comments. The chain holds their digest, so that they can go with their document and still be proved.
create table remark (
    id text primary key,
    tenant text not null,
    subject text not null,
    document_id text references document (id) on delete cascade,
    user_id text not null,
    kind text not null check (kind in ('reason', 'comment')),
    text text not null,
    digest text not null,
    at text not null
) strict, without rowid;
create index remark_of_subject on remark (tenant, subject, at);
"""

FOLDED = """
-- How often somebody was refused the same in one hour: the first times are entries of the log, later ones are counted
-- here and told by an entry each time that their number doubles, and once when the hour is over. `subject` is "" where
-- the person is known, and what was tried where nobody is.
create table refusal (
    tenant text not null,
    user_id text not null,
    event text not null,
    why text not null,
    subject text not null,
    hour text not null,
    mode text not null,
    times integer not null,
    told integer not null,
    primary key (tenant, user_id, event, why, subject, hour)
) strict, without rowid;
"""
