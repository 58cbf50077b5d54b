"""An administrator changes who may what and who sees what; each change is logged in the same write."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlite_utils import Database

from core import audit
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import ROLES, accounts
from core.identity.accounts import CLEARANCES, DEMO, OURS, SERVICE, Account, State
from core.identity.names import folded, named, tidy
from core.identity.permissions import require
from core.settings import lexicon, settings
from core.store import new_id, now, one, write
from core.types import Classification, User


def give_role(db: Database, user: User, account_id: str, role: str) -> None:
    """One more role. NotAllowed to oneself; Conflict when they have it."""
    require_roles([role])
    with managed(db, user, account_id, giving=True) as found:
        if found.issuer == SERVICE and role == "admin":
            raise BadInput("A service is no administrator; give it the roles of the work that it does.")
        if role in found.roles:
            raise Conflict(f"{found.name} is {role} already.")
        insert_roles(db, user.id, account_id, [role])
        audit.append(db, user, "account.role_given", f"user:{account_id}", role=role)


def take_role(db: Database, user: User, account_id: str, role: str) -> None:
    """One role less. Conflict when they do not have it, or when nobody would be left who gives rights."""
    require_roles([role])
    with managed(db, user, account_id) as found:
        if role == "admin":
            _require_other_admin(db, found)
        if not db.execute("delete from account_role where account_id = ? and role = ?", [account_id, role]).rowcount:
            raise Conflict(f"{found.name} is not {role}.")
        audit.append(db, user, "account.role_taken", f"user:{account_id}", role=role)


def give_group(db: Database, user: User, account_id: str, group: str) -> None:
    """Into a group, whose documents they then see as far as they are cleared for them."""
    group = _group(group)
    with managed(db, user, account_id, giving=True) as found:
        if group in found.groups:
            raise Conflict(f"{found.name} is in {group!r} already.")
        insert_groups(db, user.id, account_id, [group])
        audit.append(db, user, "account.group_given", f"user:{account_id}", group=group)


def take_group(db: Database, user: User, account_id: str, group: str) -> None:
    with managed(db, user, account_id) as found:
        if not db.execute("delete from account_group where account_id = ? and name = ?", [account_id, group]).rowcount:
            raise Conflict(f"{found.name} is not in {group!r}.")
        audit.append(db, user, "account.group_taken", f"user:{account_id}", group=group)


def set_clearances(db: Database, user: User, account_id: str, clearances: Sequence[str]) -> None:
    """Which classes of documents they may see: exactly these."""
    wanted = cleared(clearances)
    with managed(db, user, account_id, giving=True):
        db.execute("update account set clearances = ? where id = ?", [json.dumps(wanted), account_id])
        audit.append(db, user, "account.cleared", f"user:{account_id}", clearances=list(wanted))


def rename(db: Database, user: User, account_id: str, name: str) -> None:
    """Another name, by which a local account also signs in. Conflict where somebody has it, or one like it."""
    name = named(name)
    with managed(db, user, account_id) as found:
        require_free(db, user.tenant, name, account_id)
        subject = folded(name) if found.issuer in OURS else found.subject
        sql = "update account set name = ?, folded = ?, subject = ? where id = ?"
        db.execute(sql, [name, folded(name), subject, account_id])
        audit.append(db, user, "account.renamed", f"user:{account_id}")


def disable(db: Database, user: User, account_id: str, reason: str) -> None:
    """Nobody is let in by this account from now on: its sessions end, and its jobs stop."""
    reason = reason.strip()
    if not reason:
        raise BadInput("Say why the account is disabled: whoever reads the record will ask.")
    if account_id == user.id:
        raise NotAllowed("Nobody disables their own account; ask another administrator.")
    with managed(db, user, account_id) as found:
        if found.state == "disabled":
            raise Conflict(f"The account of {found.name} is disabled already.")
        _require_other_admin(db, found)
        moment = now()
        db.execute("update account set state = 'disabled' where id = ?", [account_id])
        sql = "update session set ended_at = ?, ended_why = 'disabled' where account_id = ? and ended_at is null"
        db.execute(sql, [moment, account_id])
        db.execute("update invitation set used_at = ? where account_id = ? and used_at is null", [moment, account_id])
        audit.append(db, user, "account.disabled", f"user:{account_id}")
        audit.say(db, user, f"user:{account_id}", "reason", reason)


def enable(db: Database, user: User, account_id: str) -> None:
    """Let in again, with the rights from before. Somebody who never took up their invitation needs a new one."""
    with managed(db, user, account_id, giving=True) as found:
        if found.state != "disabled":
            raise Conflict(f"The account of {found.name} is not disabled.")
        entered = found.issuer != "local" or one(db, "select 1 from credential where account_id = ?", [account_id])
        state = "active" if entered else "invited"
        db.execute("update account set state = ? where id = ?", [state, account_id])
        audit.append(db, user, "account.enabled", f"user:{account_id}", state=state)


def enrol(
    db: Database, user: User, name: str, roles: Sequence[str], *, groups: Sequence[str] = (),
    clearances: Sequence[str] = CLEARANCES,
) -> str:  # fmt: skip
    """Somebody made for a demo, as whom a facilitator acts and who never signs in; gives their id."""
    name, account_id = named(name), new_id()
    require_roles(roles)
    if not settings().demo:
        raise NotAllowed("This is no demo; invite people instead. COPILOT_DEMO=1 makes it one.")
    with write(db):
        require_manager(db, user)
        require_free(db, user.tenant, name)
        insert(db, account_id, DEMO, folded(name), user.tenant, name, "active", by=user.id, clearances=clearances)
        insert_roles(db, user.id, account_id, dict.fromkeys(roles))
        kept = insert_groups(db, user.id, account_id, groups)
        audit.append(
            db, user, "account.made", f"user:{account_id}", roles=list(roles), groups=kept,
            clearances=list(clearances),
        )  # fmt: skip
    return account_id


# --- inside a write of the caller -------------------------------------------------------------------------------


@contextmanager
def managed(db: Database, user: User, account_id: str, *, giving: bool = False) -> Iterator[Account]:
    """A write on an account of the user's tenant, if they are an administrator at this very moment.

    `giving`: what is done gives rights, and nobody gives any to themselves. What is refused is logged.
    """
    try:
        with write(db):
            require_manager(db, user)
            found = accounts.found(db, user.tenant, account_id)
            if giving and found.id == user.id:
                raise NotAllowed("Nobody gives rights to themselves; ask another administrator.")
            yield found
    except NotAllowed:
        if one(db, "select 1 from account where id = ? and tenant = ?", [account_id, user.tenant]):
            audit.refused(db, user, f"user:{account_id}", "rights")
        raise


def require_manager(db: Database, user: User) -> None:
    if user.mode == "demo":
        raise NotAllowed("Rights are not given while you act as somebody else; be yourself again first.")
    require(accounts.refreshed(db, user), "access.manage")


def require_roles(roles: Iterable[str]) -> None:
    if unknown := sorted(set(roles) - set(ROLES)):
        raise BadInput(f"There is no role {unknown[0]!r}; it is one of: {', '.join(ROLES)}.")


def cleared(clearances: Iterable[str]) -> tuple[Classification, ...]:
    """In their own order. BadInput for a class that there is not."""
    given = set(clearances)
    if unknown := sorted(given - set(CLEARANCES)):
        raise BadInput(f"There is no class {unknown[0]!r}; it is one of: {', '.join(CLEARANCES)}.")
    return tuple(each for each in CLEARANCES if each in given)


def require_free(db: Database, tenant: str, name: str, account_id: str = "") -> None:
    """Conflict where another account has the name, or one that a reader would take for it."""
    key = folded(name)
    sql = (
        "select name, tenant from account where id <> ?"
        " and ((tenant = ? and folded = ?) or (issuer in (?, ?, ?) and subject = ?))"
    )
    if taken := one(db, sql, [account_id, tenant, key, *OURS, key]):
        # Everybody signs in by name alone, so no two have one; who is in another tenant is nobody's to know here.
        like = f", or looks like {taken['name']!r}" if taken["tenant"] == tenant else ""
        raise Conflict(f"The name {name!r} is taken{like}; choose another.")


def insert(
    db: Database, account_id: str, issuer: str, subject: str, tenant: str, name: str, state: State, *, by: str,
    clearances: Sequence[str] = (), email: str = "",
) -> None:  # fmt: skip
    row = {
        "id": account_id, "issuer": issuer, "subject": subject, "tenant": tenant, "name": name, "folded": folded(name),
        "email": email, "clearances": json.dumps(cleared(clearances)), "state": state, "created_at": now(),
        "created_by": by,
    }  # fmt: skip
    db["account"].insert(row)


def insert_roles(db: Database, by: str, account_id: str, roles: Iterable[str]) -> None:
    db.conn.executemany(
        "insert into account_role values (?, ?, ?, ?)", [(account_id, role, by, now()) for role in roles]
    )


def insert_groups(db: Database, by: str, account_id: str, groups: Iterable[str]) -> list[str]:
    """Gives their names as they are kept, each once."""
    wanted = list(dict.fromkeys(map(_group, groups)))
    db.conn.executemany(
        "insert into account_group values (?, ?, ?, ?)", [(account_id, name, by, now()) for name in wanted]
    )
    return wanted


def _require_other_admin(db: Database, found: Account) -> None:
    sql = (
        "select 1 from account join account_role on account_id = id where tenant = ? and id <> ? and state = 'active'"
        " and role = 'admin' and issuer not in (?, ?)"
    )
    if "admin" in found.roles and found.state == "active" and not one(db, sql, [found.tenant, found.id, SERVICE, DEMO]):
        raise Conflict(f"{found.name} is the only administrator; make somebody else one first.")


def _group(name: str) -> str:
    group = tidy(name)
    if not group or len(group) > lexicon("limits")["names"]["most"]:
        raise BadInput("Give the group a short name, as it stands on the documents' labels.")
    return group
