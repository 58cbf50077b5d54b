"""What no obligation stands for: sentences that nothing covers, quotes that are not in the source, and statements."""

import streamlit as st
from sqlite_utils import Database

from core import register
from core.types import User
from pages.parts import rights, shell
from pages.parts.words import count, plain

MOST = 100


def coverage(db: Database, user: User, document_id: str) -> None:
    missed = [lead for lead in register.uncovered(db, user, document_id) if lead.state == "open"]
    lost = [lead for lead in register.ungrounded(db, user, document_id) if lead.state == "open"]
    other = register.statements(db, user, document_id)
    if not missed and not lost:
        st.success(
            "Every normative sentence is accounted for, and every quote is in the source.", icon=":material/check:"
        )
    for lead in missed[:MOST]:
        _uncovered(db, user, lead)
    for lead in lost[:MOST]:
        _ungrounded(db, user, lead)
    with st.expander(
        f"{count(len(other), 'statement')}: sentences with a normative mark that are no obligations, and why"
    ):
        lines = [
            f"| {plain(one.provision.path)} | {plain(one.quote.text[:160])} | {plain(one.reason)} |" for one in other
        ]
        st.markdown("\n".join(["| Place | Sentence | Why not |", "|---|---|---|", *lines[:MOST]]))
        if len(lines) > MOST:
            st.caption(f"The first {MOST} are shown; the JSON export has all.")


def _uncovered(db: Database, user: User, lead: register.Lead) -> None:
    with st.container(border=True, key=f"lead-{lead.id}"):
        st.markdown(f":violet-badge[Uncovered] **{plain(lead.path)}** {plain(lead.quote)}")
        with st.container(horizontal=True):
            if st.button(
                "Make it an obligation",
                key=f"promote-{lead.id}",
                type="primary",
                **rights.barred(user, "register.edit"),
            ):
                made = register.promote(db, user, lead.document_id, lead.start or 0, lead.end or 0)
                _open(made, "Added to the register")
            _settle(db, user, lead)


def _ungrounded(db: Database, user: User, lead: register.Lead) -> None:
    with st.container(border=True, key=f"lead-{lead.id}"):
        st.markdown(f":red-badge[Not in the source] {plain(lead.quote)}\n\n:gray[{plain(lead.reason)}]")
        with st.form(f"repair-{lead.id}", border=False):
            words = st.text_input(
                "Its words in the source", key=f"repair-text-{lead.id}", placeholder="Copy them from the source"
            )
            if st.form_submit_button("Give it this place", **rights.barred(user, "register.edit")) and words:
                with shell.guarded():
                    made = register.repair(db, user, lead.id, *_find(db, user, lead.document_id, words))
                    _open(made, "Repaired")
        _settle(db, user, lead)


def _settle(db: Database, user: User, lead: register.Lead) -> None:
    if st.button("Nothing follows from it", key=f"settle-{lead.id}", **rights.barred(user, "register.edit")):
        register.accept(db, user, lead.id)
        shell.done("Accepted")


def _find(db: Database, user: User, document_id: str, words: str) -> tuple[int, int]:
    from core import library
    from core.errors import BadInput

    start = library.document(db, user, document_id).text.find(words)
    if start < 0:
        raise BadInput("These words are not in the source; copy them from it.")
    return start, start + len(words)


def _open(made: str, message: str) -> None:
    st.query_params["obligation"] = made.rpartition(".")[2]
    shell.done(message)
