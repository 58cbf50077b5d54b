"""What a person was shown of an item: its digest, and a token that makes a second click on one decision harmless.

Both are kept from the moment at which the evidence was drawn. If the item changes while somebody reads it, their
decision still carries what they saw, and is refused; only they say that they have looked again.
"""

from dataclasses import dataclass
from uuid import uuid4

import streamlit as st

SHOWN, VERDICT, STALE = "review-shown", "review-verdict", "review-stale"


@dataclass(frozen=True, slots=True)
class Shown:
    """`digest` is of the evidence as it was drawn first, which may be older than what is drawn now."""

    item_id: str
    digest: str
    token: str


def shown(item_id: str, digest: str) -> Shown:
    """What this person has been shown of the item; the first time, that is what is about to be drawn."""
    kept: Shown | None = st.session_state.get(SHOWN)
    if kept is None or kept.item_id != item_id:
        leave()
        kept = st.session_state[SHOWN] = Shown(item_id, digest, uuid4().hex)
    return kept


def look_again() -> None:
    """From now on what is drawn counts as seen; for a callback. What was about to be decided is dropped."""
    for name in (SHOWN, VERDICT, STALE):
        st.session_state.pop(name, None)


leave = look_again
