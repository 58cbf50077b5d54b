"""People from the command line: who there is, and the roles, groups and clearances that an administrator gives."""

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.cli.commands import JSON, REASON, Command, argument
from core.cli.database import opened, whole
from core.cli.text import as_json, facts, listing, say, table
from core.errors import BadInput

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.identity.accounts import Account
    from core.types import User


def list_users(arguments: Namespace) -> int:
    from core.identity import accounts

    with opened() as (db, user):
        found = accounts.accounts(db, user)
    listing(
        ("ID", "Name", "State", "Roles", "Groups", "Sees", "Last here"),
        found,
        lambda one: (
            one.id, one.name, one.state, ", ".join(one.roles), ", ".join(one.groups), ", ".join(one.clearances),
            (one.seen_at or "")[:16],
        ),
        arguments.json,
    )  # fmt: skip
    return 0


def show(arguments: Namespace) -> int:
    from dataclasses import asdict

    from core.identity import accounts

    with opened() as (db, user):
        found = accounts.account(db, user, account_id(db, user, arguments.who))
        given = accounts.given(db, user, found.id)
        called = accounts.names(db, user.tenant, [one.by for one in given])
    if arguments.json:
        as_json({**asdict(found), "given": [asdict(one) for one in given]})
    else:
        by = tuple(f"{one.what}, by {called.get(one.by, one.by)} on {one.at[:10]}" for one in given)
        facts([*described(found), ("Given", by)])
    return 0


def described(found: "Account") -> list[tuple[str, object]]:
    from core.identity import PERMISSIONS

    permitted = [what for what, holders in PERMISSIONS.values() if set(holders) & set(found.roles)]
    return [
        ("ID", found.id), ("Name", found.name), ("State", found.state), ("Known by", f"{found.issuer} {found.subject}"),
        ("E-mail", found.email), ("Roles", found.roles), ("Groups", found.groups), ("Sees", found.clearances),
        ("May", tuple(permitted)), ("Since", found.created_at), ("Invited by", found.created_by),
        ("Last here", found.seen_at),
    ]  # fmt: skip


def sees(arguments: Namespace) -> int:
    from core import library
    from core.identity import accounts
    from core.library.seeing import as_person

    with opened() as (db, user):
        who = accounts.account(db, user, account_id(db, user, arguments.who))
        found = library.sight(db, user, as_person(who))
    listing(
        ("Sees", "Documents", "Class", "Groups", "State", "Why"),
        found,
        lambda one: (
            "yes" if one.seen else "no", one.documents, one.classification, ", ".join(one.groups), one.state, one.why,
        ),
        arguments.json,
    )  # fmt: skip
    return 0


def permissions(arguments: Namespace) -> int:
    from core.identity import PERMISSIONS

    lines = (
        (name, what, ", ".join(roles)) for name, (what, roles) in PERMISSIONS.items() if _of(arguments.role, roles)
    )
    table(("Permission", "May …", "Who is"), lines)
    return 0


def _of(role: str | None, roles: tuple[str, ...]) -> bool:
    from core.identity import ROLES

    if role is not None and role not in ROLES:
        raise BadInput(f"There is no role {role!r}; it is one of: {', '.join(ROLES)}.")
    return role is None or role in roles


def give(arguments: Namespace) -> int:
    from core.identity import rights

    return _each(arguments, rights.give_role, rights.give_group)


def take(arguments: Namespace) -> int:
    from core.identity import rights

    return _each(arguments, rights.take_role, rights.take_group)


def _each(arguments: Namespace, role: Callable[..., None], group: Callable[..., None]) -> int:
    from core.cli.files import Tally

    tally = Tally()
    with opened() as (db, user):
        id = account_id(db, user, arguments.who)
        for change, names in ((role, arguments.role), (group, arguments.group)):
            for name in names:
                with tally.attempt(name):
                    change(db, user, id, name)
    if not arguments.role and not arguments.group:
        say("Nothing was named; say --role or --group.")
    return tally.code


