"""One person reads a request at a time: taken with a lease, let go of by hand, by deciding, or when the lease ends."""

from sqlite_utils import Database

from core import identity
from core.errors import Conflict
from core.identity import rates
from core.review import people, policy
from core.review.items import Item, item, later, note, put, until
from core.review.people import logged
from core.review.table import PENDING, TransitionError, said
from core.store import now, write
from core.types import User


def claim(db: Database, user: User, item_id: str) -> Item:
    """Have it for oneself for as long as the policy says; again, for as long from now.

    Conflict while somebody else has it.
    """
    with logged(db, user, f"item:{item_id}", "claim"), write(db):
        found = item(db, user, item_id)
        if found.state not in PENDING:
            raise TransitionError(f"Request {found.number} is {said(found.state)}, so nobody needs to read it.")
        people.require_decider(db, user, found)
        rates.spend(db, user, "claims")
        moment, held = now(), found.claimed_until or ""
        mine = found.claimed_by == user.id and held > moment
        if held > moment and not mine:
            raise Conflict(f"Somebody else is reading request {found.number} until {until(held)}.")
        minutes = policy.rule(found.risk).claim_minutes
        taken = put(db, found, claimed_by=user.id, claimed_until=later(moment, minutes=minutes))
        if not mine:
            note(db, user, taken, "claimed", minutes=minutes)
        return taken


def release(db: Database, user: User, item_id: str) -> Item:
    """Let go of what one has taken; whoever it would be escalated to may also take it off somebody else."""
    with logged(db, user, f"item:{item_id}", "release"), write(db):
        found = item(db, user, item_id)
        if found.claimed_by != user.id and not (found.claimed_by and may_free(user, found)):
            raise Conflict(f"You have not taken request {found.number}, so there is nothing to let go of.")
        freed = put(db, found, claimed_by=None, claimed_until=None)
        note(db, user, freed, "released")
        return freed


def may_free(user: User, found: Item) -> bool:
    """Whether they may take it off somebody who has it: else one person could keep a request from all others."""
    roles = policy.rule(found.risk).escalate_to
    return user.mode != "service" and identity.may(user, "actions.review") and bool(set(roles) & set(user.roles))
