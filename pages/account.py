"""My account: what I am here, my password, where I am signed in; and for the one person here, how to let others in."""

import streamlit as st
from sqlite_utils import Database

from core import identity
from core.types import User
from pages.parts import access_person, access_sessions, my_account, shell


def page(db: Database, user: User) -> None:
    left, right = st.columns([5, 4])
    with left:
        my_account.about(user)
        if user.mode == "account":
            my_account.password(db, user)
        if identity.alone(user):
            my_account.protect(db, user)
        else:
            access_sessions.mine(db, user)
    with right:
        access_person.allowed(user)


shell.run(page)
