"""Who people are, what they may, and how they are let in.

permissions   the table of what each role may, and `require`
names         what people are called, and which names look alike
accounts      people and services: who they are, what they may and see now
rights        roles, groups and clearances, given and taken by administrators
providers     OpenID Connect: who that is here
tokens        what is shown to be let in, of which we keep the digest
passwords     local accounts: argon2id, invitations, locks
strength      which passwords are too easy to guess
sessions      our own row beside the browser's cookie: idle and absolute limits, signing out, acting as
doors         which way in there is: OIDC, local accounts, or one local person on loopback
services      service accounts and their tokens
rates         limits and quotas
upkeep        what is kept about people for a while only
"""

from core.identity.permissions import PERMISSIONS, ROLES, may, require, who_may
from core.types import User

__all__ = ["LOCAL", "PERMISSIONS", "ROLES", "alone", "local_user", "may", "require", "who_may"]

LOCAL = User(id="local", name="Local user", roles=ROLES, mode="local")


def local_user() -> User:
    """The one person at this computer while there are no accounts, with every right and every clearance."""
    return LOCAL


def alone(user: User) -> bool:
    """Whether this is the one local person: where there are accounts, nobody is."""
    return user.mode == "local"
