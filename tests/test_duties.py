"""What a document lays on somebody, counted for the list of documents."""

from core import register
from tests.register_parts import ADA, BEN, analysed, database


def test_duties_are_counted_by_document_and_risk_and_powers_are_not(tmp_path):
    db = database(tmp_path)
    analysed(db)
    assert register.duties_by_document(db, ADA) == {"d1": {"low": 1, "critical": 1, "high": 1, "medium": 1}}


def test_nobody_learns_of_duties_in_a_document_that_they_may_not_see(tmp_path):
    db = database(tmp_path)
    analysed(db)
    assert register.duties_by_document(db, BEN) == {}
