"""A file beside the database that only grows: how long the chain was, and its last hash, after each write."""

import os
from pathlib import Path

from sqlite_utils import Database

from core.audit.keys import place


def path(db: Database) -> Path | None:
    beside = place(db)
    return beside / "audit-heads.log" if beside else None


def note(db: Database, number: int, mark: str) -> None:
    """One line, in one append, so that lines of several processes never mix."""
    there = path(db)
    if there is None:
        return
    file = os.open(there, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{number} {mark}\n".encode())
    finally:
        os.close(file)
