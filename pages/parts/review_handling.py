"""Whose hands a request is in: taking it, letting go, taking it back, taking an acceptance back, changing it."""

from collections.abc import Callable
from importlib.util import find_spec

import streamlit as st
from sqlite_utils import Database

from core import identity, review
from core.types import User
from pages.parts import review_shown, shell
from pages.parts.review_words import holds

AMENDING = "review-amending"
Step = Callable[[Database, User, str, str], review.Item]


def buttons(db: Database, user: User, found: review.Evidence) -> None:
    """Only those that this person may take now."""
    item = found.item
    if item.state in review.PENDING and not found.barred:
        _claim(db, user, item)
    if item.state == "draft" and "submit" in found.steps and st.button("Submit for approval", key="ask"):
        review.ask(db, user, item.id)
        _done(f"No. {item.number} is submitted")
    if may_amend(found, user) and item.state != "change_requested":
        st.toggle("Change its words", key=f"{AMENDING}-{item.id}", help="Both versions are kept side by side")
    if "revoke" in found.steps:
        _with_reason(db, user, item, review.revoke, "Take the approval back…", "Why", "The approval is taken back")
    if "drop" in found.steps:
        said = f"No. {item.number} is taken back"
        _with_reason(db, user, item, review.drop, "Take it back…", "Why (may stay empty)", said)


def may_amend(found: review.Evidence, user: User) -> bool:
    """Its own people may while it is not decided; so may who decides, and then somebody else decides on it."""
    item = found.item
    if found.unusable:
        return False
    asks = identity.may(user, "actions.submit") and item.state in ("draft", *review.PENDING, "change_requested")
    return asks or (item.state in review.PENDING and not found.barred)


def amending(found: review.Evidence, user: User) -> bool:
    """Whether the form to change it stands in place of what is asked: where that was asked for, or chosen."""
    wanted = found.item.state == "change_requested" or st.session_state.get(f"{AMENDING}-{found.item.id}")
    return bool(wanted) and may_amend(found, user)


def claimed_by_other(item: review.Item, user: User) -> bool:
    """Whether somebody else reads it at this moment."""
    return item.claimed_by not in (None, user.id) and holds(item.claimed_until)


def _claim(db: Database, user: User, item: review.Item) -> None:
    if item.claimed_by == user.id and holds(item.claimed_until):
        if st.button("Let go", key="release", help="Others may decide on it again"):
            review.release(db, user, item.id)
            shell.done("Others may take it now")
    elif claimed_by_other(item, user):
        if review.may_free(user, item) and st.button("Take it off them", key="free", help="Anybody may take it then"):
            review.release(db, user, item.id)
            shell.done("Others may take it now")
    elif st.button("Take it", key="claim", shortcut="T", help="Nobody else decides on it while you read it"):
        review.claim(db, user, item.id)
        shell.done("It is yours for now")


def _with_reason(
    db: Database, user: User, item: review.Item, step: Step, name: str, asked: str, said: str
) -> None:  # fmt: skip
    with st.popover(name, key=f"open-{step.__name__}-{item.id}"):
        reason = st.text_area(asked, key=f"{step.__name__}-why-{item.id}", height=68)
        if st.button(name.removesuffix("…"), key=f"{step.__name__}-now-{item.id}", type="primary"):
            with shell.guarded():
                step(db, user, item.id, reason)
                _done(said)


def _done(said: str) -> None:
    review_shown.leave()
    shell.done(said)


def execution(db: Database, user: User, found: review.Evidence) -> None:
    """What became of it once it is accepted: the tools' own panel, where this installation has one."""
    if found.item.state in (*review.PENDING, "draft", "change_requested") or find_spec("pages.parts.execution") is None:
        return
    from pages.parts import execution

    execution.panel(db, user, found.item)
