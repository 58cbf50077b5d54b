"""The corner of every page: who I am, what I may, and the way out."""

import streamlit as st
from sqlite_utils import Database

from core.types import User
from pages.parts import sign_in
from pages.parts.words import badge, label, plain

KNOWN_BY = {
    "local": "The one person at this computer",
    "account": "Signed in with a password",
    "oidc": "Signed in by your organisation",
    "demo": "Acting in a demo",
}
ACCOUNT = "pages/account.py"


def menu(db: Database, user: User) -> None:
    with st.popover(plain(user.name), key="account-menu", type="tertiary", icon=":material/account_circle:"):
        st.markdown(f"**{plain(user.name)}**  \n:gray[{KNOWN_BY.get(user.mode, '')}]")
        st.markdown(" ".join(badge(label(role), "blue") for role in user.roles) or ":gray[No roles]")
        if user.mode == "local":
            st.page_link(ACCOUNT, label="Protect this app", icon=":material/lock:")
            return
        st.page_link(ACCOUNT, label="My account", icon=":material/manage_accounts:")
        if user.mode != "demo" and st.button("Sign out", key="sign-out", icon=":material/logout:", type="tertiary"):
            sign_in.leave(db, user)
