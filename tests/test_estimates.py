"""What a run would take, before it is made: from tokens, prices, and how this model did this task before."""

import math
from decimal import Decimal

import pytest

from core.llm import faults
from core.llm.counting import OVERHEAD
from tests.model_servers import claude, openai_chat, serving
from tests.router_parts import CHEAP, EVE, FREE, OWN, desk, document, errand, prompt, routing


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        yield made


def estimated(here, *prompts, **asked):
    with here.opened() as db:
        return here.router.estimate(db, errand(**asked), prompts)


def test_without_history_an_estimate_rests_on_what_the_routes_assume_and_says_so(here):
    found = estimated(here, prompt("x" * 4_000), prompt("x" * 4_000), model=CHEAP)
    read = 2 * (1_001 + math.ceil(len("You find norms.") / 4) + OVERHEAD)  # no tokenizer is here: four bytes a token
    assert (found.calls, found.cached_calls, found.input_tokens) == (2, 0, read)
    assert found.output_tokens == 2 * math.ceil(read / 4)
    assert found.cost_usd == (read * Decimal(2) + found.output_tokens * Decimal(10)) / 1_000_000
    assert found.seconds == pytest.approx(found.output_tokens / 50 / 2)  # two at once
    assert (found.model, found.exact, "assumed" in found.basis) == (CHEAP, False, True)


def test_an_answer_is_not_expected_to_be_longer_than_it_may_be(here):
    here.write(routes=routing(most=100))
    assert estimated(here, prompt("x" * 40_000), model=CHEAP).output_tokens == 100


def test_with_history_it_rests_on_how_the_model_did_this_task(here):
    with serving(claude("ok")) as server:
        router = here.at(anthropic=server.url)
        for _ in range(3):
            router.ask(errand(model=CHEAP), prompt())
        router.ask(errand(EVE, model=CHEAP), prompt())
    found = estimated(here, prompt("x" * 4_000), model=CHEAP)
    assert found.basis == "tokens assumed; answers from 3 calls before"
    # Of 1,040 tokens read, 7 were said; 900 of those read came from the provider's cache.
    assert found.output_tokens == math.ceil(found.input_tokens * 7 / 1_040)
    said = found.output_tokens * Decimal(10)
    cached = int(found.input_tokens * 900 / 1_040)
    assert found.cost_usd == ((found.input_tokens - cached) * Decimal(2) + cached * Decimal("0.2") + said) / 1_000_000


def test_another_task_has_no_history_yet(here):
    with serving(claude("ok")) as server:
        router = here.at(anthropic=server.url)
        for _ in range(3):
            router.ask(errand(model=CHEAP), prompt())
    assert "assumed" in estimated(here, prompt(), model=CHEAP, task="summary").basis


def test_what_is_answered_already_takes_nothing(here):
    with here.opened() as db:
        about = document(db)
    with serving(claude("ok")) as server:
        here.at(anthropic=server.url).ask(errand(model=CHEAP, document_id=about), prompt())
    found = estimated(here, prompt(), model=CHEAP, document_id=about)
    assert (found.calls, found.cached_calls, found.input_tokens, found.cost_usd, found.seconds) == (1, 1, 0, 0, 0)
    assert estimated(here, prompt(), model=CHEAP, document_id=about, fresh=True).cached_calls == 0


def test_an_unknown_price_is_unknown_and_a_free_one_is_zero(here):
    with serving(openai_chat("ok")) as server:
        here.at(openai=server.url)
        assert estimated(here, prompt(), model=OWN).cost_usd is None
    assert estimated(here, prompt(), model=FREE).cost_usd == 0


def test_an_estimate_is_refused_where_the_call_would_be(here):
    with pytest.raises(faults.Refused):
        estimated(here, prompt(), classification="restricted")


def test_calls_of_a_batch_say_what_was_read_and_said_but_nothing_of_time(here):
    from core.store import write

    with serving(claude("ok")) as server:
        router = here.at(anthropic=server.url)
        for _ in range(3):
            router.ask(errand(model=CHEAP), prompt())
    with here.opened() as db, write(db):
        db.execute("update model_call set latency_ms = null, batched = 1")
    found = estimated(here, prompt("x" * 4_000), model=CHEAP)
    assert found.basis == "tokens assumed; answers from 3 calls before"
    assert found.seconds == pytest.approx(found.output_tokens / 50)  # as the routes assume
