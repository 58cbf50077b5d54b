"""Models measured side by side: chosen, asked in turns while one watches, and what came of it."""

from decimal import Decimal

import streamlit as st
from sqlite_utils import Database

from core import jobs, llm, switches
from core.errors import CopilotError
from core.settings import settings
from core.types import User
from pages.parts import benchmark_figures, rights, shell
from pages.parts.words import count, plain, when

POLL_SECONDS = 1.0
ACTIVE = ("queued", "running")
FEWEST, MOST, USUAL = 3, 50, 10
PROMPTS = {"speed-answer": "A short answer", "speed-reading": "Duties of a page, as JSON"}
EARLIER = 20


def form(db: Database, user: User, found: tuple[llm.Health, ...]) -> None:
    ready, stopped = llm.usable(found, settings()), switches.stopped(db)
    left, middle, right = st.columns([4, 2, 2], vertical_alignment="bottom")
    models = left.multiselect(
        "Models to measure", ready, default=[name for name in ready if name not in stopped][:2],
        format_func=lambda name: _title(name) + (" · stopped" if name in stopped else ""), key="bench-models",
        max_selections=12,
    )  # fmt: skip
    prompt = middle.selectbox(
        "Question", llm.benchmark_prompts(), format_func=lambda name: PROMPTS.get(name, name), key="bench-prompt"
    )
    runs = right.slider("Runs of each", FEWEST, MOST, USUAL, key="bench-runs")
    button, said = st.columns([1, 5], vertical_alignment="center")
    if not models:
        said.caption("Choose a model, or better two: figures say most beside each other.")
    possible = bool(models) and _announced(db, user, models, runs, prompt, said)
    barred = rights.barred(user, "models.manage")
    if not possible:
        barred["disabled"] = True
    if button.button("Measure", type="primary", width="stretch", **barred):
        llm.start_benchmark(db, user, models, runs=runs, prompt=prompt)
        st.session_state.pop("bench-shown", None)
        shell.done("The models are being measured")


def _title(name: str) -> str:
    return f"{llm.entry(name, settings()).title} ({name})"


def _announced(db: Database, user: User, models: list[str], runs: int, prompt: str, place: object) -> bool:
    """What it will take, said before; or why it cannot be done."""
    with place:  # type: ignore[attr-defined]
        try:
            expected = llm.expected(db, user, models, runs, prompt)
        except CopilotError as error:
            st.warning(plain(str(error)))
            return False
        costs = [one.cost_usd for one in expected]
        known = sum((one for one in costs if one is not None), Decimal(0))
        money = "cost unknown" if None in costs else f"about {known:.4f} USD" if known else "no charge"
        calls = count(sum(one.calls for one in expected), "call")
        st.caption(
            f"{calls}, {plain(money)}. The models take turns with the same question, after one call each that may"
            " have to load them. Other work on this computer makes local models slower."
        )
    return True


def measured(db: Database, user: User) -> None:
    """The last benchmark or a chosen earlier one. Polls only while one is under way."""
    waiting = bool(jobs.jobs(db, user, kind="benchmark", active=True, limit=1))
    shell.fragment(run_every=POLL_SECONDS if waiting else None)(_measured)(waiting)


def _measured(db: Database, user: User, waiting: bool) -> None:
    found = llm.benchmarks(db, user, limit=EARLIER)
    if waiting and not any(one.state in ACTIVE for one in found):
        st.rerun()  # the polling ends with the last call
    if not found:
        st.caption("Nothing was measured yet. What is measured here is kept until you delete it.")
        return
    by_id = {one.id: one for one in found}
    shown = by_id[_chosen(found)]
    with st.container(border=True, key=f"bench-{shown.id}"):
        _head(db, user, shown)
        benchmark_figures.figures(shown)
    benchmark_figures.over_time(found, shown)


def _chosen(found: list[llm.Benchmark]) -> str:
    if len(found) == 1:
        return found[0].id
    names = {one.id: f"{when(one.created_at)} · {', '.join(one.models)}" for one in found}
    return str(st.selectbox("Measured", names, format_func=names.get, key="bench-shown"))


def _head(db: Database, user: User, one: llm.Benchmark) -> None:
    title, file, again = st.columns([6, 1.3, 1], vertical_alignment="center")
    asked = PROMPTS.get(one.prompt.partition("/")[0], one.prompt)
    title.markdown(f"**{when(one.created_at)}** · {plain(asked)} · {count(one.runs, 'run')} of each")
    if one.results["calls"]:
        name = "benchmark_results.json"
        file.download_button("Results", one.file, name, "application/json", icon=":material/download:", width="stretch")
    if one.state in ACTIVE:
        if again.button(
            "Cancel", key=f"bench-cancel-{one.id}", width="stretch", **rights.barred(user, "models.manage")
        ):
            jobs.cancel(db, user, one.job_id)
            shell.done("Cancelled; what was measured stays")
        st.progress(one.progress, text=plain(one.stage))
        return
    if again.button("Delete", key=f"bench-forget-{one.id}", width="stretch", **rights.barred(user, "models.manage")):
        llm.forget_benchmark(db, user, one.id)
        st.session_state.pop("bench-shown", None)
        shell.done("Deleted")
    if one.state in ("failed", "cancelled"):
        _unfinished(db, user, one)


def _unfinished(db: Database, user: User, one: llm.Benchmark) -> None:
    said, go_on = st.columns([6, 1], vertical_alignment="center")
    reason = one.error or "Cancelled before it was through."
    said.warning(plain(f"{reason} {count(len(one.results['calls']), 'call')} of it are kept."))
    if go_on.button("Go on", key=f"bench-retry-{one.id}", width="stretch", **rights.barred(user, "models.manage")):
        jobs.retry(db, user, one.job_id)
        st.rerun()
