"""Wording what is asked for differently: a field for each thing that may change, the former version beside it."""

from collections.abc import Mapping

import streamlit as st
from sqlite_utils import Database

from core import review
from core.types import Action, User
from pages.parts import review_shown, shell
from pages.parts.words import RISKS, badge, day, label, lines, plain

NAMES = {"title": "Title", "detail": "What to do", "owner_role": "Owner", "due": "Due"}


def form(db: Database, user: User, item: review.Item) -> None:
    """One that a change was requested of is asked for again by this."""
    again = item.state == "change_requested"
    with st.form(f"amend-{item.id}-{item.version}", border=False):
        given = {one.id: _fields(item, one) for one in item.actions}
        wanted = st.form_submit_button("Save and ask again" if again else "Save the changes", type="primary")
    if wanted:
        with shell.guarded():
            review.amend(db, user, item.id, _changed(item, given), version=item.version)
            review_shown.leave()
            shell.done("Changed and asked for again" if again else "Changed; both versions are kept")


def _fields(item: review.Item, one: Action) -> dict[str, str]:
    """The form of one action; gives what stands in it."""
    key = f"{item.id}-{item.version}-{one.id}"
    before, now = st.columns(2)
    with before:
        st.caption(f"Version {item.version}")
        st.markdown(f"**{plain(one.title)}**\n\n{lines(one.detail)}")
        due = f" · due {day(one.due)}" if one.due else ""
        st.markdown(f":gray[{plain(one.owner_role)}{due}] {badge(label(one.priority), RISKS[one.priority])}")
    with now:
        st.caption(f"Version {item.version + 1}")
        title = st.text_input(NAMES["title"], one.title, key=f"amend-title-{key}")
        detail = st.text_area(NAMES["detail"], one.detail, key=f"amend-detail-{key}", height=190)
        left, right = st.columns(2)
        owner = left.text_input(NAMES["owner_role"], one.owner_role, key=f"amend-owner-{key}")
        on = right.date_input(NAMES["due"], one.due, key=f"amend-due-{key}", format="YYYY-MM-DD")
    return {"title": title, "detail": detail, "owner_role": owner, "due": on.isoformat() if on else ""}


def _changed(item: review.Item, given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str | None]]:
    """Only what differs from what is there."""
    changed: dict[str, dict[str, str | None]] = {}
    for one in item.actions:
        fields = {name: text for name, text in given[one.id].items() if text.strip() != (getattr(one, name) or "")}
        if fields:
            changed[one.id] = dict(fields)
    return changed
