"""Signing in from the command line: the first account, invitations, passwords, and who is signed in."""

from argparse import Namespace

from core.cli.commands import JSON, Command, argument
from core.cli.database import opened, unlocked, whole
from core.cli.secrets import asked, chosen
from core.cli.text import as_json, counted, facts, listing, row, say
from core.cli.users import GROUP, LABELS, NAME, ROLE, account_id
from core.errors import BadInput

MODES = {
    "local": "the one person here, without accounts",
    "account": "a local account",
    "oidc": "an account of the sign-in provider",
    "service": "a service's token",
    "demo": "somebody made for a demo",
    "command": "named on the command line",
}


def whoami(arguments: Namespace) -> int:
    from core import identity

    with opened() as (_, user):
        permitted = [name for name in identity.PERMISSIONS if identity.may(user, name)]
    known = {"id": user.id, "name": user.name, "tenant": user.tenant, "mode": user.mode}
    if arguments.json:
        seen = {"roles": user.roles, "groups": user.groups, "clearances": user.clearances}
        as_json({**known, **seen, "permissions": permitted})
        return 0
    facts(
        [
            ("Name", user.name), ("ID", user.id), ("Tenant", user.tenant), ("Known as", MODES[user.mode]),
            ("Roles", user.roles), ("Groups", user.groups), ("Sees", user.clearances),
            ("May", tuple(identity.PERMISSIONS[name][0] for name in permitted)),
        ]
    )  # fmt: skip
    return 0


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


def list_sessions(arguments: Namespace) -> int:
    from core.identity import sessions

    with opened() as (db, user):
        found = sessions.sessions(db, user)
    listing(
        ("ID", "Name", "Known by", "Since", "Last click"),
        found,
        lambda one: (one.id, one.name, one.mode, one.started_at[:16], one.seen_at[:16]),
        arguments.json,
    )
    return 0


def end_session(arguments: Namespace) -> int:
    from core.identity import sessions

    if bool(arguments.id) == bool(arguments.of):
        raise BadInput("Say which session, or whose by --of WHO.")
    with opened() as (db, user):
        if arguments.id:
            sessions.end(db, user, whole(arguments.id, (one.id for one in sessions.sessions(db, user))))
            return 0
        ended = sessions.close_all(db, user, account_id(db, user, arguments.of))
    say(f"{counted(ended, 'session')} ended.")
    return 0


TITLE = "Signing in"
COMMANDS = (
    Command(
        "whoami", whoami, "Show as whom commands act",
        "By --as NAME, COPILOT_USER or COPILOT_TOKEN; without accounts, the one person here.",
        "python -m core whoami\npython -m core --as Ada whoami", (JSON,),
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
        "sessions list", list_sessions, "List who is signed in", "Your own sessions; administrators see everybody's.",
        "python -m core sessions list", (JSON,),
    ),
    Command(
        "sessions end", end_session, "Sign somebody out", "One session, or with --of all of somebody's.",
        "python -m core sessions end 3f2a9c41\npython -m core sessions end --of Ben",
        (
            argument("id", nargs="?", metavar="ID", help="as `sessions list` prints it; its beginning is enough"),
            argument("--of", metavar="WHO", help="all of this person's"),
        ),
    ),
)  # fmt: skip
