"""The right side of Approvals: one request with its buttons, its evidence, and the page that it stands on."""

from collections.abc import Iterator

import streamlit as st
from sqlite_utils import Database

from core import identity, review
from core.identity import accounts
from core.types import User
from pages.parts import (
    review_amend,
    review_deciding,
    review_document,
    review_evidence,
    review_handling,
    review_history,
    review_queue,
    review_shown,
    review_source,
    shell,
)
from pages.parts.review_bar import Wanted
from pages.parts.review_queue import Listed
from pages.parts.words import plain, when


def pane(db: Database, user: User, wanted: Wanted, listed: Listed) -> None:
    """What is open: a request, or a document that waits."""
    row = next((row for row in listed.rows if row.id == listed.chosen), None)
    if row and row.kind == "document":
        review_document.pane(db, user, wanted, listed, row)
        return
    found = review.evidence(db, user, listed.chosen or "")
    names = accounts.names(db, user.tenant, _people(found))
    seen = review_shown.shown(found.item.id, found.digest)
    review_evidence.heading(found, names)
    barred = why_not(found, user, names)
    with st.container(horizontal=True, vertical_alignment="center", key="review-steps"):
        if found.item.state in review.PENDING:
            review_deciding.buttons(found, barred)
        review_handling.buttons(db, user, found)
        st.space("stretch")
        review_queue.steps(db, user, wanted, listed)
    if barred and found.item.state in review.PENDING and not identity.alone(user):  # who is alone was told above
        with st.container(key="review-barred"):
            st.caption(plain(barred))
    review_deciding.overtaken(found, barred)
    decides = not review_deciding.stale(db, found, seen) and not barred
    chosen = _chosen(found)
    with st.container(key="review-both"):
        left, right = st.columns(2)
    with left, st.container(key="review-facts"):
        if decides:  # beside the source, which stays where it is while its reader decides
            review_deciding.panel(db, user, found, seen, lambda: review_queue.after(db, user, wanted, listed))
        _facts(db, user, found, names, chosen)
    with right, st.container(key="review-source"), shell.guarded():
        if chosen:
            norms = [one.obligation for one in found.obligations]
            review_source.beside(db, user, found.item.document_id, norms, chosen.obligation)


def _facts(
    db: Database, user: User, found: review.Evidence, names: dict[str, str], chosen: review.Shown | None
) -> None:
    settled = found.item.state not in (*review.PENDING, "change_requested")  # what became of it is asked for first
    if review_handling.amending(found, user):
        review_history.asked_for(found, names)
        review_amend.form(db, user, found.item)
    else:
        review_evidence.asked(found.actions)
    review_history.changed(found)
    if settled:
        review_history.decisions(found, names)
        review_handling.execution(db, user, found)
    review_evidence.reasons(found)
    if found.unusable:
        st.error(plain(found.unusable))
    review_evidence.obligations(found, chosen.row.obligation_id if chosen else "")
    if not settled:
        review_history.decisions(found, names)
    review_history.versions(found, names)
    review_evidence.similar(found, names)
    review_evidence.related(found)
    review_evidence.document(found)
    review_history.comments(db, user, found, names)


def _chosen(found: review.Evidence) -> review.Shown | None:
    """The obligation that the URL names, else the first."""
    wanted = st.query_params.get("obligation")
    first = next(iter(found.obligations), None)
    return next((one for one in found.obligations if one.row.obligation_id == wanted), first)


def why_not(found: review.Evidence, user: User, names: dict[str, str]) -> str:
    """Why this person may not decide on it now; "" where they may."""
    item = found.item
    if found.barred:
        return found.barred
    if any(one.reviewer == user.id and one.digest == found.digest for one in found.decisions):
        return "You have decided on it already; it waits for somebody else."
    if review_handling.claimed_by_other(item, user):
        by = names.get(item.claimed_by or "", "Somebody")
        return f"{by} has taken it until {when(item.claimed_until)}; wait, or ask them to let go of it."
    return ""


def _people(found: review.Evidence) -> Iterator[str]:
    item = found.item
    yield from filter(None, (item.requester, item.prepared_by, item.claimed_by))
    yield from (one.reviewer for one in (*found.decisions, *found.similar))
    yield from (one.user_id for one in found.remarks)
    yield from (one.made_by for one in found.versions)
