"""One obligation with everything known of it: the reading, the compliance record, corrections, history."""

from collections.abc import Callable

import streamlit as st
from sqlite_utils import Database

from core import controls, register
from core.types import User
from pages.parts import correcting, deciding, evidence, reading, rights, shell
from pages.parts.words import badge, day, label, plain, short, when, who


def record(db: Database, user: User, id: str, *, link: bool = False, buttons: Callable[[], None] | None = None) -> None:
    """The panel. `link` adds the way to its place in the source; `buttons` are drawn at the end of its first line."""
    found = register.record(db, user, id)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="record-heading"):
        reading.heading(found.row)
        if buttons:
            buttons()
    if link:
        _link(found.row)
    reading.quote(found)
    tabs = st.tabs(["Reading", "Record", "Correct", "History"], key="record-tab", on_change="rerun")
    bodies = (_reading, _compliance, correcting.form, _history)
    for tab, body in zip(tabs, bodies, strict=True):
        if tab.open:
            with tab:
                body(db, user, found)


def _link(row: register.Row) -> None:
    st.page_link(
        "pages/document.py",
        label=f"{f'Page {row.page} of ' if row.page else ''}{plain(short(row.document))}",
        icon=":material/article:",
        query_params={"document": row.document_id, "obligation": row.obligation_id},
    )


def _reading(db: Database, user: User, found: register.Record) -> None:
    reading.facts(found)
    with st.expander("Explain this reading", expanded=found.row.doubtful):
        reading.explanation(found)
    with st.container(horizontal=True, key="decide"):
        if not found.row.accepted and st.button(
            "Accept",
            key="accept",
            **rights.barred(user, "register.edit", "The reading is right"),
            icon=":material/check:",
        ):
            register.accept(db, user, found.row.id)
            shell.done("Accepted")
        if found.row.status != "not an obligation" and st.button(
            "Not an obligation", key="reject", **rights.barred(user, "register.edit")
        ):
            register.set_status(db, user, found.row.id, "not an obligation")
            shell.done("Marked as not an obligation")
        correcting.split(db, user, found)


def _compliance(db: Database, user: User, found: register.Record) -> None:
    row = found.row
    # What stands is in the keys: after an undo the form shows what stands again, and not what was typed before.
    key = f"{row.id}-{hash((row.status, row.owner, row.reason, row.next_review, row.anchor_date))}"
    with st.form(f"record-{row.id}", border=False):
        left, right = st.columns(2)
        status = left.selectbox(
            "Status", register.STATUSES, register.STATUSES.index(row.status), key=f"status-{key}", format_func=label
        )
        owner = right.text_input("Owner", row.owner, key=f"owner-{key}")
        reason = left.text_input("Reason", row.reason, key=f"reason-{key}", help="Needed for: not applicable")
        review = right.date_input("Next review", row.next_review, key=f"review-{key}", format="YYYY-MM-DD")
        anchor: object = row.anchor_date
        if row.iso8601 and row.deadline_kind in ("period", "recurrence", "retention", "other"):
            event = f" ({plain(row.anchor)})" if row.anchor else ""
            anchor = left.date_input(
                f"Date of the event{event}", row.anchor_date, key=f"anchor-{key}", format="YYYY-MM-DD"
            )
            right.markdown(f"Due\n\n{f'**{day(row.due)}**' if row.due else ':gray[once the event has a date]'}")
        if st.form_submit_button("Save", type="primary", **rights.barred(user, "register.edit")):
            with shell.guarded():
                _save(db, user, row, status, owner, reason, str(review or ""), str(anchor or ""))
    _controls(db, user, row)
    evidence.evidence(db, user, found)
    evidence.comments(db, user, found)


def _controls(db: Database, user: User, row: register.Row) -> None:
    """Which controls meet it, as people said, and the way to where that is decided."""
    st.markdown("**Controls**")
    said = controls.links(db, user, [row.id])
    for one in said:
        name, colour = deciding.STATES[one.state]
        st.markdown(f"{badge(name, colour)} **{plain(one.ref)}** {plain(one.name)}")
    with st.container(horizontal=True, vertical_alignment="center", key="record-controls"):
        if not said:
            st.markdown(":gray[No control yet.]", width="content")
        st.page_link(
            "pages/controls.py", label="Decide in Controls", icon=":material/verified_user:",
            query_params={"show": "gaps", "document": row.document_id, "obligation": row.id},
        )  # fmt: skip


def _save(
    db: Database, user: User, row: register.Row, status: str, owner: str, reason: str, review: str, anchor: str
) -> None:
    due = register.save_record(
        db, user, row.id, status=status, reason=reason, owner=owner, next_review=review or None,
        anchor_date=anchor or None,
    )  # fmt: skip
    shell.done(f"Saved; due {day(due)}" if due and due != row.due else "Saved")


def _history(db: Database, user: User, found: register.Record) -> None:
    if not found.history:
        st.markdown("Nobody has changed anything yet.")
        return
    engine = register.values(found.found)
    lines = ["| When | Who | What |", "|---|---|---|"]
    for event in reversed(found.history):
        by, undone = who(event.by, user), who(event.undone_by or "", user)
        said = _told(event, engine)
        said = f"~~{said}~~ :gray[undone by {plain(undone)}]" if event.undone_at else said
        lines.append(f"| {when(event.at)} | {plain(by)} | {said} |")
    with st.container(key="history"):
        st.markdown("\n".join(lines))


def _told(event: register.Event, engine: dict[str, str]) -> str:
    said = plain(event.title)
    if event.field in register.FIELDS:
        before, after = (engine[event.field] if value is None else value for value in (event.old, event.new))
        # One gesture may correct several fields; of one that carried them over, the title says that.
        named = said if event.source else f"Corrected the {event.field.replace('_', ' ')}"
        return f"{named}: “{_short(before)}” → “{_short(after)}”"
    if event.field in ("status", "owner", "next_review", "reason"):
        return f"{label(event.field)}: {_short(event.new) or 'taken away'}"
    if event.field == "anchor_date":
        return f"Date of the event: {_short(event.new and event.new['date']) or 'taken away'}"
    if event.field.startswith(("comment:", "evidence:")):
        value = event.new or event.old
        return f"{said}: {_short(value['text'] if isinstance(value, dict) else value)}"
    return said


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return plain(text if len(text) <= 80 else text[:79] + "…")
