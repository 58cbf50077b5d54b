"""The decision: four buttons with their keys, the reason where one is needed, and what is done with the answer."""

from collections.abc import Callable

import streamlit as st
from sqlite_utils import Database

from core import identity, review
from core.review import facts
from core.settings import settings
from core.types import User
from pages.parts import review_focus, review_shown, review_versions, shell
from pages.parts.review_shown import STALE, VERDICT, Shown
from pages.parts.review_words import VERDICTS, needed
from pages.parts.words import label, plain

# Not C and R: Streamlit keeps those for itself. X rejects in the register's queue too.
KEYS = {"accept": "A", "request_change": "S", "reject": "X", "escalate": "E"}
ASKED = {
    "accept": "Why (may stay empty)",
    "request_change": "What should be changed",
    "reject": "Why it is rejected",
    "escalate": "Why somebody else should decide",
}
SURE = {
    "accept": "Accept it",
    "request_change": "Ask for this change",
    "reject": "Reject it",
    "escalate": "Escalate it",
}
AGAINST = "This goes against what the evidence suggests"


def buttons(found: review.Evidence, barred: str) -> None:
    """All four; those that this person may not take are shown too, and say why."""
    for verdict, (name, _, _) in VERDICTS.items():
        possible = not barred and verdict in found.steps
        st.button(
            name, key=f"review-{verdict}", shortcut=KEYS[verdict], disabled=not possible, help=plain(barred) or None,
            type="primary" if verdict == "accept" else "secondary", on_click=_open, args=(verdict, found.item.id),
        )  # fmt: skip


def _open(verdict: str, item_id: str) -> None:
    st.session_state[VERDICT] = verdict
    st.query_params["item"] = item_id  # it stays open where it leaves the list meanwhile


def _close() -> None:
    st.session_state.pop(VERDICT, None)


def overtaken(found: review.Evidence, barred: str) -> None:
    """Where what was about to be decided cannot be any more, by another window or person: that nothing was."""
    verdict = st.session_state.get(VERDICT)
    if verdict and (barred or verdict not in found.steps):
        _close()
        why = barred or f"No. {found.item.number} is {label(found.item.state).lower()} by now."
        st.warning(plain(f"Nothing was decided here. {why}"), icon=":material/published_with_changes:")


def panel(db: Database, user: User, found: review.Evidence, seen: Shown, after: Callable[[], None]) -> None:
    """The reason and the confirmation of the verdict that was chosen; nothing while none is."""
    verdict = st.session_state.get(VERDICT)
    if verdict not in found.steps:
        return
    with st.container(border=True, key="review-panel"), st.form(f"decide-{found.item.id}-{verdict}", border=False):
        review_focus.focus(f"{found.item.id}-{verdict}")
        reason = st.text_area(ASKED[verdict], key=f"reason-{found.item.id}-{verdict}", height=68)
        override = verdict in ("accept", "reject") and st.checkbox(
            AGAINST, key=f"against-{found.item.id}-{verdict}", help="Say why; it is counted and reported."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            sure = st.form_submit_button(SURE[verdict], type="primary")
            st.form_submit_button("Not now", on_click=_close)
            told = f"You decide on version {found.version} as it is shown here, digest"
            st.markdown(f":gray[{told}] `{seen.digest[:12]}`", width="stretch")
    if sure:
        with shell.guarded():
            _decide(db, user, found, seen, reason, after, override=bool(override))


def _decide(
    db: Database, user: User, found: review.Evidence, seen: Shown, reason: str, after: Callable[[], None],
    *, override: bool,
) -> None:  # fmt: skip
    """With the digest that was drawn first: what changed since is refused, and then shown."""
    try:
        done = review.decide(
            db, user, found.item.id, st.session_state[VERDICT], shown=seen.digest, token=seen.token, reason=reason,
            override=override,
        )  # fmt: skip
    except review.Stale as error:
        st.session_state[STALE] = list(error.differences)
        st.rerun()
    review_shown.leave()
    after()
    shell.done(said(done))


def said(done: review.Decided) -> str:
    """What came of a decision, in a sentence."""
    what = f"No. {done.item.number}: {VERDICTS[done.verdict][1].lower()}"
    if done.replayed:
        return f"{what} already; nothing was decided twice"
    if done.verdict == "accept" and done.state != "accepted":
        left = needed(done.counted, done.needed, done.lacking)
        return f"{what}, {done.counted} of {done.needed}; it still needs {left}"
    return what


def stale(db: Database, found: review.Evidence, seen: Shown) -> bool:
    """Where it changed since it was drawn: what changed, and the way on. Gives whether it did."""
    refused = st.session_state.get(STALE)
    if refused is None and seen.digest == found.digest:
        return False
    differences = refused or facts.differences(facts.kept(db, found.item.id, seen.digest) or {}, found.facts)
    with st.container(border=True, key="review-stale"):
        nothing = " Nothing was decided." if refused is not None else ""
        st.warning(
            f"This changed while you were reading.{nothing} Look at what is different, then decide.",
            icon=":material/published_with_changes:",
        )
        review_versions.side_by_side(differences, ("When you opened it", "Now"))
        st.button("I have looked again", key="look-again", type="primary", on_click=review_shown.look_again)
    return True


def alone(user: User) -> None:
    """One person cannot approve what they asked for: the way to a second one."""
    if not identity.alone(user) or settings().demo:
        return  # in a demo the banner says as whom one may act
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="review-alone"):
        st.info(
            "You are the only person here, and nobody approves their own request: what you submit stays submitted until"
            " you protect this app and invite a reviewer.",
            icon=":material/group_add:",
        )
        st.page_link("pages/account.py", label="Protect this app", icon=":material/lock:", width="content")
