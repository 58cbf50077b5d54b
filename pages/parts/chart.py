"""Duties by who bears them and how risky they are, as a picture that leads into the register."""

import streamlit as st

from core import register
from pages.parts.words import BEARERS, RISKS, label

# Solid colours of .streamlit/config.toml, (light, dark); the same ones as in tables and marks.
COLOURS = {
    "critical": ("#c0262d", "#f0757c"),
    "high": ("#d2620b", "#ef9a4d"),
    "medium": ("#c79a00", "#e3bd3c"),
    "low": ("#9aa4b4", "#6b7688"),
}
ROW_PIXELS, FRAME_PIXELS = 44, 90


def bearers_by_risk(found: register.Overview) -> None:
    import plotly.graph_objects as go

    dark = st.context.theme.type == "dark"
    kinds = sorted(found.matrix, key=lambda kind: sum(found.matrix[kind].values()))
    figure = go.Figure()
    for level in RISKS:
        sizes = [found.matrix[kind].get(level, 0) for kind in kinds]
        figure.add_bar(
            y=[BEARERS[kind] for kind in kinds],
            x=sizes,
            name=label(level),
            orientation="h",
            marker_color=COLOURS[level][dark],
            customdata=[[kind, level] for kind in kinds],
            hovertemplate=f"%{{y}}: %{{x}} {level}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack",
        height=FRAME_PIXELS + ROW_PIXELS * len(kinds),
        margin={"l": 0, "r": 8, "t": 4, "b": 4},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        clickmode="event+select",
        dragmode=False,
    )
    st.subheader("Duties by bearer and risk", anchor=False)
    picked = st.plotly_chart(
        figure, key="bearers", on_select="rerun", selection_mode="points", config={"displayModeBar": False}
    )
    points = picked["selection"]["points"]
    if points:
        kind, level = points[0]["customdata"]
        st.switch_page("pages/obligations.py", query_params={"bearer_kind": kind, "risk": level})
    st.caption("Click a bar to see these duties.")
