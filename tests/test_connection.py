"""A connection changes the database inside a write only, and waits for its turn as long as that can help."""

import sqlite3
from pathlib import Path

import pytest

from core.errors import Conflict
from core.migrations import Migration
from core.store import connect, rows, write

NOTES = Migration(1, "notes", "create table note (id integer primary key, text text not null) strict;")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "copilot.db"


def add(db, text: str) -> None:
    with write(db):
        db.execute("insert into note (text) values (?)", [text])


def test_nothing_can_be_written_outside_a_write(path):
    db = connect(path, [NOTES])
    with pytest.raises(sqlite3.OperationalError, match="outside of a write"):
        db.execute("insert into note (text) values ('loose')")
    add(db, "inside")
    with pytest.raises(sqlite3.OperationalError, match="outside of a write"):
        db["note"].insert({"text": "loose again"})
    for loose in (
        lambda: db.conn.executemany("insert into note (text) values (?)", [["loose"]]),
        lambda: db.conn.cursor().execute("with said as (select 'loose') insert into note (text) select * from said"),
        lambda: db.execute("drop table note"),
        lambda: db.execute("begin immediate"),
        lambda: db.conn.executescript("delete from note;"),
    ):
        with pytest.raises(sqlite3.OperationalError, match=r"write|commits"):
            loose()
    assert [row["text"] for row in rows(db, "select text from note")] == ["inside"]


def test_a_database_that_takes_no_change_is_told_without_a_wait(path, monkeypatch):
    db = connect(path, [NOTES])
    db.conn.execute("pragma query_only = on")  # as a file that may only be read
    monkeypatch.setattr("core.connection.time.sleep", lambda seconds: pytest.fail("it waits for what does not end"))
    with pytest.raises(Conflict, match="takes no change"):
        add(db, "never")


def test_a_second_writer_waits_and_then_says_so_in_a_sentence(path, monkeypatch):
    monkeypatch.setattr("core.connection.BUSY_SECONDS", 0.2)
    first, second = connect(path, [NOTES]), connect(path, [NOTES])
    with write(first), pytest.raises(Conflict, match="busy"), write(second):
        pass
    add(second, "now it works")
