"""Widgets whose choices stand in the URL by their keys, so that a view can be linked, refreshed and gone back to.

Streamlit's own `bind` puts labels there, which change with their counts. Here: `follow` before the widgets are drawn,
`tell` after them; in between, a widget has the key `key(name)`.
"""

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

MOST_DIGITS = 9  # whoever types more asks for no page of ours, and SQLite and Python have an end to their numbers
SAID, TURN = "said-in-url", "url-turn"
# A widget's parameter → the values that it may hold, or None for any text.
Allowed = Mapping[str, Collection[str] | None]


def key(name: str) -> str:
    """Of the widget; another one each time the URL wins, since one inside a closed popover keeps its old choice."""
    return f"url-{name}-{st.session_state.get(TURN, 0)}"


def follow(one: Allowed, many: Allowed) -> None:
    """Where the URL says other than what was written into it (a link, a refresh, the way back), the widgets obey it.

    So they do where they hold nothing any more: Streamlit forgets widgets while another page is open.
    """
    held_still = all(key(name) in st.session_state for name in (*one, *many))
    if held_still and _asked({**one, **many}) == st.session_state.get(SAID):
        return
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    for name, allowed in one.items():
        value = st.query_params.get(name)
        st.session_state[key(name)] = value if value and (allowed is None or value in allowed) else None
    for name, allowed in many.items():
        values = [value for value in st.query_params.get_all(name) if allowed is None or value in allowed]
        st.session_state[key(name)] = values


def tell(names: Collection[str]) -> None:
    """Write into the URL what the widgets hold; what is empty stays out of it."""
    for name in names:
        value = held(name)
        if value and st.query_params.get_all(name) != ([value] if isinstance(value, str) else list(value)):
            st.query_params[name] = value
        elif not value:
            st.query_params.pop(name, None)
    st.session_state[SAID] = _asked(names)


def number(name: str) -> int:
    """A page or a place in a list that the URL asks for: it says them from 1, this gives them from 0."""
    asked = st.query_params.get(name, "1")
    return max(0, int(asked) - 1) if asked.isdecimal() and len(asked) <= MOST_DIGITS else 0


def held(name: str) -> Any:
    """What the widget holds: a text, a list, or None."""
    return st.session_state.get(key(name))


def clear(names: Collection[str]) -> None:
    """Empty the widgets and their part of the URL, and start again."""
    for name in names:
        st.query_params.pop(name, None)
    st.session_state.pop(SAID, None)
    st.rerun()


def _asked(names: Collection[str]) -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in names}
