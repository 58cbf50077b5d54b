"""The one door to chat models: which may see the text, which is asked first, and what happens when it fails."""

import weakref
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from core import telemetry
from core.errors import CopilotError, Missing
from core.llm import answers, attempts, counting, estimates, faults, ledger, routes, sizes
from core.llm.attempts import Attempt, Heard
from core.llm.candidates import candidates
from core.llm.catalog import Entry
from core.llm.connections import Connections
from core.llm.errands import Answer, Candidate, Errand, Estimate
from core.llm.presence import Presence
from core.llm.rests import RESTING, Rests
from core.llm.routes import Quality
from core.prompts import Rendered
from core.settings import Settings
from core.types import ChatRequest, Message

__all__ = ["Answer", "Candidate", "Errand", "Estimate", "Quality", "Router"]

# After these the next model is asked. Refused, OverBudget, Stopped and Lost end the errand, and so does every defect.
FALL_THROUGH = (
    faults.Unreachable, faults.Busy, faults.BrokenOff, faults.TookTooLong, faults.TooLong, faults.ServerFault,
    faults.BadWeights, faults.ModelMissing, faults.KeyRefused, faults.ModelStopped, faults.Declined, Missing,
)  # fmt: skip


class Router:
    """Safe to use from several threads: each call has a connection to itself, and leaves it to the next one.

    `close` closes them, and so does the end of a with-block; a call that is still under way closes its own.
    """

    def __init__(self, settings: Settings) -> None:
        telemetry.start(settings)
        self.settings = settings
        self._presence = Presence(settings)
        self._rests = Rests()
        self._connections = Connections(settings.database)
        # Where nobody closes it; not for a process that ends, in which threads may still be asking.
        weakref.finalize(self, self._connections.close).atexit = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is held for the next call. What is asked after that opens and closes its own."""
        self._connections.close()

    def ask(
        self,
        errand: Errand,
        prompt: Rendered,
        *,
        stop: Callable[[], bool] = lambda: False,
        heard: Heard | None = None,
        waits: Callable[[int], None] = lambda before: None,
    ) -> Answer:
        """The answer of the first model that gives one. `stop` is asked between its pieces, `heard` told each;
        `waits` is told how many calls come before this one while it waits for its turn.

        Raises Refused when no model may see the text, OverBudget at a cap, Stopped, and NoAnswer when all that may
        be asked failed, each with what it said; the fault itself of a model that is asked alone.
        """
        with self._connections.lent() as db:
            found = self.candidates(db, errand)
            said: list[str] = []
            fell: list[str] = []
            self.require_one(db, errand, prompt, found)
            for one in (one for one in found if one.decision.allowed):
                request = self.request(db, errand, prompt, one.entry)
                policy = _policy(one, found)
                attempt = Attempt(
                    self.settings, db, errand, prompt, request, one, policy, tuple(fell), stop, heard, waits
                )  # fmt: skip
                try:
                    answer = attempts.answer(attempt)
                    self._rests.answered(one.entry.name)
                    return answer
                except FALL_THROUGH as error:
                    self._rests.failed(one.entry.name, error)
                    if errand.alone:
                        raise
                    said.append(str(error))
                    fell.append(one.entry.name)
        raise faults.NoAnswer(f"No model answered. {' '.join(said)}")

    def candidates(self, db: Database, errand: Errand) -> tuple[Candidate, ...]:
        """In the order in which they would be asked; those that will not be asked are in it, with the reason."""
        return self._rests.kept(candidates(db, self.settings, errand, self._presence))

    def estimate(
        self, db: Database, errand: Errand, prompts: Sequence[Rendered], *, at_once: int | None = None
    ) -> Estimate:
        """What asking all of these would take, of the model that would be asked first: as many `at_once` as the routes
        allow, unless it says how many. Tokens are counted without loading or asking anything. Raises as `ask` does.
        """
        found = self.candidates(db, errand)
        chosen = next((one for one in found if one.decision.allowed), None)
        if chosen is None:
            raise nobody(found)
        entry = chosen.entry
        new = [one for one in prompts if self.kept(db, errand, one, entry) is None]
        requests = [self.request(db, errand, one, entry) for one in new]
        held = routes.routes(self.settings).estimate
        known = estimates.pace(db, errand.user.tenant, errand.task, entry, held)
        together = at_once or routes.limit(self.settings, entry.backend)
        counter = counting.counter(entry.name, self.settings, quick=True).likely
        cached = len(prompts) - len(new)
        return estimates.estimate(entry, requests, cached, known, at_once=together, counter=counter, off=held.off)

    def request(self, db: Database, errand: Errand, prompt: Rendered, entry: Entry) -> ChatRequest:
        """What the model is sent, before personal data is masked."""
        route = routes.route(self.settings, errand.task)
        most = sizes.answer_tokens(entry, route, sizes.context(db, entry, self.settings))
        return ChatRequest(
            messages=(Message("user", prompt.user),),
            system=prompt.system,
            schema=prompt.schema,
            max_output_tokens=min(most, errand.most_tokens or most),
            temperature=route.temperature,
            thinking_tokens=route.thinking_tokens,
        )

    def kept(self, db: Database, errand: Errand, prompt: Rendered, entry: Entry) -> answers.Kept | None:
        """What the model said when it was asked this before; None where it would be asked anew."""
        request = self.request(db, errand, prompt, entry)
        if errand.fresh or not answers.keeps(errand, request):
            return None
        return answers.look(
            db, errand, answers.digest(errand, entry.name, request, masked=attempts.masks(entry, errand))
        )

    def require_one(self, db: Database, errand: Errand, prompt: Rendered, found: tuple[Candidate, ...]) -> None:
        """Refused, with each decision in the ledger, when nobody may see the text; NoAnswer when nobody is here."""
        if any(one.decision.allowed for one in found):
            return
        for one in found:
            if one.refused:
                request = self.request(db, errand, prompt, one.entry)
                digest = answers.digest(errand, one.entry.name, request, masked=False)
                call = ledger.Call(errand, prompt, one.entry, digest, one.decision.reason)
                ledger.note(db, call, "refused", error_type=faults.Refused.__name__)
        raise nobody(found)


def nobody(found: tuple[Candidate, ...]) -> CopilotError:
    """Why none of them will be asked: Refused when none ever may see the text, else NoAnswer."""
    reasons = " ".join(dict.fromkeys(one.decision.reason for one in found))
    if found and all(one.refused for one in found):
        return faults.Refused(f"No model may see this text. {reasons}")
    return faults.NoAnswer(f"No model can be asked now. {reasons}".rstrip())


def _policy(one: Candidate, found: tuple[Candidate, ...]) -> str:
    """The decision by which the text may go there, and which models it may not go to, or were left to rest."""
    refused = [other.entry.name for other in found if other.refused]
    resting = [other.entry.name for other in found if other.why == RESTING]
    said = [
        f"{title}: {', '.join(these)}." for title, these in (("Not allowed", refused), ("Resting", resting)) if these
    ]
    return " ".join([one.decision.reason, *said])
