"""What kind of firm we are: what "Ours" means everywhere, said where it is read, changed in place."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import identity, register
from core.extract import profiles
from core.register.firm import named
from core.types import User
from pages.parts import shell
from pages.parts.words import count, plain, when, who

WIDTH = 400
SEEN = "firm-seen"


def control(db: Database, user: User) -> None:
    """The small button, in the row that the caller has opened; brings the answers up to date first."""
    working = register.keep_marked(db, user)
    firm = register.our_firm(db, user)
    # Another choice is another button: the open one closes.
    with st.popover(_title(firm), icon=":material/domain:", key=f"our-firm-{firm.number}"):
        _choice(db, user, firm)
    if working:
        st.badge("Marking what applies to us", color="blue")


def invite(db: Database, user: User) -> None:
    """Where nobody has said yet what the firm is: one line with the choice; nothing otherwise."""
    register.keep_marked(db, user)
    firm = register.our_firm(db, user)
    if firm.profiles or firm.number:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="firm-invite"):
        st.markdown("**What is your firm?** Then each duty is marked: ours, not ours, or unclear.", width="content")
        with st.popover("Choose", icon=":material/domain:", key="our-firm-0"):
            _choice(db, user, firm)


def _title(firm: register.Firm) -> str:
    if not firm.profiles:
        return "Our firm: choose" if not firm.number else "Our firm: none"
    name, *more = (profiles.names()[key] for key in firm.profiles)
    return f"Our firm: {name}{f' + {len(more)}' if more else ''}"


def _choice(db: Database, user: User, firm: register.Firm) -> None:
    if not register.may_choose_firm(user):
        st.markdown(f"**{plain(named(firm.profiles))}**")
        st.caption(f"Somebody who is {identity.who_may('firm.edit')} can change it.")
        return
    names = profiles.names()
    # What this window showed last: what is clicked there is held against it, and not against what others chose since.
    seen = st.session_state.get(SEEN, firm.number)
    st.session_state[SEEN] = firm.number
    with st.form(f"firm-{seen}", border=False):
        chosen = st.pills(
            "Our firm is, one or more of", tuple(names), selection_mode="multi", default=firm.profiles,
            format_func=names.get, key=f"firm-profiles-{seen}", width=WIDTH,
        )  # fmt: skip
        st.caption("What binds us as any of these is ours. Nothing is hidden; what people said stays.", width=WIDTH)
        asked = st.form_submit_button("Set our firm", type="primary")
        if asked:
            _choose(db, user, chosen, seen)
    if firm.number:
        st.caption(f"Chosen by {plain(who(firm.by, user))}, {when(firm.at)}")
    elif firm.profiles:
        st.caption("Set by `COPILOT_PROFILE`")
    former = firm.profiles if firm.former is None else firm.former
    back = f"Change back to {plain(named(former))}"
    if former != firm.profiles and st.button(back, icon=":material/undo:", key="firm-back"):
        _choose(db, user, former, seen)
    elif seen != firm.number and not asked:
        st.rerun()


def _choose(db: Database, user: User, chosen: Sequence[str], seen: int) -> None:
    with shell.guarded():
        register.choose_firm(db, user, chosen, was=seen)
        later = register.keep_marked(db, user)
        size = register.count(db, user, register.Filter(applies="yes"))
        told = "the register is being marked" if later else f"{count(size, 'obligation')} apply to us"
        shell.done(f"Our firm: {named(chosen)}; {told}")
