"""People and services: who they are, and what they may and see at this moment."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from sqlite_utils import Database

from core.errors import Conflict, NotAllowed, NotFound
from core.identity import LOCAL, ROLES
from core.identity.names import folded
from core.identity.permissions import PERMISSIONS, require
from core.settings import settings
from core.store import Row, now, one, rows
from core.types import Classification, User, UserMode

State = Literal["invited", "active", "disabled"]
TENANT = "local"
CLEARANCES: tuple[Classification, ...] = get_args(Classification)
# Kinds of account that are no people who sign in.
SERVICE, DEMO = "service", "demo"
OURS = ("local", SERVICE, DEMO)
# For what happens before anybody is known: a sign-in that is refused.
NOBODY = User(id="nobody", name="Somebody not signed in", clearances=())
KNOWN_NAMES = {
    LOCAL.id: LOCAL.name, NOBODY.id: NOBODY.name, "policy": "the policy", "settings": "the settings",
    "demo": "the demo",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """`issuer` and `subject` are its key: an OIDC provider's, or "local", "service" or "demo" and the folded name.

    `created_by` is who invited or made it; its own id where a provider vouched for it, or it was the first.
    """

    id: str
    issuer: str
    subject: str
    tenant: str
    name: str
    email: str
    clearances: tuple[Classification, ...]
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    state: State
    created_at: str
    created_by: str
    seen_at: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """A role or a group that somebody has: which, by whom (an id, or "settings") and when."""

    what: str
    by: str
    at: str


SELECT = """select id, issuer, subject, tenant, name, email, clearances, state, created_at, created_by, seen_at,
    (select json_group_array(role) from account_role where account_id = account.id) as roles,
    (select json_group_array(name) from account_group where account_id = account.id) as groups
    from account"""


# --- read -------------------------------------------------------------------------------------------------------


def accounts(db: Database, user: User) -> list[Account]:
    """The people of the user's tenant, by name."""
    require(user, "access.read")
    sql = f"{SELECT} where tenant = ? and issuer <> ? order by folded"
    return [_account(row) for row in rows(db, sql, [user.tenant, SERVICE])]


def account(db: Database, user: User, account_id: str) -> Account:
    """One of the tenant's, or one's own; NotFound where there is none."""
    if account_id != user.id:
        require(user, "access.read")
    return found(db, user.tenant, account_id)


def given(db: Database, user: User, account_id: str) -> list[Given]:
    """Who gave each role and group that somebody has, in the order in which it was given."""
    found = account(db, user, account_id)
    sql = (
        "select role as what, given_by as by, given_at as at from account_role where account_id = :id"
        " union all select name, given_by, given_at from account_group where account_id = :id order by at, what"
    )
    return [Given(**row) for row in rows(db, sql, {"id": found.id})]


def id_of(db: Database, user: User, name: str) -> str | None:
    """The id of the person of the tenant who has the name, whatever their state; one's own without a right to look."""
    sql = "select id from account where tenant = ? and folded = ? and issuer <> ?"
    row = one(db, sql, [user.tenant, folded(name), SERVICE])
    if row and row["id"] != user.id:
        require(user, "access.read")
    return str(row["id"]) if row else None


def people(db: Database) -> bool:
    """Whether there is anybody who has to sign in; services and the people of a demo do not count."""
    sql = "select 1 from account where issuer not in (?, ?) limit 1"
    return one(db, sql, [SERVICE, DEMO]) is not None


def user_of(db: Database, account_id: str, mode: UserMode = "account", session: str = "") -> User:
    """The person, or service, with the rights that they have now. NotAllowed where the account lets nobody in."""
    row = one(db, f"{SELECT} where id = ?", [account_id])
    if row is None:
        raise NotAllowed("There is no account for this any more; sign in again, or ask an administrator.")
    return as_user(_account(row), mode, session)


def as_user(found: Account, mode: UserMode, session: str = "") -> User:
    """As `user_of`, of an account that was just read."""
    if found.state == "disabled":
        raise NotAllowed("This account is disabled; an administrator can enable it again.")
    if found.state == "invited":
        raise NotAllowed("This account waits for its invitation to be taken up; sign in with it first.")
    return User(
        id=found.id, name=found.name, tenant=found.tenant, roles=found.roles, groups=found.groups,
        clearances=found.clearances, mode=mode, session=session,
    )  # fmt: skip


