"""What a button says to whoever may not use it. Core refuses as well: this only spares them the try."""

from typing import Any

from core import identity, library
from core.types import User


def barred(user: User, permission: str, help: str | None = None) -> dict[str, Any]:
    """How a button is drawn for this person: `help` as ever where they may, else disabled and why."""
    return {"disabled": True, "help": why(permission)} if not identity.may(user, permission) else {"help": help}


def barred_for_others(user: User, shown: library.DocumentRow, help: str | None = None) -> dict[str, Any]:
    """What is its owner's, or an administrator's who reads it."""
    if identity.may(user, "documents.manage") and not is_theirs(user, shown):
        return {"disabled": True, "help": "Only its owner can do this."}
    return barred(user, "documents.manage", help)


def barred_for_one(user: User, shown: library.DocumentRow) -> dict[str, Any]:
    """What takes a second person, where there is one."""
    if shown.owner == user.id and not identity.alone(user):
        return {"disabled": True, "help": f"It is yours, so it takes somebody else. {why('documents.second')}"}
    return barred(user, "documents.second")


def is_theirs(user: User, shown: library.DocumentRow) -> bool:
    return shown.owner == user.id or identity.may(user, "access.manage")


def why(permission: str) -> str:
    return f"This takes somebody who is {identity.who_may(permission)}."
