"""What is noted of a call: what it took and cost as the server reported it, and never a word of its text."""

import contextlib
import json
from decimal import Decimal

import pytest

from core.llm import faults
from core.store import rows
from tests.model_servers import claude, claude_fault, openai_chat, serving
from tests.router_parts import ADA, CHEAP, OWN, SCHEMA, desk, errand, inventory, prompt


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        yield made


def test_tokens_cost_and_times_are_what_the_server_reported(here):
    with serving(claude("Said.")) as server:
        found = here.at(anthropic=server.url).ask(
            errand(model=CHEAP, document_id="d" * 16, job_id="b" * 16, part="window-3", release="1.0.0"), prompt()
        )
    (row,) = here.calls()
    assert (row["input_tokens"], row["cached_tokens"], row["cache_write_tokens"], row["output_tokens"]) == (
        1_040, 900, 100, 7,
    )  # fmt: skip
    cost = (40 * Decimal(2) + 900 * Decimal("0.2") + 100 * Decimal("2.5") + 7 * Decimal(10)) / 1_000_000
    assert Decimal(row["cost_usd"]) == found.cost_usd == cost
    assert json.loads(row["raw_usage"])["cache_read_input_tokens"] == 900
    assert (row["task"], row["part"], row["document_id"], row["job_id"]) == ("extract", "window-3", "d" * 16, "b" * 16)
    assert (row["model"], row["answered_by"], row["finish_reason"]) == (CHEAP, "claude-test-20261101", "stop")
    assert (row["prompt"], row["prompt_digest"], row["release"]) == ("extract-obligations/1.0.1", "ab" * 32, "1.0.0")
    assert row["first_token_ms"] <= row["latency_ms"]
    assert row["id"] == found.call_id
    assert ADA.id not in (row["user_hash"], row["trace_id"])


def test_an_unknown_price_stays_unknown(here):
    with serving(openai_chat("Said.")) as server:
        found = here.at(openai=server.url).ask(errand(model=OWN), prompt())
    (row,) = here.calls("cost_usd, input_tokens, output_tokens, reserved_usd")
    assert found.cost_usd is None
    assert row == {"cost_usd": None, "input_tokens": 50, "output_tokens": 9, "reserved_usd": None}


NO_COUNTS = {
    "less than none": {"prompt_tokens": -10**8, "completion_tokens": 9},
    "more than any column holds": {"prompt_tokens": 10**30, "completion_tokens": 9},
    "more from a cache than there was": {
        "prompt_tokens": 5, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 10**8},
    },
    "a word": {"prompt_tokens": "fifty", "completion_tokens": 9},
    "a share": {"prompt_tokens": 50.5, "completion_tokens": 9},
}  # fmt: skip


@pytest.mark.parametrize("counted", NO_COUNTS.values(), ids=NO_COUNTS)
def test_what_can_be_no_count_of_tokens_is_unknown_and_gives_no_budget_back(here, counted):
    with serving(openai_chat("Said.", counted=counted)) as server:
        found = here.at(openai=server.url).ask(errand(model=OWN), prompt())
    assert found.text == "Said."
    (row,) = here.calls("state, cost_usd, input_tokens, reserved_tokens")
    assert (row["state"], row["cost_usd"], row["input_tokens"]) == ("done", None, None)
    assert row["reserved_tokens"] > 0


def test_a_hosted_model_that_counts_less_than_nothing_cannot_lower_what_was_spent(here):
    counts = {"input_tokens": -(10**9), "output_tokens": 7}
    with serving(claude("Said.", usage=counts)) as server:
        here.at(anthropic=server.url).ask(errand(model=CHEAP), prompt())
    (row,) = here.calls("cost_usd, reserved_usd")
    assert row["cost_usd"] is None
    assert Decimal(row["reserved_usd"]) > 0


