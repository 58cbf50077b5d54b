"""The queue of suggested controls: the surest first, one at a time, by keyboard; or many at once from a score on."""

import streamlit as st
from sqlite_utils import Database

from core import controls, library, register
from core.settings import lexicon
from core.types import User
from pages.parts import bulk, control_library, rights, shell, source, tables, url
from pages.parts.gap_filters import IMPACTS
from pages.parts.words import RISKS, badge, count, label, plain

AT = "at"


def view(db: Database, user: User) -> None:
    if not controls.libraries(db, user):
        control_library.offer(db, user)
        return
    document = _document(db, user)
    total = controls.to_review_count(db, user, document=document)
    place = min(_place(), max(0, total - 1))
    found = controls.to_review(db, user, document=document, limit=1, offset=place)
    _steps(db, user, found[0] if found else None, place, total, document)
    if not found:
        st.success("No suggestion waits for a decision.", icon=":material/check:")
        return
    left, right = st.columns([9, 8])
    with left:
        _both(found[0])
    with right:
        row = register.row(db, user, found[0].id)
        what = register.ToCheck(
            row.id, row.document_id, row.document, "obligation", row.path, row.position, row.end, row.quote, "", 1.0
        )
        source.context(db, user, what)


def _document(db: Database, user: User) -> str:
    """The document that the address asks for, where it is one that this user sees; "" for all."""
    asked = st.query_params.get("document", "")
    return asked if any(one.id == asked for one in library.documents(db, user)) else ""


def _place() -> int:
    return url.number(AT)


def _go(place: int) -> None:
    st.query_params[AT] = str(place + 1)
    st.rerun()


def _steps(db: Database, user: User, shown: controls.Suggestion | None, place: int, total: int, document: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="queue"):
        st.markdown(f"**{place + 1 if total else 0}** of {count(total, 'suggestion')}")
        if st.button("Previous", key="review-previous", shortcut="K", disabled=place == 0):
            _go(place - 1)
        if st.button("Next", key="review-next", shortcut="J", disabled=place + 1 >= total):
            _go(place + 1)
        if shown and st.button(
            "Confirm", key="review-confirm", shortcut="A", type="primary", **rights.barred(user, "controls.edit")
        ):
            controls.confirm(db, user, [shown.pair], _note())
            _done(f"Confirmed {shown.ref}")
        if shown and st.button(
            "In part",
            key="review-part",
            shortcut="P",
            **rights.barred(user, "controls.edit", "It meets the duty in part only"),
        ):
            controls.confirm(db, user, [shown.pair], _note(), part=True)
            _done(f"Confirmed {shown.ref} in part")
        if shown and st.button(
            "Reject",
            key="review-reject",
            shortcut="X",
            **rights.barred(user, "controls.edit", "It is not suggested again"),
        ):
            controls.reject(db, user, [shown.pair], _note())
            _done(f"Rejected {shown.ref}")
        if shown:
            st.text_input(
                "Note", key=_note_key(), placeholder="Note, if you like", label_visibility="collapsed", width=200
            )
        if total and st.button(
            "Confirm many", key="review-many", icon=":material/done_all:", **rights.barred(user, "controls.edit")
        ):
            many(document)
        bulk.undo(db, user)


def _note_key() -> str:
    return f"review-note-{st.session_state.get('review-turn', 0)}"


def _note() -> str:
    return st.session_state.get(_note_key(), "")


def _done(message: str) -> None:
    # The next suggestion has a note of its own.
    st.session_state["review-turn"] = st.session_state.get("review-turn", 0) + 1
    shell.done(message)


def _both(shown: controls.Suggestion) -> None:
    """The duty above, the control below, and why they may belong together."""
    with st.container(border=True, key="review-duty"):
        risk, impact = badge(f"{label(shown.risk)} risk", RISKS[shown.risk]), label(shown.impact)
        badges = f"{risk} {badge(f'{impact} impact', IMPACTS[shown.impact])}"
        st.markdown(f"**{plain(shown.path)}** {badges}")
        st.markdown(f"> {plain(shown.quote)}")
        st.markdown(f":gray[Who] {plain(shown.bearer) or 'not named'}  \n:gray[What] {plain(shown.action)}")
        st.page_link(
            "pages/document.py", label=plain(shown.document), icon=":material/article:",
            query_params={"document": shown.document_id, "obligation": shown.obligation_id},
        )  # fmt: skip
    with st.container(border=True, key="review-control"):
        st.markdown(f"**{plain(shown.ref)} {plain(shown.control)}** {badge(f'{shown.score:.0%}', 'blue')}")
        st.markdown(plain(shown.description))
        st.markdown(f":gray[Why: {plain(shown.reason)}]")
        st.caption(plain(shown.library))


@shell.dialog("Confirm many suggestions", width="large")
def many(db: Database, user: User, document: str) -> None:
    """The best control of each duty from a score on: shown first, confirmed only by a click."""
    above = st.slider(
        "From this score on", 0.3, 1.0, float(lexicon("controls")["match"]["bulk_above"]), 0.05, key="many-above"
    )
    found = controls.to_review(db, user, document=document, above=above, best_only=True, limit=None)
    if not found:
        st.info("No suggestion reaches this score. Choose a lower one.")
        return
    st.markdown(f"These {count(len(found), 'link')} would be made, one for each duty. One undo takes all of them back.")
    text = st.column_config.TextColumn
    tables.table(
        "many",
        [f"{one.id} {one.control_id}" for one in found],
        {
            "score": [f"{one.score:.0%}" for one in found],
            "control": [f"{one.ref} {one.control}" for one in found],
            "path": [one.path for one in found],
            "what": [one.action for one in found],
            "why": [one.reason for one in found],
        },
        {
            "score": text("Score", width=55),
            "control": text("Control", width=190),
            "path": text("Place", width=90),
            "what": text("What", width=210),
            "why": text("Why", width=210),
        },
        height=360,
    )
    if st.button(
        f"Confirm {count(len(found), 'link')}",
        type="primary",
        key="many-confirm",
        **rights.barred(user, "controls.edit"),
    ):
        made = controls.confirm(db, user, [one.pair for one in found])
        shell.done(f"{count(made, 'link')} confirmed")
