"""Items of one list are read together with the lead-in that makes sentences of them."""

import pytest

from core import register
from core.ingest import read
from core.pipeline import analyze_reading
from core.register.lists import items
from core.types import User
from tests.register_parts import ADA, BEN, database, shelve

RULES = """# Incident Notice Rules

## Article 1 — Notices

1. A payment institution shall keep a log.
2. The notice shall state:

   (a) the time of the incident;
   (b) the clients concerned;
   (c) the steps taken.

## Article 2 — Logs

A payment institution shall delete the log after five years.
"""


@pytest.fixture
def db(tmp_path):
    opened = database(tmp_path)
    given = read(RULES.encode(), "notices.md", document_id="rules")
    shelve(opened, ADA, given)
    register.store_run(opened, ADA, analyze_reading(given))
    return opened


def grouped(db, rows=None, user: User = ADA):
    rows = register.rows(db, ADA) if rows is None else rows
    return [(one.lead_in, one.path, len(one.rows)) for one in items(db, user, rows)]


def test_items_stand_together_under_their_lead_in_and_the_rest_alone(db):
    assert grouped(db) == [
        ("", "Article 1(1)", 1),
        ("The notice shall state:", "Article 1(2)", 3),
        ("", "Article 2", 1),
    ]


def test_every_row_is_there_once_and_in_its_order(db):
    rows = register.rows(db, ADA)
    assert [row for group in items(db, ADA, rows) for row in group.rows] == rows
    assert items(db, ADA, []) == []


def test_an_item_that_is_alone_needs_no_heading(db):
    rows = register.rows(db, ADA, register.Filter(text="clients concerned"))
    assert grouped(db, rows) == [("", "Article 1(2)(b)", 1)]


def test_halves_of_an_item_stay_in_the_list(db):
    [row] = register.rows(db, ADA, register.Filter(text="clients concerned"))
    register.split(db, ADA, row.id, row.position + len("the clients "))
    assert ("The notice shall state:", "Article 1(2)", 4) in grouped(db)


def test_nobody_reads_a_lead_in_of_a_document_that_is_not_theirs(db):
    assert {lead_in for lead_in, _, _ in grouped(db, user=BEN)} == {""}
