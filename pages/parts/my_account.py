"""What one person does with their own account; and the first account, which the one local person makes."""

import streamlit as st
from sqlite_utils import Database

from core.identity import passwords, sessions
from core.types import User
from pages.parts import session, sign_in
from pages.parts.guard import guarded
from pages.parts.words import badge, label, plain


def about(user: User) -> None:
    st.subheader(plain(user.name), anchor=False)
    for title, values in (("Roles", user.roles), ("Groups", user.groups), ("Cleared for", user.clearances)):
        st.markdown(f"{title}: {' '.join(badge(label(one), 'blue') for one in values) or ':gray[none]'}")


def password(db: Database, user: User) -> None:
    st.subheader("Change my password", anchor=False)
    with st.form("change-password", border=False, clear_on_submit=True, width=sign_in.WIDTH):
        old = st.text_input("Password now", type="password", autocomplete="current-password")
        new = sign_in.twice()
        asked = st.form_submit_button("Change it", type="primary")
    if asked:
        with guarded():
            passwords.change(db, user, old, sign_in.same(*new))
            st.success("Changed. Your other sessions are over.", icon=":material/check:")


def protect(db: Database, user: User) -> None:
    """The one local person becomes the first account, and keeps all that is theirs."""
    st.subheader("Protect this app", anchor=False)
    st.markdown(
        "Now whoever sits at this computer may do everything. Make yourself the first account: from then on everybody"
        " signs in, you keep all that is yours, and you invite the others."
    )
    with st.form("protect", border=False, width=sign_in.WIDTH):
        name = st.text_input("Your name", max_chars=80, autocomplete="name")
        new = sign_in.twice()
        asked = st.form_submit_button("Protect this app", type="primary", icon=":material/lock:")
    if asked:
        with guarded():
            account = passwords.protect(db, user, name, sign_in.same(*new))
            session.let_in(sessions.open(db, account.id, "account", replaces=session.token()))
            st.switch_page("pages/access.py")
    st.caption("There is no way back to an app without sign-in, and no way in without the password: keep it well.")
