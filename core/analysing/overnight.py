"""A run that may wait: its windows are handed over as one batch, at its provider's price for that, and collected.

What comes is kept as the answers that the run would else have asked for, so that it goes on as any other. A window
that the batch did not answer is asked directly; what was cancelled before it was answered is handed over again.
"""

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from core import prompts
from core.analysing import plan as plans
from core.analysing.asking import Said, step_name
from core.analysing.keeping import Keeper
from core.analysing.leading import Run, first_of, settled
from core.analysing.plan import Plan
from core.errors import BadInput
from core.extract import prompted
from core.extract.windows import Window
from core.llm import batches, estimates, faults
from core.llm.catalog import Entry
from core.llm.errands import Estimate
from core.prompts import Rendered
from core.store import now, write
from core.types import Completion

LOOK_SECONDS = 60.0
HANDED, COLLECTED = "handed-", "collected-"  # steps, numbered: each time that something is handed over
MOST_TIMES = 3
# Nobody answers just now; the batch is worked on all the same. A day is what a batch has, so that two are enough.
PASSING = (faults.Unreachable, faults.Busy, faults.BrokenOff, faults.ServerFault, faults.TookTooLong)
LONGEST = timedelta(days=2)


def possible(entry: Entry) -> bool:
    """Whether a run that asks this model first can wait for a batch."""
    return batches.takes(entry)


def require_possible(entry: Entry) -> None:
    """BadInput where its provider takes no batches."""
    if not possible(entry):
        raise BadInput(
            f"{entry.name} takes no batches, so it cannot read overnight; name a Claude model, or run it now."
        )


def estimate(direct: Estimate, entry: Entry) -> Estimate:
    """The same calls in a batch. Its price is unknown where the inventory has no discount, and so is when it comes."""
    discount = None if entry.prices is None else entry.prices.batch_discount
    return estimates.scaled(direct, None if discount is None else 1 - discount, timed=False)


def waits(db: Database, run: Run, keeper: Keeper) -> str | None:
    """Since when (UTC) the run waits for its provider; None when all that came of the batch is kept.

    Raises what `batches.send` and `batches.collect` raise.
    """
    number = 1 + sum(name.startswith(COLLECTED) for name in keeper.finished)
    if number > 1 and not keeper.finished[f"{COLLECTED}{number - 1}"]["again"]:
        return None
    plan = settled(db, run, keeper)
    plans.require_as_approved(db, run.errand.user, plan.prompts)
    asked = _asked(run, plan, keeper)
    if f"{HANDED}{number}" not in keeper.finished:
        _hand_over(db, run, keeper, asked)
        # Under these names its answers are kept: of what was asked, also where the prompt's file changes meanwhile.
        keeper.keep(f"{HANDED}{number}", {"at": now(), "steps": {part: step_name(part, asked[part]) for part in asked}})
    handed = keeper.finished[f"{HANDED}{number}"]
    since = str(handed["at"])
    found = _collected(db, run, since)
    if found is None:
        return since
    _keep(keeper, handed["steps"], found)
    keeper.keep(f"{COLLECTED}{number}", {"again": number < MOST_TIMES and _is_worth_again(db, run, found)})
    with write(db):
        batches.forget(db, str(run.errand.job_id))
    return waits(db, run, keeper)


def _asked(run: Run, plan: Plan, keeper: Keeper) -> dict[str, Rendered]:
    """The windows' questions that are not answered yet, by their part of the run."""
    prompt = plans.loaded(plan.prompts["extract"])

    def question(window: Window) -> Rendered:
        return prompts.render(prompt, prompted.values(window, run.reading.document))

    found = {f"window-{window.number}": question(window) for window in plan.windows}
    return {part: one for part, one in found.items() if step_name(part, one) not in keeper.finished}


def _hand_over(db: Database, run: Run, keeper: Keeper, asked: dict[str, Rendered]) -> None:
    keeper.require()
    first, _ = first_of(run.errand, run.router, db)
    require_possible(first.entry)
    items = [batches.Item(part, replace(run.errand, part=part), rendered) for part, rendered in asked.items()]
    batches.send(db, run.settings, str(run.errand.job_id), first.entry.name, items)


def _collected(db: Database, run: Run, since: str) -> dict[str, batches.Result] | None:
    try:
        return batches.collect(db, run.settings, str(run.errand.job_id))
    except PASSING:
        if datetime.fromisoformat(now()) - datetime.fromisoformat(since) > LONGEST:
            raise
        return None


def _is_worth_again(db: Database, run: Run, found: dict[str, batches.Result]) -> bool:
    """Whether something was cancelled before it was answered, and the model can still be asked."""
    first = next((one for one in run.router.candidates(db, run.errand) if one.decision.allowed), None)
    cancelled = any(isinstance(one, faults.Stopped) for one in found.values())
    return cancelled and first is not None and possible(first.entry)


def _keep(keeper: Keeper, steps: dict[str, str], found: dict[str, batches.Result]) -> None:
    """`steps`: the name of each question's step."""
    for part, one in found.items():
        if isinstance(one, Completion) and part in steps:
            said = Said(one.text, one.model, one.finish_reason, from_cache=False)
            keeper.keep(steps[part], asdict(said))
