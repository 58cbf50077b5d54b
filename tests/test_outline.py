"""A document's obligations as places, and some of them in full: what a reader needs to walk through it."""

import pytest

from core import register
from core.register import Filter
from tests.register_parts import ADA, BEN, NOTIFY, RECORD, analysed, database, id_of


@pytest.fixture
def db(tmp_path):
    db = database(tmp_path)
    analysed(db)
    yield db
    db.close()


def test_the_outline_has_every_row_of_the_register_in_its_order(db):
    rows = register.rows(db, ADA, Filter(document="d1"), limit=None)
    assert register.outline(db, ADA, "d1") == [(one.obligation_id, one.position, one.end, one.page) for one in rows]


def test_what_was_split_or_is_another_persons_draft_is_not_in_the_outline(db):
    first, second = (id_of(db, quote) for quote in (RECORD, NOTIFY))
    text = register.row(db, ADA, first)
    made = register.split(db, ADA, first, text.position + len(RECORD) // 2)
    listed = [stop.obligation_id for stop in register.outline(db, ADA, "d1")]
    assert first.partition(".")[2] not in listed
    assert {one.partition(".")[2] for one in (*made, second)} <= set(listed)
    assert register.outline(db, BEN, "d1") == []


def test_chosen_rows_come_in_full_and_in_text_order(db):
    stops = register.outline(db, ADA, "d1")
    asked = [stops[3].obligation_id, stops[1].obligation_id, "nothing"]
    found = register.rows_of(db, ADA, "d1", asked)
    assert found == [register.row(db, ADA, f"d1.{stops[at].obligation_id}") for at in (1, 3)]
    assert register.rows_of(db, BEN, "d1", asked) == []
