"""Who may do what: one table, read by `require` and shown on the Access page.

A permission says what; which documents it reaches is the label's to say (tenant, clearance, groups: `library.visible`).
"""

from core.errors import NotAllowed
from core.types import User

ROLES = ("analyst", "reviewer", "manager", "engineering owner", "risk reviewer", "facilitator", "admin")

_READERS = ("analyst", "reviewer", "manager", "risk reviewer", "facilitator")
_EDITORS = ("analyst", "reviewer", "manager")

# permission: (completes "may …", the roles that have it)
PERMISSIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "documents.read": ("read documents", _READERS),
    "documents.add": ("add documents", ("analyst", "manager", "facilitator")),
    "documents.manage": ("change the card and the fate of own documents", ("analyst", "manager", "facilitator")),
    "documents.second": ("sign second, and release what was escalated", ("reviewer", "manager", "risk reviewer")),
    "register.edit": ("correct and work the register", _EDITORS),
    "register.export": ("take findings away as files", _READERS),
    "controls.edit": ("import controls and confirm their links", _EDITORS),
    "firm.edit": ("say what the firm is", ("analyst", "manager")),
    "models.ask": ("have a model read a document, and try prompts", (*_EDITORS, "engineering owner", "facilitator")),
    "models.manage": ("add, remove and measure models", ("engineering owner",)),
    "models.review": ("say who owns a model and answer its vendor review", ("engineering owner", "risk reviewer")),
    "models.stop": ("stop a model, and start it again", ("engineering owner", "risk reviewer", "admin")),
    "changes.propose": (
        "propose a change of what steers the models",
        ("analyst", "reviewer", "manager", "risk reviewer", "engineering owner", "admin"),
    ),
    "changes.decide": (
        "decide on a change of what steers the models, and go back",
        ("engineering owner", "risk reviewer", "admin"),
    ),
    "costs.all": ("see what everybody's calls cost", ("manager", "engineering owner", "risk reviewer", "admin")),
    "actions.submit": ("ask for an action to be approved", ("analyst", "manager", "facilitator")),
    "actions.review": ("decide on actions", ("reviewer", "manager", "risk reviewer")),
    "actions.execute": ("let accepted actions be carried out", ("analyst", "manager")),
    "actions.confirm": ("confirm a tool that needs a manager", ("manager",)),
    "actions.compensate": ("undo what was carried out", ("reviewer", "manager")),
    "audit.read": ("read the log", ("manager", "risk reviewer", "admin")),
    "access.read": ("see who may do what", ("manager", "risk reviewer", "admin")),
    "access.manage": ("invite people and give rights", ("admin",)),
    "demo.act": ("act as somebody else in a demo", ("facilitator", "admin")),
}


def may(user: User, permission: str) -> bool:
    """Whether a role of the user, and of a service its token, has the permission. KeyError for one that is unknown."""
    if user.mode == "service" and permission not in user.scopes:
        return False
    return not set(PERMISSIONS[permission][1]).isdisjoint(user.roles)


def require(user: User, permission: str, thing: str = "") -> None:
    """NotAllowed unless the user may. `thing` names what it is about, in the words of the person: "'DORA'"."""
    if may(user, permission):
        return
    about = f" ({thing})" if thing else ""
    act = PERMISSIONS[permission][0]
    raise NotAllowed(f"Your roles do not let you {act}{about}; ask somebody who is {who_may(permission)}.")


def who_may(permission: str) -> str:
    """The roles in words: "analyst, manager or admin"."""
    names = PERMISSIONS[permission][1]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
