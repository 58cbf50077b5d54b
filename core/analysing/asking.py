"""A question to a model: asked once however often the run is taken up, since its answer is kept."""

import hashlib
import json
import queue
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from core import prompts
from core.analysing.keeping import Keeper
from core.llm.errands import Errand
from core.llm.router import Router
from core.llm.routes import Quality
from core.prompts import Prompt, Rendered


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered. It holds text: it goes with the job's steps."""

    text: str
    model: str
    finish_reason: str
    from_cache: bool


def step_name(part: str, asked: Rendered) -> str:
    """By all that was asked, too, the prompt's file included: an answer never stands for another question, whatever has
    changed meanwhile.
    """
    whole = json.dumps([asked.digest, asked.system, asked.user])
    return f"{part}:{hashlib.sha256(whole.encode()).hexdigest()[:16]}"


class Asker:
    """Asks for a whole run, from several threads, until `ended`.

    `prompts` by task; `errand` holds what is the same for all questions.
    """

    def __init__(self, router: Router, errand: Errand, versions: Mapping[str, Prompt], keeper: Keeper) -> None:
        self.router, self.errand, self.prompts, self.keeper = router, errand, versions, keeper
        self.ended = threading.Event()
        self._told: queue.SimpleQueue[tuple[str, Said]] = queue.SimpleQueue()

    def ask(self, task: str, part: str, values: Mapping[str, str], *, quality: Quality | None = None) -> Said:
        """The answer to the task's prompt; `part` names the question within the run ("window-12").

        Raises as `Router.ask` does.
        """
        rendered = prompts.render(self.prompts[task], values)
        name = step_name(part, rendered)
        if kept := self.keeper.finished.get(name):
            return Said(**kept)
        errand = replace(self.errand, task=task, part=part, quality=quality or self.errand.quality)
        answer = self.router.ask(errand, rendered, stop=lambda: self.ended.is_set() or self.keeper.stopped())
        said = Said(answer.text, answer.model, answer.completion.finish_reason, answer.from_cache)
        self._told.put((name, said))
        return said

    def answered(self, part: str) -> bool:
        """Whether some question of this part was answered before."""
        return any(name.startswith(f"{part}:") for name in self.keeper.finished)

    def read_before(self, window: int) -> bool:
        """Whether this window was through before."""
        return f"done-{window}" in self.keeper.finished

    def settle(self) -> None:
        """Keep what was answered since the last time: for the one thread that leads the run."""
        while not self._told.empty():
            name, said = self._told.get()
            self.keeper.keep(name, asdict(said))
