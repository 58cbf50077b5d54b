"""Whether the log is intact: how far it was verified, a button for what is new and one for all, and its head."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import activity, jobs
from core.activity import Kept
from core.types import User
from pages.parts import session, shell
from pages.parts.words import badge, count, plain, when

POLL_SECONDS = 1.0
FOUND = "activity-found"  # what the last check of this window found, in sentences
MOST_SHOWN = 12


def state(db: Database, user: User) -> None:
    working = [job.id for job in jobs.jobs(db, user, kind=activity.JOB, active=True)]
    with st.container(border=True, key="activity-state"):
        if working:
            shell.fragment(run_every=POLL_SECONDS)(_working)()
            return
        found = activity.kept(db, user)
        with st.container(horizontal=True, vertical_alignment="center", key="activity-state-line"):
            st.markdown(_said(found), width="stretch")
            _buttons(db, user, found)
        _wrong(db, user, found)


def _said(found: Kept) -> str:
    """A badge and a sentence."""
    if found.head is None:
        return f"{badge('Empty', 'gray')} The log has no entry yet."
    if _is_wrong(found):
        return f"{badge('Not intact', 'red')} **The log is not as this program left it.** {_last(found)}"
    if found.checkpoint is None:
        return f"{badge('Not verified yet', 'orange')} {count(found.head.number, 'entry', 'entries')} so far."
    upto = found.head.number if found.report else found.checkpoint.number
    later = "" if found.report else f" {count(found.new, 'entry', 'entries')} since."
    whole = f" All of it was last read {when(found.checkpoint.whole_at)}." if found.checkpoint.whole_at else ""
    return f"{badge('Intact', 'green')} Verified up to entry {upto:,}.{later}{whole}"


def _is_wrong(found: Kept) -> bool:
    return bool(found.wrong or not found.as_left or (found.report and not found.report.ok))


def _last(found: Kept) -> str:
    return f"Found on {when(found.wrong.at)}." if found.wrong else ""


def _buttons(db: Database, user: User, found: Kept) -> None:
    new = st.button(
        "Verify what is new", key="activity-verify", icon=":material/verified:", disabled=found.head is None,
        help="Reads the entries since the last verification, and compares rights and requests with the log",
    )  # fmt: skip
    whole = st.button(
        "Verify all", key="activity-verify-all", disabled=found.head is None,
        help="Reads the whole log, its heads file and every remark, and compares rights and requests with it",
    )  # fmt: skip
    _head(db, user, found)
    if new or whole:
        _verify(db, user, whole)


def _verify(db: Database, user: User, whole: bool) -> None:
    done = activity.keep_checked(db, user, whole=whole)
    st.session_state.pop(FOUND, None)
    if isinstance(done, str):
        st.rerun()
    if done.ok:
        shell.done(f"Intact: {count(done.checked, 'entry', 'entries')} verified")
    st.session_state[FOUND] = [problem.says for problem in done.problems]
    st.rerun()


def _wrong(db: Database, user: User, found: Kept) -> None:
    """What is wrong, in sentences, and what is worth knowing."""
    live = [problem.says for problem in found.report.problems] if found.report else []
    if _is_wrong(found):
        said = list(dict.fromkeys([*live, *(st.session_state.get(FOUND) or _of_job(db, user))]))
        _problems(said)
    for note in found.report.notes if found.report else ():
        st.caption(plain(note))


def _problems(said: Sequence[str]) -> None:
    for one in said[:MOST_SHOWN]:
        st.markdown(f":material/error: {plain(one)}")
    if len(said) > MOST_SHOWN:
        st.caption(f"And {len(said) - MOST_SHOWN} more; `python -m core audit verify --all` names them.")
    if not said:
        st.caption("Verify all to see what is wrong.")
    st.caption(
        "Keep the database, its key and the files beside it as they are, and tell whoever answers for the system. A"
        " backup and an exported head show what the log held before."
    )


def _of_job(db: Database, user: User) -> list[str]:
    latest = next(iter(jobs.jobs(db, user, kind=activity.JOB, limit=1)), None)
    return [latest.error] if latest and latest.state == "failed" and latest.error else []


def _working(db: Database, user: User) -> None:
    active = jobs.jobs(db, user, kind=activity.JOB, active=True)
    if not active:
        st.rerun()
    st.progress(active[0].progress, text=f"{plain(active[0].title)}: {plain(active[0].stage)}")


# --- the head ---------------------------------------------------------------------------------------------------


def _head(db: Database, user: User, found: Kept) -> None:
    """The head as a file to keep elsewhere, and a former one to compare."""
    with st.popover("Head", key="activity-head", disabled=found.head is None):
        if found.head is None:
            return
        st.caption(
            "Keep the head where nobody who can reach this computer can change it: an e-mail to the auditor will do."
            " Compared later, it shows whether anything before it was changed."
        )
        st.markdown(f"Entry **{found.head.number:,}** · {when(found.head.at)}")
        st.code(found.head.hash, wrap_lines=True)
        st.download_button(
            "Export the head", session.later(activity.head_file), "audit-head.json", "application/json",
            key="activity-head-file", icon=":material/download:", on_click="ignore", width="stretch",
        )  # fmt: skip
        given = st.file_uploader("Compare with a former head", type="json", key="activity-head-given")
        if given is not None:
            with shell.guarded():
                compared = activity.compared(db, user, given.getvalue())
                (st.success if compared.ok else st.error)(plain(compared.says))
