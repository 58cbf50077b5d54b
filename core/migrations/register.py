"""What runs found, what people say about it, and the register derived from the two."""

TABLES = """
-- One reading of a document by an engine. `analysis` is zlib-compressed JSON without the document's text and without
-- the obligations, which are findings. `digest` is of what was found: a rerun that finds the same is the same run.
create table run (
    id text primary key,
    document_id text not null references document (id) on delete cascade,
    number integer not null,
    digest text not null,
    model text not null,
    created_at text not null,
    created_by text not null,
    analysis blob not null,
    unique (document_id, number),
    unique (document_id, digest)
) strict;
create trigger run_fixed before update on run begin
    select raise(abort, 'a run never changes');
end;

-- `obligation` is JSON; a provision's text is left out where the document has it at its span.
create table finding (
    document_id text not null references document (id) on delete cascade,
    run_id text not null references run (id) on delete cascade,
    obligation_id text not null,
    position integer not null,
    obligation text not null,
    unique (document_id, obligation_id, run_id),
    unique (run_id, position)
) strict;
create trigger finding_fixed before update on finding begin
    select raise(abort, 'the findings of a run never change');
end;

create table action (
    document_id text not null references document (id) on delete cascade,
    run_id text not null references run (id) on delete cascade,
    id text not null,
    position integer not null,
    title text not null,
    detail text not null,
    owner_role text not null,
    priority text not null,
    due text,
    obligation_ids text not null,
    requires_approval integer not null,
    state text not null default 'draft',
    primary key (run_id, id)
) strict, without rowid;
create index action_of_document on action (document_id, run_id, position);

-- What one person did in one go, so that one undo takes all of it back. `title` never holds document text.
create table gesture (
    id integer primary key autoincrement,
    user_id text not null,
    kind text not null,
    title text not null,
    made_at text not null,
    undone_at text,
    undone_by text
) strict;
create index gesture_of_user on gesture (user_id, id);

-- Every value that people ever set, with what it replaced (JSON; null is nothing there). Never updated.
-- `subject` is an obligation, an uncovered sentence or an ungrounded quote; '' is the document itself.
create table change (
    document_id text not null references document (id) on delete cascade,
    gesture_id integer not null references gesture (id),
    subject text not null,
    field text not null,
    old text,
    new text,
    old_gesture_id integer,
    unique (gesture_id, document_id, subject, field)
) strict;
create index change_of_subject on change (document_id, subject);
create trigger change_fixed before update on change begin
    select raise(abort, 'what people changed is kept as it was');
end;

-- What people say now: the latest value of each field. It lies over the chosen run and no rerun writes it.
create table overlay (
    document_id text not null references document (id) on delete cascade,
    subject text not null,
    field text not null,
    value text not null,
    gesture_id integer not null references gesture (id),
    primary key (document_id, subject, field)
) strict, without rowid;

-- Files given as evidence are kept here and not on disk, so that deleting the document deletes them with it.
create table evidence_file (
    document_id text not null references document (id) on delete cascade,
    sha256 text not null,
    bytes blob not null,
    primary key (document_id, sha256)
) strict;

-- Derived from finding and overlay by `reindex`, kept up in the write that changes them: the effective values.
create table register (
    number integer primary key,
    document_id text not null references document (id) on delete cascade,
    obligation_id text not null,
    run_id text,
    state text not null,
    origin text not null,
    position integer not null,
    end_at integer not null,
    page integer,
    path text not null,
    heading text not null,
    quote text not null,
    modality text not null,
    bearer text not null,
    bearer_kind text not null,
    explicit integer not null,
    via text,
    action text not null,
    object text not null,
    deadline text not null,
    iso8601 text,
    deadline_kind text not null,
    days text not null,
    anchor text not null,
    due text,
    risk text not null,
    risk_score integer not null,
    applies text not null,
    confidence real not null,
    match text not null,
    engine text not null,
    status text not null,
    reason text not null,
    owner text not null,
    next_review text,
    anchor_date text,
    corrections integer not null,
    comments integer not null,
    evidence integer not null,
    accepted integer not null,
    doubtful integer not null,
    facet text not null,
    unique (document_id, obligation_id)
) strict;

-- What the list is filtered and sorted by, so that only the page shown is read in full; and what is counted.
create index register_list on register (
    state, document_id, position, end_at, bearer, path, risk_score, due, confidence, status, owner, modality,
    bearer_kind, risk, applies, deadline_kind, next_review, doubtful, accepted, run_id
);
create index register_counts on register (
    state, facet, document_id, doubtful, deadline_kind, due, status, run_id, bearer_kind, risk, modality
);
create index register_due on register (
    state, due, status, deadline_kind, document_id, modality, bearer_kind, risk, owner, applies, doubtful, run_id
) where due is not null;
create index register_doubt on register (state, document_id, confidence, position, path) where doubtful = 1;
create index register_review on register (state, next_review, document_id) where next_review is not null;

create virtual table register_text using fts5 (
    quote, action, bearer, path, heading, object,
    content = 'register', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
create trigger register_text_added after insert on register begin
    insert into register_text (rowid, quote, action, bearer, path, heading, object)
    values (new.number, new.quote, new.action, new.bearer, new.path, new.heading, new.object);
end;
create trigger register_text_removed after delete on register begin
    insert into register_text (register_text, rowid, quote, action, bearer, path, heading, object)
    values ('delete', old.number, old.quote, old.action, old.bearer, old.path, old.heading, old.object);
end;
create trigger register_text_changed after update of quote, action, bearer, path, heading, object on register
when old.quote is not new.quote or old.action is not new.action or old.bearer is not new.bearer
    or old.path is not new.path or old.heading is not new.heading or old.object is not new.object
begin
    insert into register_text (register_text, rowid, quote, action, bearer, path, heading, object)
    values ('delete', old.number, old.quote, old.action, old.bearer, old.path, old.heading, old.object);
    insert into register_text (rowid, quote, action, bearer, path, heading, object)
    values (new.number, new.quote, new.action, new.bearer, new.path, new.heading, new.object);
end;
-- FTS5 only marks words as deleted until its segments are merged; a deleted document's words must be gone.
create trigger register_text_purged after delete on document begin
    insert into register_text (register_text) values ('optimize');
end;

-- Derived as well: normative sentences that nothing covers, and quotes that are not in the source.
create table lead (
    document_id text not null references document (id) on delete cascade,
    id text not null,
    kind text not null check (kind in ('uncovered', 'ungrounded')),
    position integer not null,
    end_at integer,
    quote text not null,
    reason text not null,
    path text not null,
    state text not null check (state in ('open', 'accepted', 'used')),
    primary key (document_id, id)
) strict;
create index lead_open on lead (state, document_id, position);
"""
