"""A file beside the database that only grows: after each write, the number and the hash of the log's last entry.

The line follows the commit, so that the file may be behind the log (a process was killed in between) and never ahead
of it: a line without its entry means that entries were taken away. Lines of several processes may be out of order.
"""

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from core.settings import settings
from core.store import file

LINE = re.compile(rb"(\d{1,18}) ([0-9a-f]{64})")
# What is left of a line when the machine went down while it was written.
TORN = re.compile(rb"(\d{1,18})(?: ([0-9a-f]{0,64}))?")
DIGITS = 64
CHUNK = 1 << 16
log = logging.getLogger("copilot.audit")


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the file. `hash` is shorter than 64 digits where it is torn; number 0 is no line of ours."""

    number: int
    hash: str


def path(db: Database) -> Path | None:
    """None for a database in memory. COPILOT_AUDIT_HEADS_DIR puts it elsewhere, best where others keep it."""
    beside = file(db)
    if beside is None:
        return None
    return (settings().audit_heads_dir or beside.parent) / f"{beside.stem}-audit-heads.log"


def missing(db: Database) -> bool:
    """Whether there should be a file and is none."""
    there = path(db)
    return there is not None and not there.exists()


def begin(db: Database) -> None:
    """An empty file before the first entry is kept, so that from then on its absence means something."""
    _write(db, b"")


def note(db: Database, number: int, mark: str) -> None:
    """One line, in one append, so that lines of several processes never mix; it begins with its line break, so that
    what a crash left of another stays apart. A failure is told to the operator and ends nothing: what it would note
    is kept already.
    """
    _write(db, f"\n{number} {mark}".encode())


def size(db: Database) -> int:
    """In bytes; 0 where there is none."""
    there = path(db)
    return there.stat().st_size if there and there.exists() else 0


def lines(db: Database, start: int, end: int) -> Iterator[Noted]:
    """The lines between two places of the file, in bytes."""
    there = path(db)
    if there is None or not there.exists():
        return
    with there.open("rb") as opened:
        opened.seek(start)
        left, rest = end - start, b""
        while left > 0 and (chunk := opened.read(min(CHUNK, left))):
            left -= len(chunk)
            *whole, rest = (rest + chunk).split(b"\n")
            yield from map(_noted, filter(None, map(_cleared, whole)))
            if len(rest) > CHUNK:  # a line without an end is none of ours, however long it is
                yield Noted(0, "")
                rest = b""
        if rest := _cleared(rest):
            yield _noted(rest)


def _cleared(line: bytes) -> bytes:
    """Without the zeros that some file systems leave where a crash cut a line off."""
    return line.strip(b"\0\r ")


def _noted(line: bytes) -> Noted:
    found = LINE.fullmatch(line) or TORN.fullmatch(line)
    if found:
        return Noted(int(found[1]), (found[2] or b"").decode())
    return Noted(0, "")


def _write(db: Database, line: bytes) -> None:
    there = path(db)
    if there is None:
        return
    try:
        there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A link in its place would send the lines to wherever somebody likes.
        opened = os.open(there, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            os.write(opened, line)
        finally:
            os.close(opened)
    except OSError as error:
        log.warning("The log's head could not be noted in %s: %s", there, error.strerror)
