"""Change records: those that wait for a decision, with what differs and the buttons, and those that are decided."""

import streamlit as st
from sqlite_utils import Database

from core import changes, identity, prompts, switches
from core.types import User
from pages.parts import shell
from pages.parts.prompt_diff import side_by_side
from pages.parts.words import RISKS, badge, count, label, plain, when, who

STATES = {"proposed": "blue", "approved": "green", "rejected": "red", "withdrawn": "gray"}
KINDS = {"rollback": ("Gone back", "orange"), "stop": ("Stopped", "red"), "start": ("Started", "green")}
FIELDS = (
    ("Change", "change"), ("Reason", "reason"), ("Affected users and use cases", "affected"),
    ("Eval result before", "eval_before"), ("Eval result after", "eval_after"),
    ("Security and privacy impact", "security_impact"), ("Rollback plan", "rollback_plan"),
    ("Reason of the decision", "decision_reason"),
)  # fmt: skip
LATEST = 20


def told(db: Database, user: User) -> None:
    """One line above everything else: that something further down waits."""
    if found := _waiting(db, user):
        number = count(len(found), "proposal")
        st.markdown(f"{badge(number, 'blue')} waiting for a decision, further down on this page")


def _waiting(db: Database, user: User) -> list[changes.Record]:
    return [one for one in changes.records(db, user) if one.state == "proposed"]


def waiting(db: Database, user: User) -> None:
    found = _waiting(db, user)
    if found:
        st.subheader("Waiting for a decision", anchor=False)
    if identity.alone(user) and any(one.author == user.id for one in found):
        st.info(plain(changes.ALONE), icon=":material/group:")
    for one in found:
        with st.container(border=True, key=f"record-{one.id}"):
            st.markdown(_line(one, user))
            _fields(one)
            _difference(one)
            _buttons(db, user, one)


def decided(db: Database, user: User) -> None:
    found = [one for one in changes.records(db, user) if one.state != "proposed"]
    if not found:
        return
    st.subheader("Change records", anchor=False)
    for one in found[:LATEST]:
        with st.expander(_line(one, user), key=f"record-{one.id}"):
            _fields(one)
            st.caption(_history(one, user))
    if len(found) > LATEST:
        st.caption(f"The latest {LATEST} of {len(found):,}; `python -m core changes list` prints all of them.")


def _line(one: changes.Record, user: User) -> str:
    said, colour = KINDS.get(one.kind, (label(one.state), STATES[one.state]))
    kind, _, name = one.subject.partition(":")
    what = f"{plain(one.before or '')} → {plain(one.after or '')}" if kind == "prompt" else plain(name)
    # As proposed or done by whom; who decided stands among the fields.
    return f"{badge(said, colour)} **No. {one.number}** · {what} · {_author(one, user)}, {when(one.proposed_at)}"


def _fields(one: changes.Record) -> None:
    risk = f"| Risk level | {badge(label(one.risk_level), RISKS[one.risk_level])} |" if one.risk_level else ""
    rows = [f"| {title} | {plain(value)} |" for title, name in FIELDS if (value := getattr(one, name))]
    with st.container(key=f"facts-record-{one.id}"):
        st.markdown("\n".join(["| | |", "|---|---|", *filter(None, [rows[0], risk, *rows[1:]])]))


def _history(one: changes.Record, user: User) -> str:
    by = f" by {plain(who(one.approver_name or one.approver, user))}" if one.approver else ""
    at_once = "At once, by one person" if one.kind != "change" else f"{label(one.state)}{by}, {when(one.decided_at)}"
    file = f" · SHA-256 of the file `{one.digest[:16]}…`" if one.digest else ""
    return f"{at_once} · record `{one.id}`{file}"


def _author(one: changes.Record, user: User) -> str:
    return "you" if one.author == user.id and not identity.alone(user) else plain(one.author_name)


def _difference(one: changes.Record) -> None:
    with st.expander("What differs"), shell.guarded():
        side_by_side(prompts.named(one.before or ""), prompts.named(one.after or ""))


def _buttons(db: Database, user: User, one: changes.Record) -> None:
    used = switches.in_use(db, one.subject)
    overtaken = used != one.before
    if overtaken:
        st.warning(
            f"Meanwhile {plain(used or '')} is in use: this can only be rejected, or withdrawn and proposed anew."
        )
    with st.container(horizontal=True):
        if one.author == user.id:
            _withdrawing(db, user, one)
        elif identity.may(user, "changes.decide"):
            _deciding(db, user, one, approve=True, disabled=overtaken)
            _deciding(db, user, one, approve=False)
        else:
            st.caption(f"It is decided by somebody who is {identity.who_may('changes.decide')}.")


def _withdrawing(db: Database, user: User, one: changes.Record) -> None:
    with st.popover("Withdraw…", key=f"withdraw-{one.id}"):
        reason = st.text_area("Why (may stay empty)", key=f"withdraw-why-{one.id}", height=68)
        if st.button("Withdraw it", key=f"withdraw-now-{one.id}"):
            changes.withdraw(db, user, one.id, reason)
            shell.done("Withdrawn")


def _deciding(db: Database, user: User, one: changes.Record, *, approve: bool, disabled: bool = False) -> None:
    act = "Approve" if approve else "Reject"
    with st.popover(f"{act}…", key=f"{act}-{one.id}", disabled=disabled):
        reason = st.text_area("Why", key=f"{act}-why-{one.id}", height=68)
        after = "It is in use from this moment on." if approve else "What is in use stays in use."
        st.caption(after)
        if st.button(f"{act} it", key=f"{act}-now-{one.id}", type="primary" if approve else "secondary"):
            changes.decide(db, user, one.id, approve, reason)
            shell.done(f"{one.after} is in use" if approve else "Rejected")
