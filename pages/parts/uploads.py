"""Files in: several at once, each an import job with its progress, and what came of them."""

from collections.abc import Callable

import streamlit as st
from sqlite_utils import Database

from core import identity, jobs, library
from core.errors import CopilotError
from core.types import User
from pages.parts import failures, rights, shell
from pages.parts.words import count, plain

POLL_SECONDS = 1.0
ACTIVE = ("queued", "running")
# In the session: the box's turn, what it would not take, the imports that are watched, those that ended since all
# were through, and those of which the page still says what came.
ROUND, REFUSED, WATCHED, ENDED, OUTCOME = "upload_round", "refused", "watched_jobs", "ended_jobs", "import_outcome"
ROWS = 6  # bars shown at once
NAMES = 5  # names said at once
MOST = 1_000  # jobs looked at; more than anybody uploads in one go
FORMATS = "PDF, Word, HTML, XML (Formex, RegML), Markdown, text; scans as PDF, PNG, JPEG or TIFF"


def uploader(db: Database, user: User) -> None:
    """Every file that arrives becomes a job at once; the box is empty again for the next ones."""
    if not identity.may(user, "documents.add"):
        st.caption(f"Documents are added by somebody who is {identity.who_may('documents.add')}.")
        return
    turn = st.session_state.setdefault(ROUND, 0)
    files = st.file_uploader(f"Add documents: {FORMATS}", accept_multiple_files=True, key=f"upload-{turn}")
    if not files:
        return
    said = [_received(db, user, file.getvalue(), file.name) for file in files]
    st.session_state[ROUND] = turn + 1
    st.session_state[REFUSED] = [sentence for sentence in said if sentence]
    st.session_state.pop(OUTCOME, None)
    st.rerun()


def _received(db: Database, user: User, data: bytes, name: str) -> str:
    """Why nothing is imported; "" where something is."""
    try:
        receipt = library.receive(db, user, data, name)
    except CopilotError as error:
        return str(error)
    if receipt.document_id:
        title = library.document_row(db, user, receipt.document_id).title
        return f"{name} is in the library already, as “{title}”; nothing was added."
    return f"{name} is the same file as one that is being imported; it is added once." if receipt.duplicate_of else ""


def progress(db: Database, user: User) -> bool:
    """The imports that run, wait or failed, and what came of the last ones; gives whether any is under way."""
    _refused()
    active = _watch(db, user, _jobs)
    _outcome(db, user)
    return active


def working(db: Database, user: User) -> None:
    """One line while imports are under way, for pages that only have to know."""
    _watch(db, user, _line)


# --- watching ---------------------------------------------------------------------------------------------------


def _watch(db: Database, user: User, draw: Callable[[Database, User, list[jobs.Job]], None]) -> bool:
    """Draw it every second while an import is under way, and the whole page again when one has ended."""
    active = {job.id for job in jobs.jobs(db, user, kind="import", active=True, limit=MOST)}
    _settle(active)
    if not active:
        _tell(db, user)

    def look(db: Database, user: User) -> None:
        shown = [job for job in _imports(db, user) if job.state not in ("done", "cancelled")]
        if _settle({job.id for job in shown if job.state in ACTIVE}):
            st.rerun()
        draw(db, user, shown)

    shell.fragment(run_every=POLL_SECONDS if active else None)(look)()
    return bool(active)


def _imports(db: Database, user: User) -> list[jobs.Job]:
    return jobs.jobs(db, user, kind="import", limit=MOST)


def _settle(active: set[str]) -> bool:
    """Remember which imports have ended since the last look; gives whether any has."""
    ended = [job_id for job_id in st.session_state.get(WATCHED, []) if job_id not in active]
    st.session_state[WATCHED] = sorted(active)
    st.session_state[ENDED] = [*st.session_state.get(ENDED, []), *ended]
    return bool(ended)


