"""The pictures of Figures. Each takes what was counted and gives a figure; nothing is read here."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pages.parts.cost_charts import whole_numbers
from pages.parts.cost_words import PALETTE, dark
from pages.parts.review_words import VERDICTS, hours
from pages.parts.words import label

HEIGHT, ROW_PIXELS, FRAME_PIXELS = 400, 34, 70
COLOURS = {"accept": PALETTE[2], "request_change": PALETTE[1], "reject": PALETTE[5], "escalate": PALETTE[3]}
RISKS = ("critical", "high", "medium", "low")
STEPS = {1 / 60: "1 min", 1 / 6: "10 min", 1: "1 h", 6: "6 h", 24: "1 d", 168: "7 d", 720: "30 d"}


def decisions(found: Sequence[tuple[str, str, int]], first: date, last: date) -> Any:
    """Stacked by verdict: (day, verdict, how many), of the days from first to last."""
    figure = _figure()
    days = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    for verdict, (_, done, _) in VERDICTS.items():
        counted = {day: number for day, what, number in found if what == verdict}
        if not counted:
            continue
        figure.add_bar(
            x=days,
            y=[counted.get(day, 0) for day in days],
            name=done,
            marker_color=COLOURS[verdict][dark()],
            hovertemplate=f"%{{x|%-d %b %Y}}<br>{done}: %{{y}}<extra></extra>",
        )
    figure.update_xaxes(tickformat="%-d %b", type="date")
    whole_numbers(figure)
    return _laid(figure, HEIGHT, barmode="stack")


def times(found: Mapping[str, tuple[float, float, int] | None]) -> Any:
    """A line for each risk from p50 to p95; hours, on a scale on which a minute and a month are both seen."""
    figure, colour = _figure(), PALETTE[0][dark()]
    known = {risk: taken for risk in reversed(RISKS) if (taken := found.get(risk))}
    names = [f"{label(risk)} ({size:,})" for risk, (_, _, size) in known.items()]
    for name, (p50, p95, _) in zip(names, known.values(), strict=True):
        figure.add_scatter(
            x=[_least(p50), _least(p95)], y=[name, name], mode="lines", showlegend=False, hoverinfo="skip",
            line={"color": colour, "width": 7}, opacity=0.35,
        )  # fmt: skip
    for place, title, symbol in ((0, "Half of them", "circle"), (1, "19 of 20", "line-ns")):
        values = [taken[place] for taken in known.values()]
        figure.add_scatter(
            x=[_least(value) for value in values],
            y=names,
            name=title,
            mode="markers",
            text=[hours(value) for value in values],
            marker={"symbol": symbol, "size": 12, "color": colour, "line": {"width": 3, "color": colour}},
            hovertemplate=f"%{{y}}<br>{title} within %{{text}}<extra></extra>",
        )
    longest = max([36.0, *(p95 * 1.5 for _, p95, _ in known.values())])
    figure.update_xaxes(
        type="log", tickvals=list(STEPS), ticktext=list(STEPS.values()), showgrid=True,
        range=[math.log10(1 / 90), math.log10(longest)],
    )  # fmt: skip
    return _laid(figure, FRAME_PIXELS + ROW_PIXELS * max(2, len(known)))


def shares(rows: Sequence[tuple[str, int, int]]) -> Any:
    """(what, how many, of how many) as bars of percent, the first on top."""
    figure = _figure()
    listed = list(rows)[::-1]
    figure.add_bar(
        y=[name for name, _, _ in listed],
        x=[100 * part / whole if whole else 0 for _, part, whole in listed],
        orientation="h",
        marker_color=PALETTE[0][dark()],
        text=[f"{part / whole:.0%}, {part:,} of {whole:,}" if whole else "none yet" for _, part, whole in listed],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_xaxes(range=[0, 100], tickvals=[0, 25, 50, 75, 100], ticktext=["0%", "25%", "50%", "75%", "100%"])
    return _laid(figure, FRAME_PIXELS + ROW_PIXELS * len(rows), right=110)


def _least(value: float) -> float:
    """What took less than a minute is drawn as a minute: a logarithm has no nought."""
    return max(value, 1 / 60)


def _figure() -> Any:
    import plotly.graph_objects as go

    return go.Figure()


def _laid(figure: Any, height: int, *, right: int = 8, **layout: Any) -> Any:
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": right, "t": 4, "b": 4},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        dragmode=False,
        hoverlabel={"align": "left"},
        bargap=0.3,
        **layout,
    )
    return figure
