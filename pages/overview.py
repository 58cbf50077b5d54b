"""Overview: what needs attention, how much there is, what is due next."""

import streamlit as st
from sqlite_utils import Database

from core import register
from core.types import User
from pages.parts import attention, chart, firm, samples, shell, uploads


def page(db: Database, user: User) -> None:
    firm.invite(db, user)
    found = register.overview(db, user)
    uploads.working(db, user)
    if not found.documents:
        samples.offer(db, user)
        return
    attention.counts(found)
    left, right = st.columns([5, 6])
    with left:
        attention.attention(found)
        attention.deadlines(found)
    with right:
        chart.bearers_by_risk(found)


shell.run(page)
