"""What the first screen says: counts, what waits for somebody, and the next dates. Every line leads somewhere."""

from typing import Any

import streamlit as st

from core import register
from core.types import DUTIES
from pages.parts import tables
from pages.parts.words import count, day, short

OBLIGATIONS, DOCUMENTS = "pages/obligations.py", "pages/documents.py"
# Field of the overview → the filter of the register that lists what it counts.
OURS: dict[str, Any] = {"modality": DUTIES, "bearer_kind": register.OURS, "applies": register.OUR_ANSWERS}
WHERE: dict[str, dict[str, Any]] = {
    "overdue": {"deadline": "overdue", "sort": "due", **OURS},
    "soon": {"deadline": "soon", "sort": "due", **OURS},
    "to_check": {"show": "check"},
    "reviews_due": {"deadline": "review", "sort": "next_review"},
    "orphaned": {"state": "orphaned"},
}


def counts(found: register.Overview) -> None:
    closed = found.by_status.get("met", 0) + found.by_status.get("not applicable", 0)
    closed += found.by_status.get("not an obligation", 0)
    numbers = {
        "Documents": found.documents,
        "Duties": found.duties,
        **_ours(found),
        "Critical": found.by_risk.get("critical", 0),
        "High": found.by_risk.get("high", 0),
        "In progress": found.by_status.get("in progress", 0),
        "Closed": closed,
    }
    for column, (name, number) in zip(st.columns(len(numbers)), numbers.items(), strict=True):
        column.metric(name, f"{number:,}", border=True)
    if found.former:
        st.caption(
            f"Of a document with several versions only the newest is counted; {count(found.former, 'former version')}"
            f" {'is' if found.former == 1 else 'are'} left out. What only shares its title is told apart under the"
            " document's Details."
        )


def _ours(found: register.Overview) -> dict[str, int]:
    """Nothing as long as nobody has said what the firm is: then no answer is known, and 0 would be read as one."""
    return {"Ours": found.by_applies.get("yes", 0)} if found.by_applies.keys() - {"unclear"} else {}


def attention(found: register.Overview) -> None:
    """Only what is there; nothing at all is good news and is said so."""
    lines = [
        (found.overdue, "overdue", OBLIGATIONS, WHERE["overdue"]),
        (found.soon, "due soon", OBLIGATIONS, WHERE["soon"]),
        (found.to_check, "to check", OBLIGATIONS, WHERE["to_check"]),
        (found.reviews_due, "with a review due", OBLIGATIONS, WHERE["reviews_due"]),
        (found.orphaned, "corrected but no longer found by the chosen analysis", OBLIGATIONS, WHERE["orphaned"]),
        (found.escalated, "escalated, waiting for a person", DOCUMENTS, {}),
        (found.awaiting_signature, "waiting for a signature on the data card", DOCUMENTS, {"status": "draft"}),
        (found.failed_jobs, "not imported", DOCUMENTS, {}),
    ]
    st.subheader("Needs attention", anchor=False)
    waiting = [line for line in lines if line[0]]
    if not waiting:
        st.success("Nothing waits for you.", icon=":material/check:")
    with st.container(gap=None, key="attention"):
        for number, what, page, where in waiting:
            noun = "document" if page == DOCUMENTS else "item" if what == "to check" else "obligation"
            st.page_link(
                page, label=f"**{count(number, noun)}** {what}", icon=":material/chevron_right:", query_params=where
            )


def deadlines(found: register.Overview) -> None:
    st.subheader("Next deadlines", anchor=False)
    if not found.next:
        st.caption(
            "No duty has a due date yet. Dates in the law count by themselves; for a period, enter the date of the"
            " event that starts it in the obligation's record."
        )
        return
    picked = tables.table(
        "next",
        [one.id for one in found.next],
        {
            "due": [day(one.due) for one in found.next],
            "risk": [[one.risk] for one in found.next],
            "what": [one.action for one in found.next],
            "path": [one.path for one in found.next],
            "document": [short(one.document) for one in found.next],
        },
        {
            "due": st.column_config.TextColumn("Due", width=92),
            "risk": tables.risk_column(),
            "what": st.column_config.TextColumn("What", width=240),
            "path": st.column_config.TextColumn("Place", width=90),
            "document": st.column_config.TextColumn("Document", width=156),
        },
        boxes=False,
    )
    if picked.id:
        document_id, _, obligation_id = picked.id.partition(".")
        st.switch_page("pages/document.py", query_params={"document": document_id, "obligation": obligation_id})
