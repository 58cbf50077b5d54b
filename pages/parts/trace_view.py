"""One trace as a waterfall: each step where it began and as long as it took, and a table of the same rows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from core import telemetry
from core.store import stamp
from core.telemetry import SpanRow, names
from pages.parts import paging, tables
from pages.parts.cost_words import INK, dark, literal, money, seconds
from pages.parts.trace_words import ended, model, step
from pages.parts.words import badge, count, plain, when

# Solid colours of .streamlit/config.toml, (light, dark).
COLOURS = {"Model": ("#2a6fc0", "#6aa7ef"), "Our own work": ("#9aa4b4", "#6b7688"), "Error": ("#c0262d", "#f0757c")}
DRAWN = 200  # steps of a page; more would be a picture that nobody reads and that takes browsers long to draw
ROW_PIXELS, FRAME_PIXELS, TALLEST, LABEL_PIXELS, LABEL_LETTERS = 24, 62, 470, 250, 34
NARROWEST = 0.003  # of the whole: what took no time is still seen
THICK = 0.65  # of a row; left to itself, Plotly makes the bars of a colour that skips rows thicker
INDENT = "\u2003"


def gone() -> None:
    st.info(
        "There is no such trace that you may see. Traces are kept for a limited time; the list has those there are."
    )
    back()


def back() -> None:
    if st.button("All traces", icon=":material/arrow_back:", key="all-traces"):
        st.query_params.clear()
        st.rerun()


def trace(trace_id: str, found: Sequence[SpanRow]) -> None:
    rows = telemetry.nested(found)
    heading(trace_id, rows)
    began, wanted = min(one.started_ns for one in found), rows
    if len(rows) > DRAWN:
        wanted = chosen_of(rows)
    shown = paging.part(wanted, DRAWN)
    with st.container(height=min(TALLEST, _height(shown)) + 2, border=False, key="waterfall"):
        waterfall(shown, began, alone=len(wanted) > DRAWN)
    chosen = table(shown, began)
    if chosen:
        kept(chosen)


def chosen_of(rows: Sequence[tuple[int, SpanRow]]) -> Sequence[tuple[int, SpanRow]]:
    """Of many steps all, or those that failed alone; with the way through them."""
    failed = [(depth, one) for depth, one in rows if one.failed]
    with st.container(horizontal=True, vertical_alignment="center", key="trace-steps"):
        alone = bool(failed) and st.toggle("Only steps with an error", key="trace-failed")
        wanted = failed if alone else rows
        paging.pager(len(wanted), "trace-pager", DRAWN)
    return wanted


def heading(trace_id: str, rows: Sequence[tuple[int, SpanRow]]) -> None:
    spans = [one for _, one in rows]
    began, ended = min(one.started_ns for one in spans), max(one.ended_ns for one in spans)
    calls, kept = [one for one in spans if one.called], sum(one.kept for one in spans)
    faults = telemetry.errors(spans)
    with st.container(horizontal=True, vertical_alignment="center", key="trace-heading"):
        back()
        st.subheader(step(rows[0][1].name, {}), anchor=False)
        st.markdown(
            " · ".join(
                [
                    when(stamp(began / 1e9)),
                    seconds((ended - began) / 1e6),
                    count(len(calls), "call") + (f", {count(kept, 'answer')} kept" if kept else ""),
                    f"{sum(one.attributes.get(names.INPUT_TOKENS, 0) for one in calls):,} tokens in,"
                    f" {sum(one.attributes.get(names.OUTPUT_TOKENS, 0) for one in calls):,} out",
                    plain(cost(calls)),
                ]
            )
            + (f" {badge(count(faults, 'error'), 'red')}" if faults else "")
        )
    st.caption(f"Trace `{trace_id}`")


def cost(calls: Sequence[SpanRow]) -> str:
    """What the calls cost together; those of unknown cost are said, not counted as nothing."""
    known = [Decimal(str(one.attributes[names.COST_USD])) for one in calls if names.COST_USD in one.attributes]
    unknown = sum(names.COST_USD not in one.attributes and one.called for one in calls)
    said = money(sum(known, Decimal(0))) if known or not unknown else "cost unknown"
    return f"{said} and {count(unknown, 'call')} of unknown cost" if known and unknown else said


def waterfall(rows: Sequence[tuple[int, SpanRow]], began: int, *, alone: bool = False) -> None:
    """In seconds after `began`, when the trace did. `alone`: a page of many, drawn from when to when its steps went."""
    import plotly.graph_objects as go

    first, last = _stretch(rows, began, alone=alone)
    whole = max(1e-3, last - first)
    figure = go.Figure()
    for name, colour in COLOURS.items():
        own = [(at, one) for at, (_, one) in enumerate(rows) if _kind(one) == name]
        figure.add_bar(
            y=[at for at, _ in own],
            base=[(one.started_ns - began) / 1e9 for _, one in own],
            x=[max(one.duration_ms / 1e3, whole * NARROWEST) for _, one in own],
            name=name,
            orientation="h",
            width=THICK,
            marker_color=colour[dark()],
            customdata=[[_hover(one, began)] for _, one in own],
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    figure.update_layout(
        barmode="overlay",
        height=_height(rows),
        margin={"l": LABEL_PIXELS, "r": 12, "t": FRAME_PIXELS, "b": 4},
        legend={"orientation": "h", "yref": "container", "y": 1.0, "yanchor": "top", "x": 0},
        dragmode=False,
        annotations=[_label(at, depth, one) for at, (depth, one) in enumerate(rows)],
        xaxis={
            "range": [first, first + whole * 1.02],
            "ticksuffix": " s",
            "side": "top",
            "showgrid": True,
            "zeroline": False,
        },
        yaxis={"range": [len(rows) - 0.5, -0.5], "showticklabels": False, "showgrid": False, "zeroline": False},
    )
    st.plotly_chart(
        figure, key="waterfall-chart", config={"displayModeBar": False},
        alt="Each step of the trace as a bar from when it began to when it ended; the table below has the same rows.",
    )  # fmt: skip


def _stretch(rows: Sequence[tuple[int, SpanRow]], began: int, *, alone: bool) -> tuple[float, float]:
    """From when to when; where they are drawn alone, of steps that hold no other: beside the whole they are slivers."""
    if not alone:
        return 0.0, max((one.ended_ns - began) / 1e9 for _, one in rows)
    around = {one.parent_id for _, one in rows}
    steps = [one for _, one in rows if one.span_id not in around]
    return min((one.started_ns - began) / 1e9 for one in steps), max((one.ended_ns - began) / 1e9 for one in steps)


def _label(at: int, depth: int, one: SpanRow) -> dict[str, Any]:
    """Names stand left, further in the deeper they lie: Plotly's own labels end at the bars."""
    said = INDENT * depth + step(one.name, one.attributes)
    cut = said if len(said) <= LABEL_LETTERS else said[: LABEL_LETTERS - 1] + "…"
    return {
        "x": 0, "xref": "paper", "xshift": -LABEL_PIXELS, "xanchor": "left", "y": at, "yref": "y", "yanchor": "middle",
        "text": literal(cut), "showarrow": False, "align": "left", "font": {"color": INK[dark()]},
    }  # fmt: skip


