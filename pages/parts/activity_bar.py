"""Which entries of the log are looked at, all of it in the URL, and the way to take them away."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st
from sqlite_utils import Database

from core import activity
from core.types import User
from pages.parts import activity_words, session, url

PERIODS = {"7d": ("7 days", 7), "30d": ("30 days", 30), "90d": ("90 days", 90), "all": ("All", 0)}
USUAL = "30d"
MANY = ("event", "who")
NARROWING = ("kind", "text", "subject", "document", *MANY)
MOST_CHARACTERS = 80


def filters(db: Database, user: User) -> activity.Filter:
    events, ids = activity.choices(db, user, "event"), activity.choices(db, user, "user_id")
    asked = {"period": PERIODS, "kind": activity.KINDS, "text": None, "subject": None, "document": None}
    url.follow(one=asked, many={"event": events, "who": ids})
    st.session_state[url.key("period")] = url.held("period") or USUAL
    st.session_state[url.key("text")] = (url.held("text") or "")[:MOST_CHARACTERS]
    _choose("Period", "period", {name: title for name, (title, _) in PERIODS.items()}, required=True)
    _choose("Kind", "kind", activity_words.KINDS)
    if len(ids) > 1:
        names = activity_words.people(db, user, set(ids))
        _pills("Who", "who", ids, lambda id: names.get(id, id))
    _pills("What", "event", events, activity_words.event)
    st.text_input(
        "Search", key=url.key("text"), placeholder="Number or id", max_chars=MOST_CHARACTERS, width=150,
        label_visibility="collapsed", icon=":material/search:",
    )  # fmt: skip
    url.tell(("period", "kind", "text", *MANY))
    _narrowed()
    days = PERIODS[url.held("period") or USUAL][1]
    first = datetime.now(UTC).date() - timedelta(days=days - 1) if days else None
    return activity.Filter(
        events=tuple(url.held("event") or ()), users=tuple(url.held("who") or ()), kind=url.held("kind") or "",
        subject=st.query_params.get("subject", ""), document=st.query_params.get("document", ""), first=first,
        text=url.held("text") or "",
    )  # fmt: skip


def files(user: User, wanted: activity.Filter) -> None:
    """The chosen entries as files; each is made when it is clicked."""
    with st.popover("Export", icon=":material/download:", key="activity-export"):
        for form, (title, mime) in activity.FORMATS.items():
            st.download_button(
                title,
                session.later(partial(_made, wanted, form)),
                f"activity.{form}",
                mime,
                key=f"activity-{form}",
                icon=":material/download:",
                on_click="ignore",
                width="stretch",
            )
        st.caption("What the filters choose, oldest first. That you took it is an entry, too.")


def _made(wanted: activity.Filter, form: str, db: Database, user: User) -> bytes:
    return activity.exported(db, user, wanted, form)


def _choose(title: str, name: str, values: Mapping[str, str], *, required: bool = False) -> None:
    st.segmented_control(
        title, tuple(values), key=url.key(name), required=required, label_visibility="collapsed", format_func=values.get
    )


def _pills(title: str, name: str, values: list[str], shown: Callable[[str], str]) -> None:
    held = url.held(name)
    with st.popover(f"{title} · {len(held)}" if held else title, key=f"activity-open-{name}"):
        st.pills(
            title, values, selection_mode="multi", key=url.key(name), width=360, label_visibility="collapsed",
            format_func=shown,
        )  # fmt: skip


def _narrowed() -> None:
    """A link from elsewhere asks for one thing's entries; the way back to all of them."""
    asked = st.query_params.get("subject") or st.query_params.get("document")
    if asked or any(url.held(name) for name in NARROWING):
        name = "One thing's entries only" if asked else "Clear"
        if st.button(name, key="activity-clear", icon=":material/close:", type="tertiary"):
            url.clear((*NARROWING, "p", "entry"))
