"""What a run would take before it is made: part by part, with what each rests on, and how far off that may be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeVar

from sqlite_utils import Database

from core import prompts
from core.analysing import overnight
from core.analysing import plan as plans
from core.analysing.leading import Run, first_of
from core.analysing.options import STEPS
from core.analysing.plan import Plan
from core.analysing.rehearsing import Rehearsed, rehearsed
from core.errors import BadInput
from core.extract import prompted
from core.extract.windows import Window
from core.llm import budgets, counting, estimates, routes
from core.llm.errands import Candidate, Errand, Estimate, Takes
from core.llm.faults import NoAnswer, Refused
from core.prompts import Rendered
from core.store import one
from core.telemetry.hashing import user_hash

LOOKED_BACK = 20  # runs
ENOUGH = 20  # windows that make a history
NOTHING = Takes(0, 0, Decimal(0), 0.0)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a run's calls. `rests` says in words what their number rests on, "" where it is known."""

    name: Literal["windows", "stronger", "again", "risk", "actions", "summary"]
    estimate: Estimate
    rests: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a whole run would take, as it was chosen. `estimate` is of all its `parts`; of the windows there may be as
    few and as many as `between`.

    `overnight` is what it would take with its windows as a batch, None where the model that is asked first takes none;
    `estimate` is that, too, where the options say so. `candidates` in the order in which they would be asked, those
    that will not be asked with the reason. `warning`: a budget may not hold it.
    """

    windows: int
    between: tuple[int, int]
    estimate: Estimate
    parts: tuple[Part, ...]
    candidates: tuple[Candidate, ...]
    stronger: str | None
    overnight: Estimate | None
    warning: str | None


def forecast(db: Database, run: Run) -> Forecast:
    """Raises as asking the model does, and BadInput where it cannot read the text, or takes no batch."""
    first, stronger = first_of(run.errand, run.router, db)
    if run.options.batch:
        overnight.require_possible(first.entry)
    counter = plans.counter(db, run.settings, run.errand, run.options, first, quick=True)
    off = getattr(routes.routes(run.settings).estimate.off, counter.how)
    plan, low, high = _plans(db, run, first, stronger, counter, off)
    reading = _windows(db, run, plan, low, high)
    seen = rehearsed(db, run, plan)
    parts = (Part("windows", reading), *_others(db, run, plan, seen, first.entry.name), *_steps(db, run, plan, seen))
    direct = estimates.added([part.estimate for part in parts])
    later = None
    if overnight.possible(first.entry):
        night = overnight.estimate(reading, first.entry)
        later = estimates.added([night, *(part.estimate for part in parts[1:])])
    whole = later if later and run.options.batch else direct
    return Forecast(
        len(plan.windows), (len(low.windows), len(high.windows)), whole, parts,
        run.router.candidates(db, run.errand), stronger, later, _warning(db, run, whole),
    )  # fmt: skip


def _plans(
    db: Database, run: Run, first: Candidate, stronger: str | None, counter: counting.Counter, off: float
) -> tuple[Plan, Plan, Plan]:
    """As the tokens are counted, and as they would be if that were off by so much, to either side."""

    def planned(times: float) -> Plan:
        scaled = counter if times == 1 else counter.times(times)
        return plans.planned(db, run.settings, run.reading, run.options, first, stronger, scaled)

    usual = planned(1)
    if counter.exact or counter.settled:
        return usual, usual, usual
    try:
        return usual, planned(1 / off), planned(off)
    except BadInput:  # then not even one sentence would fit, which is found out when the text is divided
        return usual, planned(1 / off), usual


def _windows(db: Database, run: Run, plan: Plan, low: Plan, high: Plan) -> Estimate:
    prompt = plan.prompts["extract"]
    usual, least, most = (
        run.router.estimate(db, run.errand, _questions(run, prompt, one.windows)) for one in (plan, low, high)
    )
    return replace(usual, least=least.least, most=most.most)


def _questions(run: Run, prompt: str, windows: Sequence[Window]) -> list[Rendered]:
    """Of the windows; `prompt` is its name and version."""
    asked = plans.loaded(prompt)
    return [prompts.render(asked, prompted.values(window, run.reading.document)) for window in windows]


# --- windows that are read again --------------------------------------------------------------------------------


def _others(db: Database, run: Run, plan: Plan, seen: Rehearsed, model: str) -> list[Part]:
    """Weak windows by a stronger model, and the second pass: as the answers that are kept have it; of windows without
    one as many as in the runs before, or as is assumed.
    """
    held, found = routes.routes(run.settings).estimate, list[Part]()
    if run.options.cascade and plan.stronger:
        share, rests = _share(db, run, model, "best", held.stronger_share)
        asked = [*seen.asked["stronger"], *_picked(_questions(run, plan.prompts["extract"], seen.unknown), share)]
        found += _part(db, run, "stronger", replace(run.errand, quality="best"), asked, _partly(plan, seen, rests))
    if run.options.second_pass:
        share, rests = _share(db, run, model, "again", held.again_share)
        guessed = [_left_open(run, plan, window, held.again_text) for window in _picked(seen.unknown, share)]
        asked = [*seen.asked["again"], *guessed]
        found += _part(db, run, "again", replace(run.errand, task="again"), asked, _partly(plan, seen, rests))
    return found


def _partly(plan: Plan, seen: Rehearsed, rests: str) -> str:
    """What a number rests on that is known of the windows which are answered already, and of the others as `rests`."""
    known = len(plan.windows) - len(seen.unknown)
    if not seen.unknown or not known:
        return rests if seen.unknown else ""
    return f"{rests}, but for {known:,} that are answered already"


# By the beginning of their parts' names: the runs that were to read windows again.
CHOSEN = {
    "best": "json_extract(payload, '$.cascade') and json_extract(payload, '$.model') is null",
    "again": "json_extract(payload, '$.second_pass')",
}


def _share(db: Database, run: Run, model: str, name: str, assumed: float) -> tuple[float, str]:
    """Of the windows that the model read in the tenant's finished runs, how many were asked about again, and how that
    is told.
    """
    sql = f"""
        select count(distinct case when part like 'window-%' then job_id || part end) as windows,
            count(distinct case when part like ? then job_id || part end) as again, count(distinct job_id) as runs
        from model_call where state in ('done', 'cached') and job_id in (
            select id from job where tenant = ? and kind = 'analyse' and state = 'done' and {CHOSEN[name]}
                and exists (select 1 from model_call where job_id = job.id and task = 'extract' and model = ?)
            order by number desc limit ?
        )
    """
    row = one(db, sql, [f"{name}-%", run.errand.user.tenant, model, LOOKED_BACK]) or {"windows": 0}
    if row["windows"] < ENOUGH:
        return assumed, f"assumed: {assumed:.0%} of the windows"
    share = min(1.0, row["again"] / row["windows"])
    runs = "1 run" if row["runs"] == 1 else f"{row['runs']} runs"
    return share, f"{share:.0%} of the windows, as in {runs} before"


def _picked(items: Sequence[T], share: float) -> list[T]:
    """Such a share of them, at least one of any, spread over all."""
    number = min(len(items), math.ceil(len(items) * share))
    return [items[place * len(items) // number] for place in range(number)]


def _left_open(run: Run, plan: Plan, window: Window, share: float) -> Rendered:
    """A question of the second pass as long as one about that share of a window; which sentences, nobody knows yet."""
    prompt = plans.loaded(plan.prompts["again"])
    text = window.text[: max(1, int(len(window.text) * share))]
    title = " ".join(run.reading.document.title.split()) or "this document"
    return prompts.render(prompt, {"regulation": title, "sentences": text})


# --- what follows from the norms --------------------------------------------------------------------------------


def _steps(db: Database, run: Run, plan: Plan, seen: Rehearsed) -> list[Part]:
    """Risk, actions and summary of the norms that are known, or are taken for known."""
    found = list[Part]()
    for step in (step for step in STEPS if step in run.options.steps):
        found += _part(db, run, step, replace(run.errand, task=step), seen.asked[step], seen.rests, at_once=1)
    if seen.rests and len(seen.unknown) < len(plan.windows):  # one norm more or less changes most of the questions
        found = [replace(one, estimate=replace(one.estimate, least=NOTHING)) for one in found]
    return found


def _part(
    db: Database,
    run: Run,
    name: Literal["stronger", "again", "risk", "actions", "summary"],
    errand: Errand,
    asked: Sequence[Rendered],
    rests: str,
    *,
    at_once: int | None = None,
) -> list[Part]:
    """None where nobody would be asked: the built-in rules do it then, or it is left."""
    try:
        return [Part(name, run.router.estimate(db, errand, asked, at_once=at_once), rests)] if asked else []
    except (NoAnswer, Refused):
        return []


def _warning(db: Database, run: Run, whole: Estimate) -> str | None:
    user = run.errand.user
    who = budgets.Spender(user.tenant, user_hash(user), None, run.options.run_usd)
    return budgets.warning(db, routes.budgets(run.settings), who, whole)
