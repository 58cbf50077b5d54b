"""What people decided: on one request, and before on requests like it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from core import library
from core.review import people
from core.review.items import Item, item
from core.store import rows
from core.types import User

MOST_SIMILAR = 10
DECIDED = ("id", "item_id", "version", "digest", "reviewer", "roles", "verdict", "override", "result", "decided_at")


@dataclass(frozen=True, slots=True)
class Decision:
    """Somebody's decision, of the item that `number` and `title` name. `stands`: whether they may decide still, without
    which an acceptance counts no more.
    """

    id: str
    item_id: str
    number: int
    title: str
    version: int
    digest: str
    reviewer: str
    roles: tuple[str, ...]
    verdict: str
    override: bool
    reason: str
    result: str
    decided_at: str
    stands: bool


def decisions(db: Database, user: User, item_id: str) -> list[Decision]:
    """Every decision on a request, oldest first."""
    found = item(db, user, item_id)
    return _decisions(db, "decision.item_id = ? order by decision.rowid", [found.id])


def similar(db: Database, user: User, found: Item) -> tuple[Decision, ...]:
    """Latest first: on the same actions in former requests, then on requests of the same risk and owner."""
    condition, parameters = library.visible(user)
    seen = f"item.tenant = ? and item.id <> ? and item.document_id in (select id from document where {condition})"
    given = [user.tenant, found.id, *parameters]
    ids, owners = ([getattr(one, name) for one in found.actions] for name in ("id", "owner_role"))
    same = _decisions(
        db,
        f"{seen} and decision.item_id in"
        " (select item_id from item_action where action_id in (select value from json_each(?)))"
        " order by decision.rowid desc limit ?",
        [*given, json.dumps(ids), MOST_SIMILAR],
    )
    like = _decisions(
        db,
        f"{seen} and item.risk = ? and decision.reviewer <> 'policy' and exists (select 1 from item_version,"
        " json_each(item_version.content) as one where item_version.item_id = item.id and item_version.number ="
        " item.version and one.value ->> 'owner_role' in (select value from json_each(?)))"
        " order by decision.rowid desc limit ?",
        [*given, found.risk, json.dumps(owners), MOST_SIMILAR],
    )
    return tuple({one.id: one for one in (*same, *like)}.values())[:MOST_SIMILAR]


def _decisions(db: Database, where: str, given: Sequence[object]) -> list[Decision]:
    columns = ", ".join(f"decision.{name}" for name in DECIDED)
    found = rows(
        db,
        f"select {columns}, item.number, item.title, coalesce(remark.text, '') as reason, {people.STANDS} as stands"
        " from decision"
        " cross join item on item.id = decision.item_id left join remark on remark.id = decision.remark_id"
        f" where {where}",
        list(given),
    )
    return [
        Decision(
            **row
            | {name: bool(row[name]) for name in ("override", "stands")}
            | {"roles": tuple(json.loads(row["roles"]))}
        )
        for row in found
    ]
