"""The gap view: how far the duties are covered, as numbers, as a picture and one by one."""

from functools import partial

import streamlit as st
from sqlite_utils import Database

from core import controls, library
from core.export import controls as export
from core.export.taking import taken
from core.types import User
from pages.parts import (
    bulk,
    control_library,
    coverage_chart,
    deciding,
    gap_filters,
    samples,
    session,
    shell,
    tables,
    url,
)
from pages.parts.gap_filters import COVERAGE_NAMES, COVERAGES, IMPACTS
from pages.parts.words import day, must

PER_PAGE = 50
SORTS = {"impact": "Impact", "risk": "Risk", "due": "Due date", "position": "Place"}


def view(db: Database, user: User) -> None:
    if not controls.libraries(db, user):
        control_library.offer(db, user)
    filter = gap_filters.bar(db, user)
    counted = controls.counts(db, user, filter)
    if not counted:
        nothing(db, user, filter)
        return
    totals(counted)
    chosen = st.query_params.get("obligation")
    left, right = st.columns([11, 9] if chosen else [7, 5])
    with left:
        listing(db, user, filter, sum(one.size for one in counted), chosen)
    with right:
        if chosen:
            with st.container(key="beside"), shell.guarded():
                deciding.panel(db, user, chosen, close=close)
        else:
            coverage_chart.draw(db, user, counted)


def totals(counted: list[controls.Count]) -> None:
    sizes = {name: sum(one.size for one in counted if one.coverage == name) for name in COVERAGES}
    high = sum(one.size for one in counted if one.coverage == "gap" and one.impact == "high")
    urgent = sum(one.size for one in counted if one.coverage == "gap" and one.risk in ("critical", "high"))
    numbers = (
        ("Duties", f"{sum(sizes.values()):,}", "That apply to the firm, or may"),
        ("Covered", f"{controls.share(sizes):.0%}", "By a confirmed control; what is met in part counts half"),
        ("In part", f"{sizes['part']:,}", "Only by controls that somebody confirmed in part"),
        ("No control", f"{sizes['gap']:,}", "No control that somebody confirmed"),
        ("Urgent gaps", f"{urgent:,}", "No control, and of critical or high risk"),
        ("High impact gaps", f"{high:,}", "No control, and of high impact on the firm"),
    )
    for column, (name, number, help) in zip(st.columns(len(numbers)), numbers, strict=True):
        column.metric(name, number, border=True, help=help)


def listing(db: Database, user: User, filter: controls.GapFilter, total: int, chosen: str | None) -> None:
    asked = st.query_params.get("sort", "impact")
    last = max(0, (total - 1) // PER_PAGE)
    at = min(page(), last)
    with st.container(horizontal=True, vertical_alignment="center", key="gap-list-bar"):
        sort = st.selectbox(
            "Sort by", tuple(SORTS), index=list(SORTS).index(asked) if asked in SORTS else 0, format_func=SORTS.get,
            key="gap-sort", width=130, label_visibility="collapsed",
        )  # fmt: skip
        st.query_params["sort"] = sort
        st.markdown(f"{at * PER_PAGE + 1:,}–{min(total, (at + 1) * PER_PAGE):,} of {total:,}", width="content")
        for step, icon, name in ((-1, ":material/chevron_left:", "Previous"), (1, ":material/chevron_right:", "Next")):
            possible = 0 <= at + step <= last
            if st.button("", key=f"gap-page{step}", icon=icon, help=f"{name} page", disabled=not possible):
                st.query_params["p"] = str(at + step + 1)
                st.rerun()
        with st.popover("Export", icon=":material/download:", key="gap-export"):
            downloads(filter)
        bulk.undo(db, user)
    shown = controls.gaps(db, user, filter, sort=sort, limit=PER_PAGE, offset=at * PER_PAGE)
    picked = table(shown, chosen)
    if picked.id:
        st.query_params["obligation"] = picked.id
        st.rerun()


def page() -> int:
    """The page that the URL asks for, from 0."""
    return url.number("p")


def table(shown: list[controls.Gap], chosen: str | None) -> tables.Picked:
    text = st.column_config.TextColumn
    columns = {
        "path": [one.path for one in shown],
        "coverage": [[one.coverage] for one in shown],
        "risk": [[one.risk] for one in shown],
        "impact": [[one.impact] for one in shown],
        "control": [", ".join(one.controls) or (f"{one.suggested}?" if one.suggested else "") for one in shown],
        "what": [must(one.modality, one.action) for one in shown],
        "who": [one.bearer for one in shown],
        "due": [day(one.due) for one in shown],
        "document": [one.document for one in shown],
    }
    config = {
        "path": text("Place", width=110),
        "coverage": coverage_column(),
        "risk": tables.risk_column(),
        "impact": tables.chips("Impact", IMPACTS, width=80),
        "control": text("Control", width=90, help="Confirmed; with a question mark: suggested"),
        "what": text("What", width=240),
        "who": text("Who", width=110),
        "due": text("Due", width=90),
        "document": text("Document", width=150),
    }
    left_out = {"who", "due", "document"} if chosen else set() if any(columns["due"]) else {"due"}
    kept = {name: values for name, values in columns.items() if name not in left_out}
    return tables.table(
        "gaps", [one.id for one in shown], kept, {name: config[name] for name in kept}, chosen=chosen, height=560
    )


def coverage_column() -> object:
    dark = st.context.theme.type == "dark"
    return st.column_config.MultiselectColumn(
        "Coverage", options=list(COVERAGES), color=[tables.CHIPS[colour][dark] for colour in COVERAGES.values()],
        format_func=COVERAGE_NAMES.get, width=95,
    )  # fmt: skip


def downloads(filter: controls.GapFilter) -> None:
    st.markdown("What is filtered, as a file:")
    with st.container(horizontal=True):
        for name, (title, mime) in export.FORMATS.items():
            made = session.later(partial(_taken, name=name, filter=filter))
            st.download_button(
                title, made, f"gaps.{name}", mime, key=f"gaps-{name}", on_click="ignore", icon=":material/download:"
            )


def _taken(db: Database, user: User, *, name: str, filter: controls.GapFilter) -> bytes:
    found = controls.gaps(db, user, filter, limit=None)
    documents = {one.document_id for one in found}
    return taken(db, user, export.gaps(name, found), f"gaps.{name}", documents, len(found)).data


def nothing(db: Database, user: User, filter: controls.GapFilter) -> None:
    if filter != controls.GapFilter():
        st.info("No duty matches. Clear a filter to see more.")
    elif library.documents(db, user):
        st.info("No document that is released has a duty that applies to the firm, or may.")
    else:
        samples.offer(db, user)


def close() -> None:
    if st.button("Close", key="gap-close", shortcut="Esc"):
        st.query_params.pop("obligation", None)
        st.rerun()
