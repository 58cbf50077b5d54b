"""The lists of the law in the register: which rows are items under one lead-in."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from sqlite_utils import Database

from core import library, store
from core.register.rows import Row
from core.types import User

# Before each step of a path: "Article 13|(1)|(a)", "Annex I|, point 3".
STEPS = re.compile(r"(?=\(|, )")


@dataclass(frozen=True, slots=True)
class Items:
    """Rows next to each other that are items of one list; `lead_in` is "" for a row that is no item, or the only one.

    `path` is the place of the list: what the items' paths have in common.
    """

    lead_in: str
    path: str
    rows: tuple[Row, ...]


def items(db: Database, user: User, rows: Sequence[Row]) -> list[Items]:
    """The rows in their order, those of one list together."""
    leads = _lead_ins(db, user, rows)

    def place(row: Row) -> tuple[str, int | str]:
        return row.document_id, leads[row.id][0] if row.id in leads else row.id

    found = []
    for _, group in groupby(rows, key=place):
        together = tuple(group)
        lead_in = leads[together[0].id][1] if len(together) > 1 else ""
        found.append(Items(lead_in, _common([row.path for row in together]), together))
    return found


def _lead_ins(db: Database, user: User, rows: Sequence[Row]) -> dict[str, tuple[int, str]]:
    """Row id → where its lead-in starts, and its words; rows without one are left out."""
    visible, allowed = library.visible(user)
    pairs = json.dumps([[row.document_id, row.obligation_id] for row in rows])
    found = store.rows(
        db,
        "with wanted as (select value ->> 0 as document_id, value ->> 1 as obligation_id from json_each(?)),"
        " said as (select register.document_id, register.obligation_id, obligation -> '$.draft.lead_in' as lead_in"
        " from wanted join register using (document_id, obligation_id)"
        " join finding using (document_id, obligation_id, run_id)"
        " union all select wanted.document_id, wanted.obligation_id, value -> '$.obligation.draft.lead_in'"
        " from wanted join overlay on overlay.document_id = wanted.document_id"
        " and subject = obligation_id and field = 'made')"
        " select said.document_id || '.' || obligation_id as id, lead_in ->> 'start' as start,"
        " lead_in ->> 'text' as text from said join document on document.id = said.document_id"
        f" where lead_in ->> 'start' is not null and {visible}",
        [pairs, *allowed],
    )
    return {one["id"]: (one["start"], one["text"]) for one in found}


def _common(paths: Sequence[str]) -> str:
    """ "Article 13(1)(a)" and "Article 13(1)(b)" give "Article 13(1)": whole steps, not letters."""
    steps = zip(*(STEPS.split(path) for path in paths), strict=False)
    return "".join(step[0] for step in takewhile(lambda step: len(set(step)) == 1, steps)) or paths[0]
