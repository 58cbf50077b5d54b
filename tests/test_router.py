"""The router: which model is asked, which may not be, what happens when one fails, and how a call is stopped."""

import json
import socket
import threading
import time
from decimal import Decimal

import pytest

from core import switches
from core.errors import BadInput
from core.identity import local_user
from core.jobs import Lost
from core.llm import faults, gates
from core.llm.router import Router
from tests.job_parts import wait_until
from tests.model_servers import answer, claude, claude_fault, ollama_chat, ollama_tags, serving
from tests.router_parts import CHEAP, ECHO, FREE, OWN, STRONG, desk, errand, inventory, prompt, routing


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        yield made


def listed(here, **asked):
    with here.opened() as db:
        return here.router.candidates(db, errand(**asked))


def names(found):
    return [one.entry.name for one in found]


def allowed(found):
    return [one.entry.name for one in found if one.decision.allowed]


# --- who is asked, in which order -------------------------------------------------------------------------------


def test_models_without_charge_come_first_then_the_cheaper_and_unknown_prices_last(here):
    with serving(ollama_tags("qwen3:4b")) as server:
        here.at(ollama=server.url)
        assert names(listed(here, quality="fast")) == [FREE, ECHO, CHEAP, STRONG, OWN]


def test_a_model_below_the_wanted_quality_is_listed_and_not_asked(here):
    found = {one.entry.name: one for one in listed(here, quality="best")}
    assert allowed(found.values()) == [STRONG]
    assert found[CHEAP].why == "only good"
    assert "best is wanted" in found[CHEAP].decision.reason


def test_a_model_that_is_not_here_is_listed_with_what_is_missing(here, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    found = {one.entry.name: one.decision.reason for one in listed(here)}
    assert "there is no key for anthropic" in found[CHEAP]
    assert "nothing answers at http://127.0.0.1:9" in found[FREE]
    with serving(ollama_tags("another:1b")) as server:
        here.at(ollama=server.url)
        assert "does not have it" in {one.entry.name: one.decision.reason for one in listed(here)}[FREE]


def hang_up(handler):
    handler.close_connection = True


@pytest.mark.parametrize("reply", [hang_up, answer(500, {}), answer(200, ["no list of models"])])
def test_what_is_at_the_address_of_a_server_and_is_none_keeps_nobody_from_being_asked(here, reply):
    with serving(reply) as other:
        here.at(ollama=other.url)
        found = {one.entry.name: one.decision.reason for one in listed(here)}
    assert "nothing answers at" in found[FREE]


def test_servers_are_looked_at_once_in_a_while_and_not_for_each_call(here):
    with serving(ollama_tags("qwen3:4b")) as server:
        here.at(ollama=server.url)
        for _ in range(5):
            assert FREE in allowed(listed(here))
        assert len(server.asked) == 1


def test_another_computer_is_never_looked_at(here, monkeypatch):
    here.write(inventory(**{"qwen3": ""}).replace('hosts = ["127.0.0.1"]', 'hosts = ["127.0.0.1", "192.0.2.1"]'))
    here.at(anthropic="http://192.0.2.1:1")
    called, connect = set(), socket.socket.connect
    monkeypatch.setattr("socket.socket.connect", lambda one, to: called.add(to[0]) or connect(one, to))
    assert CHEAP in allowed(listed(here))
    assert "192.0.2.1" not in called


def test_the_cheapest_that_is_good_enough_answers(here):
    with serving(ollama_tags("qwen3:4b"), ollama_chat("Free.")) as server:
        found = here.at(ollama=server.url).ask(errand(), prompt())
    assert (found.text, found.model, found.cost_usd, found.fell_from) == ("Free.", FREE, Decimal(0), ())


def test_a_named_model_is_asked_whatever_its_quality(here):
    assert here.router.ask(errand(model=ECHO, quality="best"), prompt("Hello")).text == "Hello"


def test_the_routes_are_read_again_when_their_file_changes(here):
    assert here.router.ask(errand(model=ECHO), prompt("x" * 100)).completion.finish_reason == "stop"
    here.write(routes=routing(most=2))
    assert here.router.ask(errand(model=ECHO), prompt("x" * 100)).completion.finish_reason == "length"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ('"scripted:echo" = "splendid"', "'fast', 'good' or 'best'"),
        ('"echo" = "good"', "write backend:name"),
        ('"builtin:engine" = "good"', "cannot be prompted"),
    ],
)
def test_a_mistake_in_the_routes_is_one_sentence_that_says_where(here, wrong, words):
    here.write(routes=routing().replace('"scripted:echo" = "fast"', wrong))
    with pytest.raises(BadInput, match=words) as caught:
        here.router.ask(errand(model=ECHO), prompt())
    assert "task.extract.models" in str(caught.value)


