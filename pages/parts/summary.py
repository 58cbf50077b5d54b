"""What the analysis says of the document as a whole, and the actions that it recommends."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import User
from pages.parts import source, tables
from pages.parts.words import RISKS, badge, count, day, label, plain, when

LEVELS = ("low", "medium", "high", "critical")
MOST_PLACES = 5


def summary(db: Database, user: User, shown: library.DocumentRow) -> None:
    found = register.analysis(db, user, shown.id)
    st.markdown(plain(register.summary(db, user, shown.id)))
    coverage, run = found.coverage, found.metadata
    lines = [
        ("Risk", f"{badge(label(found.risk.level), RISKS[found.risk.level])} {found.risk.score} of 100: "
         + _joined(found.risk.reasons)),
        ("Quality", f"{found.quality.score} of 5: " + _joined(found.quality.reasons)),
        ("Scope", f"{label(found.scope.decision)}: " + _joined(found.scope.reasons)),
        ("Coverage", f"{coverage.covered:,} of {coverage.normative_sentences:,} normative sentences accounted for"),
        ("In force", day(found.document.in_force)),
        ("Applies from", day(found.document.applies_from)),
        ("Structure", _structure(found.document.structure)),
        ("Read by", f"{plain(run.model)}, {when(run.created_at)}, in {run.latency_ms:,} ms"),
    ]  # fmt: skip
    rows = [f"| :gray[{name}] | {value} |" for name, value in lines if value]
    with st.container(key="facts-summary"):
        st.markdown("\n".join(["| | |", "|---|---|", *rows]))
    if firms := found.document.applies_to:
        with st.expander(f"Applies to {count(len(firms), 'kind')} of firm or person"):
            st.markdown("\n".join(f"- {plain(one)}" for one in firms))


def _joined(reasons: Sequence[str]) -> str:
    """Reasons in one line, whether they are sentences or not."""
    return plain("; ".join(reasons).replace(".;", "."))


def actions(db: Database, user: User, shown: library.DocumentRow) -> None:
    """Recommended steps; high and critical ones wait for a reviewer."""
    if shown.gate in ("waiting", "rejected"):
        st.info("Actions are withheld until the document is released.")
        return
    # What presses most first; among equals, as the text has it.
    found = sorted(register.actions(db, user, shown.id), key=lambda one: -LEVELS.index(one.action.priority))
    if not found:
        st.info("This document asks for no action.")
        return
    waiting = sum(one.action.requires_approval for one in found)
    st.caption(f"{count(len(found), 'action')}, {waiting} need approval before they become work.")
    picked = tables.table(
        "actions",
        [one.action.id for one in found],
        {
            "title": [one.action.title for one in found],
            "priority": [[one.action.priority] for one in found],
            "due": [day(one.due) for one in found],
            "who": [one.action.owner_role for one in found],
            "approval": ["Needed" if one.action.requires_approval else "" for one in found],
        },
        {
            "title": st.column_config.TextColumn("Action", width=265),
            "priority": tables.risk_column("Priority"),
            "due": st.column_config.TextColumn("Due", width=95),
            "who": st.column_config.TextColumn("Owner role", width=130),
            "approval": st.column_config.TextColumn("Approval", width=75),
        },
        height=420,
    )
    for one in found:
        if one.action.id != picked.id:
            continue
        st.markdown(f"**{plain(one.action.title)}**\n\n{plain(one.action.detail)}")
        for row in register.rows_of(db, user, shown.id, one.action.obligation_ids)[:MOST_PLACES]:
            st.button(
                f"Show {plain(row.path)} in the source", key=f"show-{row.obligation_id}",
                icon=":material/arrow_forward:", on_click=source.choose, args=(row.obligation_id,),
                kwargs={"stay": False},
            )  # fmt: skip


def _structure(structure: object) -> str:
    names = {"articles": "article", "recitals": "recital", "annexes": "annex", "tables": "table"}
    counts = {name: getattr(structure, name) for name in names}
    return ", ".join(count(counts[name], noun, name) for name, noun in names.items() if counts[name])
