"""Who may decide on a request, who is told of it, what they say, and that a refusal is logged."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlite_utils import Database

from core import audit, identity, inbox, library
from core.audit import Remark
from core.errors import BadInput, Conflict, CopilotError, NotAllowed, NotFound
from core.identity import accounts, sessions
from core.identity.rates import RateLimited
from core.review import policy
from core.review.facts import Stale
from core.review.items import Item, authors
from core.review.table import TransitionError
from core.store import rows
from core.types import User

ADD_A_REVIEWER = (
    "Nobody decides on their own requests, and you are the only person here so far: make accounts under Access (or with"
    " `python -m core users protect`), invite a reviewer there, and your requests wait for them."
)
ID = re.compile(r"[0-9a-f]{16}|[0-9]{1,15}")


class SelfApproval(NotAllowed):
    """Somebody who asked for it, or wrote any of it, tried to decide on it."""


# What a refusal is called in the log; the first that fits.
CODES: tuple[tuple[type[CopilotError], str], ...] = (
    (Stale, "stale"),
    (TransitionError, "state"),
    (SelfApproval, "self_approval"),
    (NotAllowed, "not_allowed"),
    (NotFound, "not_found"),
    (BadInput, "bad_input"),
    (RateLimited, "rate"),
    (Conflict, "conflict"),
)


UNREAD = ("not_found", "bad_input")  # refused before anything was found under the id that was given


@contextmanager
def logged(db: Database, user: User, subject: str, step: str) -> Iterator[None]:
    """Whatever is refused inside is logged in a write of its own, once that of the attempt is rolled back."""
    try:
        yield
    except tuple(kind for kind, _ in CODES) as error:
        code = next(code for kind, code in CODES if isinstance(error, kind))
        audit.refused(db, user, _known(subject) if code in UNREAD else subject, code, step=step)
        raise


def _known(subject: str) -> str:
    """What is no id of ours may be anybody's words, and the log keeps none: "item:unknown"."""
    kind, _, id = subject.partition(":")
    return subject if ID.fullmatch(id) else f"{kind}:unknown"


def require_human(user: User) -> None:
    """NotAllowed for a service: whoever asks or decides has a name."""
    if user.mode == "service":
        raise NotAllowed("A service asks for nothing and decides nothing; a named person must do this.")


def require_decider(db: Database, user: User, found: Item) -> User:
    """The person with the rights that they have at this moment, whatever they had when they were let in.

    NotAllowed, with the reason, unless they may decide on the item as it is.
    """
    require_human(user)
    user = accounts.refreshed(db, user)
    if identity.alone(user):
        raise SelfApproval(ADD_A_REVIEWER)
    identity.require(user, "actions.review", f"request {found.number}")
    if {user.id, _behind(db, user)} & authors(db, found):
        raise SelfApproval(
            f"You asked for request {found.number}, or wrote or corrected some of it, so somebody else decides; nobody"
            " approves their own request."
        )
    roles = policy.rule(found.risk).escalate_to
    if found.state == "escalated" and not set(roles) & set(user.roles):
        raise NotAllowed(f"Request {found.number} was escalated, so it takes a {' or a '.join(roles)} to decide on it.")
    return user


_DECIDERS = ", ".join(f"'{role}'" for role in policy.DECIDERS)
# An acceptance counts while whoever gave it may decide still: disabled, or without such a role, they may not.
STANDS = (
    "(not exists (select 1 from account where account.id = decision.reviewer) or exists (select 1 from account"
    " join account_role on account_id = account.id where account.id = decision.reviewer and state = 'active'"
    f" and role in ({_DECIDERS})))"
)
HELD = "(select json_group_array(role) from account_role where account_id = decision.reviewer)"


def accepted(db: Database, item_id: str, mark: str, upto: str = "") -> list[frozenset[str]]:
    """The roles of each person whose acceptance of exactly this counts, the decision `upto` included as the last.

    Roles that they had then and have still; somebody without an account has what they had then.
    """
    narrow = "and rowid <= (select rowid from decision where id = ?)" if upto else ""
    sql = (
        f"select roles, case when exists (select 1 from account where id = decision.reviewer) then {HELD} else roles"
        " end as held from decision where item_id = ? and digest = ? and verdict = 'accept'"
        f" and {STANDS} {narrow} order by rowid"
    )
    found = rows(db, sql, [item_id, mark, *([upto] if upto else [])])
    return [frozenset(json.loads(row["roles"])) & frozenset(json.loads(row["held"])) for row in found]


def _behind(db: Database, user: User) -> str:
    """Who is really there while somebody acts as another in a demo: neither of the two decides on their own."""
    own = sessions.behind(db, user) if user.mode == "demo" else None
    return own.id if own else user.id


def say(db: Database, user: User, found: Item, kind: Literal["reason", "comment"], text: str) -> Remark:
    """Keep a reason or a comment, inside the write of the caller; its digest goes into the log."""
    return audit.say(db, user, found.subject, kind, text, document_id=found.document_id)


def tell_deciders(db: Database, user: User, found: Item, kind: str) -> None:
    """Put it into the inbox of everybody who may decide on it."""
    barred = authors(db, found) | {user.id}
    roles = set(policy.rule(found.risk).escalate_to) if found.state == "escalated" else None
    told = [
        each.id
        for each in _active(db, found.tenant, "actions.review")
        if each.id not in barred and (roles is None or roles & set(each.roles)) and sees(db, each, found.document_id)
    ]
    inbox.post(db, found.tenant, told, kind, found.subject, found.number)


def tell_authors(db: Database, user: User, found: Item, kind: str) -> None:
    """Put it into the inbox of everybody who asked for it or wrote any of it, but this user."""
    told = sorted(authors(db, found) - {user.id})
    inbox.post(db, found.tenant, told, kind, found.subject, found.number)


def deciders_of_document(db: Database, tenant: str, document_id: str, owner: str) -> list[str]:
    """Who may sign it second or release it: all who may that and see it, but its owner."""
    able = _active(db, tenant, "documents.second")
    return [each.id for each in able if each.id != owner and sees(db, each, document_id)]


def sees(db: Database, user: User, document_id: str) -> bool:
    """Whether the document exists for this user."""
    try:
        library.found(db, user, document_id, "id")
    except NotFound:
        return False
    return True


def _active(db: Database, tenant: str, permission: str) -> Iterator[User]:
    for id in accounts.holders(db, tenant, permission):
        if id != identity.LOCAL.id or accounts.people(db):
            yield accounts.user_of(db, id)
