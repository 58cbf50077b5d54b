"""Models that have just failed are left alone for a moment, so that not every call waits for them in vain."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from core.errors import CopilotError
from core.llm import faults
from core.llm.errands import Candidate
from core.llm.permission import Decision

REST_SECONDS = 30.0
RESTING = "has just failed"
LONGEST_SECONDS = 120.0  # also where a server asks for more
# What asking again at once would not change. All other faults are of one text, or of one answer.
TIRING = (faults.Unreachable, faults.Busy, faults.KeyRefused)


class Rests:
    """Which models rest, until when, and why. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, tuple[float, str]] = {}

    def failed(self, model: str, error: CopilotError) -> None:
        """Begin a rest, if it is a fault after which one helps."""
        if isinstance(error, TIRING):
            asked = error.retry_after if isinstance(error, faults.Busy) else None
            with self._lock:
                self._until[model] = time.monotonic() + min(LONGEST_SECONDS, asked or REST_SECONDS), str(error)

    def answered(self, model: str) -> None:
        """End a rest: it is there again."""
        with self._lock:
            self._until.pop(model, None)

    def reason(self, model: str) -> str:
        """Why it is not asked now, and for how long; "" where it may be."""
        with self._lock:
            until, said = self._until.get(model, (0.0, ""))
        left = until - time.monotonic()
        return f"{model} has just failed and is not asked for another {left:.0f} s. {said}" if left > 0 else ""

    def kept(self, found: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The same, those that rest not allowed. Where all others may not be asked, they are: there is nobody else."""
        reasons = {one.entry.name: self.reason(one.entry.name) for one in found if one.decision.allowed}
        if all(reasons.values()):
            return tuple(found)
        return tuple(
            replace(one, decision=Decision(False, why), why=RESTING) if (why := reasons.get(one.entry.name)) else one
            for one in found
        )
