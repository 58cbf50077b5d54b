"""A model's server that says nothing: whoever asked can hang up at once, and the server hears it."""

import socket
import threading
from contextlib import contextmanager

import pytest

from core.llm import answering, faults
from tests.job_parts import PATIENCE, wait_until
from tests.model_servers import claude, claude_fault, ollama_chat, openai_chat, serving
from tests.router_parts import CHEAP, FREE, OWN, desk, errand, prompt

MODELS = {"anthropic": CHEAP, "ollama": FREE, "openai": OWN}
SPOKEN = {"anthropic": claude, "ollama": ollama_chat, "openai": openai_chat}


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        yield made


class Silent:
    """A server that takes a request and never says a word; `left` is set when the caller has gone."""

    def __init__(self, listening):
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.asked, self.left, self.came = threading.Event(), threading.Event(), 0
        self._listening = listening
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            self.came += 1
            threading.Thread(target=self._hear, args=(caller,), daemon=True).start()

    def _hear(self, caller):
        with caller:
            while caller.recv(65_536):
                self.asked.set()
        self.left.set()


@contextmanager
def silent():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield Silent(listening)


def asking(router, asked, stop):
    """A thread in which the call is made; gives how to stop it, and whether it ended as stopped."""
    stopped: list[bool] = []

    def ask():
        with pytest.raises(faults.Stopped):
            router.ask(asked, prompt(), stop=stop.is_set)
        stopped.append(True)

    thread = threading.Thread(target=ask)
    thread.start()

    def ends():
        stop.set()
        thread.join(PATIENCE / 3)  # a model has longer than that to answer
        return stopped == [True]

    return ends


@pytest.mark.parametrize("backend", MODELS)
def test_a_call_to_a_server_that_never_answers_ends_when_it_is_stopped(here, backend):
    stop = threading.Event()
    with silent() as server:
        router = here.at(**{backend: server.url})
        ends = asking(router, errand(model=MODELS[backend], alone=True), stop)
        assert server.asked.wait(PATIENCE)
        assert ends()
        assert server.left.wait(PATIENCE), "the server is left writing to nobody"
        assert server.came == 1
    assert [row["state"] for row in here.calls("state")] == ["stopped"]


@pytest.mark.parametrize("backend", MODELS)
def test_an_answer_that_halts_in_the_middle_is_stopped_too(here, backend):
    stop, heard = threading.Event(), threading.Event()
    begun, gone = (
        SPOKEN[backend](
            "Half an answer and no more", **({"drop_after": 5} if backend == "anthropic" else {"drop": True})
        ),
        [],
    )

    def halts(handler):
        begun(handler)
        handler.close_connection = False
        handler.connection.settimeout(PATIENCE)
        gone.append(handler.connection.recv(1))
        handler.close_connection = True

    with serving(halts) as server:
        router = here.at(**{backend: server.url})

        def listen(piece):
            if piece and not heard.is_set():
                heard.set()
                stop.set()

        with pytest.raises(faults.Stopped):
            router.ask(errand(model=MODELS[backend], alone=True), prompt(), stop=stop.is_set, heard=listen)
    assert heard.is_set()


def test_a_call_that_waits_to_ask_a_busy_server_again_is_stopped_and_asks_no_more(here, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr(answering, "LONGEST_WAIT_SECONDS", PATIENCE)
    with serving(claude_fault(429, "rate_limit_error", retry_after="300"), claude("too late")) as server:
        router = here.at(anthropic=server.url)
        ends = asking(router, errand(model=CHEAP, alone=True), stop)
        wait_until(lambda: server.asked)
        assert ends()
        assert len(server.asked) == 1


def test_a_model_that_has_answered_can_be_asked_again(here):
    from core.llm.backends import open_model
    from core.types import ChatRequest, Message

    with serving(claude("Said.")) as server:
        here.at(anthropic=server.url)
        model = open_model(CHEAP, here.settings)
        request = ChatRequest((Message("user", "Hello"),))
        assert [model.complete(request).text for _ in range(2)] == ["Said.", "Said."]


def test_while_a_server_thinks_there_are_signs_of_life(here):
    heard = []

    def thinks(handler):
        wait_until(lambda: len(heard) >= 2)
        claude("Said.")(handler)

    with serving(thinks) as server:
        found = here.at(anthropic=server.url).ask(errand(model=CHEAP), prompt(), heard=heard.append)
    assert found.text == "".join(heard) == "Said."
    assert heard[:2] == ["", ""]
