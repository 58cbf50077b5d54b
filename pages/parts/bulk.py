"""The same for several obligations at once, and taking the last change back."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import register
from core.types import User
from pages.parts import shell
from pages.parts.words import count, label


def bulk(db: Database, user: User, ids: Sequence[str]) -> None:
    """Status, owner and merge for the ticked rows."""
    with st.container(border=True, key="bulk"):
        st.markdown(f"**{count(len(ids), 'obligation')} ticked**")
        left, right = st.columns([3, 2])
        with left, st.form("bulk-status", border=False):
            status = st.selectbox("Status", register.STATUSES, format_func=label, key="bulk-status-value")
            reason = st.text_input("Reason", key="bulk-reason", help="Needed for: not applicable")
            if st.form_submit_button("Set the status", type="primary"):
                register.set_status(db, user, ids, status, reason)
                shell.done(f"{label(status)}: {count(len(ids), 'obligation')}")
        with right, st.form("bulk-owner", border=False):
            owner = st.text_input("Owner", key="bulk-owner-name", help="Empty takes the owner away")
            if st.form_submit_button("Assign"):
                register.assign(db, user, ids, owner)
                shell.done(f"Assigned {count(len(ids), 'obligation')}")
        if len(ids) > 1 and st.button("Merge into one", key="merge"):
            st.query_params["obligation"] = register.merge(db, user, ids)
            shell.done("Merged into one")


def undo(db: Database, user: User) -> None:
    if st.button("Undo", key="undo", icon=":material/undo:", shortcut="U", help="Take your last change back"):
        shell.done(f"Undone: {register.undo(db, user).title}")
