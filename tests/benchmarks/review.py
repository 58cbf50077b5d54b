"""The approval queue: eight processes deciding at once, and a page of it with 100,000 requests stored."""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

import pytest
from streamlit.testing.v1 import AppTest

from core import review
from core.identity import sessions
from core.settings import ROOT
from core.store import Database, connect, rows, write
from core.types import User
from tests import page_parts
from tests.benchmarks.row import Row
from tests.review_parts import account, shelf_of

PROCESSES, ITEMS, STORED = 8, 1_600, 100_000


def decisions() -> list[Row]:
    """Each process decides as one reviewer: once with requests of their own, once all on the same ones."""
    with tempfile.TemporaryDirectory() as folder:
        apart = _raced(Path(folder), "apart", ITEMS, lambda place: f"{place}/{PROCESSES}")
    with tempfile.TemporaryDirectory() as folder:
        same = _raced(Path(folder), "same", ITEMS // PROCESSES, lambda place: "0/1")
    budget = "over 200 decisions/s, none twice"
    return [
        Row(f"{PROCESSES} reviewers, {ITEMS:,} high-risk requests, each their own", budget, apart),
        Row(f"{PROCESSES} reviewers, all on the same {ITEMS // PROCESSES}, losers refused and logged", budget, same),
    ]


def _raced(folder: Path, name: str, items: int, share: object) -> str:
    path = folder / f"{name}.db"
    db = connect(path)
    shelf_of(db, {"high": items})
    go = folder / "go"
    command = [sys.executable, "-m", "tests.review_racer", str(path)]
    racers = [
        subprocess.Popen([*command, f"r{n}", str(folder / f"{n}.log"), share(n), str(go)], cwd=ROOT)  # type: ignore[operator]
        for n in range(PROCESSES)
    ]
    while len(list(folder.glob("*.log"))) < PROCESSES:
        time.sleep(0.05)
    go.touch()
    started = time.perf_counter()
    for racer in racers:
        racer.wait()
    taken = time.perf_counter() - started
    made = Counter(row["item_id"] for row in rows(db, "select item_id from decision"))
    tries = sum(len((folder / f"{n}.log").read_text().splitlines()) for n in range(PROCESSES))
    twice = sum(number > 1 for number in made.values())
    attempts = f", {tries / taken:,.0f} attempts/s" if tries > len(made) else ""
    return f"{len(made) / taken:,.0f} decisions/s{attempts}; {twice} twice, {items - len(made)} lost"


def page() -> list[Row]:
    """Rows, their total and the counts of every tab, for a reviewer who may decide on nearly all of them."""
    user = User(id="ben", name="Ben", roles=("reviewer",))
    with tempfile.TemporaryDirectory() as folder:
        db = connect(Path(folder) / "bench.db")
        shelf_of(db, {"low": 0, "medium": 40, "high": 40, "critical": 20})
        _copied(db, STORED)
        filters = {
            "my queue": (review.Filter(), "due", 0),
            "all, by risk, offset 10,000": (review.Filter("all"), "risk", 10_000),
            "overdue": (review.Filter("overdue"), "due", 0),
            "one document, words": (review.Filter("all", document="d1", text="high thing"), "newest", 0),
        }
        made = []
        for name, (filter, sort, offset) in filters.items():
            spent = _times(lambda f=filter, s=sort, o=offset: (review.queue(db, user, f, s, offset=o),
                                                               review.count(db, user, f)))  # fmt: skip
            made.append(Row(f"queue page of {STORED:,}, rows + total: {name}", "under 400 ms", spent))
        made.append(
            Row("counts of every tab, for the navigation", "under 400 ms", _times(lambda: review.counts(db, user)))
        )
        one = rows(db, "select id from item where risk = 'critical' limit 1")[0]["id"]
        made.append(Row("evidence of one request", "", _times(lambda: review.evidence(db, user, one))))
        return made


def rerun() -> list[Row]:
    """The whole page as a signed-in reviewer's click runs it: menu, filters, list and the evidence of the first."""
    with (
        tempfile.TemporaryDirectory() as place,
        pytest.MonkeyPatch.context() as patch,
        page_parts.folder(Path(place), patch) as here,
    ):
        db = connect(here / "copilot.db")
        shelf_of(db, {"low": 0, "medium": 40, "high": 40, "critical": 20})
        _copied(db, STORED)
        with write(db):
            account(db, "ben", "Ben")
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        at.session_state["session-token"] = sessions.open(db, "ben", "account")
        at.run().switch_page("pages/approvals.py").run()
        made = []
        for name, view in {"my queue": "", "all": "all"}.items():
            if view:
                at.query_params["view"] = view
            at.run()
            if at.exception or not any(one.key == "review-accept" for one in at.button):
                raise RuntimeError("the page shows no request to decide on, so its time means nothing")
            made.append(Row(f"queue page of {STORED:,}, a whole rerun: {name}", "under 400 ms", _times(at.run)))
        return made


def _times(call: object) -> str:
    times = []
    for _ in range(9):
        started = time.perf_counter()
        call()  # type: ignore[operator]
        times.append(1000 * (time.perf_counter() - started))
    return f"p50 {median(times):.0f} ms, worst {max(times):.0f} ms"


def _copied(db: Database, number: int) -> None:
    """So many requests, as copies of those that were really made, each of an action of its own."""
    first = rows(db, "select count(*) as n from item")[0]["n"]
    columns = [row["name"] for row in rows(db, "select name from pragma_table_info('item')")]
    values = ["null" if name == "number" else "id || '-' || :copy" if name == "id" else name for name in columns]
    beside = {
        "item_action": "item_id || '-' || :copy, document_id, action_id || '-' || :copy, position, 1",
        "item_version": "item_id || '-' || :copy, number, content, made_by, made_at",
    }
    with write(db):
        for copy in range(number // first - 1):
            given = {"copy": copy, "first": first}
            db.execute(f"insert into item select {', '.join(values)} from item where number <= :first", given)
            for table, listed in beside.items():
                first_ones = "item_id in (select id from item where number <= :first)"
                db.execute(f"insert into {table} select {listed} from {table} where {first_ones}", given)


def queue() -> list[Row]:
    return [*decisions(), *page(), *rerun()]
