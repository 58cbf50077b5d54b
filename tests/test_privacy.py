"""Personal data, secrets and text are planted everywhere, everything is done with them, then they are looked for."""

import contextlib
import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from core import analysing, jobs, library, llm, register, switches, telemetry, worker
from core.errors import CopilotError
from core.llm import batches, faults
from core.llm.errands import Errand
from core.prompts import Rendered
from core.settings import settings
from core.store import Database, rows, write
from core.types import User
from tests import model_servers
from tests.analysing_parts import OWN, PLAIN, Answering, careful, desk_with_prompts, norm, versed
from tests.model_servers import serving
from tests.router_parts import CHEAP, STRONG, Desk, inventory
from tests.test_telemetry import Collector

# What is planted, and where. None of these words is in the program.
EMAIL, IBAN, CARD = "zbigniew.quillfeather@example.org", "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111"
PHONE, SECRET = "+44 20 7946 0958", "ghp_" + "q1W2e3R4" * 4 + "t5Y6"
IN_TEXT = ("Quillfeather", EMAIL, IBAN, CARD, PHONE, SECRET, "Marzipanwharf")
TITLE, FILE_NAME, PROMPTED = "Quondamville", "zq-dismissal-letter.md", "Tumblewrack"
ANSWERED, MADE_UP, ERRED, RAISED = "Flibbertigibbet", "Gloomhaven", "Snorkelwitz", "Bungalowerism"
PROVIDER_KEY = "sk-ant-api03-" + "Pl4ntedPr0v1derKey" * 4
ASKED_BY = User(
    id="ottoline.vanderplonk@example.org", name="Ottoline Vanderplonk", roles=("analyst", "engineering owner")
)
PEOPLE = ("vanderplonk",)
PLANTED = (*IN_TEXT, TITLE, FILE_NAME, PROMPTED, ANSWERED, MADE_UP, ERRED, RAISED, PROVIDER_KEY, *PEOPLE)
MAY_HAVE = re.compile("|".join(map(re.escape, (EMAIL, IBAN, CARD, PHONE, SECRET))))

# Where text and people's own words live, under the document's rights and gone with it, or under their person's. The
# title of a job is that of its document: only the person who asked sees it, and it goes with the document. `actor` and
# the ids of people say who did something. What is not listed may hold nothing of what people write, tables to come too.
CONTENT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("upload", "document", "document_text", "page", "provision", "card", "run", "finding", "action", "register",
         "register_text", "lead", "answer_cache", "step", "trial", "control", "control_library", "control_duty",
         "control_match", "change", "overlay", "gesture", "hold"), ("*",),
    ),
    "job": ("title", "actor", "user_id"), "signature": ("user_id",), "benchmark": ("user_id",),
    "tombstone": ("owner", "deleted_by"), "batch": ("parts",),
    "change_record": ("author", "author_name", "approver", "approver_name", "reason", "change", "affected",
                      "security_impact", "rollback_plan", "decision_reason"),
    "switch": ("reason", "set_by"), "audit": ("user_id",), "rate": ("account_id",),
}  # fmt: skip
DERIVED = re.compile(r"register_text_(data|docsize|config|idx)|sqlite_.*")  # the index of register_text, in bytes

TEXT = f"""# Regulation on the clocks of {TITLE}

## Article 1 — Winding

1. The firm shall wind the Marzipanwharf clock within 3 days of its stop and tell Zbigniew Quillfeather at {EMAIL}.

2. The keeper must not stop the clock; fees go to IBAN {IBAN}, card {CARD}, phone {PHONE}.

## Article 2 — Keeping

1. The keeper shall keep the token {SECRET} in a safe.
"""


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as made:
        yield made
    settings.cache_clear()


