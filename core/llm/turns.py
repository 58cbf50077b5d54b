"""One at a time, in the order of asking, with everybody's place in the queue to be seen."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A fair lock. Each who waits has a place: 0 is whose turn it is."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()

    @contextmanager
    def turn(self, ticket: object) -> Iterator[None]:
        """Wait until everybody who asked before is done, then hold the turn."""
        with self._changed:
            self._queue.append(ticket)
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._queue[0] is ticket)
            yield
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def place(self, ticket: object) -> int | None:
        """How many are before this one; None when it does not wait."""
        with self._changed:
            return next((place for place, one in enumerate(self._queue) if one is ticket), None)
