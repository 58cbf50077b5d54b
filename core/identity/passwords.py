"""Local accounts: invitations, passwords as argon2id hashes, and locks against guessing.

Whoever tries to sign in learns only whether it worked: the answer, and the time it takes, are the same for a name that
nobody has, a wrong password, a locked and a disabled account.
"""

import time
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from sqlite_utils import Database

from core import audit
from core.audit import folding
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import LOCAL, ROLES, accounts, rates, rights, strength, tokens
from core.identity.accounts import CLEARANCES, NOBODY, Account
from core.identity.names import folded, named, tidy
from core.settings import lexicon
from core.store import Row, new_id, now, one, stamp, write
from core.types import User

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ISSUER = "local"
LONGEST_NAME = 200
REFUSED = (
    "This name and password do not let you in. Check both; after several wrong tries wait a little, or ask an"
    " administrator for a new invitation."
)
VOID = "This invitation does not hold any more; ask whoever invited you for a new one."


# --- in ---------------------------------------------------------------------------------------------------------


def protect(db: Database, user: User, name: str, password: str) -> Account:
    """The one person here makes the first account: all that is theirs stays theirs, and they are administrator.

    From now on nobody is let in without signing in. Conflict when there are accounts.
    """
    name, hashed = named(name), _hashed(password, name)
    with write(db):
        if user.mode != "local" or accounts.people(db):
            raise Conflict("There are accounts here already; sign in with yours, or ask an administrator for one.")
        rights.require_free(db, LOCAL.tenant, name)
        rights.insert(
            db, LOCAL.id, ISSUER, folded(name), LOCAL.tenant, name, "active", by=LOCAL.id, clearances=CLEARANCES
        )
        # All roles, as until now: nobody could give them to themselves later.
        rights.insert_roles(db, LOCAL.id, LOCAL.id, ROLES)
        _keep(db, LOCAL.id, hashed)
        audit.append(
            db, user, "account.made", f"user:{LOCAL.id}", roles=list(ROLES), groups=[], clearances=list(CLEARANCES)
        )
        return accounts.found(db, LOCAL.tenant, LOCAL.id)


def invite(
    db: Database, user: User, name: str, roles: Sequence[str] = (), *, groups: Sequence[str] = (),
    clearances: Sequence[str] = ("public", "internal"), email: str = "",
) -> str:  # fmt: skip
    """An account that waits for its person; gives the token of the invitation, which is shown once."""
    name, account_id = named(name), new_id()
    rights.require_roles(roles)
    with write(db):
        rights.require_manager(db, user)
        if not accounts.people(db):
            raise Conflict("Make an account for yourself first: whoever comes in after that has to sign in.")
        rates.spend(db, user, "invitations")
        rights.require_free(db, user.tenant, name)
        rights.insert(
            db, account_id, ISSUER, folded(name), user.tenant, name, "invited", by=user.id, clearances=clearances,
            email=tidy(email),
        )  # fmt: skip
        rights.insert_roles(db, user.id, account_id, dict.fromkeys(roles))
        kept = rights.insert_groups(db, user.id, account_id, groups)
        audit.append(
            db, user, "account.invited", f"user:{account_id}", roles=list(roles), groups=kept,
            clearances=list(clearances),
        )  # fmt: skip
        return _invitation(db, user, account_id)


def invite_again(db: Database, user: User, account_id: str) -> str:
    """A new invitation, where the first was lost or the password forgotten; what was there before holds until then."""
    with rights.managed(db, user, account_id) as found:
        # Who runs commands here has the files; a session that somebody else took over must not set a new password.
        if found.id == user.id and user.session:
            raise NotAllowed("You change your own password with the one that you have; or ask another administrator.")
        if found.issuer != ISSUER:
            raise BadInput(f"{found.name} has no password here; they sign in elsewhere, or with a token.")
        if found.state == "disabled":
            raise Conflict(f"The account of {found.name} is disabled; enable it first.")
        rates.spend(db, user, "invitations")
        audit.append(db, user, "account.invited_again", f"user:{account_id}")
        return _invitation(db, user, account_id)


def accept(db: Database, token: str, password: str) -> Account:
    """Take up an invitation: it sets the password, once. Whoever was signed in with the former one is signed out."""
    digest = tokens.digest(token)
    found = _invited(db, digest)
    hashed = _hashed(password, found.name)
    with write(db):
        _invited(db, digest)
        sql = "update invitation set used_at = ? where account_id = ? and used_at is null"
        db.execute(sql, [now(), found.id])
        db.execute("update account set state = 'active' where id = ? and state = 'invited'", [found.id])
        _keep(db, found.id, hashed)
        _end_sessions(db, found.id, "")
        who = accounts.user_of(db, found.id)
        audit.append(db, who, "account.entered", f"user:{found.id}", first=found.state == "invited")
        return accounts.found(db, found.tenant, found.id)


def sign_in(db: Database, name: str, password: str) -> Account:
    """Whose name and password these are. NotAllowed, always in the same words, for everything else."""
    with write(db):
        rates.spend_together(db, "sign_ins")
        row = _credential(db, name)
        # Counted before it is looked at: of many tries at once, no more are looked at than of tries one by one.
        usable = row if row and _tried(db, row) else None
    right = _checked(usable, password)
    with write(db):
        if usable is None or not right:
            who = User(id=NOBODY.id, name=NOBODY.name, tenant=row["tenant"] if row else LOCAL.tenant, clearances=())
            tried = f"user:{row['account_id'] if row else 'unknown'}"
            folding.fold(db, who, "session.refused", tried, "password", known=False)
        else:
            _forgiven(db, usable["account_id"])
    if usable is None or not right:
        raise NotAllowed(REFUSED)
    _renewed(db, usable, password)
    return accounts.found(db, usable["tenant"], usable["account_id"])


