"""A projection is a calculation from assumptions that are all shown."""

from decimal import Decimal

import pytest

from core import operations
from core.llm import entry
from core.operations import projection
from core.operations.projection import Assumptions, Traffic
from core.settings import settings
from core.store import new_id, now, write
from tests.library_parts import ADA, bring
from tests.operations_parts import HAIKU, OWN, PLAIN, call
from tests.test_costs import db, month  # noqa: F401 - a fixture

HELD = Assumptions(0.25, 0.05, characters_per_call=4_000, characters_per_token=4)
MONTH = Traffic(documents=10, characters=40_000)


@pytest.fixture
def haiku():
    return entry(HAIKU, settings())


def test_a_month_costs_its_tokens_at_the_models_price(haiku):
    found = operations.project(MONTH, HELD, haiku)
    assert (found.calls, found.input_tokens, found.output_tokens) == (100, 100_000, 20_000)
    price = (100_000 * haiku.prices.input + 20_000 * haiku.prices.output) / 1_000_000
    assert (found.cost_usd, found.saved_usd) == (price, 0)


def test_what_kept_answers_spare_is_a_saving_and_no_cost(haiku):
    whole = operations.project(MONTH, HELD, haiku)
    found = operations.project(Traffic(10, 40_000, kept_share=0.25), HELD, haiku)
    assert found.calls == 75
    assert found.cost_usd == whole.cost_usd * Decimal("0.75")
    assert found.cost_usd + found.saved_usd == whole.cost_usd


def test_a_price_that_is_not_known_gives_no_cost_and_a_free_model_gives_zero():
    assert operations.project(MONTH, HELD, entry(PLAIN, settings())).cost_usd is None
    free = operations.project(MONTH, HELD, entry(OWN, settings()))
    assert (free.cost_usd, free.free) == (0, True)


def test_a_document_takes_at_least_one_call_and_the_last_window_is_a_call_too():
    assert projection.calls_per_document(1, HELD) == 1
    assert projection.calls_per_document(4_000, HELD) == 1
    assert projection.calls_per_document(4_001, HELD) == 2


def test_every_assumption_is_said(haiku):
    said = " ".join(operations.sentences(Traffic(10, 40_000, 0.25), HELD, haiku))
    for part in (
        "10 documents a month",
        "40,000 characters",
        "takes 10 calls",
        "10,000 tokens in",
        "2,000 out",
        "25%",
        "assumed",
    ):
        assert part in said
    assert "measured on 7 documents" in " ".join(
        operations.sentences(MONTH, Assumptions(0.25, 0.05, 4_000, 4, measured=7), haiku)
    )


def test_before_anything_was_measured_the_word_list_holds(db):  # noqa: F811
    held = operations.assumptions(db, ADA, settings())
    assert (held.measured, held.input_per_character, held.output_per_character) == (0, 0.375, 0.125)
    assert operations.traffic(db, ADA, month(db)).documents == 20


def test_with_two_documents_it_is_measured_how_many_tokens_text_takes(db):  # noqa: F811
    first, second = (
        bring(db),
        bring(db, text="# Bell\n\n1. The firm shall ring the bell.", name="bell.md", title="Bell"),
    )
    sizes = {row["id"]: row["characters"] for row in db.query("select id, characters from document")}
    for job in ("j1", "j2"):  # analysed twice: its text was read twice
        call(db, document_id=first, job_id=job, input_tokens=2 * sizes[first], output_tokens=sizes[first])
    call(db, document_id=second, job_id="j3", input_tokens=2 * sizes[second], output_tokens=sizes[second])
    held = operations.assumptions(db, ADA, settings())
    assert (held.measured, held.input_per_character, held.output_per_character) == (2, 2, 1)
    traffic = operations.traffic(db, ADA, month(db, period="30d"))
    assert (traffic.documents, traffic.characters) == (2, round((sizes[first] + sizes[second]) / 2))


def test_a_run_that_did_not_read_its_document_to_the_end_is_not_measured_as_one_that_did(db):  # noqa: F811
    """Two windows of fifty, then cancelled: a document would seem to take a twenty-fifth of what it does."""
    ids = [bring(db), bring(db, text="# Bell\n\n1. The firm shall ring the bell.", name="bell.md", title="Bell")]
    for state, taken in (("done", 5_000), ("cancelled", 200), ("failed", 300), ("queued", 100)):
        for document_id in ids:
            job = {"id": new_id(), "tenant": ADA.tenant, "user_id": ADA.id, "actor": "{}", "kind": "analyse"}
            with write(db):
                more = {"title": "A run", "payload": "{}", "state": state, "stage": "", "created_at": now()}
                db["job"].insert({**job, **more})
            call(db, document_id=document_id, job_id=job["id"], input_tokens=taken, output_tokens=taken)
    sizes = [row["characters"] for row in db.query("select characters from document")]
    held = operations.assumptions(db, ADA, settings())
    assert (held.measured, held.input_per_character) == (2, 10_000 / sum(sizes))


def test_models_are_compared_by_what_was_measured_and_quality_is_what_somebody_set(db):  # noqa: F811
    for document in ("d1", "d2"):
        call(db, document_id=document, cost_usd="0.5", latency_ms=700)
    call(db, model=PLAIN, document_id="d1", cost_usd=None)
    found = {one.model: one for one in operations.compared(db, ADA, settings(), month(db))}
    assert (found[HAIKU].documents, found[HAIKU].per_document_usd, found[HAIKU].p50_ms) == (2, Decimal("0.5"), 700)
    assert found[HAIKU].ranked == ("good",)
    assert (found[PLAIN].per_document_usd, found[PLAIN].ranked) == (None, ())


def test_the_cheapest_comes_first_and_unknown_prices_last(db):  # noqa: F811
    found = operations.projections(MONTH, HELD, settings())
    costs = [one.cost_usd for one in found]
    known = [one for one in costs if one is not None]
    assert known == sorted(known)
    assert None not in costs[: len(known)]
