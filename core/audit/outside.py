"""The head as a file kept elsewhere: with an old one anybody can tell whether the log still holds what it held."""

import json
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from core.audit.verifying import Head, head
from core.errors import BadInput, NotFound
from core.store import now, one

SCHEMA = "audit-head/1"
HEX_DIGITS = 64
MOST_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Compared:
    """`same`: the entry is there as it was, and with it all before. Else it is another one, or it is gone."""

    verdict: Literal["same", "another", "gone"]
    head: Head
    since: int
    says: str

    @property
    def ok(self) -> bool:
        return self.verdict == "same"


def written(db: Database) -> bytes:
    """The head now, as a small JSON file without anything secret. NotFound while the log is empty."""
    now_last = head(db)
    if now_last is None:
        raise NotFound("The log has no entry yet, so it has no head to keep.")
    told = {
        "schema": SCHEMA, "number": now_last.number, "hash": now_last.hash, "at": now_last.at, "exported_at": now(),
    }  # fmt: skip
    return (json.dumps(told, indent=1) + "\n").encode()


def read(data: bytes) -> Head:
    """A head that `written` gave. BadInput for anything else."""
    wrong = "This is no exported head of a log; choose the JSON file that the export gave."
    try:
        found = json.loads(data[:MOST_BYTES])
        was = Head(found["number"], found["hash"], found["at"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(wrong) from error
    if found.get("schema") != SCHEMA or not _plausible(was):
        raise BadInput(wrong)
    return was


def compare(db: Database, data: bytes) -> Compared:
    """Whether the log still holds what it held when this head was exported."""
    was, last = read(data), head(db)
    row = one(db, "select hash from audit where number = ?", [was.number])
    since = (last.number if last else 0) - was.number
    if row is None:
        ends = f"and ends with entry {last.number:,}" if last else "and is empty"
        says = f"The log held entry {was.number:,} on {was.at[:10]} {ends} now: entries were taken away."
        return Compared("gone", was, since, says)
    if row["hash"] != was.hash:
        says = f"Entry {was.number:,} is another than on {was.at[:10]}: the log was written anew."
        return Compared("another", was, since, says)
    says = f"Entry {was.number:,} is as it was on {was.at[:10]}, and {since:,} came since. Verify it all to check them."
    return Compared("same", was, since, says)


def _plausible(was: Head) -> bool:
    number = isinstance(was.number, int) and not isinstance(was.number, bool) and 0 < was.number < 1 << 62
    mark = isinstance(was.hash, str) and len(was.hash) == HEX_DIGITS and set(was.hash) <= set("0123456789abcdef")
    return number and mark and isinstance(was.at, str) and was.at.isascii() and len(was.at) <= 30
