"""Models on their way here: a GGUF file added or downloaded, a model that Ollama pulls, each with its progress."""

import streamlit as st
from sqlite_utils import Database

from core import jobs, library, llm
from core.settings import settings
from core.types import User
from pages.parts import backends, rights, shell
from pages.parts.words import day, plain, size, when

KINDS = ("weights", "download", "pull")
POLL_SECONDS = 1.0
ACTIVE = ("queued", "running")
WATCHED = "watched_arrivals"


def add(db: Database, user: User) -> None:
    left, right = st.columns(2)
    with left, st.form("add-gguf", clear_on_submit=True):
        st.markdown("**A GGUF file, run by this program**")
        source = st.text_input(
            "Path, https address, or owner/repository/file.gguf of Hugging Face",
            placeholder="Qwen/Qwen3-4B-GGUF/Qwen3-4B-Q4_K_M.gguf",
        )
        checksum = st.text_input("SHA-256 of a download, to compare (optional)")
        st.caption(f"A download goes to {plain(str(settings().weights_dir))} and goes on where it broke off.")
        if st.form_submit_button("Add the file", type="primary", **rights.barred(user, "models.manage")) and source:
            _add(db, user, source, checksum)
            shell.done("The file is being added")
    with right, st.form("pull-ollama", clear_on_submit=True):
        st.markdown("**A model in Ollama**")
        name = st.text_input("Name, as Ollama lists it", placeholder="qwen3:4b")
        ours = st.checkbox("Create it from models/Modelfile, with our settings")
        st.caption(f"Ollama at {plain(settings().ollama_url)} fetches it and keeps it.")
        if st.form_submit_button("Pull the model", type="primary", **rights.barred(user, "models.manage")) and name:
            llm.pull_model(db, user, name, create=ours)
            shell.done("Ollama was asked for it")


def _add(db: Database, user: User, source: str, checksum: str) -> None:
    if source.strip().startswith(("/", "~", ".", "\\")) or source.strip()[1:3] == ":\\":
        llm.add_file(db, user, source)
    else:
        llm.download_file(db, user, source, checksum)


def files(db: Database, user: User) -> None:
    """The GGUF files that were added, and those that lie in the folder and wait."""
    for path in llm.waiting(db, settings()):
        text, button = st.columns([6, 1], vertical_alignment="center")
        text.markdown(f"{plain(path.name)} lies in the folder and is not added yet.")
        if button.button("Add it", key=f"wait-{path.name}", width="stretch", **rights.barred(user, "models.manage")):
            llm.add_file(db, user, str(path))
            shell.done(f"{path.name} is being added")
    found = llm.added(db)
    if not found:
        st.caption("No GGUF file is here yet. One of 2 to 3 GB runs on most computers; Qwen3 4B is a good first one.")
        return
    st.markdown("**GGUF files here**")
    for one in found:
        text, button = st.columns([6, 1], vertical_alignment="center")
        text.markdown(
            f"**{plain(one.name)}** · {plain(one.architecture)}, {plain(one.quantisation)}, {size(one.bytes)}, context"
            f" {one.context:,} · added {day(one.added_at)} · SHA-256 `{one.sha256[:16]}…`"
        )
        if button.button(
            "Take out",
            key=f"forget-{one.name}",
            width="stretch",
            **rights.barred(user, "models.manage", "The file itself stays."),
        ):
            llm.forget_weights(db, user, one.name)
            backends.look_again()
            shell.done(f"{one.name} is taken out of the list")


def progress(db: Database, user: User) -> None:
    """What is on its way, waits or failed. Polls only while something is under way."""
    active = [job.id for kind in KINDS for job in jobs.jobs(db, user, kind=kind, active=True)]
    st.session_state[WATCHED] = active
    shell.fragment(run_every=POLL_SECONDS if active else None)(_look)()


def _look(db: Database, user: User) -> None:
    shown = [job for kind in KINDS for job in jobs.jobs(db, user, kind=kind) if job.state not in ("done", "cancelled")]
    running = {job.id for job in shown if job.state in ACTIVE}
    if set(st.session_state.get(WATCHED, [])) - running:
        backends.look_again()
        st.rerun()
    for job in shown:
        if job.state in ACTIVE:
            _running(db, user, job)
        else:
            _failed(db, user, job)


def _running(db: Database, user: User, job: jobs.Job) -> None:
    name, bar, stop = st.columns([3, 4, 1], vertical_alignment="center")
    name.markdown(plain(job.title))
    bar.progress(job.progress, text=plain(job.stage))
    if stop.button("Cancel", key=f"cancel-{job.id}", width="stretch", **rights.barred(user, "models.manage")):
        jobs.cancel(db, user, job.id)
        shell.done(f"Cancelled: {job.title}")


def _failed(db: Database, user: User, job: jobs.Job) -> None:
    with st.container(border=True, key=f"failed-{job.id}"):
        text, again, away = st.columns([6, 1, 1], vertical_alignment="center")
        text.markdown(f":red[**{plain(job.title)}**] failed ({when(job.finished_at)}). {plain(job.error or '')}")
        if again.button("Retry", key=f"retry-{job.id}", width="stretch", **rights.barred(user, "models.manage")):
            jobs.retry(db, user, job.id)
            st.rerun()
        if away.button("Dismiss", key=f"dismiss-{job.id}", width="stretch", **rights.barred(user, "models.manage")):
            library.dismiss(db, user, job.id)
            st.rerun()
