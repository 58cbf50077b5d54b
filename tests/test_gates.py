"""The gate before a backend: so many at once, in order, and who waits sees how many come before."""

import threading
import time

import pytest

from core.llm.faults import Stopped
from core.llm.gates import Gate
from tests.job_parts import PATIENCE, wait_until


def one() -> int:
    return 1


def never() -> bool:
    return False


def asking(gate: Gate, name: str, order: list[str], **how) -> threading.Thread:  # type: ignore[no-untyped-def]
    def ask() -> None:
        with gate.passed(one, never, **how):
            order.append(name)

    thread = threading.Thread(target=ask)
    waiting = len(gate._waiting)
    thread.start()
    wait_until(lambda: len(gate._waiting) > waiting)
    return thread


def test_who_asked_first_goes_first_and_what_somebody_looks_at_before_what_runs_by_itself():
    gate, order = Gate(), []
    with gate.passed(one, never):
        threads = [asking(gate, "run 1", order), asking(gate, "run 2", order)]
        threads += [asking(gate, "try 1", order, urgent=True), asking(gate, "try 2", order, urgent=True)]
    for thread in threads:
        thread.join(120)
    assert order == ["try 1", "try 2", "run 1", "run 2"]


def test_no_more_are_inside_than_the_limit_says_at_that_moment():
    gate, limit, most, inside = Gate(), [3], [0], [0]
    lock, full = threading.Lock(), threading.Barrier(3)

    def ask() -> None:
        with gate.passed(lambda: limit[0], never):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            full.wait(PATIENCE)  # until as many are inside as may be
            time.sleep(0.02)
            with lock:
                inside[0] -= 1

    for limit[0] in (3, 1):
        most[0], full = 0, threading.Barrier(limit[0])
        threads = [threading.Thread(target=ask) for _ in range(9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert most[0] == limit[0]


def test_who_waits_is_told_how_many_come_before():
    gate, order, told = Gate(), [], []
    with gate.passed(one, never):
        first = asking(gate, "first", order)
        second = asking(gate, "second", order, told=told.append)
        wait_until(lambda: told)
    first.join(120)
    second.join(120)
    assert told[0] == 2  # the one inside and the one that waits
    assert order == ["first", "second"]


def test_who_waits_can_be_stopped_and_leaves_its_place():
    gate, order, over = Gate(), [], threading.Event()
    with gate.passed(one, never):
        thread = asking(gate, "behind", order)
        with pytest.raises(Stopped, match="nothing was sent"), gate.passed(one, lambda: True, urgent=True):
            over.set()
    thread.join(120)
    assert order == ["behind"]
    assert not over.is_set()
    assert not gate._waiting
