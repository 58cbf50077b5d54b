"""What becomes of an accepted request when it is carried out. All of it inside the write of the caller."""

from typing import Any

from sqlite_utils import Database

from core import identity, library
from core.review import facts, items, people, policy
from core.review.items import Item
from core.review.table import STEPS, require_step
from core.store import now
from core.types import User


def begin(db: Database, user: User, item_id: str) -> Item:
    """The item, which is carried out from now on. It is refused where what was decided on is not what holds now.

    Stale says what is different; TransitionError that it is not accepted, has expired, or that too few of those who
    accepted it may still decide.
    """
    return move(db, user, item_id, "begin")


def settle(db: Database, user: User, item_id: str, ok: bool) -> Item:
    """Everything that was to be done is done, or some of it failed."""
    return move(db, user, item_id, "succeed" if ok else "fail")


def compensated(db: Database, user: User, item_id: str) -> Item:
    """All of what was done is undone; the same actions may be asked for again."""
    return move(db, user, item_id, "compensate")


def require_undoable(db: Database, user: User, item_id: str) -> Item:
    """The item, if what was done for it may be undone. TransitionError where nothing was."""
    found = items.item(db, user, item_id)
    require_step("compensate", found.state, found.number)
    return found


def move(db: Database, user: User, item_id: str, step: str, **details: Any) -> Item:
    """Take one of the steps of an item that is carried out, with its row of the log; gives the item after it."""
    found = items.item(db, user, item_id)
    rule = require_step(step, found.state, found.number)
    if STEPS[step].permission:
        identity.require(user, rule.permission, f"request {found.number}")
    if step == "begin":
        _require_as_decided(db, user, found)
    after = items.move(db, user, found, step, **details)
    if after.state in ("executed", "failed"):
        people.tell_authors(db, user, after, after.state)
    return after


def require_going_on(db: Database, user: User, item_id: str) -> None:
    """Before a call that waited, for a manager or for the worker: the document may be used still, and the approval
    holds. Conflict, NotAllowed or TransitionError says why not.
    """
    found = items.item(db, user, item_id)
    _require_good(db, user, found)


def _require_good(db: Database, user: User, found: Item) -> None:
    facts.require_usable(library.found(db, user, found.document_id))
    if found.expires_at and found.expires_at <= now():
        raise items.TransitionError(f"The approval of request {found.number} has run out; ask for it again.")


def _require_as_decided(db: Database, user: User, found: Item) -> None:
    _require_good(db, user, found)
    if found.state == "failed":
        return  # it goes on with calls that were shown and confirmed; what was done of it changed the register itself
    facts.require_same(db, found.id, found.number, found.digest, facts.facts(db, user, found))
    _require_accepted(db, found)


def _require_accepted(db: Database, found: Item) -> None:
    """Its state says that it is accepted; the decisions have to, too, and of people who may still decide."""
    rule, accepted = policy.rule(found.risk), people.accepted(db, found.id, found.digest)
    if not rule.auto and (len(accepted) < rule.approvers or rule.lacking(accepted)):
        raise items.TransitionError(
            f"Request {found.number} takes the acceptance of {rule.words}, and too few of those who gave it may still"
            " decide; have the acceptance taken back, and ask again."
        )
