"""What becomes of a document: released or rejected, withdrawn, held, deleted."""

from collections.abc import Callable
from functools import partial

import streamlit as st
from sqlite_utils import Database

from core import library
from core.types import User
from pages.parts import rights, shell
from pages.parts.words import count, day, plain, when, who

# A table of core → what a person calls its rows; the rest is how it is kept.
NOUNS = {
    "document": ("document", "documents"),
    "provision": ("provision", "provisions"),
    "page": ("page", "pages"),
    "run": ("analysis", "analyses"),
    "finding": ("finding", "findings"),
    "action": ("action", "actions"),
    "change": ("change by people", "changes by people"),
    "images": ("page image", "page images"),
    "evidence_file": ("evidence file", "evidence files"),
    "files": ("stored file", "stored files"),
}
MOST_GRAVES = 50


def gate(db: Database, user: User, shown: library.DocumentRow) -> None:
    """An escalated document waits for a person, who must say why."""
    if shown.gate == "open":
        return
    reasons = "; ".join(plain(reason) for reason in shown.scope_reasons)
    said = {"waiting": "waits for a person", "released": "was released", "rejected": "was rejected"}[shown.gate]
    with st.container(border=True, key="gate"):
        st.markdown(f":orange-badge[Escalated] This document {said}: {reasons}.")
        if shown.gate == "waiting":
            st.caption("Until it is released, its actions and exports are withheld.")
        elif shown.gate_by:
            st.caption(f"{plain(who(shown.gate_by, user))}, {when(shown.gate_at)}: “{plain(shown.gate_reason or '')}”")
        step = None
        barred = rights.barred_for_one(user, shown)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            why = st.text_input("Reason", key=f"gate-{shown.id}", placeholder="Why it may, or may not, be used")
            if shown.gate != "released" and st.button("Release", key=f"release-{shown.id}", **barred):
                step = library.release, "Released"
            if shown.gate != "rejected" and st.button("Reject", key=f"reject-{shown.id}", **barred):
                step = library.reject, "Rejected"
        if barred.get("disabled"):
            st.caption(barred["help"])
        if step:
            with shell.guarded():  # what is missing is said here, and the rest of the page stays
                step[0](db, user, shown.id, why)
                shell.done(step[1])


def custody(db: Database, user: User, shown: library.DocumentRow) -> None:
    """Withdraw, hold and delete."""
    for one in library.holds(db, user, shown.id):
        kind = "Legal hold" if one["kind"] == "legal" else "Kept for decided actions"
        st.markdown(
            f":violet-badge[{kind}] {plain(one['reason'])} ({plain(who(one['user_id'], user))}, {when(one['held_at'])})"
        )
    reason = st.text_input("Reason", key=f"custody-{shown.id}", placeholder="Needed to withdraw or to hold")
    step: Callable[[], None] | None = None
    said = ""
    barred = rights.barred_for_others(user, shown)
    with st.container(horizontal=True):
        if shown.status != "withdrawn" and st.button("Withdraw", key=f"withdraw-{shown.id}", **barred):
            step, said = partial(library.withdraw, db, user, shown.id, reason), "Withdrawn: only its owner sees it now"
        if not shown.held and st.button("Put on legal hold", key=f"hold-{shown.id}", **barred):
            step, said = partial(library.hold, db, user, shown.id, reason), "On legal hold: it cannot be deleted"
        if shown.held and st.button("Lift the legal hold", key=f"unhold-{shown.id}", **barred):
            step, said = partial(library.unhold, db, user, shown.id), "The legal hold is lifted"
        _expiry(db, user, shown)
        if st.button("Delete…", key=f"delete-{shown.id}", icon=":material/delete:", **barred):
            _confirm(shown.id)
    if step:
        with shell.guarded():
            step()
            shell.done(said)
    st.caption(
        "Withdrawn: out of use, and only its owner sees it; nothing is removed. On legal hold: it cannot be deleted."
        " Deleted: everything that was made from it goes too, and a record stays that it was there."
    )


def _expiry(db: Database, user: User, shown: library.DocumentRow) -> None:
    title = f"Expires {day(shown.expires)}" if shown.expires else "Set an expiry"
    with st.popover(title, key=f"expiry-{shown.id}", **rights.barred_for_others(user, shown)):
        on = st.date_input("From this day only its owner sees it", shown.expires, key=f"expires-{shown.id}")
        if st.button("Save", key=f"expire-{shown.id}"):
            library.expire(db, user, shown.id, on)
            shell.done(f"Expires {day(on.isoformat())}" if on else "Does not expire")


@shell.dialog("Delete this document?")
def _confirm(db: Database, user: User, document_id: str) -> None:
    shown = library.document_row(db, user, document_id)
    st.markdown(f"**{plain(shown.title)}**")
    if shown.held:
        st.markdown("It must be kept, so it will be **withdrawn** and nothing is removed.")
    else:
        st.markdown(
            f"This removes {_told(library.contents(db, user, document_id))}, and the file. What stays is a record that"
            " it was there: digests, dates and who deleted it. This cannot be undone."
        )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it"):
            st.rerun()
        if st.button("Withdraw" if shown.held else "Delete", type="primary"):
            with st.spinner("Removing every trace of it…" if not shown.held else "Withdrawing…"):
                deleted = library.delete(db, user, document_id)
            st.query_params.clear()
            shell.done(_outcome(deleted))


def graves(db: Database, user: User) -> None:
    """What was deleted, when and by whom: all that is left of it."""
    stones = library.tombstones(db, user)
    if not stones:
        return
    with st.expander(f"{count(len(stones), 'deleted document')}"):
        lines = [
            f"| {when(one.deleted_at)} | {plain(one.deleted_by)} | {when(one.created_at)} | `{one.sha256[:16]}…` |"
            f" {_told(one.counts)} |"
            for one in stones
        ]
        head = ["| Deleted | By | Added | SHA-256 of the file | What went |", "|---|---|---|---|---|"]
        st.markdown("\n".join([*head, *lines[:MOST_GRAVES]]))
        if len(stones) > MOST_GRAVES:
            st.caption(f"The latest {MOST_GRAVES} are shown; `python -m core documents --deleted` lists all of them.")


def _outcome(deleted: library.Deleted) -> str:
    if deleted.outcome == "withdrawn":
        return deleted.reason
    kept = len(deleted.backups)
    still = (
        f"; {count(kept, 'backup')} from before an update still {'holds' if kept == 1 else 'hold'} it" if kept else ""
    )
    return " ".join((f"Deleted: {_told(deleted.counts)}{still}", *deleted.unended))


def _told(counts: dict[str, int]) -> str:
    return ", ".join(count(counts[name], *nouns) for name, nouns in NOUNS.items() if counts.get(name))
