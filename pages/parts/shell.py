"""The frame of every page: errors as sentences, messages, the worker's state, and the database for the rerun."""

import functools
import runpy
import time
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import streamlit as st
from sqlite_utils import Database
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import inbox, jobs, telemetry, worker
from core.settings import ROOT, settings
from core.types import User
from pages.parts import account_menu, acting, cookies, kept, session
from pages.parts.guard import guarded
from pages.parts.words import badge, count, plain

__all__ = ["dialog", "done", "fragment", "frame", "guarded", "run", "say"]

P = ParamSpec("P")
Body = Callable[Concatenate[Database, User, P], None]

HERE = Path(__file__).parent
# Whether this run of a script has drawn the frame, and the page stands in it.
FRAMED = ContextVar("framed", default=False)
MESSAGE, STOPPED = "message", "worker-stopped"
MOST_UNREAD = 99
BUSY_SECONDS, IDLE_SECONDS, STARTING_SECONDS = 2, 20, 20


# --- bodies -----------------------------------------------------------------------------------------------------


def run(body: Callable[[Database, User], None]) -> None:
    """Run a page: with a connection of its own, errors said in a sentence, and what the last click has to say."""
    if not FRAMED.get() and _of_the_app():
        # One of the first requests after a start was for this page: Streamlit found pages/ and runs this file without
        # app.py, until st.navigation has been called once, be it for somebody else in the meantime.
        runpy.run_path(str(ROOT / "app.py"))
        return
    FRAMED.set(False)
    _say_message()
    with guarded(), session.database() as db:
        body(db, session.asked(db))


def _of_the_app() -> bool:
    """Not a page that a test runs alone."""
    context = get_script_run_ctx()
    return context is not None and Path(context.pages_manager.main_script_path) == ROOT / "app.py"


def fragment(run_every: float | None = None) -> Callable[[Body[P]], Callable[P, None]]:
    """A part of a page that reruns by itself: guarded, with a connection for each rerun."""

    def decorate(body: Body[P]) -> Callable[P, None]:
        @functools.wraps(body)
        def alone(*args: P.args, **kwargs: P.kwargs) -> None:
            with guarded(), session.database() as db:
                body(db, session.asked(db, clicked=run_every is None), *args, **kwargs)

        return st.fragment(alone, run_every=run_every)

    return decorate


def dialog(title: str, **options: Any) -> Callable[[Body[P]], Callable[P, None]]:
    """A dialog: guarded, with a connection for each rerun."""

    def decorate(body: Body[P]) -> Callable[P, None]:
        @functools.wraps(body)
        def alone(*args: P.args, **kwargs: P.kwargs) -> None:
            with guarded(), session.database() as db:
                body(db, session.asked(db), *args, **kwargs)

        return st.dialog(title, **options)(alone)

    return decorate


def done(message: str) -> None:
    """Start the page anew and say what was done."""
    st.session_state[MESSAGE] = message
    st.rerun()


def say(message: str) -> None:
    """Say it now, beside whatever the page shows."""
    st.toast(plain(message), icon=":material/check:")


def _say_message() -> None:
    if message := st.session_state.pop(MESSAGE, None):
        say(message)


# --- the frame --------------------------------------------------------------------------------------------------


def look() -> None:
    """What stands around every page, also where nobody is let in yet."""
    st.html(HERE / "app.css")
    st.logo(str(HERE / "logo.svg"), size="medium")


def frame() -> None:
    """What stands around the pages of somebody who is in."""
    telemetry.start(settings())
    worker.ensure_running()
    with session.database() as db:
        person = session.asked(db)
        # While it starts, somebody who has just opened the app looks at it.
        busy = bool(jobs.jobs(db, person, active=True, limit=1)) or worker.state().status != "running"
        with st.container(key="frame-status", horizontal=True, vertical_alignment="center", wrap=False):
            fragment(run_every=BUSY_SECONDS if busy else IDLE_SECONDS)(_status)()
            account_menu.menu(db, person)
        acting.banner(db, person)
    cookies.keep()
    FRAMED.set(True)


def _status(db: Database, person: User) -> None:
    kept.forget_unseen(db, person)
    waiting = [job for job in jobs.jobs(db, person, active=True) if not job.held]
    if waiting:
        # Somebody who only watches an import runs no page: a worker that was killed is started again from here.
        worker.ensure_running()
    unread = len(inbox.notices(db, person, unread=True, limit=MOST_UNREAD))
    told = f"{unread}{'+' * (unread == MOST_UNREAD)}" if unread else ""
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(_worker(waiting), width="content")
        st.page_link("pages/inbox.py", label=told, icon=":material/notifications:", help="Inbox")


def _worker(waiting: list[jobs.Job]) -> str:
    state = worker.state()
    if state.status == "stopped":
        since = st.session_state.setdefault(STOPPED, time.monotonic())
        late = time.monotonic() - since > STARTING_SECONDS
        return badge("Worker stopped", "orange") if late else badge("Worker starting", "gray")
    st.session_state.pop(STOPPED, None)
    if state.status == "silent":
        return badge("Worker silent", "orange")
    if waiting:
        return badge(f"Working on {count(len(waiting), 'job')}", "blue")
    return badge("Worker ready", "green")
