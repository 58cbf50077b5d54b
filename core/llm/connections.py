"""Open connections to the database, lent to one call at a time: opening one takes longer than what a call writes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from core.store import connect


class Connections:
    """As many as are lent at once are open; they stay open until `close`. Safe to use from several threads."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self._lock = threading.Lock()
        self._idle: list[Database] = []
        self._closed = False

    @contextmanager
    def lent(self) -> Iterator[Database]:
        """One that nobody else has meanwhile. After an error it is not lent again: nobody knows how it was left."""
        with self._lock:
            db = self._idle.pop() if self._idle else None
        db = db or connect(self.database, any_thread=True)
        try:
            yield db
        except BaseException:
            db.close()
            raise
        with self._lock:
            if keep := not self._closed:
                self._idle.append(db)
        if not keep:
            db.close()

    def close(self) -> None:
        """Close those that nobody has now; the others are closed as they come back."""
        with self._lock:
            idle, self._idle, self._closed = self._idle, [], True
        for db in idle:
            db.close()
