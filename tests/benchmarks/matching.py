"""50,000 obligations against our control library: matched, reviewed, and the gap view over all of them."""

import random
import tempfile
import time
from pathlib import Path

from core import controls, register
from core.identity import local_user
from core.store import connect
from core.types import Reading
from tests.benchmarks.register import DOCUMENTS, EACH, _analysis, _timed
from tests.benchmarks.row import Row
from tests.register_parts import shelve


def matched(documents: int = DOCUMENTS) -> list[Row]:
    user, chance = local_user(), random.Random(2)
    with tempfile.TemporaryDirectory() as folder:
        db = connect(Path(folder) / "bench.db")
        for number in range(documents):
            analysis = _analysis(f"doc{number:02}", chance)
            shelve(db, user, Reading(analysis.document, (analysis.obligations[0].draft.provision,)))
            register.store_run(db, user, analysis)
        controls.import_ours(db, user)
        started = time.perf_counter()
        one = controls.suggest(db, user, ["doc00"])
        first = time.perf_counter() - started
        rest = controls.suggest(db, user)
        every = time.perf_counter() - started
        name = f"{documents * EACH:,} obligations"
        several = controls.to_review(db, user, best_only=True, limit=1_000)
        started = time.perf_counter()
        controls.confirm(db, user, [found.pair for found in several])
        confirmed = time.perf_counter() - started
        return [
            Row(f"{one} duties matched with 50 controls", "about 1 s", f"{first:.2f} s"),
            Row(f"{one + rest:,} duties matched with 50 controls", "", f"{every:.1f} s"),
            Row(f"{len(several):,} suggestions confirmed in one step", "", f"{confirmed:.2f} s"),
            _timed(f"gap view, {name}: a page", lambda: controls.gaps(db, user)),
            _timed(f"gap view, {name}: what is counted", lambda: controls.counts(db, user)),
            _timed(f"suggestions, {name}: the next one", lambda: controls.to_review(db, user, limit=1)),
            _timed(f"suggestions, {name}: how many", lambda: controls.to_review_count(db, user)),
            _timed(f"controls, {name}: what is out of date", lambda: controls.stale(db, user)),
            _timed(f"plan, {name}", lambda: controls.plan(db, user)),
        ]
