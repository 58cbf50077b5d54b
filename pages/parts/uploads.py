"""Files in: several at once, each an import job with its progress, and what to do when one fails."""

from collections.abc import Callable

import streamlit as st
from sqlite_utils import Database

from core import jobs, library
from core.errors import CopilotError, PasswordNeeded
from core.types import User
from pages.parts import shell
from pages.parts.words import count, plain, when

POLL_SECONDS = 1.0
ACTIVE = ("queued", "running")
ROUND, WATCHED = "upload_round", "watched_jobs"
FORMATS = "PDF, Word, HTML, XML (Formex, RegML), Markdown, text; scans as PDF, PNG, JPEG or TIFF"


def uploader(db: Database, user: User) -> None:
    """Every file that arrives becomes a job at once; the box is empty again for the next ones."""
    turn = st.session_state.setdefault(ROUND, 0)
    files = st.file_uploader(f"Add documents: {FORMATS}", accept_multiple_files=True, key=f"upload-{turn}")
    if not files:
        return
    refused = []
    for file in files:
        try:
            receipt = library.receive(db, user, file.getvalue(), file.name)
            if receipt.document_id:
                refused.append(f"{file.name} is in the library already; nothing was added.")
        except CopilotError as error:
            refused.append(str(error))
    st.session_state[ROUND] = turn + 1
    st.session_state["refused"] = refused
    st.rerun()


def refused() -> None:
    """What the last upload would not take, until the next one."""
    for sentence in st.session_state.get("refused", []):
        st.warning(plain(sentence), icon=":material/info:")


def progress(db: Database, user: User) -> None:
    """The imports that run, wait or failed. Polls only while one is under way."""
    _watch(db, user, _jobs)


def working(db: Database, user: User) -> None:
    """One line while imports are under way, for pages that only have to know."""
    _watch(db, user, _line)


def _watch(db: Database, user: User, draw: Callable[[Database, User, list[jobs.Job]], None]) -> None:
    """Draw it every second while an import is under way, and the whole page again when one has ended."""
    active = jobs.jobs(db, user, kind="import", active=True)
    st.session_state[WATCHED] = [job.id for job in active]

    def look(db: Database, user: User) -> None:
        shown = [job for job in jobs.jobs(db, user, kind="import") if job.state not in ("done", "cancelled")]
        running = {job.id for job in shown if job.state in ACTIVE}
        if ended := [name for name in st.session_state.get(WATCHED, []) if name not in running]:
            _tell(db, user, ended)
            st.rerun()
        draw(db, user, shown)

    shell.fragment(run_every=POLL_SECONDS if active else None)(look)()


def _line(db: Database, user: User, shown: list[jobs.Job]) -> None:
    running = [job for job in shown if job.state in ACTIVE]
    if running:
        done = sum(job.progress for job in running) / len(running)
        st.progress(done, text=f"Importing {count(len(running), 'document')}")


def _jobs(db: Database, user: User, shown: list[jobs.Job]) -> None:
    for job in reversed(shown):
        if job.state in ACTIVE:
            _running(db, user, job)
        else:
            _failed(db, user, job)


def _tell(db: Database, user: User, ended: list[str]) -> None:
    done = [job.title for job in jobs.jobs(db, user, kind="import") if job.id in ended and job.state == "done"]
    if done:
        st.session_state[shell.MESSAGE] = (
            f"Imported {done[0]}" if len(done) == 1 else f"Imported {count(len(done), 'document')}"
        )


def _running(db: Database, user: User, job: jobs.Job) -> None:
    name, bar, stop = st.columns([3, 4, 1], vertical_alignment="center")
    name.markdown(plain(job.title))
    bar.progress(job.progress, text=job.stage)
    if stop.button("Cancel", key=f"cancel-{job.id}", width="stretch"):
        jobs.cancel(db, user, job.id)
        shell.done(f"Cancelled {job.title}")


def _failed(db: Database, user: User, job: jobs.Job) -> None:
    with st.container(border=True, key=f"failed-{job.id}"):
        text, again, away = st.columns([6, 1, 1], vertical_alignment="center")
        text.markdown(
            f":red[**{plain(job.title)}**] was not imported ({when(job.finished_at)}). {plain(job.error or '')}"
        )
        if job.fault == PasswordNeeded.__name__:
            _password(db, user, job)
        elif again.button("Retry", key=f"retry-{job.id}", width="stretch"):
            jobs.retry(db, user, job.id)
            st.rerun()
        if away.button("Dismiss", key=f"dismiss-{job.id}", width="stretch"):
            library.dismiss(db, user, job.id)
            st.rerun()


def _password(db: Database, user: User, job: jobs.Job) -> None:
    with st.form(f"password-{job.id}", border=False, clear_on_submit=True):
        field, button = st.columns([4, 1], vertical_alignment="bottom")
        password = field.text_input("Password of the file", type="password", key=f"password-text-{job.id}")
        if button.form_submit_button("Unlock and import", width="stretch") and password:
            library.unlock(db, user, job.id, password)
            st.rerun()
