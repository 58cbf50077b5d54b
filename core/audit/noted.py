"""The log against the heads file: what was noted after each write is there, and as it was noted."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from core.audit import heads
from core.audit.problems import entries, were
from core.audit.walking import Walk
from core.store import one, rows, stamp

BATCH = 5_000  # lines in memory at a time
MOMENT_SECONDS = 10
LATE = "a process was stopped before it could note more, or the file could not be written."


@dataclass(slots=True)
class Agreement:
    """How many lines agree with their entry, how many are none of ours, and the highest numbers in and past the log."""

    agreed: int = 0
    strange: int = 0
    latest: int = 0
    ahead: int = 0


def noted(db: Database, walked: Walk, start: int, end: int, upto: int) -> Agreement:
    """Compare the file from one place to another, in bytes, with the log, which ends with entry `upto`."""
    found, problems, there = Agreement(), walked.problems, heads.path(db)
    if there is None or not (upto or end):
        return found
    if not there.exists():
        problems.add("heads", f"The heads file {there} is missing: somebody took it away. Put it back if you can.")
        return found
    if start > end:
        problems.add("heads", f"The heads file {there} was cut: it had {start:,} bytes and has {end:,} now.")
        start = 0
    lines = heads.lines(db, start, end)
    while batch := list(islice(lines, BATCH)):
        _compare(db, walked, batch, upto, found)
    _tell(walked, found, upto, there)
    return found


def late(db: Database, found: Agreement, known: int, upto: int) -> str:
    """What to say, if anything, where the file is behind: no fault of the log. `known` was verified before."""
    latest = max(found.latest, known)
    if found.ahead or latest >= upto:
        return ""
    unnoted = one(db, "select at from audit where number > ? order by number limit 1", [latest])
    if unnoted is None or unnoted["at"] > stamp(time.time() - MOMENT_SECONDS):
        return ""  # its line is being written
    return f"The heads file ends with entry {latest:,} of {upto:,}: {LATE}"


def _compare(db: Database, walked: Walk, batch: Sequence[heads.Noted], upto: int, found: Agreement) -> None:
    sql = "select number, hash from audit where number in (select value from json_each(?))"
    kept = {row["number"]: row["hash"] for row in rows(db, sql, [json.dumps([line.number for line in batch])])}
    for line in batch:
        if not line.number:
            found.strange += 1
        elif line.number > upto:
            # Of a torn line the number itself may be cut off, and only ever be smaller.
            found.ahead = max(found.ahead, line.number)
        elif line.number in kept and not kept[line.number].startswith(line.hash):
            _another(walked, line.number)
        elif line.number in kept and len(line.hash) == heads.DIGITS:
            found.agreed += 1
            found.latest = max(found.latest, line.number)


def _another(walked: Walk, number: int) -> None:
    if not walked.bad(number):  # else it is named already
        says = f"Entry {number:,} is not the one that was noted when it was written: the log was cut, and written anew."
        walked.problems.add("rewritten", says, number)


def _tell(walked: Walk, found: Agreement, upto: int, there: Path) -> None:
    if found.ahead:
        first, last = upto + 1, found.ahead
        says = (
            f"{entries(first, last)} {were(first, last)} cut off: the log ends with {upto:,}, and {there} has seen"
            f" {last:,}. If you put an older copy back yourself, an administrator says so by `audit accept-copy`."
        )
        walked.problems.add("cut", says, first, last)
    if found.strange:
        says = f"The heads file {there} was changed: {found.strange:,} of its lines are not of this program."
        walked.problems.add("heads", says)
