"""Access: who may do what, who sees what and why, and which sessions are open; what to know of it all."""

import streamlit as st
from sqlite_utils import Database

from core.types import User
from pages.parts import access_people, access_person, access_roles, access_services, access_sessions, health, shell


def page(db: Database, user: User) -> None:
    tabs = st.tabs(["People", "Roles", "Sessions", "Services", "Health"], key="access-part")
    with tabs[0], shell.guarded():
        chosen = access_people.people(db, user)
        if chosen:
            access_person.person(db, user, chosen)
    with tabs[1]:
        access_roles.matrix(user)
    with tabs[2], shell.guarded():
        access_sessions.sessions_of_all(db, user)
    with tabs[3], shell.guarded():
        access_services.services_of_all(db, user)
    with tabs[4], shell.guarded():
        health.told(db, user)


shell.run(page)
