"""A month to come: traffic of the person's choice, what it would cost with each model, and what that rests on."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from sqlite_utils import Database

from core import llm, operations
from core.settings import settings
from core.types import User
from pages.parts import cost_charts, cost_figures
from pages.parts.words import count, plain

FINE = 10_000  # characters: longer averages are rounded to thousands, which is all that they say
PAGE_CHARACTERS = 3_000  # of a printed page of law, to give people a feeling for a length


def view(db: Database, user: User, wanted: operations.Chosen, colours: Mapping[str, str]) -> None:
    """What traffic of the person's choice would cost; begins with that of the chosen period."""
    held = operations.assumptions(db, user, settings())
    known = {one.name: one for one in llm.entries(settings()) if one.backend not in ("builtin", "scripted")}
    left, right = st.columns([4, 8])
    with left:
        st.subheader("A month of", anchor=False)
        traffic = _traffic(operations.traffic(db, user, wanted))
        names = list(known)
        first = next((name for name in names if known[name].prices and known[name].location == "hosted"), names[0])
        chosen = st.selectbox(
            "Model", names, names.index(first), key="month-model", format_func=lambda n: known[n].title
        )
        found = operations.project(traffic, held, known[chosen])
    with right:
        cost_figures.month(found, traffic)
        every = [one for one in operations.projections(traffic, held, settings()) if one.model in known]
        st.subheader("The same month with each model", anchor=False)
        cost_charts.draw(cost_charts.months([one for one in every if one.cost_usd], chosen), "months")
        if free := [one.model for one in every if one.free]:
            st.caption(f"Without charge: {', '.join(map(plain, free))}.")
        if unknown := [one.model for one in every if one.cost_usd is None]:
            st.caption(f"Price unknown: {', '.join(map(plain, unknown))}.")
    with left:
        st.markdown("**This rests on:**")
        st.markdown("\n".join(f"- {plain(line)}" for line in operations.sentences(traffic, held, known[chosen])))


def _traffic(like: operations.Traffic) -> operations.Traffic:
    usual = like.characters if like.characters < FINE else round(like.characters, -3)
    documents = st.number_input("Documents", 1, 100_000, like.documents, key="month-documents")
    characters = st.number_input(
        "Characters in each, on average", 100, 10_000_000, max(100, usual), 1_000, key="month-characters",
        help=f"A printed page of law has about {PAGE_CHARACTERS:,}",
    )  # fmt: skip
    st.caption(f"About {count(max(1, round(characters / PAGE_CHARACTERS)), 'page')}.")
    kept = st.slider(
        "Answered by what was kept, in per cent", 0, 100, round(like.kept_share * 100), 5, key="month-kept",
        help="The same text analysed again with the same prompt and model costs nothing",
    )  # fmt: skip
    return replace(like, documents=int(documents), characters=int(characters), kept_share=kept / 100)
