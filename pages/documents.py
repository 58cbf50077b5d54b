"""Documents: bring them in, see how far each is, sign their cards, take them out again."""

import streamlit as st
from sqlite_utils import Database

from core import library
from core.types import User
from pages.parts import card, custody, run_progress, samples, shelf, shell, uploads, url
from pages.parts.words import count, label, legible, plain


def page(db: Database, user: User) -> None:
    uploads.uploader(db, user)
    arriving = uploads.progress(db, user)
    run_progress.under_way(db, user)
    asked = st.query_params.get("find") or st.query_params.get("status")
    if not asked and not library.documents(db, user):
        if arriving:
            st.caption("Each document appears here as soon as it is read.")
        else:
            samples.offer(db, user, uploader=True)
        custody.graves(db, user)
        return
    listed = find(db, user)
    if not listed:
        st.info("No document matches. Clear the search to see all of them.")
        return
    open_id = st.query_params.get("document")
    chosen = next((one for one in listed if one.id == open_id), None)
    left, right = st.columns([1, 1]) if chosen else (st.container(), None)
    with left:
        picked = shelf.shelf(db, user, listed, chosen)
        custody.graves(db, user)
    if picked != open_id:
        st.query_params.pop("document", None)
        if picked:
            st.query_params["document"] = picked
        st.rerun()
    if right and chosen:
        with right, shell.guarded():
            details(db, user, chosen)


def find(db: Database, user: User) -> list[library.DocumentRow]:
    """The row of filters, and what they leave."""
    url.follow(one={"find": None, "status": library.STATUSES}, many={})
    with st.container(horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Find", key=url.key("find"), placeholder="Find by title, number or file name",
            label_visibility="collapsed", icon=":material/search:", width=320,
        )  # fmt: skip
        status = st.segmented_control(
            "Status", library.STATUSES, key=url.key("status"), format_func=label, label_visibility="collapsed"
        )
        listed = library.documents(db, user, status=status, text=text or "")
        st.markdown(f":gray[{count(len(listed), 'document')}]")
    url.tell(("find", "status"))
    return listed


def details(db: Database, user: User, shown: library.DocumentRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="details-title"):
        st.subheader(plain(legible(shown.title)), anchor=False, width="stretch")
        if st.button("Open the document", key="open", icon=":material/article:", type="primary"):
            st.switch_page("pages/document.py", query_params={"document": shown.id})
        if st.button("Close", key="close", shortcut="Esc"):
            st.query_params.pop("document", None)
            st.rerun()
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
