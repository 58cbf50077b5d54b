"""The same for several obligations at once, and taking the last change back."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import register
from core.types import User
from pages.parts import rights, shell
from pages.parts.words import count, label


def bulk(db: Database, user: User, ids: Sequence[str]) -> None:
    """A bar at the foot of the window: status, owner and merge for the ticked rows."""
    with st.bottom, st.container(horizontal=True, vertical_alignment="bottom", key="bulk"):
        st.markdown(f"**{count(len(ids), 'obligation')}** ticked")
        status = st.selectbox("Status", register.STATUSES, 1, format_func=label, key="bulk-status", width=150)
        reason = st.text_input("Reason", key="bulk-reason", width=220, placeholder="Needed for: not applicable")
        if st.button("Set the status", key="bulk-set", type="primary", **rights.barred(user, "register.edit")):
            with shell.guarded():
                register.set_status(db, user, ids, status, reason)
                shell.done(f"{label(status)}: {count(len(ids), 'obligation')}")
        owner = st.text_input("Owner", key="bulk-owner", width=180, placeholder="Empty takes it away")
        if st.button("Assign", key="bulk-assign", **rights.barred(user, "register.edit")):
            with shell.guarded():
                register.assign(db, user, ids, owner)
                shell.done(f"Assigned {count(len(ids), 'obligation')}")
        if len(ids) > 1 and st.button("Merge into one", key="bulk-merge", **rights.barred(user, "register.edit")):
            with shell.guarded():
                st.query_params["obligation"] = register.merge(db, user, ids)
                shell.done("Merged into one")


def undo(db: Database, user: User) -> None:
    if st.button(
        "Undo",
        key="undo",
        icon=":material/undo:",
        shortcut="U",
        **rights.barred(user, "register.edit", "Take your last change back"),
    ):
        with shell.guarded():
            shell.done(f"Undone: {register.undo(db, user).title}")
