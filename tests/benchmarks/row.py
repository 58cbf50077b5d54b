"""One line of the budgets table, and the ways to take a time."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Row:
    path: str
    budget: str
    measured: str


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The median wall time of `times` runs, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
