"""The log row by row: each sealed under the key, each number after the last, each row chained to the one before."""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlite_utils import Database

from core.audit.chain import COLUMNS, GENESIS, hashed
from core.audit.problems import Problems, entries, were
from core.store import Row, rows

SLICE = 5_000  # rows in memory at a time
FAR = 200  # how many places away a row that does not fit is looked for
MOST_RUNS = 10_000  # in memory; past them, what is wrong is one run
LOOKED_FOR = 300  # rows; an attempt costs two hashes a place


@dataclass(slots=True)
class Run:
    """Rows one after another that are wrong in the same way: changed (0), or standing `shift` places from their own."""

    shift: int
    first: int
    last: int


@dataclass(slots=True)
class Walk:
    """What walking from one row to another found. `sealed` counts the rows whose hash is right."""

    key: bytes
    number: int = 0
    hash: str = GENESIS
    good: bool = True
    checked: int = 0
    sealed: int = 0
    runs: list[Run] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    tried: int = 0
    # What the entries prove, for whatever else is kept of it: ids of remarks, and of what was seen and which session
    # was opened a number for each.
    said: set[str] = field(default_factory=set)
    proved: set[int] = field(default_factory=set)

    def step(self, row: Row) -> None:
        number, expected = row["number"], self.number + 1
        if number > expected:
            says = f"{entries(expected, number - 1)} {were(expected, number - 1)} removed."
            self.problems.add("removed", says, expected, number - 1)
        good = hashed(self.key, row) == row["hash"]
        if not good:
            self._wrong(row)
        elif self.good and number == expected and row["prev"] != self.hash:
            says = f"Entry {number:,} does not follow the one before it: the order was changed, or a part written anew."
            self.problems.add("order", says, number)
        self.number, self.hash, self.good = number, row["hash"], good
        self.checked += 1
        self.sealed += good

    def bad(self, number: int) -> bool:
        """Whether this row is among the wrong ones."""
        at = bisect_right(self.runs, number, key=lambda run: run.first) - 1
        return at >= 0 and number <= self.runs[at].last

    def _wrong(self, row: Row) -> None:
        number, last = row["number"], self.runs[-1] if self.runs else None
        shift = self._shift(row, last.shift if last else 0)
        if last and (len(self.runs) == MOST_RUNS or (last.last == number - 1 and last.shift == shift)):
            last.last = number
        else:
            self.runs.append(Run(shift, number, number))

    def _shift(self, row: Row, likely: int) -> int:
        """How far the row stands from the number that it was sealed with; 0 where it was changed otherwise."""
        if likely and self._stood(row, likely):
            return likely
        self.tried += 1
        if self.tried > LOOKED_FOR:
            return 0
        far = (shift for step in range(1, FAR + 1) for shift in (step, -step))
        return next((shift for shift in far if self._stood(row, shift)), 0)

    def _stood(self, row: Row, shift: int) -> bool:
        return bool(hashed(self.key, {**row, "number": row["number"] + shift}) == row["hash"])


def walk(db: Database, walked: Walk, upto: int) -> Iterator[list[Row]]:
    """Step through the rows up to a number; gives each slice once it is walked, for whatever else is checked in it."""
    # `walked.number` is where the last slice ended.
    sql = f"select {', '.join(COLUMNS)} from audit where number > ? and number <= ? order by number limit {SLICE}"
    while True:
        with any_bytes(db):
            found = rows(db, sql, [walked.number, upto])
        if not found:
            return
        for row in found:
            walked.step(row)
        yield found


@contextmanager
def any_bytes(db: Database) -> Iterator[None]:
    """Text that is no UTF-8, which only somebody from outside can have written, is read and found wrong."""
    usual = db.conn.text_factory
    db.conn.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        db.conn.text_factory = usual


def told(walked: Walk) -> None:
    """Say what the wrong rows are: one that moved is no change, and many that moved by one are one removal."""
    for run in walked.runs:
        first, last, many = run.first, run.last, run.last > run.first
        named, problems = entries(first, last), walked.problems
        if run.shift == 0:
            problems.add(
                "changed", f"{named} {were(first, last)} changed, or not written by this program.", first, last
            )
        elif many and run.shift > 0:
            gone = entries(first, first + run.shift - 1)
            says = f"{gone} {were(first, first + run.shift - 1)} removed, and those after renumbered to hide it."
            problems.add("removed", says, first, first + run.shift - 1)
        elif many:
            says = f"Before entry {first:,} something was put in, and those after renumbered to hide it."
            problems.add("inserted", says, first + run.shift, first - 1)
        else:
            says = f"Entry {first:,} was number {first + run.shift:,} when it was written: the order was changed."
            problems.add("moved", says, first)
