"""One duty and its controls: what is linked, what is suggested, and any other by hand."""

from collections.abc import Callable

import streamlit as st
from sqlite_utils import Database

from core import controls, register
from core.types import User
from pages.parts import reading, rights, shell
from pages.parts.gap_filters import IMPACTS
from pages.parts.words import badge, label, plain, when

STATES = {"full": ("Meets it", "green"), "part": ("In part", "yellow"), "rejected": ("Rejected", "gray")}


def panel(db: Database, user: User, id: str, *, close: Callable[[], None]) -> None:
    found = register.record(db, user, id)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="deciding-heading"):
        reading.heading(found.row)
        close()
    st.page_link(
        "pages/document.py", label=plain(found.row.document), icon=":material/article:",
        query_params={"document": found.row.document_id, "obligation": found.row.obligation_id},
    )  # fmt: skip
    reading.quote(found)
    impact(db, user, found.row)
    said = controls.links(db, user, [found.row.id])
    linked(db, user, found.row, said)
    suggested(db, user, found.row, {one.control_id for one in said})
    by_hand(db, user, found.row)


def impact(db: Database, user: User, row: register.Row) -> None:
    """What it weighs for the firm, and why; only a duty that applies, or may, has this."""
    filter = controls.GapFilter(document=[row.document_id])
    shown = next((one for one in controls.gaps(db, user, filter, limit=None) if one.id == row.id), None)
    if shown:
        reasons = "; ".join(plain(reason) for reason in shown.impact_reasons)
        st.markdown(f"{badge(f'{label(shown.impact)} impact', IMPACTS[shown.impact])} :gray[{reasons}]")


def linked(db: Database, user: User, row: register.Row, said: list[controls.Link]) -> None:
    if not said:
        st.markdown("**No control yet.** Confirm a suggestion or link one by hand.")
    for one in said:
        with st.container(border=True, key=f"link-{one.control_id}"):
            name, colour = STATES[one.state]
            text, away = st.columns([6, 1], vertical_alignment="center")
            note = f" “{plain(one.note)}”" if one.note else ""
            text.markdown(
                f"{badge(name, colour)} **{plain(one.ref)}** {plain(one.name)}  \n"
                f":gray[{plain(one.by)}, {when(one.at)}]{note}"
            )
            if away.button(
                "",
                key=f"unlink-{one.control_id}",
                icon=":material/link_off:",
                **rights.barred(user, "controls.edit", "Take this away"),
            ):
                controls.unlink(db, user, row.id, one.control_id)
                shell.done("Taken away")


def suggested(db: Database, user: User, row: register.Row, decided: set[str]) -> None:
    known = {one.id: one for one in controls.controls(db, user)}
    waiting = [one for one in controls.suggested(db, user, row.id) if one[0] in known and one[0] not in decided]
    if waiting:
        st.markdown("**Suggested**")
    for control_id, score, reason in waiting:
        one = known[control_id]
        with st.container(border=True, key=f"suggested-{control_id}"):
            st.markdown(
                f"**{plain(one.ref)}** {plain(one.name)} :gray[{score:.0%}, {plain(reason)}]",
                help=plain(one.description),
            )
            with st.container(horizontal=True):
                pair = [(row.id, control_id)]
                if st.button(
                    "Confirm", key=f"confirm-{control_id}", type="primary", **rights.barred(user, "controls.edit")
                ):
                    controls.confirm(db, user, pair)
                    shell.done(f"Confirmed {one.ref}")
                if st.button("In part", key=f"part-{control_id}", **rights.barred(user, "controls.edit")):
                    controls.confirm(db, user, pair, part=True)
                    shell.done(f"Confirmed {one.ref} in part")
                if st.button("Reject", key=f"reject-{control_id}", **rights.barred(user, "controls.edit")):
                    controls.reject(db, user, pair)
                    shell.done(f"Rejected {one.ref}")


def by_hand(db: Database, user: User, row: register.Row) -> None:
    """Any control, whatever was suggested, with a note."""
    known = {one.id: one for one in controls.controls(db, user)}
    if not known:
        return
    with st.expander("Link another control"), st.form(f"link-{row.id}", border=False):
        chosen = st.selectbox(
            "Control", tuple(known), index=None, format_func=lambda id: f"{known[id].ref} {known[id].name}",
            placeholder="Choose a control", key=f"hand-{row.id}",
        )  # fmt: skip
        note = st.text_input("Note", key=f"hand-note-{row.id}", placeholder="Why; it is kept")
        part = st.checkbox("It meets the duty in part only", key=f"hand-part-{row.id}")
        if st.form_submit_button("Link it", type="primary", **rights.barred(user, "controls.edit")) and chosen:
            controls.link(db, user, row.id, chosen, note, part=part)
            shell.done(f"Linked {known[chosen].ref}")
