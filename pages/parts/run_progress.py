"""Runs of a model over a document while they run, wait or failed: how far, what there is, what to do about it."""

import streamlit as st
from sqlite_utils import Database

from core import analysing, jobs, library
from core.types import User
from pages.parts import cost_words, rights, shell
from pages.parts.words import badge, count, plain, when

POLL_SECONDS = 1.0
ACTIVE = ("queued", "running")
WATCHED = "watched_runs"


def progress(db: Database, user: User, shown: library.DocumentRow) -> bool:
    """Polls only while something moves; when a run has ended the page is drawn anew. Gives whether there is any."""
    found = _runs(db, user, shown.id)
    st.session_state[WATCHED] = moving = _moving(found)
    shell.fragment(run_every=POLL_SECONDS if moving else None)(_look)(shown.id)
    return bool(found)


def under_way(db: Database, user: User) -> None:
    """A line for each run over any document, with the way to it: for pages that only have to know."""
    moving = _moving(jobs.jobs(db, user, kind="analyse", active=True))
    st.session_state[WATCHED] = moving
    if moving:
        shell.fragment(run_every=POLL_SECONDS)(_lines)()


def _lines(db: Database, user: User) -> None:
    found = jobs.jobs(db, user, kind="analyse", active=True)
    _settle(db, user, _moving(found))
    for job in (one for one in found if one.state in ACTIVE and not one.held):
        with st.container(horizontal=True, vertical_alignment="center", key=f"line-{job.id}"):
            st.progress(job.progress, text=f"{plain(job.title)} with **{plain(_asked(job))}** · {plain(job.stage)}")
            way = {"document": job.subject or "", "tab": "Readings"}
            st.page_link("pages/document.py", label="Open", icon=":material/arrow_forward:", query_params=way)


def _moving(found: list[jobs.Job]) -> list[str]:
    return [job.id for job in found if job.state in ACTIVE and not job.held]


def _settle(db: Database, user: User, moving: list[str]) -> None:
    """Draw the page anew when what moves has changed, and say which reading has come."""
    before = set(st.session_state.get(WATCHED, []))
    if before == set(moving):
        return
    ended = before - set(moving)
    through = [job for job in jobs.jobs(db, user, kind="analyse") if job.id in ended and job.state == "done"]
    if done := next(iter(through), None):
        shell.done(f"{_asked(done)} has read the document: see Readings")
    st.rerun()


def _runs(db: Database, user: User, document_id: str) -> list[jobs.Job]:
    """The runs over this document that are not through, newest first."""
    return [
        job
        for job in jobs.jobs(db, user, kind="analyse")
        if job.subject == document_id and job.state not in ("done", "cancelled")
    ]


def _look(db: Database, user: User, document_id: str) -> None:
    found = _runs(db, user, document_id)
    _settle(db, user, _moving(found))
    for job in found:
        with st.container(border=True, key=f"run-{job.id}"):
            _run(db, user, analysing.partial(db, user, job.id))


def _run(db: Database, user: User, run: analysing.Partial) -> None:
    job = run.job
    name = plain(_asked(job))
    if job.state == "failed":
        st.markdown(f"{badge('Stopped', 'red')} **{name}** · {when(job.finished_at)}")
        st.markdown(plain(job.error or ""))
    elif job.held:
        st.markdown(f"{badge('Paused', 'orange')} **{name}** · {_windows(run)} kept")
    else:
        st.progress(job.progress, text=f"**{name}** · {plain(job.stage)}")
    _so_far(run)
    _buttons(db, user, run)


def _asked(job: jobs.Job) -> str:
    return str(job.payload.get("model") or f"the cheapest model rated {job.payload.get('quality', 'good')}")


def _windows(run: analysing.Partial) -> str:
    return f"{run.done:,} of {count(run.windows, 'window')}" if run.windows else "no window yet"


def _so_far(run: analysing.Partial) -> None:
    if not run.calls and not run.done:
        return
    facts = [
        f"{_windows(run)}: {count(run.obligations, 'norm')} grounded",
        f"{run.ungrounded:,} not in the text" if run.ungrounded else "",
        f"{count(run.rejected, 'piece')} rejected" if run.rejected else "",
        f"{count(run.degraded, 'window')} read by the built-in engine" if run.degraded else "",
        f"{run.stronger:,} asked of a stronger model" if run.stronger else "",
    ]
    spent = cost_words.of_calls(run.cost_usd, run.open_calls)
    kept = f", {run.cached_calls:,} from answers kept" if run.cached_calls else ""
    taken = f"{count(run.calls, 'call')}{kept} · {run.input_tokens:,} tokens in, {run.output_tokens:,} out"
    st.caption(f"{' · '.join(filter(None, facts))}  \n{taken} · {plain(spent)}")


def _buttons(db: Database, user: User, run: analysing.Partial) -> None:
    job = run.job
    with st.container(horizontal=True):
        if job.state == "failed":
            if st.button(
                "Go on",
                key=f"go-on-{job.id}",
                icon=":material/play_arrow:",
                **rights.barred(user, "models.ask", "What is done is kept."),
            ):
                analysing.go_on(db, user, job.id)
                st.rerun()
            if st.button(
                "Dismiss",
                key=f"dismiss-{job.id}",
                **rights.barred(user, "models.ask", "Forget this run and what it has done."),
            ):
                library.dismiss(db, user, job.id)
                st.rerun()
        elif job.held:
            if st.button(
                "Go on", key=f"resume-{job.id}", icon=":material/play_arrow:", **rights.barred(user, "models.ask")
            ):
                jobs.resume(db, user, job.id)
                st.rerun()
        elif st.button(
            "Pause",
            key=f"pause-{job.id}",
            icon=":material/pause:",
            **rights.barred(user, "models.ask", "What is done is kept."),
        ):
            jobs.pause(db, user, job.id)
            st.rerun()
        if job.state in ACTIVE and st.button("Cancel", key=f"cancel-{job.id}", **rights.barred(user, "models.ask")):
            analysing.cancel(db, user, job.id)
            st.rerun()
