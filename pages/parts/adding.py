"""An obligation that a person reads where the engine read none."""

from typing import get_args

import streamlit as st
from sqlite_utils import Database

from core import library, register
from core.types import Modality, User
from pages.parts import rights, shell
from pages.parts.words import label, plain


@shell.dialog("Add an obligation")
def add_by_hand(db: Database, user: User, document_id: str, start: int, end: int) -> None:
    """From text[start:end], with its kind, its bearer and what must be done."""
    text = library.document(db, user, document_id).text
    st.markdown(f"> {plain(text[start:end])}")
    with st.form("add-by-hand", border=False):
        modality = st.selectbox("Kind", get_args(Modality), format_func=label)
        bearer = st.text_input("Who must act", placeholder="As the source says it")
        action = st.text_input("What must be done", placeholder="Empty: the selected text itself")
        if st.form_submit_button("Add it", type="primary", **rights.barred(user, "register.edit")):
            made = register.add_by_hand(db, user, document_id, start, end, modality, bearer, action)
            st.query_params["obligation"] = made.rpartition(".")[2]
            shell.done("Added to the register")
