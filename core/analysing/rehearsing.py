"""A run gone through with the answers that are kept, and nobody asked: what it would ask, as far as that is known."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlite_utils import Database

from core import prompts, register
from core.analysing import plan as plans
from core.analysing.asking import Asker, Said
from core.analysing.further import Further
from core.analysing.keeping import InMemory
from core.analysing.leading import Run, findings
from core.analysing.options import STEPS
from core.analysing.plan import Plan
from core.analysing.windows import BUILTIN, Text, Unread, WindowRead, read, read_by_rules
from core.extract.windows import Window
from core.llm.catalog import Entry
from core.llm.faults import NoAnswer
from core.llm.router import nobody
from core.llm.routes import Quality
from core.pipeline import Findings, analyze_reading
from core.prompts import Rendered

PARTS = {"window": "windows", "best": "stronger"}  # others are called as their task is


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`asked`: the questions by the part of the run that they belong to, those of `unknown` windows left out: what a
    model says of these nobody knows yet. `rests` says in words on whose norms the further steps' questions rest; ""
    where all that is kept settles them.
    """

    asked: Mapping[str, list[Rendered]]
    unknown: tuple[Window, ...]
    rests: str


class NotKept(NoAnswer):
    """Only asking would tell."""


class Rehearsal(Asker):
    """Answers from what is kept. Of the steps that follow from the norms, those that are not kept change nothing."""

    def __init__(self, db: Database, run: Run, plan: Plan) -> None:
        versions = {task: plans.loaded(name) for task, name in plan.prompts.items()}
        super().__init__(run.router, run.errand, versions, InMemory())
        self.db = db
        self.open = False  # whether some window, or a second look at one, is not answered yet
        self.asked: dict[str, list[Rendered]] = defaultdict(list)
        self._first: dict[tuple[str, Quality], Entry] = {}

    def ask(self, task: str, part: str, values: Mapping[str, str], *, quality: Quality | None = None) -> Said:
        """Raises NotKept, and NoAnswer or Refused where nobody would be asked."""
        errand = replace(self.errand, task=task, quality=quality or self.errand.quality)
        key = task, errand.quality
        if key not in self._first:
            found = self.router.candidates(self.db, errand)
            first = next((one.entry for one in found if one.decision.allowed), None)
            if first is None:
                raise nobody(found)
            self._first[key] = first
        rendered = prompts.render(self.prompts[task], values)
        self.asked[PARTS.get(part.partition("-")[0], task)].append(rendered)
        kept = self.router.kept(self.db, errand, rendered, self._first[key])
        if kept is not None:
            return Said(kept.completion.text, kept.completion.model, kept.completion.finish_reason, from_cache=True)
        if task in STEPS:
            return Said("", self._first[key].name, "stop", from_cache=False)
        self.open = True
        raise NotKept(f"{part} is not answered yet.")

    def answered(self, part: str) -> bool:
        return True  # so that no span is left of what is not done

    def read_before(self, window: int) -> bool:
        return True


def rehearsed(db: Database, run: Run, plan: Plan) -> Rehearsed:
    """Raises as asking the model does."""
    rehearsal, text = Rehearsal(db, run, plan), Text(run.reading)
    known, unknown = dict[int, WindowRead](), list[Window]()
    for window in plan.windows:
        try:
            known[window.number] = read(window, text, plan, run.options, rehearsal)
        except Unread as error:
            known[window.number] = read_by_rules(window, text, error)
        except NotKept:
            unknown.append(window)
    if known:
        missing = {window.number: read_by_rules(window, text, None) for window in unknown}
        found = findings(run, text, [(known | missing)[window.number] for window in plan.windows])
        whose = "the kept answers, and of the built-in reading elsewhere; less if they come out as before"
    else:
        found, whose = _before(db, run, plan)
    # Who answered nothing but nonsense is not asked on.
    steps = run.options.steps if unknown or not all(one.degraded for one in known.values()) else ()
    Further(rehearsal, plan, run.reading, run.decision, steps).advised(found, run.today or date.today())
    rests = f"as for the {len(found.obligations):,} norms of {whose}" if rehearsal.open else ""
    return Rehearsed(rehearsal.asked, tuple(unknown), rests)


def _before(db: Database, run: Run, plan: Plan) -> tuple[Findings, str]:
    """The latest reading that is stored by the model that is asked first, else the built-in one, and whose that is."""
    user, document_id = run.errand.user, run.reading.document.id
    stored = register.runs(db, user, document_id)
    model = plan.counted_for.partition(" ")[0]
    own = [kept for kept in stored if kept.model == model]
    builtin = [kept for kept in stored if kept.model == BUILTIN]
    last = (own or builtin)[-1:]
    made = register.analysis(db, user, document_id, last[0].id) if last else analyze_reading(run.reading)
    whose = "its last reading" if own else "the built-in reading"
    return Findings(made.obligations, made.statements, made.ungrounded, made.rejected), whose
