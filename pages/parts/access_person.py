"""One person: what they may, what they see and why, and the changes an administrator makes."""

from collections.abc import Callable, Sequence

import streamlit as st
from sqlite_utils import Database

from core import identity, library
from core.identity import accounts, passwords, rights, sessions
from core.identity.accounts import CLEARANCES, Account
from core.library.seeing import as_person
from core.types import User
from pages.parts import access_people, shell
from pages.parts.guard import guarded
from pages.parts.words import badge, count, day, label, plain, when


def person(db: Database, user: User, chosen: Account) -> None:
    """Beside or under the list."""
    st.subheader(plain(chosen.name), anchor=False)
    st.markdown(_known_by(chosen))
    st.caption(_given_by(db, user, chosen))
    left, right = st.columns([1, 1])
    with left, guarded():
        if identity.may(user, "access.manage"):
            _rights(db, user, chosen)
            _state(db, user, chosen)
        else:
            _told(chosen)
    with right, guarded():
        sight(db, user, as_person(chosen))


def _known_by(chosen: Account) -> str:
    how = {"local": "Signs in with a name and a password", "demo": "Made for the demo"}.get(chosen.issuer)
    how = how or f"Signs in through {chosen.issuer}"
    mail = f" as {chosen.email}" if chosen.email else ""
    return f":gray[{plain(how + mail)} · since {when(chosen.created_at)} · `{chosen.id}`]"


def _given_by(db: Database, user: User, chosen: Account) -> str:
    """Who invited them and gave them what: two accounts of one person would show here."""
    given = accounts.given(db, user, chosen.id)
    names = accounts.names(db, user.tenant, {chosen.created_by, *(one.by for one in given)})
    by: dict[str, list[str]] = {}
    for one in given:
        by.setdefault(f"{plain(names[one.by])} on {day(one.at)}", []).append(plain(one.what))
    whose = {chosen.id: "Came by themselves"}.get(chosen.created_by, f"Invited by {plain(names[chosen.created_by])}")
    return " · ".join([whose, *(f"{', '.join(what)} from {who}" for who, what in by.items())])


def _told(chosen: Account) -> None:
    for title, values in (("Roles", chosen.roles), ("Groups", chosen.groups), ("Cleared for", chosen.clearances)):
        st.markdown(f"{title}: {' '.join(badge(one, 'blue') for one in values) or ':gray[none]'}")
    st.caption("An administrator changes this.")


def _rights(db: Database, user: User, chosen: Account) -> None:
    groups = sorted({group for one in accounts.accounts(db, user) for group in one.groups})
    with st.form(f"rights-{chosen.id}-{hash((chosen.roles, chosen.groups, chosen.clearances))}", border=False):
        roles = st.pills("Roles", identity.ROLES, selection_mode="multi", default=chosen.roles, format_func=label)
        cleared = st.pills(
            "Cleared for", CLEARANCES, selection_mode="multi", default=chosen.clearances, format_func=label
        )
        member = st.multiselect(
            "Groups", groups, default=chosen.groups, accept_new_options=True, placeholder="Choose, or type a new one"
        )
        name = st.text_input("Name", chosen.name, max_chars=80)
        if st.form_submit_button("Save", type="primary"):
            _save(db, user, chosen, tuple(roles), tuple(cleared), tuple(member), name)


def _save(
    db: Database, user: User, was: Account, roles: Sequence[str], cleared: Sequence[str], groups: Sequence[str],
    name: str,
) -> None:  # fmt: skip
    """One change after the other, each with its line in the log; the first that is refused stops the rest."""
    with guarded():
        _each(set(was.roles), set(roles), lambda one: rights.give_role(db, user, was.id, one),
              lambda one: rights.take_role(db, user, was.id, one))  # fmt: skip
        _each(set(was.groups), set(groups), lambda one: rights.give_group(db, user, was.id, one),
              lambda one: rights.take_group(db, user, was.id, one))  # fmt: skip
        if set(cleared) != set(was.clearances):
            rights.set_clearances(db, user, was.id, cleared)
        if name.strip() != was.name:
            rights.rename(db, user, was.id, name)
        shell.done(f"Saved; it holds from {was.name}'s next click")


def _each(was: set[str], now: set[str], give: Callable[[str], None], take: Callable[[str], None]) -> None:
    for one in sorted(now - was):
        give(one)
    for one in sorted(was - now):
        take(one)


def _state(db: Database, user: User, chosen: Account) -> None:
    if chosen.id == user.id:
        st.caption("Nobody gives rights to themselves or disables their own account: ask another administrator.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if chosen.state == "disabled":
            if st.button("Enable", key="enable", icon=":material/lock_open:"):
                rights.enable(db, user, chosen.id)
                shell.done(f"{chosen.name} is let in again")
            return
        why = st.text_input("Reason", key=f"disable-why-{chosen.id}", placeholder="Why nobody is let in any more")
        if st.button("Disable", key="disable", icon=":material/block:"):
            rights.disable(db, user, chosen.id, why)
            shell.done(f"{chosen.name} is out from the next click on")
    with st.container(horizontal=True):
        if chosen.state == "active" and st.button("Sign out everywhere", key="end-all", icon=":material/logout:"):
            ended = sessions.close_all(db, user, chosen.id)
            shell.done(f"Ended {count(ended, 'session')} of {chosen.name}")
        if chosen.issuer == "local" and st.button("New invitation", key="invite-again", icon=":material/mail:"):
            st.session_state[access_people.INVITED] = (chosen.name, passwords.invite_again(db, user, chosen.id))
            st.rerun()


# --- what somebody may, and sees --------------------------------------------------------------------------------


def sight(db: Database, user: User, shown: User) -> None:
    """Documents by label, and the reason for each line."""
    found = library.sight(db, user, shown)
    seen = sum(one.documents for one in found if one.seen)
    st.markdown(f"**Sees {seen:,} of {count(sum(one.documents for one in found), 'document')}**")
    lines = ["| | Documents | Label | Why |", "|---|--:|---|---|"]
    for one in found:
        mark = ":green[:material/visibility:]" if one.seen else ":gray[:material/visibility_off:]"
        groups = f" · {plain(', '.join(one.groups))}" if one.groups else ""
        place = f"{label(one.classification)}{groups}, {one.state}"
        lines.append(f"| {mark} | {one.documents:,} | {place} | {plain(one.why)} |")
    if found:
        st.markdown("\n".join(lines))
    allowed(shown)


def allowed(shown: User) -> None:
    """What the roles let somebody do, as sentences."""
    acts = [act for key, (act, _) in identity.PERMISSIONS.items() if identity.may(shown, key)]
    st.markdown("**May**" if acts else "**May do nothing yet**")
    st.markdown("\n".join(f"- {plain(act)}" for act in acts))
