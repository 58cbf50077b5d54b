"""The filtered register as files. A file is made when it is clicked."""

import re
from functools import partial

import streamlit as st
from sqlite_utils import Database

from core import export, register
from core.export.stored import stored, withheld
from core.export.taking import take
from core.types import User
from pages.parts import session
from pages.parts.words import plain


def downloads(db: Database, user: User, filter: register.Filter, name: str) -> None:
    """A button for each format, and what will not be in them."""
    closed = withheld(db, user, filter)
    if closed:
        st.caption(f"Withheld until released, except their reading as JSON: {plain('; '.join(closed))}.")
    stem = re.sub(r"[^\w]+", "-", name).strip("-").lower()[:60] or "register"
    with st.container(horizontal=True):
        for key, format in export.FORMATS.items():
            st.download_button(
                format.title,
                session.later(_writer(key, filter)),
                f"{stem}{'-jira' if key == 'jira' else ''}.{format.extension}",
                format.mime,
                key=f"download-{key}",
                icon=":material/download:",
                on_click=partial(_say_left_out, filter) if key == "jira" else "ignore",
            )
    st.caption("Jira takes no action that waits for approval; the other formats show its state.")


def _writer(key: str, filter: register.Filter):  # type: ignore[no-untyped-def]
    def write(db: Database, user: User) -> bytes:
        return take(db, user, key, filter).data

    return write


def _say_left_out(filter: register.Filter) -> None:
    """How many actions wait for approval and are therefore not in the file."""
    with session.database() as db:
        note = export.write("jira", stored(db, session.user(), filter)).note
    if note:
        st.toast(note, icon=":material/hourglass_empty:")
