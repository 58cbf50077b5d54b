"""A model in memory is asked by one at a time, in the order of asking."""

import threading

import pytest

from core.llm.turns import Turns
from tests.job_parts import wait_until


def test_who_asks_first_goes_first_and_nobody_goes_together():
    turns, order, inside = Turns(), [], []

    def ask(number: int) -> None:
        with turns.turn():
            inside.append(number)
            assert len(inside) == 1
            order.append(number)
            inside.remove(number)

    threads = []
    with turns.turn():
        for number in range(8):
            threads.append(threading.Thread(target=ask, args=[number]))
            threads[-1].start()
            wait_until(lambda number=number: len(turns._queue) == number + 2)
        assert order == []
    for thread in threads:
        thread.join(120)
    assert order == list(range(8))


def test_a_turn_that_fails_is_given_on():
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")
    with turns.turn():
        assert len(turns._queue) == 1
