"""Approvals: the queue on the left, on the right all that a reviewer needs to decide on the chosen request."""

import streamlit as st
from sqlite_utils import Database

from core.types import User
from pages.parts import review_bar, review_deciding, review_figures, review_pane, review_queue, shell

STYLE = shell.HERE / "review.css"


def page(db: Database, user: User) -> None:
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="review-bar"):
        wanted = review_bar.bar(db, user)
        days = review_figures.since() if wanted.view == "figures" else None
    if days:
        review_figures.figures(db, user, days)
        return
    review_deciding.alone(user)
    found = review_queue.listed(db, user, wanted)
    if not found.chosen:
        review_queue.nothing(db, user, wanted)
        return
    left, right = st.columns([3, 9])
    with left:
        review_queue.queue(db, user, found)
    with right, st.container(key="review-pane"), shell.guarded():
        review_pane.pane(db, user, wanted, found)


shell.run(page)
