"""The model inventory as a table, and one entry whole, with its vendor review."""

from decimal import Decimal
from typing import Any

import streamlit as st
from sqlite_utils import Database

from core import llm, switches
from core.settings import settings
from core.types import User
from pages.parts import stopping, tables, vendor_review
from pages.parts.words import plain

PLACES = {"local": "This computer", "hosted": "Hosted"}
TALLEST = 420
ENTRY = (
    ("Model", "name"), ("Version", "version"), ("Provider", "provider"), ("Owner", "owner"), ("Licence", "licence"),
    ("Weights", "openness"), ("Where it runs", "hosting"), ("Called at", "hosts"),
    ("Approved for", "environments"), ("Approved uses", "approved_uses"), ("Not for", "disallowed_uses"),
    ("May see", "classifications"), ("Sent to the provider", "data_sent"), ("Training on our text", "training"),
    ("Kept by the provider", "retention"), ("Fallback", "fallback"), ("Evaluation baseline", "evaluation_baseline"),
    ("Known limitations", "limitations"), ("Reviewed on", "review_date"), ("Context (tokens)", "context"),
    ("Longest answer (tokens)", "max_output"),
)  # fmt: skip
RATES = (
    ("Input", "input"),
    ("Output", "output"),
    ("Input from the cache", "cached"),
    ("Into the cache", "cache_write"),
)


def inventory(db: Database, user: User, found: tuple[llm.Health, ...]) -> None:
    stopped = switches.stopped(db)
    ready = ("builtin:engine", *llm.usable(found, settings()))
    listed = _listed(db, ready)
    names = [one.name for one in listed]
    chosen = st.query_params.get("model")
    picked = tables.table(
        "inventory",
        names,
        {
            "Model": [one.title for one in listed],
            "Runs": [PLACES[one.location] for one in listed],
            "May see": [", ".join(one.classifications).capitalize() for one in listed],
            "Input": [price(one, "input") for one in listed],
            "Output": [price(one, "output") for one in listed],
            "Ready": ["Stopped" if one.name in stopped else "Yes" if one.name in ready else "No" for one in listed],
            "What it is": [one.about for one in listed],
        },
        {
            "Model": st.column_config.TextColumn(width=160),
            "Runs": st.column_config.TextColumn(width=110),
            "May see": st.column_config.TextColumn(width=260),
            "Input": st.column_config.TextColumn("Input, USD/M", width=100, help="USD per million tokens"),
            "Output": st.column_config.TextColumn("Output, USD/M", width=105, help="USD per million tokens"),
            "Ready": st.column_config.TextColumn(width=70),
        },
        chosen=chosen,
        height=TALLEST,
    )
    if picked.id:
        st.query_params["model"] = picked.id
        st.rerun()
    if chosen in names:
        entry(db, user, listed[names.index(chosen)])
        vendor_review.form(db, user, listed[names.index(chosen)], listed)
    else:
        st.caption("Click a model for its whole entry. The list is models/catalog.toml, which an owner may edit.")


def _listed(db: Database, ready: tuple[str, ...]) -> list[llm.Entry]:
    """All models, also those that are here without an entry of their own; what can be asked now comes first."""
    listed = list(llm.entries(settings()))
    known = {one.name for one in listed}
    listed += [llm.entry(name, settings()) for name in ready if name not in known]
    listed.sort(key=lambda one: (one.name not in ready, one.backend != "builtin", one.location))
    return llm.reviewed(db, listed)


def price(one: llm.Entry, kind: str) -> str:
    """USD per million tokens, as people write prices: 0.10, 2.00, 0.125."""
    found: Decimal | None = None if one.prices is None else getattr(one.prices, kind)
    if found is None:
        return "unknown"
    if not found:
        return "no charge"
    digits = f"{found.normalize():f}"
    return digits if len(digits.partition(".")[2]) > 1 else f"{found:.2f}"


def entry(db: Database, user: User, one: llm.Entry) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="entry-heading"):
        st.subheader(plain(one.title), anchor=False)
        stopping.button(db, user, one.name)
    left, right = st.columns(2)
    with left, st.container(key="facts-entry"):
        _facts([(label, getattr(one, name)) for label, name in ENTRY])
    with right, st.container(key="facts-review"):
        st.markdown("**Prices, USD per million tokens**")
        _facts([(label, price(one, kind)) for label, kind in RATES])
        if one.prices and one.prices.dated:
            longer = f" A prompt over {one.prices.long_over:,} tokens costs more." if one.prices.long_over else ""
            st.caption(plain(f"As of {one.prices.dated}, {one.prices.source}.{longer}"))
        st.markdown("**Vendor review**")
        _facts([(label, getattr(one.review, name)) for name, label in vendor_review.QUESTIONS.items()])


def _facts(rows: list[tuple[str, Any]]) -> None:
    lines = ["| | |", "|---|---|"]
    for label, value in rows:
        lines.append(f"| {label} | {plain(_shown(value)) or '–'} |")
    st.markdown("\n".join(lines))


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else str(value)
