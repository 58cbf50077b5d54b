"""The data card of a document as a form, and its signature."""

from typing import Any

import streamlit as st
from sqlite_utils import Database

from core import library
from core.library.cards import Field
from core.types import User
from pages.parts import rights, shell
from pages.parts.words import plain, when, who

LONG = {"prohibited_use", "known_quality_issues", "deletion", "licence", "source"}


def card(db: Database, user: User, shown: library.DocumentRow) -> None:
    """Edit and save, sign when it is right. The owner's alone."""
    fields = library.card(db, user, shown.id)
    _signatures(db, user, shown, fields["signatures"])
    barred = rights.barred_for_others(user, shown)
    mine = not barred.get("disabled")
    with st.form(f"card-{shown.id}", border=False):
        columns = st.columns(2)
        values = {}
        for place, field in enumerate(library.FIELDS):
            with columns[place % 2]:
                values[field.key] = _input(field, fields.get(field.key), shown.id, disabled=not mine)
        wanted = st.form_submit_button("Save the card", **barred)
    if wanted:
        with shell.guarded():
            changed = library.save_card(db, user, shown.id, values)
            shell.done("The card is saved" if changed else "Nothing was changed")


def _signatures(db: Database, user: User, shown: library.DocumentRow, signed: list[dict[str, str]]) -> None:
    if signed:
        names = ", ".join(f"{plain(who(one['user_id'], user))} on {when(one['signed_at'])}" for one in signed)
        said = f":green[Signed] by {names}." + (" A second person must sign it too." if shown.awaiting else "")
    elif shown.status == "withdrawn":
        said = "This document is withdrawn."
    else:
        readers = "only its owner can read" if shown.gate == "open" else "its owner and those who decide on it can read"
        said = (
            f"A **draft**, which {readers}: check what is filled in, then sign the card."
            " Confidential and restricted documents need a second signature."
        )
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="signatures"):
        st.markdown(said, width="stretch")
        # A second person signs what its owner has signed.
        may = shown.status == "draft" and not any(one["user_id"] == user.id for one in signed)
        may = may and (not signed or shown.owner != user.id)
        own = shown.owner == user.id
        barred = rights.barred(user, "documents.manage" if own else "documents.second")
        wanted = may and st.button("Sign the card", key=f"sign-{shown.id}", type="primary", **barred)
    if wanted:
        with shell.guarded():
            _sign(db, user, shown)


def _sign(db: Database, user: User, shown: library.DocumentRow) -> None:
    status = library.sign_card(db, user, shown.id)
    shell.done("Signed; the document is approved" if status == "approved" else "Signed; a second person must sign too")


def _input(field: Field, value: Any, document_id: str, *, disabled: bool) -> Any:
    key = f"card-{document_id}-{field.key}"
    title = field.label + ("" if field.required or field.unsaid else " (optional)")
    if field.kind == "choice":
        options = list(field.choices)
        return st.selectbox(title, options, options.index(value) if value in options else 0, key=key, disabled=disabled)
    if field.kind == "list":
        return st.multiselect(title, value or [], value or [], key=key, accept_new_options=True, disabled=disabled)
    if field.kind == "switches":
        chosen = [use for use, on in (value or {}).items() if on]
        picked = st.pills(
            title,
            list(field.choices),
            selection_mode="multi",
            wrap=True,
            default=chosen,
            format_func=library.USES.get,
            key=key,
            disabled=disabled,
        )
        return {use: use in picked for use in field.choices}
    if field.key in LONG:
        return st.text_area(title, value or "", key=key, height=68, disabled=disabled)
    return st.text_input(title, value or "", key=key, disabled=disabled)
