"""What a person does in one go is one gesture: kept with what it replaced, shown in the history, undone as a whole.

Everything people say (a corrected field, a status, a comment, an obligation added by hand) is a value of a field of a
subject: an obligation, a lead, or '' for the document itself. `overlay` has the latest values, `change` all of them.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core import audit, library
from core.errors import Conflict
from core.identity import require
from core.register import derived
from core.register.codec import compact
from core.register.rows import editable
from core.store import Row, now, one, rows, write
from core.types import User

Say = Callable[[], Sequence["Change"]]
# A gesture that carries over what was said in another version, and its field that keeps who said it first.
CARRY, CARRIED = "carry", "carried"
# Kinds of gestures that are work on controls; all others are work on the register.
OF_CONTROLS = ("control", "plan")


@dataclass(frozen=True, slots=True)
class Change:
    """A new value of a field; None removes it. `value` is anything that JSON can hold."""

    document_id: str
    subject: str
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Event:
    """A line of history: who set which field from what to what, and whether it was taken back since.

    Of what was carried over from another version: who said it there first and when, and that document's id.
    """

    gesture_id: int
    kind: str
    title: str
    at: str
    by: str
    subject: str
    field: str
    old: Any
    new: Any
    undone_at: str | None = None
    undone_by: str | None = None
    said_at: str = ""
    said_by: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back; `ids` as the register shows them."""

    kind: str
    title: str
    made_at: str
    ids: tuple[str, ...]


def make(db: Database, user: User, kind: str, title: str, say: Say) -> None:
    """One gesture in one write. `say` runs inside it, so what it checks still holds when its changes are kept.

    What would change nothing leaves no gesture. `title` must hold no document text. NotAllowed unless the user may
    work on the register, or on controls.
    """
    require(user, _permission(kind))
    with write(db):
        keep(db, user, kind, title, say())


def keep(db: Database, user: User, kind: str, title: str, changes: Iterable[Change]) -> None:
    """`make` inside a write that the caller has opened."""
    require(user, _permission(kind))
    changes = [change for change in changes if _differs(db, change)]
    if not changes:
        return
    db.execute("insert into gesture (user_id, kind, title, made_at) values (?, ?, ?, ?)", [user.id, kind, title, now()])
    number = int(db.execute("select last_insert_rowid()").fetchone()[0])
    for change in changes:
        _keep(db, number, change)
    _derive(db, changes)
    _log(db, user, "changed", number, kind, changes)


def set_values(
    db: Database, user: User, ids: str | Sequence[str], kind: str, title: str, values: Mapping[str, Any]
) -> None:
    """The same values of the same fields for each of `ids`, as one gesture."""

    def say() -> list[Change]:
        return [
            Change(shown.document_id, shown.obligation_id, field, value)
            for shown in editable(db, user, ids)
            for field, value in values.items()
        ]

    several = not isinstance(ids, str) and len(ids) > 1
    make(db, user, kind, f"{title} for {len(ids)} obligations" if several else title, say)


def undo(db: Database, user: User) -> Undone:
    """Take back this user's last gesture, whatever it was. Conflict when there is none or somebody built on it."""
    require(user, "register.edit")
    condition, parameters = library.visible(user)
    with write(db):
        gesture = one(
            db,
            "select * from gesture where user_id = ? and undone_at is null"
            " and exists (select 1 from change where gesture_id = gesture.id) order by id desc limit 1",
            [user.id],
        )
        if gesture is None:
            raise Conflict("There is nothing of yours to undo.")
        changes = rows(
            db,
            "select change.* from change join document on document.id = change.document_id"
            f" where gesture_id = ? and {condition}",
            [gesture["id"], *parameters],
        )
        total = db.execute("select count(*) from change where gesture_id = ?", [gesture["id"]]).fetchone()[0]
        if len(changes) != total:
            raise Conflict(f"“{gesture['title']}” cannot be undone: it touched documents that you may no longer see.")
        _refuse_if_built_on(db, gesture, changes)
        for change in changes:
            _put(db, change["document_id"], change["subject"], change["field"], change["old"], change["old_gesture_id"])
        db.execute(
            "update gesture set undone_at = ?, undone_by = ? where id = ? and undone_at is null",
            [now(), user.id, gesture["id"]],
        )
        taken = [Change(c["document_id"], c["subject"], c["field"], None) for c in changes]
        _derive(db, taken)
        _log(db, user, "undone", gesture["id"], gesture["kind"], taken)
    ids = dict.fromkeys(f"{change['document_id']}.{change['subject']}" for change in changes if change["subject"])
    return Undone(gesture["kind"], gesture["title"], gesture["made_at"], tuple(ids))


