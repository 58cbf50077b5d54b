"""Caps: held by what is spent and by what is under way, also when eight processes ask at once."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest

from core.llm import budgets, ledger, routes
from core.llm.faults import NoAnswer, OverBudget
from core.settings import ROOT
from core.store import write
from core.telemetry import user_hash
from tests.model_servers import claude, claude_fault, openai_chat, serving
from tests.router_parts import ADA, BEN, CHEAP, ECHO, EVE, FREE, OWN, desk, errand, inventory, prompt, routing

COST = (40 * Decimal(2) + 900 * Decimal("0.2") + 100 * Decimal("2.5") + 7 * Decimal(10)) / 1_000_000
JOB = "b" * 16


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        yield made


def spent(here, user=ADA, **more):
    with here.opened() as db:
        who = budgets.Spender(user.tenant, user_hash(user), **more)
        return {one.name: one.spent for one in budgets.spent(db, routes.budgets(here.settings), who)}


def asked(here, server, user=ADA, **more):
    return here.at(anthropic=server.url).ask(errand(user, model=CHEAP, **more), prompt())


def test_what_a_call_cost_counts_against_the_run_the_person_the_day_and_the_month(here):
    with serving(claude("ok")) as server:
        asked(here, server, job_id=JOB)
        asked(here, server, BEN)
        asked(here, server, EVE)
    assert spent(here, job_id=JOB) == {
        "run_usd": COST, "user_day_usd": COST, "day_usd": 2 * COST, "month_usd": 2 * COST,
    }  # fmt: skip
    assert spent(here, EVE)["month_usd"] == COST


@pytest.mark.parametrize(
    ("cap", "title"),
    [
        ("run", "This run's budget"),
        ("user_day", "Your budget for today"),
        ("day", "Today's budget"),
        ("month", "This month's budget"),
    ],
)
def test_at_a_cap_nothing_is_sent_and_one_sentence_says_which_how_much_and_what_next(here, cap, title):
    here.write(routes=routing(**{cap: 0.012}))
    with serving(claude("ok")) as server:
        asked(here, server, job_id=JOB)  # up to 1,000 tokens of an answer: 0.01 USD and the prompt
        here.write(routes=routing(**{cap: 0.0105}))
        with pytest.raises(OverBudget) as caught:
            asked(here, server, job_id=JOB)
        assert len(server.asked) == 1
    sentence = str(caught.value)
    assert sentence.startswith(f"{title} does not hold this call: 0.00058 of 0.0105 USD are spent")
    assert f"raise {cap}_usd in models/routes.toml, or choose a model without charge." in sentence
    assert len(here.calls("id")) == 1


def test_a_person_may_set_less_for_a_run_of_theirs_and_never_more(here):
    here.write(routes=routing(run=0.02))
    with serving(claude("ok")) as server:
        with pytest.raises(OverBudget, match="allow this run more"):
            asked(here, server, job_id=JOB, run_usd=Decimal("0.005"))
        here.write(routes=routing(run=0.005))
        with pytest.raises(OverBudget, match="raise run_usd"):
            asked(here, server, job_id=JOB, run_usd=Decimal(50))


def test_a_call_without_a_job_is_a_run_of_its_own(here):
    here.write(routes=routing(run=0.005))
    with serving(claude("ok")) as server, pytest.raises(OverBudget, match="This run's budget"):
        asked(here, server)


def test_another_persons_spending_leaves_mine(here):
    here.write(routes=routing(user_day=0.0105))
    with serving(claude("ok")) as server:
        asked(here, server)
        with pytest.raises(OverBudget):
            asked(here, server)
        asked(here, server, BEN)


def test_another_run_has_a_budget_of_its_own(here):
    here.write(routes=routing(run=0.0105))
    with serving(claude("ok")) as server:
        asked(here, server, job_id=JOB)
        with pytest.raises(OverBudget):
            asked(here, server, job_id=JOB)
        asked(here, server, job_id="c" * 16)


def test_yesterdays_spending_counts_for_its_month_alone(here):
    with serving(claude("ok")) as server:
        asked(here, server)
    month = here.calls("started_at")[0]["started_at"][:7]
    with here.opened() as db, write(db):
        db.execute("update model_call set started_at = ?", [f"{month}-00T10:00:00.000Z"])
    assert (spent(here)["day_usd"], spent(here)["month_usd"]) == (0, COST)


def test_a_model_without_charge_is_never_held_back(here):
    here.write(routes=routing(run=0, user_day=0, day=0, month=0, tokens=0))
    assert here.router.ask(errand(model=ECHO), prompt()).cost_usd == 0


def test_what_is_under_way_counts_with_the_most_that_it_may_cost(here):
    seen = []
    with serving(claude("ok")) as server:
        here.at(anthropic=server.url).ask(
            errand(model=CHEAP), prompt(), heard=lambda _: seen.append(spent(here)["day_usd"])
        )
    assert seen[0] >= Decimal("0.01")  # 1,000 tokens of an answer at 10 USD a million
    assert spent(here)["day_usd"] == COST


def test_a_call_that_had_not_begun_gives_its_reservation_back(here):
    with serving(claude_fault(500, "api_error")) as server, pytest.raises(NoAnswer):
        asked(here, server)
    assert here.calls("state, cost_usd")[0] == {"state": "failed", "cost_usd": None}
    kept = spent(here)["day_usd"]
    assert kept > 0  # error 500 may come after the work
    with serving(claude_fault(429, "rate_limit_error", retry_after="0")) as server, pytest.raises(NoAnswer):
        asked(here, server)
    assert here.calls("cost_usd")[1] == {"cost_usd": "0"}
    assert spent(here)["day_usd"] == kept


HALF = {"drop_after": 5}, {"fault": "overloaded_error"}


@pytest.mark.parametrize("ends", HALF)
def test_what_a_broken_or_lost_call_cost_is_unknown_so_its_reservation_goes_on_counting(here, ends):
    with serving(claude("Half an answer", **ends)) as server, pytest.raises(NoAnswer):
        asked(here, server)
    (row,) = here.calls("cost_usd, reserved_usd")
    assert row["cost_usd"] is None
    assert spent(here)["day_usd"] == Decimal(row["reserved_usd"])
    with here.opened() as db, write(db):
        db.execute("update model_call set state = 'started'")
    with here.opened() as db:
        ledger.sweep(db)
    assert spent(here)["day_usd"] == Decimal(row["reserved_usd"])


def test_where_the_price_is_unknown_tokens_are_capped_and_the_cost_stays_unknown(here):
    here.write(routes=routing(day=0, tokens=1_060))
    with serving(openai_chat("ok")) as server:
        router = here.at(openai=server.url)
        assert router.ask(errand(model=OWN), prompt()).cost_usd is None
        with pytest.raises(OverBudget) as caught:
            router.ask(errand(model=OWN), prompt())
        assert len(server.asked) == 1
    assert "Today's tokens for models of unknown price" in str(caught.value)
    assert "59 of 1,060 tokens are spent" in str(caught.value)
    assert "unpriced_day_tokens" in str(caught.value)
    assert here.calls("cost_usd") == [{"cost_usd": None}]


def test_a_free_model_costs_nothing_also_where_it_broke_off(here):
    from tests.model_servers import ollama_chat

    with serving(ollama_chat("Half an answer", drop=True)) as server, pytest.raises(NoAnswer):
        here.at(ollama=server.url).ask(errand(model=FREE), prompt())
    assert here.calls("cost_usd") == [{"cost_usd": "0"}]


ASKING = """
import sys, threading
from core.llm.faults import OverBudget
from core.llm.router import Router
from core.settings import settings
from tests.router_parts import errand, prompt
router, made = Router(settings()), 0
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    try:
        router.ask(errand(model="scripted:echo"), prompt("x" * 400))
        made += 1
    except OverBudget:
        pass
