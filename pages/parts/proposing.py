"""Proposing another version of a prompt, and going back to a former one."""

import streamlit as st
from sqlite_utils import Database

from core import changes, identity, prompts
from core.types import User
from pages.parts import shell
from pages.parts.words import label, plain


@shell.dialog("Propose a version", width="large")
def propose(db: Database, user: User, subject: str, before: str, after: str) -> None:
    """The fields of a change record; what can be known is filled in."""
    st.markdown(f"**{plain(after)}** in place of {plain(before)}, for the task {plain(subject.partition(':')[2])}")
    with st.form("propose", border=False):
        change = st.text_area("What changes", prompts.named(after).changes, height=68)
        reason = st.text_area("Why", height=68)
        affected = st.text_input("Affected users and use cases", placeholder="Analysts who read with a model")
        level = st.selectbox("Risk level", changes.LEVELS, index=None, format_func=label, placeholder="Choose a level")
        left, right = st.columns(2)
        eval_before = left.text_input("Eval result before", placeholder="If there is one")
        eval_after = right.text_input("Eval result after", placeholder="If there is one")
        security = st.text_input("Security and privacy impact", placeholder="None: the same text, the same models")
        plan = st.text_input("Rollback plan", f"Go back to {before} on this page.")
        if st.form_submit_button("Propose it", type="primary"):
            changes.propose(
                db, user, subject, after, change=change, reason=reason, affected=affected, risk_level=level or "",
                security_impact=security, rollback_plan=plan, eval_before=eval_before, eval_after=eval_after,
            )  # fmt: skip
            shell.done("Proposed; a second person decides")


def going_back(db: Database, user: User, subject: str) -> None:
    """A button with the former versions and a reason behind it; nothing where there is none."""
    known = changes.former(db, user, subject)
    if not known:
        return
    allowed = identity.may(user, "changes.decide")
    with st.popover("Go back…", key=f"back-{subject}", disabled=not allowed, icon=":material/undo:"):
        st.markdown("At once, and recorded. What is taken out of use is proposed again to come back.")
        to = st.selectbox("To", known, key=f"back-to-{subject}")
        reason = st.text_area("Why", key=f"back-why-{subject}", height=68)
        if st.button("Go back to it", type="primary", key=f"back-now-{subject}"):
            changes.roll_back(db, user, subject, reason, to)
            shell.done(f"{to} is in use again")
