"""A provider vouches for somebody (OpenID Connect): who that is here, and whom the operator made an administrator."""

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from core import audit
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import accounts, rights
from core.identity.accounts import TENANT, Account
from core.identity.names import named, tidy
from core.settings import Settings, lexicon
from core.store import new_id, one, write
from core.types import User


def sign_in(db: Database, claims: Mapping[str, Any], settings: Settings) -> Account:
    """The account of whom an OIDC provider has signed in, by `iss` and `sub`; made, without rights, at the first time.

    Whom COPILOT_ADMINS names is an administrator. NotAllowed when disabled.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or "://" not in issuer or not subject:
        raise NotAllowed("The sign-in provider did not say who you are; ask whoever set it up.")
    email = _vouched(claims)
    with write(db):
        row = one(db, "select id from account where issuer = ? and subject = ?", [issuer, subject])
        account_id = row["id"] if row else _enrolled(db, claims, issuer, subject)
        # Who somebody is does not follow from an address that nobody checked: such a one is not even shown.
        db.execute("update account set email = ? where id = ? and email <> ?", [email, account_id, email])
        found = accounts.found(db, None, account_id)
        if found.state == "active" and "admin" not in found.roles and _is_admin(settings, issuer, subject, email):
            rights.insert_roles(db, "settings", account_id, ["admin"])
            audit.append(
                db,
                accounts.as_user(found, "oidc"),
                "account.role_given",
                f"user:{account_id}",
                role="admin",
                by="settings",
            )
            found = accounts.found(db, None, account_id)
    accounts.as_user(found, "oidc")
    return found


def _enrolled(db: Database, claims: Mapping[str, Any], issuer: str, subject: str) -> str:
    account_id = new_id()
    said = next((text for key in ("name", "preferred_username") if isinstance(text := claims.get(key), str)), "")
    name = tidy(said)[: lexicon("limits")["names"]["most"] - 8] or "Somebody"
    try:
        named(name)
        rights.require_free(db, TENANT, name)
    except (BadInput, Conflict):  # nobody chooses a name by which they are taken for somebody else
        name = f"{name} ({account_id[:4]})"
    rights.insert(db, account_id, issuer, subject, TENANT, name, "active", by=account_id)
    who = User(id=account_id, name=name, tenant=TENANT, clearances=(), mode="oidc")
    audit.append(db, who, "account.made", f"user:{account_id}", roles=[], groups=[], clearances=[])
    return account_id


def _vouched(claims: Mapping[str, Any]) -> str:
    email = claims.get("email")
    checked = isinstance(email, str) and email.isascii() and claims.get("email_verified") is True
    return tidy(str(email)) if checked else ""


def _is_admin(settings: Settings, issuer: str, subject: str, email: str) -> bool:
    entries = [entry.strip() for entry in settings.admins.split(",") if entry.strip()]
    # An issuer is an address and has no "|"; were one to have it, "a|b" and "c" would pass for "a" and "b|c".
    if "|" not in issuer and f"{issuer}|{subject}" in entries:
        return True
    return bool(email) and email.casefold() in {entry.casefold() for entry in entries if "|" not in entry}
