"""The register from the command line: `obligations` lists it, `export` writes it."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli import files
from core.cli.analyze import BINARY, add_format, chosen_format
from core.cli.commands import Commands, command
from core.cli.documents import document_id, opened
from core.cli.text import say, table
from core.errors import NotAllowed
from core.export import write
from core.types import DUTIES

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.register import Filter
    from core.types import User

MODALITIES = ("obligation", "prohibition", "permission", "right", "power")
BEARERS = ("regulated", "authority", "eu_body", "member_state", "person", "unspecified")
RISKS = ("low", "medium", "high", "critical")
STATUSES = ("new", "in progress", "met", "not met", "not applicable", "not an obligation")
DEADLINES = ("any", "dated", "none", "overdue", "soon")
SORTS = ("position", "risk_score", "due", "bearer", "modality", "status", "owner", "confidence", "path")


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "obligations",
        obligations,
        "List the register",
        """
        On a terminal a table; into a pipe tab-separated lines: id, provision, modality, bearer, action, deadline, due,
        risk, status, owner. An option with several values, or given several times, means any of them.
        """,
        """
        python -m core obligations --risk high critical --deadline overdue
        python -m core obligations --document 3f2a9c --bearer "payment institution"
        python -m core obligations --check --json | jq -r '.quote'
        """,
    )
    add_filters(parser)
    parser.add_argument("--sort", default="position", choices=SORTS, help="default: position, the order of the text")
    parser.add_argument("--descending", action="store_true", help="largest or latest first")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default: 50; 0 for all)")
    parser.add_argument("--offset", type=int, default=0, metavar="N", help="leave out the first N")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, with everything")
    parser = command(
        commands,
        "export",
        export,
        "Write the register, with people's corrections, to a file",
        """
        The filters of `obligations` choose what goes out. Jira gets no action that awaits approval; how many were left
        out is said. Escalated documents are left out, and named, until a person releases them.
        """,
        """
        python -m core export --out register.xlsx
        python -m core export --document 3f2a9c --format ics --out deadlines.ics
        python -m core export --duties --risk high critical --format csv > high.csv
        """,
    )
    add_filters(parser)
    add_format(parser.add_argument)
    parser.add_argument("--with-text", action="store_true", help="put the documents' text into the JSON")


def add_filters(parser: ArgumentParser) -> None:
    many: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
    parser.add_argument("--document", metavar="ID", **many, help="only of these documents")
    parser.add_argument("--modality", choices=MODALITIES, **many, help="only these kinds of norm")
    parser.add_argument("--duties", action="store_true", help="only obligations and prohibitions")
    parser.add_argument("--bearer", default="", metavar="WORDS", help="only where who must act has these words")
    parser.add_argument("--bearer-kind", choices=BEARERS, **many, help="only these kinds of bearer")
    parser.add_argument("--risk", choices=RISKS, **many, help="only of these levels")
    parser.add_argument("--status", choices=STATUSES, **many, help="only in these states")
    parser.add_argument("--deadline", default="", choices=DEADLINES, help="dated, overdue, soon, none, or any at all")
    parser.add_argument("--text", default="", metavar="WORDS", help="only where the text has these words")
    parser.add_argument("--owner", metavar="NAME", **many, help="only of these owners")
    parser.add_argument("--applies", choices=("yes", "no", "unclear"), **many, help="whether it binds our profile")
    parser.add_argument("--check", action="store_true", help="only what a person should look at first")


def chosen(arguments: Namespace, db: "Database", user: "User") -> "Filter":
    from core.register import Filter

    return Filter(
        document=[document_id(db, user, given) for given in arguments.document],
        modality=[*arguments.modality, *(DUTIES if arguments.duties else ())],
        bearer=arguments.bearer,
        bearer_kind=arguments.bearer_kind,
        risk=arguments.risk,
        status=arguments.status,
        deadline=arguments.deadline,
        text=arguments.text,
        owner=arguments.owner,
        applies=arguments.applies,
        check=arguments.check,
    )


def obligations(arguments: Namespace) -> int:
    from core import register

    limit = arguments.limit or None
    with opened() as (db, user):
        wanted = chosen(arguments, db, user)
        found = register.rows(db, user, wanted, arguments.sort, arguments.descending, limit, arguments.offset)
        total = register.count(db, user, wanted)
    if arguments.json:
        for one in found:
            print(json.dumps(asdict(one), ensure_ascii=False))
    else:
        titles = ("ID", "Provision", "Modality", "Bearer", "Action", "Deadline", "Due", "Risk", "Status", "Owner")
        lines = (
            (o.id, o.path, o.modality, o.bearer, o.action, o.deadline, o.due, o.risk, o.status, o.owner) for o in found
        )
        table(titles, lines)
    if len(found) < total:
        say(f"{len(found)} of {total} shown; --limit 0 shows all, --offset {arguments.offset + len(found)} the next.")
    return 0


def export(arguments: Namespace) -> int:
    from core.export.stored import stored, withheld

    name = chosen_format(arguments)
    with opened() as (db, user):
        wanted = chosen(arguments, db, user)
        contents = stored(db, user, wanted, with_text=arguments.with_text, gated=name == "json")
        kept_back = withheld(db, user, wanted) if name != "json" else []
    written = write(name, contents)
    files.write(arguments.out, written.data, binary=name in BINARY)
    if written.note:
        say(written.note)
    for title in kept_back:
        say(f"“{title}” is left out: it is escalated and waits until a person releases it.")
    # One that was asked for by its id and is not there is a failure; one among all the others is not.
    return NotAllowed.exit_code if kept_back and arguments.document else 0
