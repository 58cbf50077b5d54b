"""The way through a long list that is not a table: which part of it the URL asks for, and the steps."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from pages.parts.register_table import page

T = TypeVar("T")
PER_PAGE = 20


def part(listed: Sequence[T], size: int = PER_PAGE) -> Sequence[T]:
    """The page of the list that the URL asks for, the last one where there are fewer."""
    at = _at(len(listed), size)
    return listed[at * size : (at + 1) * size]


def pager(total: int, key: str, size: int = PER_PAGE) -> None:
    """Nothing where one page holds all."""
    if total <= size:
        return
    at = _at(total, size)
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        st.markdown(f"{at * size + 1:,}–{min(total, (at + 1) * size):,} of {total:,}", width="content")
        for step, icon, name in ((-1, ":material/chevron_left:", "Previous"), (1, ":material/chevron_right:", "Next")):
            possible = 0 <= (at + step) * size < total
            if st.button("", key=f"{key}{step}", icon=icon, help=f"{name} page", disabled=not possible):
                st.query_params["p"] = str(at + step + 1)
                st.rerun()


def _at(total: int, size: int) -> int:
    return min(page(), max(0, (total - 1) // size))
