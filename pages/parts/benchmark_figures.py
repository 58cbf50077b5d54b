"""What a benchmark measured, as a table and a picture, and how the same models did before."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from core import llm
from core.settings import settings
from pages.parts import chart, tables
from pages.parts.words import plain, when

MEASURES = {
    "first_token_ms": "Time to first token",
    "total_ms": "Whole answer",
    "tokens_per_second": "Tokens per second",
}
UNITS = {"first_token_ms": "ms", "total_ms": "ms", "tokens_per_second": "tokens/s"}
# Solid colours of .streamlit/config.toml, (light, dark), one a model.
COLOURS = (
    ("#2a6fc0", "#6aa7ef"), ("#d2620b", "#ef9a4d"), ("#1f8a5b", "#5cc596"), ("#7a4fc0", "#b393ef"),
    *(chart.COLOURS[level] for level in ("critical", "medium", "low")),
)  # fmt: skip
ROW_PIXELS, FRAME_PIXELS, LINE_PIXELS = 58, 60, 260


def figures(one: llm.Benchmark) -> None:
    found = one.results["models"]
    if not one.results["calls"]:
        st.caption("The first call is still to come.")
        return
    tables.table(f"bench-table-{one.id}", [row["model"] for row in found], _columns(found), _config(), boxes=False)
    for row in found:
        if row["why"]:
            st.warning(f"**{plain(row['model'])}** · {_failures(row)}: {plain(row['why'])}")
    measure = _measure(f"bench-measure-{one.id}")
    if any(row[measure] for row in found):
        _spread(one, measure)
        st.caption(f"{_about(measure)} Each dot is a call; the box holds the middle half, its line is p50.")
    else:
        st.caption("Nothing of this was measured: no call was answered, or the answers came at once.")
    st.caption(_where(one.results))


def _columns(found: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    def column(measure: str, part: str) -> list[float | None]:
        return [row[measure][part] if row[measure] else None for row in found]

    return {
        "Model": _named([row["model"] for row in found]),
        "Answered": [f"{row['answered']} of {row['asked']}" for row in found],
        "First token p50": column("first_token_ms", "p50"),
        "First token p95": column("first_token_ms", "p95"),
        "Answer p50": column("total_ms", "p50"),
        "Answer p95": column("total_ms", "p95"),
        "Tokens/s p50": column("tokens_per_second", "p50"),
        "Tokens in": column("input_tokens", "mean"),
        "Tokens out": column("output_tokens", "mean"),
        "Cost": [_cost(row["cost_usd"]) for row in found],
    }


def _config() -> dict[str, Any]:
    def number(title: str, about: str, digits: int = 0) -> Any:
        return st.column_config.NumberColumn(title, format=f"%.{digits}f", help=about, width=104)

    late = "95 of 100 calls were at least as quick; with few runs it is near the slowest"
    return {
        "Model": st.column_config.TextColumn(width=190),
        "Answered": st.column_config.TextColumn(width=84),
        "First token p50": number(
            "First p50, ms", "From the question to the first text; half of the calls were quicker"
        ),
        "First token p95": number("First p95, ms", late),
        "Answer p50": number("Whole p50, ms", "From the question to the end of the answer"),
        "Answer p95": number("Whole p95, ms", late),
        "Tokens/s p50": number("Tokens/s p50", "Tokens of the answer over the time of the whole call", 1),
        "Tokens in": number("Tokens in", "As the provider counted them, on average"),
        "Tokens out": number("Tokens out", "As the provider counted them, on average; thinking included"),
        "Cost": st.column_config.TextColumn(width=110, help="Of all its calls, the one before the first run included"),
    }


def _cost(found: str | None) -> str:
    if found is None:
        return "unknown"
    return f"{Decimal(found):.5f} USD" if Decimal(found) else "no charge"


def _failures(row: dict[str, Any]) -> str:
    failed = row["asked"] - row["answered"]
    if not failed:
        return "the first call failed"
    return "no call was answered" if not row["answered"] else f"{failed} of {row['asked']} calls failed"


def _measure(key: str) -> str:
    return str(
        st.segmented_control(
            "Show", MEASURES, default="total_ms", required=True, format_func=MEASURES.get, key=key,
            label_visibility="collapsed",
        )
    )  # fmt: skip


def _about(measure: str) -> str:
    return "More is better." if measure == "tokens_per_second" else "Less is better."


def _spread(one: llm.Benchmark, measure: str) -> None:
    """Every run as a dot beside a box, a row a model."""
    import plotly.graph_objects as go

    figure, names = go.Figure(), _named(one.models)
    for place, model in reversed(list(enumerate(one.models))):
        values = [
            call[measure] for call in one.results["calls"]
            if call["model"] == model and call["run"] and call[measure] is not None
        ]  # fmt: skip
        figure.add_box(
            x=values, name=_short(names[place]), boxpoints="all", jitter=0.5, pointpos=0,
            marker={"size": 5, "opacity": 0.55}, line={"width": 1.5}, marker_color=_colour(place),
            showlegend=False, orientation="h", hovertemplate=f"%{{x:.1f}} {UNITS[measure]}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        height=FRAME_PIXELS + ROW_PIXELS * len(one.models),
        margin={"l": 0, "r": 8, "t": 4, "b": 4},
        dragmode=False,
        xaxis={"rangemode": "tozero", "title": {"text": UNITS[measure]}},
    )
    st.plotly_chart(figure, key=f"bench-spread-{one.id}-{measure}", config={"displayModeBar": False})


def over_time(found: Sequence[llm.Benchmark], shown: llm.Benchmark) -> None:
    """p50 of the same models with the same prompt, from one benchmark to the next."""
    digest = shown.results["prompt"]["digest"]
    same = [one for one in reversed(found) if one.results["prompt"]["digest"] == digest and one.results["calls"]]
    if len(same) < 2:
        return
    with st.expander("Over time"):
        measure = _measure("bench-measure-time")
        _lines(same, shown.models, measure)
        st.caption(f"p50 of each time that the same question was put to these models. {_about(measure)}")


def _lines(same: Sequence[llm.Benchmark], models: Sequence[str], measure: str) -> None:
    import plotly.graph_objects as go

    figure, names = go.Figure(), _named(models)
    for place, model in enumerate(models):
        points = [
            (one.created_at, row[measure]["p50"])
            for one in same
            for row in one.results["models"]
            if row["model"] == model and row[measure]
        ]
        figure.add_scatter(
            x=[at for at, _ in points], y=[value for _, value in points], name=_short(names[place]),
            mode="lines+markers", line={"color": _colour(place)}, customdata=[when(at) for at, _ in points],
            hovertemplate=f"%{{customdata}}: %{{y:.1f}} {UNITS[measure]}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        height=LINE_PIXELS, margin={"l": 0, "r": 8, "t": 4, "b": 4}, dragmode=False,
        yaxis={"rangemode": "tozero", "title": {"text": UNITS[measure]}},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        showlegend=True,
    )  # fmt: skip
    st.plotly_chart(figure, key=f"bench-time-{measure}", config={"displayModeBar": False})


def _where(results: dict[str, Any]) -> str:
    found = results["machine"]
    if found is None:
        return ""
    return plain(
        f"On {found['cores']} cores ({found['processor']}), {found['memory_gib']:.0f} GiB, {found['system']}, Python"
        f" {found['python']}; its load was {found['load']:.2f} a core when it began."
        " Hosted models: the network is in the figures."
    )


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)][st.context.theme.type == "dark"]


def _named(models: Sequence[str]) -> list[str]:
    """By title; those that share one, by what they are called in full."""
    titles = [llm.entry(model, settings()).title for model in models]
    return [title if titles.count(title) == 1 else model for title, model in zip(titles, models, strict=True)]


def _short(model: str) -> str:
    """Plotly reads a few tags in labels; a server's name for a model must not be one."""
    shown = model if len(model) <= 36 else model[:35] + "…"
    return shown.replace("&", "&amp;").replace("<", "&lt;")