def test_an_unknown_task_is_named(here):
    with pytest.raises(BadInput, match="'poetry'"):
        here.router.ask(errand(task="poetry", model=ECHO), prompt())


# --- who may see the text ---------------------------------------------------------------------------------------


def test_a_restricted_text_goes_nowhere_and_every_decision_is_in_the_ledger(here):
    with serving(claude("no")) as server:
        router = here.at(anthropic=server.url, ollama=server.url, openai=server.url)
        with pytest.raises(faults.Refused) as caught:
            router.ask(errand(classification="restricted"), prompt())
        assert server.asked == []
    assert f"{CHEAP} may not see restricted text" in str(caught.value)
    found = here.calls("model, state, policy_decision, classification, cost_usd, reserved_usd")
    assert {row["model"] for row in found} == {FREE, ECHO, CHEAP, STRONG, OWN}
    assert {(row["state"], row["classification"]) for row in found} == {("refused", "restricted")}
    assert all("may not see restricted text" in row["policy_decision"] for row in found)
    assert all(row["cost_usd"] is None and row["reserved_usd"] is None for row in found)


def test_a_confidential_text_goes_to_the_model_here_and_never_to_the_hosted_one(here):
    with serving(claude("no")) as hosted, serving(ollama_tags("qwen3:4b"), answer(500, {"error": "x"})) as local:
        router = here.at(anthropic=hosted.url, ollama=local.url)
        with pytest.raises(faults.NoAnswer):
            router.ask(errand(classification="confidential"), prompt())
        assert hosted.asked == []
    assert f"Not allowed: {CHEAP}, {STRONG}." in here.calls("policy_decision")[0]["policy_decision"]


def test_a_card_that_does_not_allow_prompting_stops_models_on_this_computer_too(here):
    with pytest.raises(faults.Refused, match="data card does not allow prompting"):
        here.router.ask(errand(model=ECHO, allows_prompting=False), prompt())


def test_local_means_this_computer(here):
    here.write(inventory().replace('hosts = ["127.0.0.1"]', 'hosts = ["127.0.0.1", "192.0.2.1"]'))
    here.at(ollama="http://192.0.2.1:11434")
    with pytest.raises(faults.Refused, match=r"entered as local, but 192\.0\.2\.1 is another computer"):
        here.router.ask(errand(model=FREE), prompt())


def test_a_host_that_the_entry_does_not_name_is_not_called(here):
    here.at(anthropic="http://127.0.0.2:1")
    with pytest.raises(faults.Refused, match=r"would be called at 127\.0\.0\.2"):
        here.router.ask(errand(model=CHEAP), prompt())


def test_a_stopped_model_is_not_asked_from_that_moment_on(here):
    owner = local_user()
    with serving(claude("Said.")) as server:
        router = here.at(anthropic=server.url)
        assert router.ask(errand(model=CHEAP), prompt()).text == "Said."
        with here.opened() as db:
            switches.stop(db, owner, CHEAP, "Its answers changed")
        with pytest.raises(faults.NoAnswer, match=r"is stopped \(Its answers changed\)"):
            router.ask(errand(model=CHEAP), prompt())
        assert router.ask(errand(), prompt()).model == STRONG
        with here.opened() as db:
            switches.start(db, owner, CHEAP, "They are as before")
        assert router.ask(errand(model=CHEAP), prompt()).text == "Said."
    assert all("changed" not in json.dumps(row) for row in here.calls())


