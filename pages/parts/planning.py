"""The action plan: a step for each group of open duties, with an owner and a date that a person may change."""

from functools import partial

import streamlit as st
from sqlite_utils import Database

from core import controls
from core.export import controls as export
from core.export.taking import taken
from core.types import User
from pages.parts import bulk, gap_filters, rights, session, shell, tables
from pages.parts.words import RISKS, badge, count, day, label, plain

SHOWN = 60


def view(db: Database, user: User) -> None:
    filter = gap_filters.bar(db, user)
    steps = controls.plan(db, user, filter)
    with st.container(horizontal=True, vertical_alignment="center", key="plan-bar"):
        urgent = sum(one.priority in ("critical", "high") for one in steps)
        st.markdown(f"**{count(len(steps), 'step')}**, {urgent:,} of critical or high priority")
        with st.popover("Export", icon=":material/download:", key="plan-export"):
            downloads(filter)
        bulk.undo(db, user)
    if not steps:
        st.success("No duty in this view is without a control.", icon=":material/check:")
        return
    chosen = next((one for one in steps if one.id == st.query_params.get("step")), None)
    left, right = st.columns([11, 9]) if chosen else (st.container(), None)
    with left:
        picked = table(steps, chosen.id if chosen else None)
        if picked.id:
            st.query_params["step"] = picked.id
            st.rerun()
    if chosen and right:
        with right, st.container(key="beside"):
            step(db, user, chosen)


def table(steps: list[controls.Step], chosen: str | None) -> tables.Picked:
    text = st.column_config.TextColumn
    columns = {
        "priority": [[one.priority] for one in steps],
        "due": [day(one.due) for one in steps],
        "title": [one.title for one in steps],
        "owner": [one.owner for one in steps],
        "topic": [one.topic for one in steps],
        "duties": [len(one.obligations) for one in steps],
        "places": [", ".join(one.places) for one in steps],
    }
    config = {
        "priority": tables.risk_column("Priority"),
        "due": text("Due", width=95),
        "title": text("Step", width=430),
        "owner": text("Owner", width=150),
        "topic": text("Topic", width=140),
        "duties": st.column_config.NumberColumn("Duties", width=60),
        "places": text("Places", width=260),
    }
    kept = ("priority", "due", "title", "owner") if chosen else tuple(columns)
    return tables.table(
        "plan",
        [one.id for one in steps],
        {name: columns[name] for name in kept},
        {name: config[name] for name in kept},
        chosen=chosen,
        height=640,
    )


def step(db: Database, user: User, shown: controls.Step) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(
            f"{badge(f'{label(shown.priority)} priority', RISKS[shown.priority])} **{plain(shown.title)}**",
            width="stretch",
        )
        if st.button("Close", key="step-close", shortcut="Esc"):
            st.query_params.pop("step", None)
            st.rerun()
    with st.form(f"step-{shown.id}", border=False):
        left, right = st.columns(2)
        owner = left.text_input("Owner", shown.owner, key=f"step-owner-{shown.id}")
        due = right.date_input("Due", shown.due, key=f"step-due-{shown.id}", format="YYYY-MM-DD")
        if shown.edited:
            st.caption(f"Set by a person: {', '.join(shown.edited)}. Empty the field to go back to what is proposed.")
        if st.form_submit_button("Save", type="primary", **rights.barred(user, "controls.edit")):
            save(db, user, shown, owner, str(due or ""))
    st.markdown(f"**{count(len(shown.obligations), 'duty', 'duties')}**")
    names = dict(zip(shown.document_ids, shown.documents, strict=True))
    rows = controls.gaps(db, user, controls.GapFilter(document=shown.document_ids), sort="position", limit=None)
    wanted = set(shown.obligations)
    for one in [row for row in rows if row.id in wanted][:SHOWN]:
        st.page_link(
            "pages/document.py", icon=":material/article:",
            label=f"**{plain(one.path)}** {plain(one.action[:140])} :gray[{plain(names[one.document_id][:60])}]",
            query_params={"document": one.document_id, "obligation": one.obligation_id},
        )  # fmt: skip
    if len(wanted) > SHOWN:
        st.caption(f"and {len(wanted) - SHOWN:,} more; the export has all of them.")


def save(db: Database, user: User, shown: controls.Step, owner: str, due: str) -> None:
    changed = {
        name: value for name, value, was in (("owner", owner, shown.owner), ("due", due, shown.due)) if value != was
    }
    if changed:
        controls.set_plan(db, user, shown.id, **changed)
    shell.done("Saved")


def downloads(filter: controls.GapFilter) -> None:
    st.markdown("The plan for what is filtered, as a file:")
    with st.container(horizontal=True):
        for name, (title, mime) in export.FORMATS.items():
            made = session.later(partial(_taken, name=name, filter=filter))
            st.download_button(
                title, made, f"plan.{name}", mime, key=f"plan-{name}", on_click="ignore", icon=":material/download:"
            )


def _taken(db: Database, user: User, *, name: str, filter: controls.GapFilter) -> bytes:
    found = controls.plan(db, user, filter)
    documents = {id for one in found for id in one.document_ids}
    return taken(db, user, export.plan(name, found), f"plan.{name}", documents, len(found)).data
