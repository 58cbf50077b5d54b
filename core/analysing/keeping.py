"""Where a run keeps what it has finished: with its job, so that a killed worker goes on, or in memory for a command."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

from sqlite_utils import Database

from core import jobs, library
from core.errors import Conflict, NotFound
from core.settings import Settings
from core.store import connect
from core.types import User

LOOK_SECONDS = 0.3


class Keeper(Protocol):
    """Used by the thread that leads a run; only `finished` and `stopped` are looked at by the others."""

    finished: dict[str, Any]

    def keep(self, name: str, value: Any) -> None:
        """A finished step, as JSON can hold it."""
        ...

    def show(self, fraction: float, stage: str) -> None: ...

    def require(self) -> None:
        """Raises when the text may not be used any more."""
        ...

    def stopped(self) -> bool: ...


class InMemory:
    """For a command that reads a file without a library. `tell` hears how far it is."""

    def __init__(self, tell: Callable[[float, str], None] = lambda fraction, stage: None) -> None:
        self.finished: dict[str, Any] = {}
        self.tell = tell

    def keep(self, name: str, value: Any) -> None:
        self.finished[name] = value

    def show(self, fraction: float, stage: str) -> None:
        self.tell(fraction, stage)

    def require(self) -> None:
        pass

    def stopped(self) -> bool:
        return False


class WithJob:
    """The steps of a job. Whatever it is asked raises Lost when the job is no longer ours."""

    def __init__(self, db: Database, user: User, claim: jobs.Claim, document_id: str, lost: threading.Event) -> None:
        self.db, self.user, self.claim, self.document_id, self.lost = db, user, claim, document_id, lost
        self.finished: dict[str, Any] = jobs.steps(db, claim.job.id)
        self.label = self._label()

    def keep(self, name: str, value: Any) -> None:
        self.finished[name] = jobs.keep(self.db, self.claim, name, value)

    def show(self, fraction: float, stage: str) -> None:
        jobs.progress(self.db, self.claim, fraction, stage)

    def require(self) -> None:
        """NotAllowed when the card has been closed; NotFound when the document is gone or hidden from this person.

        Conflict when its label is another than the run began with, which decided what models may see it: the worker
        then takes the run up again under the new one.
        """
        library.require_use(self.db, self.user, self.document_id, "prompting")
        if self._label() != self.label:
            raise Conflict("The document's label or its card changed while it was read; the run goes on under them.")
        if self.lost.is_set():
            raise jobs.Lost(f"{self.claim.job.title!r} was cancelled, paused or taken over.")

    def _label(self) -> tuple[str, bool]:
        """What decides which models may see the text, and how."""
        row = library.document_row(self.db, self.user, self.document_id)
        return row.classification, library.allows_raw(self.db, self.user, self.document_id)

    def stopped(self) -> bool:
        return self.lost.is_set()


@contextmanager
def watched(settings: Settings, claim: jobs.Claim) -> Iterator[threading.Event]:
    """An event that is set within half a second when the job is cancelled, paused or taken over, and at the end; also
    when the document may not be put to a model any more: calls under way are broken off then.

    The worker interrupts its main thread only; what asks models has to look for itself.
    """
    lost, over = threading.Event(), threading.Event()

    def look() -> None:
        with closing(connect(settings.database)) as db:
            while not over.wait(LOOK_SECONDS):
                try:
                    if jobs.lost(db, claim) or not library.allowed(db, claim.user, str(claim.job.subject), "prompting"):
                        return lost.set()
                except NotFound:
                    return lost.set()
                except Conflict:  # busy; the next look comes soon
                    continue

    thread = threading.Thread(target=look, daemon=True, name="analyse-watch")
    thread.start()
    try:
        yield lost
    finally:
        over.set()
        lost.set()  # calls that are still under way are not waited for
        thread.join()
