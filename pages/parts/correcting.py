"""Correcting what the engine read, field by field, with what it had read beside each; splitting one in two."""

from collections.abc import Mapping, Sequence
from typing import get_args

import streamlit as st
from sqlite_utils import Database

from core import register
from core.types import BearerKind, DeadlineKind, Modality, RiskLevel, User
from pages.parts import rights, shell
from pages.parts.words import count, label, plain

# field → what it may be; fields that are not here take text.
CHOICES = {
    "modality": get_args(Modality),
    "bearer_kind": get_args(BearerKind),
    "explicit": ("yes", "no"),
    "deadline_kind": ("", *get_args(DeadlineKind)),
    "days": ("", "calendar", "working"),
    "risk": get_args(RiskLevel),
    "applies": ("yes", "no", "unclear"),
}
LONG = {"action", "object", "conditions", "exceptions"}
TITLES = {
    "modality": "Kind",
    "bearer": "Who must act",
    "bearer_kind": "Kind of bearer",
    "explicit": "Named by the sentence",
    "action": "What must be done",
    "conditions": "If (one passage a line)",
    "exceptions": "Unless (one passage a line)",
    "deadline": "Deadline (PT72H, P1M, R/P1Y or a date)",
    "anchor": "Runs from",
    "applies": "Applies to us",
}


def form(db: Database, user: User, found: register.Record) -> None:
    """Every correctable field; saving keeps what was changed, with the old value."""
    shown = register.values(found.obligation)
    was = {one.field: one for one in found.corrections}
    id = found.row.id
    with st.form(f"correct-{id}", border=False):
        given = {}
        for fields in _lines(list(shown)):
            for field, column in zip(fields, st.columns(len(fields)), strict=True):
                with column:
                    # The value is in the key: after an undo it is shown again, and not what was typed before.
                    given[field] = _input(field, shown[field], f"correct-{id}-{field}-{hash(shown[field])}")
                    if field in was:
                        st.caption(f"The engine read: {plain(was[field].found) or 'nothing'}")
        refused = st.container()  # above the button, where it is seen
        if st.form_submit_button("Save corrections", type="primary", **rights.barred(user, "register.edit")):
            changed = {field: value for field, value in given.items() if value != shown[field]}
            with refused, shell.guarded():
                _save(db, user, id, changed, shown)
    if was and st.button("Take all corrections back", key=f"uncorrect-{id}", **rights.barred(user, "register.edit")):
        register.correct_all(db, user, id, dict.fromkeys(was))
        shell.done("The engine's reading stands again")


def _save(db: Database, user: User, id: str, changed: Mapping[str, str], shown: Mapping[str, str]) -> None:
    register.correct_all(db, user, id, changed, was={field: shown[field] for field in changed})
    shell.done(f"{count(len(changed), 'field')} corrected" if changed else "Nothing was changed")


def _lines(fields: Sequence[str]) -> list[list[str]]:
    """Long fields on lines of their own, the others two by two."""
    lines: list[list[str]] = []
    for field in fields:
        if field not in LONG and lines and len(lines[-1]) == 1 and lines[-1][0] not in LONG:
            lines[-1].append(field)
        else:
            lines.append([field])
    return lines


def split(db: Database, user: User, found: register.Record) -> None:
    """Cut the quote after words that the person copies from it."""
    with st.popover("Split…", key=f"split-{found.row.id}", **rights.barred(user, "register.edit")):
        words = st.text_input(
            "The second part begins with",
            key=f"split-at-{found.row.id}",
            help="Copy the first words of the second part",
        )
        if st.button("Split in two", key=f"split-go-{found.row.id}", **rights.barred(user, "register.edit")) and words:
            at = found.obligation.draft.quote.text.find(words)
            if at <= 0:
                st.warning("These words do not stand inside the quote; copy them from it.")
                return
            with shell.guarded():
                register.split(db, user, found.row.id, found.row.position + at)
                st.query_params.pop("obligation", None)
                shell.done("Split in two")


def _input(field: str, value: str, key: str) -> str:
    title = TITLES.get(field, label(field))
    if field in CHOICES:
        options = list(CHOICES[field])
        return st.selectbox(title, options, options.index(value), key=key, format_func=lambda one: label(one) or "None")
    if field in LONG:
        return st.text_area(title, value, key=key, height=68)
    return st.text_input(title, value, key=key)
