"""Who is asking and what that lets them do; programs with tokens; who is signed in."""

from argparse import Namespace
from typing import TYPE_CHECKING

from core.cli.commands import JSON, Command, argument
from core.cli.database import opened, whole
from core.cli.text import as_json, counted, facts, listing, row, say, table
from core.cli.users import GROUP, LABELS, NAME, ROLE, account_id
from core.errors import BadInput

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.types import User

MODES = {
    "local": "the one person here, without accounts",
    "account": "a local account",
    "oidc": "an account of the sign-in provider",
    "service": "a service's token",
    "demo": "somebody made for a demo",
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


# --- services ---------------------------------------------------------------------------------------------------


def list_services(arguments: Namespace) -> int:
    from core.identity import services

    with opened() as (db, user):
        found = services.services(db, user)
    listing(
        ("ID", "Name", "Roles", "Scopes", "Until", "Revoked", "Last used"),
        found,
        lambda one: (
            one.id, one.name, ", ".join(one.roles), ", ".join(one.scopes), one.expires_at[:10],
            (one.revoked_at or "")[:10], (one.used_at or "")[:16],
        ),
        arguments.json,
    )  # fmt: skip
    return 0


def make_service(arguments: Namespace) -> int:
    from core.identity import services

    with opened() as (db, user):
        token = services.make(
            db, user, arguments.name, arguments.role, arguments.scope, arguments.days, groups=arguments.group,
            clearances=arguments.label,
        )  # fmt: skip
    return _shown(token, arguments.days)


def renew_service(arguments: Namespace) -> int:
    from core.identity import services

    with opened() as (db, user):
        token = services.renew(db, user, _service(db, user, arguments.service), arguments.days)
    return _shown(token, arguments.days)


def _shown(token: str, days: int) -> int:
    row(token)
    say(f"This token holds for {counted(days, 'day')} and is not shown again; commands take it from COPILOT_TOKEN.")
    return 0


def revoke_service(arguments: Namespace) -> int:
    from core.identity import services

    with opened() as (db, user):
        services.revoke(db, user, _service(db, user, arguments.service))
    return 0


def _service(db: "Database", user: "User", given: str) -> str:
    from core.identity import services

    found = services.services(db, user)
    return {one.name: one.id for one in found}.get(given) or whole(given, (one.id for one in found))


# --- sessions ---------------------------------------------------------------------------------------------------


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


SERVICE = argument("service", metavar="SERVICE", help="its name, or its id as `services list` prints it")
DAYS = argument("--days", type=int, default=90, metavar="DAYS", help="how long the token holds (default: 90)")
TITLE = "Access"
COMMANDS = (
    Command(
        "whoami", whoami, "Show as whom commands act",
        "By --as NAME, COPILOT_USER or COPILOT_TOKEN; without accounts, the one person here.",
        "python -m core whoami\npython -m core --as Ada whoami", (JSON,),
    ),
    Command(
        "permissions", permissions, "Show what each role may", "The table that every page and command asks.",
        "python -m core permissions\npython -m core permissions reviewer",
        (argument("role", nargs="?", metavar="ROLE", help="only what this role may"),),
    ),
    Command(
        "services list", list_services, "List the programs that have a token", "Never the tokens themselves.",
        "python -m core services list", (JSON,),
    ),
    Command(
        "services make",
        make_service,
        "Give a program a token",
        """
        It may do what its scopes name, as far as its roles have it. Decisions and rights are for people: no token has
        them. The token is printed once.
        """,
        """
        python -m core services make nightly --role analyst --scope documents.read --scope documents.add --days 30
        """,
        (
            NAME, ROLE,
            argument("--scope", action="append", default=[], metavar="PERMISSION",
                     help="as `permissions` lists them; may be repeated"),
            GROUP,
            argument("--label", nargs="*", choices=LABELS, default=LABELS[:2], metavar="CLASS",
                     help=f"documents it sees, of: {', '.join(LABELS)} (default: public internal)"),
            DAYS,
        ),
    ),
    Command(
        "services renew", renew_service, "Give a program another token", "The one before ends at once.",
        "python -m core services renew nightly --days 30", (SERVICE, DAYS),
    ),
    Command(
        "services revoke", revoke_service, "Take a program's token back", "At once; its jobs stop, too.",
        "python -m core services revoke nightly", (SERVICE,),
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
