"""The tickets that accepted requests became: open ones first, closed with a reason."""

import streamlit as st
from sqlite_utils import Database

from core import identity, tools
from core.types import User
from pages.parts import shell
from pages.parts.words import RISKS, badge, count, day, label, plain, when

STATES = ("open", "closed")


def page(db: Database, user: User) -> None:
    st.title("Tickets", anchor=False)
    state = st.segmented_control("Show", STATES, format_func=label, default="open", key="tickets-state")
    found = tools.tickets(db, user, state=state)
    if not found:
        words = "No ticket is open." if state == "open" else "There are no tickets."
        st.info(f"{words} A request that was accepted becomes one under Approvals, with the tool “Ticket in this app”.",
                icon=":material/confirmation_number:")  # fmt: skip
        st.page_link("pages/approvals.py", label="Approvals", icon=":material/approval:")
        return
    st.caption(count(len(found), "ticket"))
    for one in found:
        _ticket(db, user, one)


def _ticket(db: Database, user: User, one: tools.Ticket) -> None:
    due = f" · due {day(one.due)}" if one.due else ""
    closed = f" · closed {when(one.closed_at)}" if one.closed_at else ""
    heading = f"{badge(label(one.priority), RISKS[one.priority])} **{one.number}** {plain(one.title)}"
    with st.expander(f"{heading} · {plain(one.owner)}{due}{closed}", key=f"ticket-{one.number}"):
        st.text(one.body)
        if one.closed_why:
            st.caption(plain(one.closed_why))
        if one.state == "open" and identity.may(user, "actions.execute"):
            with st.popover("Close…", key=f"close-{one.number}"):
                reason = st.text_input("Why", key=f"close-why-{one.number}")
                if st.button("Close it", key=f"close-now-{one.number}", type="primary"):
                    tools.close(db, user, one.number, reason)
                    shell.done(f"Ticket {one.number} is closed")


shell.run(page)
