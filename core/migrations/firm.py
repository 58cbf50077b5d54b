"""What kind of firm the people of a tenant work for."""

TABLES = """
-- Each choice, the latest one counts: who made it, when, and what stood before can be seen and chosen again.
create table firm (
    number integer primary key autoincrement,
    tenant text not null,
    profiles text not null,
    chosen_by text not null,
    chosen_at text not null
) strict;
create index firm_of_tenant on firm (tenant, number);

-- Derived: for which profiles and word lists the register says of this document what applies to the firm.
create table register_stamp (
    document_id text primary key references document (id) on delete cascade,
    stamp text not null
) strict, without rowid;
"""
