"""The register as a table: a page of rows, sorted and cut in SQL; a click opens one, ticks gather several."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import register
from core.types import User
from pages.parts import tables
from pages.parts.words import BEARERS, count, day

PER_PAGE = 50
# Column of the table → the field to sort by, for those that have one.
SORTS = {
    "path": "position",
    "kind": "modality",
    "who": "bearer",
    "what": "action",
    "when": "iso8601",
    "due": "due",
    "risk": "risk",
    "status": "status",
    "owner": "owner",
    "sure": "confidence",
    "document": "document",
}


def rows(db: Database, user: User, filter: register.Filter) -> tuple[list[register.Row], int]:
    """One page of rows, and how many there are in all."""
    total = register.count(db, user, filter)
    sort, down = order()
    at = min(page(), max(0, (total - 1) // PER_PAGE))
    return register.rows(db, user, filter, sort, down, PER_PAGE, at * PER_PAGE), total


def page() -> int:
    """The page that the URL asks for, from 0."""
    asked = st.query_params.get("p", "1")
    return max(0, int(asked) - 1) if asked.isdecimal() else 0


def order() -> tuple[str, bool]:
    sort = st.query_params.get("sort", "position")
    return (sort if sort in (*SORTS.values(), "next_review") else "position"), st.query_params.get("order") == "down"


def table(shown: Sequence[register.Row], chosen: str | None, *, narrow: bool) -> tuple[str, ...]:
    """Draw it; opens what was clicked, sorts by a clicked header, gives the ids of the ticked rows."""
    sort, down = order()
    columns = {
        "path": [one.path for one in shown],
        "kind": [[one.modality] for one in shown],
        "who": [one.bearer or BEARERS[one.bearer_kind] for one in shown],
        "what": [one.action for one in shown],
        "when": [one.deadline or one.iso8601 or "" for one in shown],
        "risk": [[one.risk] for one in shown],
        "status": [[one.status] for one in shown],
        "due": [day(one.due) for one in shown],
        "owner": [one.owner for one in shown],
        "sure": [one.confidence for one in shown],
        "document": [one.document for one in shown],
    }
    if narrow:
        columns = {name: columns[name] for name in ("path", "risk", "status", "who", "what")}
    else:
        few = [name for name in ("due", "owner") if not any(columns[name])]
        # One page may hold rows of one law only; which law it is goes without saying only where one was asked for.
        few += ["document"] if len(st.query_params.get_all("document")) == 1 else []
        columns = {name: values for name, values in columns.items() if name not in few}
    with st.container(key="register-grid", height="stretch"):
        picked = tables.table(
            f"register-{sort}-{down}-{narrow}",
            [one.id for one in shown],
            columns,
            {name: _column(name, sort, down) for name in columns},
            height="stretch",
            several=True,
            sortable=True,
            chosen=chosen,
        )
    if picked.column:
        _sort(SORTS[picked.column], sort, down)
    if picked.id:
        st.query_params["obligation"] = picked.id
        st.rerun()
    return picked.ticked


def _column(name: str, sort: str, down: bool) -> object:
    arrow = (" ↓" if down else " ↑") if SORTS[name] == sort else ""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "path": lambda: text(f"Place{arrow}", width=140),
        "kind": lambda: tables.kind_column(f"Kind{arrow}"),
        "who": lambda: text(f"Who{arrow}", width=150),
        "what": lambda: text(f"What{arrow}", width=300),
        "when": lambda: text(f"When{arrow}", width=140),
        "due": lambda: text(f"Due{arrow}", width=95),
        "risk": lambda: tables.risk_column(f"Risk{arrow}"),
        "status": lambda: tables.status_column(f"Status{arrow}"),
        "owner": lambda: text(f"Owner{arrow}", width=110),
        "sure": lambda: number(
            f"Sure{arrow}", width=60, format="percent", help="How sure the engine is of its reading"
        ),
        "document": lambda: text(f"Document{arrow}", width=180),
    }[name]()


def _sort(wanted: str, sort: str, down: bool) -> None:
    st.query_params["sort"] = wanted
    st.query_params["order"] = "down" if wanted == sort and not down else "up"
    st.query_params.pop("p", None)
    st.rerun()


def pager(total: int) -> None:
    """How many there are, and the way through them."""
    last = max(0, (total - 1) // PER_PAGE)
    at = min(page(), last)
    with st.container(horizontal=True, vertical_alignment="center", key="pager"):
        first = at * PER_PAGE + 1 if total else 0
        st.markdown(f"{first:,}–{min(total, (at + 1) * PER_PAGE):,} of {count(total, 'row')}")
        for step, icon, name in ((-1, ":material/chevron_left:", "Previous"), (1, ":material/chevron_right:", "Next")):
            possible = 0 <= at + step <= last
            if st.button("", key=f"pager{step}", icon=icon, help=f"{name} page", disabled=not possible):
                st.query_params["p"] = str(at + step + 1)
                st.rerun()
