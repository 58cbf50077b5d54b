"""A demo: the facilitator acts as the people who were made for it, and every page says so."""

import streamlit as st
from sqlite_utils import Database

from core.identity import sessions
from core.settings import settings
from core.types import User
from pages.parts import session
from pages.parts.words import plain

MYSELF = ""


def banner(db: Database, user: User) -> None:
    """Above every page of a demo: who one is, and a choice of whom to be."""
    if not settings().demo:
        return
    own = sessions.behind(db, user) or user
    with st.container(key="demo-banner", horizontal=True, vertical_alignment="center"):
        st.markdown(_told(user), width="stretch")
        if people := sessions.actors(db, user):
            _choice(db, user, {MYSELF: f"Myself ({own.name})"} | people)


def _told(user: User) -> str:
    if user.mode != "demo":
        return ":material/theater_comedy: **Demo.** Nothing here is real. Act as one of its people to see their side."
    roles = ", ".join(user.roles) or "no roles"
    return f":material/theater_comedy: **Demo.** You act as **{plain(user.name)}** ({roles}); the log says so."


def _choice(db: Database, user: User, names: dict[str, str]) -> None:
    now = user.id if user.mode == "demo" else MYSELF
    chosen = st.selectbox(
        "Act as", tuple(names), index=tuple(names).index(now), format_func=names.get, key=f"act-as-{now}", width=260,
        label_visibility="collapsed",
    )  # fmt: skip
    if chosen != now:
        _become(db, user, str(chosen))
        st.rerun()


def _become(db: Database, user: User, account_id: str) -> None:
    if account_id == MYSELF:
        sessions.act_as_self(db, user)
        return
    if not user.session:  # the one local person has none until there is something to keep in it
        token = sessions.open(db, user.id, "local")
        session.let_in(token)
        user = sessions.user(db, token) or user
    sessions.act_as(db, user, account_id)
