"""Who owns a model and its vendor review, filled in on the page."""

from collections.abc import Sequence
from datetime import date

import streamlit as st
from sqlite_utils import Database

from core import llm
from core.types import User
from pages.parts import rights, shell
from pages.parts.words import count, plain

QUESTIONS = {
    "trains_on_data": "Trains on submitted text", "retention_and_deletion": "Retention and deletion",
    "processed_and_stored": "Processed and stored", "sso": "Single sign-on", "audit_logs": "Audit logs",
    "residency": "Residency", "dpa": "Data processing agreement", "private_networking": "Private networking",
    "availability": "Availability", "updates_announced": "Updates announced", "versions_pinned": "Versions pinned",
    "outage": "In an outage",
}  # fmt: skip


def form(db: Database, user: User, one: llm.Entry, listed: Sequence[llm.Entry]) -> None:
    """The owner, the day of the review and its answers, for this model or for all of its provider."""
    others = [other.name for other in listed if other.provider == one.provider and other.name != one.name]
    with (
        st.expander("Fill in the owner and the vendor review", icon=":material/fact_check:"),
        st.form(f"review-of-{one.name}", border=False),
    ):
        st.caption("The log has who said it. It does not change which text the model may see.")
        said = _answers(one)
        also = bool(others) and st.checkbox(
            f"The same for the other {count(len(others), 'model')} of {plain(one.provider)}", key=f"alike-{one.name}"
        )
        sure = st.form_submit_button("Save", type="primary", **rights.barred(user, "models.review"))
    if sure:
        changed = llm.save_review(db, user, [one.name], said)
        if also:  # what is left open here takes nothing away there
            changed += llm.save_review(db, user, others, {field: text for field, text in said.items() if text})
        shell.done(f"Saved for {count(changed, 'model')}" if changed else "Nothing was changed")


def _answers(one: llm.Entry) -> dict[str, str]:
    left, right = st.columns(2)
    owner = left.text_input(
        "Owner", value=llm.answer(one, "owner"), key=f"owner-{one.name}", placeholder="Who answers for this model",
    )  # fmt: skip
    day = right.date_input("Reviewed on", value=one.review_date, key=f"reviewed-{one.name}")
    said = {"owner": owner, "review_date": day.isoformat() if isinstance(day, date) else ""}
    for number, (field, question) in enumerate(QUESTIONS.items()):
        said[field] = (left, right)[number % 2].text_input(
            question, value=llm.answer(one, field), key=f"{field}-{one.name}", placeholder="Not reviewed yet",
        )  # fmt: skip
    return said
