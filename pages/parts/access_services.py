"""Service accounts: programs that run commands here with a token; what each may, and until when."""

import streamlit as st
from sqlite_utils import Database

from core import identity
from core.identity import services
from core.identity.services import Service
from core.store import now
from core.types import User
from pages.parts import shell
from pages.parts.guard import guarded
from pages.parts.words import badge, day, label, plain, when

TOKEN = "service-token"
WIDTH = 420
USUAL_DAYS = 90


def services_of_all(db: Database, user: User) -> None:
    found = services.services(db, user)
    manages = identity.may(user, "access.manage")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(":gray[A script runs commands with a token of its own, and may only what the token is for.]")
        if manages:
            # Another one once there is one more: the open one closes.
            with st.popover("New service", icon=":material/smart_toy:", key=f"new-service-{len(found)}"):
                _form(db, user)
    if made := st.session_state.get(TOKEN):
        _shown_once(*made)
    if not found:
        st.caption("There are no services.")
    for one in found:
        with st.container(border=True, key=f"service-{one.id}"):
            _service(one)
            if manages:
                _buttons(db, user, one)


def _service(one: Service) -> None:
    if one.revoked_at:
        state = badge(f"Revoked {day(one.revoked_at)}", "gray")
    elif one.expires_at <= now():
        state = badge(f"Ran out {day(one.expires_at)}", "gray")
    else:
        state = badge(f"Until {day(one.expires_at)}", "green")
    used = f"last used {when(one.used_at)}" if one.used_at else "never used"
    st.markdown(f"**{plain(one.name)}** {state} :gray[{used} · token `{one.token}`]")
    acts = "; ".join(identity.PERMISSIONS[scope][0] for scope in one.scopes if scope in identity.PERMISSIONS)
    st.caption(f"{plain(', '.join(map(label, one.roles)))}. May: {plain(acts)}.")


def _buttons(db: Database, user: User, one: Service) -> None:
    with st.container(horizontal=True), guarded():
        if st.button("New token", key=f"renew-{one.id}", icon=":material/autorenew:", help="The old one ends at once."):
            _keep(one.name, services.renew(db, user, one.id, USUAL_DAYS))
        works = not one.revoked_at and one.expires_at > now()
        if works and st.button("Revoke", key=f"revoke-{one.id}", icon=":material/block:"):
            services.revoke(db, user, one.id)
            shell.done(f"{one.name} is out from now on")


def _form(db: Database, user: User) -> None:
    name = st.text_input("Name of the service", max_chars=80, width=WIDTH)
    roles = st.pills(
        "Roles", [role for role in identity.ROLES if role != "admin"], selection_mode="multi", format_func=label,
        key="service-roles", width=WIDTH,
    )  # fmt: skip
    scopes = st.multiselect(
        "What its token is for", services.allowed_scopes(roles), placeholder="Choose a role first", width=WIDTH,
        format_func=lambda key: identity.PERMISSIONS[key][0],
    )  # fmt: skip
    days = st.number_input("Days until it runs out", 1, 365, USUAL_DAYS, width=WIDTH)
    if st.button("Make the service", type="primary", key="make-service"):
        with guarded():
            _keep(name, services.make(db, user, name, roles, scopes, int(days)))


def _keep(name: str, token: str) -> None:
    st.session_state[TOKEN] = (name, token)
    st.rerun()


def _shown_once(name: str, token: str) -> None:
    with st.container(border=True, key="service-token-shown"):
        st.markdown(f"The token of **{plain(name)}**, for `COPILOT_TOKEN`. It is not shown again.")
        st.code(token, language=None, wrap_lines=True)
        if st.button("I have copied it", key="token-away"):
            st.session_state.pop(TOKEN)
            st.rerun()
