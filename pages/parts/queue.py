"""The queue to check: what the engine was least sure of and what it missed, one at a time, by keyboard."""

import streamlit as st
from sqlite_utils import Database

from core import register
from core.types import User
from pages.parts import bulk, record, rights, shell, source, url
from pages.parts.words import count, plain, short

AT = "at"


def queue(db: Database, user: User, filter: register.Filter) -> None:
    """The thing to look at, and what to do with it; fixing it is the panel's own."""
    total = register.to_check_count(db, user, filter)
    place = min(_place(), max(0, total - 1))
    found = register.to_check(db, user, filter, limit=1, offset=place)
    if not found:
        _steps(db, user, None, 0, 0)
        st.success("Nothing is left to check here.", icon=":material/check:")
        return
    _steps(db, user, found[0], place, total)
    left, right = st.columns(2)
    with left, st.container(key="beside"):
        if found[0].kind == "obligation":
            record.record(db, user, found[0].id, link=True)
        else:
            _lead(found[0])
    with right:
        if found[0].kind != "ungrounded":
            source.context(db, user, found[0])


def _place() -> int:
    return url.number(AT)


def _steps(db: Database, user: User, shown: register.ToCheck | None, place: int, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="queue"):
        st.markdown(f"**{place + 1 if total else 0}** of {count(total, 'thing', 'things')} to check")
        if st.button("Previous", key="queue-previous", shortcut="K", disabled=place == 0):
            _go(place - 1)
        if st.button("Next", key="queue-next", shortcut="J", disabled=place + 1 >= total):
            _go(place + 1)
        if shown:
            _answers(db, user, shown)
        bulk.undo(db, user)


def _answers(db: Database, user: User, shown: register.ToCheck) -> None:
    may = rights.barred(user, "register.edit")
    right = "Accept" if shown.kind == "obligation" else "Nothing follows from it"
    if st.button(right, key=f"queue-accept-{shown.kind}", shortcut="A", type="primary", **may):
        register.accept(db, user, shown.id)
        shell.done("Accepted")
    if shown.kind == "obligation":
        if st.button("Not an obligation", key="queue-reject", shortcut="X", **may):
            register.set_status(db, user, shown.id, "not an obligation")
            shell.done("Marked as not an obligation")
        if st.button("Fix", key="queue-fix", shortcut="F", **may):
            st.session_state["record-tab"] = "Correct"
            st.rerun()
    elif shown.kind == "uncovered" and st.button("Make it an obligation", key="queue-promote", shortcut="M", **may):
        register.promote(db, user, shown.document_id, shown.position, shown.end or shown.position)
        shell.done("Added to the register")


def _go(place: int) -> None:
    st.query_params[AT] = str(place + 1)
    st.rerun()


def _lead(shown: register.ToCheck) -> None:
    what = "Nothing covers this sentence" if shown.kind == "uncovered" else "This quote is not in the source"
    st.markdown(f":violet-badge[{what}] **{plain(shown.path)}**")
    st.markdown(f"> {plain(shown.quote)}")
    if shown.reason:
        st.caption(plain(shown.reason))
    title = plain(short(shown.document))
    st.page_link(
        "pages/document.py",
        label=title if shown.kind == "uncovered" else f"Give it its place in {title}",
        icon=":material/article:",
        query_params={"document": shown.document_id, "view": "text", **_place_of(shown)},
    )


def _place_of(shown: register.ToCheck) -> dict[str, str]:
    return {"article": shown.path} if shown.kind == "uncovered" else {"tab": "Coverage"}
