"""Programs from the command line: each has a token, with roles, scopes and an end."""

from argparse import Namespace
from typing import TYPE_CHECKING

from core.cli.commands import JSON, Command, argument
from core.cli.database import opened, whole
from core.cli.text import counted, listing, row, say
from core.cli.users import GROUP, LABELS, NAME, ROLE

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.types import User


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


def revoke_service(arguments: Namespace) -> int:
    from core.identity import services

    with opened() as (db, user):
        services.revoke(db, user, _service(db, user, arguments.service))
    return 0


def _shown(token: str, days: int) -> int:
    row(token)
    say(f"This token holds for {counted(days, 'day')} and is not shown again; commands take it from COPILOT_TOKEN.")
    return 0


def _service(db: "Database", user: "User", given: str) -> str:
    from core.identity import services

    found = services.services(db, user)
    return {one.name: one.id for one in found}.get(given) or whole(given, (one.id for one in found))


SERVICE = argument("service", metavar="SERVICE", help="its name, or its id as `services list` prints it")
DAYS = argument("--days", type=int, default=90, metavar="DAYS", help="how long the token holds (default: 90)")
TITLE = "Programs"
COMMANDS = (
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
)  # fmt: skip
