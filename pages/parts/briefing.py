"""The executive briefing: three paragraphs whose numbers are counted, ready to be sent."""

import streamlit as st
from sqlite_utils import Database

from core import controls
from core.errors import NotFound
from core.export import controls as export
from core.export.taking import taken
from core.types import User
from pages.parts import gap_filters, session
from pages.parts.words import day, plain

HEADINGS = ("What is asked, and of whom", "Where we stand", "What to do next")


def view(db: Database, user: User) -> None:
    filter = gap_filters.bar(db, user)
    try:
        made = controls.briefing(db, user, filter)
    except NotFound as error:
        st.info(plain(str(error)))
        return
    with st.container(width=860, key="briefing"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"Briefing, {day(made.made_on)}", anchor=False, width="stretch")
            st.download_button(
                "Markdown", session.later(lambda db, user: _taken(db, user, filter)),
                f"briefing-{made.made_on}.md", "text/markdown", key="briefing-md", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
        for heading, paragraph in zip(HEADINGS, made.paragraphs, strict=True):
            st.markdown(f"**{heading}**")
            st.markdown(plain(paragraph))
        st.caption("Every number is counted from the register and the confirmed controls at this moment.")


def _taken(db: Database, user: User, filter: controls.GapFilter) -> bytes:
    return taken(db, user, export.briefing(controls.briefing(db, user, filter)), "briefing.md").data
