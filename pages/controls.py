"""Controls: which duties of the firm are met by what, what is open, what to do about it, and what to tell the board."""

import streamlit as st
from sqlite_utils import Database

from core import controls, library, register
from core.types import User
from pages.parts import briefing, control_library, firm, gap_view, planning, samples, shell, suggestions

VIEWS = {
    "gaps": ("Gaps", gap_view.view),
    "review": ("Suggestions", suggestions.view),
    "plan": ("Plan", planning.view),
    "briefing": ("Briefing", briefing.view),
    "library": ("Library", control_library.view),
}


def page(db: Database, user: User) -> None:
    if not library.documents(db, user) and not controls.libraries(db, user):
        samples.offer(db, user)
        control_library.offer(db, user)
        return
    register.keep_marked(db, user)  # before the matching that reads it
    working = controls.keep_up(db, user)
    asked = st.query_params.get("show", "gaps")
    view = asked if asked in VIEWS else "gaps"
    waiting = controls.to_review_count(db, user)
    names = {key: title for key, (title, _) in VIEWS.items()}
    names["review"] += f" · {waiting:,}" if waiting else ""
    with st.container(horizontal=True, vertical_alignment="center", key="controls-bar"):
        wanted = st.segmented_control(
            "View", tuple(VIEWS), default=view, required=True, label_visibility="collapsed", format_func=names.get,
            key=f"controls-{view}",
        )  # fmt: skip
        if wanted != view:
            st.query_params.from_dict({"show": wanted})
            st.rerun()
        firm.control(db, user)
    if working:
        st.info("Obligations are being matched with controls; suggestions appear as they are made.")
    VIEWS[view][1](db, user)


shell.run(page)
