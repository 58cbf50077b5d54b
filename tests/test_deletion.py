"""A document goes without a trace of its text, and a crash leaves no files of nobody."""

import hashlib
import json
import os
import time

import pytest

from core import jobs, library
from core.errors import Conflict, NotFound
from core.migrations import MIGRATIONS, Migration
from core.store import backups, connect, rows, write
from tests.library_parts import ADA, BEN, TEXT, bring, files, listed


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "copilot.db"


@pytest.fixture
def db(path):
    return connect(path)


# --- the end ----------------------------------------------------------------------------------------------------


def everything(db):
    """All that any table holds, as text."""
    tables = [row["name"] for row in rows(db, "select name from sqlite_master where type = 'table'")]
    return " ".join(json.dumps(rows(db, f'select * from "{table}"'), default=repr) for table in tables)


def test_deleting_removes_everything_derived_and_leaves_digests_and_dates(db, path):
    document_id = bring(db, pages=1)
    deleted = library.delete(db, ADA, document_id)
    assert deleted.outcome == "deleted"
    expected = {"document": 1, "document_text": 1, "provision": 2, "page": 1, "card": 1, "images": 0, "files": 1}
    assert deleted.counts == expected
    assert listed(db, ADA) == files(path) == []
    [stone] = library.tombstones(db, ADA)
    assert (stone.document_id, stone.deleted_by) == (document_id, "ada")
    assert stone.sha256 == stone.text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    kept = everything(db)
    for word in ("clock", "Clock", "keeper", "white on white"):
        assert word not in kept
    assert library.tombstones(db, BEN) == []
    with pytest.raises(NotFound):
        library.delete(db, ADA, document_id)


def test_no_text_of_a_deleted_document_is_left_in_any_file(db, path):
    text = TEXT + "\n\nThe zebra crossing is guarded by Quentin."
    document_id = bring(db, text=text, name="zebra.md")
    assert any(b"Quentin" in file.read_bytes() for file in path.parent.glob("copilot.db*"))
    library.delete(db, ADA, document_id)
    for file in path.parent.rglob("*"):
        if file.is_file():
            assert b"Quentin" not in file.read_bytes(), file
            assert b"zebra" not in file.read_bytes(), file


def test_every_table_with_something_of_a_document_goes_with_it(db):
    """A table with a document_id that does not cascade would outlive its document unseen.

    What a model call cost, and the log, are still known when the document is gone: they hold ids, digests and counts.
    """
    kept = "('tombstone', 'upload', 'model_call', 'call_day', 'audit')"
    columns = rows(
        db,
        "select t.name as 'table', c.name as 'column' from pragma_table_list t, pragma_table_info(t.name) c"
        f" where t.schema = 'main' and c.name = 'document_id' and t.name not in {kept}",
    )
    cascading = rows(
        db,
        """select t.name as 'table', k."from" as 'column' from pragma_table_list t, pragma_foreign_key_list(t.name) k
        where t.schema = 'main' and k."table" = 'document' and k.on_delete = 'CASCADE'""",
    )
    assert {row["table"] for row in columns} == {row["table"] for row in cascading} == set(library.derived_tables(db))


def test_what_deleting_would_remove_can_be_seen_before(db):
    document_id = bring(db, pages=3)
    seen = library.contents(db, ADA, document_id)
    assert seen["page"] == 3
    deleted = library.delete(db, ADA, document_id)
    assert {**seen, "images": 0, "files": 1} == deleted.counts
    assert deleted.backups == ()


def test_copies_of_the_database_that_still_hold_a_deleted_document_are_named(db, path):
    document_id = bring(db)
    later = Migration(len(MIGRATIONS) + 1, "more", "create table more (id integer) strict;")
    db = connect(path, [*MIGRATIONS, later])
    assert library.delete(db, ADA, document_id).backups == tuple(backups(path))
    assert library.delete(db, ADA, bring(db)).backups == ()


def test_bytes_that_another_document_uses_stay(db, path):
    bring(db)
    other = bring(db, card={"sensitivity": "Restricted"})
    assert library.delete(db, ADA, other).counts["files"] == 0
    assert len(files(path)) == 1


def test_a_document_on_legal_hold_is_withdrawn_and_says_so(db, path):
    document_id = bring(db, signed=True)
    library.hold(db, ADA, document_id, "Case 12")
    assert library.document_row(db, ADA, document_id).held
    assert [(hold["kind"], hold["reason"]) for hold in library.holds(db, ADA, document_id)] == [("legal", "Case 12")]
    result = library.delete(db, ADA, document_id)
    assert (result.outcome, result.counts) == ("withdrawn", {})
    assert result.reason == "It has a legal hold, so it was withdrawn and not deleted."
    assert library.document_row(db, ADA, document_id).status == "withdrawn"
    assert len(files(path)) == 1
    with pytest.raises(Conflict, match="cannot be deleted"):
        library.delete(db, ADA, document_id)
    library.unhold(db, ADA, document_id)
    assert library.delete(db, ADA, document_id).outcome == "deleted"


def test_a_document_with_decided_actions_is_withdrawn_also_after_a_legal_hold_is_lifted(db):
    document_id = bring(db)
    with write(db):
        library.keep(db, ADA, document_id, "decided", "An action was approved")
    library.hold(db, ADA, document_id, "Case 12")
    library.unhold(db, ADA, document_id)
    assert "decided on" in library.delete(db, ADA, document_id).reason
    with pytest.raises(Conflict, match="no legal hold"):
        library.unhold(db, ADA, document_id)


def test_a_deleted_file_can_be_uploaded_again_as_a_new_document(db):
    document_id = bring(db)
    library.delete(db, ADA, document_id)
    assert bring(db) != document_id


def test_a_failed_import_can_be_dismissed_with_its_file(db, path):
    receipt = library.receive(db, ADA, TEXT.encode(), "clock.md")
    with pytest.raises(Conflict, match="only a failed or cancelled import"):
        library.dismiss(db, ADA, receipt.job_id)
    jobs.cancel(db, ADA, receipt.job_id)
    library.dismiss(db, ADA, receipt.job_id)
    assert files(path) == jobs.jobs(db, ADA) == []


# --- what a crash leaves ----------------------------------------------------------------------------------------


def test_a_sweep_removes_files_of_nobody_and_nothing_else(db, path):
    document_id = bring(db)
    library.receive(db, ADA, b"waiting", "waiting.md")
    needed = files(path)
    folder, cache = path.parent / "files", path.parent / "cache"
    (folder / ("0" * 64)).write_bytes(b"a crash came between the file and its row")
    (folder / ".incoming-old").write_bytes(b"half")
    os.utime(folder / ".incoming-old", (time.time() - 7200,) * 2)
    (folder / ".incoming-new").write_bytes(b"being written right now")
    for owner in (document_id, "gone"):
        (cache / owner).mkdir(parents=True)
        (cache / owner / "1-100.png").write_bytes(b"png")
    assert library.sweep(db) == 3
    assert files(path) == [".incoming-new", *needed]
    assert [folder.name for folder in cache.iterdir()] == [document_id]


def test_an_import_that_failed_a_week_ago_is_forgotten(db, path):
    receipt = library.receive(db, ADA, TEXT.encode(), "clock.md")
    jobs.cancel(db, ADA, receipt.job_id)
    assert library.sweep(db) == 0
    with write(db):
        db.execute("update job set finished_at = '2020-01-01T00:00:00.000Z'")
    library.sweep(db)
    assert files(path) == jobs.jobs(db, ADA) == []
