"""Tables with the same manners everywhere: rows are chosen by a click, headers sort in SQL, risk has its colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import streamlit as st

from pages.parts.words import MODALITIES, RISKS, STATUSES, label

ROW_PIXELS = 32
HEADER_PIXELS = 32
BORDER_PIXELS = 2
# Chips on a canvas take no theme colours, so these follow .streamlit/config.toml: (light, dark).
CHIPS = {
    "red": ("#fde8e8", "#48191d"),
    "orange": ("#ffeeda", "#43280f"),
    "yellow": ("#fff7cf", "#3a3110"),
    "green": ("#e4f5ec", "#123527"),
    "blue": ("#e6f0fb", "#17304f"),
    "violet": ("#f1eafb", "#322650"),
    "gray": ("#edf0f4", "#2a313d"),
}


@dataclass(frozen=True, slots=True)
class Picked:
    """What was clicked: a row, its button, or a header; which rows are ticked; whether the chosen one was left."""

    id: str | None = None
    ticked: tuple[str, ...] = ()
    column: str | None = None
    pressed: str | None = None
    closed: bool = False


def table(
    key: str,
    ids: Sequence[str],
    columns: Mapping[str, Sequence[Any]],
    config: Mapping[str, Any],
    *,
    chosen: str | None = None,
    height: int | Literal["stretch"] | None = None,
    several: bool = False,
    sortable: bool = False,
    boxes: bool = True,
) -> Picked:
    """Draw columns of equal length, a row for each of `ids`; the `chosen` one is shown so.

    `height` in pixels at most, or as high as its container. `several` adds boxes to tick, `sortable` takes clicks on
    headers; without `boxes` a row is chosen by its cells alone. A column of `button_column(key, …)` tells `pressed`.
    """
    import pandas as pd

    at = ids.index(chosen) if chosen in ids else None
    rows = ["multi-row"] if several else ["single-row"] if boxes else []
    natural = natural_pixels(len(ids))
    # Another list is another table: a click on a row of the old one must not be taken for one of the new.
    name, by_cell = f"{key}-{hash(tuple(ids))}", several or not boxes
    seen = _shown(key, name, at, next(iter(columns), ""), by_cell=by_cell)
    found = st.dataframe(
        pd.DataFrame(columns),
        key=name,
        hide_index=True,
        column_config=dict(config),
        placeholder="",
        height=height if isinstance(height, str) else min(natural, height or natural),
        row_height=ROW_PIXELS,
        on_select="rerun",
        selection_mode=[*rows, "single-cell", *(["single-column"] if sortable else [])],
    )["selection"]
    now = _selected(found, by_cell=by_cell)
    st.session_state[f"{key}-seen"] = (name, now)
    pressed = st.session_state.get(f"{key}-pressed")
    return Picked(
        id=ids[now.row] if now.row is not None and now.row not in (at, seen.row) else None,
        ticked=tuple(ids[place] for place in now.ticked),
        column=next(iter(found.get("columns") or ()), None),
        pressed=ids[pressed["row"]] if pressed else None,
        closed=at is not None and now.row is None and seen.row is not None and now.ticked == seen.ticked,
    )


def natural_pixels(rows: int) -> int:
    """How high a table with so many rows is where nothing cuts it."""
    return HEADER_PIXELS + ROW_PIXELS * max(1, rows) + BORDER_PIXELS


class Selection(NamedTuple):
    """Places in a table: of the row that is marked as the chosen one, and of those that are ticked."""

    row: int | None = None
    ticked: tuple[int, ...] = ()


def _selected(found: Mapping[str, Any], *, by_cell: bool) -> Selection:
    cells, rows = found.get("cells") or [], tuple(found.get("rows") or ())
    if by_cell:
        return Selection(cells[0][0] if cells else None, rows)
    return Selection(cells[0][0] if cells else rows[0] if rows else None)


def _shown(key: str, name: str, at: int | None, column: str, *, by_cell: bool) -> Selection:
    """What this table showed as selected; the chosen row is marked where something else than a click here chose it.

    So the table stays the same one, and as far down as it was scrolled.
    """
    state = st.session_state.get(name)
    whose, seen = st.session_state.get(f"{key}-seen", ("", Selection()))
    now = _selected(state["selection"], by_cell=by_cell) if state else Selection()
    if whose == name and state and now != seen:  # a click, which the caller has not heard of yet
        return seen
    if now.row == at:
        return now
    ticked = list(now.ticked) if by_cell else [] if at is None else [at]
    cells = [[at, column]] if by_cell and at is not None else []
    st.session_state[name] = {"selection": {"rows": ticked, "columns": [], "cells": cells}}
    return Selection(at, now.ticked)


def button_column(table_key: str, title: str, **options: Any) -> Any:
    """A column whose cells are links in all but name: a click says `pressed`."""
    return st.column_config.ButtonColumn(
        title, type="tertiary", alignment="left", key=f"{table_key}-pressed", **options
    )


def chips(title: str, colours: Mapping[str, str], **options: Any) -> Any:
    """A column of one-word lists, each in its colour."""
    dark = st.context.theme.type == "dark"
    return st.column_config.MultiselectColumn(
        title,
        options=list(colours),
        color=[CHIPS[colour][dark] for colour in colours.values()],
        format_func=label,
        **options,
    )


def risk_column(title: str = "Risk", **options: Any) -> Any:
    return chips(title, RISKS, width=78, **options)


def status_column(title: str = "Status", **options: Any) -> Any:
    return chips(title, STATUSES, width=104, **options)


def kind_column(title: str = "Kind", **options: Any) -> Any:
    return chips(title, MODALITIES, width=100, **options)