def change(db: Database, user: User, old: str, new: str) -> None:
    """One's own password. Every other session of the account ends."""
    if user.mode == "demo":
        raise NotAllowed("You act as somebody else; be yourself again to change your own password.")
    strength.require_strong(new, user.name)
    with write(db):
        row = one(db, f"{CREDENTIAL} where account_id = ?", [user.id])
        usable = row if row and _tried(db, row) else None
    if not _checked(usable, old):
        raise NotAllowed("The old password is not right, or was wrong several times; wait a little and try again.")
    hashed = _hashed(new, user.name)
    with write(db):
        _forgiven(db, user.id)
        _keep(db, user.id, hashed)
        _end_sessions(db, user.id, user.session)
        audit.append(db, user, "account.password_changed", f"user:{user.id}")


def unlock(db: Database, user: User, account_id: str) -> None:
    """Let somebody try again at once who was wrong too often."""
    with rights.managed(db, user, account_id) as found:
        sql = "update credential set failures = 0, locked_until = null where account_id = ? and failures > 0"
        if not db.execute(sql, [account_id]).rowcount:
            raise Conflict(f"The account of {found.name} is not locked.")
        audit.append(db, user, "account.unlocked", f"user:{account_id}")


# --- inside a write ---------------------------------------------------------------------------------------------

CREDENTIAL = (
    "select account_id, tenant, state, hash, failures, locked_until from credential join account on id = account_id"
)


def _credential(db: Database, name: str) -> Row | None:
    key = folded(name[:LONGEST_NAME])
    return one(db, f"{CREDENTIAL} where issuer = ? and subject = ?", [ISSUER, key])


def _tried(db: Database, row: Row) -> bool:
    """Count a try as a failure until it turns out right; False where none is looked at now."""
    moment = time.time()
    if row["state"] != "active" or (row["locked_until"] or "") > stamp(moment):
        return False
    rules, failures = lexicon("limits")["locks"], row["failures"] + 1
    doublings = min(failures - rules["tries"], 30)
    wait = min(rules["first_seconds"] * 2.0**doublings, rules["most_seconds"]) if doublings >= 0 else 0
    sql = "update credential set failures = ?, locked_until = ? where account_id = ?"
    db.execute(sql, [failures, stamp(moment + wait) if wait else None, row["account_id"]])
    return True


def _forgiven(db: Database, account_id: str) -> None:
    db.execute("update credential set failures = 0, locked_until = null where account_id = ?", [account_id])


def _invitation(db: Database, user: User, account_id: str) -> str:
    """A new one, in place of those that were not taken up."""
    token, days = tokens.made(), lexicon("limits")["invitations"]["days"]
    db.execute("update invitation set used_at = ? where account_id = ? and used_at is null", [now(), account_id])
    until = stamp(time.time() + days * 86_400)
    row = [tokens.digest(token), account_id, user.id, now(), until]
    db.execute("insert into invitation values (?, ?, ?, ?, ?, null)", row)
    return token


def _invited(db: Database, digest: str) -> Account:
    sql = "select digest, account_id from invitation where digest = ? and used_at is null and expires_at > ?"
    row = one(db, sql, [digest, now()])
    if row is None or not tokens.same(row["digest"], digest):
        raise NotAllowed(VOID)
    found = accounts.found(db, None, row["account_id"])
    if found.state == "disabled":
        raise NotAllowed(VOID)
    return found


def _keep(db: Database, account_id: str, hashed: str) -> None:
    db.execute(
        "insert into credential (account_id, hash, changed_at) values (?, ?, ?) on conflict do update"
        " set hash = excluded.hash, changed_at = excluded.changed_at, failures = 0, locked_until = null",
        [account_id, hashed, now()],
    )


def _end_sessions(db: Database, account_id: str, but: str) -> None:
    sql = (
        "update session set ended_at = ?, ended_why = 'password' where account_id = ? and id <> ? and ended_at is null"
    )
    db.execute(sql, [now(), account_id, but])


# --- hashes -----------------------------------------------------------------------------------------------------


def _hashed(password: str, name: str) -> str:
    """Its hash, outside any write: it takes a moment. BadInput says what is weak about the password."""
    strength.require_strong(password, name)
    return _hasher().hash(_plain(password))


def _checked(row: Row | None, password: str) -> bool:
    nobodys = _nobodys()  # made at the first try of this process, whoever's it is
    return _matches(row["hash"] if row else nobodys, password) and row is not None


def _matches(hashed: str, password: str) -> bool:
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(hashed, _plain(password[: strength.most()]))
    except VerifyMismatchError:
        return False


def _renewed(db: Database, row: Row, password: str) -> None:
    """Hash anew what was hashed with weaker settings than today's."""
    if not _hasher().check_needs_rehash(row["hash"]):
        return
    stronger = _hasher().hash(_plain(password))
    with write(db):
        sql = "update credential set hash = ? where account_id = ? and hash = ?"
        db.execute(sql, [stronger, row["account_id"], row["hash"]])


def _plain(password: str) -> bytes:
    # The same letters typed on another keyboard may come as other code points.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()  # argon2id with the settings of RFC 9106 for little memory


@cache
def _nobodys() -> str:
    """Of a password that nobody knows: signing in with a name that nobody has takes as long as with another."""
    return _hasher().hash(tokens.made())
