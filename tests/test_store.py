"""The store keeps all of a change or none of it, whoever else is writing and however the program ends."""

import multiprocessing
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core import store
from core.errors import BadInput, Conflict
from core.migrations import MIGRATIONS, Migration
from core.store import connect, one, rows, statements, write

NOTES = Migration(1, "notes", "create table note (id integer primary key, text text not null) strict;")
TITLES = Migration(2, "titles", "alter table note add column title text not null default 'untitled';")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "copilot.db"


def add(db, text: str) -> None:
    with write(db):
        db.execute("insert into note (text) values (?)", [text])


def test_a_change_is_kept_after_the_program_ends(path):
    db = connect(path, [NOTES])
    add(db, "kept")
    db.close()
    assert rows(connect(path, [NOTES]), "select text from note") == [{"text": "kept"}]


@pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt, SystemExit, BaseException])
def test_whatever_interrupts_a_write_leaves_nothing_of_it(path, interruption):
    db = connect(path, [NOTES])

    def interrupted() -> None:
        with write(db):
            db.execute("insert into note (text) values ('half')")
            raise interruption

    with pytest.raises(interruption):
        interrupted()
    assert rows(db, "select * from note") == []
    add(db, "and the next write works")


def test_who_has_it_open_already_makes_none_in_the_place_of_a_deleted_one(path):
    connect(path, [NOTES]).close()
    connect(path, [NOTES], must_exist=True).close()
    path.unlink()
    with pytest.raises(Conflict, match="cannot be opened"):
        connect(path, [NOTES], must_exist=True)
    assert not path.exists()


def test_sqlite_utils_can_insert_inside_a_write_and_is_rolled_back_with_it(path):
    db = connect(path, [NOTES])

    def interrupted() -> None:
        with write(db):
            db["note"].insert_all([{"text": "a"}, {"text": "b"}])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert rows(db, "select * from note") == []


def test_what_is_no_text_is_refused_in_a_sentence_read_or_written(path):
    db = connect(path, [NOTES])
    with pytest.raises(BadInput, match="no text"):
        rows(db, "select * from note where text = ?", ["a\ud800b"])
    with pytest.raises(BadInput, match="no text"):
        add(db, "a\ud800b")
    add(db, "kept")
    assert len(rows(db, "select * from note")) == 1


def test_writes_do_not_nest(path):
    db = connect(path, [NOTES])
    with pytest.raises(RuntimeError, match="do not nest"), write(db):
        add(db, "inner")
    assert rows(db, "select * from note") == []


def test_reading_one_row_does_not_block_the_next_write(path):
    db, other = connect(path, [NOTES]), connect(path, [NOTES])
    for text in ("a", "b", "c"):
        add(db, text)
    assert one(db, "select text from note order by id") == {"text": "a"}
    add(other, "d")
    add(db, "e")
    assert one(db, "select text from note where text = 'missing'") is None


def test_the_database_is_readable_by_its_owner_only(path):
    add(connect(path, [NOTES]), "x")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_deleted_text_cannot_be_read_in_the_file(path):
    db = connect(path, [NOTES])
    add(db, "the secret of the house" * 50)
    with write(db):
        db.execute("delete from note")
    db.execute("pragma wal_checkpoint(truncate)")
    assert b"the secret of the house" not in path.read_bytes()


def test_foreign_keys_are_enforced(path):
    child = Migration(2, "child", "create table child (note_id integer not null references note (id)) strict;")
    db = connect(path, [NOTES, child])
    with pytest.raises(sqlite3.IntegrityError), write(db):
        db.execute("insert into child values (7)")


# --- migrations -------------------------------------------------------------------------------------------------


def test_a_database_of_an_older_version_is_brought_up_to_date_after_a_backup(path):
    add(connect(path, [NOTES]), "old")
    db = connect(path, [NOTES, TITLES])
    assert rows(db, "select text, title from note") == [{"text": "old", "title": "untitled"}]
    (copy,) = store.backups(path)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    before = sqlite3.connect(copy)
    assert before.execute("select * from note").fetchall() == [(1, "old")]


def test_a_fresh_database_needs_no_backup_and_an_up_to_date_one_makes_none(path):
    connect(path, [NOTES, TITLES])
    connect(path, [NOTES, TITLES])
    assert store.backups(path) == []


