"""How each backend is: whether it can be used here, and how to make it so."""

import streamlit as st

from core import llm
from core.settings import settings
from pages.parts import session
from pages.parts.words import badge, plain

LOOK_SECONDS = 5
STATES = {"ready": ("Ready", "green"), "empty": ("No model yet", "blue"), "absent": ("Not set up", "gray"),
          "unknown": ("Not checked", "gray")}  # fmt: skip


def looked() -> tuple[llm.Health, ...]:
    """How the backends are; looked at again after some seconds, not with every click."""
    return _looked(settings().model_dump_json())


@st.cache_data(ttl=LOOK_SECONDS, show_spinner=False)
def _looked(same: str) -> tuple[llm.Health, ...]:
    with session.database() as db:
        return llm.health(db, settings())


def look_again() -> None:
    _looked.clear()


def table(found: tuple[llm.Health, ...]) -> None:
    lines = ["| | | |", "|---|---|---|"]
    for one in found:
        state, colour = STATES[one.state]
        models = ", ".join(f"`{name}`" for name in one.models[:6] if "`" not in name)
        said = " ".join(filter(None, (plain(one.says), f"**{plain(one.next)}**" if one.next else "", models)))
        lines.append(f"| {plain(one.title)} | {badge(state, colour)} | {said} |")
    with st.container(key="facts-backends"):
        st.markdown("\n".join(lines))
