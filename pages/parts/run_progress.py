"""Runs of a model over a document while they run, wait or failed: how far, what there is, what to do about it."""

import streamlit as st
from sqlite_utils import Database

from core import analysing, jobs, library
from core.types import User
from pages.parts import cost_words, shell
from pages.parts.words import badge, count, plain, when

POLL_SECONDS = 1.0
ACTIVE = ("queued", "running")
WATCHED = "watched_runs"


def progress(db: Database, user: User, shown: library.DocumentRow) -> None:
    """Polls only while something moves; when a run has ended the page is drawn anew."""
    found = _runs(db, user, shown.id)
    moving = [job.id for job in found if job.state in ACTIVE and not job.held]
    st.session_state[WATCHED] = moving
    shell.fragment(run_every=POLL_SECONDS if moving else None)(_look)(shown.id)


def _runs(db: Database, user: User, document_id: str) -> list[jobs.Job]:
    """The runs over this document that are not through, newest first."""
    return [
        job
        for job in jobs.jobs(db, user, kind="analyse")
        if job.subject == document_id and job.state not in ("done", "cancelled")
    ]


def _look(db: Database, user: User, document_id: str) -> None:
    found = _runs(db, user, document_id)
    moving = {job.id for job in found if job.state in ACTIVE and not job.held}
    if set(st.session_state.get(WATCHED, [])) != moving:
        st.rerun()
    for job in found:
        with st.container(border=True, key=f"run-{job.id}"):
            _run(db, user, analysing.partial(db, user, job.id))


def _run(db: Database, user: User, run: analysing.Partial) -> None:
    job = run.job
    name = plain(str(job.payload.get("model") or f"{job.payload.get('quality', 'good')} models"))
    if job.state == "failed":
        st.markdown(f"{badge('Stopped', 'red')} **{name}** · {when(job.finished_at)}")
        st.markdown(plain(job.error or ""))
    elif job.held:
        st.markdown(f"{badge('Paused', 'orange')} **{name}** · {_windows(run)} kept")
    else:
        st.progress(job.progress, text=f"**{name}** · {plain(job.stage)}")
    _so_far(run)
    _buttons(db, user, run)


def _windows(run: analysing.Partial) -> str:
    return f"{run.done:,} of {count(run.windows, 'window')}" if run.windows else "no window yet"


def _so_far(run: analysing.Partial) -> None:
    if not run.calls and not run.done:
        return
    facts = [
        f"{_windows(run)}: {count(run.obligations, 'norm')} grounded",
        f"{run.ungrounded:,} not in the text" if run.ungrounded else "",
        f"{run.rejected:,} unreadable" if run.rejected else "",
        f"{count(run.degraded, 'window')} read by the built-in engine" if run.degraded else "",
        f"{run.stronger:,} asked of a stronger model" if run.stronger else "",
    ]
    spent = "cost unknown" if run.cost_usd is None else cost_words.money(run.cost_usd) if run.cost_usd else "no charge"
    kept = f", {run.cached_calls:,} from answers kept" if run.cached_calls else ""
    taken = f"{count(run.calls, 'call')}{kept} · {run.input_tokens:,} tokens in, {run.output_tokens:,} out"
    st.caption(f"{' · '.join(filter(None, facts))}  \n{taken} · {plain(spent)}")


def _buttons(db: Database, user: User, run: analysing.Partial) -> None:
    job = run.job
    with st.container(horizontal=True):
        if job.state == "failed":
            if st.button("Go on", key=f"go-on-{job.id}", icon=":material/play_arrow:", help="What is done is kept."):
                analysing.go_on(db, user, job.id)
                st.rerun()
            if st.button("Dismiss", key=f"dismiss-{job.id}", help="Forget this run and what it has done."):
                library.dismiss(db, user, job.id)
                st.rerun()
        elif job.held:
            if st.button("Go on", key=f"resume-{job.id}", icon=":material/play_arrow:"):
                jobs.resume(db, user, job.id)
                st.rerun()
        elif st.button("Pause", key=f"pause-{job.id}", icon=":material/pause:", help="What is done is kept."):
            jobs.pause(db, user, job.id)
            st.rerun()
        if job.state in ACTIVE and st.button("Cancel", key=f"cancel-{job.id}"):
            jobs.cancel(db, user, job.id)
            st.rerun()
