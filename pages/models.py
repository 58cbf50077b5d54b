"""Models & prompts: what there is, how to add to it, and a place to try it."""

import streamlit as st
from sqlite_utils import Database

from core.types import User
from pages.parts import arrivals, backends, benchmarking, inventory, prompt_versions, shell, stopping, trying


def page(db: Database, user: User) -> None:
    found = backends.looked()
    tabs = st.tabs(["Models", "Add a model", "Try a prompt", "Benchmark", "Prompts"], key="models-part")
    with tabs[0]:
        stopping.stopped_models(db, user)
        backends.table(found)
        inventory.inventory(db, user, found)
    with tabs[1]:
        arrivals.progress(db, user)
        arrivals.add(db, user)
        arrivals.files(db, user)
    with tabs[2]:
        trying.form(db, user, found)
        trying.answers(db, user)
    with tabs[3]:
        benchmarking.form(db, user, found)
        benchmarking.measured(db, user)
    with tabs[4]:
        prompt_versions.prompt_versions(db, user)


shell.run(page)
