"""Answers that are kept: never paid for twice, never given to another question, gone with their document."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from core import connection, library
from core.llm import answers, attempts
from core.settings import ROOT
from core.store import one
from core.types import ChatRequest, Message
from tests.library_parts import ADA as OWNER
from tests.model_servers import claude, openai_chat, serving
from tests.router_parts import BEN, CHEAP, ECHO, EVE, OWN, SCHEMA, desk, document, errand, prompt, routing

COST = (40 * Decimal(2) + 900 * Decimal("0.2") + 100 * Decimal("2.5") + 7 * Decimal(10)) / 1_000_000


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        with made.opened() as db:
            made.document = document(db)
        yield made


def kept(here):
    with here.opened() as db:
        return (one(db, "select count(*) as many from answer_cache") or {})["many"]


def test_the_same_question_is_paid_for_once_and_what_that_saves_is_shown(here):
    asked, heard = errand(model=CHEAP, document_id=here.document), []
    with serving(claude("Said.")) as server:
        router = here.at(anthropic=server.url)
        first = router.ask(asked, prompt())
        again = router.ask(asked, prompt(), heard=heard.append)
        assert len(server.asked) == 1
    assert (first.from_cache, first.cost_usd, first.saved_usd) == (False, COST, None)
    assert (again.from_cache, again.cost_usd, again.saved_usd) == (True, Decimal(0), COST)
    assert (again.text, again.completion, heard) == (first.text, first.completion, ["Said."])
    rows = here.calls("state, cost_usd, saved_usd, input_tokens, answered_by")
    assert [row["state"] for row in rows] == ["done", "cached"]
    assert (rows[1]["cost_usd"], Decimal(rows[1]["saved_usd"]), rows[1]["input_tokens"]) == (
        "0",
        COST,
        rows[0]["input_tokens"],
    )
    assert rows[0]["answered_by"] == rows[1]["answered_by"]


def test_an_answer_that_came_while_the_database_was_busy_is_kept_when_it_is_not_any_more(here, monkeypatch):
    monkeypatch.setattr(attempts, "KEPT_TRIES", 1_000)
    held = errand(model=CHEAP, document_id=here.document)
    other = sqlite3.connect(here.settings.database, isolation_level=None, check_same_thread=False, timeout=60)

    def busy_meanwhile(handler):
        other.execute("begin immediate")
        monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
        threading.Timer(0.3, free_again).start()
        claude("ok")(handler)

    def free_again():
        monkeypatch.setattr(connection, "BUSY_SECONDS", 60)
        other.rollback()

    with serving(busy_meanwhile) as server:
        router = here.at(anthropic=server.url)
        assert router.ask(held, prompt()).text == "ok"
        assert router.ask(held, prompt()).from_cache
    other.close()


def test_an_answer_of_unknown_cost_saves_an_unknown_amount(here):
    asked = errand(model=OWN, document_id=here.document)
    with serving(openai_chat("Said.")) as server:
        router = here.at(openai=server.url)
        router.ask(asked, prompt())
        assert router.ask(asked, prompt()).saved_usd is None


ASK_AND_DIE = """
import os, signal, sys
from core.llm.router import Errand, Router
from core.settings import settings
from tests.router_parts import errand, prompt
Router(settings()).ask(errand(model="anthropic:claude-cheap", document_id=sys.argv[1]), prompt())
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_answer_outlives_the_process_that_asked(here):
    with serving(claude("Said.")) as server:
        router = here.at(anthropic=server.url)
        died = subprocess.run([sys.executable, "-c", ASK_AND_DIE, here.document], cwd=ROOT, env=os.environ, timeout=120)
        assert died.returncode == -signal.SIGKILL
        found = router.ask(errand(model=CHEAP, document_id=here.document), prompt())
        assert len(server.asked) == 1
    assert (found.from_cache, found.saved_usd) == (True, COST)


REQUEST = ChatRequest((Message("user", "Banks shall report."),), system="Read.", schema=SCHEMA)


@pytest.mark.parametrize(
    "other",
    [
        {"model": "anthropic:claude-strong"},
        {"masked": True},
        {"errand": errand(document_id="e" * 16)},
        {"errand": errand(EVE, document_id="d" * 16)},
        {"request": replace(REQUEST, system="Read closely.")},
        {"request": replace(REQUEST, messages=(Message("user", "Banks shall  report."),))},
        {"request": replace(REQUEST, messages=(Message("assistant", "Banks shall report."),))},
        {"request": replace(REQUEST, schema=None)},
        {"request": replace(REQUEST, temperature=None)},
        {"request": replace(REQUEST, max_output_tokens=1_025)},
        {"request": replace(REQUEST, thinking_tokens=1)},
    ],
)
def test_whatever_decides_an_answer_makes_it_another_question(other):
    usual = {"errand": errand(document_id="d" * 16), "model": CHEAP, "request": REQUEST, "masked": False}

    def digest(errand, model, request, masked):
        return answers.digest(errand, model, request, masked=masked)

    assert digest(**{**usual, **other}) != digest(**usual) == digest(**usual)


