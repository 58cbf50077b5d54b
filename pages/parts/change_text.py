"""The text article by article: what changed is open, with what was taken out and put in."""

import streamlit as st

from core.compare import ArticleChange, Comparison
from pages.parts import paging, redline
from pages.parts.change_filters import SHOWN_FIRST, Wanted
from pages.parts.change_list import KIND_COLOURS
from pages.parts.words import badge, label, plain

OPEN = ("changed",)


def articles(found: Comparison, wanted: Wanted) -> None:
    listed = sorted(
        (one for one in found.articles if one.kind in wanted.kinds), key=lambda one: SHOWN_FIRST.index(one.kind)
    )  # changed ones first, each kind in the order of the text
    if not listed:
        st.info("The text of no article matches. Clear a filter to see more.")
        return
    for number, one in enumerate(paging.part(listed)):
        _article(one, number)
    paging.pager(len(listed), "article-pager")


def _article(one: ArticleChange, number: int) -> None:
    was = f" :gray[was {plain(one.was)}]" if one.was else ""
    heading = f" {plain(one.heading)}" if one.heading != one.path else ""
    title = f"{badge(label(one.kind), KIND_COLOURS[one.kind])} **{plain(one.path)}**{heading}{was}"
    with st.expander(title, expanded=one.kind in OPEN, key=f"article-{number}"):
        if one.kind in ("moved", "unchanged"):
            redline.text(one.new)
        elif one.kind == "changed":
            redline.folded(one.redline())
        else:
            redline.redline(one.redline())
