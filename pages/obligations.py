"""Obligations: the register over all documents, and the queue of what a person should look at first."""

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import User
from pages.parts import bulk, downloads, filters, firm, queue, record, register_table, samples, shell


def page(db: Database, user: User) -> None:
    if not library.documents(db, user):
        samples.offer(db, user)  # nothing to filter, export or check yet
        return
    view = "check" if st.query_params.get("show") == "check" else "register"
    with st.container(horizontal=True, vertical_alignment="center", key="register-bar"):
        waiting = register.to_check_count(db, user)
        names = {"register": "Register", "check": f"To check · {waiting:,}" if waiting else "To check"}
        wanted = st.segmented_control(
            "View", tuple(names), default=view, required=True, label_visibility="collapsed", format_func=names.get,
            key=f"show-{view}",
        )  # fmt: skip
        if wanted != view:
            st.query_params["show"] = wanted
            st.rerun()
        filter = filters.bar(db, user)
        with st.popover("Export", icon=":material/download:", key="export"):
            st.markdown("What is filtered, as a file:")
            downloads.downloads(db, user, filter, "obligations")
        firm.control(db, user)
    if view == "check":
        queue.queue(db, user, filter)
    else:
        listing(db, user, filter)


def listing(db: Database, user: User, filter: register.Filter) -> None:
    shown, total = register_table.rows(db, user, filter)
    if not total:
        nothing(filter)
        return
    chosen = st.query_params.get("obligation")
    # One layout for both, so that the table stays the same one, as far down as it was scrolled.
    left, *right = st.columns([11, 9] if chosen else [1])
    with left:
        ticked = register_table.table(db, user, shown, chosen)
        register_table.pager(total, lambda: bulk.undo(db, user))
        if ticked:
            bulk.bulk(db, user, ticked)
    if right and chosen:
        with right[0], st.container(key="beside"):
            beside(db, user, chosen)


def beside(db: Database, user: User, chosen: str) -> None:
    drawn: list[None] = []
    with shell.guarded():
        record.record(db, user, chosen, link=True, buttons=lambda: drawn.append(close()))
    if not drawn:  # a link to what is gone can be closed too
        close()


def close() -> None:
    if st.button("Close", key="close", shortcut="Esc"):
        st.query_params.pop("obligation", None)
        st.rerun()


def nothing(filter: register.Filter) -> None:
    if filter == register.Filter():
        st.info("None of your documents lays an obligation on anybody.")
        st.page_link("pages/documents.py", label="Add a document", icon=":material/upload_file:")
    else:
        st.info("No obligation matches. Clear a filter to see more.")


shell.run(page)
