"""How somebody comes in: the provider's sign-in, a name and a password, an invitation; and what stands there before.

The address that was asked for stays: with a password the window never leaves it, and a provider's answer, which always
comes to `/`, is led on to it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import streamlit as st
from sqlite_utils import Database

from core import identity
from core.errors import BadInput
from core.identity import accounts, passwords, sessions
from core.settings import lexicon, settings
from core.types import User
from pages.parts import cookies, session
from pages.parts.guard import guarded
from pages.parts.words import count, plain

INVITATION, LED = "invitation", "led-on"
WIDTH = 400


def go_on(pages: Sequence[Any]) -> None:
    """After the provider's answer: to the address that was asked for, where it is one of these pages."""
    kept = cookies.read(cookies.wanted())
    if not kept or st.session_state.get(LED):
        return
    st.session_state[LED] = True
    cookies.write(cookies.wanted(), "")
    address = urlsplit(unquote(kept))
    page = next((one for one in pages if one.url_path == address.path.strip("/")), None)
    if page and (page.url_path or address.query):
        st.switch_page(page, query_params=parse_qs(address.query))


# --- what stands there until then -------------------------------------------------------------------------------


def screen() -> None:
    """In place of the page, for whoever is not in."""
    with session.database() as db, _middle():
        way = session.door(db)
        if way == "local":
            return  # nobody signs in here: whoever is refused was told why
        if way == "oidc":
            _provider(db)
        elif invitation := st.query_params.get(INVITATION):
            _accept(db, invitation)
        else:
            _password(db)
    cookies.keep(address=way == "oidc")


@contextmanager
def _middle() -> Iterator[None]:
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH, key="sign-in"):
        yield


def _why(db: Database) -> None:
    """Whoever was in until now is told why it is over."""
    claims = st.user.to_dict()
    why = sessions.ended_why(db, session.token(), claims if claims.get("is_logged_in") else None)
    limits = settings()
    said = {
        "idle": f"You were signed out after {count(limits.session_idle_minutes, 'minute')} without a click.",
        "old": f"You were signed out: nobody stays signed in for more than {count(limits.session_hours, 'hour')}.",
        "ended": "Your session was ended from elsewhere.",
        "password": "Your password was changed elsewhere; sign in with the new one.",
        "disabled": "Your account is disabled; an administrator can say why.",
        "accounts": "This app is protected now: sign in with an account of your own.",
    }
    if why in said:
        st.info(said[why], icon=":material/lock_clock:")


def _provider(db: Database) -> None:
    st.subheader("Sign in", anchor=False)
    _why(db)
    names = providers()
    for name in names or [""]:
        title = f"Sign in with {name.capitalize()}" if name else "Sign in with your organisation"
        if st.button(title, key=f"sign-in-{name}", type="primary", width="stretch", icon=":material/login:"):
            st.login(name or None)
    st.caption("Your organisation checks who you are; no password of yours comes here.")


def providers() -> list[str]:
    """The named ones in the secrets; none where there is only the unnamed one."""
    section = st.secrets["auth"]
    return [name for name, value in section.items() if hasattr(value, "items") and "client_id" in value]


def _password(db: Database) -> None:
    st.subheader("Sign in", anchor=False)
    _why(db)
    with st.form("sign-in-form", border=False):
        name = st.text_input("Name", autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        asked = st.form_submit_button("Sign in", type="primary", width="stretch")
    if asked:
        with guarded():
            _in(db, passwords.sign_in(db, name, password).id)
    st.caption("No account, or the password is lost? An administrator sends you a new invitation.")


def _accept(db: Database, invitation: str) -> None:
    st.subheader("Choose a password", anchor=False)
    st.markdown("You were invited to Compliance Copilot.")
    with st.form("invitation-form", border=False):
        password = twice()
        asked = st.form_submit_button("Go on", type="primary", width="stretch")
    if asked:
        with guarded():
            account = passwords.accept(db, invitation, same(*password))
            st.query_params.pop(INVITATION, None)
            _in(db, account.id)


def twice() -> tuple[str, str]:
    """The two fields of a new password."""
    least = lexicon("limits")["passwords"]["least"]
    hint = f"At least {least} characters, say four words"
    first = st.text_input("New password", type="password", autocomplete="new-password", placeholder=hint)
    again = st.text_input("The same again", type="password", autocomplete="new-password")
    return first, again


def same(first: str, again: str) -> str:
    """BadInput unless both fields say the same."""
    if first != again:
        raise BadInput("The two passwords differ; type the same one twice.")
    return first


def _in(db: Database, account_id: str) -> None:
    session.let_in(sessions.open(db, account_id, "account", replaces=session.token()))
    st.rerun()


# --- let in, without rights -------------------------------------------------------------------------------------


def no_rights(user: User) -> None:
    """Somebody whom the provider or an invitation let in, and to whom nobody has given a role yet."""
    with session.database() as db, _middle():
        st.subheader(f"Good day, {plain(user.name)}", anchor=False)
        st.markdown("You are signed in, and nobody has given you a role yet. Until then there is nothing to see here.")
        _whom_to_ask(db, user)
        with st.container(horizontal=True):
            if st.button("Look again", type="primary", icon=":material/refresh:"):
                st.rerun()
            if st.button("Sign out", icon=":material/logout:"):
                leave(db, user)
        st.caption(f"For whoever gives the role, you are `{user.id}`.")
    cookies.keep()


def _whom_to_ask(db: Database, user: User) -> None:
    ids = accounts.holders(db, user.tenant, "access.manage")
    names = accounts.names(db, user.tenant, ids)
    if ids:
        st.markdown("Ask one of these: " + ", ".join(f"**{plain(names[id])}**" for id in ids))
    else:
        st.markdown("Ask whoever runs this installation to name the first administrator (`COPILOT_ADMINS`).")


def leave(db: Database, user: User) -> None:
    """Sign out: our session is over at once, whatever the browser keeps."""
    sessions.leave(db, user)
    session.let_out()
    if user.mode == "oidc":
        st.logout()
        st.stop()
    st.rerun()


# --- in, and not allowed here -----------------------------------------------------------------------------------


def not_open(title: str, permissions: Sequence[str], user: User) -> None:
    """In place of a page that somebody has no right to, however they came by its address."""
    *some, last = dict.fromkeys(role for one in permissions for role in identity.PERMISSIONS[one][1])
    who = f"{', '.join(some)} or {last}" if some else last
    st.info(f"**{plain(title)}** is not open to you: it is for whoever is {who}.", icon=":material/lock:")
    st.caption(f"You are {', '.join(user.roles)}. If your work needs it, ask an administrator for a further role.")
