"""The obligations of the open page or place as one list: a row is chosen by a click or by keys, and the chosen one is
always in view. See obligation_list.js beside this file."""

from collections.abc import Callable, Sequence

import streamlit as st

from core import register
from core.types import DUTIES
from pages.parts.choosing import choosing
from pages.parts.words import BEARERS, MODALITIES, RISKS, label, must

_mount = choosing("obligation_list", "ob", "Obligations here")


def obligation_list(
    key: str, rows: Sequence[register.Row], chosen: str | None, on_chosen: Callable[[str], object]
) -> None:
    """Draw it; `on_chosen` gets the id of the obligation that was clicked, before the page is drawn again."""

    def told() -> None:
        if found := st.session_state[key].chosen:
            on_chosen(found)

    _mount(
        key=key,
        data={"rows": [_line(row) for row in rows], "chosen": chosen},
        on_chosen_change=told,
    )


def _line(row: register.Row) -> dict[str, str]:
    duty = row.modality in DUTIES
    return {
        "id": row.obligation_id,
        "place": row.path,
        "chip": label(row.risk if duty else row.modality),
        "colour": RISKS[row.risk] if duty else MODALITIES[row.modality],
        "who": row.bearer or BEARERS[row.bearer_kind],
        "what": must(row.modality, row.action) or row.quote,
    }
