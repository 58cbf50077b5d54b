"""The register as a table: a page of rows, sorted and cut in SQL; a click opens one, ticks gather several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from sqlite_utils import Database

from core import register
from core.register.lists import Items, items
from core.types import User
from pages.parts import tables, url
from pages.parts.words import BEARERS, day, must, short

PLACE_WIDTH = 130  # pixels, at least
PER_PAGE = 50
LINKED = "register-linked"
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
ORDERS = {
    "position": "place",
    "document": "document",
    "modality": "kind",
    "bearer": "who",
    "action": "what",
    "iso8601": "deadline",
    "due": "due date",
    "next_review": "next review",
    "risk": "risk",
    "status": "status",
    "owner": "owner",
    "confidence": "sureness",
}


def rows(db: Database, user: User, filter: register.Filter) -> tuple[list[register.Row], int]:
    """One page of rows, and how many there are in all."""
    total = register.count(db, user, filter)
    sort, down = order()
    _turn_to_linked(db, user, filter, sort, down)
    at = min(page(), max(0, (total - 1) // PER_PAGE))
    return register.rows(db, user, filter, sort, down, PER_PAGE, at * PER_PAGE), total


def _turn_to_linked(db: Database, user: User, filter: register.Filter, sort: str, down: bool) -> None:
    """A link to a row opens the page that it is on; once, so that whoever turns pages or sorts is not turned back."""
    chosen = st.query_params.get("obligation")
    if chosen and chosen != st.session_state.get(LINKED) and "p" not in st.query_params:
        before = register.place(db, user, chosen, filter, sort, down) or 0
        if before >= PER_PAGE:
            st.query_params["p"] = str(before // PER_PAGE + 1)
    st.session_state[LINKED] = chosen


def page() -> int:
    """The page that the URL asks for, from 0."""
    return url.number("p")


def order() -> tuple[str, bool]:
    sort = st.query_params.get("sort", "position")
    return (sort if sort in ORDERS else "position"), st.query_params.get("order") == "down"


def table(db: Database, user: User, shown: Sequence[register.Row], chosen: str | None) -> tuple[str, ...]:
    """Draw it; opens what was clicked, sorts by a clicked header, gives the ids of the ticked rows."""
    sort, down = order()
    by_place = sort == "position" and not down
    lines = _lines(items(db, user, shown) if by_place else [Items("", "", (row,)) for row in shown])
    columns = _columns(lines)
    key = f"register-{sort}-{down}"
    with st.container(key="register-grid", height=tables.natural_pixels(len(lines)), border=False):
        picked = tables.table(
            key,
            [line.id for line in lines],
            columns,
            {name: _column(name, sort, down, key, _place_width(columns["path"])) for name in columns},
            height="stretch",
            several=True,
            sortable=True,
            chosen=chosen,
        )
    stands_for = {line.id: line.rows for line in lines}
    if picked.pressed:
        row = stands_for[picked.pressed][0]
        where = {"document": row.document_id, "obligation": row.obligation_id}
        st.switch_page("pages/document.py", query_params=where)
    if picked.column in SORTS:
        _sort(SORTS[picked.column], sort, down)
    if picked.closed:
        st.query_params.pop("obligation", None)
        st.rerun()
    if picked.id:
        st.query_params["obligation"] = stands_for[picked.id][0].id
        st.rerun()
    return tuple(dict.fromkeys(row.id for id in picked.ticked for row in stands_for[id]))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: one row, or the lead-in of a list, which stands for all of its items."""

    id: str
    rows: tuple[register.Row, ...]
    lead_in: str = ""
    item: bool = False
    path: str = ""

    @property
    def row(self) -> register.Row | None:
        return None if self.lead_in else self.rows[0]


def _lines(groups: Sequence[Items]) -> list[Line]:
    lines = []
    for group in groups:
        if group.lead_in:
            lines.append(Line(f"list-{group.rows[0].id}", group.rows, group.lead_in, path=group.path))
        for row in group.rows:
            lines.append(Line(row.id, (row,), item=bool(group.lead_in), path=row.path))
    return lines


