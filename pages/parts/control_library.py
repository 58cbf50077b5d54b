"""The control libraries: imported, brought up to date, read and removed."""

import streamlit as st
from sqlite_utils import Database

from core import controls
from core.types import User
from pages.parts import rights, shell, tables
from pages.parts.words import count, plain, when

COLUMNS = """
A **CSV** needs the columns `ref` and `name`; `description`, `category`, `topic`, `owner`, `function`, `frequency`,
`evidence` and `terms` are taken where they are there, in any order. A **YAML** is a library in the form of CISO
Assistant. Importing the same library again updates it: confirmed links stay.
"""


def view(db: Database, user: User) -> None:
    listed = controls.libraries(db, user)
    if not listed:
        offer(db, user)
        return
    left, right = st.columns([8, 5])
    with right:
        for one in listed:
            library(db, user, one)
        with st.expander("Import another library, or a new version"):
            upload(db, user)
    with left:
        chosen = listing(db, user)
    if chosen:
        with right:
            control(chosen)


def offer(db: Database, user: User) -> None:
    """What to do first where there are no controls yet."""
    with st.container(border=True, key="offer-controls"):
        st.markdown(
            "**No controls yet.** Take the library that comes along, for a payment institution, or import your own."
        )
        if st.button(
            "Take this library",
            type="primary",
            icon=":material/library_add:",
            key="take-ours",
            **rights.barred(user, "controls.edit"),
        ):
            told(controls.import_ours(db, user))
        with st.expander("Import your own"):
            upload(db, user)


def upload(db: Database, user: User) -> None:
    st.markdown(COLUMNS)
    file = st.file_uploader(
        "Control library", ("csv", "yaml", "yml"), key="controls-file", label_visibility="collapsed"
    )
    if file and st.button("Import", type="primary", key="controls-import", **rights.barred(user, "controls.edit")):
        told(controls.import_library(db, user, file.getvalue(), file.name))


def told(done: controls.Imported) -> None:
    """What changed, on the next screen."""
    parts = [
        f"{len(refs):,} {what}" for what, refs in
        (("added", done.added), ("changed", done.changed), ("removed", done.removed)) if refs
    ]  # fmt: skip
    if done.orphaned:
        parts.append(f"{count(done.orphaned, 'link')} no longer counted")
    shell.done(f"{done.library.name}: {', '.join(parts) or 'nothing changed'}")


def library(db: Database, user: User, shown: controls.Library) -> None:
    with st.container(border=True, key=f"library-{shown.id}"):
        version = f", version {plain(shown.version)}" if shown.version else ""
        st.markdown(f"**{plain(shown.name)}**{version}")
        if shown.description:
            st.markdown(f":gray[{plain(shown.description)}]")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{count(shown.controls, 'control')}, {count(shown.links, 'confirmed link')}"
                f" :gray[{plain(shown.file_name)}, {when(shown.imported_at)}]",
                width="stretch",
            )
            if st.button(
                "Remove", key=f"remove-{shown.id}", icon=":material/delete:", **rights.barred(user, "controls.edit")
            ):
                removal(shown.id)


@shell.dialog("Remove a control library")
def removal(db: Database, user: User, id: str) -> None:
    shown = controls.library(db, user, id)
    st.markdown(
        f"**{plain(shown.name)}** goes with {count(shown.controls, 'control')}. {count(shown.links, 'confirmed link')}"
        " will no longer count; importing the same library again brings them back."
    )
    if st.button("Remove it", type="primary", key="remove-library", **rights.barred(user, "controls.edit")):
        controls.remove_library(db, user, id)
        shell.done(f"Removed {shown.name}")


def listing(db: Database, user: User) -> controls.Control | None:
    """The controls as a table; gives the chosen one."""
    text = st.text_input(
        "Find", key="controls-find", placeholder="Find a control by its words", label_visibility="collapsed",
        icon=":material/search:", width=320,
    )  # fmt: skip
    words = (text or "").casefold().split()
    found = [
        one for one in controls.controls(db, user)
        if all(word in f"{one.ref} {one.name} {one.topic} {one.owner} {one.terms}".casefold() for word in words)
    ]  # fmt: skip
    if not found:
        st.info("No control matches. Clear the search to see all of them.")
        return None
    column = st.column_config.TextColumn
    asked = st.query_params.get("control")
    picked = tables.table(
        "controls",
        [one.id for one in found],
        {
            "ref": [one.ref for one in found],
            "name": [one.name for one in found],
            "topic": [one.topic for one in found],
            "owner": [one.owner for one in found],
            "links": [one.links for one in found],
        },
        {
            "ref": column("Ref", width=75),
            "name": column("Control", width=320),
            "topic": column("Topic", width=150),
            "owner": column("Owner", width=140),
            "links": st.column_config.NumberColumn("Links", width=60, help="Duties that it meets, confirmed"),
        },
        height=680,
        chosen=asked,
    )
    if picked.id:
        st.query_params["control"] = picked.id
        st.rerun()
    return next((one for one in found if one.id == asked), None)


def control(shown: controls.Control) -> None:
    with st.container(border=True, key="control-shown"):
        st.markdown(f"**{plain(shown.ref)} {plain(shown.name)}**")
        st.markdown(plain(shown.description))
        facts = (
            ("Topic", shown.topic), ("Kind", shown.category), ("Function", shown.function), ("Owner", shown.owner),
            ("Frequency", shown.frequency), ("Evidence", shown.evidence), ("Terms", shown.terms),
        )  # fmt: skip
        st.markdown("  \n".join(f":gray[{name}] {plain(value)}" for name, value in facts if value))
