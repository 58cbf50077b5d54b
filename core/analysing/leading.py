"""A whole run: from the plan over the windows and the steps that follow to an Analysis, going on from what is kept."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from core.analysing import plan as plans
from core.analysing.asking import Asker
from core.analysing.further import Further
from core.analysing.keeping import Keeper
from core.analysing.options import Options
from core.analysing.plan import Plan
from core.analysing.pool import Pool
from core.analysing.windows import Text, Unread, WindowRead, read, read_by_rules
from core.extract.ground import together
from core.extract.windows import Window
from core.llm import ledger, routes
from core.llm.errands import Candidate, Errand
from core.llm.faults import NoAnswer, OverBudget, Stopped
from core.llm.router import Router, nobody
from core.pipeline import ALLOWED, MOMENT, Findings, concluded, weighed
from core.settings import Settings
from core.store import now
from core.types import Analysis, Metadata, Reading, Scope, Statement

MOST_AT_ONCE = 8
GIVE_UP = 5  # windows that fail before any succeeds, and that fail in a row when they are tried again
NONSENSE = 10  # windows in a row whose answers cannot be read: what is left is not asked about
READING, SETTLED = 0.8, 0.02  # shares of the whole: when the windows are read, when they are cut


@dataclass(frozen=True, slots=True)
class Run:
    """What is read, for whom, by what right. `errand` holds what is the same for all of its questions.

    `profile` and `today` as for the built-in analysis.
    """

    settings: Settings
    router: Router
    errand: Errand
    options: Options
    reading: Reading
    decision: Scope
    trace_id: str
    profile: str = ""
    today: date | None = None


def lead(db: Database, run: Run, keeper: Keeper) -> Analysis:
    """The run's analysis. Raises what the router raises when nothing more can be done; what is kept stays kept.

    NoAnswer when no model answered at all: that is a failure, and never a document without norms. Where
    models answered and nothing of it could be read, the reading is the built-in engine's, and the result says so.
    """
    began, clock = now(), time.monotonic()

    def worked() -> dict[str, Any]:
        return {"began": began, "ms": round(1_000 * (time.monotonic() - clock))}

    plan = settled(db, run, keeper)
    plans.require_as_approved(db, run.errand.user, plan.prompts)
    asker = Asker(run.router, run.errand, {task: plans.loaded(name) for task, name in plan.prompts.items()}, keeper)
    try:
        reads = _read(run, plan, asker, keeper, worked)
        return _concluded(db, run, plan, asker, keeper, reads, worked)
    except Stopped:
        keeper.require()  # says why
        raise
    finally:
        asker.ended.set()


def first_of(run_errand: Errand, router: Router, db: Database) -> tuple[Candidate, str | None]:
    """Who would be asked first, and who for windows whose reading is weak. Raises Refused or NoAnswer: nobody."""
    found = router.candidates(db, run_errand)
    first = next((one for one in found if one.decision.allowed), None)
    if first is None:
        raise nobody(found)
    if run_errand.model is not None:
        return first, None  # the person chose; no other model is asked because of what this one says
    best = router.candidates(db, replace(run_errand, quality="best"))
    stronger = next((one.entry.name for one in best if one.decision.allowed), None)
    return first, None if stronger == first.entry.name else stronger


def settled(db: Database, run: Run, keeper: Keeper) -> Plan:
    """The plan as it was kept, or made now."""
    if "plan" not in keeper.finished:
        keeper.show(0.0, "Dividing the text")
        first, stronger = first_of(run.errand, run.router, db)
        counter = plans.counter(db, run.settings, run.errand, run.options, first)
        made = plans.planned(db, run.settings, run.reading, run.options, first, stronger, counter)
        keeper.keep("plan", plans.packed(made))
    return plans.unpacked(keeper.finished["plan"])


# --- the windows ------------------------------------------------------------------------------------------------


@dataclass
class _Windows:
    """How far the windows are. `over` is the cap that was reached; nothing new is begun then."""

    total: int
    reads: dict[int, WindowRead]
    failed: dict[int, NoAnswer]
    over: OverBudget | None = None
    in_a_row: int = 0
    nonsense: int = 0

    def more(self) -> bool:
        hopeless = self.in_a_row >= GIVE_UP and not self.reads
        return self.over is None and not hopeless and self.nonsense < NONSENSE


def _read(run: Run, plan: Plan, asker: Asker, keeper: Keeper, worked: Any) -> list[WindowRead]:
    """Every window read: by a model where one answers, else by the built-in engine."""
    text = Text(run.reading)
    state = _Windows(len(plan.windows), {}, {})
    first = list(plan.windows)
    _round(run, plan, asker, keeper, text, state, first, worked)
    # Those that failed are tried once more when all others are through: a server may have been busy or restarting.
    second = [one for one in plan.windows if _may_pass(state.failed.get(one.number))]
    if state.reads and state.over is None:
        state.in_a_row = 0
        _round(run, plan, asker, keeper, text, state, second, worked)
    if state.over is not None:
        done = len(state.reads)
        raise OverBudget(f"{state.over} {done} of {state.total} windows are read and kept; a retry goes on from there.")
    if not state.reads and any(not isinstance(error, Unread) for error in state.failed.values()):
        raise _hopeless(state)
    for window in plan.windows:
        if window.number not in state.reads:
            # Not in either: not asked any more, because all that was said before was nonsense.
            last = read_by_rules(window, text, state.failed.get(window.number))
            _keep(keeper, state, last, worked)
    return [state.reads[window.number] for window in plan.windows]


def _round(
    run: Run, plan: Plan, asker: Asker, keeper: Keeper, text: Text, state: _Windows, windows: list[Window], worked: Any
) -> None:
    def begin() -> bool:
        if not state.more():
            return False
        keeper.require()
        return True

    pool: Pool[Window, WindowRead] = Pool(_at_once(run), lambda window: read(window, text, plan, run.options, asker))
    text.warm()
    _show(keeper, state)
    for window, result, error in pool.each(windows, more=begin, settle=asker.settle):
        if result is not None:
            state.in_a_row = state.nonsense = 0
            state.failed.pop(window.number, None)
            _keep(keeper, state, result, worked)
        elif isinstance(error, OverBudget):
            state.over = error
        elif isinstance(error, NoAnswer):
            state.in_a_row += 1
            state.nonsense = state.nonsense + 1 if isinstance(error, Unread) else 0
            state.failed[window.number] = error
        elif error is not None:
            raise error
        _show(keeper, state)


def _may_pass(error: NoAnswer | None) -> bool:
    """Asked again, a model that answered nonsense would answer the same."""
    return error is not None and not isinstance(error, Unread)


def _hopeless(state: _Windows) -> NoAnswer:
    number, error = next(iter(state.failed.items()))
    tried = len(state.failed)
    which = f"any of the {tried} windows that were tried" if tried > 1 else "the window that was tried"
    return NoAnswer(f"No model could read {which}, so nothing is stored. Window {number}: {error}")


def _keep(keeper: Keeper, state: _Windows, result: WindowRead, worked: Any) -> None:
    state.reads[result.number] = result
    name = f"done-{result.number}"
    if keeper.finished.get(name, {}).items() & result.counts.items() != result.counts.items():
        keeper.keep(name, {**result.counts, **worked()})


def _show(keeper: Keeper, state: _Windows) -> None:
    failed = len(state.failed)
    done = len(state.reads) + failed
    if keeper.stopped():
        keeper.require()  # says why
    share = SETTLED + (READING - SETTLED) * done / max(1, state.total)
    lost = f", {failed} could not be read" if failed else ""
    keeper.show(share, f"Window {min(done + 1, state.total)} of {state.total}{lost}")


def _at_once(run: Run) -> int:
    """As many as the backend that is asked first takes; the router holds the others to their own limits."""
    backend = (run.options.model or "").partition(":")[0]
    known = [routes.limit(run.settings, backend)] if backend else list(routes.routes(run.settings).limit.values())
    return min(MOST_AT_ONCE, max(known, default=1))


# --- what they come to ------------------------------------------------------------------------------------------


def _concluded(
    db: Database, run: Run, plan: Plan, asker: Asker, keeper: Keeper, reads: list[WindowRead], worked: Any
) -> Analysis:
    reading = run.reading
    found = findings(run, Text(reading), reads)
    keeper.require()
    keeper.show(READING, "Weighing what was found")
    engines = Counter(one.engine for one in reads if not one.degraded)
    steps = run.options.steps if engines or not reads else ()  # who answered nothing but nonsense is not asked on
    advised = Further(asker, plan, reading, run.decision, steps).advised(found, run.today or date.today())
    taken = ledger.taken(db, run.trace_id)
    made = Metadata(
        request_id=run.trace_id,
        model=engines.most_common(1)[0][0] if engines else _asked(db, run),
        created_at=datetime.now(UTC).strftime(MOMENT),
        latency_ms=_worked(keeper.finished, worked()),
        prompt_version=", ".join(plans.named(one) for one in asker.prompts.values()),
        input_tokens=taken.input_tokens,
        output_tokens=taken.output_tokens,
        cached_tokens=taken.cached_tokens,
        cost_usd=None if taken.cost_usd is None else float(taken.cost_usd),
        policy_decision=ALLOWED if run.decision.decision == "in_scope" else f"{ALLOWED}: a person released it",
    )
    warned = (*reading.document.warnings, *_warnings(reads), *advised.warnings)
    document = replace(reading.document, warnings=warned)
    return concluded(
        replace(reading, document=document), run.decision, advised.findings, advised.actions, made, advised.summary
    )


def findings(run: Run, text: Text, reads: Sequence[WindowRead]) -> Findings:
    """What all windows come to, before any model says more of it."""
    grounded = together([one.grounded for one in reads], run.reading.document)
    obligations = weighed(grounded, run.reading, run.profile)
    said = [statement for one in reads for statement in one.statements if not one.degraded]
    lost = tuple(lost for one in reads for lost in one.rejected)
    return Findings(obligations, _statements([*text.builtin[1], *said]), grounded.ungrounded, lost)


def _asked(db: Database, run: Run) -> str:
    """Whose reading it would have been, where nothing of it could be read."""
    return run.options.model or first_of(run.errand, run.router, db)[0].entry.name


def _statements(found: list[Statement]) -> tuple[Statement, ...]:
    """In the order of the text, each sentence once; what the built-in engine says of it comes first."""
    placed = sorted(found, key=lambda one: one.quote.start if one.quote.start is not None else -1)
    return tuple(next(group) for _, group in groupby(placed, key=lambda one: one.quote))


def _warnings(reads: list[WindowRead]) -> list[str]:
    """What a reader of the result has to know of how it came about."""
    degraded, stronger = sum(one.degraded for one in reads), sum(bool(one.stronger) for one in reads)
    engines = Counter(one.engine for one in reads if not one.degraded)
    lines = []
    if degraded:
        lines.append(
            f"{degraded} of {len(reads)} windows were read by the built-in engine, because no model gave an answer"
            " that could be read."
        )
    if stronger:
        lines.append(f"{stronger} of {len(reads)} windows were put to a stronger model, because the reading was weak.")
    if repeated := sum(one.repeated for one in reads):
        lines.append(f"Repeats in the model's answers, each left out: {repeated:,}.")
    if len(engines) > 1:
        lines.append(f"Read by {', '.join(f'{model} ({number})' for model, number in engines.most_common())}.")
    return lines


def _worked(finished: Mapping[str, Any], last: Mapping[str, Any]) -> int:
    """Milliseconds of work, without the time in which the run was paused or nobody worked."""
    tries = {last["began"]: last["ms"]}
    for name, value in finished.items():
        if name.startswith("done-"):
            tries[value["began"]] = max(value["ms"], tries.get(value["began"], 0))
    return sum(tries.values())
