"""The list of documents, and what the list says of one."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import User
from pages.parts import rights, shell, tables
from pages.parts.words import day, label, legible, plain

STATUSES = {"draft": "gray", "approved": "green", "withdrawn": "violet", "escalated": "orange", "rejected": "red"}
NAMES = {"cfr": "US CFR"}
MOST_NAMESAKES = 10


def shelf(
    db: Database, user: User, listed: Sequence[library.DocumentRow], chosen: library.DocumentRow | None
) -> str | None:
    """The table; gives the id of the chosen document. A click on a title opens it."""
    columns = _columns(db, user, listed)
    if chosen:
        columns = {name: columns[name] for name in ("title", "status", "duties", "critical", "version")}
    picked = tables.table(
        "shelf",
        [one.id for one in listed],
        columns,
        {name: _column(name, narrow=chosen is not None) for name in columns},
        height=560,
        chosen=chosen.id if chosen else None,
    )
    if picked.pressed:
        st.switch_page("pages/document.py", query_params={"document": picked.pressed})
    if picked.closed:
        return None
    return picked.id or (chosen.id if chosen else None)


def _columns(db: Database, user: User, listed: Sequence[library.DocumentRow]) -> dict[str, list[Any]]:
    duties = register.duties_by_document(db, user)
    counted = [duties.get(one.id, {}) for one in listed]
    versions = [f"{one.version_number} of {one.version_count}" if one.version_count > 1 else "" for one in listed]
    return {
        "title": [legible(one.title) for one in listed],
        "status": [[status(one)] for one in listed],
        "duties": [sum(levels.values()) for levels in counted],
        "critical": [levels.get("critical", 0) or None for levels in counted],
        "high": [levels.get("high", 0) or None for levels in counted],
        "type": [label(one.type) for one in listed],
        "version": versions,
        "pages": [one.page_count or None for one in listed],
        "number": [one.regulation or "" for one in listed],
        "warnings": [len(one.warnings) or None for one in listed],
        "added": [day(one.created_at) for one in listed],
    }


def _column(name: str, *, narrow: bool) -> Any:
    if name == "title":
        return tables.button_column("shelf", "Title", width=250 if narrow else 430, help="Opens the document")
    if name == "status":
        return tables.chips("Status", STATUSES, width=95)
    widths = {"type": 95, "version": 75, "number": 110, "added": 100}
    if name in widths:
        return st.column_config.TextColumn(label(name), width=widths[name])
    help_ = "Obligations and prohibitions" if name == "duties" else None
    return st.column_config.NumberColumn(label(name), width=70, help=help_, format="localized")


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
        # What tells them apart comes first: they share their title, which is long.
        told = [plain(one.version), plain(legible(one.file_name)), f"added {day(one.created_at)}"]
        here = " (this one)" if one.id == shown.id else ""
        st.page_link(
            "pages/document.py",
            label=f"{one.version_number}.{here} {', '.join(filter(None, told))}",
            query_params={"document": one.id},
        )
    _related(db, user, shown)


def _related(db: Database, user: User, shown: library.DocumentRow) -> None:
    """What a person may say of documents with one title: that they are no versions of each other, or that they are."""
    others = library.namesakes(db, user, shown.id)
    barred = rights.barred_for_others(user, shown)
    if shown.version_count > 1:
        st.caption("Of these the newest alone is counted. If this is another document with the same title, say so.")
        if st.button("Not a version of these", key=f"apart-{shown.id}", icon=":material/call_split:", **barred):
            library.set_apart(db, user, shown.id)
            shell.done("It counts by itself now; “Counts as a version” takes that back")
    if others:
        st.caption("With the same title, but no version of this one:")
    for one in others[:MOST_NAMESAKES]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"namesake-{one.id}"):
            told = f"{plain(legible(one.file_name))}, added {day(one.created_at)}"
            st.page_link("pages/document.py", label=told, query_params={"document": one.id})
            if st.button("Counts as a version", key=f"version-of-{one.id}", type="tertiary", **barred):
                library.count_as_version(db, user, shown.id, one.id)
                shell.done("They count as versions of one document now")


def warnings(shown: library.DocumentRow) -> None:
    if not shown.warnings:
        st.markdown("Nothing to report: every page was read.")
    for warning in shown.warnings:
        st.markdown(f"- {plain(warning)}")
