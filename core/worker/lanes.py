"""Beside the main loop: threads for work that waits for others, so that nobody waits behind a long download."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping

from sqlite_utils import Database

from core import jobs
from core.errors import Conflict
from core.settings import Settings
from core.store import NoRoom, connect

POLL_SECONDS = 0.2
END_SECONDS = 3.0

# With the lane's own connection and its name: does the next job of it, and gives whether there was one.
Do = Callable[[Database, str], bool]


class Lane(threading.Thread):
    """Does the jobs of one lane in order, on a connection of its own, until it is ended."""

    def __init__(self, settings: Settings, name: str, do: Do) -> None:
        super().__init__(daemon=True, name=f"worker-{name}")
        self.settings, self.lane, self.do = settings, name, do
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            # A busy or full one is tried again; one that is gone ends the main loop, and that ends this one.
            with (
                contextlib.suppress(Conflict, NoRoom, sqlite3.Error),
                contextlib.closing(connect(self.settings.database, must_exist=True)) as db,
            ):
                self._work(db)
            self.ended.wait(POLL_SECONDS)

    def _work(self, db: Database) -> None:
        while not self.ended.is_set():
            if not self.do(db, self.lane):
                self.ended.wait(POLL_SECONDS)


@contextlib.contextmanager
def beside(db: Database, settings: Settings, do: Do, more: Mapping[str, Do]) -> Iterator[None]:
    """The lanes of jobs, and `more` by name, run while the block does.

    What they were doing is queued again, uncounted, when it ends.
    """
    lanes = [Lane(settings, name, do) for name in sorted(set(jobs.LANES.values()))]
    lanes += [Lane(settings, name, act) for name, act in more.items()]
    for lane in lanes:
        lane.start()
    try:
        yield
    finally:
        for lane in lanes:
            lane.ended.set()
        with contextlib.suppress(Conflict, NoRoom, sqlite3.Error):
            jobs.put_back_lanes(db)  # their handlers notice at their next step
        for lane in lanes:
            lane.join(END_SECONDS)
