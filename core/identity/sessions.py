"""Our own row beside the browser's cookie, so that limits, signing out and a disabled account take effect at once."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from core import audit
from core.errors import Conflict, NotAllowed, NotFound
from core.identity import LOCAL, accounts, providers, rights, tokens
from core.identity.permissions import may, require
from core.settings import Settings, settings
from core.store import Row, now, one, rows, stamp, write
from core.types import User, UserMode

TOUCH_SECONDS = 60
# Two computers' clocks: a provider's sign-in may lie this far in our future.
SKEW_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Session:
    """`name` is the person's; `acting_as` the id of somebody of a demo."""

    id: str
    account_id: str
    name: str
    mode: UserMode
    started_at: str
    seen_at: str
    acting_as: str | None


# --- let in, look again, and out --------------------------------------------------------------------------------


def open(db: Database, account_id: str, mode: UserMode, *, replaces: str = "") -> str:
    """Let somebody in whose password or provider was just checked; gives the token that only their browser keeps.

    `replaces` is the token that the browser had before: that session ends. With mode "local" it is the one person of
    an app without accounts.
    """
    token = tokens.made()
    with write(db):
        if replaces:
            _end(db, tokens.digest(replaces), "signed in anew")
        _open(db, account_id, mode, token)
    return token


def user(db: Database, token: str, *, clicked: bool = True) -> User | None:
    """Whom the token lets in, with the rights that they have now; None where they have to sign in (again).

    What a window asks by itself, by a timer, is not `clicked`: it does not keep the session from being idle.
    """
    row = _row(db, token)
    if row is None or row["ended_at"] is not None:
        return None
    if why := _over(db, row):
        with write(db):
            _end(db, row["id"], why)
        return None
    if clicked:
        _touch(db, row)
    return _person(db, row)


def of_claims(db: Database, claims: Mapping[str, Any], limits: Settings, *, clicked: bool = True) -> User | None:
    """Whom the provider's answer in Streamlit's cookie lets in. It opens a session once: when that one has ended, or
    the answer is older than a session may be, None, and they sign in anew.
    """
    token = _token_of(claims)
    if _row(db, token) is None:
        if not _recent(claims, limits):
            return None
        found = providers.sign_in(db, claims, limits)
        with write(db):
            if _row(db, token) is None:  # two reruns at once
                _open(db, found.id, "oidc", token)
    return user(db, token, clicked=clicked)


def ended_why(db: Database, token: str, claims: Mapping[str, Any] | None = None) -> str:
    """Why the session of this token, or of this answer of a provider, is over: "idle", "old", "signed out", "ended",
    "disabled", "accounts" or "signed in anew"; "" where there was none, or it is not over.
    """
    row = _row(db, _token_of(claims) if claims else token)
    return (row["ended_why"] or _over(db, row)) if row else ""


def leave(db: Database, user: User) -> None:
    """Sign out of the session that lets this person in."""
    with write(db):
        _end(db, user.session, "signed out")


def close(db: Database, token: str) -> None:
    """Sign out. A token that lets nobody in is no error."""
    with write(db):
        _end(db, tokens.digest(token), "signed out")


def end(db: Database, user: User, session_id: str) -> None:
    """Sign out one of one's own sessions, or, as an administrator, anybody's."""
    row = one(db, "select account_id from session where id = ? and ended_at is null", [session_id])
    if row is None:
        raise NotFound("There is no such session, or it has ended; the list of sessions names those there are.")
    with write(db):
        _require_own(db, user, row["account_id"])
        _end(db, session_id, "ended", by=user)


def close_all(db: Database, user: User, account_id: str) -> int:
    """Sign somebody out everywhere; gives of how many sessions."""
    with write(db):
        _require_own(db, user, account_id)
        sql = "select id from session where account_id = ? and ended_at is null"
        ended = [_end(db, row["id"], "ended", by=user) for row in rows(db, sql, [account_id])]
    return sum(ended)


def sessions(db: Database, user: User) -> list[Session]:
    """Those that are open, the latest first: one's own, and with the right to read access everybody's."""
    sql = (
        "select session.id, account_id, coalesce(account.name, ?) as name, mode, started_at, session.seen_at, acting_as"
        " from session left join account on account.id = account_id where ended_at is null"
        " and coalesce(account.tenant, ?) = ? and (account_id = ? or ?) order by session.seen_at desc"
    )
    everybody = may(user, "access.read")
    found = rows(db, sql, [LOCAL.name, LOCAL.tenant, user.tenant, user.id, everybody])
    return [Session(**row) for row in found if not _late(row, settings())]


# --- a demo -----------------------------------------------------------------------------------------------------


def actors(db: Database, user: User) -> dict[str, str]:
    """As whom somebody may act: the people who were made for the demo, id → name. None where this is no demo."""
    own = behind(db, user) or user
    if not settings().demo or own.mode == "demo" or not may(own, "demo.act"):
        return {}
    sql = "select id, name from account where tenant = ? and issuer = ? and state = 'active' order by folded"
    return {row["id"]: row["name"] for row in rows(db, sql, [own.tenant, accounts.DEMO])}


def act_as(db: Database, user: User, account_id: str) -> None:
    """From the next click on be somebody who was made for a demo, as which the log shows it. Never a real person."""
    own = behind(db, user)
    if own is None:
        raise NotAllowed("Somebody acts as another only in the app, signed in; open it in the browser.")
    require(own, "demo.act")
    if not settings().demo:
        raise NotAllowed("This is no demo; nobody acts as somebody else here. COPILOT_DEMO=1 makes it one.")
    with write(db):
        sql = "select 1 from account where id = ? and tenant = ? and issuer = ? and state = 'active'"
        if one(db, sql, [account_id, own.tenant, accounts.DEMO]) is None:
            raise NotFound("There is nobody of that name in this demo; choose one of its people.")
        db.execute("update session set acting_as = ? where id = ? and ended_at is null", [account_id, user.session])
        audit.append(db, own, "session.acting", f"user:{account_id}")


