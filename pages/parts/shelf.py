"""The list of documents, and what the list says of one."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import User
from pages.parts import shell, tables
from pages.parts.words import badge, count, day, label, plain, when

STATUSES = {"draft": "gray", "approved": "green", "withdrawn": "violet", "escalated": "orange", "rejected": "red"}
NAMES = {"cfr": "US CFR"}


def shelf(
    db: Database, user: User, listed: Sequence[library.DocumentRow], document_id: str | None
) -> library.DocumentRow | None:
    """The table; gives the chosen document."""
    duties = register.duties_by_document(db, user)
    counted = [duties.get(one.id, {}) for one in listed]
    picked = tables.table(
        "shelf",
        [one.id for one in listed],
        {
            "title": [one.title for one in listed],
            "status": [[status(one)] for one in listed],
            "duties": [sum(levels.values()) for levels in counted],
            "critical": [levels.get("critical", 0) for levels in counted],
            "high": [levels.get("high", 0) for levels in counted],
            "type": [label(one.type) for one in listed],
            "version": [f"{one.version_number} of {one.version_count}" for one in listed],
            "pages": [one.page_count or None for one in listed],
            "number": [one.regulation or "" for one in listed],
            "warnings": [len(one.warnings) or None for one in listed],
            "added": [day(one.created_at) for one in listed],
        },
        {
            "title": st.column_config.TextColumn("Title", width=400),
            "status": tables.chips("Status", STATUSES, width=95),
            "duties": st.column_config.NumberColumn("Duties", width=65, help="Obligations and prohibitions"),
            "critical": st.column_config.NumberColumn("Critical", width=70),
            "high": st.column_config.NumberColumn("High", width=60),
            "type": st.column_config.TextColumn("Type", width=100),
            "version": st.column_config.TextColumn("Version", width=75),
            "pages": st.column_config.NumberColumn("Pages", width=60),
            "number": st.column_config.TextColumn("Number", width=110),
            "warnings": st.column_config.NumberColumn("Warnings", width=80),
            "added": st.column_config.TextColumn("Added", width=100),
        },
        height=330,
        chosen=document_id,
    )
    return next((one for one in listed if one.id == (picked.id or document_id)), None)


def status(shown: library.DocumentRow) -> str:
    return {"waiting": "escalated", "rejected": "rejected"}.get(shown.gate, shown.status)


def versions(db: Database, user: User, shown: library.DocumentRow) -> None:
    """Every version of this regulation that the reader may see, and the way to what changed between them."""
    found = library.versions(db, user, shown.id)
    if len(found) > 1:
        st.page_link(
            "pages/compare.py",
            label="Compare versions",
            icon=":material/difference:",
            query_params={"old": found[-2].id, "new": found[-1].id},
        )
    for one in found:
        here = " (this one)" if one.id == shown.id else ""
        st.page_link(
            "pages/document.py",
            label=f"{one.version_number}. {plain(one.title)}, {plain(one.version)}{here}, added {day(one.created_at)}",
            query_params={"document": one.id},
        )


def warnings(shown: library.DocumentRow) -> None:
    if not shown.warnings:
        st.markdown("Nothing to report: every page was read.")
    for warning in shown.warnings:
        st.markdown(f"- {plain(warning)}")


def runs(db: Database, user: User, shown: library.DocumentRow) -> None:
    """Every analysis of the document, and which of them the register shows."""
    found = register.runs(db, user, shown.id)
    if len(found) < 2:
        return
    st.markdown("**Analyses**")
    for run in reversed(found):
        text, button = st.columns([5, 1], vertical_alignment="center")
        change = f", {run.added} more and {run.gone} fewer than the one shown" if not run.chosen else ""
        text.markdown(f"{plain(run.model)}, {when(run.created_at)}: {count(run.obligations, 'obligation')}{change}")
        if run.chosen:
            button.markdown(badge("Shown", "green"))
        elif button.button("Show", key=f"run-{run.id}", width="stretch"):
            register.choose_run(db, user, shown.id, run.id)
            shell.done("The register shows this analysis; corrections lie over it")
