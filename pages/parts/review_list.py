"""The approval queue as one list: a line is chosen by a click or by keys, boxes gather those that may be decided
together. See review_list.js beside this file."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.parts.choosing import choosing

_mount = choosing("review_list", "rv", "Approvals")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the queue, in words. Badges are (text, colour of the theme); `note` says who has it in hand.

    `digest` is of what the line stands for: a tick is of that, and gone when it changes.
    """

    id: str
    title: str
    about: str
    badges: tuple[tuple[str, str], ...]
    note: str = ""
    digest: str = ""
    tickable: bool = False


def review_list(
    key: str, lines: Sequence[Line], chosen: str | None, on_chosen: Callable[[str], object]
) -> tuple[tuple[str, str], ...]:
    """Draw it; gives id and digest of each ticked line, as they were when it was ticked.

    `on_chosen` gets the id of a clicked one before the page is drawn again.
    """

    def told() -> None:
        if found := st.session_state[key].chosen:
            on_chosen(found)

    state = _mount(
        key=key,
        data={"lines": [asdict(line) for line in lines], "chosen": chosen},
        default={"ticked": []},
        on_chosen_change=told,
        on_ticked_change=_nothing,
    )
    # What was decided or changed meanwhile has lost its tick: the script forgets it as well, and need not say so.
    here = {(line.id, line.digest) for line in lines if line.tickable}
    return tuple((id, digest) for id, digest in state.ticked or () if (id, digest) in here)


def _nothing() -> None:
    """Streamlit keeps a component's state only where a callback is named."""
