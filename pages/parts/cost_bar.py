"""What is looked at on Costs: the part, the period, models and tasks, all of it in the URL."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import streamlit as st
from sqlite_utils import Database

from core import operations
from core.types import User
from pages.parts import cost_words, url
from pages.parts.words import day

PERIODS = {"7d": "7 days", "30d": "30 days", "90d": "90 days", "all": "All"}
USUAL = "30d"
MINE = ("everybody", "mine")
NAMES = ("period", "model", "task", "whose")


def today() -> date:
    """In UTC, as the ledger and the budgets count days."""
    return datetime.now(UTC).date()


def view(views: Mapping[str, str]) -> str:
    asked = st.query_params.get("show", "")
    now = asked if asked in views else next(iter(views))
    wanted = st.segmented_control(
        "View", tuple(views), default=now, required=True, label_visibility="collapsed", format_func=views.get,
        key=f"costs-{now}",
    )  # fmt: skip
    if wanted != now:
        st.query_params["show"] = wanted
        st.rerun()
    return now


def filters(db: Database, user: User, known: Mapping[str, tuple[str, ...]]) -> operations.Chosen:
    """The widgets, beside the view's own."""
    everybody = operations.sees_all(user)
    url.follow(
        one={"period": PERIODS, "whose": MINE if everybody else ()},
        many={"model": known["model"], "task": known["task"]},
    )
    period = url.held("period") or USUAL
    st.session_state[url.key("period")] = period
    st.segmented_control(
        "Period", tuple(PERIODS), key=url.key("period"), required=True, label_visibility="collapsed",
        format_func=PERIODS.get,
    )  # fmt: skip
    _pills("Model", "model", known["model"], cost_words.model)
    _pills("Task", "task", known["task"], cost_words.task)
    if everybody:
        _whose()
    url.tell(NAMES)
    if (url.held("model") or url.held("task")) and st.button(
        "Clear", key="costs-clear", icon=":material/close:", type="tertiary"
    ):
        url.clear(("model", "task"))
    return operations.chosen(
        db, user, today(), period=url.held("period") or USUAL, models=tuple(url.held("model") or ()),
        tasks=tuple(url.held("task") or ()), mine=url.held("whose") == "mine",
    )  # fmt: skip


def _pills(title: str, name: str, values: tuple[str, ...], shown) -> None:  # type: ignore[no-untyped-def]
    held = url.held(name)
    with st.popover(f"{title} · {len(held)}" if held else title, key=f"costs-open-{name}"):
        st.pills(
            title, values, selection_mode="multi", key=url.key(name), width=320, label_visibility="collapsed",
            format_func=shown,
        )  # fmt: skip


def _whose() -> None:
    with st.popover("Mine" if url.held("whose") == "mine" else "Everybody", key="costs-open-whose"):
        st.pills(
            "Whose calls", MINE, key=url.key("whose"), width=280, label_visibility="collapsed",
            format_func={"everybody": "Everybody's calls", "mine": "Only mine"}.get,
        )  # fmt: skip
        st.caption("You answer for the models, so you may see what everybody's calls cost, without their names.")


def period(wanted: operations.Chosen) -> str:
    """ "24 Oct 2026 to 22 Nov 2026, UTC"."""
    return f"{day(wanted.first.isoformat())} to {day(wanted.last.isoformat())}, days in UTC"
