"""The kind of connection that the store hands out: it changes the database inside a write only, and waits its turn."""

import random
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from core.errors import Conflict

BUSY_SECONDS = 10
TRY_AGAIN_SECONDS = (0.01, 0.03)  # sooner, and those who wait take the processor from the one who writes
OUTSIDE = "attempt to write outside of a write"
PRIMARY_CODE = 0xFF  # SQLite's codes say more in their higher bits: "could not write", "could not sync"

Parameters = Sequence[Any] | Mapping[str, Any]
# Whether a statement changes the database, by its SQL.
_CHANGES: dict[str, bool] = {}


class Guarded(sqlite3.Connection):
    """A connection that changes the database while `writing`, and else refuses to.

    SQLite's own `query_only` does the same, and throws away every prepared statement of the connection each time it
    is set: to prepare them anew took half of a decision's time.
    """

    writing = True  # until it is handed out
    file: Path | None = None  # of a database in memory

    def cursor(self, *_: Any) -> sqlite3.Cursor:  # type: ignore[override]
        return super().cursor(_Cursor)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        return self.cursor().executemany(sql, parameters)

    def executescript(self, sql_script: str, /) -> sqlite3.Cursor:
        raise sqlite3.OperationalError("a script commits what is open; execute its `statements`")


class _Cursor(sqlite3.Cursor):
    connection: Guarded

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        if not self.connection.writing and _changes(self.connection, sql, parameters):
            raise sqlite3.OperationalError(OUTSIDE)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Self:
        if not self.connection.writing:  # it is for changes only
            raise sqlite3.OperationalError(OUTSIDE)
        return super().executemany(sql, parameters)


def _changes(connection: sqlite3.Connection, sql: str, parameters: Parameters) -> bool:
    """Whether a statement takes the write lock: SQLite's own word for it, asked for once."""
    known = _CHANGES.get(sql)
    if known is None and sql.lstrip()[:7].lower() == "explain":
        known = False  # it only tells, and cannot itself be explained
    if known is None:
        steps = sqlite3.Connection.execute(connection, f"explain {sql}", parameters).fetchall()
        known = _CHANGES[sql] = any(opcode == "Transaction" and writes for _, opcode, _, writes, *_ in steps)
    return known


def opened(path: Path | str, must_exist: bool, check_same_thread: bool) -> Guarded:
    """A connection that opens no transaction by itself. Raises Conflict where the file cannot be opened."""
    name = f"{Path(path).absolute().as_uri()}?mode=rw" if must_exist else str(path)
    try:
        return sqlite3.connect(
            name, uri=must_exist, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=check_same_thread,
            factory=Guarded,
        )  # fmt: skip
    except sqlite3.OperationalError as error:
        raise Conflict(f"The database {path} cannot be opened ({error}); close what holds it and retry") from error


def prepare(connection: sqlite3.Connection) -> None:
    """Foreign keys, overwritten deletions and the write-ahead log, for which it waits 10 s for another process."""
    # Deleted text is overwritten, not merely unlinked: a deleted document must not be readable in the file.
    connection.execute("pragma secure_delete = on")
    connection.execute("pragma foreign_keys = on")
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("pragma journal_mode").fetchone()[0] not in ("wal", "memory"):
        # Two processes on a fresh file: SQLite does not wait for the other one here, whatever the busy timeout.
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def begin(connection: sqlite3.Connection) -> None:
    """Take the write lock. SQLite's own wait sleeps up to 100 ms between two tries, in which the lock lies idle.

    Conflict after 10 s, and at once where no waiting would help.
    """
    connection.execute("pragma busy_timeout = 0")
    try:
        deadline = time.monotonic() + BUSY_SECONDS
        while busy := _busy(connection):
            if time.monotonic() > deadline:
                raise Conflict(f"The database is busy ({busy}); wait a moment and try again") from busy
            time.sleep(random.uniform(*TRY_AGAIN_SECONDS))
    finally:
        connection.execute(f"pragma busy_timeout = {1000 * BUSY_SECONDS}")


def _busy(connection: sqlite3.Connection) -> sqlite3.OperationalError | None:
    """Begins a write; where another one holds the lock, SQLite's word for that. Conflict where waiting helps nobody."""
    try:
        connection.execute("begin immediate")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & PRIMARY_CODE == sqlite3.SQLITE_BUSY:
            return error
        raise Conflict(
            f"The database takes no change ({error}); see that its file is there and may be written"
        ) from error
    return None


def rollback(connection: sqlite3.Connection) -> None:
    """Undo what is open, if anything is."""
    if connection.in_transaction:
        connection.execute("rollback")
