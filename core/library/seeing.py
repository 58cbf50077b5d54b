"""What a person can see and why, label by label: for whoever answers for access, so counts and no titles."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlite_utils import Database

from core import identity
from core.identity.accounts import Account
from core.library.access import visible
from core.store import Row, rows
from core.types import User

STATE = """case
    when status = 'withdrawn' then 'withdrawn'
    when expires is not null and expires <= ? then 'expired'
    when status = 'draft' and awaiting_second = 1 then 'waiting for a second signature'
    when status = 'draft' and gate in ('waiting', 'rejected') then 'escalated'
    else status end"""
ORDER = ("public", "internal", "confidential", "restricted")


@dataclass(frozen=True, slots=True)
class Sight:
    """Documents of one label and state. `own`: the person's own. `seen` is what the access rule itself says."""

    classification: str
    groups: tuple[str, ...]
    state: str
    own: bool
    documents: int
    seen: bool
    why: str


def sight(db: Database, user: User, person: User, *, today: date | None = None) -> list[Sight]:
    """Every label of the user's tenant, the most open first. NotAllowed without the right to see who may do what."""
    identity.require(user, "access.read")
    today = today or datetime.now(UTC).date()
    condition, parameters = visible(person, today=today)
    found = rows(
        db,
        f"""select classification, groups, {STATE} as state, owner = ? as own, {condition} as seen,
            count(*) as documents
        from document where tenant = ? group by 1, 2, 3, 4, 5""",
        [today.isoformat(), person.id, *parameters, user.tenant],
    )
    labels = sorted(_sights(found, person), key=lambda one: (ORDER.index(one.classification), one.groups, one.state))
    return labels


def as_person(account: Account) -> User:
    """The rights of an account, also of one that lets nobody in at the moment; by this nobody is let in."""
    return User(
        id=account.id, name=account.name, tenant=account.tenant, roles=account.roles, groups=account.groups,
        clearances=account.clearances,
    )  # fmt: skip


def _sights(found: list[Row], person: User) -> Iterator[Sight]:
    for row in found:
        groups = tuple(json.loads(row["groups"]))
        label = (str(row["classification"]), groups, str(row["state"]), bool(row["own"]))
        yield Sight(*label, documents=row["documents"], seen=bool(row["seen"]), why=why(person, *label))


def why(person: User, classification: str, groups: tuple[str, ...], state: str, own: bool) -> str:
    """The first thing that decides, in words. It explains `visible`, and decides nothing."""
    if not identity.may(person, "documents.read"):
        return "None of the roles reads documents"
    if classification not in person.clearances:
        return f"No clearance for {classification} documents"
    shared = sorted(set(groups) & set(person.groups))
    if groups and not shared:
        return "In none of the groups that may read it"
    if own:
        return "Their own"
    if state == "approved":
        return f"Approved, for {classification} and group {shared[0]}" if shared else f"Approved, for {classification}"
    if state in ("waiting for a second signature", "escalated") and identity.may(person, "documents.second"):
        return "A second person's to decide, and this one may"
    return {
        "draft": "A draft is its owner's alone until it is signed",
        "waiting for a second signature": "Its owner's and the second signers' alone",
        "escalated": "Its owner's alone, and of those who may release it",
        "withdrawn": "Withdrawn, so its owner's alone",
        "expired": "Expired, so its owner's alone",
    }[state]
