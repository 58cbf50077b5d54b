"""Imports that failed: what is wrong with each file in a sentence, and the next step."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import jobs, library
from core.errors import PasswordNeeded
from core.types import User
from pages.parts import rights, shell
from pages.parts.words import count, plain, when

SHOWN = 5


def failures(db: Database, user: User, failed: Sequence[jobs.Job]) -> None:
    """One line each, the latest last; the sentence names the file."""
    for job in failed[:SHOWN]:
        _failed(db, user, job)
    if len(failed) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        more = len(failed) - SHOWN
        st.markdown(f":gray[and {more:,} more were not imported]" if more > 0 else "", width="stretch")
        if st.button(
            f"Dismiss all {len(failed):,}", key="dismiss-all", type="tertiary", **rights.barred(user, "documents.add")
        ):
            for job in failed:
                library.dismiss(db, user, job.id)
            shell.done(f"Dismissed {count(len(failed), 'failed import')}")


def _failed(db: Database, user: User, job: jobs.Job) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", wrap=False, key=f"failed-{job.id}"):
        st.markdown(
            f":red[**{plain(job.title)}**] was not imported. {plain(job.error or '')} :gray[{when(job.finished_at)}]",
            width="stretch",
        )
        if job.fault == PasswordNeeded.__name__:
            with st.container(width=400), shell.guarded():  # a wrong password is said beside its field
                _password(db, user, job)
        elif st.button("Retry", key=f"retry-{job.id}", type="tertiary", **rights.barred(user, "documents.add")):
            jobs.retry(db, user, job.id)
            st.rerun()
        if st.button("Dismiss", key=f"dismiss-{job.id}", type="tertiary", **rights.barred(user, "documents.add")):
            library.dismiss(db, user, job.id)
            st.rerun()


def _password(db: Database, user: User, job: jobs.Job) -> None:
    with st.form(f"password-{job.id}", border=False, clear_on_submit=True):
        field, button = st.columns([3, 2], vertical_alignment="bottom")
        password = field.text_input(
            "Password of the file", type="password", key=f"password-text-{job.id}", label_visibility="collapsed",
            placeholder="Password of the file",
        )  # fmt: skip
        if (
            button.form_submit_button("Unlock and import", width="stretch", **rights.barred(user, "documents.add"))
            and password
        ):
            library.unlock(db, user, job.id, password)
            st.rerun()
