"""Coverage as a picture: for each topic, document or bearer what is covered, and the rest by its risk."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import streamlit as st
from sqlite_utils import Database

from core import controls, library
from core.types import User
from pages.parts import chart
from pages.parts.words import RISKS, label

BY = {"topic": "Topic", "document": "Document", "bearer": "Bearer"}
# Solid colours of .streamlit/config.toml, (light, dark).
COVERED, PART = ("#1f8a5b", "#5cc596"), ("#2a6fc0", "#6aa7ef")
MOST_BARS, LONGEST = 14, 34
ROW_PIXELS, FRAME_PIXELS = 30, 80


def chart_rows(counted: list[controls.Count], by: str) -> list[tuple[str, dict[str, int]]]:
    """The values with the most open duties first, each with covered, part, and its gaps by risk."""
    sizes: dict[str, Counter[str]] = {}
    for one in counted:
        part = one.risk if one.coverage == "gap" else one.coverage
        sizes.setdefault(getattr(one, by) or "Not named", Counter())[part] += one.size
    ordered = sorted(
        sizes.items(), key=lambda row: (-sum(row[1][level] for level in RISKS), -sum(row[1].values()), row[0])
    )
    return [(value, dict(found)) for value, found in ordered[:MOST_BARS]]


def chart_colours(dark: bool) -> dict[str, tuple[str, str]]:
    """Part of a bar → its name and colour, from the left."""
    gaps = {level: (f"No control, {level}", chart.COLOURS[level][dark]) for level in RISKS}
    return {"covered": ("Covered", COVERED[dark]), "part": ("In part", PART[dark]), **gaps}


def draw(db: Database, user: User, counted: list[controls.Count]) -> None:
    """The choice of what to count by, and the chart; a click on a bar filters the duties below by it."""
    by = st.segmented_control(
        "By",
        tuple(BY),
        default="topic",
        required=True,
        format_func=BY.get,
        key="coverage-by",
        label_visibility="collapsed",
    )
    rows = chart_rows(counted, by)[::-1]
    titles = {one.id: one.title for one in library.documents(db, user)} if by == "document" else {}
    picked = st.plotly_chart(
        _figure(rows, titles), key=f"coverage-{by}", on_select="rerun", selection_mode="points",
        config={"displayModeBar": False},
    )  # fmt: skip
    if points := picked["selection"]["points"]:
        st.query_params[by] = points[0]["customdata"][0]
        st.rerun()
    st.caption("What is covered, and what is not by its risk. Click a bar to see these duties.")


def _figure(rows: list[tuple[str, dict[str, int]]], titles: Mapping[str, str]) -> Any:
    """A bar for each value, the last on top; `titles` names values that are ids."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for part, (name, colour) in chart_colours(st.context.theme.type == "dark").items():
        figure.add_bar(
            y=[value for value, _ in rows],
            x=[found.get(part, 0) for _, found in rows],
            name=name,
            orientation="h",
            marker_color=colour,
            customdata=[[value, _short(titles.get(value, label(value)))] for value, _ in rows],
            hovertemplate=f"%{{customdata[1]}}: %{{x}} {name.lower()}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack",
        height=FRAME_PIXELS + ROW_PIXELS * len(rows),
        margin={"l": 0, "r": 8, "t": 4, "b": 4},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        clickmode="event+select",
        dragmode=False,
        yaxis={
            "tickmode": "array",
            "tickvals": [value for value, _ in rows],
            "ticktext": [_short(titles.get(value, value)) for value, _ in rows],
        },
    )
    return figure


def _short(words: str) -> str:
    """Plotly reads a few tags in labels; a title from a document must not be one."""
    shown = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    return shown.replace("&", "&amp;").replace("<", "&lt;")
