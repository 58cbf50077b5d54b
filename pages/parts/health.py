"""What somebody who answers for this installation should know of it."""

import streamlit as st
from sqlite_utils import Database

from core.operations.health import health
from core.settings import settings
from core.types import User
from pages.parts.words import badge, plain

LEVELS = {"good": ("In order", "green"), "look": ("Look at it", "yellow"), "bad": ("Act", "red")}


def told(db: Database, user: User) -> None:
    """A line for each fact, with how much it matters."""
    found = health(db, user, settings())
    lines = [f"- {badge(*LEVELS[one.level])} **{plain(one.name)}** {plain(one.words)}" for one in found]
    st.markdown("\n".join(lines))
