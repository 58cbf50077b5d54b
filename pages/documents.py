"""Documents: bring them in, see how far each is, sign their cards, take them out again."""

import streamlit as st
from sqlite_utils import Database

from core import library
from core.types import User
from pages.parts import card, custody, samples, shelf, shell, uploads, url
from pages.parts.words import plain

STATUSES = ("draft", "approved", "withdrawn")


def page(db: Database, user: User) -> None:
    uploads.uploader(db, user)
    uploads.refused()
    uploads.progress(db, user)
    url.follow(one={"find": None, "status": STATUSES}, many={})
    with st.container(horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Find", key=url.key("find"), placeholder="Find by title, number or file name",
            label_visibility="collapsed", icon=":material/search:", width=320,
        )  # fmt: skip
        status = st.segmented_control(
            "Status", STATUSES, key=url.key("status"), format_func=str.capitalize, label_visibility="collapsed"
        )
    url.tell(("find", "status"))
    listed = library.documents(db, user, status=status, text=text or "")
    if not listed and not text and not status:
        samples.offer(db, user, uploader=True)
        return
    if not listed:
        st.info("No document matches. Clear the search to see all of them.")
        return
    chosen = shelf.shelf(db, user, listed, st.query_params.get("document"))
    if chosen:
        st.query_params["document"] = chosen.id
        details(db, user, chosen)


def details(db: Database, user: User, shown: library.DocumentRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(shown.title), anchor=False, width="stretch")
        st.page_link("pages/document.py", label="Open the document", icon=":material/article:",
                     query_params={"document": shown.id})  # fmt: skip
    custody.gate(db, user, shown)
    tabs = st.tabs(["Data card", "Versions", "Warnings", "Keep or delete"], key="about")
    with tabs[0]:
        card.card(db, user, shown)
    with tabs[1]:
        shelf.versions(db, user, shown)
    with tabs[2]:
        shelf.warnings(shown)
    with tabs[3]:
        custody.custody(db, user, shown)


shell.run(page)
