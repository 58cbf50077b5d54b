"""Service accounts: programs that run commands with a token, of which they may do what its scopes name and no more."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from core import audit
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import accounts, rights, tokens
from core.identity.accounts import SERVICE
from core.identity.names import folded, named
from core.identity.permissions import PERMISSIONS, require
from core.settings import lexicon
from core.store import Row, new_id, now, one, rows, stamp, write
from core.types import User

PREFIX = "ccs_"  # by which scanners for secrets know one that was left in a file
UNKNOWN = "This token lets nobody in: it is unknown, revoked or ran out. Ask an administrator for a new one."


@dataclass(frozen=True, slots=True)
class Service:
    """`token` is the beginning of the token's digest, by which the log names it."""

    id: str
    name: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    token: str
    created_at: str
    expires_at: str
    revoked_at: str | None
    used_at: str | None


def make(
    db: Database, user: User, name: str, roles: Sequence[str], scopes: Sequence[str], days: int, *,
    groups: Sequence[str] = (), clearances: Sequence[str] = ("public", "internal"),
) -> str:  # fmt: skip
    """A service with these roles; gives its token, which is shown once and has only these permissions, for so long.

    BadInput for a scope that the roles do not have, or that is a person's alone.
    """
    name, account_id = named(name), new_id()
    _require_sound(roles, scopes, days)
    with write(db):
        rights.require_manager(db, user)
        rights.require_free(db, user.tenant, name)
        rights.insert(
            db, account_id, SERVICE, folded(name), user.tenant, name, "active", by=user.id, clearances=clearances
        )
        rights.insert_roles(db, user.id, account_id, dict.fromkeys(roles))
        kept = rights.insert_groups(db, user.id, account_id, groups)
        given = {"roles": list(roles), "groups": kept, "clearances": list(clearances)}
        return _token(db, user, account_id, "service.made", sorted(set(scopes)), days, **given)


def renew(db: Database, user: User, service_id: str, days: int) -> str:
    """Another token with the same scopes, in place of the one before, which ends at once."""
    _require_days(days)
    with rights.managed(db, user, service_id) as found:
        if found.issuer != SERVICE:
            raise BadInput(f"{found.name} is a person and signs in; only services have tokens.")
        sql = "select scopes from service_token where account_id = ? order by created_at desc limit 1"
        last = one(db, sql, [service_id])
        scopes = json.loads(last["scopes"]) if last else []
        _end(db, service_id)
        db.execute("update account set state = 'active' where id = ?", [service_id])
        return _token(db, user, service_id, "service.renewed", scopes, days)


def revoke(db: Database, user: User, service_id: str) -> None:
    """Its token lets nobody in from now on, and its jobs stop. Conflict when it has none that does."""
    with rights.managed(db, user, service_id) as found:
        if not _end(db, service_id):
            raise Conflict(f"{found.name} has no token that works; nothing was changed.")
        audit.append(db, user, "service.revoked", f"user:{service_id}")


def user(db: Database, token: str) -> User:
    """The service whose token this is, with the rights that it has now. NotAllowed where it lets nobody in."""
    digest = tokens.digest(token)
    row = one(db, "select * from service_token where digest = ?", [digest])
    if row is None or not tokens.same(row["digest"], digest) or row["revoked_at"] or row["expires_at"] <= now():
        raise NotAllowed(UNKNOWN)
    found = replace(accounts.user_of(db, row["account_id"], "service", digest), scopes=tuple(json.loads(row["scopes"])))
    with write(db):
        db.execute("update service_token set used_at = ? where digest = ?", [now(), digest])
        db.execute("update account set seen_at = ? where id = ?", [now(), found.id])
    return found


def services(db: Database, user: User) -> list[Service]:
    """Those of the tenant, by name, each with its latest token."""
    require(user, "access.read")
    sql = (
        "select account.id, account.name, scopes, substr(digest, 1, ?) as token, service_token.created_at, expires_at,"
        " revoked_at, used_at, (select json_group_array(role) from account_role where account_id = account.id) as roles"
        " from account join service_token on account_id = account.id where tenant = ? and issuer = ?"
        " order by folded, service_token.created_at, revoked_at is null"
    )
    found = rows(db, sql, [tokens.SHOWN, user.tenant, SERVICE])
    return list({row["id"]: _service(row) for row in found}.values())


def _service(row: Row) -> Service:
    return Service(**{**row, "roles": tuple(json.loads(row["roles"])), "scopes": tuple(json.loads(row["scopes"]))})


def allowed_scopes(roles: Sequence[str]) -> list[str]:
    """What a token of a service with these roles may be for, in the order of the table."""
    never = lexicon("limits")["services"]["never"]
    return [name for name, (_, holders) in PERMISSIONS.items() if name not in never and set(holders) & set(roles)]


def _token(db: Database, user: User, account_id: str, event: str, scopes: list[str], days: int, **given: Any) -> str:
    token = tokens.made(PREFIX)
    digest, until = tokens.digest(token), stamp(time.time() + days * 86_400)
    row = {
        "digest": digest, "account_id": account_id, "name": digest[: tokens.SHOWN], "scopes": json.dumps(scopes),
        "created_by": user.id, "created_at": now(), "expires_at": until,
    }  # fmt: skip
    db["service_token"].insert(row)
    audit.append(
        db, user, event, f"user:{account_id}", token=digest[: tokens.SHOWN], scopes=scopes, expires=until[:10], **given
    )
    return token


def _end(db: Database, service_id: str) -> int:
    sql = "update service_token set revoked_at = ? where account_id = ? and revoked_at is null and expires_at > ?"
    return int(db.execute(sql, [now(), service_id, now()]).rowcount)


def _require_sound(roles: Sequence[str], scopes: Sequence[str], days: int) -> None:
    rights.require_roles(roles)
    _require_days(days)
    if "admin" in roles:
        raise BadInput("A service is no administrator; give it the roles of the work that it does.")
    if not scopes:
        raise BadInput("Say what the token is for, one permission or more; `permissions` lists them.")
    never = lexicon("limits")["services"]["never"]
    if personal := sorted(set(scopes) & set(never)):
        raise BadInput(f"Only a person may {PERMISSIONS[personal[0]][0]}; leave {personal[0]} out.")
    if unknown := sorted(set(scopes) - PERMISSIONS.keys()):
        raise BadInput(f"There is no permission {unknown[0]!r}; `permissions` lists them.")
    if beyond := sorted(set(scopes) - set(allowed_scopes(roles))):
        raise BadInput(f"These roles do not have {beyond[0]}; add a role that has it, or leave it out.")


def _require_days(days: int) -> None:
    most = lexicon("limits")["services"]["most_days"]
    if not 1 <= days <= most:
        raise BadInput(f"A token holds for 1 to {most} days.")
