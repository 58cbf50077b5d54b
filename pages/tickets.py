"""The tickets that accepted requests became: the soonest due first, one of them in full, closed with a reason."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st
from sqlite_utils import Database

from core import identity, tools
from core.tools import Ticket
from core.types import User
from pages.parts import paging, shell, tables, url
from pages.parts.register_table import page as page_number
from pages.parts.words import RISKS, badge, day, label, plain, short, when

STATES = {"open": "Open", "closed": "Closed", "all": "All"}
NAMES = ("text",)
TICKET = "ticket"
TALLEST = 680


def page(db: Database, user: User) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="tickets-bar"):
        state, text = _bar(db, user)
    total = tools.count_tickets(db, user, state=state, text=text)
    if not total:
        _nothing(state, text)
        return
    at = min(page_number(), (total - 1) // paging.PER_PAGE) * paging.PER_PAGE
    found = tools.tickets(db, user, state=state, text=text, limit=paging.PER_PAGE, offset=at)
    left, right = st.columns([7, 5])
    with left:
        chosen = _list(db, user, found)
        paging.pager(total, "tickets-pager")
    with right, st.container(border=True, key="ticket-open"), shell.guarded():
        _ticket(db, user, chosen)


def _bar(db: Database, user: User) -> tuple[str | None, str]:
    """Which of them: by state, and by what is sought."""
    asked = st.query_params.get("state")
    shown = asked if asked in STATES else "open"
    names = {**STATES, "open": f"Open · {tools.count_tickets(db, user, state='open'):,}"}
    state = st.segmented_control(
        "Show", tuple(STATES), default=shown, required=True, format_func=names.get, label_visibility="collapsed",
        key=f"tickets-{shown}",
    )  # fmt: skip
    if state != shown:
        st.query_params.from_dict({"state": state})
        st.rerun()
    url.follow({"text": None}, {})
    st.text_input(
        "Find", key=url.key("text"), placeholder="Find words, an owner, or #4", icon=":material/search:", width=260,
        label_visibility="collapsed",
    )  # fmt: skip
    url.tell(NAMES)
    return (None if state == "all" else state), url.held("text") or ""


def _nothing(state: str | None, text: str) -> None:
    if text:
        st.info("No ticket matches. Take some words away to see more.")
        return
    words = "No ticket is open." if state == "open" else "There are no such tickets."
    st.info(f"{words} A request that was accepted becomes one under Approvals, with the tool “Ticket in this app”.",
            icon=":material/confirmation_number:")  # fmt: skip
    st.page_link("pages/approvals.py", label="Accepted requests", icon=":material/rule:",
                 query_params={"view": "decided", "state": "accepted"})  # fmt: skip


def _list(db: Database, user: User, found: Sequence[Ticket]) -> Ticket:
    """The lines of the page; gives the one that is open, which the URL may name from another page of the list."""
    known = {str(one.number): one for one in found}
    asked = st.query_params.get(TICKET, "")
    chosen = known.get(asked) or next(
        iter(tools.tickets(db, user, text=f"#{asked}") if asked.isdecimal() else []), found[0]
    )
    picked = tables.table(
        "tickets",
        list(known),
        {
            "number": [one.number for one in found],
            "title": [one.title for one in found],
            "risk": [[one.priority] for one in found],
            "due": [_due(one) for one in found],
            "owner": [one.owner for one in found],
        },
        {
            "number": st.column_config.NumberColumn("No.", width=52),
            "title": st.column_config.TextColumn("Ticket", width=300),
            "risk": tables.risk_column("Risk"),
            "due": st.column_config.TextColumn("Due", width=150),
            "owner": st.column_config.TextColumn("Owner", width=130),
        },
        chosen=str(chosen.number) if str(chosen.number) in known else None,
        height=TALLEST,
        boxes=False,
    )
    if picked.id:
        st.query_params[TICKET] = picked.id
        st.rerun()
    return chosen


def _due(one: Ticket) -> str:
    return f"{day(one.due)}, overdue" if _late(one) else day(one.due) if one.due else ""


def _late(one: Ticket) -> bool:
    return bool(one.state == "open" and one.due and one.due < datetime.now(UTC).date().isoformat())


def _ticket(db: Database, user: User, one: Ticket) -> None:
    """One in full, where it comes from, and closing it."""
    st.subheader(f"{one.number} · {plain(one.title)}", anchor=False)
    marks = [badge(label(one.priority), RISKS[one.priority])]
    marks.append(
        badge("Overdue", "red") if _late(one) else badge(label(one.state), "green" if one.closed_at else "blue")
    )
    limit = f"due {day(one.due)}" if one.due else "no due date"
    st.markdown(f"{' '.join(marks)} :gray[{plain(one.owner)} · {plain(limit)} · opened {when(one.opened_at)}]")
    with st.container(horizontal=True):
        st.page_link(
            "pages/approvals.py", label=f"Request No. {one.request}", icon=":material/rule:",
            query_params={"view": "all", "item": one.item_id},
        )  # fmt: skip
        st.page_link(
            "pages/document.py", label=plain(short(one.document)), icon=":material/article:",
            query_params={"document": one.document_id},
        )  # fmt: skip
    st.text(one.body)
    if one.closed_at:
        st.markdown(f":gray[Closed {when(one.closed_at)}:] {plain(one.closed_why or '')}")
    elif identity.may(user, "actions.execute"):
        _close(db, user, one)


def _close(db: Database, user: User, one: Ticket) -> None:
    with st.form(f"close-{one.number}", border=False):
        reason = st.text_input("Why it is closed", key=f"close-why-{one.number}", placeholder="Kept with the ticket")
        wanted = st.form_submit_button("Close the ticket", icon=":material/task_alt:")
    if wanted:
        tools.close(db, user, one.number, reason)
        shell.done(f"Ticket {one.number} is closed")


shell.run(page)
