"""The latest traces, each with how long it took and what it cost; a click opens one."""

import streamlit as st
from sqlite_utils import Database

from core import activity, telemetry
from core.store import stamp
from core.types import User
from pages.parts import tables
from pages.parts.cost_words import money, seconds
from pages.parts.trace_words import step
from pages.parts.words import count, legible, when

MOST = 50


def traces(db: Database, user: User) -> None:
    st.subheader("Traces", anchor=False)
    found = telemetry.traces(db, user, limit=MOST)
    if not found:
        st.info(
            "Nothing was traced yet. Whenever a language model reads a document, a trace keeps what was asked of which"
            " model, how long it took and what it cost; never a word of the text. Open a document and analyse it with"
            " a model to make the first one."
        )
        return
    titles = activity.titles(db, user, {one.document_id for one in found if one.document_id})
    kept = [one.kept_calls or None for one in found]
    picked = tables.table(
        "traces",
        [one.trace_id for one in found],
        {
            "Began": [when(stamp(one.started_ns / 1e9)) for one in found],
            "What": [step(one.name, {}) for one in found],
            "Document": [legible(titles.get(one.document_id or "", "")) for one in found],
            "Took": [seconds(one.duration_ms) for one in found],
            "Calls": [one.calls for one in found],
            **({"Kept answers": kept} if any(kept) else {}),
            "Tokens in": [one.input_tokens for one in found],
            "Tokens out": [one.output_tokens for one in found],
            "Cost": [money(one.cost_usd) if one.calls else "–" for one in found],
            "Errors": [one.errors or None for one in found],
            "Steps": [one.spans for one in found],
        },
        {
            "Began": st.column_config.TextColumn(width=150),
            "Document": st.column_config.TextColumn(width=360),
            **{name: st.column_config.NumberColumn(format="localized") for name in ("Tokens in", "Tokens out")},
        },
        boxes=False,
    )
    if picked.id:
        st.query_params.from_dict({"trace": picked.id})
        st.rerun()
    st.caption(f"The latest {count(len(found), 'trace')}. Click a row to see its steps.")
