"""The log: entries a second from one process and from eight, and the page over 200,000 entries."""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from core import activity, audit
from core.activity import Filter
from core.audit import chain, heads, keys
from core.audit.verifying import verify
from core.identity import local_user
from core.settings import ROOT
from core.store import Database, connect, stamp, write
from tests.benchmarks.row import Row, seconds

ENTRIES, DAYS, PROCESSES, EACH = 200_000, 120, 8, 250
EVENTS = ("item.submitted", "item.accepted", "item.rejected", "item.seen", "document.seen", "document.exported",
          "item.refused", "session.opened", "remark.said", "register.corrected")  # fmt: skip
APPEND = """
import sys
from core import audit
from core.identity import local_user
from core.store import connect, write
db = connect(sys.argv[1])
sys.stdin.read(1)
for number in range(EACH):
    with write(db):
        audit.append(db, local_user(), "item.accepted", f"item:{number}", digest="f" * 64, risk="high", version=2)
"""


def appended() -> list[Row]:
    """Each entry in a write of its own, kept on the disk before the next; and many in one write."""
    user = local_user()
    with tempfile.TemporaryDirectory() as folder:
        db = connect(Path(folder) / "bench.db")

        def some(entries: int) -> None:
            for number in range(entries):
                audit.append(db, user, "item.accepted", f"item:{number}", digest="f" * 64, risk="high", version=2)

        def alone() -> None:
            for _ in range(EACH):
                with write(db):
                    some(1)

        def together() -> None:
            with write(db):
                some(EACH * PROCESSES)

        singly, many = EACH / seconds(alone), EACH * PROCESSES / seconds(together)
        return [
            Row("log: a write with one entry, one process", "", f"{singly:,.0f} a second"),
            Row("log: entries in one write", "", f"{many:,.0f} a second"),
            Row(
                "log: a write with one entry, 8 processes at once",
                "over 200 a second",
                f"{_eight(folder):,.0f} a second",
            ),
        ]


def _eight(folder: str) -> float:
    path = Path(folder) / "eight.db"
    db = connect(path)
    code = APPEND.replace("EACH", str(EACH))
    workers = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, cwd=ROOT)
        for _ in range(PROCESSES)
    ]
    time.sleep(4)  # until they have loaded what they need
    started = time.perf_counter()
    for worker in workers:
        worker.communicate(b"x")
    taken = time.perf_counter() - started
    report = verify(db, whole=True)
    if not report.ok or report.checked != PROCESSES * EACH:
        raise AssertionError(f"the log does not verify: {report.what}")
    return PROCESSES * EACH / taken


def page() -> list[Row]:
    """What the page asks for, over 200,000 entries of 120 days; and reading all of them again."""
    user = local_user()
    with tempfile.TemporaryDirectory() as folder:
        db = connect(Path(folder) / "bench.db")
        filled(db)
        month = datetime.now(UTC).date() - timedelta(days=29)
        views = {
            "30 days": Filter(first=month),
            "all": Filter(),
            "all, seen": Filter(kind="saw"),
            "one person, 30 days": Filter(users=("0000000000000007",), first=month),
            "two events, all": Filter(events=("item.rejected", "item.refused")),
            "searched, all": Filter(text="deadbeef"),
        }
        rows = [
            _timed(f"log page of 200,000 entries: {name}", lambda f=wanted: shown(db, f))
            for name, wanted in views.items()
        ]
        report = seconds(lambda: verify(db, whole=True), times=1)
        activity.check(db, user, whole=True)
        again = seconds(lambda: verify(db), times=5)
        return [
            *rows,
            Row("log: all 200,000 entries verified", "", f"{report:.1f} s"),
            Row("log: verified again from the checkpoint", "", f"{1000 * again:.0f} ms"),
        ]


def shown(db: Database, filter: Filter) -> None:
    """As pages/activity.py does."""
    user = local_user()
    activity.choices(db, user, "event")
    activity.choices(db, user, "user_id")
    activity.kept(db, user)
    if activity.by_day(db, user, filter):
        activity.titles(db, user, [one.document_id or "" for one in activity.entries(db, user, filter)])


def filled(db: Database) -> None:
    """Sealed and chained rows as the program writes them, without its time for each."""
    key, chance, prev, started = keys.key(db), random.Random(5), chain.GENESIS, time.time() - DAYS * 86_400
    documents = [f"{chance.getrandbits(64):016x}" for _ in range(400)]
    with write(db):
        for number in range(1, ENTRIES + 1):
            row = {
                "number": number, "prev": prev, "at": stamp(started + number * DAYS * 86_400 / ENTRIES),
                "tenant": "local", "user_id": f"{chance.randrange(40):016x}", "mode": "account",
                "event": chance.choice(EVENTS), "subject": f"item:{chance.getrandbits(64):016x}",
                "document_id": chance.choice(documents), "digest": f"{chance.getrandbits(256):064x}",
                "details": '{"risk":"high","version":2}',
            }  # fmt: skip
            row["hash"] = prev = chain.hashed(key, row)
            db.conn.execute(chain.INSERT, row)
    heads.note(db, ENTRIES, prev)


def _timed(path: str, call: Callable[[], object]) -> Row:
    times = []
    for _ in range(7):
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    return Row(path, "under 400 ms", f"p50 {median(times):.0f} ms, worst {max(times):.0f} ms")
