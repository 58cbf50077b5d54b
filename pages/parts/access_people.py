"""The people: a list to choose from, and a way to invite one more."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import identity
from core.identity import accounts, passwords
from core.identity.accounts import Account
from core.types import User
from pages.parts import session, shell
from pages.parts.guard import guarded
from pages.parts.words import count, label, plain, when

STATES = {"active": "Active", "invited": "Invited", "disabled": "Disabled"}
INVITED = "invited-link"
ROW, CHOSEN, ALL = 34, 360, 640  # pixels: of a row, and of the list above a person and alone


def people(db: Database, user: User) -> Account | None:
    """The list; gives whoever is chosen in it, or by the address."""
    found = accounts.accounts(db, user)
    _head(db, user, found)
    if not found:
        _nobody()
        return None
    open_id = st.query_params.get("person")
    found = _wanted(found)
    if not found:
        st.caption("Nobody matches; find other words.")
        return None
    picked = _table(found, open_id)
    if picked != open_id:
        st.query_params.pop("person", None)
        if picked:
            st.query_params["person"] = picked
        st.rerun()
    return next((one for one in found if one.id == picked), None)


def _head(db: Database, user: User, found: Sequence[Account]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{count(len(found), 'person', 'people')}]", width="content")
        if found and session.door(db) == "accounts" and identity.may(user, "access.manage"):
            # Another one once somebody is invited: the open one closes.
            with st.popover("Invite somebody", icon=":material/person_add:", key=f"invite-{len(found)}"):
                _invite(db, user)
        if found and session.door(db) == "oidc":
            st.caption("Whoever signs in for the first time appears here, without any right.")
    if link := st.session_state.get(INVITED):
        _link(*link)


def _wanted(found: Sequence[Account]) -> Sequence[Account]:
    """Of more people than there is room for, those whose name, roles and groups have the words."""
    if len(found) <= CHOSEN // ROW:
        return found
    words = st.text_input(
        "Find people", key="people-find", placeholder="Find a name, role or group", icon=":material/search:",
        label_visibility="collapsed", width=280,
    ).casefold().split()  # fmt: skip
    return [one for one in found if all(word in _told(one) for word in words)]


def _told(one: Account) -> str:
    return " ".join((one.name, *one.roles, *one.groups)).casefold()


def _nobody() -> None:
    st.info(
        "There are no accounts: whoever sits at this computer is the one person here and may do everything.",
        icon=":material/person:",
    )
    st.page_link("pages/account.py", label="Protect this app, and let others in", icon=":material/lock:")


def _table(found: Sequence[Account], open_id: str | None) -> str | None:
    import pandas

    if len(found) > CHOSEN // ROW:  # more than there is room for: who is chosen stands first, where it is seen
        found = sorted(found, key=lambda one: one.id != open_id)
    frame = pandas.DataFrame(
        {
            "Name": [one.name for one in found],
            "Roles": [list(one.roles) for one in found],
            "Groups": [list(one.groups) for one in found],
            "Cleared for": [list(one.clearances) for one in found],
            "State": [STATES[one.state] for one in found],
            "Last seen": [when(one.seen_at) or "never" for one in found],
        }
    )
    at = next((index for index, one in enumerate(found) if one.id == open_id), None)
    event = st.dataframe(
        frame, hide_index=True, selection_mode="single-row", on_select="rerun",
        key=f"people-{open_id}-{hash(tuple(one.id for one in found))}",
        row_height=ROW, height=min(ROW * (len(found) + 1) + 2, CHOSEN if open_id else ALL),
        selection_default={"selection": {"rows": [] if at is None else [at], "columns": []}},
    )  # fmt: skip
    rows = event.selection.rows
    return found[rows[0]].id if rows else None


def _invite(db: Database, user: User) -> None:
    with st.form("invite-form", border=False, clear_on_submit=True):
        name = st.text_input("Name", max_chars=80)
        roles = st.pills("Roles", identity.ROLES, selection_mode="multi", format_func=label, width=360)
        asked = st.form_submit_button("Make the invitation", type="primary")
    if asked:
        with guarded():
            token = passwords.invite(db, user, name, roles=tuple(roles))
            st.session_state[INVITED] = (name, token)
            shell.done(f"{name} is invited; send the link")


def _link(name: str, token: str) -> None:
    """Shown until it is put away; it is kept nowhere."""
    with st.container(border=True, key="invitation-link"):
        st.markdown(f"Send this link to **{plain(name)}** yourself. It works once and is not shown again.")
        base = (st.context.url or "").rpartition("/")[0]
        st.code(f"{base}/?invitation={token}", language=None, wrap_lines=True)
        if st.button("I have copied it", key="link-away"):
            st.session_state.pop(INVITED)
            st.rerun()