def refreshed(db: Database, user: User) -> User:
    """The same with the rights that they have now: of a job when it is taken up, and before a right is given.

    NotAllowed where they may do nothing any more: disabled, their service's token revoked or run out, the account gone.
    """
    row = one(db, f"{SELECT} where id = ? and tenant = ?", [user.id, user.tenant])
    if row is not None:
        if user.mode == "service":
            _require_token(db, user)
        mode = "account" if user.mode == "local" else user.mode
        return replace(as_user(_account(row), mode, user.session), scopes=user.scopes)
    if user.mode in ("service", "demo") or people(db):
        raise NotAllowed("Whoever asked for this has no account here any more; sign in, and ask again.")
    # Before the first account there is one person here, who may everything.
    return replace(LOCAL, session=user.session) if user.mode == "local" else user


def by_name(db: Database, tenant: str, names: Iterable[str]) -> dict[str, Account]:
    """Active people by the names given, however they are written. A name that nobody has is left out."""
    wanted = {folded(name): name for name in names}
    sql = (
        f"{SELECT} where tenant = ? and state = 'active' and issuer <> ? and folded in (select value from json_each(?))"
    )
    found = [_account(row) for row in rows(db, sql, [tenant, SERVICE, json.dumps(list(wanted))])]
    return {wanted[folded(each.name)]: each for each in found}


def named(db: Database, given: str) -> User:
    """Whoever has this id or name, in any tenant: for the command line, where whoever has the files may be anybody.

    Nobody vouched for it, and the log says so (mode "command"). NotFound where nobody has it, Conflict where several
    have.
    """
    fit = [_account(row) for row in rows(db, f"{SELECT} where id = ? or folded = ?", [given, folded(given)])]
    found = [each for each in fit if each.id == given] or fit
    if not found:
        raise NotFound(f"Nobody here is called {given!r}; an administrator can invite them.")
    if len(found) > 1:
        raise Conflict(f"{len(found)} people here are called {given!r}; give the id instead.")
    if found[0].issuer == SERVICE:
        raise NotAllowed(f"{found[0].name} is a service; it comes with its token, in COPILOT_TOKEN.")
    if found[0].issuer == DEMO and not settings().demo:
        raise NotAllowed(f"{found[0].name} was made for a demo, and this is none; COPILOT_DEMO=1 makes it one.")
    return as_user(found[0], "demo" if found[0].issuer == DEMO else "command")


def names(db: Database, tenant: str, ids: Iterable[str]) -> dict[str, str]:
    """What to call each id on a screen; an id that nobody has is its own name."""
    wanted = list(dict.fromkeys(ids))
    sql = "select id, name from account where tenant = ? and id in (select value from json_each(?))"
    known = {row["id"]: row["name"] for row in rows(db, sql, [tenant, json.dumps(wanted)])}
    return {id: known.get(id) or KNOWN_NAMES.get(id, id) for id in wanted}


def holders(db: Database, tenant: str, permission: str) -> list[str]:
    """The ids of all active people who have a permission: whom to tell."""
    sql = (
        "select distinct id from account join account_role on account_id = id where tenant = ? and state = 'active'"
        " and issuer <> ? and role in (select value from json_each(?)) order by id"
    )
    found = [row["id"] for row in rows(db, sql, [tenant, SERVICE, json.dumps(PERMISSIONS[permission][1])])]
    return found if people(db) or tenant != LOCAL.tenant else [LOCAL.id, *found]


def holders_of_both(db: Database, one_permission: str, other: str) -> int:
    """How many active people of the installation have two permissions at once."""
    sql = (
        "select count(*) as people from account where state = 'active' and issuer not in (?, ?)"
        " and exists (select 1 from account_role where account_id = id and role in (select value from json_each(?)))"
        " and exists (select 1 from account_role where account_id = id and role in (select value from json_each(?)))"
    )
    roles = [json.dumps(PERMISSIONS[name][1]) for name in (one_permission, other)]
    found = one(db, sql, [SERVICE, DEMO, *roles])
    return int(found["people"]) if found else 0


def _require_token(db: Database, user: User) -> None:
    sql = "select 1 from service_token where digest = ? and account_id = ? and revoked_at is null and expires_at > ?"
    if one(db, sql, [user.session, user.id, now()]) is None:
        raise NotAllowed("The service's token was revoked or ran out; make a new one, and ask again.")


def found(db: Database, tenant: str | None, account_id: str) -> Account:
    """As `account`, where who asks was checked already; with no tenant in any."""
    row = one(db, f"{SELECT} where id = ? and tenant = coalesce(?, tenant)", [account_id, tenant])
    if row is None:
        raise NotFound("There is no such account; the list of accounts names those there are.")
    return _account(row)


def _account(row: Row) -> Account:
    given = set(json.loads(row["roles"]))
    return Account(
        **{
            **row,
            "clearances": tuple(cast(list[Classification], json.loads(row["clearances"]))),
            "roles": tuple(role for role in ROLES if role in given),
            "groups": tuple(sorted(json.loads(row["groups"]))),
        }
    )
