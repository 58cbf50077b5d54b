"""Costs: what models cost and saved, how fast and how reliable they are, and what a month would cost."""

import streamlit as st
from sqlite_utils import Database

from core import operations
from core.types import User
from pages.parts import cost_bar, cost_month, cost_tables, cost_views, cost_words, shell

VIEWS = {
    "spend": ("Spend", cost_views.spending),
    "speed": ("Speed & errors", cost_views.speed),
    "models": ("Models", cost_views.compare),
    "projection": ("Projection", cost_month.view),
}


def page(db: Database, user: User) -> None:
    known = operations.known(db, user)
    with st.container(horizontal=True, vertical_alignment="center", key="costs-bar"):
        view = cost_bar.view({name: title for name, (title, _) in VIEWS.items()})
        if known["model"]:
            wanted = cost_bar.filters(db, user, known)
            with st.popover("Export", icon=":material/download:", key="costs-export"):
                cost_tables.exports(user, wanted)
    if not known["model"]:
        wanted = operations.chosen(db, user, cost_bar.today())
        if view != "projection":
            cost_views.empty()
            return
    VIEWS[view][1](db, user, wanted, cost_words.colours(known["model"]))


shell.run(page)
