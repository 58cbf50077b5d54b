"""A whole run against a model that makes every kind of mistake: each is counted, and each token and cent adds up."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core import analysing, jobs, library, operations, register, telemetry, worker
from core.settings import ROOT
from core.store import rows
from core.telemetry import names
from tests import labelled_parts
from tests.analysing_parts import ADA, CHEAP, OWN, PLAIN, desk_with_prompts
from tests.labelled_parts import Replaying
from tests.model_servers import serving
from tests.router_parts import FREE, inventory
from tests.shared import SHARED, needs_shared

SAMPLE = ROOT / "data" / "samples" / "ict-incident-reporting.pdf"
DORA = SHARED / "regulations" / "dora_32022R2554_original-oj_2022-12-14_EN.md"
ARTICLES = ("### Article 17", "### Article 20")  # from the heading of the first to that of the one behind the last
# USD for a million tokens: new input, read from a cache, written to it, output.
PRICES = {CHEAP: ("2", "0.2", "2.5", "10"), OWN: ("0.5", "0.05", "0", "1.5"), FREE: ("0", "0", "0", "0")}
BACKENDS = {CHEAP: labelled_parts.claude, OWN: labelled_parts.openai, FREE: labelled_parts.ollama}
OPTIONS = replace(PLAIN, second_pass=True, steps=("risk",))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_with_prompts(tmp_path, monkeypatch)
    made.write(catalog=inventory(served="prices = { input = 0.5, output = 1.5, cached = 0.05 }"))
    return made


@pytest.fixture
def db(desk):
    with desk.opened() as opened:
        yield opened


def brought(db, desk, data, name):
    """The document's id and its built-in run: a public text, whose card is signed."""
    receipt = library.receive(db, ADA, data, name, card={"sensitivity": "Public"})
    worker.drain(desk.settings)
    document_id = jobs.job(db, ADA, receipt.job_id).subject
    library.sign_card(db, ADA, document_id)
    return document_id, register.runs(db, ADA, document_id)[0]


def replayed(db, desk, document_id, builtin, model):
    """The run of a model that says what the labels say, mistakes included; gives (server, analysis, job)."""
    known = labelled_parts.labels(register.findings(db, ADA, builtin.id))
    server = Replaying(known, BACKENDS[model])
    with serving(server) as at:
        desk.at(**{model.partition(":")[0]: at.url})
        job_id = analysing.start(db, ADA, document_id, replace(OPTIONS, model=model))
        worker.drain(desk.settings)
    job = jobs.job(db, ADA, job_id)
    assert (job.state, job.error) == ("done", None)
    assert telemetry.flush()
    return server, register.analysis(db, ADA, document_id, job.payload["run"]), job


def require_counted(server, found, job):
    """Whatever was planted is where it belongs, once."""
    planted, by_id = server.planted, {one.id: one for one in found.obligations}
    assert set(by_id) == {one.id for one in server.known} - server.silent
    assert len(found.obligations) == len(by_id)
    assert (len(found.ungrounded), len(found.rejected)) == (planted["ungrounded"], planted["rejected"])
    assert [job.payload[name] for name in ("windows", "obligations", "ungrounded", "rejected", "degraded")] == [
        planted["windows"], len(by_id), planted["ungrounded"], planted["rejected"], 0,
    ]  # fmt: skip
    assert f"Repeats in the model's answers, each left out: {planted['repeated']:,}." in found.document.warnings
    # A sentence that the second pass was asked about and did not answer is listed as open, and no other is.
    (silent,) = [one for one in server.known if one.id in server.silent]
    assert [open_.text.strip() for open_ in found.coverage.uncovered] == [silent.quote.strip()]
    # What was quoted under a wrong provision stands at the right one; a deadline that the text lacks dates nothing.
    assert all(by_id[one.id].draft.provision.path == one.path for one in server.moved)
    assert all(by_id[one.id].deadline is None for one in server.dated)
    assert all(found.document.text[one.span.start : one.span.end] == one.draft.quote.text for one in found.obligations)
    assert {one.rule for one in found.obligations} == {"extract-obligations/1.0.1", "find-missed/1.0.0"}


