"""Tables with the same manners everywhere: rows are chosen by a click, headers sort in SQL, risk has its colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from pages.parts.words import MODALITIES, RISKS, STATUSES, label

ROW_PIXELS = 32
HEADER_PIXELS = 36
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
    """What was clicked: a row that was not the chosen one, rows that were ticked (by their ids), or a header."""

    id: str | None = None
    ticked: tuple[str, ...] = ()
    column: str | None = None


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
) -> Picked:
    """Draw columns of equal length, a row for each of `ids`; the `chosen` one is shown so.

    `height` in pixels at most, or as high as its container. `several` adds boxes to tick, `sortable` takes clicks on
    headers.
    """
    import pandas as pd

    at = ids.index(chosen) if chosen in ids else None
    modes = ["multi-row" if several else "single-row", "single-cell"] + (["single-column"] if sortable else [])
    natural = HEADER_PIXELS + ROW_PIXELS * max(1, len(ids)) + 3
    shown = st.dataframe(
        pd.DataFrame(columns),
        # Another list is another table: a click on a row of the old one must not be taken for one of the new.
        key=f"{key}-{hash((chosen, *ids))}",
        hide_index=True,
        column_config=dict(config),
        placeholder="",
        height=height if isinstance(height, str) else min(natural, height or natural),
        row_height=ROW_PIXELS,
        on_select="rerun",
        selection_mode=modes,
        selection_default=_selected(at, next(iter(columns), ""), several=several),
    )
    found = shown["selection"]
    cells, rows = found.get("cells") or [], tuple(found.get("rows") or ())
    row = cells[0][0] if cells else rows[0] if rows and not several else None
    return Picked(
        id=ids[row] if row is not None and row != at else None,
        ticked=tuple(ids[place] for place in rows) if several else (),
        column=next(iter(found.get("columns") or ()), None),
    )


def _selected(at: int | None, column: str, *, several: bool) -> Any:
    """Where several can be ticked, the chosen one is shown by its first cell."""
    if at is None:
        return None
    return {"selection": {"cells": [[at, column]]} if several else {"rows": [at]}}


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
    return chips(title, RISKS, width=80, **options)


def status_column(title: str = "Status", **options: Any) -> Any:
    return chips(title, STATUSES, width=110, **options)


def kind_column(title: str = "Kind", **options: Any) -> Any:
    return chips(title, MODALITIES, width=100, **options)
