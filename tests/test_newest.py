"""Of a document with several versions the newest counts, and a former one where somebody asks for it."""

import time
from dataclasses import replace

import pytest

from core import controls, library, register
from core.export.stored import stored
from core.register import Filter
from core.store import write
from tests.register_parts import ADA, BEN, TEXT, analysis, database, reading, shelve


@pytest.fixture
def db(tmp_path):
    return database(tmp_path)


def version(db, document_id, named="", **fields):
    """The rules as one more version, with its run; `named` is what it says of itself."""
    time.sleep(0.002)  # versions of the same day are ordered by the millisecond of their arrival
    read = reading(document_id, text=TEXT + f"\n{document_id}\n")
    read = replace(read, document=replace(read.document, version=named, **fields))
    shelve(db, ADA, read)
    register.store_run(db, ADA, analysis(read))


def counting(db, user=ADA):
    return library.newest_ids(db, user)


def test_the_latest_to_arrive_counts_where_versions_bear_no_date(db):
    version(db, "d1")
    version(db, "d2", "v2")
    assert counting(db) == {"d2"}
    assert [row.id for row in library.versions(db, ADA, "d2")] == ["d1", "d2"]


def test_the_later_date_counts_however_late_the_older_text_is_added(db):
    version(db, "d2", "consolidated 2026-07-02")
    version(db, "d1", "original 2019-11-27")
    assert counting(db) == {"d2"}
    assert [row.version_number for row in library.versions(db, ADA, "d1")] == [1, 2]
    assert [row.id for row in library.versions(db, ADA, "d1")] == ["d1", "d2"]


def test_a_translation_and_another_document_replace_nothing(db):
    version(db, "d1")
    version(db, "d2", language="da")
    version(db, "d3", lineage="other-rules")
    assert counting(db) == {"d1", "d2", "d3"}


def test_what_is_withdrawn_or_not_released_replaces_nothing(db):
    version(db, "d1")
    version(db, "d2")
    library.withdraw(db, ADA, "d2", "published too early")
    assert counting(db) == {"d1"}
    version(db, "d3")
    with write(db):
        db.execute("update document set gate = 'waiting' where id = 'd3'")
    assert counting(db) == {"d1"}


def test_a_version_that_somebody_may_not_see_hides_no_other_from_them(db):
    version(db, "d1")
    version(db, "d2")
    library.sign_card(db, ADA, "d1")
    ben = replace(BEN, tenant=ADA.tenant, clearances=("public", "internal"))
    assert counting(db) == {"d2"}
    assert counting(db, ben) == {"d1"}  # of the draft he knows nothing


def test_register_overview_queue_gaps_and_files_count_the_newest_version_alone(db):
    version(db, "d1")
    version(db, "d2")
    overview = register.overview(db, ADA)
    assert (overview.documents, overview.former, overview.norms) == (2, 1, 5)
    for sort in ("position", "risk"):
        assert {row.document_id for row in register.rows(db, ADA, sort=sort)} == {"d2"}
    assert register.count(db, ADA) == 5
    assert {one.document_id for one in register.to_check(db, ADA)} == {"d2"}
    assert {gap.document_id for gap in controls.gaps(db, ADA)} == {"d2"}
    assert {row.document_id for row in stored(db, ADA, Filter()).rows} == {"d2"}


def test_former_versions_are_there_for_who_asks_for_them(db):
    version(db, "d1")
    version(db, "d2")
    both = Filter(former=True)
    assert register.count(db, ADA, both) == 10
    assert register.facets(db, ADA)["document"] == {"d1": 5, "d2": 5}  # what choosing each would show
    assert register.count(db, ADA, Filter(document="d1")) == 5
    assert {one.document_id for one in register.to_check(db, ADA, both)} == {"d1", "d2"}
    assert {row.document_id for row in stored(db, ADA, both).rows} == {"d1", "d2"}
    assert set(register.duties_by_document(db, ADA)) == {"d1", "d2"}
    assert {gap.document_id for gap in controls.gaps(db, ADA, controls.GapFilter(former=True))} == {"d1", "d2"}
    assert {gap.document_id for gap in controls.gaps(db, ADA, controls.GapFilter(document=["d1"]))} == {"d1"}
