"""Questions handed over as one batch: as safe as single calls, half the price, and collected after a restart."""

import json
from decimal import Decimal

import pytest

from core import jobs, switches
from core.errors import BadInput, CopilotError, NotFound
from core.llm import batches, catalog, faults, ledger, prices
from core.llm.batches import Item, cancel, collect, forget, send
from core.store import one, rows, write
from core.types import Completion, Usage, User
from tests.model_servers import (
    PLAIN,
    READ,
    WRITTEN,
    ClaudeBatches,
    claude_errored,
    claude_fault,
    claude_result,
    serving,
)
from tests.router_parts import ADA, CHEAP, FREE, SCHEMA, desk, document, errand, inventory, prompt, routing

OWNER = User(id="olga", name="Olga", roles=("engineering owner",))
NORMS = '{"norms": []}'
SPENT = (PLAIN * Decimal(2) + READ * Decimal("0.2") + WRITTEN * Decimal("2.5") + 7 * Decimal(10)) / 1_000_000 / 2


def half(text: str) -> str:
    return text.replace("cache_write = 2.5 }", "cache_write = 2.5, batch_discount = 0.5 }")


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as found:
        found.write(half(inventory()))
        yield found


@pytest.fixture
def claude(here):
    """An account at Anthropic, and our settings pointing there."""
    account = ClaudeBatches(NORMS)
    with serving(account.reply) as server:
        here.at(anthropic=server.url)
        account.server = server
        yield account


@pytest.fixture
def db(here):
    with here.opened() as opened:
        yield opened


@pytest.fixture
def doc(db):
    return document(db)


@pytest.fixture
def job(db):
    return jobs.enqueue(db, ADA, "analyse", {}, "Analyse it")


def item(name="window-1", text="Banks shall report.", **more):
    return Item(name, errand(**more), prompt(text, schema=SCHEMA))


def test_questions_go_out_as_one_batch_and_come_back_by_name(here, db, job, claude):
    send(db, here.settings, job, CHEAP, [item(), item("window-2", "Banks may report.")])
    assert collect(db, here.settings, job) is None
    claude.ended = True
    claude.results["window-2"] = claude_result('{"norms": [1]}')
    found = collect(db, here.settings, job)
    assert {name: one.parsed for name, one in found.items()} == {
        "window-1": {"norms": []},
        "window-2": {"norms": [1]},
    }
    assert claude.made == ["msgbatch_1"]
    assert claude.requests["window-2"]["messages"] == [{"role": "user", "content": "Banks may report."}]
    assert claude.requests["window-2"]["output_config"]["format"]["type"] == "json_schema"


def test_a_batch_costs_half_and_its_rows_say_so(here, db, job, claude):
    send(db, here.settings, job, CHEAP, [item(job_id=job)])
    (begun,) = here.calls("state, batched, reserved_usd, cost_usd")
    assert (begun["state"], begun["batched"], begun["cost_usd"]) == ("started", 1, None)
    claude.ended = True
    collect(db, here.settings, job)
    (row,) = here.calls()
    assert (row["state"], Decimal(row["cost_usd"])) == ("done", SPENT)
    assert (row["input_tokens"], row["output_tokens"]) == (PLAIN + READ + WRITTEN, 7)
    assert row["latency_ms"] is None
    assert Decimal(row["reserved_usd"]) < Decimal("0.01")


def test_each_kind_of_failure_is_its_own_sentence_and_only_what_was_answered_is_billed(here, db, job, claude):
    names = ("fine", "errored", "busy", "late", "cancelled", "declined", "absent")
    send(db, here.settings, job, CHEAP, [item(name, f"Banks shall report {name}.") for name in names])
    claude.ended = True
    claude.results |= {
        "errored": claude_errored("invalid_request_error"),
        "busy": claude_errored("overloaded_error"),
        "late": {"type": "expired"},
        "cancelled": {"type": "canceled"},
        "declined": claude_result("No.", stop="refusal"),
        "absent": None,
    }
    found = collect(db, here.settings, job)
    kinds = {name: type(one) for name, one in found.items()}
    assert kinds == {
        "fine": Completion, "errored": faults.ServerFault, "busy": faults.Busy, "late": faults.TookTooLong,
        "cancelled": faults.Stopped, "declined": faults.Declined, "absent": faults.BrokenOff,
    }  # fmt: skip
    costs = [row["cost_usd"] for row in here.calls()]
    assert costs.count(None) == 1  # whether the absent one is billed nobody knows
    assert sorted(Decimal(one) for one in costs if one is not None) == [0, 0, 0, 0, SPENT, SPENT]
    assert not any("secret words" in str(one) for one in found.values() if isinstance(one, CopilotError))


def test_after_a_restart_the_batch_is_collected_and_not_sent_again(here, job, claude):
    questions = [item(), item("window-2", "Banks may report.")]
    with here.opened() as db:
        send(db, here.settings, job, CHEAP, questions)
    with here.opened() as db:  # another worker
        assert ledger.sweep(db) == 0  # what the provider has is not lost
        send(db, here.settings, job, CHEAP, [*questions, item("window-3", "Banks must report.")])
        claude.ended = True
        first = collect(db, here.settings, job)
        assert collect(db, here.settings, job) == first  # killed before it was kept: asked again, billed once
    assert set(first) == {"window-1", "window-2", "window-3"}
    assert claude.made == ["msgbatch_1", "msgbatch_2"]
    assert [row["state"] for row in here.calls()] == ["done"] * 3


def test_calls_that_were_never_handed_over_are_lost(here, db, job, claude):
    send(db, here.settings, job, CHEAP, [item()])
    with write(db):
        forget(db, job)
        db.execute("update model_call set state = 'started'")
    assert ledger.sweep(db) == 1


