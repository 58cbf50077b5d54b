"""Some pieces of work at once, each in a thread of its own that nobody has to wait for."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from core import telemetry

Item = TypeVar("Item")
Result = TypeVar("Result")
LOOK_SECONDS = 0.2


class Pool(Generic[Item, Result]):
    """Not concurrent.futures: that waits for its threads as the program ends, however long a server may take."""

    def __init__(self, size: int, work: Callable[[Item], Result]) -> None:
        self.size, self.work = size, work
        self.carried = telemetry.carry()
        self.done: queue.SimpleQueue[tuple[Item, Result | None, BaseException | None]] = queue.SimpleQueue()

    def each(
        self, items: Iterable[Item], *, more: Callable[[], bool], settle: Callable[[], object]
    ) -> Iterator[tuple[Item, Result | None, BaseException | None]]:
        """(item, result, error) as they come, in any order. Each is begun only if `more` says so.

        `settle` is called in this thread whenever something has come, and when nothing has for a moment.
        """
        waiting, under_way = deque(items), 0
        while under_way or (waiting and more()):
            while waiting and under_way < self.size and more():
                self._begin(waiting.popleft())
                under_way += 1
            try:
                ended = self.done.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                settle()
                continue
            under_way -= 1
            settle()
            yield ended

    def _begin(self, item: Item) -> None:
        def run() -> None:
            try:
                result, error = self.carried(self.work)(item), None
            except BaseException as problem:  # noqa: BLE001 - carried to the thread that leads
                result, error = None, problem
            self.done.put((item, result, error))

        threading.Thread(target=run, daemon=True, name="analyse-window").start()
