"""Compare: two versions side by side, what changed in the duties and in the text, and what holds on from before."""

import streamlit as st
from sqlite_utils import Database

from core.types import User
from pages.parts import bulk, change_filters, change_list, change_text, changes, shell, versions


def page(db: Database, user: User) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-bar"):
        chosen = versions.choose(db, user)
        if chosen:
            with st.popover("Export", icon=":material/download:", key="export"):
                changes.downloads(db, user, *chosen)
            bulk.undo(db, user)
    if not chosen:
        versions.nothing(db, user)
        return
    found = changes.compared(db, user, *chosen)
    changes.summary(found)
    changes.carrying(db, user, found)
    if found.nothing:
        return
    view, wanted = change_filters.bar(found)
    if view == "text":
        change_text.articles(found, wanted)
    else:
        change_list.changes(db, user, found, wanted)


shell.run(page)
