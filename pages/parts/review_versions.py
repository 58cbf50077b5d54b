"""Versions of what is asked for, side by side: the former one on the left, what was changed marked in both."""

from collections.abc import Sequence

import streamlit as st

from core.compare import redline as compared
from core.types import Action
from pages.parts import redline
from pages.parts.words import day, label, plain

FIELDS = ("title", "detail", "owner_role", "priority", "due")


def fields(action: Action | None) -> dict[str, str]:
    """What a person may change of an action, as text."""
    if action is None:
        return dict.fromkeys(FIELDS, "")
    return {name: _said(name, getattr(action, name)) for name in FIELDS}


def differences(old: Sequence[Action], new: Sequence[Action]) -> list[tuple[str, str, str]]:
    """(where, before, after) for each field that differs; actions are the same ones where their ids are."""
    before, after = ({one.id: one for one in side} for side in (old, new))
    found = []
    several = len({*before, *after}) > 1
    for number, id in enumerate(dict.fromkeys([*before, *after]), 1):
        left, right = fields(before.get(id)), fields(after.get(id))
        prefix = f"Action {number}, " if several else ""
        found += [
            (f"{prefix}{label(name).lower() if several else label(name)}", left[name], right[name])
            for name in FIELDS
            if left[name] != right[name]
        ]
    return found


def side_by_side(found: Sequence[tuple[str, str, str]], heads: tuple[str, str]) -> None:
    """The fields that differ, old and new beside each other."""
    if not found:
        st.caption("Both say the same.")
        return
    for column, head in zip(st.columns(2), heads, strict=True):
        column.caption(head)
    for where, before, after in found:
        st.markdown(f"**{plain(where)}**")
        left, right = st.columns(2)
        with left:
            redline.redline(compared(before, after, same="old"), only="out")
        with right:
            redline.redline(compared(before, after), only="in")


def _said(name: str, value: str | None) -> str:
    if name == "due":
        return day(value)
    return label(value) if name == "priority" and value else value or ""