def act_as_self(db: Database, user: User) -> None:
    """Be oneself again."""
    own = behind(db, user)
    if own is None:
        raise NotFound("There is no session to go back in; sign in again.")
    with write(db):
        sql = "update session set acting_as = null where id = ? and acting_as is not null"
        if not db.execute(sql, [user.session]).rowcount:
            raise Conflict("You are yourself already; reload the page.")
        audit.append(db, own, "session.acting_ended", f"user:{own.id}")


def behind(db: Database, user: User) -> User | None:
    """Who is really there: the facilitator, where somebody acts as another. None without a session that is open."""
    row = one(db, "select * from session where id = ? and ended_at is null", [user.session])
    return _self(db, row) if row and not _over(db, row) else None


# --- inside a write ---------------------------------------------------------------------------------------------


def _open(db: Database, account_id: str, mode: UserMode, token: str) -> None:
    moment, session_id = now(), tokens.digest(token)
    if mode == "local" and accounts.people(db):
        raise NotAllowed("There are accounts here now; sign in with yours.")
    who = LOCAL if mode == "local" else accounts.user_of(db, account_id, mode)
    row = {"id": session_id, "account_id": who.id, "mode": who.mode, "started_at": moment, "seen_at": moment}
    db["session"].insert(row)
    db.execute("update account set seen_at = ? where id = ?", [moment, who.id])
    audit.append(db, who, "session.opened", f"user:{who.id}", session=session_id[: tokens.SHOWN])


def _end(db: Database, session_id: str, why: str, by: User | None = None) -> bool:
    """Gives whether it was open. Logged as done by whom it belonged to, unless somebody else did it."""
    sql = "update session set ended_at = ?, ended_why = ? where id = ? and ended_at is null"
    if not db.execute(sql, [now(), why, session_id]).rowcount:
        return False
    row = one(
        db,
        "select account_id, mode, coalesce(tenant, ?) as tenant from session"
        " left join account on account.id = account_id where session.id = ?",
        [LOCAL.tenant, session_id],
    )
    assert row
    who = by or User(id=row["account_id"], name="", tenant=row["tenant"], mode=row["mode"])
    details = {"session": session_id[: tokens.SHOWN], "why": why}
    audit.append(db, who, "session.ended", f"user:{row['account_id']}", **details)
    return True


def _require_own(db: Database, user: User, account_id: str) -> None:
    if account_id == user.id and user.mode != "demo":
        return
    rights.require_manager(db, user)
    if one(db, "select 1 from account where id = ? and tenant = ?", [account_id, user.tenant]) is None:
        raise NotFound("There is no such account; the list of accounts names those there are.")


# --- what a row says --------------------------------------------------------------------------------------------


def _row(db: Database, token: str) -> Row | None:
    session_id = tokens.digest(token)
    row = one(db, "select * from session where id = ?", [session_id])
    return row if row and tokens.same(row["id"], session_id) else None


def _over(db: Database, row: Row) -> str:
    """Why the session is over, "" while it is not."""
    if row["mode"] == "local":
        return "accounts" if accounts.people(db) else _late(row, settings())
    active = one(db, "select 1 from account where id = ? and state = 'active'", [row["account_id"]])
    return _late(row, settings()) if active else "disabled"


def _late(row: Row, limits: Settings) -> str:
    """Its times against the limits. A time in the future, after the clock was set back, is no time seen."""
    moment = time.time()
    if not stamp(moment - 60 * limits.session_idle_minutes) < row["seen_at"] <= stamp(moment + SKEW_SECONDS):
        return "idle"
    return "" if row["started_at"] > stamp(moment - 3600 * limits.session_hours) else "old"


def _touch(db: Database, row: Row) -> None:
    moment = time.time()
    if row["seen_at"] > stamp(moment - TOUCH_SECONDS):
        return
    with write(db):
        sql = "update session set seen_at = ? where id = ? and ended_at is null"
        if db.execute(sql, [stamp(moment), row["id"]]).rowcount:
            db.execute("update account set seen_at = ? where id = ?", [stamp(moment), row["account_id"]])


def _person(db: Database, row: Row) -> User:
    if row["acting_as"] and settings().demo and may(_self(db, row), "demo.act"):
        return accounts.user_of(db, row["acting_as"], "demo", row["id"])
    return _self(db, row)


def _self(db: Database, row: Row) -> User:
    if row["mode"] == "local":
        return accounts.refreshed(db, User(id=LOCAL.id, name=LOCAL.name, mode="local", session=row["id"]))
    return accounts.user_of(db, row["account_id"], row["mode"], row["id"])


# --- what a provider says ---------------------------------------------------------------------------------------

# What makes one sign-in differ from the next; of a provider's answer as Streamlit keeps it in its signed cookie.
ONE_SIGN_IN = ("iss", "sub", "iat", "exp", "nonce", "jti", "sid", "at_hash", "auth_time")


def _token_of(claims: Mapping[str, Any]) -> str:
    return "oidc:" + json.dumps([claims.get(name) for name in ONE_SIGN_IN], default=str)


def _recent(claims: Mapping[str, Any], limits: Settings) -> bool:
    issued = claims.get("iat")
    if not isinstance(issued, int | float):
        raise NotAllowed("The sign-in provider did not say when you signed in; ask whoever set it up.")
    age = datetime.now(UTC).timestamp() - issued
    return -SKEW_SECONDS < age < 3600 * limits.session_hours