def _columns(lines: Sequence[Line]) -> dict[str, list[Any]]:
    """The most needed first, since a narrow window cuts the last; the same ones whether a row is open or not."""

    def cells(cell: Callable[[register.Row], Any], lead_in: Any = None) -> list[Any]:
        return [cell(line.row) if line.row else lead_in for line in lines]

    columns = {
        "path": [f"{'   ' if line.item else ''}{line.path}" for line in lines],
        "risk": cells(lambda row: [row.risk], []),
        "what": [line.lead_in or _what(line) for line in lines],
        "who": cells(lambda row: row.bearer or BEARERS[row.bearer_kind], ""),
        "when": cells(lambda row: row.deadline or row.iso8601 or "", ""),
        "status": cells(lambda row: [row.status], []),
        "due": cells(lambda row: day(row.due), ""),
        "owner": cells(lambda row: row.owner, ""),
        "kind": cells(lambda row: [row.modality], []),
        "document": cells(lambda row: short(row.document), ""),
        "sure": cells(lambda row: row.confidence),
    }
    few = [name for name in ("due", "owner", "when") if not any(columns[name])]
    # One page may hold rows of one law only; which law it is goes without saying only where one was asked for.
    few += ["document"] if len(st.query_params.get_all("document")) == 1 else []
    return {name: values for name, values in columns.items() if name not in few}


def _place_width(places: Sequence[str]) -> int:
    """Pixels: as wide as the longest place of this page, within reason; a place that is cut names another one."""
    return min(180, max(PLACE_WIDTH, 24 + 6 * max(map(len, places), default=0)))


def _what(line: Line) -> str:
    """An item reads on from its lead-in in its own words, unless a person has said what must be done."""
    row = line.rows[0]
    return f"– {row.quote}" if line.item and not row.corrections else must(row.modality, row.action)


def _column(name: str, sort: str, down: bool, key: str, place_width: int) -> object:
    arrow = (" ↓" if down else " ↑") if SORTS[name] == sort else ""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "path": lambda: tables.button_column(
            key, f"Place{arrow}", width=place_width, help="A click on a place opens it in the source"
        ),
        "kind": lambda: tables.kind_column(f"Kind{arrow}"),
        "risk": lambda: tables.risk_column(f"Risk{arrow}"),
        # What the place takes beyond its least, it takes from here: so the last column stays on the screen.
        "what": lambda: text(f"What{arrow}", width=380 - (place_width - PLACE_WIDTH)),
        "who": lambda: text(f"Who{arrow}", width=135),
        "when": lambda: text(f"When{arrow}", width=115),
        "status": lambda: tables.status_column(f"Status{arrow}"),
        "due": lambda: text(f"Due{arrow}", width=92),
        "owner": lambda: text(f"Owner{arrow}", width=105),
        "document": lambda: text(f"Document{arrow}", width=156),
        "sure": lambda: number(
            f"Sure{arrow}", width=60, format="percent", help="How sure the engine is of its reading"
        ),
    }[name]()


def _sort(wanted: str, sort: str, down: bool) -> None:
    st.query_params["sort"] = wanted
    st.query_params["order"] = "down" if wanted == sort and not down else "up"
    st.query_params.pop("p", None)
    st.rerun()


def pager(total: int, buttons: Callable[[], None]) -> None:
    """How many there are, the way through them, and their order, which is over all of them; `buttons` at its end."""
    last = max(0, (total - 1) // PER_PAGE)
    at = min(page(), last)
    with st.container(horizontal=True, vertical_alignment="center", key="pager"):
        first = at * PER_PAGE + 1 if total else 0
        st.markdown(f"{first:,}–{min(total, (at + 1) * PER_PAGE):,} of {total:,}")
        for step, icon, name in ((-1, ":material/chevron_left:", "Previous"), (1, ":material/chevron_right:", "Next")):
            possible = 0 <= at + step <= last
            if st.button("", key=f"pager{step}", icon=icon, help=f"{name} page", disabled=not possible):
                st.query_params["p"] = str(at + step + 1)
                st.rerun()
        _order_of_all()
        st.space("stretch")
        buttons()


def _order_of_all() -> None:
    sort, down = order()
    wanted = st.selectbox(
        "Sort by", tuple(ORDERS), tuple(ORDERS).index(sort), format_func=lambda one: f"By {ORDERS[one]}",
        key=f"sort-{sort}", label_visibility="collapsed", width=120, help="The order of all rows, not only these",
    )  # fmt: skip
    icon, name = ("down", "Falling") if down else ("up", "Rising")
    turned = st.button("", key="turn-order", icon=f":material/arrow_{icon}ward:", help=f"{name}; click to turn round")
    if turned or wanted != sort:
        _sort(wanted, sort, down)
