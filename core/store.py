"""Open, migrate and write the one database. Everything that is kept lives in it or is derived from it."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.connection import PRIMARY_CODE, Guarded, Parameters, begin, opened, prepare, rollback
from core.errors import BadInput, Conflict, CopilotError
from core.lean import without
from core.migrations import MIGRATIONS, Migration

# Where these are installed, sqlite-utils loads them to know their types as columns; we store none of those.
with without("pandas", "numpy"):
    from sqlite_utils import Database

BACKUPS_KEPT = 3
IN_MEMORY = ":memory:"
# Half of a pair of code units, as from a file name that is no UTF-8: Python carries it, no database keeps it.
NO_TEXT = "This holds characters that are no text, such as bytes that are no UTF-8; type it anew."

Row = dict[str, Any]
# What each connection does when its open write is kept.
_AFTER: dict[int, dict[str, Callable[[], None]]] = {}


class NewerDatabase(CopilotError):
    """The database was written by a later version of this program."""


class NoRoom(CopilotError):
    """The disk that holds the database takes no more; nothing of the change is kept."""


def connect(
    path: Path | str,
    migrations: Sequence[Migration] = MIGRATIONS,
    *,
    any_thread: bool = False,
    must_exist: bool = False,
) -> Database:
    """Open the database at `path`, creating and migrating it as needed; ":memory:" gives a private one.

    One connection per rerun, job or command: it belongs to the thread that opened it, or with `any_thread` to the one
    that was handed it last. Outside `write` it refuses every change. Raises NewerDatabase, or BadInput when the file is
    not a database of ours.
    With `must_exist` it makes none, and a missing one is a Conflict: for whoever has it open already. One made anew in
    its place would share the write-ahead log of the deleted one, and its opening takes that from under the others.
    """
    if path != IN_MEMORY and not must_exist:
        _create_private(Path(path))
    connection = opened(path, must_exist, not any_thread)
    try:
        _require_ours(connection, path)
        prepare(connection)
        _migrate(connection, path, migrations)
        connection.file = _file(connection)
        connection.writing = False
    except BaseException:
        connection.close()
        raise
    return Database(connection, execute_plugins=False)


@contextmanager
def write(db: Database) -> Iterator[None]:
    """All that is changed inside is kept together, or none of it. The only place where the database changes.

    BEGIN IMMEDIATE waits up to 10 s for another writer, then raises Conflict. Rolls back on every exception,
    KeyboardInterrupt and Streamlit's StopException included; a full disk raises NoRoom. Do no parsing, model call or
    screen call inside.
    Writes do not nest: a function that opens one is called outside of any, and one that must share a write with
    others opens none and says so.
    """
    if db.conn.in_transaction:
        raise RuntimeError("a write is already open on this connection; writes do not nest")
    assert isinstance(db.conn, Guarded)  # it came from `connect`
    db.conn.writing = True
    try:
        begin(db.conn)
        yield
        db.conn.execute("commit")
        _settle(db.conn)
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise NoRoom(f"The database's disk takes no more ({error}); make room on it and retry.") from error
        raise
    except UnicodeEncodeError as error:
        raise BadInput(NO_TEXT) from error
    finally:
        rollback(db.conn)  # nothing is left to roll back after the commit
        _AFTER.pop(id(db.conn), None)
        db.conn.writing = False


def after_commit(db: Database, name: str, do: Callable[[], None]) -> None:
    """Inside a write: what to do once it is kept, and not if it is rolled back. The latest of one name is done."""
    if not db.conn.in_transaction:
        raise RuntimeError("after_commit belongs inside a write")
    _AFTER.setdefault(id(db.conn), {})[name] = do


def awaits_commit(db: Database, name: str) -> bool:
    """Whether this write has something of that name to do once it is kept."""
    return name in _AFTER.get(id(db.conn), ())


def rows(db: Database, sql: str, parameters: Parameters = ()) -> list[Row]:
    """The result of a query, all of it: a half-read cursor would make the next write of this connection fail.

    BadInput where a parameter is no text that can be kept.
    """
    try:
        cursor = db.conn.execute(sql, parameters)
    except UnicodeEncodeError as error:
        raise BadInput(NO_TEXT) from error
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def one(db: Database, sql: str, parameters: Parameters = ()) -> Row | None:
    """The first row of a query, or None."""
    found = rows(db, sql, parameters)
    return found[0] if found else None


def now() -> str:
    """UTC with milliseconds, "2026-11-22T13:45:01.123Z": as text it sorts as time does."""
    return stamp(time.time())


def stamp(seconds: float) -> str:
    """A moment in seconds since 1970, written as `now()` writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def file(db: Database) -> Path | None:
    """The file that the database is in; None for one in memory."""
    assert isinstance(db.conn, Guarded)  # it came from `connect`
    return db.conn.file


