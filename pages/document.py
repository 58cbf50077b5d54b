"""One document: the source beside its obligations. Choose one to see its place; choose a place to see what it says."""

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import User
from pages.parts import adding, beside, places, shell, source
from pages.parts.source_view import Event


def page(db: Database, user: User) -> None:
    document_id = st.query_params.get("document")
    if not document_id:
        st.info("No document is open. Choose one from the list.")
        st.page_link("pages/documents.py", label="All documents", icon=":material/folder_open:")
        return
    shown = library.document_row(db, user, document_id)
    document = library.document(db, user, document_id)
    rows = register.rows(db, user, register.Filter(document=document_id), limit=None)
    leads = [lead for lead in register.uncovered(db, user, document_id) if lead.state == "open"]
    chosen = next((row for row in rows if row.obligation_id == st.query_params.get("obligation")), None)
    beside.title(shown)
    contents = places.places(library.provisions(db, user, document_id), len(document.text))
    what = source.opened(db, user, document, contents, rows, chosen)
    left, right = st.columns([6, 5])
    event = Event()
    with left, shell.guarded():
        beside.toolbar(document, what, contents)
        found = register.record(db, user, chosen.id).obligation if chosen else None
        event = source.view(db, user, document, what, source.marks(what, rows, leads), found)
    if event.chosen:
        beside.choose(event.chosen)
    if event.turned:
        source.turn(what, contents, event.turned)
        st.rerun()
    if event.selected:
        adding.add_by_hand(document_id, *event.selected)
    with right, st.container(key="beside"):
        beside.beside(db, user, shown, what, rows, chosen)


shell.run(page)