def test_personal_data_stays_here_and_is_in_the_answer_again(here, db, job, claude):
    text = 'Write to greta.sample@example.org, password=Winter-Specimen-2026"x.'
    send(db, here.settings, job, CHEAP, [item("a", text), item("b", text, allows_raw=True)])
    sent = {name: asked["messages"][0]["content"] for name, asked in claude.requests.items()}
    assert "greta" not in sent["a"]
    assert "greta" in sent["b"]
    assert not any("Winter" in one for one in sent.values())
    claude.ended = True
    claude.results = {name: claude_result(json.dumps({"norms": [one]})) for name, one in sent.items()}
    found = collect(db, here.settings, job)
    assert [found[name].parsed for name in "ab"] == [{"norms": [text]}] * 2
    with write(db):
        forget(db, job)
    assert rows(db, "select * from batch") == []


def test_restricted_text_is_not_sent(here, db, job, claude):
    with pytest.raises(faults.Refused, match="may not see restricted text"):
        send(db, here.settings, job, CHEAP, [item(), item("b", classification="restricted")])
    with pytest.raises(faults.Refused, match="does not allow prompting"):
        send(db, here.settings, job, CHEAP, [item(allows_prompting=False)])
    assert claude.server.asked == []


def test_a_stopped_model_gets_nothing_and_what_it_answered_is_not_used(here, db, job, claude):
    send(db, here.settings, job, CHEAP, [item()])
    switches.stop(db, OWNER, CHEAP, "answers nonsense")
    with pytest.raises(faults.ModelStopped, match="answers nonsense"):
        send(db, here.settings, job, CHEAP, [item("b")])
    assert collect(db, here.settings, job) is None
    assert claude.cancelled == ["msgbatch_1"]
    claude.ended = True
    found = collect(db, here.settings, job)
    assert isinstance(found["window-1"], faults.ModelStopped)
    (row,) = here.calls()
    assert (row["state"], Decimal(row["cost_usd"])) == ("failed", SPENT)


def test_a_batch_that_does_not_fit_under_a_cap_is_not_sent_and_reserves_nothing(here, db, job, claude):
    here.write(routes=routing(run=0.012))
    many = [item(f"window-{number}", f"Banks shall report {number}.", job_id=job) for number in range(5)]
    with pytest.raises(faults.OverBudget):
        send(db, here.settings, job, CHEAP, many)
    assert claude.made == []
    assert {(row["state"], row["cost_usd"]) for row in here.calls()} == {("failed", "0")}
    send(db, here.settings, job, CHEAP, many[:1])


def test_what_is_kept_from_before_is_not_sent_and_what_comes_is_kept(here, db, doc, job, claude):
    send(db, here.settings, job, CHEAP, [item(document_id=doc)])
    claude.ended = True
    collect(db, here.settings, job)
    other = jobs.enqueue(db, ADA, "analyse", {}, "Again")
    send(db, here.settings, other, CHEAP, [item(document_id=doc)])
    assert claude.made == ["msgbatch_1"]
    assert collect(db, here.settings, other) == {}
    answer = here.router.ask(errand(document_id=doc, model=CHEAP), prompt(schema=SCHEMA))
    assert (answer.from_cache, answer.saved_usd) == (True, SPENT)
    send(db, here.settings, other, CHEAP, [item(document_id=doc, fresh=True)])
    assert len(claude.made) == 2


def test_a_batch_that_the_server_refuses_leaves_no_reservation(here, db, job):
    with serving(claude_fault(401, "authentication_error")) as server:
        here.at(anthropic=server.url)
        with pytest.raises(faults.KeyRefused):
            send(db, here.settings, job, CHEAP, [item()])
    assert [(row["state"], row["cost_usd"]) for row in here.calls()] == [("failed", "0")]
    assert one(db, "select count(*) as n from batch")["n"] == 0


def test_a_batch_that_the_provider_has_no_longer_is_said(here, db, job, claude):
    send(db, here.settings, job, CHEAP, [item()])
    claude.made.clear()
    with pytest.raises(NotFound, match="has this batch no longer"):
        collect(db, here.settings, job)


def test_results_at_another_host_are_not_fetched_with_our_key(here, db, job, claude):
    send(db, here.settings, job, CHEAP, [item()])
    claude.ended, claude.results_host = True, "http://elsewhere.example.org"
    with pytest.raises(faults.Refused, match="another host"):
        collect(db, here.settings, job)


def test_a_cancelled_job_ends_its_batch(here, db, job, claude):
    send(db, here.settings, job, CHEAP, [item()])
    cancel(db, here.settings, job)
    assert claude.cancelled == ["msgbatch_1"]


def test_a_deleted_job_takes_its_batch_along(here, db, job, claude):
    send(db, here.settings, job, CHEAP, [item("a", "Write to greta.sample@example.org.")])
    with write(db):
        db.execute("delete from job where id = ?", [job])
    assert rows(db, "select * from batch") == []


def test_only_a_model_with_batches_takes_one(here, db, job):
    with pytest.raises(BadInput, match="takes no batches"):
        send(db, here.settings, job, FREE, [item()])
    with pytest.raises(ValueError, match="a name of its own"):
        send(db, here.settings, job, CHEAP, [item(), item()])


def test_without_a_known_discount_the_price_of_a_batch_is_unknown(here):
    here.write(inventory())
    entry = catalog.entry(CHEAP, here.settings)
    assert prices.cost(Usage(10, 10), prices.batched(entry)) is None
    assert batches.takes(entry)