def test_a_colleague_who_has_the_document_gets_the_same_answer(here):
    here.router.ask(errand(model=ECHO, document_id=here.document), prompt())
    assert here.router.ask(errand(BEN, model=ECHO, document_id=here.document), prompt()).from_cache


def test_another_tenant_gets_none_of_it(here):
    here.router.ask(errand(model=ECHO, document_id=here.document), prompt())
    assert not here.router.ask(errand(EVE, model=ECHO, document_id=here.document), prompt()).from_cache


def test_who_wants_a_fresh_answer_gets_one(here):
    asked = errand(model=ECHO, document_id=here.document)
    here.router.ask(asked, prompt())
    assert not here.router.ask(replace(asked, fresh=True), prompt()).from_cache
    assert here.router.ask(asked, prompt()).from_cache


@pytest.mark.parametrize(
    ("routes", "reply", "schema"),
    [
        (routing(temperature=0.7), claude("Said."), None),  # chance decides it
        (routing(), claude("Cut off", stop="max_tokens"), None),
        (routing(), claude("I would rather say it in prose."), SCHEMA),
    ],
)
def test_what_is_not_whole_or_was_decided_by_chance_is_not_kept(here, routes, reply, schema):
    here.write(routes=routes)
    with serving(reply) as server:
        here.at(anthropic=server.url).ask(errand(model=CHEAP, document_id=here.document), prompt(schema=schema))
    assert kept(here) == 0


def test_an_answer_about_no_document_is_not_kept(here):
    here.router.ask(errand(model=ECHO), prompt())
    here.router.ask(errand(model=ECHO, document_id="f" * 16), prompt())  # one that was deleted meanwhile
    assert kept(here) == 0


def test_an_answer_goes_with_its_document(here):
    here.router.ask(errand(model=ECHO, document_id=here.document), prompt("A sentence about Zanzibar."))
    assert kept(here) == 1
    with here.opened() as db:
        library.delete(db, OWNER, here.document)
    assert kept(here) == 0
    whole = b"".join(path.read_bytes() for path in here.settings.data_dir.glob("copilot.db*"))
    assert b"Zanzibar" not in whole or _only_in_the_log(here)


def _only_in_the_log(here):
    """The write-ahead log is emptied when the last connection closes; the database itself holds nothing."""
    with here.opened() as db:
        db.conn.execute("pragma wal_checkpoint(truncate)")
    return b"Zanzibar" not in here.settings.database.read_bytes()


def test_a_stopped_model_gives_no_kept_answers_either(here):
    from core import switches
    from core.identity import local_user
    from core.llm import faults

    asked = errand(model=ECHO, document_id=here.document)
    here.router.ask(asked, prompt())
    with here.opened() as db:
        switches.stop(db, local_user(), ECHO, "Wrong answers")
    with pytest.raises(faults.NoAnswer):
        here.router.ask(asked, prompt())


def test_an_answer_with_personal_data_is_kept_as_the_document_has_it(here):
    asked = errand(model=CHEAP, document_id=here.document)
    with serving(claude("ok")) as server:
        router = here.at(anthropic=server.url)
        router.ask(asked, prompt("Ask ada.lovelace@example.org"))
        sent = server.asked[0].body["messages"][0]["content"]
        server.replies[:] = [claude(sent)]
        first = router.ask(replace(asked, fresh=True), prompt("Ask ada.lovelace@example.org"))
        again = router.ask(asked, prompt("Ask ada.lovelace@example.org"))
    assert first.text == again.text == "Ask ada.lovelace@example.org"
    assert again.from_cache


def test_a_worker_that_is_killed_in_a_call_leaves_it_lost(here):
    from core.llm import ledger

    hang = """
import sys, time
from core.llm.router import Router
from core.settings import settings
from tests.router_parts import errand, prompt
def heard(_):
    print("asked", flush=True)
    time.sleep(60)
Router(settings()).ask(errand(model="scripted:echo"), prompt(), heard=heard)
"""
    with subprocess.Popen([sys.executable, "-c", hang], cwd=ROOT, env=os.environ, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"asked\n"
        child.kill()
    assert [row["state"] for row in here.calls("state")] == ["started"]
    with here.opened() as db:
        assert ledger.sweep(db) == 1
        assert ledger.sweep(db) == 0
    assert [row["state"] for row in here.calls("state")] == ["lost"]