def clear(arguments: Namespace) -> int:
    from core.identity import rights

    return _changed(arguments, rights.set_clearances, arguments.label)


def rename(arguments: Namespace) -> int:
    from core.identity import rights

    return _changed(arguments, rights.rename, arguments.name)


def disable(arguments: Namespace) -> int:
    from core.identity import rights

    return _changed(arguments, rights.disable, arguments.reason)


def enable(arguments: Namespace) -> int:
    from core.identity import rights

    return _changed(arguments, rights.enable)


def unlock(arguments: Namespace) -> int:
    from core.identity import passwords

    return _changed(arguments, passwords.unlock)


def _changed(arguments: Namespace, change: Callable[..., None], *values: Any) -> int:
    with opened() as (db, user):
        change(db, user, account_id(db, user, arguments.who), *values)
    return 0


def account_id(db: "Database", user: "User", given: str) -> str:
    """By name, or by the beginning of an id."""
    from core.identity import accounts

    if found := accounts.id_of(db, user, given):
        return found
    return whole(given, [user.id] if given == user.id else (one.id for one in accounts.accounts(db, user)))


LABELS = ("public", "internal", "confidential", "restricted")
WHO = argument("who", metavar="WHO", help="a name, or an id as `users list` prints it")
NAME = argument("name", metavar="NAME", help="as it is shown, and typed to sign in")
ROLE = argument(
    "--role", action="append", default=[], metavar="ROLE", help="as `permissions` lists them; may be repeated"
)
GROUP = argument(
    "--group", action="append", default=[], metavar="GROUP", help="as on documents' labels; may be repeated"
)
TITLE = "People"
COMMANDS = (
    Command(
        "users list", list_users, "List the people", "Each with what they may and see.", "python -m core users list",
        (JSON,),
    ),
    Command(
        "users show", show, "Show a person", "Roles, groups, clearances, and what follows from them.",
        "python -m core users show Ada", (WHO, JSON),
    ),
    Command(
        "users sees", sees, "Show what a person sees, and why",
        "Counts of documents by label, never a title: a line says whether they see those, and what decides it.",
        "python -m core users sees Ada", (WHO, JSON),
    ),
    Command(
        "permissions", permissions, "Show what each role may", "The table that every page and command asks.",
        "python -m core permissions\npython -m core permissions reviewer",
        (argument("role", nargs="?", metavar="ROLE", help="only what this role may"),),
    ),
    Command(
        "users give", give, "Give roles and groups", "Nobody gives rights to themselves.",
        "python -m core users give Ben --role manager --group payments", (WHO, ROLE, GROUP),
    ),
    Command(
        "users take", take, "Take roles and groups away", "The last administrator stays one.",
        "python -m core users take Ben --role manager", (WHO, ROLE, GROUP),
    ),
    Command(
        "users clear", clear, "Say which classes of documents somebody sees", "Exactly these; none is allowed, too.",
        "python -m core users clear Ben --label public internal confidential",
        (WHO, argument("--label", nargs="*", choices=LABELS, required=True, metavar="CLASS", help=", ".join(LABELS))),
    ),
    Command(
        "users rename", rename, "Give somebody another name", "It is shown, and typed to sign in.",
        "python -m core users rename Ben 'Ben Castor'", (WHO, NAME),
    ),
    Command(
        "users disable", disable, "Let somebody in no more", "At once: their sessions end and their jobs stop.",
        "python -m core users disable Ben --reason 'Left the firm'", (WHO, REASON),
    ),
    Command(
        "users enable", enable, "Let somebody in again", "With the rights from before.",
        "python -m core users enable Ben", (WHO,),
    ),
    Command(
        "users unlock", unlock, "Let somebody try again who mistyped their password too often", "At once.",
        "python -m core users unlock Ben", (WHO,),
    ),
)  # fmt: skip