def test_usage_that_was_not_reported_leaves_the_cost_unknown(here):
    here.write(inventory(served="prices = { input = 1, output = 1 }\n"))
    with serving(openai_chat("Said.", usage=False)) as server:
        assert here.at(openai=server.url).ask(errand(model=OWN), prompt()).cost_usd is None
    assert here.calls("cost_usd, input_tokens") == [{"cost_usd": None, "input_tokens": None}]


def test_a_model_that_calls_itself_by_another_name_than_before_is_flagged(here):
    with serving(claude("One."), claude("Two.")) as server:
        router = here.at(anthropic=server.url)
        router.ask(errand(model=CHEAP), prompt())
        router.ask(errand(model=CHEAP), prompt())
        with here.opened() as db:
            db.conn.writing = True
            db.execute("update model_call set answered_by = 'claude-test-20261001'")
            db.conn.writing = False
        router.ask(errand(model=CHEAP), prompt())
    assert [row["renamed_from"] for row in here.calls("renamed_from")] == [None, None, "claude-test-20261001"]


def test_the_span_of_a_call_has_its_names_and_numbers(here):
    from core import telemetry

    with serving(claude("Said.")) as server:
        here.at(anthropic=server.url).ask(errand(model=CHEAP, part="window-3"), prompt(schema=SCHEMA))
    assert telemetry.flush()
    with here.opened() as db:
        (span,) = rows(db, "select * from span")
    (row,) = here.calls()
    assert (span["name"], span["kind"], span["trace_id"], span["span_id"]) == (
        f"chat {CHEAP}", "client", row["trace_id"], row["span_id"],
    )  # fmt: skip
    known = json.loads(span["attributes"])
    assert known["gen_ai.usage.input_tokens"] == 1_040
    assert known["gen_ai.usage.cache_read.input_tokens"] == 900
    assert known["gen_ai.request.model"] == "claude-cheap"
    assert known["gen_ai.response.model"] == "claude-test-20261101"
    assert known["copilot.model_changed"] is False
    assert known["copilot.call_id"] == row["id"]
    assert known["copilot.policy_decision"] == "allowed"


def test_what_an_answer_took_is_in_its_span_also_where_the_model_declined(here):
    from core import telemetry

    with serving(claude("", stop="refusal")) as server, pytest.raises(faults.Declined):
        here.at(anthropic=server.url).ask(errand(model=CHEAP, alone=True), prompt())
    assert telemetry.flush()
    with here.opened() as db:
        (span,) = rows(db, "select * from span")
    (row,) = here.calls()
    known = json.loads(span["attributes"])
    assert known["gen_ai.usage.input_tokens"] == row["input_tokens"] == 1_040
    assert known["gen_ai.response.finish_reasons"] == ["refused"]
    assert Decimal(str(known["copilot.cost_usd"])) == Decimal(row["cost_usd"])


SECRETS = ("Zanzibar", "ada.lovelace@example.org", "4111 1111 1111 1111")


@pytest.mark.parametrize(
    "reply",
    [
        claude("Answer: Zanzibar ada.lovelace@example.org"),
        claude("Zanzibar", drop_after=5),
        claude_fault(400, "invalid_request_error", "you wrote Zanzibar 4111 1111 1111 1111"),
        claude_fault(500, "Zanzibar ada.lovelace@example.org"),
    ],
)
def test_no_word_of_a_prompt_or_an_answer_is_in_the_ledger_or_in_a_span(here, reply):
    from core import telemetry

    with serving(reply) as server:
        router = here.at(anthropic=server.url)
        with contextlib.suppress(faults.NoAnswer):
            router.ask(errand(model=CHEAP), prompt(" ".join(SECRETS)))
    assert telemetry.flush()
    with here.opened() as db:
        kept = json.dumps([rows(db, f"select * from {table}") for table in ("model_call", "span")])
    assert len(json.loads(kept)[0]) == len(json.loads(kept)[1]) == 1
    assert not any(one in kept for one in SECRETS)
