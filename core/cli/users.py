"""Who may do what, from the command line: people, invited by an administrator and given roles, groups, clearances."""

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.cli.commands import JSON, REASON, Command, argument
from core.cli.database import opened, unlocked, whole
from core.cli.secrets import asked, chosen
from core.cli.text import as_json, facts, listing, row, say

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
    if arguments.json:
        as_json(asdict(found))
    else:
        facts(described(found))
    return 0


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


def described(found: "Account") -> list[tuple[str, object]]:
    from core.identity import PERMISSIONS

    permitted = [what for what, holders in PERMISSIONS.values() if set(holders) & set(found.roles)]
    return [
        ("ID", found.id), ("Name", found.name), ("State", found.state), ("Known by", f"{found.issuer} {found.subject}"),
        ("E-mail", found.email), ("Roles", found.roles), ("Groups", found.groups), ("Sees", found.clearances),
        ("May", tuple(permitted)), ("Since", found.created_at), ("Last here", found.seen_at),
    ]  # fmt: skip


def protect(arguments: Namespace) -> int:
    from core.identity import passwords

    with opened() as (db, user):
        made = passwords.protect(db, user, arguments.name, chosen("Password for the app"))
    row(made.id)
    say(f"From now on everybody signs in, you as {made.name!r}; commands say who you are by --as {made.name!r}.")
    return 0


def invite(arguments: Namespace) -> int:
    from core.identity import passwords
    from core.settings import lexicon

    with opened() as (db, user):
        if arguments.again:
            token = passwords.invite_again(db, user, account_id(db, user, arguments.name))
        else:
            token = passwords.invite(
                db, user, arguments.name, arguments.role, groups=arguments.group, clearances=arguments.label,
                email=arguments.email,
            )  # fmt: skip
    row(token)
    days = lexicon("limits")["invitations"]["days"]
    say(f"Give this to {arguments.name} alone; it works once, within {days} days, and is not shown again.")
    return 0


def accept(arguments: Namespace) -> int:
    from core.identity import passwords

    with unlocked() as db:
        token = asked("Invitation")
        found = passwords.accept(db, token, chosen("New password"))
    say(f"Welcome, {found.name}: sign in with this name and your password.")
    return 0


def password(arguments: Namespace) -> int:
    from core.identity import passwords

    with opened() as (db, user):
        passwords.change(db, user, asked("Old password"), chosen("New password"))
    say("Your password is changed; wherever else you were signed in, you are signed out.")
    return 0


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
        "users protect",
        protect,
        "Make the first account, and have everybody sign in",
        """
        All that is here stays yours: you are its first account, and administrator. The password is asked for at the
        terminal, or read from a line on standard input.
        """,
        "python -m core users protect Ada",
        (NAME,),
    ),
    Command(
        "users invite",
        invite,
        "Invite somebody, or let them choose a new password",
        """
        Prints the invitation, which works once. Nobody has a role, a group or a clearance that is not given here or
        later. With --again it is a new invitation, where the first was lost or a password forgotten.
        """,
        """
        python -m core users invite Ben --role reviewer --role 'risk reviewer' --group payments
        python -m core users invite Ben --again
        """,
        (
            NAME, ROLE, GROUP,
            argument("--label", nargs="*", choices=LABELS, default=LABELS[:2], metavar="CLASS",
                     help=f"documents they see, of: {', '.join(LABELS)} (default: public internal)"),
            argument("--email", default="", metavar="ADDRESS", help="messages go to it, where mail is set up"),
            argument("--again", action="store_true", help="for somebody who has an account"),
        ),
    ),
    Command(
        "users accept", accept, "Take up an invitation",
        "Asks for the invitation and a new password; from a file or pipe, each on a line of its own.",
        "python -m core users accept",
    ),
    Command(
        "users password", password, "Change your own password",
        "Asks for the old and the new one; from a file or pipe, each on a line of its own.",
        "python -m core --as Ada users password\npython -m core users password < lines.txt",
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
