"""Documents, their provisions and pages, their data cards, and what is left of those deleted."""

TABLES = """
-- Bytes that arrived, kept under data_dir/files/<file>. `sha256` is the digest of what was uploaded and `file` of
-- what is stored: they differ where a password was taken off. `document_id` is the id the document will have.
create table upload (
    id text primary key,
    tenant text not null,
    owner text not null,
    classification text not null,
    groups text not null default '[]',
    sha256 text not null,
    file text not null,
    bytes integer not null,
    name text not null,
    card text not null default '{}',
    document_id text not null unique,
    job_id text not null references job (id) on delete cascade,
    created_at text not null
) strict;
create index upload_file on upload (file);
create index upload_sha256 on upload (sha256);
create index upload_job on upload (job_id);

-- `scope` is what the reading decided; `gate` what follows: an escalated document waits for a person.
-- `awaiting_second` is 1 from the owner's signature to the second one, where two are needed.
create table document (
    id text primary key,
    tenant text not null,
    owner text not null,
    classification text not null check (classification in ('public', 'internal', 'confidential', 'restricted')),
    groups text not null default '[]',
    status text not null default 'draft' check (status in ('draft', 'approved', 'withdrawn')),
    awaiting_second integer not null default 0,
    expires text,
    title text not null,
    type text not null,
    version text not null,
    lineage text not null,
    regulation text,
    language text not null,
    in_force text,
    applies_from text,
    applies_to text not null default '[]',
    structure text not null default '{}',
    warnings text not null default '[]',
    sha256 text not null,
    file text not null,
    file_name text not null,
    bytes integer not null,
    media_type text not null,
    characters integer not null,
    page_count integer not null,
    scope text not null default 'in_scope' check (scope in ('in_scope', 'out_of_scope', 'escalate')),
    scope_reasons text not null default '[]',
    gate text not null default 'open' check (gate in ('open', 'waiting', 'released', 'rejected')),
    gate_reason text,
    gate_by text,
    gate_at text,
    withdrawn_reason text,
    withdrawn_by text,
    withdrawn_at text,
    created_at text not null
) strict;
create index document_lineage on document (tenant, lineage);
create index document_sha256 on document (sha256);
create index document_file on document (file);

-- Every table with something of a document in it has a column document_id that references document (id) on delete
-- cascade: that is how deleting removes and counts all of it. A test reads the tables and holds them to it.
create table document_text (
    document_id text primary key references document (id) on delete cascade,
    text text not null,
    hidden text not null default '[]'
) strict;

-- `words` is zlib-compressed JSON, a list of [start, end, x0, y0, x1, y1].
create table page (
    document_id text not null references document (id) on delete cascade,
    number integer not null,
    width real not null,
    height real not null,
    state text not null,
    words blob,
    primary key (document_id, number)
) strict, without rowid;

-- A provision's own text is document_text.text[start_at:end_at]; it is not stored twice. `position` is text order.
create table provision (
    document_id text not null references document (id) on delete cascade,
    id text not null,
    position integer not null,
    path text not null,
    heading text not null,
    label text not null,
    kind text not null,
    parent text,
    start_at integer not null,
    end_at integer not null,
    page integer,
    primary key (document_id, id)
) strict, without rowid;
create index provision_order on provision (document_id, position);

create table card (
    document_id text primary key references document (id) on delete cascade,
    fields text not null,
    saved_at text not null,
    saved_by text not null
) strict;

-- `digest` is of the card's fields as they were signed.
create table signature (
    document_id text not null references document (id) on delete cascade,
    user_id text not null,
    digest text not null,
    signed_at text not null,
    primary key (document_id, user_id)
) strict, without rowid;

-- Why a document must be kept: a legal hold, or actions that people have decided on.
create table hold (
    document_id text not null references document (id) on delete cascade,
    kind text not null check (kind in ('legal', 'decided')),
    reason text not null,
    user_id text not null,
    held_at text not null,
    primary key (document_id, kind)
) strict, without rowid;

-- Digests, dates, counts and who; never a title, a name or text.
create table tombstone (
    document_id text primary key,
    tenant text not null,
    owner text not null,
    sha256 text not null,
    text_sha256 text not null,
    created_at text not null,
    deleted_at text not null,
    deleted_by text not null,
    counts text not null
) strict;
"""

# Documents with equal series are versions of each other; without one the lineage says so. A title alone may be that of
# two documents, so the series can differ: found by the text at import, or said by a person.
SERIES = """
alter table document add column series text;
"""