def events(db: Database, document_id: str, subject: str) -> list[Event]:
    """Oldest first. The caller has checked that the user may see the document."""
    found = rows(
        db,
        "select gesture_id, kind, title, made_at as at, user_id as by, subject, field, old, new, undone_at, undone_by"
        " from change join gesture on gesture.id = change.gesture_id where document_id = ? and subject = ?"
        " order by gesture_id, change.rowid",
        [document_id, subject],
    )
    carried = {row["gesture_id"]: _value(row["new"]) or {} for row in found if row["field"] == CARRIED}
    return [
        Event(
            **{
                **row,
                **_origin(carried.get(row["gesture_id"], {}), row["field"]),
                "old": _value(row["old"]),
                "new": _value(row["new"]),
            }
        )
        for row in found
        if row["field"] != CARRIED
    ]


def _origin(carried: Mapping[str, Any], field: str) -> dict[str, str]:
    said = carried.get("said", {}).get(field)
    return {"said_at": said["at"], "said_by": said["by"], "source": carried["document"]} if said else {}


def entries(db: Database, document_id: str, subject: str, kind: str) -> list[tuple[str, Any, str, str]]:
    """(id, value, when, who) of the comments or the evidence that stand, oldest first.

    Of those carried over from another version: when and by whom it was said there.
    """
    found = rows(
        db,
        "select field, value, gesture.kind, made_at, user_id from overlay join gesture on gesture.id = gesture_id"
        " where document_id = ? and subject = ? and field glob ? order by gesture_id",
        [document_id, subject, f"{kind}:*"],
    )
    carried = _standing(db, document_id, subject, CARRIED)
    said = json.loads(carried["value"])["said"] if carried else {}
    told = []
    for row in found:
        first = said.get(row["field"]) if row["kind"] == CARRY else None
        at, by = (first["at"], first["by"]) if first else (row["made_at"], row["user_id"])
        told.append((row["field"].partition(":")[2], json.loads(row["value"]), at, by))
    return sorted(told, key=lambda entry: entry[2])


def _differs(db: Database, change: Change) -> bool:
    old = _standing(db, change.document_id, change.subject, change.field)
    return (old["value"] if old else None) != _text(change.value)


def _keep(db: Database, number: int, change: Change) -> None:
    place = (change.document_id, change.subject, change.field)
    old = _standing(db, *place) or {"value": None, "gesture_id": None}
    db.execute(
        "insert into change (document_id, subject, field, gesture_id, old, new, old_gesture_id)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        [*place, number, old["value"], _text(change.value), old["gesture_id"]],
    )
    _put(db, *place, _text(change.value), number)


def _standing(db: Database, *place: str) -> Row | None:
    return one(
        db, "select value, gesture_id from overlay where document_id = ? and subject = ? and field = ?", list(place)
    )


def _put(db: Database, document_id: str, subject: str, field: str, value: str | None, number: int | None) -> None:
    place = [document_id, subject, field]
    if value is None:
        db.execute("delete from overlay where document_id = ? and subject = ? and field = ?", place)
    else:
        db.execute(
            "insert into overlay (document_id, subject, field, value, gesture_id) values (?, ?, ?, ?, ?)"
            " on conflict do update set value = excluded.value, gesture_id = excluded.gesture_id",
            [*place, value, number],
        )


def _refuse_if_built_on(db: Database, gesture: Row, changes: Iterable[Row]) -> None:
    """A value set since is somebody's work, and so is anything said of an obligation that this gesture made."""
    for change in changes:
        later = one(
            db,
            "select change.field, user_id, made_at from change join gesture on gesture.id = change.gesture_id"
            " where document_id = ? and subject = ? and (field = ? or ? = 'made') and gesture_id > ?"
            " and undone_at is null order by gesture_id desc limit 1",
            [change["document_id"], change["subject"], change["field"], change["field"], gesture["id"]],
        )
        if later:
            field = later["field"].partition(":")[0].replace("_", " ")
            raise Conflict(
                f"“{gesture['title']}” cannot be undone: {later['user_id']} set the {field} at {later['made_at']};"
                " change it by hand instead."
            )


def _permission(kind: str) -> str:
    return "controls.edit" if kind in OF_CONTROLS else "register.edit"


def _log(db: Database, user: User, done: str, number: int, kind: str, changes: Sequence[Change]) -> None:
    """One row for a gesture, however many values it set."""
    documents = {change.document_id for change in changes}
    places = {f"{change.document_id}.{change.subject}" for change in changes if change.subject}
    room = _permission(kind).partition(".")[0]
    subject = f"obligation:{places.pop()}" if len(places) == 1 else f"gesture:{number}"
    audit.append(
        db, user, f"{room}.{done}", subject, document_id=documents.pop() if len(documents) == 1 else None,
        gesture=number, kind=kind, values=len(changes),
    )  # fmt: skip


def _derive(db: Database, changes: Iterable[Change]) -> None:
    touched: dict[str, set[str]] = {}
    for change in changes:
        touched.setdefault(change.document_id, set()).add(change.subject)
    for document_id, subjects in touched.items():
        # A value of the document itself (its chosen run) decides about every row.
        derived.derive(db, document_id, None if "" in subjects else subjects)


def _text(value: Any) -> str | None:
    return None if value is None else compact(value)


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text)
