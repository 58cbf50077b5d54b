"""Entries by day: what was done, seen and refused."""

from collections.abc import Sequence
from datetime import date, timedelta

from core.activity import Day
from pages.parts.activity_words import KINDS
from pages.parts.cost_charts import draw, whole_numbers
from pages.parts.cost_words import GREY, PALETTE, dark

LEAST = 14  # bars: a single day would be one wide block
WEEKLY_FROM = 120  # days: beyond, a bar stands for a week
HEIGHT = 170
COLOURS = {"did": PALETTE[0], "saw": GREY, "refused": PALETTE[5]}


def by_day(found: Sequence[Day]) -> None:
    """Nothing where there are no entries."""
    if not found:
        return
    import plotly.graph_objects as go

    weekly = (date.fromisoformat(found[-1].day) - date.fromisoformat(found[0].day)).days > WEEKLY_FROM
    heights: dict[str, dict[str, int]] = {name: dict.fromkeys(_bars(found, weekly), 0) for name in KINDS}
    for one in found:
        for name in KINDS:
            heights[name][_bar(one.day, weekly)] += getattr(one, name)
    figure = go.Figure()
    for name, title in KINDS.items():
        if any(heights[name].values()):
            week = ", the week from then" if weekly else ""
            figure.add_bar(
                x=list(heights[name]), y=list(heights[name].values()), name=title,
                marker_color=COLOURS[name][dark()],
                hovertemplate=f"%{{x|%-d %b %Y}}{week}<br>{title}: %{{y:,}}<extra></extra>",
            )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=HEIGHT, margin={"l": 0, "r": 8, "t": 4, "b": 4}, bargap=0.25, dragmode=False,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"}, showlegend=True,
    )  # fmt: skip
    figure.update_xaxes(tickformat="%-d %b", type="date")
    figure.update_yaxes(nticks=4)
    whole_numbers(figure)
    draw(figure, "activity")


def _bars(found: Sequence[Day], weekly: bool) -> list[str]:
    """Every day from the first to the last, or every Monday: a quiet day is seen, too."""
    first, last = (date.fromisoformat(_bar(one.day, weekly)) for one in (found[0], found[-1]))
    step = 7 if weekly else 1
    first = min(first, last - timedelta(days=(LEAST - 1) * step))
    return [(first + timedelta(days=n)).isoformat() for n in range(0, (last - first).days + 1, step)]


def _bar(day: str, weekly: bool) -> str:
    found = date.fromisoformat(day)
    return (found - timedelta(days=found.weekday())).isoformat() if weekly else day
