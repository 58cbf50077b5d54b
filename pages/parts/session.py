"""Who asks, and one database connection for one rerun. Nothing of either is kept between reruns.

A browser holds a random token, and our own row of it says until when and for whom: see `core.identity.sessions`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from sqlite_utils import Database

from core import identity, store
from core.errors import NotAllowed
from core.identity import accounts, doors, sessions
from core.settings import settings
from core.types import User
from pages.parts import cookies

TOKEN = "session-token"


# --- who --------------------------------------------------------------------------------------------------------


def user() -> User:
    """The person at this window with the rights they have now; without one, the app starts anew and asks who it is."""
    with database() as db:
        return asked(db)


def asked(db: Database, *, clicked: bool = True) -> User:
    """As `user`, on a connection that is there. What runs by a timer is no click, and keeps no session alive."""
    person = known(db, clicked=clicked)
    if person is None:
        st.rerun()
    return person


def known(db: Database, *, clicked: bool = True) -> User | None:
    """The person, or None where they have to sign in. NotAllowed for whoever may not come in here at all."""
    way = door(db)
    require_own_window(alone=way == "local")
    if way == "oidc":
        claims = st.user.to_dict()
        return sessions.of_claims(db, claims, settings(), clicked=clicked) if claims.get("is_logged_in") else None
    shown = token()
    found = sessions.user(db, shown, clicked=clicked) if shown else None
    return found or (identity.local_user() if way == "local" else None)


def door(db: Database) -> doors.Door:
    return doors.door(db, settings(), oidc_configured())


def oidc_configured() -> bool:
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def require_own_window(*, alone: bool) -> None:
    """NotAllowed unless our own page asks, and where one person is `alone` here, on this computer."""
    headers = dict(st.context.headers)
    if not headers:  # no browser asks: a test runs the page by itself
        return
    if alone:
        doors.require_loopback(st.get_option("server.address"), headers.get("Host"), headers.items())
    else:
        doors.require_own_site(headers.get("Host"), headers.items(), settings().public_url)


def token() -> str:
    """What this browser shows for itself, where no provider vouches for it; "" for nothing."""
    return str(st.session_state.get(TOKEN) or cookies.read(cookies.session()))


def let_in(token: str) -> None:
    """This browser has a session now."""
    st.session_state[TOKEN] = token
    cookies.write(cookies.session(), token)


def let_out() -> None:
    """This browser shows nothing for itself any more."""
    st.session_state.pop(TOKEN, None)
    cookies.write(cookies.session(), "")


# --- the database -----------------------------------------------------------------------------------------------


@contextmanager
def database() -> Iterator[Database]:
    """A connection for this rerun, closed after it whatever ends it: Streamlit ends one by a BaseException."""
    db = store.connect(settings().database)
    try:
        yield db
    finally:
        db.close()


def later(make: Callable[[Database, User], bytes]) -> Callable[[], bytes]:
    """For a download that is made when it is clicked: it runs after the page's connection is closed, on its own.

    What its person may is asked for again, since the click may come long after the page was drawn.
    """
    who = user()

    def made() -> bytes:
        with database() as db:
            return make(db, still(db, who))

    return made


def still(db: Database, who: User) -> User:
    """With the rights that they have now. NotAllowed once they are signed out, which a link outlives."""
    if who.session and sessions.behind(db, who) is None:
        raise NotAllowed("You were signed out; sign in, and take the file anew.")
    return accounts.refreshed(db, who)
