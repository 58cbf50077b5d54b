"""How fast models answer and how often they fail, as it happened."""

from datetime import timedelta

import pytest

from core import operations
from core.operations import latency
from tests.library_parts import ADA
from tests.operations_parts import HAIKU, OWN, call, today
from tests.test_costs import db, month  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("share", "size", "place"),
    [(0.5, 1, 0), (0.95, 1, 0), (0.5, 4, 1), (0.5, 5, 2), (0.95, 20, 18), (0.95, 21, 19), (1, 3, 2)],
)
def test_a_percentile_is_the_smallest_time_that_so_many_calls_kept_to(share, size, place):
    assert latency.rank(share, size) == place


def test_half_and_nearly_all_calls_were_done_in_so_many_milliseconds(db):  # noqa: F811
    for number in range(1, 21):
        call(db, latency_ms=number * 100, first_token_ms=number)
    call(db, model=OWN, latency_ms=50, first_token_ms=None)
    found = operations.speeds(db, ADA, month(db))
    assert found == [
        operations.Speed(OWN, 1, 50, 50, None, None),
        operations.Speed(HAIKU, 20, 1_000, 1_900, 10, 19),
    ]


def test_only_answers_of_the_chosen_days_and_tasks_are_timed(db):  # noqa: F811
    call(db, latency_ms=1)
    call(db, latency_ms=9_000, day=(today() - timedelta(days=40)).isoformat())
    call(db, latency_ms=8_000, task="risk")
    call(db, state="failed", error_type="TookTooLong", latency_ms=300_000)
    call(db, state="cached", latency_ms=0)
    found = operations.speeds(db, ADA, month(db, tasks=("extract",)))
    assert [(one.answered, one.p95_ms) for one in found] == [(1, 1)]


def test_failures_are_counted_by_model_and_fault(db):  # noqa: F811
    for _ in range(7):
        call(db)
    call(db, state="failed", error_type="Busy")
    call(db, state="failed", error_type="Busy")
    call(db, state="lost", reserved_usd="1")
    call(db, state="stopped", error_type="Stopped")
    call(db, model=OWN, fell_from=[HAIKU], degraded=1)
    found = {one.model: one for one in operations.reliability(db, ADA, month(db))}
    assert found[HAIKU] == operations.Reliability(HAIKU, 10, 3, 1, 1, 0, 0)
    assert found[HAIKU].error_rate == 0.3
    assert (found[OWN].fell, found[OWN].degraded, found[OWN].error_rate) == (1, 1, 0)
    assert [(one.fault, one.calls) for one in operations.faults(db, ADA, month(db))] == [("Busy", 2), ("Lost", 1)]


def test_a_model_that_calls_itself_differently_is_flagged(db):  # noqa: F811
    call(db, answered_by="haiku-a")
    call(db, answered_by="haiku-b", renamed_from="haiku-a", trace_id="t")
    found = operations.renamed(db, ADA, month(db))
    assert [(one.model, one.before, one.after, one.trace_id) for one in found] == [(HAIKU, "haiku-a", "haiku-b", "t")]
