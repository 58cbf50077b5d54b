"""Costs are counted from the ledger: exactly, by whoever may see them, and what is unknown is never zero."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core import library, operations, store
from core.errors import CopilotError
from core.llm import entry, ledger
from core.llm.errands import Errand
from core.llm.routes import Budgets
from core.operations.burning import expected
from core.prompts import Rendered
from core.settings import settings
from core.telemetry import hashing
from core.types import Completion, Usage
from tests.library_parts import ADA, BEN, EVE, NOBODY, bring
from tests.operations_parts import HAIKU, OWN, OWNER, PLAIN, call, today

CAPS = Budgets(run_usd=2, user_day_usd=10, day_usd=25, month_usd=250, unpriced_day_tokens=100_000)


@pytest.fixture
def db(tmp_path, monkeypatch):
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    monkeypatch.setattr(hashing, "_folder", tmp_path)
    opened = store.connect(tmp_path / "copilot.db")
    yield opened
    opened.close()
    settings.cache_clear()


def month(db, user=ADA, **more):
    return operations.chosen(db, user, today(), **more)


def total(db, user=ADA, **more):
    return operations.total(db, user, month(db, user, **more))


def test_a_thousand_small_costs_add_up_to_the_last_digit(db):
    for _ in range(1_000):
        call(db, cost_usd="0.0000001")
    call(db, cost_usd="1234.000000000001")
    assert total(db).known_usd == Decimal("1234.000100000001")


def test_tokens_are_counted_by_kind_and_add_up_to_the_total(db):
    call(db, input_tokens=1_000, cached_tokens=600, cache_write_tokens=100, output_tokens=50)
    call(db, input_tokens=10, output_tokens=5)
    found = total(db)
    assert found.by_kind == {"input": 310, "cached": 600, "cache_write": 100, "output": 55}
    assert sum(found.by_kind.values()) == found.tokens == 1_065


def test_a_cost_that_nobody_knows_is_counted_apart_and_is_not_zero(db):
    call(db, model=PLAIN, cost_usd=None)
    assert (total(db).cost_usd, total(db).unknown_calls) == (None, 1)
    call(db, cost_usd="0.5")
    assert (total(db).cost_usd, total(db).unknown_calls) == (Decimal("0.5"), 1)
    assert operations.per_document(total(db)) is None


def test_a_call_that_was_lost_may_have_cost_something_unless_its_model_is_free(db):
    call(db, state="lost", reserved_usd="0.1")
    call(db, state="lost", model=OWN)
    call(db, state="failed", error_type="Busy", cost_usd="0")
    found = total(db)
    assert (found.calls, found.failed_calls, found.unknown_calls) == (3, 3, 1)


def test_an_answer_that_was_kept_costs_nothing_takes_no_tokens_and_is_a_saving(db):
    call(db, cost_usd="0.25")
    call(db, state="cached", cost_usd="0", saved_usd="0.25", latency_ms=None)
    found = total(db)
    assert (found.calls, found.kept_calls, found.known_usd, found.saved_usd) == (1, 1, Decimal("0.25"), Decimal("0.25"))
    assert (found.tokens, found.kept_tokens) == (1_200, 1_200)


def test_what_was_never_asked_is_no_call(db):
    call(db, state="refused")
    assert (total(db).calls, total(db).refused_calls, total(db).unknown_calls) == (0, 1, 0)


def test_the_ledgers_own_rows_are_counted_as_they_end(db):
    model = entry(HAIKU, settings())
    errand = Errand(ADA, "extract", "internal")
    rendered = Rendered("extract-obligations", "1.0.0", "d", "s", "u")
    begun = ledger.Call(errand, rendered, model, "digest", "allowed")
    first, second, third = (ledger.start(db, begun, ledger.Reserved(Decimal("0.1"), 5_000), CAPS) for _ in range(3))
    assert (operations.in_flight(db, ADA), total(db).calls) == (3, 0)
    whole = Completion("text", HAIKU, "claude-haiku", "stop", Usage(1_000, 100), 900, 120)
    cost, _ = ledger.done(db, first, model, whole)
    ledger.failed(db, second, model, CopilotError("x"), begun=True, stopped=False, said=None)
    ledger.sweep(db)
    found = total(db)
    assert (found.calls, found.failed_calls, found.unknown_calls, found.tokens) == (3, 2, 2, 1_100)
    assert found.known_usd == cost
    ledger.done(db, third, model, whole)  # the answer of the one that had been given up
    found = total(db)
    assert (found.failed_calls, found.unknown_calls, found.known_usd, operations.in_flight(db, ADA)) == (
        1,
        1,
        2 * cost,
        0,
    )


def test_counting_by_day_can_be_built_again_and_says_the_same(db):
    for state in ("done", "cached", "failed", "lost"):
        call(db, state=state, document_id=None if state == "lost" else "d", reserved_usd="1")
    before = store.rows(db, "select * from call_day")
    with store.write(db):
        db.execute("delete from call_day")
    assert operations.recount(db) == 4
    assert store.rows(db, "select * from call_day") == before


def test_a_day_model_or_task_can_be_looked_at_alone(db):
    yesterday = (today() - timedelta(days=1)).isoformat()
    call(db, day=yesterday, cost_usd="1")
    call(db, model=OWN, task="risk", cost_usd="0")
    by_day = operations.spend(db, ADA, month(db), ["day", "model"])
    assert [(one.key, one.known_usd) for one in by_day] == [
        ((yesterday, HAIKU), Decimal(1)),
        ((today().isoformat(), OWN), Decimal(0)),
    ]
    assert total(db, models=(HAIKU,)).known_usd == 1
    assert total(db, tasks=("risk",)).calls == 1
    assert operations.known(db, ADA) == {"model": (HAIKU, OWN), "task": ("extract", "risk")}


def test_a_period_is_compared_with_as_many_days_before_it(db):
    call(db, day=(today() - timedelta(days=6)).isoformat(), cost_usd="3")
    call(db, day=(today() - timedelta(days=7)).isoformat(), cost_usd="2")
    week = month(db, period="7d")
    now, before = operations.total(db, ADA, week), operations.total(db, ADA, week.before)
    assert (now.known_usd, before.known_usd) == (3, 2)
    assert operations.change(now.known_usd, before.known_usd) == 0.5
    assert operations.change(now.known_usd, Decimal(0)) is None
    assert month(db, period="all").first == today() - timedelta(days=7)


# --- who may see what -------------------------------------------------------------------------------------------


def test_everybody_sees_what_they_asked_and_the_engineering_owner_what_all_did(db):
    call(db, ADA)
    call(db, BEN)
    call(db, EVE)
    assert [total(db, user).calls for user in (ADA, BEN, OWNER, EVE)] == [1, 1, 2, 1]
    assert total(db, OWNER, mine=True).calls == 0
    assert operations.known(db, NOBODY) == {"model": (), "task": ()}


def test_no_query_shows_a_call_of_somebody_else(db):
    call(db, BEN, document_id="d", renamed_from="old", fell_from=[OWN])
    call(db, BEN, state="failed", error_type="Busy")
    wanted = month(db)
    assert operations.spend(db, ADA, wanted, ["model"]) == []
    for look in (
        operations.speeds,
        operations.reliability,
        operations.faults,
        operations.renamed,
        operations.by_document,
    ):
        assert look(db, ADA, wanted) == []


def test_a_document_is_named_only_to_those_who_may_see_it(db):
    seen = bring(db, ADA)
    call(db, ADA, document_id=seen, cost_usd="1")
    call(db, ADA, document_id="gone", cost_usd="2")
    call(db, ADA, cost_usd="4")
    named = [(one.document_id, one.title, one.spend.known_usd) for one in operations.by_document(db, ADA, month(db))]
    assert named == [(None, None, 4), (None, "", 2), (seen, "Clock policy", 1)]
    for_owner = operations.by_document(db, OWNER, month(db, OWNER))
    assert [(one.document_id, one.title, one.spend.known_usd) for one in for_owner] == [(None, None, 4), (None, "", 3)]


def test_what_a_deleted_document_cost_stays_and_its_name_goes(db):
    seen = bring(db, ADA)
    call(db, ADA, document_id=seen, cost_usd="1")
    library.delete(db, ADA, seen)
    assert [(one.title, one.spend.known_usd) for one in operations.by_document(db, ADA, month(db))] == [("", 1)]


# --- budgets ----------------------------------------------------------------------------------------------------


def test_the_months_budget_is_burnt_day_by_day(db):
    day = date(2026, 3, 4)
    call(db, day="2026-03-01", cost_usd="1", reserved_usd="2")
    call(db, day="2026-03-03", cost_usd="0.5", reserved_usd="2")
    call(db, day="2026-02-28", cost_usd="9")
    call(db, day="2026-03-03", cost_usd=None)
    burnt = operations.burn(db, ADA, settings(), day)
    assert burnt.spent_usd == (1, 1, Decimal("1.5"), Decimal("1.5"))
    assert (burnt.last_day, burnt.unknown_calls) == (date(2026, 3, 31), 1)
    assert burnt.expected_usd == Decimal("1.5") / 4 * 31


def test_two_days_say_too_little_about_a_month():
    assert expected((Decimal(1), Decimal(2)), 30) is None
    assert expected((Decimal(1), Decimal(2), Decimal(3)), 30) == 30


def test_the_whole_firms_budgets_are_for_those_who_may_see_its_spend(db):
    call(db, ADA, cost_usd="1.25", reserved_usd="2")
    call(db, BEN, cost_usd="1", reserved_usd="2")
    assert {one.name: one.spent for one in operations.caps(db, ADA, settings())} == {"user_day_usd": Decimal("1.25")}
    everybody = {one.name: one.spent for one in operations.caps(db, OWNER, settings())}
    assert everybody == {
        "user_day_usd": 0,
        "day_usd": Decimal("2.25"),
        "month_usd": Decimal("2.25"),
        "unpriced_day_tokens": 0,
    }
