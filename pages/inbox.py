"""What this person was told: what waits for them, what became of their requests, and who names them."""

import streamlit as st
from sqlite_utils import Database

from core import activity, inbox, review
from core.types import User
from pages.parts import shell
from pages.parts.words import badge, plain, short, when

# kind: what is said of a request, and the colour of its mark
KINDS = {
    "assigned": ("waits for your decision", "blue"),
    "decided": ("was decided", "green"),
    "change_requested": ("needs a change from you", "orange"),
    "mentioned": ("has a comment that names you", "violet"),
    "overdue": ("is overdue", "red"),
    "executed": ("was carried out", "green"),
    "failed": ("could not be carried out", "red"),
}
LATEST = 100
WIDTH = 600  # pixels of a line, so that the links stand under each other


def page(db: Database, user: User) -> None:
    st.title("Inbox", anchor=False)
    found = inbox.notices(db, user, limit=LATEST)
    unread = [one for one in found if not one.read_at]
    if not found:
        st.info("Nothing yet. You are told here when a request waits for you, when yours is decided, and when a comment"
                " names you.", icon=":material/inbox:")  # fmt: skip
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            badge(f"{len(unread)}{'+' * (len(unread) == LATEST)} unread", "blue") if unread else "All of it is read",
            width="content",
        )
        if unread and st.button("Mark all as read", icon=":material/done_all:", key="inbox-read"):
            inbox.mark_read(db, user, found[0].id)
            shell.done("All of it is read")
    ids = [one.subject_id for one in found]
    titles = {**review.titles(db, user, ids), **activity.titles(db, user, ids)}
    for one in found:
        _line(one, titles.get(one.subject_id, ""))
    if len(found) == LATEST:
        st.caption(f"The latest {LATEST} are shown; `python -m core inbox` lists what is unread.")


def _line(one: inbox.Notice, title: str) -> None:
    """`title` of the request or document; "" where the reader may not see it, or it is gone."""
    said, colour = KINDS.get(one.kind, ("has news for you", "gray"))
    kind, _, id = one.subject.partition(":")
    what = f"Request {one.about}" if one.about else "A document"
    with st.container(horizontal=True, key=f"notice-{one.id}", vertical_alignment="center"):
        mark = badge("New", colour) if not one.read_at else ""
        st.markdown(
            f"{mark} {'**' if mark else ''}{plain(what)} {said}{'**' if mark else ''} · {when(one.made_at)}"
            + (f"  \n:gray[{plain(short(title))}]" if title else ""),
            width=WIDTH,
        )
        if kind in ("item", "document"):
            target = {"item": "pages/approvals.py", "document": "pages/approvals.py"}[kind]
            st.page_link(target, label="Open", icon=":material/arrow_forward:", query_params={kind: id})


shell.run(page)
