"""The left side of Approvals: a page of the queue as lines, the way through it, and one decision for several."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

import streamlit as st
from sqlite_utils import Database

from core import review
from core.errors import NotFound
from core.identity import accounts
from core.types import User
from pages.parts import review_words, shell, url
from pages.parts.review_bar import Wanted
from pages.parts.review_list import Line, review_list
from pages.parts.review_words import STATES, VERDICTS
from pages.parts.words import RISKS, count, label, short

PER_PAGE = 50
ITEM, TOKEN = "item", "review-bulk-token"
# What a document in the queue waits for, as the list says it.
WAITS = {"release": "Waits to be released", "second signature": "Waits for a second signature"}
TOGETHER = ("accept", "reject")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the queue, and where the open item stands in the whole of it (from 0), if it does."""

    rows: Sequence[review.Row]
    total: int
    first: int
    chosen: str | None

    @property
    def place(self) -> int | None:
        return next((self.first + n for n, row in enumerate(self.rows) if row.id == self.chosen), None)


def listed(db: Database, user: User, wanted: Wanted) -> Listed:
    """What the URL asks for; without an item in it, the first one of the page is open."""
    total = review.count(db, user, wanted.filter)
    page = min(url.number("p"), max(0, (total - 1) // PER_PAGE))
    rows = review.queue(db, user, wanted.filter, wanted.sort, limit=PER_PAGE, offset=page * PER_PAGE)
    return Listed(rows, total, page * PER_PAGE, _chosen(db, user) or (rows[0].id if rows else None))


def _chosen(db: Database, user: User) -> str | None:
    """The item of the URL, which people also write by its number."""
    asked = st.query_params.get(ITEM)
    if asked and asked.isdecimal():
        with suppress(NotFound):  # the pane says that there is no such request
            asked = st.query_params[ITEM] = review.item(db, user, asked).id
    return asked


def queue(db: Database, user: User, found: Listed) -> None:
    """The list, the pager, and what to do with the ticked ones."""
    names = accounts.names(db, user.tenant, {row.claimed_by for row in found.rows if row.claimed_by})
    lines = [_line(row, user, names, tickable=row.bulk and row.mine) for row in found.rows]
    ticked = review_list("review-list", lines, found.chosen, open_item)
    _pager(found)
    if ticked:
        _together(db, user, ticked)


def open_item(item_id: str | None) -> None:
    """Make it the open one; for a callback or before a rerun."""
    st.query_params.pop("obligation", None)
    if item_id:
        st.query_params[ITEM] = item_id
    else:
        st.query_params.pop(ITEM, None)


def steps(db: Database, user: User, wanted: Wanted, found: Listed) -> None:
    """Previous and next, through the whole list and not only this page of it; side by side at every width."""
    with st.container(horizontal=True, wrap=False, width="content"):
        for by, name, key in ((-1, "Previous", "K"), (1, "Next", "J")):
            there = None if found.place is None else found.place + by
            possible = there is not None and 0 <= there < found.total
            if st.button(name, key=f"review-{name}", shortcut=key, disabled=not possible):
                go(db, user, wanted, there or 0)
                st.rerun()


def go(db: Database, user: User, wanted: Wanted, place: int) -> None:
    """Open what stands there in the list; nothing where the list is shorter by now."""
    rows = review.queue(db, user, wanted.filter, wanted.sort, limit=1, offset=place)
    open_item(rows[0].id if rows else None)
    if place // PER_PAGE:
        st.query_params["p"] = str(place // PER_PAGE + 1)
    else:
        st.query_params.pop("p", None)


def after(db: Database, user: User, wanted: Wanted, found: Listed) -> None:
    """Open what comes next once something was done: what took its place in the list, else the one after it."""
    if found.place is None:
        return
    here = review.queue(db, user, wanted.filter, wanted.sort, limit=1, offset=found.place)
    still = bool(here) and here[0].id == found.chosen
    total = review.count(db, user, wanted.filter)
    go(db, user, wanted, min(found.place + still, max(0, total - 1)))


def nothing(db: Database, user: User, wanted: Wanted) -> None:
    """Why the list is empty, and what to do about it."""
    if wanted.narrowed:
        st.info("No request matches. Clear a filter to see more.")
        return
    if wanted.view in ("mine", "overdue"):
        st.success(EMPTY[wanted.view], icon=":material/check:")
        return
    st.info(EMPTY[wanted.view])
    st.page_link("pages/documents.py", label="Choose a document", icon=":material/folder_open:")


EMPTY = {
    "mine": "Nothing waits for your decision.",
    "overdue": "Nothing is overdue.",
    "requested": "You have asked for nothing yet. Open a document, go to Actions, tick some and submit them.",
    "decided": "Nothing was decided yet. Decisions stand here once somebody has made one.",
    "all": "Nobody has asked for anything yet. Open a document, go to Actions, tick some and submit them.",
}


def _line(row: review.Row, user: User, names: dict[str, str], *, tickable: bool) -> Line:
    badges = [(label(row.risk), RISKS[row.risk])] if row.kind == "action" else [("Document", "violet")]
    badges.append((label(row.state), STATES[row.state]))
    if row.accepted and row.state in review.PENDING:
        badges.append((f"{row.accepted} of {row.needed}", "green"))
    if row.state in review.PENDING and (due := review_words.due(row.due_at)):
        badges.append(due)
    several = f" · {row.actions} actions" if row.actions > 1 else ""
    about = f"No. {row.number} · {short(row.document)}{several}" if row.number else WAITS.get(row.waits_for, "")
    return Line(row.id, row.title, about, tuple(badges), _claimed(row, user, names), row.digest, tickable)


def _claimed(row: review.Row, user: User, names: dict[str, str]) -> str:
    if not row.claimed_by or not review_words.holds(row.claimed_until):
        return ""
    return "Taken by you" if row.claimed_by == user.id else f"Taken by {names.get(row.claimed_by, row.claimed_by)}"


def _pager(found: Listed) -> None:
    if found.total <= PER_PAGE:
        return
    page = found.first // PER_PAGE
    with st.container(horizontal=True, vertical_alignment="center", key="review-pager"):
        for step, icon, name in ((-1, ":material/chevron_left:", "Previous"), (1, ":material/chevron_right:", "Next")):
            possible = 0 <= (page + step) * PER_PAGE < found.total
            if st.button("", key=f"review-page{step}", icon=icon, help=f"{name} page", disabled=not possible):
                open_item(None)
                st.query_params["p"] = str(page + step + 1)
                st.rerun()
        st.markdown(f"{found.first + 1:,}–{found.first + len(found.rows):,} of {found.total:,}", width="content")


def _together(db: Database, user: User, ticked: Sequence[tuple[str, str]]) -> None:
    """One decision for the ticked ones, each with the digest that it had when it was ticked."""
    with st.container(border=True, key="review-together"):
        st.markdown(f"**{count(len(ticked), 'request')}** ticked")
        reason = st.text_input("Reason", key="together-reason", placeholder="Needed to reject")
        with st.container(horizontal=True):
            for verdict in TOGETHER:
                name, done, _ = VERDICTS[verdict]
                if st.button(f"{name} {len(ticked)}", key=f"together-{verdict}"):
                    token = st.session_state.setdefault(TOKEN, uuid4().hex)
                    with shell.guarded():
                        told = review.decide_many(db, user, ticked, verdict, token, reason)
                        st.session_state.pop(TOKEN, None)
                        open_item(None)
                        shell.done(_told(done, told))


def _told(done: str, found: Sequence[review.Told]) -> str:
    """How many, and of those that were not decided why the first was not."""
    refused = [one.refusal for one in found if one.decided is None]
    said = f"{done}: {len(found) - len(refused)} of {len(found)}" if refused else f"{done}: {len(found)}"
    return f"{said}. {refused[0]}" if refused else said
