"""The actions of one document: how each stands, and asking for some of them to be approved."""

from collections.abc import Sequence

import streamlit as st
from sqlite_utils import Database

from core import identity, library, register, review
from core.register import ActionRow
from core.types import User
from pages.parts import review_amend, review_shown, review_words, shell, source, tables
from pages.parts.review_words import STATES
from pages.parts.words import RISKS, badge, count, day, label, lines, plain

LEVELS = ("low", "medium", "high", "critical")
MOST_PLACES = 5
TALLEST = 380
TABLE = "actions"
APPROVALS = "pages/approvals.py"
DROPPABLE = ("draft", "submitted", "escalated", "change_requested")


def actions(db: Database, user: User, shown: library.DocumentRow) -> None:
    """What presses most first; among equals, as the text has it."""
    if shown.gate in ("waiting", "rejected"):
        st.info("Actions are withheld until the document is released.")
        return
    found = sorted(register.actions(db, user, shown.id), key=lambda one: -LEVELS.index(one.action.priority))
    if not found:
        st.info("This document asks for no action.")
        return
    picked = _table(found)
    ticked = [one for one in found if one.action.id in picked.ticked]
    _submission(db, user, shown, found, ticked)
    for one in found:
        if one.action.id == picked.id:
            _action(db, user, shown, one)


def _table(found: Sequence[ActionRow]) -> tables.Picked:
    return tables.table(
        TABLE,
        [one.action.id for one in found],
        {
            "title": [one.action.title for one in found],
            "priority": [[one.action.priority] for one in found],
            "state": [[one.state] for one in found],
            "due": [day(one.due) for one in found],
            "who": [one.action.owner_role for one in found],
        },
        {
            "title": st.column_config.TextColumn("Action", width=240),
            "priority": tables.risk_column("Risk"),
            "state": tables.chips("State", STATES, width=120),
            "due": st.column_config.TextColumn("Due", width=90),
            "who": st.column_config.TextColumn("Owner", width=120),
        },
        several=True,
        height=TALLEST,
    )


def _submission(
    db: Database, user: User, shown: library.DocumentRow, found: Sequence[ActionRow], ticked: Sequence[ActionRow]
) -> None:
    """What asking takes; while nothing is ticked, how to begin and how they stand."""
    free = [one for one in ticked if not one.item or one.state in review.CLOSED]
    if not identity.may(user, "actions.submit"):
        st.caption(f"Somebody who is {identity.who_may('actions.submit')} asks for actions to be approved.")
        return
    if not ticked:
        st.caption(f"{_standing(found)} Tick actions to submit them for approval; click one to read it.")
        return
    if len(free) < len(ticked):
        st.caption(f"{count(len(ticked) - len(free), 'ticked action')} asked for already; the others can be.")
    if not free:
        return
    with st.container(border=True, key="submission"), st.form(f"submit-{shown.id}", border=False):
        grouped = len(free) > 1 and st.toggle(
            "Like ones as one request", value=True, key="submit-grouped",
            help="Those with the same risk and the same owner are decided together.",
        )  # fmt: skip
        note = st.text_input(
            "Note to the reviewers", key="submit-note", placeholder="May stay empty; @name tells somebody"
        )
        name = f"Submit {len(free)} for approval" if len(free) > 1 else "Submit for approval"
        with st.container(horizontal=True, vertical_alignment="center"):
            wanted = st.form_submit_button(name, type="primary")
            st.markdown(f":gray[{plain(_asks(free))}]", width="stretch")
    if wanted:
        with shell.guarded():
            made = review.submit(db, user, shown.id, [one.action.id for one in free], grouped=bool(grouped), note=note)
            shell.done(said(made))


def said(made: Sequence[review.Item]) -> str:
    """What became of what was asked for."""
    numbers = ", ".join(f"No. {one.number}" for one in made[:4]) + (" …" if len(made) > 4 else "")
    accepted = sum(one.state == "accepted" for one in made)
    passed = f"; the policy accepted {count(accepted, 'of them', 'of them')}" if accepted else ""
    return f"Submitted as {numbers}{passed}"


def _standing(found: Sequence[ActionRow]) -> str:
    """ "12 actions: 3 submitted, 1 accepted." """
    states = {state: sum(one.state == state for one in found) for state in STATES}
    told = ", ".join(f"{size} {label(state).lower()}" for state, size in states.items() if size and state != "draft")
    return f"{count(len(found), 'action')}{f': {told}' if told else ''}."


def _asks(free: Sequence[ActionRow]) -> str:
    """Who will have to accept what is ticked: "critical: 2 people, one of them a risk reviewer"."""
    levels = [level for level in reversed(LEVELS) if any(one.action.priority == level for one in free)]
    return "; ".join(f"{label(level)}: {_rule(level)}" for level in levels)


def _rule(level: str) -> str:
    rule = review.rule(level)
    return "accepted by the policy" if rule.auto else f"{rule.words} within {review_words.span(rule.hours * 3_600)}"


def _action(db: Database, user: User, shown: library.DocumentRow, one: ActionRow) -> None:
    """One action in full, why somebody must approve it, and its request."""
    with st.container(border=True, key="action-open"):
        level = badge(label(one.action.priority), RISKS[one.action.priority])
        st.markdown(f"**{plain(one.action.title)}** {level} {review_words.state(one.state)}")
        st.markdown(lines(one.action.detail))
        st.markdown(f":gray[Approval: {plain(_rule(one.action.priority))}.]")
        with st.container(horizontal=True):
            for row in register.rows_of(db, user, shown.id, one.action.obligation_ids)[:MOST_PLACES]:
                st.button(
                    f"Show {plain(row.path)}", key=f"show-{row.obligation_id}", icon=":material/arrow_forward:",
                    on_click=source.choose, args=(row.obligation_id,), kwargs={"stay": False},
                )  # fmt: skip
        if one.item:
            with shell.guarded():
                _request(db, user, review.item(db, user, one.item))


def _request(db: Database, user: User, item: review.Item) -> None:
    """The way to the request, and what its own people may do with it here."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            APPROVALS, label=f"Request No. {item.number}", icon=":material/rule:",
            query_params={"item": item.id, "view": "all"},
        )  # fmt: skip
        mine = user.id in (item.requester, item.prepared_by)
        if mine and item.state in DROPPABLE:
            with st.popover("Take it back…", key=f"drop-{item.id}"):
                reason = st.text_input("Why (may stay empty)", key=f"drop-why-{item.id}")
                if st.button("Take it back", key=f"drop-now-{item.id}"):
                    review.drop(db, user, item.id, reason)
                    review_shown.leave()
                    shell.done(f"No. {item.number} is taken back")
    if item.state == "change_requested" and identity.may(user, "actions.submit"):
        for one in review.decisions(db, user, item.id)[-1:]:
            st.markdown(f"{badge('Change requested', 'orange')} “{plain(one.reason)}”")
        review_amend.form(db, user, item)