def require_paid(db, server, found, job, model):
    """The ledger, the trace, the result and the Costs screen say what the server said, to the token and the cent."""
    said = server.reported.total
    tokens = {
        "input_tokens": said["new"] + said["read"] + said["written"], "output_tokens": said["out"],
        "cached_tokens": said["read"], "cache_write_tokens": said["written"],
    }  # fmt: skip
    prices = map(Decimal, PRICES[model])
    cost = sum(
        (said[kind] * price for kind, price in zip(("new", "read", "written", "out"), prices, strict=True)), Decimal(0)
    )
    cost /= 1_000_000
    calls = rows(db, "select * from model_call where job_id = ?", [job.id])
    assert len(calls) == len(server.reported.calls) == server.planted["calls"]
    assert {name: sum(call[name] for call in calls) for name in tokens} == tokens
    assert sum((Decimal(call["cost_usd"]) for call in calls), Decimal(0)) == cost

    trace = telemetry.spans(db, ADA, telemetry.trace_of(job.id))
    chats = [span for span in trace if span.name.startswith(names.CHAT)]
    added = Counter[str]()
    for span in chats:
        added.update({name: span.attributes[attribute] for name, attribute in SPANNED.items()})
    assert {name: added[name] for name in tokens} == tokens
    assert sum((Decimal(str(span.attributes[names.COST_USD])) for span in chats), Decimal(0)) == cost
    assert {span.attributes[names.CALL_ID] for span in chats} == {call["id"] for call in calls}

    made = found.metadata
    assert (made.input_tokens, made.output_tokens, made.cached_tokens) == tuple(tokens.values())[:3]
    assert made.cost_usd == pytest.approx(float(cost), abs=1e-12)
    assert made.request_id == telemetry.trace_of(job.id)

    today = datetime.now(UTC).date()
    (spent,) = operations.spend(db, ADA, operations.Chosen(today, today, models=(model,)))
    assert {name: getattr(spent, name) for name in tokens} == tokens
    assert (spent.known_usd, spent.unknown_calls, spent.calls) == (cost, 0, len(calls))
    watched = analysing.partial(db, ADA, job.id)
    assert (watched.calls, watched.cost_usd, watched.input_tokens) == (len(calls), cost, tokens["input_tokens"])


SPANNED = {
    "input_tokens": names.INPUT_TOKENS, "output_tokens": names.OUTPUT_TOKENS,
    "cached_tokens": names.CACHE_READ_TOKENS, "cache_write_tokens": names.CACHE_WRITE_TOKENS,
}  # fmt: skip


@pytest.mark.parametrize("model", BACKENDS)
def test_on_our_own_regulation_every_mistake_of_a_model_is_counted_and_every_token_and_cent_adds_up(db, desk, model):
    document_id, builtin = brought(db, desk, SAMPLE.read_bytes(), SAMPLE.name)
    server, found, job = replayed(db, desk, document_id, builtin, model)
    require_counted(server, found, job)
    require_paid(db, server, found, job, model)
    kinds = ("ungrounded", "rejected", "repeated", "second pass", "worn", "asked again")
    assert all(server.planted[kind] for kind in kinds), server.planted
    assert server.moved
    assert server.dated


@needs_shared
@pytest.mark.parametrize("model", BACKENDS)
def test_on_dora_17_to_19_every_mistake_of_a_model_is_counted_and_every_token_and_cent_adds_up(db, desk, model):
    text = DORA.read_text("utf-8")
    start, end = (text.index(heading) for heading in ARTICLES)
    part = f"# Regulation (EU) 2022/2554\n\n{text[start:end]}".encode()
    document_id, builtin = brought(db, desk, part, "dora-17-19.md")
    server, found, job = replayed(db, desk, document_id, builtin, model)
    assert {one.path.split("(")[0] for one in server.known} == {"Article 17", "Article 18", "Article 19"}
    require_counted(server, found, job)
    require_paid(db, server, found, job, model)
