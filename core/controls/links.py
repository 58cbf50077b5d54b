"""What people say of an obligation and a control: this one meets it, in full or in part, or it does not.

A link is a value of the obligation's field "control:ID" in the register's overlay: its history shows it, its undo takes
it back, deleting the document deletes it, and what is carried over to another version takes it along. It is keyed by
the obligation's id, so a rerun keeps it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlite_utils import Database

from core import library, register
from core.controls import shelf
from core.controls.shelf import LINK
from core.errors import BadInput, Conflict, NotFound
from core.register import gestures
from core.register.fields import short
from core.register.gestures import Change
from core.register.rows import MOST_AT_ONCE, editable
from core.store import one, rows
from core.types import User

State = Literal["full", "part", "rejected"]
STATES: tuple[State, ...] = get_args(State)
SAID = {"full": "meets it", "part": "meets it in part", "rejected": "was rejected"}
ARE_LINKS = "overlay.field >= 'control:' and overlay.field < 'control;'"
# The id of an obligation as the register shows it, and that of a control.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """`id` is DOCUMENT.OBLIGATION; `state`: full, part or rejected; who said so, and when."""

    id: str
    control_id: str
    ref: str
    name: str
    library: str
    state: State
    note: str
    at: str
    by: str


def confirm(db: Database, user: User, pairs: Sequence[Pair], note: str = "", *, part: bool = False) -> int:
    """These controls meet these obligations (`part`: not wholly), as one gesture; gives how many links are new.

    What is confirmed already stays as it is. Conflict when somebody decided otherwise meanwhile: then none is made.
    """
    return _decide(db, user, pairs, "part" if part else "full", note, "Confirmed a control")


def reject(db: Database, user: User, pairs: Sequence[Pair], note: str = "") -> int:
    """These controls do not meet these obligations: they are not suggested again. As `confirm` otherwise."""
    return _decide(db, user, pairs, "rejected", note, "Rejected a control")


def link(db: Database, user: User, id: str, control: str, note: str = "", *, part: bool = False) -> None:
    """Link by hand, whatever was said before: a rejected control, or one that was never suggested."""
    chosen, value = shelf.control(db, user, control), _value("part" if part else "full", note)

    def say() -> list[Change]:
        [shown] = editable(db, user, id)
        return [Change(shown.document_id, shown.obligation_id, LINK + chosen.id, value)]

    gestures.make(db, user, "control", "Linked a control", say)


def unlink(db: Database, user: User, id: str, control: str) -> None:
    """Take a link or a rejection away; the control may be suggested again. NotFound when there is none."""
    chosen = shelf.control(db, user, control)

    def say() -> list[Change]:
        [shown] = editable(db, user, id)
        if _standing(db, shown.document_id, shown.obligation_id, chosen.id) is None:
            raise NotFound(f"Nothing was said of {chosen.ref} and this obligation; there is no link to take away.")
        return [Change(shown.document_id, shown.obligation_id, LINK + chosen.id, None)]

    gestures.make(db, user, "control", "Took a control away", say)


def links(db: Database, user: User, ids: Iterable[str] | None = None) -> list[Link]:
    """What was said of these obligations (None: of all), by obligation, the oldest first.

    Only with controls that are there: a library that was removed takes its links out of sight.
    """
    visible, allowed = library.visible(user)
    narrow, given = ("", []) if ids is None else (" and link.place in (select value from json_each(?))", [_places(ids)])
    found = rows(
        db,
        "select link.place as id, control.id as control_id, control.ref, control.name, library.name as library,"
        " json_extract(link.value, '$.state') as state, json_extract(link.value, '$.note') as note,"
        " gesture.made_at as at, gesture.user_id as by"
        f" from (select *, document_id || '.' || subject as place from overlay where {ARE_LINKS}"
        f" and document_id in (select id from document where {visible})) as link"
        " join gesture on gesture.id = link.gesture_id"
        " join control on control.tenant = ? and control.id = substr(link.field, 9)"
        " join control_library as library on library.tenant = control.tenant and library.id = control.library_id"
        f" where 1{narrow} order by link.place, link.gesture_id, control.ref",
        [*allowed, user.tenant, *given],
    )
    return [Link(**row) for row in found]


def _decide(db: Database, user: User, pairs: Sequence[Pair], state: State, note: str, title: str) -> int:
    wanted = list(dict.fromkeys(pairs))
    if not wanted:
        raise BadInput("Nothing was chosen; choose at least one obligation and control.")
    if len(wanted) > MOST_AT_ONCE:
        raise BadInput(f"{len(wanted):,} links are too many for one step; narrow the list to {MOST_AT_ONCE:,}.")
    known = {control.id: control for control in shelf.controls(db, user)}
    value, made = _value(state, note), 0

    def say() -> list[Change]:
        nonlocal made
        shown = {one.id: one for one in editable(db, user, [id for id, _ in wanted])}
        changes = []
        for id, control_id in wanted:
            if control_id not in known:
                raise NotFound("That control is gone meanwhile; reload the page.")
            row = register.row(db, user, id) if id not in shown else shown[id]
            before = _standing(db, row.document_id, row.obligation_id, control_id)
            if before and before["state"] != state:
                told = (
                    f"{before['by']} said on {before['at'][:10]} that {known[control_id].ref} {SAID[before['state']]}"
                )
                raise Conflict(f"{told}; look at it again, or take that away first.")
            if before is None:
                changes.append(Change(row.document_id, row.obligation_id, LINK + control_id, value))
        made = len(changes)
        return changes

    several = f" for {len(wanted)} obligations" if len(wanted) > 1 else ""
    gestures.make(db, user, "control", f"{title}{several}", say)
    return made


def _standing(db: Database, document_id: str, obligation_id: str, control_id: str) -> dict[str, str] | None:
    return one(
        db,
        "select json_extract(value, '$.state') as state, made_at as at, user_id as by"
        " from overlay join gesture on gesture.id = gesture_id where document_id = ? and subject = ? and field = ?",
        [document_id, obligation_id, LINK + control_id],
    )


def _value(state: State, note: str) -> dict[str, str]:
    return {"state": state, "note": short(note)}


def _places(ids: Iterable[str]) -> str:
    return json.dumps(list(ids))
