"""How deciding goes: how much, how fast, how often against the evidence, what is late, and where people differ."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import streamlit as st
from sqlite_utils import Database

from core import review
from core.types import User
from pages.parts import review_charts
from pages.parts.cost_charts import draw
from pages.parts.review_words import hours, size
from pages.parts.words import count, plain, short

BETWEEN = {"reviewers": "two reviewers", "reading": "the reading and people"}
DAYS = {"30": "30 days", "90": "90 days", "365": "A year"}
LEAST_DAYS = 14  # a picture of fewer days has bars as wide as a hand


def since() -> int:
    """So many days, as the URL says, in the row that the caller has opened."""
    asked = st.query_params.get("days")
    days = st.segmented_control(
        "Since", tuple(DAYS), default=asked if asked in DAYS else "30", required=True, format_func=DAYS.get,
        label_visibility="collapsed", key="review-days",
    )  # fmt: skip
    if days != (asked or "30"):
        st.query_params["days"] = days
    return int(days)


def figures(db: Database, user: User, days: int) -> None:
    today = datetime.now(UTC).date()
    found = review.report(db, user, (today - timedelta(days=days - 1)).isoformat())
    _numbers(found)
    if not found.decisions:
        st.info("Nobody has decided anything in this time. Charts of decisions and times stand here once they have.")
        return
    left, right = st.columns(2)
    with left:
        st.subheader("Decisions by day", anchor=False)
        draw(review_charts.decisions(found.by_day, _first(found, today), today), "decisions")
    with right:
        st.subheader("From asking to deciding", anchor=False)
        if found.hours["all"]:
            draw(review_charts.times(found.hours), "times")
        else:
            st.caption("No request was settled in this time.")
        st.subheader("Where opinions differ", anchor=False)
        draw(review_charts.shares(_shares(found)), "shares")
        st.caption(
            "Against the evidence: decisions that say so themselves. Reviewers: two people, the same version, different"
            " verdicts. Reading: a recommended action that was rejected, sent back or worded differently."
        )
        _differing(found.differing)


def _differing(found: Sequence[review.Differing]) -> None:
    """The way to each request on which they do."""
    if not found:
        return
    with st.expander(f"Requests on which opinions differ ({len(found)})"):
        for one in found:
            between = " and ".join(BETWEEN[name] for name in one.between)
            st.page_link(
                "pages/approvals.py", label=f"No. {one.number} · {plain(short(one.title))} :gray[({between})]",
                icon=":material/rule:", query_params={"view": "all", "item": one.item_id},
            )  # fmt: skip


def _first(found: review.Figures, today: date) -> date:
    """The day of the first decision, or a fortnight ago where that is longer."""
    days = [date.fromisoformat(day) for day, _, _ in found.by_day]
    return min([*days, today - timedelta(days=LEAST_DAYS - 1)])


def _numbers(found: review.Figures) -> None:
    half, rate = found.hours["all"], f"{found.override_rate:.0%}" if found.decisions else "–"
    numbers = {
        "Decisions": (f"{found.decisions:,}", f"and {found.by_policy:,} by the policy itself"),
        "Waiting": (size(found.waiting), "requests and documents that wait for somebody"),
        "Overdue": (size(found.overdue), "those of them that are past their time"),
        "Median time": (hours(half[0]) if half else "–", f"19 of 20 within {hours(half[1])}" if half else None),
        "Overrides": (rate, f"{count(found.overrides, 'decision')} against what the evidence suggests"),
        "Refused attempts": (f"{found.refused:,}", "self-approval, stale or replayed, not allowed: all are in the log"),
    }
    with st.container(key="figures"):
        columns = st.columns(len(numbers))
    for column, (name, (number, told)) in zip(columns, numbers.items(), strict=True):
        column.metric(name, number, border=True, help=told)


def _shares(found: review.Figures) -> list[tuple[str, int, int]]:
    return [
        ("Against the evidence", found.overrides, found.decisions),
        ("Reviewers differ", found.reviewers.among, found.reviewers.of),
        ("Reading and people differ", found.model.among, found.model.of),
    ]
