"""A request for a decision: its row, what it asks for, and the one way in which its state moves."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from core import audit, library
from core.errors import NotFound
from core.review.table import CLOSED, State, TransitionError, require_step, said
from core.store import Row, now, one, rows, stamp
from core.types import Action, RiskLevel, User


@dataclass(frozen=True, slots=True)
class Item:
    """`number` is how people name it. `requester` asked for it, `prepared_by` put it together; see migrations.review.

    `actions` is what is asked for now, as the latest version says it. Times are UTC ISO 8601.
    """

    number: int
    id: str
    tenant: str
    document_id: str
    run_id: str
    title: str
    risk: RiskLevel
    state: State
    version: int
    digest: str
    rule: str
    prepared_by: str
    prepared_at: str
    requester: str | None
    submitted_at: str | None
    due_at: str | None
    expires_at: str | None
    claimed_by: str | None
    claimed_until: str | None
    escalated_at: str | None
    decided_at: str | None
    changed_at: str
    actions: tuple[Action, ...] = ()

    @property
    def subject(self) -> str:
        return f"item:{self.id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request will say once it is kept, as far as it is decided on."""

    document_id: str
    actions: tuple[Action, ...]
    version: int = 1
    requester: str | None = None
    submitted_at: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What was asked for, as one person wrote it."""

    number: int
    actions: tuple[Action, ...]
    made_by: str
    made_at: str


ID_LETTERS = 16
COLUMNS = ", ".join(f"item.{field.name}" for field in fields(Item) if field.name != "actions")


def item(db: Database, user: User, item_id: str) -> Item:
    """By its id, or by its number. NotFound when there is none or the user may not see its document."""
    condition, parameters = library.visible(user)
    named = "number" if item_id.isdecimal() and len(item_id) < ID_LETTERS else "id"
    row = one(
        db,
        f"select {COLUMNS} from item join document on document.id = item.document_id"
        f" where item.{named} = ? and item.tenant = ? and {condition}",
        [item_id, user.tenant, *parameters],
    )
    if row is None:
        raise NotFound("There is no such request, or you may not see its document; go back to the list.")
    return with_content(db, row)


def with_content(db: Database, row: Row) -> Item:
    return Item(**row, actions=content(db, row["id"], row["version"]))


def content(db: Database, item_id: str, version: int) -> tuple[Action, ...]:
    """The actions of one version."""
    row = one(db, "select content from item_version where item_id = ? and number = ?", [item_id, version])
    return loaded(row["content"]) if row else ()


def versions(db: Database, user: User, item_id: str) -> list[Version]:
    """Each version of what was asked for, the first one first."""
    found = item(db, user, item_id)
    sql = "select number, content, made_by, made_at from item_version where item_id = ? order by number"
    return [
        Version(row["number"], loaded(row["content"]), row["made_by"], row["made_at"])
        for row in rows(db, sql, [found.id])
    ]


def titles(db: Database, user: User, ids: Iterable[str]) -> dict[str, str]:
    """Request id → title, of those whose document the user may see."""
    condition, parameters = library.visible(user)
    sql = (
        "select item.id, item.title from item join document on document.id = item.document_id"
        f" where item.id in (select value from json_each(?)) and item.tenant = ? and {condition}"
    )
    wanted = json.dumps(sorted(set(ids)))
    return {row["id"]: row["title"] for row in rows(db, sql, [wanted, user.tenant, *parameters])}


def ids(db: Database, user: User, beginning: str) -> list[str]:
    """The ids that begin so, of what the user may see."""
    condition, parameters = library.visible(user)
    sql = (
        "select item.id from item join document on document.id = item.document_id"
        f" where item.id >= ? and item.id < ? and item.tenant = ? and {condition}"
    )
    # "g" sorts after every hex digit.
    return [row["id"] for row in rows(db, sql, [beginning, f"{beginning}g", user.tenant, *parameters])]


def digests(db: Database, user: User, item_id: str) -> list[str]:
    """Of everything that was ever shown of a request."""
    found = item(db, user, item_id)
    return [row["digest"] for row in rows(db, "select digest from item_shown where item_id = ?", [found.id])]


def authors(db: Database, found: Item) -> set[str]:
    """Everybody who asked for it, wrote a version of it or corrected what it rests on since: none decides on it."""
    sql = "select made_by from item_version where item_id = ?"
    written = {row["made_by"] for row in rows(db, sql, [found.id])}
    asked = {found.prepared_by} | ({found.requester} if found.requester else set())
    return written | asked | _correctors(db, found)


def _correctors(db: Database, found: Item) -> set[str]:
    """Whoever changed a duty that it rests on since it was asked for, unless it was undone. Comments change nothing."""
    duties = json.dumps([id for action in found.actions for id in action.obligation_ids])
    sql = (
        "select distinct gesture.user_id from change join gesture on gesture.id = gesture_id where document_id = ?"
        " and subject in (select value from json_each(?)) and gesture.made_at > ? and undone_at is null"
        " and field not like 'comment:%'"
    )
    return {
        row["user_id"] for row in rows(db, sql, [found.document_id, duties, found.submitted_at or found.prepared_at])
    }


def loaded(content: str) -> tuple[Action, ...]:
    return tuple(Action(**{**plain, "obligation_ids": tuple(plain["obligation_ids"])}) for plain in json.loads(content))


def dumped(actions: Sequence[Action]) -> str:
    return json.dumps([asdict(action) for action in actions], ensure_ascii=False)


def later(moment: str, **length: int) -> str:
    """So much after a moment (days, hours, minutes), written the same way."""
    return stamp((datetime.fromisoformat(moment) + timedelta(**length)).timestamp())


def until(moment: str) -> str:
    """A moment as a sentence says it: "14:05 UTC"."""
    return f"{moment[11:16]} UTC"


# --- inside a write ---------------------------------------------------------------------------------------------


def move(
    db: Database, user: User, found: Item, step: str, values: Mapping[str, Any] | None = None, **details: Any
) -> Item:
    """Take a step of the table, with its row of the log, inside the write of the caller; gives the item after it.

    `values` are columns set with it. TransitionError when the table does not allow the step, or somebody else moved
    the item since it was read. The caller has checked who may.
    """
    after = require_step(step, found.state, found.number).after
    changed = put(db, found, **{**(values or {}), "state": after})
    note(db, user, changed, after, step=step, before=found.state, after=after, **details)
    return changed


def put(db: Database, found: Item, **values: Any) -> Item:
    """Set columns of an item, guarded by its state, version and digest as they were read; gives it as it is then."""
    values = {**values, "changed_at": now()}
    if values.get("state", found.state) != found.state:
        values |= {"claimed_by": None, "claimed_until": None}
    columns = ", ".join(f"{name} = ?" for name in values)
    moved = db.execute(
        f"update item set {columns} where id = ? and state = ? and version = ? and digest = ?",
        [*values.values(), found.id, found.state, found.version, found.digest],
    ).rowcount
    if moved != 1:
        raise TransitionError(f"Request {found.number} changed, or is no longer {said(found.state)}; look at it again.")
    if values.get("state") in CLOSED:
        db.execute("update item_action set open = 0 where item_id = ?", [found.id])
    return replace(found, **values)


def unguarded(db: Database, where: str, given: Sequence[Any]) -> list[Item]:
    """Items of every tenant, for what the program does by itself; nothing of them is shown to anybody."""
    found = rows(db, f"select {COLUMNS} from item where {where}", list(given))
    return [with_content(db, row) for row in found]


def note(db: Database, user: User, found: Item, event: str, **details: Any) -> None:
    """A row of the log about an item: ids, counts and names of states only."""
    known = {name: value for name, value in details.items() if value is not None}
    audit.append(
        db, user, f"item.{event}", found.subject, document_id=found.document_id, digest=found.digest,
        number=found.number, version=found.version, risk=found.risk, **known,
    )  # fmt: skip