def new_id() -> str:
    """16 random hex digits."""
    return uuid4().hex[:16]


def backups(path: Path) -> list[Path]:
    """Copies that were made before migrations of the database at `path`, oldest first."""
    return sorted((path.parent / "backups").glob(f"{path.stem}-before-*{path.suffix}"), key=lambda p: p.stat().st_mtime)


# --- opening ----------------------------------------------------------------------------------------------------


def _create_private(path: Path) -> None:
    """An empty file that only this account reads; SQLite gives its side files the same mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Never open a database that is there already: closing it would drop all locks that SQLite holds on it in
        # this process, and another process would then take the write-ahead log away from under our connections.
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise BadInput(f"The database {path} cannot be created: {error.strerror}; set COPILOT_DATA_DIR") from error


def _file(connection: sqlite3.Connection) -> Path | None:
    (name,) = connection.execute("select file from pragma_database_list where name = 'main'").fetchone()
    return Path(name) if name else None


def _require_ours(connection: sqlite3.Connection, path: Path | str) -> None:
    # One statement, so that another process's first migration is seen whole or not at all.
    question = "select user_version, (select count(*) from sqlite_master) from pragma_user_version"
    try:
        version, tables = connection.execute(question).fetchone()
    except sqlite3.OperationalError as error:
        raise Conflict(f"The database {path} cannot be opened ({error}); close what holds it and retry") from error
    except sqlite3.DatabaseError as error:
        raise BadInput(f"{path} is damaged or not a database of this program ({error}); restore a backup") from error
    if version == 0 and tables:
        raise BadInput(f"{path} is not a database of this program; set COPILOT_DATA_DIR to another folder")


def _migrate(connection: sqlite3.Connection, path: Path | str, migrations: Sequence[Migration]) -> None:
    newest = max((migration.number for migration in migrations), default=0)
    if _version(connection) == newest:
        return
    begin(connection)
    try:
        version = _version(connection)  # again: another process may have migrated while this one waited
        if version > newest:
            raise NewerDatabase(
                f"The database {path} is of version {version} and this program knows {newest}; update the program"
            )
        if 0 < version < newest and path != IN_MEMORY:
            _back_up(Path(path), version)
        for migration in sorted(migrations, key=lambda m: m.number):
            if migration.number > version:
                _apply(connection, migration)
        connection.execute("commit")
    finally:
        rollback(connection)


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    if isinstance(migration.change, str):
        for statement in statements(migration.change):
            connection.execute(statement)
    else:
        migration.change(connection)
    # The pragma takes no parameter; inside the transaction it is rolled back with everything else.
    connection.execute(f"pragma user_version = {migration.number:d}")


def statements(script: str) -> list[str]:
    """A script cut into statements, each ending a line (`executescript` would commit the open transaction)."""
    found, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    if pending.strip():
        raise ValueError(f"a migration ends without a semicolon: {pending.strip()[:80]!r}")
    return found


def _back_up(path: Path, version: int) -> None:
    """Copy the database as committed, while the caller holds the write lock. The latest three copies are kept."""
    folder = path.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = folder / f"{path.stem}-before-{version + 1:04d}-{moment}{path.suffix}"
    os.close(os.open(target, os.O_RDWR | os.O_CREAT, 0o600))
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        source.close()
        copy.close()
    for old in backups(path)[:-BACKUPS_KEPT]:
        old.unlink(missing_ok=True)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _settle(connection: sqlite3.Connection) -> None:
    for do in _AFTER.pop(id(connection), {}).values():
        do()
