"""A document that waits, in the queue: what it waits for, its warnings, its card, and the decision on exactly that."""

import streamlit as st
from sqlite_utils import Database

from core import identity, library, review
from core.identity import accounts
from core.review import Waiting
from core.types import User
from pages.parts import reading, review_queue, review_shown, review_words, shell
from pages.parts.review_bar import Wanted
from pages.parts.review_queue import Listed
from pages.parts.words import badge, plain, when

CARD = "What its owner says of it"


def pane(db: Database, user: User, wanted: Wanted, listed: Listed, row: review.Row) -> None:
    found = review.waiting(db, user, row.document_id)
    seen = review_shown.shown(found.document.id, found.digest)
    _heading(found, row)
    with st.container(horizontal=True, vertical_alignment="center", key="review-steps"):
        st.page_link(
            "pages/document.py", label="Open the document", icon=":material/article:",
            query_params={"document": row.document_id, "tab": "Details"},
        )  # fmt: skip
        st.space("stretch")
        review_queue.steps(db, user, wanted, listed)
    if seen.digest != found.digest:
        with st.container(border=True, key="review-stale"):
            st.warning("This changed while you were reading. Read it again, then decide.", icon=":material/sync:")
            st.button("I have looked again", key="look-again", type="primary", on_click=review_shown.look_again)
    elif not found.barred and found.waits_for:
        _decision(db, user, wanted, listed, found, seen.digest)
    else:
        told = "You decide on it on its own page." if identity.alone(user) else found.barred
        st.caption(plain(told or "It waits for nobody any more."))
    _why(found)
    st.markdown(f"**{CARD}**")
    _card(db, user, found)


def _heading(found: Waiting, row: review.Row) -> None:
    st.subheader(plain(found.document.title), anchor=False)
    marks = [badge(review_queue.WAITS.get(found.waits_for, "Decided"), "violet")]
    if left := review_words.due(row.due_at):
        marks.append(badge(*left))
    st.markdown(f"{' '.join(marks)} :gray[since {when(row.submitted_at)}]")


def _why(found: Waiting) -> None:
    if found.document.gate == "waiting":
        st.markdown(
            "**Why it was escalated**\n\n" + "\n".join(f"- {plain(one)}" for one in found.document.scope_reasons)
        )
        st.caption("Until it is released, its actions and exports are withheld.")
    else:
        st.caption("Its owner signed the card below. Confidential and restricted documents take a second person.")
    for warning in found.document.warnings:
        st.warning(plain(warning), icon=":material/warning:")


def _card(db: Database, user: User, found: Waiting) -> None:
    facts = [(field.label, plain(_text(found.card.get(field.key)))) for field in library.FIELDS]
    signed = found.card["signatures"]
    names = accounts.names(db, user.tenant, [one["user_id"] for one in signed])
    by = ", ".join(f"{plain(names[one['user_id']])}, {when(one['signed_at'])}" for one in signed)
    reading.table([*facts, ("Signed", by or "Not yet")])


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(library.USES.get(name, name) for name, on in value.items() if on)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _decision(db: Database, user: User, wanted: Wanted, listed: Listed, found: Waiting, shown: str) -> None:
    gate, id = found.waits_for == "release", found.document.id
    with st.form(f"document-{id}", border=True):
        reason = st.text_input("Why it may, or may not, be used", key=f"document-why-{id}") if gate else ""
        with st.container(horizontal=True):
            accept = st.form_submit_button("Release it" if gate else "Sign as the second person", type="primary")
            refuse = gate and st.form_submit_button("Reject it")
    if accept or refuse:
        with shell.guarded():
            state = review.decide_document(db, user, id, "accept" if accept else "reject", reason, shown=shown)
            review_shown.leave()
            review_queue.after(db, user, wanted, listed)
            shell.done(f"The document is {state}")
