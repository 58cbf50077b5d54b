"""What the queue does by itself: requests that waited too long are escalated, what has run out expires, and documents
that wait for somebody tell who may decide, and again once they are overdue."""

import time

from sqlite_utils import Database

from core import audit, inbox
from core.errors import Conflict
from core.review import people, policy
from core.review.deciding import POLICY
from core.review.items import Item, later, move, unguarded
from core.review.listing import DOCUMENT_ASKED, WAITS
from core.review.table import STEPS
from core.store import Row, now, rows, write
from core.types import User

TEND_SECONDS = 30
AT_ONCE = 200
_TENDED = {"at": -float(TEND_SECONDS)}


def tend(db: Database, at: str | None = None) -> int:
    """Escalate, expire and tell of what is due; gives how many. The worker's loop calls it again and again: it works
    at most every 30 s, and leaves to the next time what a busy database does not let it do.
    """
    if at is None and time.monotonic() - _TENDED["at"] < TEND_SECONDS:
        return 0
    _TENDED["at"] = time.monotonic()
    at = at or now()
    return escalate_overdue(db, at) + expire_due(db, at) + tell_of_documents(db, at)


def escalate_overdue(db: Database, at: str) -> int:
    """Whoever the policy names for that decides on them from now on, and is told."""
    return sum(_step(db, found, "overdue", at) for found in unguarded(db, f"{_IS_DUE} limit ?", [at, AT_ONCE]))


def expire_due(db: Database, at: str) -> int:
    """Requests, and approvals that nobody carried out, are good for as long as the policy says."""
    return sum(_step(db, found, "expire", at) for found in unguarded(db, f"{_IS_OVER} limit ?", [at, AT_ONCE]))


def tell_of_documents(db: Database, at: str) -> int:
    """Who may decide on a document that waits finds it in their inbox once, and again, with its owner, when it is
    overdue. Logged, so that nobody is told twice of the same wait.
    """
    late = later(at, hours=-policy.document_hours())
    return sum(
        _told(db, row, kind, event)
        for kind, event, upto in (("assigned", "document.queued", at), ("overdue", "document.overdue", late))
        for row in rows(db, _UNTOLD, {"event": event, "upto": upto, "most": AT_ONCE})
    )


_UNTOLD = f"""select id, tenant, owner from document where {WAITS} and {DOCUMENT_ASKED} <= :upto and not exists (
    select 1 from audit where audit.tenant = document.tenant and subject = 'document:' || document.id
    and event = :event and at >= {DOCUMENT_ASKED}) limit :most"""


def _told(db: Database, document: Row, kind: str, event: str) -> bool:
    """False where there is nobody yet who could be told, or the database is busy: the next time tries again."""
    deciders = people.deciders_of_document(db, document["tenant"], document["id"], document["owner"])
    if not deciders:
        return False
    told, subject = [*deciders, *([document["owner"]] if kind == "overdue" else [])], f"document:{document['id']}"
    try:
        with write(db):
            inbox.post(db, document["tenant"], told, kind, subject)
            audit.append(db, by_policy(document["tenant"]), event, subject, document_id=document["id"], told=len(told))
    except Conflict:
        return False
    return True


_IS_DUE = "state = 'submitted' and due_at <= ?"
_STATES = ", ".join(f"'{state}'" for state in STEPS["expire"].before)
_IS_OVER = f"state in ({_STATES}) and expires_at <= ?"


def _step(db: Database, found: Item, step: str, at: str) -> bool:
    """False where somebody moved it first, or the database is busy: the next time finds it as it is then."""
    by = by_policy(found.tenant)
    try:
        with write(db):
            values = {"escalated_at": at} if step == "overdue" else {}
            after = move(db, by, found, step, values, due_at=found.due_at, expires_at=found.expires_at)
            if step == "overdue":
                people.tell_deciders(db, by, after, "overdue")
            people.tell_authors(db, by, after, "overdue" if step == "overdue" else "decided")
    except Conflict:
        return False
    return True


def by_policy(tenant: str) -> User:
    return User(id=POLICY, name="the policy", tenant=tenant, clearances=(), mode="service")
