"""Who people are. Until there are accounts, one local person."""

from core.types import User

LOCAL = User(id="local", name="Local user", roles=("analyst", "reviewer", "manager", "engineering owner", "admin"))


def local_user() -> User:
    """The one person at this computer, with every right and every clearance."""
    return LOCAL
