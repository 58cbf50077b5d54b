"""A model whose server is down or busy is left alone for a moment: a run does not wait for it at each window."""

import socket
import threading
from types import SimpleNamespace

import pytest

from core.llm import faults, rests
from tests.model_servers import claude, claude_fault, ollama_chat, serving
from tests.router_parts import CHEAP, ECHO, FREE, STRONG, desk, errand, inventory, prompt


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        made.write(inventory(fallback=ECHO))
        yield made


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Seconds that pass for rests: none by themselves, so that none is over while a test goes on."""
    moment = [1_000.0]
    monkeypatch.setattr(rests, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    return moment


def asked(here):
    return [row["model"] for row in here.calls("model")]


def fell(here):
    """The errand that goes to a hosted model, and where that fails to one in this process."""
    return here.router.ask(errand(model=STRONG), prompt("Hello"))


def test_a_server_that_is_down_is_waited_for_once_and_not_at_each_call(here):
    assert fell(here).fell_from == (STRONG,)
    for _ in range(10):
        assert (fell(here).text, fell(here).fell_from) == ("Hello", ())
    assert asked(here).count(STRONG) == 1


def test_the_list_says_that_it_rests_for_how_long_and_why(here):
    fell(here)
    with here.opened() as db:
        first, second = here.router.candidates(db, errand(model=STRONG))
    assert (first.decision.allowed, first.refused, first.why) == (False, False, "has just failed")
    assert f"{STRONG} has just failed and is not asked for another" in first.decision.reason
    assert "nothing answers at" in first.decision.reason
    assert second.decision.allowed
    fell(here)
    assert here.calls("policy_decision")[-1]["policy_decision"].endswith(f"Resting: {STRONG}.")


def test_after_its_rest_it_is_asked_again_and_answers(here, clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        here.at(anthropic=url)
        assert fell(here).model == ECHO
    with serving(claude("I am back.")) as server:
        here.router.settings = here.router.settings.model_copy(update={"anthropic_url": server.url})
        assert fell(here).model == ECHO
        clock[0] += rests.REST_SECONDS + 1
        assert fell(here).text == "I am back."
        assert fell(here).text == "I am back."


@pytest.mark.parametrize(
    ("reply", "rests_now"),
    [
        (claude_fault(429, "rate_limit_error", retry_after="0"), True),
        (claude_fault(401, "authentication_error"), True),
        (claude_fault(500, "api_error"), False),
        (claude_fault(400, "invalid_request_error", "prompt is too long: 9 tokens"), False),
        (claude("", stop="refusal"), False),
    ],
    ids=["busy", "key refused", "fault", "too long", "declined"],
)
def test_only_what_asking_again_would_not_change_begins_a_rest(here, reply, rests_now):
    with serving(reply) as server:
        here.at(anthropic=server.url)
        assert fell(here).model == ECHO
        before = len(server.asked)
        assert fell(here).model == ECHO
        assert (len(server.asked) == before) is rests_now


def test_a_server_that_asks_for_a_longer_wait_gets_it_within_bounds():
    resting = rests.Rests()
    resting.failed(CHEAP, faults.Busy("Busy.", 50.0))
    resting.failed(STRONG, faults.Busy("Busy.", 86_400.0))
    assert "another 50 s" in resting.reason(CHEAP)
    assert "another 120 s" in resting.reason(STRONG)


def test_a_model_that_is_asked_alone_is_always_tried(here):
    with serving(claude_fault(401, "authentication_error")) as server:
        here.at(anthropic=server.url)
        for _ in range(2):
            with pytest.raises(faults.KeyRefused):
                here.router.ask(errand(model=STRONG, alone=True), prompt())
        assert len(server.asked) == 2


def test_where_nobody_else_can_be_asked_all_are_tried_and_the_first_answer_ends_the_rest(here):
    here.write(inventory(fallback=CHEAP))
    with serving(claude_fault(401, "authentication_error")) as server:
        here.at(anthropic=server.url)
        for _ in range(2):
            with pytest.raises(faults.NoAnswer):
                here.router.ask(errand(model=STRONG), prompt())
        assert len(server.asked) == 4
        server.replies[:] = [claude("Said.")]
        for _ in range(2):
            assert here.router.ask(errand(model=STRONG), prompt()).model == STRONG


def test_many_calls_at_once_wait_for_a_server_that_is_down_no_longer_than_one(here):
    here.write(inventory(fallback=FREE))
    with serving(ollama_chat("Free.")) as local:
        here.at(ollama=local.url)
        said = []
        asking = [
            threading.Thread(target=lambda: said.append(here.router.ask(errand(model=STRONG), prompt()).text))
            for _ in range(8)
        ]
        for one in asking:
            one.start()
        for one in asking:
            one.join(120)
    assert said == ["Free."] * 8
