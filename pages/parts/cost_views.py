"""The parts of Costs that look back: what was spent, how models did, and the models side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from sqlite_utils import Database

from core import operations
from core.settings import settings
from core.types import User
from pages.parts import cost_bar, cost_charts, cost_figures, cost_tables, cost_words
from pages.parts.words import count, day, plain

TRACES = cost_tables.TRACES


def spending(db: Database, user: User, wanted: operations.Chosen, colours: Mapping[str, str]) -> None:
    whole, before = operations.total(db, user, wanted), operations.total(db, user, wanted.before)
    if not whole.calls + whole.kept_calls:
        _nothing(whole)
        return
    free = not whole.known_usd and not whole.unknown_calls
    cost_figures.spent(whole, before, wanted, free=free)
    _notes(db, user, whole)
    found = operations.spend(db, user, wanted, ["day", "model"])
    kinds = cost_charts.tokens(operations.spend(db, user, wanted, ["day"]), wanted)
    left, right = st.columns([7, 5])
    with left:
        st.subheader("Tokens by day" if free else "Spend by day", anchor=False)
        cost_charts.draw(cost_charts.by_day(found, wanted, colours, of="tokens" if free else "usd"), "spend")
    with right:
        budget = operations.sees_all(user) and not free
        st.subheader("This month's budget" if budget else "Model time by day", anchor=False)
        if not budget:
            cost_charts.draw(cost_charts.by_day(found, wanted, colours, of="hours"), "time")
        else:
            _budget(db, user)
    left, right = st.columns([7, 5])
    with left:
        st.subheader("Tokens by kind", anchor=False)
        cost_charts.draw(kinds, "kinds")
    with right:
        _caps(db, user)
    cost_tables.breakdown(db, user, wanted)


def speed(db: Database, user: User, wanted: operations.Chosen, colours: Mapping[str, str]) -> None:
    speeds = operations.speeds(db, user, wanted)
    failed = operations.reliability(db, user, wanted)
    if not failed:
        _nothing(operations.total(db, user, wanted))
        return
    cost_figures.did(failed)
    _renamed(operations.renamed(db, user, wanted))
    faults = operations.faults(db, user, wanted)
    left, right = st.columns(2)
    with left:
        st.subheader("Time to answer", anchor=False)
        if speeds:
            cost_charts.draw(cost_charts.latency(speeds, colours), "latency")
        else:
            st.caption("No model answered in this period.")
    with right:
        st.subheader("Errors", anchor=False)
        if faults:
            cost_charts.draw(cost_charts.errors(faults), "errors")
        else:
            st.success("No call failed.", icon=":material/check:")
    cost_tables.models(db, user, speeds, failed)
    cost_tables.calls(db, user, wanted)


def compare(db: Database, user: User, wanted: operations.Chosen, colours: Mapping[str, str]) -> None:
    found = operations.compared(db, user, settings(), wanted)
    if not found:
        _nothing(operations.total(db, user, wanted))
        return
    st.info(
        "How good each model's reading is has not been measured yet: that needs evaluations on labelled texts. Until"
        " then, compare cost and time here; the quality shown is what somebody set by hand.",
        icon=":material/straighten:",
    )
    drawn = [one for one in found if one.least_usd is not None and one.p50_ms is not None]
    st.subheader("Cost against time", anchor=False)
    if drawn:
        said = {one.model: cost_tables.each(one) for one in drawn}
        cost_charts.draw(cost_charts.frontier(drawn, colours, said), "frontier")
    if missing := [one.model for one in found if one not in drawn]:
        st.caption(f"Not drawn, since cost or time is unknown: {', '.join(map(plain, missing))}.")
    st.subheader("Side by side", anchor=False)
    cost_tables.compared(found)


def empty() -> None:
    """Before the first call: what makes costs, and where to begin."""
    st.subheader("Nothing was asked of a model yet", anchor=False)
    st.markdown(
        "Costs arise when a **language model** reads a document for you, answers a prompt that you try, or is measured."
        " The built-in engine costs nothing and is not counted here. Models on this computer have no charge either: for"
        " them you will see tokens and time. *Projection* tells beforehand what a month with a model would cost."
    )
    with st.container(horizontal=True, key="costs-begin"):
        st.page_link("pages/models.py", label="Set up a model", icon=":material/neurology:")
        st.page_link("pages/documents.py", label="Choose a document to analyse", icon=":material/folder_open:")


def _notes(db: Database, user: User, whole: operations.Spend) -> None:
    notes = []
    if waiting := operations.in_flight(db, user):
        notes.append(f"{count(waiting, 'call')} under way, not counted yet.")
    if whole.refused_calls:
        notes.append(f"{count(whole.refused_calls, 'call')} refused before anything was sent.")
    if notes:
        st.caption(" ".join(notes))


def _budget(db: Database, user: User) -> None:
    """The month against its cap, of those whose spend the reader may see."""
    cost_charts.draw(cost_charts.budget(operations.burn(db, user, settings(), cost_bar.today())), "budget")


def _caps(db: Database, user: User) -> None:
    st.subheader("Caps", anchor=False, help=CAP)
    for cap in operations.caps(db, user, settings()):
        used = float(cap.spent / cap.cap) if cap.cap else 1.0
        st.progress(min(1.0, used), f"{CAPS[cap.name]}: {_of(cap)}")


CAPS = {
    "user_day_usd": "You, today",
    "day_usd": "Everybody, today",
    "month_usd": "Everybody, this month",
    "unpriced_day_tokens": "Tokens of unknown price, today",
}


CAP = (
    "Set in models/routes.toml. A call that could go over one is not made. What is put aside for calls under way, and"
    " for those whose cost nobody knows, counts here and not in the spend above."
)


def _of(cap: Any) -> str:
    if cap.unit == "tokens":
        return f"{cost_words.amount(float(cap.spent))} of {cost_words.amount(float(cap.cap))}"
    return f"{plain(cost_words.money(cap.spent))} of {plain(cost_words.money(cap.cap))}"


def _renamed(found: Sequence[operations.Renamed]) -> None:
    """A provider may have put another model in the place of the one that was chosen."""
    for one in found[:3]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"renamed-{one.model}-{one.since}"):
            st.warning(
                f"{plain(one.model)} has called itself {plain(one.after)} since {day(one.since)}; before it was"
                f" {plain(one.before)}. Check its results before you rely on them.",
                icon=":material/published_with_changes:",
            )
            if one.trace_id:
                st.page_link(TRACES, label="Trace", icon=":material/timeline:", query_params={"trace": one.trace_id})


def _nothing(whole: operations.Spend) -> None:
    if whole.refused_calls:
        st.info(f"{count(whole.refused_calls, 'call')} refused before anything was sent; no model was asked.")
    else:
        st.info("No model was asked in this period for what is chosen. Choose a longer period, or clear the filters.")