def _tell(db: Database, user: User) -> None:
    """When the last one is through: all of them in one message, not the last alone."""
    ended = set(st.session_state.pop(ENDED, []))
    if not ended:
        return
    st.session_state[OUTCOME] = sorted(ended)
    found = [job for job in reversed(_imports(db, user)) if job.id in ended]
    done, failed = ([job.title for job in found if job.state == state] for state in ("done", "failed"))
    said = [f"Imported {_named(done)}"] if done else []
    said += [f"not imported: {_named(failed)}"] if failed else []
    if said:
        shell.say("; ".join(said)[:1].upper() + "; ".join(said)[1:])


def _named(names: list[str]) -> str:
    """ "a.pdf", "a.pdf and b.pdf", "12 documents: a.pdf, b.pdf, … and 7 more"."""
    if len(names) <= 2:
        return " and ".join(names)
    more = len(names) - NAMES
    listed = ", ".join(names[:NAMES]) + (f" and {more} more" if more > 0 else "")
    return f"{count(len(names), 'document')}: {listed}"


# --- drawing ----------------------------------------------------------------------------------------------------


def _line(db: Database, user: User, shown: list[jobs.Job]) -> None:
    running = [job for job in shown if job.state in ACTIVE]
    if running:
        done = sum(job.progress for job in running) / len(running)
        st.progress(done, text=f"Importing {count(len(running), 'document')}")


def _jobs(db: Database, user: User, shown: list[jobs.Job]) -> None:
    failed = [job for job in reversed(shown) if job.state not in ACTIVE]
    failures.failures(db, user, failed)
    active = [job for job in reversed(shown) if job.state in ACTIVE]
    for job in active[:ROWS]:
        _running(db, user, job)
    if len(active) > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            more = len(active) - ROWS
            st.markdown(f":gray[and {more:,} more wait]" if more > 0 else "", width="stretch")
            if st.button("Cancel all", key="cancel-all", **rights.barred(user, "documents.add")):
                for job in active:
                    jobs.cancel(db, user, job.id)
                shell.done(f"Cancelled {count(len(active), 'import')}")


def _running(db: Database, user: User, job: jobs.Job) -> None:
    name, bar, stop = st.columns([4, 6, 1], vertical_alignment="center")
    name.markdown(plain(job.title))
    bar.progress(job.progress, text=job.stage)
    if stop.button(
        "Cancel", key=f"cancel-{job.id}", width="stretch", type="tertiary", **rights.barred(user, "documents.add")
    ):
        jobs.cancel(db, user, job.id)
        shell.done(f"Cancelled {job.title}")


def _refused() -> None:
    """What the last upload would not take, until it was read or the next upload comes."""
    refused = st.session_state.get(REFUSED)
    if not refused:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", wrap=False, key="refused"):
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in refused), width="stretch")
        st.button("Dismiss", key="dismiss-refused", type="tertiary", on_click=_forget, args=(REFUSED,))


def _outcome(db: Database, user: User) -> None:
    """What came of the last imports, with the way to each, until it was read."""
    ids = set(st.session_state.get(OUTCOME, []))
    done = [job for job in reversed(_imports(db, user)) if job.id in ids and job.state == "done"] if ids else []
    if not done:
        return
    with st.container(border=True, key="imported"):
        _done(done)
        _related(db, user, done)


def _done(done: list[jobs.Job]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":green[**Imported {count(len(done), 'document')}**]")
        for job in done[:NAMES]:
            st.page_link("pages/document.py", label=plain(job.title), query_params={"document": job.subject or ""})
        if len(done) > NAMES:
            st.markdown(f":gray[and {len(done) - NAMES} more, listed first below]")
        st.button("Dismiss", key="dismiss-outcome", type="tertiary", on_click=_forget, args=(OUTCOME,))


def _related(db: Database, user: User, done: list[jobs.Job]) -> None:
    """What counts as a version of what, since the older one then drops out of the register."""
    there = {one.id for one in library.documents(db, user)}
    said = [library.counted_as(db, user, job.subject) for job in done if job.subject in there]
    told = [plain(sentence) for sentence in said if sentence]
    for sentence in told[:NAMES]:
        st.markdown(f":material/layers: {sentence}")
    if told:
        more = f" And {len(told) - NAMES} more like this." if len(told) > NAMES else ""
        st.caption(f"If that is wrong, open the document and say so under Details.{more}")


def _forget(name: str) -> None:
    st.session_state.pop(name, None)
