"""The pictures of Costs. Each takes what was counted and gives a figure, which `draw` shows; nothing is read here."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st

from core import operations
from pages.parts import cost_words
from pages.parts.cost_words import GREY, INK, KINDS, PALETTE, dark, literal

WEEKLY_FROM = 120  # days: beyond, a bar stands for a week
FEW = 5  # so many things at the most are counted one by one on the scale
HEIGHT, ROW_PIXELS, FRAME_PIXELS = 270, 40, 90
SECONDS = {
    0.001: "1 ms",
    0.01: "10 ms",
    0.1: "0.1 s",
    0.3: "0.3 s",
    1: "1 s",
    3: "3 s",
    10: "10 s",
    30: "30 s",
    100: "100 s",
    300: "300 s",
}
# (core.operations.Spend) → what a bar is high.
Measure = Callable[[operations.Spend], float]


def by_day(found: Sequence[operations.Spend], wanted: operations.Chosen, colours: Mapping[str, str], *, of: str) -> Any:
    """Stacked by model. `found` is counted by day and model; `of` is "usd", "tokens" or "hours"."""
    read, unit, suffix = _in_time(found) if of == "hours" else (*MEASURES[of], "")
    figure = _figure()
    days = _days(wanted)
    for model in [name for name in colours if any(one.key[1] == name for one in found)]:
        heights = dict.fromkeys(days, 0.0)
        for one in found:
            if one.key[1] == model:
                heights[_bar(one.key[0], wanted)] += read(one)
        if not any(heights.values()):
            continue
        figure.add_bar(
            x=days,
            y=list(heights.values()),
            name=literal(cost_words.model(model)),
            marker_color=colours[model],
            hovertemplate=f"%{{x|%-d %b %Y}}{_week(wanted)}<br>{literal(model)}: {unit}<extra></extra>",
        )
    _dated(figure, wanted)
    if of == "usd":
        figure.update_yaxes(tickformat=_cents(max(_stacked(figure).values(), default=0)))
    return _laid(figure, barmode="stack", prefix="$" if of == "usd" else "", suffix=suffix)


def tokens(found: Sequence[operations.Spend], wanted: operations.Chosen) -> Any:
    """By kind; `found` is counted by day."""
    figure = _figure()
    days = _days(wanted)
    for kind, (name, colour) in KINDS.items():
        heights = dict.fromkeys(days, 0)
        for one in found:
            heights[_bar(one.key[0], wanted)] += one.by_kind[kind]
        if any(heights.values()):
            figure.add_bar(
                x=days,
                y=list(heights.values()),
                name=name,
                marker_color=colour[dark()],
                hovertemplate=f"%{{x|%-d %b %Y}}{_week(wanted)}<br>{name}: %{{y:,}} tokens<extra></extra>",
            )
    _dated(figure, wanted)
    return _laid(figure, barmode="stack")


def budget(burnt: operations.Burn) -> Any:
    """The month so far, the cap as a line, and where it is going."""
    figure = _figure()
    blue, red, grey = PALETTE[0][dark()], PALETTE[5][dark()], GREY[dark()]
    spent = [float(one) for one in burnt.spent_usd]
    figure.add_scatter(
        x=burnt.days,
        y=spent,
        name="Spent",
        mode="lines+markers" if len(spent) < 3 else "lines",
        fill="tozeroy",
        line={"color": blue, "width": 2, "shape": "hv"},
        hovertemplate="up to %{x|%-d %b}: $%{y:,.2f}<extra></extra>",
    )
    last = burnt.last_day.isoformat()
    if burnt.expected_usd is not None and burnt.days[-1] != last:
        figure.add_scatter(
            x=[burnt.days[-1], last],
            y=[spent[-1], float(burnt.expected_usd)],
            name="At this pace",
            mode="lines",
            line={"color": grey, "width": 2, "dash": "dot"},
            hovertemplate="%{x|%-d %b}: $%{y:,.2f} at this pace<extra></extra>",
        )
    figure.add_scatter(
        x=[burnt.days[0], last],
        y=[float(burnt.month_usd)] * 2,
        name="Cap",
        mode="lines",
        line={"color": red, "width": 2, "dash": "dash"},
        hovertemplate=f"Cap: {cost_words.money(burnt.month_usd)}<extra></extra>",
    )
    figure.update_xaxes(range=[burnt.days[0], last], tickformat="%-d %b")
    return _laid(figure, prefix="$")


def latency(found: Sequence[operations.Speed], colours: Mapping[str, str]) -> Any:
    """A line for each model from p50 to p95, and the first word before it; seconds, each step three times the last."""
    import plotly.graph_objects as go

    figure = _figure()
    rows = list(found)[::-1]
    names = [literal(cost_words.model(one.model)) for one in rows]
    for one, name in zip(rows, names, strict=True):
        figure.add_scatter(
            x=[_seconds(one.p50_ms), _seconds(one.p95_ms)], y=[name, name], mode="lines", showlegend=False,
            line={"color": colours[one.model], "width": 7}, opacity=0.35, hoverinfo="skip",
        )  # fmt: skip
    shades = [colours[one.model] for one in rows]
    for title, field, symbol in (
        ("First word, p50", "first_p50_ms", "diamond-open"),
        ("Whole answer, p50", "p50_ms", "circle"),
        ("Whole answer, p95", "p95_ms", "line-ns"),
    ):
        figure.add_trace(
            go.Scatter(
                x=[_seconds(getattr(one, field)) for one in rows],
                y=names,
                name=title,
                mode="markers",
                marker={"symbol": symbol, "size": 12, "color": shades, "line": {"width": 3, "color": shades}},
                hovertemplate=f"%{{y}}<br>{title}: %{{x:.2f}} s<extra></extra>",
            )
        )
    figure.update_xaxes(type="log", tickvals=list(SECONDS), ticktext=list(SECONDS.values()), showgrid=True)
    return _laid(figure, height=FRAME_PIXELS + ROW_PIXELS * max(2, len(rows)))


def errors(found: Sequence[operations.Fault]) -> Any:
    """Failed calls of each model, stacked by fault."""
    figure = _figure()
    failed = Counter({one.model: 0 for one in found})
    for one in found:
        failed[one.model] += one.calls
    models = [model for model, _ in failed.most_common()][::-1]
    kinds = list(dict.fromkeys(one.fault for one in found))
    shades = [PALETTE[n] for n in (5, 1, 4, 3, 0)]
    for place, kind in enumerate(kinds):
        calls = {one.model: one.calls for one in found if one.fault == kind}
        name = literal(cost_words.fault(kind))
        figure.add_bar(
            y=[literal(cost_words.model(model)) for model in models],
            x=[calls.get(model, 0) for model in models],
            name=name,
            orientation="h",
            marker_color=(shades[place] if place < len(shades) else GREY)[dark()],
            hovertemplate=f"%{{y}}<br>{name}: %{{x}}<extra></extra>",
        )
    return _laid(figure, barmode="stack", height=FRAME_PIXELS + ROW_PIXELS * max(2, len(models)))


def frontier(found: Sequence[operations.Compared], colours: Mapping[str, str], said: Mapping[str, str]) -> Any:
    """Cost of a document, `said` in words, against the time of an answer: down and to the left is better."""
    figure = _figure()
    for one in found:
        figure.add_scatter(
            x=[float(one.least_usd or 0)],
            y=[_seconds(one.p50_ms)],
            mode="markers+text",
            text=[literal(cost_words.model(one.model))],
            textposition="middle right",
            textfont={"color": INK[dark()]},
            marker={"size": 15, "color": colours[one.model], "line": {"width": 1, "color": INK[dark()]}},
            showlegend=False,
            cliponaxis=False,
            hovertemplate=f"{literal(one.model)}<br>{said[one.model]} a document"
            f"<br>{cost_words.seconds(one.p50_ms)} for half of its answers<extra></extra>",
        )
    dearest = max((float(one.least_usd or 0) for one in found), default=0) or 0.01
    # Room for the dearest model's name on its right.
    figure.update_xaxes(title="USD a document", tickprefix="$", tickformat=_cents(dearest), showgrid=True)
    figure.update_xaxes(range=[-dearest / 40, dearest * 1.25])
    figure.update_yaxes(title="Seconds, p50", rangemode="tozero", ticksuffix=" s")
    return _laid(figure, height=330)


def months(found: Sequence[operations.Projection], chosen: str) -> Any:
    """USD a month with each model that costs something, the cheapest on top; the chosen one is marked."""
    figure = _figure()
    rows = list(found)[::-1]
    figure.add_bar(
        y=[literal(cost_words.model(one.model)) for one in rows],
        x=[float(one.cost_usd or 0) for one in rows],
        orientation="h",
        marker_color=[PALETTE[0][dark()] if one.model == chosen else GREY[dark()] for one in rows],
        text=[cost_words.money(one.cost_usd) for one in rows],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_xaxes(tickprefix="$", rangemode="tozero")
    return _laid(figure, height=50 + 28 * max(2, len(rows)), right=70)


TIMES = ((3_600_000, " h"), (60_000, " min"), (1_000, " s"))
MEASURES: dict[str, tuple[Measure, str]] = {
    "usd": (lambda one: float(one.known_usd), "$%{y:,.4f}"),
    "tokens": (lambda one: float(one.tokens), "%{y:,} tokens"),
}


def _in_time(found: Sequence[operations.Spend]) -> tuple[Measure, str, str]:
    """In the largest unit of which there is one: no axis says 0.0005 h."""
    longest = max((one.busy_ms for one in found), default=0)
    unit_ms, suffix = next((one for one in TIMES if longest >= one[0]), TIMES[-1])
    return lambda one: one.busy_ms / unit_ms, f"%{{y:.2f}}{suffix}", suffix


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else max(ms, 1) / 1_000


def _bar(day: str, wanted: operations.Chosen) -> str:
    """The bar that a day is part of: itself, or the Monday of its week."""
    if wanted.days <= WEEKLY_FROM:
        return day
    found = date.fromisoformat(day)
    return (found - timedelta(days=found.weekday())).isoformat()


def _days(wanted: operations.Chosen) -> list[str]:
    listed = [(wanted.first + timedelta(days=n)).isoformat() for n in range(wanted.days)]
    return list(dict.fromkeys(_bar(day, wanted) for day in listed))


def _week(wanted: operations.Chosen) -> str:
    return ", the week from then" if wanted.days > WEEKLY_FROM else ""


def _dated(figure: Any, wanted: operations.Chosen) -> None:
    figure.update_xaxes(tickformat="%b %Y" if wanted.days > WEEKLY_FROM else "%-d %b", range=_edges(wanted))


def _edges(wanted: operations.Chosen) -> list[str]:
    """Half a bar before the first and after the last, so that empty days are seen as well."""
    listed = _days(wanted)
    half = timedelta(hours=84 if wanted.days > WEEKLY_FROM else 12)
    first, last = (datetime.fromisoformat(day) for day in (listed[0], listed[-1]))
    return [(first - half).isoformat(), (last + half).isoformat()]


def _figure() -> Any:
    import plotly.graph_objects as go

    return go.Figure()


def _laid(
    figure: Any, *, height: int = HEIGHT, prefix: str = "", suffix: str = "", right: int = 8, **layout: Any
) -> Any:
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": right, "t": 4, "b": 4},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        dragmode=False,
        hoverlabel={"align": "left"},
        bargap=0.25,
        **layout,
    )
    if prefix:
        figure.update_yaxes(tickprefix=prefix, rangemode="tozero")
    if suffix:
        figure.update_yaxes(ticksuffix=suffix, exponentformat="none")  # 0.0006 h, never 600µ h
    return figure


def whole_numbers(figure: Any) -> None:
    """The height of bars as whole things: of a few, halves would be drawn, which read as the same number twice."""
    few = max(_stacked(figure).values(), default=0) <= FEW
    figure.update_yaxes(rangemode="tozero", tickformat=",d", dtick=1 if few else None)


def _stacked(figure: Any) -> dict[str, float]:
    """How high the bars of each place are together."""
    heights: dict[str, float] = {}
    for bar in figure.data:
        for place, height in zip(bar.x, bar.y, strict=True):
            heights[place] = heights.get(place, 0) + height
    return heights


def _cents(most: float) -> str | None:
    """How an axis of USD up to `most` is written: "$0.60", never "$0.6", where its steps are of cents."""
    return ",.2f" if 0.05 <= most < 5 else None


def draw(figure: Any, key: str) -> None:
    st.plotly_chart(figure, key=f"chart-{key}", config={"displayModeBar": False})
