"""The router's connections: opened once, had by one call at a time, closed when nobody wants them."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import store
from core.llm import connections
from core.llm.faults import Stopped
from core.llm.router import Router
from core.store import one
from tests.router_parts import ECHO, desk, errand, prompt


@pytest.fixture
def here(tmp_path, monkeypatch):
    with desk(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def opened(monkeypatch):
    """Every connection that the router has opened, in order."""
    found = []

    def connect(*arguments, **named):
        found.append(store.connect(*arguments, **named))
        return found[-1]

    monkeypatch.setattr(connections, "connect", connect)
    return found


def is_closed(db):
    try:
        one(db, "select 1 as yes")
    except sqlite3.ProgrammingError:
        return True
    return False


def ask(router, **more):
    return router.ask(errand(model=ECHO), prompt("Hello"), **more)


def test_calls_one_after_the_other_share_one_connection_from_whatever_thread(here, opened):
    with here.router as router:
        for _ in range(3):
            ask(router)
        thread = threading.Thread(target=ask, args=(router,))
        thread.start()
        thread.join(120)
    assert len(here.calls("id", "state = 'done'")) == 4
    assert len(opened) == 1
    assert is_closed(opened[0])


def test_calls_at_the_same_time_have_each_their_own(here, opened):
    inside = threading.Barrier(4)
    met = threading.local()

    def heard(_):
        if not getattr(met, "yes", False):
            met.yes = True
            inside.wait(120)

    with here.router as router, ThreadPoolExecutor(4) as pool:
        for one_call in [pool.submit(ask, router, heard=heard) for _ in range(4)]:
            one_call.result(120)
    assert len(here.calls("id", "state = 'done'")) == 4
    assert len(opened) == 4
    assert all(map(is_closed, opened))


def test_a_call_that_is_under_way_at_the_end_is_finished_and_closes_its_own(here, opened):
    inside, go_on = threading.Event(), threading.Event()

    def heard(_):
        inside.set()
        go_on.wait(120)

    with here.router as router:
        late = threading.Thread(target=ask, args=(router,), kwargs={"heard": heard})
        late.start()
        assert inside.wait(120)
    go_on.set()
    late.join(120)
    assert [row["state"] for row in here.calls("state")] == ["done"]
    assert is_closed(opened[0])


def test_a_router_that_nobody_closes_leaves_nothing_open(here, opened):
    router = Router(here.settings)
    ask(router)
    assert not is_closed(opened[0])
    del router
    assert is_closed(opened[0])


def test_a_router_answers_after_it_was_closed(here, opened):
    here.router.close()
    assert ask(here.router).text == "Hello"
    assert is_closed(opened[0])


def test_a_connection_on_which_something_failed_is_not_lent_again(here, opened):
    with pytest.raises(Stopped):
        ask(here.router, stop=lambda: True)
    assert is_closed(opened[0])
    assert ask(here.router).text == "Hello"
