"""How many calls of a backend may be under way at once, in this process; whoever waits can still be stopped."""

import threading
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from core.llm.faults import Stopped

LOOK_SECONDS = 0.2


class Gate:
    """Lets so many through as its limit says now: the file with the limits may change while calls are waiting.

    In the order of asking, but that what somebody is looking at goes before what runs by itself.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = count()
        self._waiting: list[tuple[bool, int]] = []
        self._inside = 0

    @contextmanager
    def passed(
        self,
        limit: Callable[[], int],
        stop: Callable[[], bool],
        *,
        urgent: bool = False,
        told: Callable[[int], None] = lambda before: None,
    ) -> Iterator[None]:
        """Wait for room, and take it for the block. Stopped when `stop` turns true while waiting.

        `told` hears how many calls come before this one, whenever that changes.
        """
        self._enter(limit, stop, (not urgent, next(self._numbers)), told)
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def _enter(
        self, limit: Callable[[], int], stop: Callable[[], bool], ticket: tuple[bool, int], told: Callable[[int], None]
    ) -> None:
        with self._changed:
            insort(self._waiting, ticket)
        last = 0
        try:
            while True:
                with self._changed:
                    before = self._waiting.index(ticket) + max(0, self._inside - limit() + 1)
                    if not before:
                        self._inside += 1
                        return
                if before != last:  # outside the lock: it may write to the database
                    told(before)
                    last = before
                if stop():
                    raise Stopped("Stopped before the model was asked; nothing was sent.")
                with self._changed:
                    self._changed.wait(LOOK_SECONDS)
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()


_GATES: dict[str, Gate] = {}
_MAKING = threading.Lock()


def gate(backend: str) -> Gate:
    """The one gate of a backend: two runs in one process share it."""
    with _MAKING:
        return _GATES.setdefault(backend, Gate())