def test_only_the_latest_backups_are_kept(path):
    steps = [NOTES]
    connect(path, list(steps))
    for number in range(2, 8):
        steps.append(Migration(number, "more", f"create table more{number} (id integer) strict;"))
        connect(path, list(steps))
    kept = [copy.name.split("-")[2] for copy in store.backups(path)]
    assert kept == ["0005", "0006", "0007"]


def test_a_migration_that_fails_leaves_the_database_as_it_was(path):
    add(connect(path, [NOTES]), "old")
    broken = Migration(3, "broken", "create table t (id integer) strict;\ninsert into nowhere values (1);")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        connect(path, [NOTES, TITLES, broken])
    db = connect(path, [NOTES])
    assert rows(db, "select * from note") == [{"id": 1, "text": "old"}]


def test_a_database_newer_than_the_program_is_refused_in_one_sentence(path):
    connect(path, [NOTES, TITLES])
    with pytest.raises(store.NewerDatabase, match=r"^The database .* is of version 2 and this program knows 1; update"):
        connect(path, [NOTES])


def test_a_file_that_is_no_database_of_ours_is_refused_and_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"Dear diary, " * 500)
    with pytest.raises(BadInput, match="damaged or not a database of this program"):
        connect(path, [NOTES])
    assert path.read_bytes() == b"Dear diary, " * 500


def test_a_database_of_another_program_is_refused_and_left_alone(path):
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("create table cookies (host text)")
    other.close()
    with pytest.raises(BadInput, match="not a database of this program"):
        connect(path, [NOTES])
    assert sqlite3.connect(path).execute("select name from sqlite_master").fetchall() == [("cookies",)]


def test_statements_are_cut_where_they_end():
    trigger = "create trigger x after insert on t begin\n  select 1;\nend;\n"
    script = "-- why; really\ncreate table t (a text default ';');\n" + trigger
    assert len(statements(script)) == 2
    with pytest.raises(ValueError, match="without a semicolon"):
        statements("create table t (a text)")


def test_our_migrations_are_numbered_without_gaps():
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_every_table_of_ours_is_strict():
    db = connect(":memory:")
    loose = [
        row["name"]
        for row in rows(
            db, "select name from pragma_table_list where schema = 'main' and type = 'table' and strict = 0"
        )
        if not row["name"].startswith("sqlite_")
    ]
    assert loose == []


START = "import sys; from core.store import connect; connect(sys.argv[1])"


@pytest.mark.parametrize("attempt", range(3))
def test_three_processes_starting_at_once_on_a_fresh_database_all_succeed(path, attempt):
    starters = [
        subprocess.Popen([sys.executable, "-c", START, str(path)], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [(starter.communicate(timeout=120)[1], starter.returncode) for starter in starters] == [("", 0)] * 3


def _open_together(path: Path, barrier) -> None:
    barrier.wait()
    connect(path)


def test_many_processes_opening_at_the_same_instant_all_succeed(path):
    context = multiprocessing.get_context("fork")
    for attempt in range(5):
        fresh = path.with_name(f"{attempt}.db")
        barrier = context.Barrier(3)
        processes = [context.Process(target=_open_together, args=(fresh, barrier)) for _ in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        assert [process.exitcode for process in processes] == [0, 0, 0]


def _add_many(path: Path, name: str) -> None:
    db = connect(path, [NOTES])
    for number in range(50):
        add(db, f"{name} {number}")


def test_no_write_of_four_processes_is_lost(path):
    connect(path, [NOTES]).close()  # a connection that a fork takes along, and that ends midway, takes the log with it
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_add_many, args=(path, name)) for name in "abcd"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 4
    assert one(connect(path, [NOTES]), "select count(distinct text) as n from note") == {"n": 200}


FILLED = """
import resource, sys
from core.store import NoRoom, connect, rows, write
db = connect(sys.argv[1])
with write(db):
    db.conn.execute("create table note (text text) strict")
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    with write(db):
        for _ in range(2_000):
            db.conn.execute("insert into note values (?)", ["x" * 4_000])
except NoRoom as error:
    print(error)
print(rows(db, "select count(*) as n from note"))
"""


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half(path):
    done = subprocess.run([sys.executable, "-c", FILLED, str(path)], capture_output=True, text=True, check=True)
    said, kept = done.stdout.splitlines()
    assert said.startswith("The database's disk takes no more")
    assert kept == "[{'n': 0}]"