def test_a_model_that_is_stopped_while_a_call_waits_for_its_turn_is_not_asked(here):
    here.write(routes=routing().replace("scripted = 8", "scripted = 1"))
    inside, go_on, said = threading.Event(), threading.Event(), []

    def slow(_):
        inside.set()
        go_on.wait(120)

    first = threading.Thread(target=lambda: here.router.ask(errand(model=ECHO), prompt(), heard=slow))
    first.start()
    assert inside.wait(120)

    def second():
        try:
            here.router.ask(errand(model=ECHO), prompt())
        except faults.NoAnswer as error:
            said.append(str(error))

    waiting = threading.Thread(target=second)
    waiting.start()
    wait_until(lambda: gates.gate("scripted")._waiting)
    with here.opened() as db:
        switches.stop(db, local_user(), ECHO, "Now")
    go_on.set()
    first.join(120)
    waiting.join(120)
    assert "is stopped" in said[0]
    assert [row["state"] for row in here.calls("state")] == ["done"]


# --- when one fails ---------------------------------------------------------------------------------------------

FAULTS = {
    "429": (claude_fault(429, "rate_limit_error", retry_after="0"), "Busy"),
    "529": (claude_fault(529, "overloaded_error", retry_after="0"), "Busy"),
    "500": (claude_fault(500, "api_error"), "ServerFault"),
    "401": (claude_fault(401, "authentication_error"), "KeyRefused"),
    "404": (claude_fault(404, "not_found_error"), "ModelMissing"),
    "too long": (claude_fault(400, "invalid_request_error", "prompt is too long: 9 tokens"), "TooLong"),
    "drop": (claude("Half an answer", drop_after=5), "BrokenOff"),
    "overloaded in the middle": (claude("Half", fault="overloaded_error"), "Busy"),
    "declined": (claude("", stop="refusal"), "Declined"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_after_a_fault_the_next_model_is_asked_and_both_calls_are_in_the_ledger(here, name):
    reply, kind = FAULTS[name]
    here.write(inventory(fallback=FREE))
    with serving(reply) as hosted, serving(ollama_chat("Free.")) as local:
        router = here.at(anthropic=hosted.url, ollama=local.url)
        found = router.ask(errand(model=STRONG), prompt())
    assert (found.text, found.model, found.fell_from) == ("Free.", FREE, (STRONG,))
    first, second = here.calls("model, state, error_type, fell_from, cost_usd")
    assert (first["model"], first["state"], first["error_type"]) == (STRONG, "failed", kind)
    assert (second["model"], second["state"], json.loads(second["fell_from"])) == (FREE, "done", [STRONG])
    assert second["cost_usd"] == "0"


def test_a_server_that_does_not_answer_is_fallen_from(here):
    here.write(inventory(fallback=ECHO))
    found = here.router.ask(errand(model=STRONG), prompt("Hello"))
    assert (found.text, found.fell_from) == ("Hello", (STRONG,))
    assert here.calls("error_type, cost_usd")[0] == {"error_type": "Unreachable", "cost_usd": "0"}


def test_a_route_goes_on_in_its_own_order(here):
    with serving(claude_fault(500, "api_error"), claude("Stronger.")) as server:
        found = here.at(anthropic=server.url).ask(errand(), prompt())
        assert [one.body["model"] for one in server.asked] == ["claude-cheap", "claude-strong"]
    assert (found.text, found.fell_from) == ("Stronger.", (CHEAP,))


def test_the_fallback_of_a_named_model_must_be_allowed_to_see_the_text(here):
    here.write(inventory(fallback=CHEAP).replace('"scripted:echo"', '"scripted:other"'))
    here.write(inventory(fallback=None, **{"qwen3": ""}).replace("[[model]]", f'[[model]]\nfallback = "{CHEAP}"', 4))
    with serving(claude("no")) as hosted, serving(answer(500, {"error": "x"})) as local:
        router = here.at(anthropic=hosted.url, ollama=local.url)
        with pytest.raises(faults.NoAnswer, match=FREE):
            router.ask(errand(model=FREE, classification="confidential"), prompt())
        assert hosted.asked == []


def test_the_built_in_engine_is_no_fallback_of_the_router(here):
    here.write(inventory(fallback="builtin:engine"))
    with pytest.raises(faults.NoAnswer) as caught:
        here.router.ask(errand(model=STRONG), prompt())
    assert str(caught.value).count("nothing answers") == 1


def test_a_model_that_is_asked_alone_has_no_fallback_and_its_fault_is_the_answer(here):
    here.write(inventory(fallback=ECHO))
    with pytest.raises(faults.Unreachable):
        here.router.ask(errand(model=STRONG, alone=True), prompt())


def test_when_all_fail_each_says_why(here):
    replies = claude_fault(500, "api_error"), claude_fault(401, "authentication_error")
    with serving(*replies) as server, pytest.raises(faults.NoAnswer) as caught:
        here.at(anthropic=server.url).ask(errand(), prompt())
    assert f"{CHEAP}: the server answered with error 500" in str(caught.value)
    assert f"{STRONG}: the server does not accept the key" in str(caught.value)
    assert f"{OWN}: nothing answers" not in str(caught.value)


def test_a_cap_is_not_fallen_from(here):
    here.write(routes=routing(day=0.001))
    with serving(claude("no")) as server:
        with pytest.raises(faults.OverBudget):
            here.at(anthropic=server.url).ask(errand(), prompt())
        assert server.asked == []
    assert here.calls() == []


# --- stopped ----------------------------------------------------------------------------------------------------


def test_a_call_is_stopped_between_two_pieces_and_nothing_else_is_asked(here):
    heard = []
    with serving(claude("One half and the other")) as server:
        router = here.at(anthropic=server.url)
        with pytest.raises(faults.Stopped):
            router.ask(errand(), prompt(), stop=lambda: bool(heard), heard=heard.append)
        assert len(server.asked) == 1
    assert len(heard) == 1
    assert here.calls("state, error_type") == [{"state": "stopped", "error_type": "Stopped"}]


def test_a_job_that_is_lost_ends_its_call(here):
    def lost(_):
        raise Lost("It was cancelled.")

    with pytest.raises(Lost):
        here.router.ask(errand(model=ECHO), prompt(), heard=lost)
    assert here.calls("state, error_type") == [{"state": "stopped", "error_type": "Lost"}]


def test_a_call_that_waits_for_its_turn_can_be_stopped(here):
    here.write(routes=routing().replace("scripted = 8", "scripted = 1"))
    inside, go_on = threading.Event(), threading.Event()

    def slow(_):
        inside.set()
        go_on.wait(120)

    first = threading.Thread(target=lambda: here.router.ask(errand(model=ECHO), prompt(), heard=slow))
    first.start()
    assert inside.wait(120)
    with pytest.raises(faults.Stopped, match="nothing was sent"):
        here.router.ask(errand(model=ECHO), prompt(), stop=lambda: bool(gates.gate("scripted")._waiting))
    go_on.set()
    first.join(120)
    assert [row["state"] for row in here.calls("state")] == ["done"]


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_calls_are_under_way_than_the_backend_may_have(here, limit):
    here.write(routes=routing().replace("scripted = 8", f"scripted = {limit}"))
    lock, now, most = threading.Lock(), [0], [0]
    started, full = threading.local(), threading.Barrier(limit)

    def heard(_):
        if not getattr(started, "yes", False):
            started.yes = True
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            full.wait(120)  # until as many are inside as may be
            time.sleep(0.1)
            with lock:
                now[0] -= 1

    asking = [
        threading.Thread(target=lambda: here.router.ask(errand(model=ECHO), prompt(), heard=heard)) for _ in range(6)
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join(120)
    assert most[0] == limit
    assert len(here.calls("id", "state = 'done'")) == 6


# --- the files as they ship -------------------------------------------------------------------------------------


def test_the_shipped_routes_name_models_of_the_inventory_and_prompts_that_are_there():
    from core import prompts
    from core.llm import catalog, routes
    from core.settings import Settings

    shipped = Settings(_env_file=None)
    known = {one.name for one in catalog.entries(shipped)}
    for task, route in routes.routes(shipped).task.items():
        if route.prompt is None:  # the person brings it
            assert task == "trial"
        else:
            name, _, version = route.prompt.partition("/")
            assert prompts.prompt(name, version).task == task
        assert {one.model for one in route.models} <= known


def test_a_router_takes_its_own_settings(here):
    assert Router(here.settings).settings is here.settings
