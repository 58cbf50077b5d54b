"""What was said and decided on a request so far, what is still needed, and a line to say more."""

from collections.abc import Mapping

import streamlit as st
from sqlite_utils import Database

from core import review
from core.types import User
from pages.parts import review_versions, shell
from pages.parts.review_words import VERDICTS, needed
from pages.parts.words import badge, plain, when

Names = Mapping[str, str]
# An acceptance of somebody who was disabled, or lost the role, since.
GONE = "does not count: they may not decide any more"


def decisions(found: review.Evidence, names: Names) -> None:
    """Who decided what, and what the policy still asks for."""
    if not found.decisions and found.item.state not in review.PENDING:
        return
    st.markdown("**Decisions**")
    for one in found.decisions:
        done, colour = VERDICTS[one.verdict][1:]
        roles = f" ({plain(', '.join(one.roles))})" if one.roles else ""
        older = "" if one.digest == found.digest else " :gray[on a former version]"
        counted = one.verdict == "accept" and one.digest == found.digest and found.item.state in review.PENDING
        gone = f" :orange[{GONE}]" if counted and not one.stands else ""
        against = " :orange[against the evidence]" if one.override else ""
        why = f"\n\n> {plain(one.reason)}" if one.reason else ""
        by = plain(names.get(one.reviewer, one.reviewer))
        st.markdown(f"{badge(done, colour)} {by}{roles} :gray[{when(one.decided_at)}]{older}{gone}{against}{why}")
    if found.item.state in review.PENDING:
        left = needed(found.accepted, found.rule.approvers, found.lacking)
        st.markdown(f":gray[{found.accepted} of {found.rule.approvers} accepted; it still needs {plain(left)}.]")


def asked_for(found: review.Evidence, names: Names) -> None:
    """What a reviewer wants changed, above the form to change it."""
    if found.item.state != "change_requested":
        return
    for one in found.decisions[-1:]:
        by = plain(names.get(one.reviewer, one.reviewer))
        st.markdown(f"{badge('Change requested', 'orange')} {by} :gray[{when(one.decided_at)}]")
        st.markdown(f"> {plain(one.reason)}")


def versions(found: review.Evidence, names: Names) -> None:
    """What was asked for, as each person wrote it: two of the versions side by side."""
    if len(found.versions) < 2:
        return
    known = {one.number: one for one in found.versions}
    with st.expander(f"Versions ({len(known)})", expanded=True):
        numbers = list(known)[:-1]
        old = known[numbers[-1]]
        if len(numbers) > 1:
            chosen = st.selectbox(
                "Compare the last one with", numbers, len(numbers) - 1, key=f"version-{found.item.id}-{len(known)}",
                format_func=lambda number: f"Version {number}", width=260,
            )  # fmt: skip
            old = known[chosen]
        new = found.versions[-1]
        heads = tuple(
            f"Version {one.number}, {names.get(one.made_by, one.made_by)}, {when(one.made_at)}" for one in (old, new)
        )
        review_versions.side_by_side(review_versions.differences(old.actions, new.actions), (heads[0], heads[1]))


def changed(found: review.Evidence) -> None:
    """What is different since it was asked for: a correction, another reading, another policy."""
    if not found.changed:
        return
    with st.expander(f"Changed since it was asked for ({len(found.changed)})", expanded=True):
        review_versions.side_by_side(found.changed, ("When it was asked for", "Now"))


def comments(db: Database, user: User, found: review.Evidence, names: Names) -> None:
    """What people said beside their decisions; a reason that stands with its decision is not said twice."""
    st.markdown("**Comments**")
    decided = {one.reason for one in found.decisions}
    for one in found.remarks:
        if one.kind == "reason" and one.text in decided:
            continue
        by = plain(names.get(one.user_id, one.user_id))
        st.markdown(f"{plain(one.text)} :gray[{by}, {when(one.at)}]")
    key = f"{found.item.id}-{len(found.remarks)}"
    with st.form(f"comment-{key}", border=False, clear_on_submit=True):
        field, button = st.columns([3, 1], vertical_alignment="bottom")
        text = field.text_input(
            "Comment", key=f"comment-text-{key}", placeholder="@name tells somebody", label_visibility="collapsed"
        )
        if button.form_submit_button("Comment", width="stretch") and text:
            with shell.guarded():
                review.comment(db, user, found.item.id, text)
                shell.done("Commented")
