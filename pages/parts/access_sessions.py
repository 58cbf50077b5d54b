"""Where people are signed in, and how to end it."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import identity
from core.identity import sessions
from core.identity.sessions import Session
from core.settings import settings
from core.types import User
from pages.parts import shell
from pages.parts.words import count, plain, when

WIDTH, NAMED_WIDTH = 480, 640  # pixels of a line, so that the buttons stand under each other


def mine(db: Database, user: User) -> None:
    st.subheader("Where I am signed in", anchor=False)
    own = [one for one in sessions.sessions(db, user) if one.account_id == user.id]
    _lines(db, user, own)
    limits = settings()
    st.caption(
        f"A session ends after {count(limits.session_idle_minutes, 'minute')} without a click, and after"
        f" {count(limits.session_hours, 'hour')} in any case."
    )


def sessions_of_all(db: Database, user: User) -> None:
    found = sessions.sessions(db, user)
    if not found:
        st.info("Nobody is signed in." if not identity.alone(user) else "Without accounts nobody signs in.")
        return
    _lines(db, user, found, named=True)


def _lines(db: Database, user: User, found: Sequence[Session], *, named: bool = False) -> None:
    with st.container(key="access-sessions"):
        for one in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                here = " :blue-badge[This window]" if one.id == user.session else ""
                who = f"**{plain(one.name)}** · " if named else ""
                told = f"{who}since {when(one.started_at)} · last click {when(one.seen_at)}{here}"
                st.markdown(told, width=NAMED_WIDTH if named else WIDTH)
                may = one.account_id == user.id or identity.may(user, "access.manage")
                if not here and may and st.button("End", key=f"end-{one.id}", type="tertiary"):
                    sessions.end(db, user, one.id)
                    shell.done("The session is over")
