"""Control libraries of a tenant, and what is derived from holding them against the register.

A link between an obligation and a control is something that a person says of the obligation, so it is a value in
`overlay` (register.py) like a status or a comment: one undo, one history, one deletion cover it.
"""

TABLES = """
-- `id` is made from the urn, so that the same library imported again is the same one. `digest` is of its controls.
create table control_library (
    tenant text not null,
    id text not null,
    urn text not null,
    name text not null,
    description text not null,
    version text not null,
    provider text not null,
    file_name text not null,
    digest text not null,
    imported_at text not null,
    imported_by text not null,
    primary key (tenant, id)
) strict, without rowid;

-- `id` is made from the library's urn and the control's ref: links outlive a new version of the library.
create table control (
    tenant text not null,
    id text not null,
    library_id text not null,
    position integer not null,
    ref text not null,
    name text not null,
    description text not null,
    category text not null,
    topic text not null,
    owner text not null,
    function text not null,
    frequency text not null,
    evidence text not null,
    terms text not null,
    primary key (tenant, id),
    foreign key (tenant, library_id) references control_library (tenant, id) on delete cascade
) strict, without rowid;
create index control_of_library on control (tenant, library_id, position);

-- What follows is derived: `stamp` says from which readings, libraries and weights.
create table control_stamp (
    document_id text primary key references document (id) on delete cascade,
    stamp text not null
) strict;

-- One row a duty: what is at stake for the firm, and what it is about.
create table control_duty (
    document_id text not null references document (id) on delete cascade,
    obligation_id text not null,
    impact text not null check (impact in ('high', 'medium', 'low')),
    impact_score integer not null,
    impact_reasons text not null,
    topic text not null,
    primary key (document_id, obligation_id)
) strict, without rowid;

-- The few best controls of each duty, best first from rank 1.
create table control_match (
    document_id text not null references document (id) on delete cascade,
    obligation_id text not null,
    control_id text not null,
    rank integer not null,
    score real not null,
    reason text not null,
    primary key (document_id, obligation_id, rank)
) strict, without rowid;
create index control_match_best on control_match (score desc, document_id, obligation_id, rank, control_id);

-- What coverage is filtered, sorted and counted by, so that only the rows shown are read in full.
create index register_duty on register (
    state, document_id, obligation_id, modality, status, applies, risk, risk_score, due, position, bearer,
    bearer_kind
);

-- Links are sought by their control, too.
create index overlay_link on overlay (field, document_id, subject) where field >= 'control:' and field < 'control;';
"""