print(made, flush=True)
"""


def test_eight_processes_at_once_never_go_over_a_cap(here):
    # The echo says 100 tokens at 1,000 USD a million: each call costs 0.1 USD, and as much is put aside for it.
    priced = inventory().replace('name = "scripted:echo"', 'name = "scripted:echo"\n#')
    priced = priced.replace(
        '#\ntitle = "A model"\nabout = "For a test"\nprices = { input = 0, output = 0 }',
        'title = "A model"\nabout = "For a test"\nprices = { input = 0, output = 1000 }',
    )
    assert "output = 1000" in priced
    here.write(priced, routing(most=100, day=3, run=1_000, user_day=1_000, month=1_000))
    with here.opened():
        pass  # migrated before the race
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ASKING], cwd=ROOT, env=os.environ, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(8)
    ]  # fmt: skip
    try:
        for child in asking:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
        for child in asking:
            assert child.stdin
            child.stdin.write("go\n")
            child.stdin.flush()
        made = sum(int(child.communicate(timeout=120)[0]) for child in asking)
    finally:
        for child in asking:
            child.kill()
            child.wait()
    rows = here.calls("state, cost_usd")
    assert made == len(rows) == 30
    assert {row["state"] for row in rows} == {"done"}
    assert sum(Decimal(row["cost_usd"]) for row in rows) == 3
    assert spent(here)["day_usd"] == 3
