"""Activity: who did what and who saw what, whether the log is intact, and the way to take it away."""

import streamlit as st
from sqlite_utils import Database

from core import activity
from core.types import User
from pages.parts import activity_bar, activity_chart, activity_list, activity_state, shell


def page(db: Database, user: User) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="activity-bar"):
        wanted = activity_bar.filters(db, user)
        st.space("stretch")
        activity_bar.files(user, wanted)
    if activity.sees_all(user):
        activity_state.state(db, user)
    else:
        st.caption("These are your own entries. Whoever may read the log sees everybody's.")
    days = activity.by_day(db, user, wanted)
    activity_chart.by_day(days)
    activity_list.entries(db, user, wanted, sum(one.entries for one in days))


shell.run(page)