def desk_at(folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """Claude falls back to the model here, and that to Claude, so that only permission decides what is asked."""
    made = desk_with_prompts(folder, patch)
    patch.setenv("ANTHROPIC_API_KEY", PROVIDER_KEY)
    made.write(catalog=inventory(fallback=OWN, served=f'fallback = "{STRONG}"'))
    shape = "temperature = 0\nmax_output_tokens = 64\nthinking_tokens = 0\nmodels = {}\n"
    more = f'[task.benchmark]\nprompt = "speed-answer/1.0.0"\n{shape}[task.trial]\n{shape}'
    made.write(routes=more + (made.models / "routes.toml").read_text())
    return made


@pytest.fixture
def desk(tmp_path, monkeypatch):
    return desk_at(tmp_path, monkeypatch)


@pytest.fixture
def db(desk):
    with desk.opened() as opened:
        yield opened


def said(message: str) -> str:
    """A reading with a reason and a made-up quote of the model's own words."""
    if "Find the norms" not in message:
        return versed(message)
    norms = [{**one, "reason": f"{ANSWERED} says so."} for one in json.loads(careful(message))["norms"]]
    path = norms[0]["provision"] if norms else "Article 1(1)"
    return json.dumps({"norms": [*norms, norm(path, f"The firm shall move to {MADE_UP}."), {"quote": MADE_UP}]})


def brought(db: Database, text: str = TEXT, name: str = FILE_NAME, **card: Any) -> str:
    receipt = library.receive(db, ASKED_BY, text.encode(), name, card={"sensitivity": "Public", **card})
    worker.drain(settings())
    document_id = str(jobs.job(db, ASKED_BY, receipt.job_id).subject)
    library.save_card(db, ASKED_BY, document_id, {"allowed_use": {"prompting": True}})
    signed(db, document_id)
    return document_id


def signed(db: Database, document_id: str) -> None:
    library.sign_card(db, ASKED_BY, document_id)
    with write(db):  # a confidential card needs a second person
        db.execute("update document set status = 'approved', awaiting_second = 0 where id = ?", [document_id])


FAULTS: dict[str, model_servers.Reply] = {
    "rate limit": model_servers.claude_fault(429, "rate_limit_error", ERRED, retry_after="900"),
    "wrong key": model_servers.claude_fault(401, "authentication_error", ERRED),
    "not there": model_servers.claude_fault(404, "not_found_error", ERRED),
    "too long": model_servers.claude_fault(400, "invalid_request_error", f"prompt is too long: {ERRED}"),
    "odd": model_servers.claude_fault(400, ERRED, ERRED),
    "broken": model_servers.claude_fault(500, "api_error", ERRED),
    "overload in the middle": model_servers.claude(ERRED * 9, fault="overloaded_error"),
    "dropped": model_servers.claude(ERRED * 9, drop_after=4),
    "no stream": model_servers.answer(200, {"said": ERRED}),
    "prose": model_servers.claude(f"{ERRED} regrets."),
    "refusal": model_servers.claude(ERRED, stop="refusal"),
}


def trip(db: Database, user: User, claim: jobs.Claim) -> None:
    """A defect whose message quotes the document."""
    with telemetry.of(user), telemetry.span("copilot.analyse"):
        raise ValueError(f"{RAISED} {EMAIL}")


def everything(db: Database, patch: pytest.MonkeyPatch, hosted: Answering) -> tuple[str, list[str]]:
    """Whatever can be done with a document, sound and faulty; gives the document's id and those of the trials."""
    document_id = brought(db)
    library.receive(db, ASKED_BY, f"%PDF-1.7 {RAISED}".encode(), f"{FILE_NAME}.pdf")  # a broken file
    worker.drain(settings())
    for model in (CHEAP, OWN):
        analysing.start(db, ASKED_BY, document_id, replace(analysing.Options(model=model), cascade=True))
        worker.drain(settings())
    trials = []
    for reply in FAULTS.values():
        hosted.before = lambda number, reply=reply: reply
        analysing.start(db, ASKED_BY, document_id, replace(PLAIN, model=CHEAP, fresh=True))
        trials.append(llm.ask(db, ASKED_BY, CHEAP, f"{PROMPTED} {EMAIL} {SECRET}", classification="public"))
        worker.drain(settings())
    hosted.before = lambda number: None
    trials.append(llm.ask(db, ASKED_BY, CHEAP, f"{PROMPTED} {EMAIL} {SECRET}", classification="public"))
    trials.append(llm.ask(db, ASKED_BY, OWN, f"{PROMPTED} {EMAIL} {SECRET}", classification="public"))
    llm.start_benchmark(db, ASKED_BY, [CHEAP], runs=3)
    patch.setitem(jobs.HANDLERS, "match", f"{__name__}:trip")
    jobs.enqueue(db, ASKED_BY, "match", {}, "Match")
    switches.stop(db, ASKED_BY, STRONG, "It was slow.")
    switches.start(db, ASKED_BY, STRONG, "It is quick again.")
    worker.drain(settings())
    assert telemetry.flush()
    return document_id, trials


def found(text: str) -> list[str]:
    return [one for one in PLANTED if one.casefold() in text.casefold()]


def leaks(db: Database) -> list[tuple[str, str, list[str]]]:
    """(table, column, what was found) of every table and column that holds no content."""
    there = []
    for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
        if DERIVED.fullmatch(table) or CONTENT.get(table) == ("*",):
            continue
        for row in rows(db, f'select * from "{table}"'):
            for column, value in row.items():
                if column not in CONTENT.get(table, ()) and found(str(value)):
                    there.append((table, column, found(str(value))))
    return there


@dataclass(frozen=True)
class Done:
    """What is left when everything has been done. `sent` went to the hosted server, `here` to the one on this computer,
    `collected` to the collector of spans; `printed` is what the app and its worker said.
    """

    desk: Desk
    db: Database
    document_id: str
    trials: list[str]
    sent: list[str]
    here: list[str]
    collected: list[str]
    printed: str


@pytest.fixture(scope="module")
def done(tmp_path_factory, patch) -> Iterator[Done]:
    desk = desk_at(tmp_path_factory.mktemp("privacy"), patch)
    hosted, local, printed = Answering(said, hosted=True), Answering(said), io.StringIO()
    with (
        desk.opened() as db,
        collecting() as collector,
        serving(hosted) as claude,
        serving(local) as served,
        contextlib.redirect_stderr(printed),
        contextlib.redirect_stdout(printed),
    ):
        patch.setenv("COPILOT_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
        desk.at(anthropic=claude.url, openai=served.url)
        document_id, trials = everything(db, patch, hosted)
        patch.delenv("COPILOT_OTLP_ENDPOINT")
        sent = [json.dumps(one.body, ensure_ascii=False) for one in (*claude.asked, *claude.counted)]
        here = [json.dumps(one.body, ensure_ascii=False) for one in served.asked]
        collected = [body.decode("utf-8", "replace") for _, body in collector.got]
        yield Done(desk, db, document_id, trials, sent, here, collected, printed.getvalue())


@contextlib.contextmanager
def collecting() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        server.got = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_nothing_planted_reaches_a_span_a_ledger_a_log_an_error_or_a_collector(done):
    assert {row["state"] for row in rows(done.db, "select state from model_call")} >= {"done", "failed"}
    assert {row["state"] for row in rows(done.db, "select state from job")} == {"done", "failed"}
    assert len(rows(done.db, "select 1 from span")) > 50
    assert leaks(done.db) == []
    assert done.collected
    assert done.printed.count("ValueError") == 1
    for text in (*done.collected, done.printed):
        assert found(text) == []


def test_what_people_and_models_wrote_is_where_it_belongs_as_it_stands(done):
    run = next(one for one in register.runs(done.db, ASKED_BY, done.document_id) if one.model == CHEAP)
    kept = register.analysis(done.db, ASKED_BY, done.document_id, run.id)
    quotes = " ".join(one.draft.quote.text for one in kept.obligations)
    assert [value for value in (EMAIL, IBAN, CARD, PHONE, SECRET) if value not in quotes] == []
    assert MADE_UP in kept.ungrounded[0].quote
    assert all(EMAIL in llm.trial(done.db, ASKED_BY, one).content for one in done.trials)


def test_a_hosted_model_sees_tokens_instead_of_personal_data_and_secrets(done):
    assert len(done.sent) > 20
    assert [MAY_HAVE.findall(body) for body in done.sent if MAY_HAVE.search(body)] == []
    assert any(EMAIL in body for body in done.here)  # a model on this computer sees the text as it is


def test_the_provider_s_key_is_in_no_file_no_log_and_no_request_s_text(done):
    assert PROVIDER_KEY not in "".join((*done.sent, *done.here, *done.collected, done.printed))
    for path in (one for one in done.desk.folder.rglob("*") if one.is_file()):
        assert PROVIDER_KEY.encode() not in path.read_bytes(), path


def test_when_document_and_trials_are_deleted_nothing_planted_is_left_in_any_file(done):
    """The last of those that look at what was done."""
    for row in rows(done.db, "select id from job where state = 'failed' and kind = 'import'"):
        library.dismiss(done.db, ASKED_BY, row["id"])
    library.delete(done.db, ASKED_BY, done.document_id)
    for one in done.trials:
        llm.forget(done.db, ASKED_BY, one)
    done.db.execute("pragma wal_checkpoint(truncate)")
    left = (*IN_TEXT, TITLE, FILE_NAME, PROMPTED, ANSWERED, MADE_UP, ERRED, RAISED)
    for path in (one for one in done.desk.settings.data_dir.rglob("*") if one.is_file()):
        data = path.read_bytes().lower()
        assert [one for one in left if one.lower().encode() in data] == [], path


def test_personal_data_goes_to_a_hosted_model_as_it_is_only_where_the_signed_card_says_so_and_secrets_never(db, desk):
    with serving(Answering(said, hosted=True)) as claude:
        desk.at(anthropic=claude.url)
        document_id = brought(db)
        library.save_card(db, ASKED_BY, document_id, {"hosted_personal_data": "As it is"})
        with pytest.raises(CopilotError):  # a card that was changed is not signed
            analysing.start(db, ASKED_BY, document_id, replace(PLAIN, model=CHEAP))
        signed(db, document_id)
        analysing.start(db, ASKED_BY, document_id, replace(PLAIN, model=CHEAP))
        worker.drain(settings())
    sent = json.dumps([one.body for one in claude.asked], ensure_ascii=False)
    assert EMAIL in sent
    assert SECRET not in sent


@pytest.mark.parametrize("sensitivity", ["Confidential", "Restricted"])
def test_a_restricted_document_reaches_no_hosted_model_by_any_way(db, desk, sensitivity):
    """Not by an estimate, a count, a run, a cascade, a fallback, a batch or a trial; a local model reads it badly."""
    local = Answering(lambda message: json.dumps({"norms": []}))
    with serving(Answering(said, hosted=True)) as claude, serving(local) as served:
        claude.counting = model_servers.claude_counts
        desk.at(anthropic=claude.url, openai=served.url)
        document_id = brought(db, sensitivity=sensitivity)
        for ways in every_way(db, document_id, sensitivity.lower()):
            with contextlib.suppress(faults.Refused, faults.NoAnswer):
                ways()
            worker.drain(settings())
        local.before = lambda number: model_servers.answer(500, {"error": {"message": ERRED}})
        if sensitivity == "Confidential":
            analysing.start(db, ASKED_BY, document_id, replace(PLAIN, model=OWN, fresh=True))
            worker.drain(settings())
            assert len(local.asked) > 2
        else:
            assert local.asked == []
    assert (claude.asked, claude.counted) == ([], [])
    to_hosted = rows(db, "select state from model_call where model like 'anthropic:%'")
    assert {row["state"] for row in to_hosted} == {"refused"}


def every_way(db: Database, document_id: str, label: Any) -> list[Callable[[], object]]:
    options = [
        analysing.Options(), analysing.Options(quality="best"), analysing.Options(model=CHEAP),
        analysing.Options(model=OWN), analysing.Options(model=STRONG),
    ]  # fmt: skip
    ways: list[Callable[[], object]] = []
    for one in options:
        ways.append(lambda one=one: analysing.estimate(db, ASKED_BY, document_id, one))
        ways.append(lambda one=one: analysing.start(db, ASKED_BY, document_id, one))
    errand = Errand(ASKED_BY, "extract", label, document_id=document_id, job_id="0" * 16)
    rendered = Rendered("extract-obligations", "1.0.0", "ab" * 32, "You find norms.", "Banks shall report.", None)
    item = batches.Item("window-1", errand, rendered)
    ways.append(lambda: batches.send(db, settings(), "0" * 16, CHEAP, [item]))
    ways.append(lambda: llm.ask(db, ASKED_BY, CHEAP, PROMPTED, classification=label))
    return ways