def _hover(one: SpanRow, began: int) -> str:
    kept = one.attributes
    lines = [
        f"<b>{literal(step(one.name, kept))}</b>",
        f"after {seconds((one.started_ns - began) / 1e6)}, took {seconds(one.duration_ms)}",
    ]
    if named := model(kept):
        lines.append(f"Model: {literal(named)}")
    if names.INPUT_TOKENS in kept:
        lines.append(f"{kept[names.INPUT_TOKENS]:,} tokens in, {kept.get(names.OUTPUT_TOKENS, 0):,} out")
    if one.name.startswith(names.CHAT):
        lines.append(f"Cost: {cost([one])}")
    if one.error_type:
        lines.append(f"{'Error: ' if one.failed else ''}{literal(ended(one.error_type))}")
    return "<br>".join(lines)


def _kind(one: SpanRow) -> str:
    if one.failed:
        return "Error"
    return "Model" if one.name.startswith(names.CHAT) else "Our own work"


def _height(rows: Sequence[object]) -> int:
    return FRAME_PIXELS + ROW_PIXELS * min(len(rows), DRAWN)


def table(rows: Sequence[tuple[int, SpanRow]], began: int) -> SpanRow | None:
    """The same steps in figures; gives the one that was clicked."""
    spans = {one.span_id: one for _, one in rows}
    asked = st.session_state.get("trace-step")
    chosen = asked if asked in spans else None
    picked = tables.table(
        "steps",
        list(spans),
        {
            "Step": [INDENT * depth + step(one.name, one.attributes) for depth, one in rows],
            "After": [seconds((one.started_ns - began) / 1e6) for _, one in rows],
            "Took": [seconds(one.duration_ms) for _, one in rows],
            "Model": [model(one.attributes) for _, one in rows],
            "Tokens in": [one.attributes.get(names.INPUT_TOKENS) for _, one in rows],
            "Tokens out": [one.attributes.get(names.OUTPUT_TOKENS) for _, one in rows],
            "Cost": [cost([one]).capitalize() if one.name.startswith(names.CHAT) else "" for _, one in rows],
            "Error": [ended(one.error_type) for _, one in rows],
        },
        {
            "Step": st.column_config.TextColumn(width="large"),
            **{name: st.column_config.NumberColumn(format="localized") for name in ("Tokens in", "Tokens out")},
        },
        chosen=chosen,
        height=420,
        boxes=False,
    )
    if picked.id or picked.closed:
        st.session_state["trace-step"] = picked.id
        st.rerun()
    return spans[chosen] if chosen else None


def kept(one: SpanRow) -> None:
    """All that the span keeps; there is no more to it."""
    lines = ["| | |", "|---|---|", f"| Kind | {plain(one.kind)} |"]
    if one.error_type:
        lines.append(f"| error.type | {plain(one.error_type)} |")
    for name, value in sorted(one.attributes.items()):
        said = (
            ", ".join(map(str, value)) if isinstance(value, list) else f"{value:,}" if _counted(value) else str(value)
        )
        lines.append(f"| {plain(name)} | {plain(said)} |")
    st.markdown(f"**{plain(step(one.name, one.attributes))}** keeps")
    with st.container(key="facts-step"):
        st.markdown("\n".join(lines))


def _counted(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
