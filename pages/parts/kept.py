"""The comparisons that one session keeps between reruns: whose text is in them, and how it leaves."""

import streamlit as st
from sqlite_utils import Database

from core import compare, library
from core.compare import Comparison
from core.errors import NotFound
from core.types import User

IDS = "compared-documents"
KEPT_SECONDS = 600
MOST = 3


def comparison(db: Database, user: User, old: str, new: str, runs: tuple[str, str]) -> Comparison:
    """Compared once for these runs. The caller has asked whether this user may see both documents."""
    st.session_state[IDS] = [*dict.fromkeys([*st.session_state.get(IDS, []), old, new])]
    return _kept(old, new, runs, _db=db, _user=user)


def forget_unseen(db: Database, user: User) -> None:
    """Asked every few seconds in every open window: text of what was deleted or closed to this user leaves memory."""
    try:
        for id in st.session_state.get(IDS, []):
            library.found(db, user, id, "id")
    except NotFound:
        _kept.clear()
        del st.session_state[IDS]


# Of one session, so that it leaves with it, and nobody is given what was compared for somebody else.
@st.cache_resource(scope="session", max_entries=MOST, ttl=KEPT_SECONDS, show_spinner="Comparing …")
def _kept(old: str, new: str, runs: tuple[str, str], *, _db: Database, _user: User) -> Comparison:
    return compare.compare_stored(_db, _user, old, new)
