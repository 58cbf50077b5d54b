"""How many calls of a backend may be under way at once, in this process; whoever waits can still be stopped."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.llm.faults import Stopped

LOOK_SECONDS = 0.2


class Gate:
    """Lets so many through as its limit says now: the file with the limits may change while calls are waiting."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0

    @contextmanager
    def passed(self, limit: Callable[[], int], stop: Callable[[], bool]) -> Iterator[None]:
        """Wait for room, and take it for the block. Stopped when `stop` turns true while waiting."""
        with self._changed:
            while self._inside >= limit():
                if stop():
                    raise Stopped("Stopped before the model was asked; nothing was sent.")
                self._changed.wait(LOOK_SECONDS)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()


_GATES: dict[str, Gate] = {}
_MAKING = threading.Lock()


def gate(backend: str) -> Gate:
    """The one gate of a backend: two runs in one process share it."""
    with _MAKING:
        return _GATES.setdefault(backend, Gate())
