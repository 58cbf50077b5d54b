"""One document: the source beside its obligations. Choose one to see its place; choose a place to see what it says."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import activity, library, register
from core.types import User
from pages.parts import adding, beside, places, shell, source


def page(db: Database, user: User) -> None:
    document_id = st.query_params.get("document")
    shown = None
    with shell.guarded():
        shown = library.document_row(db, user, document_id) if document_id else None
    if shown is None:
        nothing(document_id)
        return
    activity.opened(db, user, shown.id)
    document = library.document(db, user, shown.id)
    provisions = library.provisions(db, user, shown.id)
    contents = places.places(provisions, len(document.text))
    stops, chosen = register.outline(db, user, shown.id), None
    with shell.guarded():
        chosen = wanted(db, user, shown.id, stops)
    what = source.opened(db, user, document, contents, stops, chosen)
    here = register.rows_of(
        db, user, shown.id, [stop.obligation_id for stop in stops if what.shows(stop.position, stop.end)]
    )
    beside.title(shown)
    left, right = st.columns([6, 5])
    selected = None
    with left, shell.guarded():
        beside.toolbar(document, what, contents)
        leads = [lead for lead in register.uncovered(db, user, shown.id) if lead.state == "open"]
        selected = source.view(db, user, document, what, contents, provisions, source.marks(what, here, leads), chosen)
        beside.keys()
    if selected:
        adding.add_by_hand(shown.id, *selected)
    with right, st.container(key="beside"):
        beside.beside(db, user, shown, beside.Open(document, what, contents, stops, here, chosen))


def wanted(db: Database, user: User, document_id: str, stops: Sequence[register.Stop]) -> register.Stop | None:
    """What the URL chooses; also what was split, merged or is no longer found, which a link may still name."""
    obligation_id = st.query_params.get("obligation")
    found = next((stop for stop in stops if stop.obligation_id == obligation_id), None)
    if found or not obligation_id:
        return found
    row = register.row(db, user, f"{document_id}.{obligation_id}")
    return register.Stop(row.obligation_id, row.position, row.end, row.page)


def nothing(document_id: str | None) -> None:
    if not document_id:
        st.info("No document is open. Choose one from the list.")
    st.page_link("pages/documents.py", label="All documents", icon=":material/folder_open:")


shell.run(page)
