"""People with accounts, put there as a sign-in provider's first sign-in and an administrator would leave them."""

import time
from typing import Any

from core.identity import accounts, rights
from core.identity.names import folded
from core.settings import Settings
from core.store import Database, new_id, rows, write
from core.types import User

ISSUER = "https://id.example"
PLAIN = Settings(admins="")


def person(db: Database, name: str, *roles: str, tenant: str = "local", **more: Any) -> User:
    """Somebody with these roles, who sees public and internal documents."""
    account_id = new_id()
    clearances = more.get("clearances", ("public", "internal"))
    with write(db):
        rights.insert(
            db, account_id, more.get("issuer", ISSUER), folded(name), tenant, name, "active", by="test",
            clearances=clearances,
        )  # fmt: skip
        rights.insert_roles(db, "test", account_id, roles)
        rights.insert_groups(db, "test", account_id, more.get("groups", ()))
    return accounts.user_of(db, account_id, more.get("mode", "account"))


def claims(sub: str = "ada", **more: Any) -> dict[str, Any]:
    """What a provider says in its ID token."""
    return {"iss": ISSUER, "sub": sub, "name": sub.title(), "iat": int(time.time()), **more}


def events(db: Database) -> list[str]:
    return [row["event"] for row in rows(db, "select event from audit order by number")]


def logged(db: Database) -> str:
    """Everything that the log holds, as one text."""
    return str(rows(db, "select * from audit"))
