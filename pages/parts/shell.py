"""The frame of every page: errors as sentences, messages, the worker's state, and the database for the rerun."""

import functools
import logging
import runpy
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec
from uuid import uuid4

import streamlit as st
from sqlite_utils import Database
from streamlit.runtime.pages_manager import PagesManager

from core import jobs, telemetry, worker
from core.errors import CopilotError
from core.settings import ROOT, settings
from core.types import User
from pages.parts import kept, session
from pages.parts.words import badge, count

P = ParamSpec("P")
Body = Callable[Concatenate[Database, User, P], None]

HERE = Path(__file__).parent
MESSAGE, STOPPED = "message", "worker-stopped"
BUSY_SECONDS, IDLE_SECONDS, STARTING_SECONDS = 2, 20, 20
log = logging.getLogger("copilot.pages")
user = session.user


# --- errors -----------------------------------------------------------------------------------------------------


@contextmanager
def guarded() -> Iterator[None]:
    """What goes wrong inside is said in one sentence where it happened; the rest of the page stays."""
    try:
        yield
    except CopilotError as error:
        st.error(_literal(str(error)), icon=":material/error:")
    except Exception as error:  # noqa: BLE001 - the edge: nobody ever sees a traceback
        reference = uuid4().hex[:8]
        # Where it happened and of what kind, never the error's own words: they may quote the document.
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("reference %s: %s\n%s", reference, type(error).__name__, frames)  # noqa: TRY400
        st.error(
            f"This part of the page could not be shown. Nothing was lost; reload the page to try again."
            f" If it stays, report reference {reference}.",
            icon=":material/error:",
        )


def _literal(sentence: str) -> str:
    from pages.parts.words import plain

    return plain(sentence)


# --- bodies -----------------------------------------------------------------------------------------------------


def run(body: Callable[[Database, User], None]) -> None:
    """Run a page: with a connection of its own, errors said in a sentence, and what the last click has to say."""
    if PagesManager.uses_pages_directory:
        # The first request after a start was for this page: Streamlit found pages/ and runs this file without app.py,
        # until st.navigation has been called once.
        runpy.run_path(str(ROOT / "app.py"))
        return
    _say_message()
    with guarded(), session.database() as db:
        body(db, session.user())


def fragment(run_every: float | None = None) -> Callable[[Body[P]], Callable[P, None]]:
    """A part of a page that reruns by itself: guarded, with a connection for each rerun."""

    def decorate(body: Body[P]) -> Callable[P, None]:
        @functools.wraps(body)
        def alone(*args: P.args, **kwargs: P.kwargs) -> None:
            with guarded(), session.database() as db:
                body(db, session.user(), *args, **kwargs)

        return st.fragment(alone, run_every=run_every)

    return decorate


def dialog(title: str, **options: Any) -> Callable[[Body[P]], Callable[P, None]]:
    """A dialog: guarded, with a connection for each rerun."""

    def decorate(body: Body[P]) -> Callable[P, None]:
        @functools.wraps(body)
        def alone(*args: P.args, **kwargs: P.kwargs) -> None:
            with guarded(), session.database() as db:
                body(db, session.user(), *args, **kwargs)

        return st.dialog(title, **options)(alone)

    return decorate


def done(message: str) -> None:
    """Start the page anew and say what was done."""
    st.session_state[MESSAGE] = message
    st.rerun()


def say(message: str) -> None:
    """Say it now, beside whatever the page shows."""
    st.toast(_literal(message), icon=":material/check:")


def _say_message() -> None:
    if message := st.session_state.pop(MESSAGE, None):
        say(message)


# --- the frame --------------------------------------------------------------------------------------------------


def frame() -> None:
    """What stands around every page."""
    st.html(HERE / "app.css")
    st.logo(str(HERE / "logo.svg"), size="medium")
    telemetry.start(settings())
    worker.ensure_running()
    with session.database() as db:
        busy = bool(jobs.jobs(db, session.user(), active=True, limit=1))
    # While it starts, somebody who has just opened the app looks at it.
    busy = busy or worker.state().status != "running"
    with st.container(key="frame-status"):
        fragment(run_every=BUSY_SECONDS if busy else IDLE_SECONDS)(_status)()


def _status(db: Database, person: User) -> None:
    kept.forget_unseen(db, person)
    waiting = [job for job in jobs.jobs(db, person, active=True) if not job.held]
    if waiting:
        # Somebody who only watches an import runs no page: a worker that was killed is started again from here.
        worker.ensure_running()
    st.markdown(f"{_worker(waiting)} {badge(person.name, 'gray')}")


def _worker(waiting: list[jobs.Job]) -> str:
    state = worker.state()
    if state.status == "stopped":
        since = st.session_state.setdefault(STOPPED, time.monotonic())
        late = time.monotonic() - since > STARTING_SECONDS
        return badge("Worker stopped", "orange") if late else badge("Worker starting", "gray")
    st.session_state.pop(STOPPED, None)
    if state.status == "silent":
        return badge("Worker does not answer", "orange")
    if waiting:
        return badge(f"Working on {count(len(waiting), 'job')}", "blue")
    return badge("Worker ready", "green")
