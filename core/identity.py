"""Who people are. Until there are accounts, one local person."""

from collections.abc import Sequence

from core.errors import NotAllowed
from core.types import User

LOCAL = User(id="local", name="Local user", roles=("analyst", "reviewer", "manager", "engineering owner", "admin"))


def local_user() -> User:
    """The one person at this computer, with every right and every clearance."""
    return LOCAL


def alone(user: User) -> bool:
    """Whether this is the one local person: where there are accounts, nobody is."""
    return user.id == LOCAL.id


def may(user: User, roles: Sequence[str]) -> bool:
    """Whether the user has one of these roles."""
    return not set(roles).isdisjoint(user.roles)


def require(user: User, roles: Sequence[str], act: str) -> None:
    """NotAllowed unless the user has one of these roles. `act` completes "may …": "stop a model"."""
    if not may(user, roles):
        raise NotAllowed(f"Your roles do not let you {act}; ask somebody who is {' or '.join(roles)}.")
