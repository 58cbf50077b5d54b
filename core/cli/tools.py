"""Accepted requests carried out from the command line: shown first, done when --yes is given, undone with a reason."""

from argparse import Namespace
from typing import TYPE_CHECKING

from core.cli.commands import ENOUGH, JSON, REASON, Command, argument
from core.cli.database import opened, whole
from core.cli.requests import request_id
from core.cli.text import as_json, counted, listing, say

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.tools import Execution
    from core.types import User


def list_tools(arguments: Namespace) -> int:
    from core import tools

    listing(
        ("Tool", "Title", "On", "Level", "Scope", "Undo"),
        tools.tools().values(),
        lambda one: (one.name, one.title, "yes" if one.enabled else "no", one.level, one.scope, one.undo),
        arguments.json,
    )
    return 0


def plan(arguments: Namespace) -> int:
    from core import tools

    with opened() as (db, user):
        found = tools.plan(db, user, request_id(db, user, arguments.item))
    if arguments.json:
        for planned in found:
            told = [{"key": call.key, "arguments": call.arguments} for call in planned.calls]
            as_json({"tool": planned.tool.name, "refusal": planned.refusal, "calls": told})
        return 0
    for planned in found:
        say(f"{planned.tool.name}: {planned.refusal or counted(len(planned.calls), 'call')}")
        for call in planned.calls:
            say(f"  {call.key[:16]}  {_words(call.arguments)}")
    return 0


def run(arguments: Namespace) -> int:
    from core import tools

    with opened() as (db, user):
        item_id = request_id(db, user, arguments.item)
        found = {one.tool.name: one for one in tools.plan(db, user, item_id)}
        for name in arguments.tool:
            tools.tool(name)
            if refusal := found[name].refusal:
                say(f"{name}: {refusal}")
        calls = [call for name in arguments.tool for call in found[name].calls]
        for call in calls:
            say(f"{call.tool.name}: {_words(call.arguments)}")
        if not arguments.yes:
            say(f"{counted(len(calls), 'call')} shown, none made; add --yes to carry out exactly this.")
            return 0
        made = tools.execute(db, user, item_id, [call.key for call in calls])
    _listed(made, arguments.json)
    return 0


def executions(arguments: Namespace) -> int:
    from core import tools

    with opened() as (db, user):
        _listed(tools.executions(db, user, request_id(db, user, arguments.item)), arguments.json)
    return 0


def retry(arguments: Namespace) -> int:
    from core import tools

    with opened() as (db, user):
        tools.retry(db, user, _execution(db, user, arguments.id))
    say("It is tried again.")
    return 0


def confirm(arguments: Namespace) -> int:
    from core import tools

    with opened() as (db, user):
        tools.confirm(db, user, _execution(db, user, arguments.id))
    say("It may go.")
    return 0


def decline(arguments: Namespace) -> int:
    from core import tools

    with opened() as (db, user):
        tools.decline(db, user, _execution(db, user, arguments.id), arguments.reason)
    say("It is not made.")
    return 0


def undo(arguments: Namespace) -> int:
    from core import review, tools

    with opened() as (db, user):
        item_id = request_id(db, user, arguments.item)
        tools.compensate(db, user, item_id, arguments.reason)
        state = review.item(db, user, item_id).state
    say("All of it is undone." if state == "compensated" else "It is being undone; the worker does the rest.")
    return 0


def fetch(arguments: Namespace) -> int:
    from core import tools
    from core.cli import files

    with opened() as (db, user):
        found = tools.fetch(db, user, _execution(db, user, arguments.id))
    files.write(arguments.out or found.name, found.bytes)
    return 0


def list_tickets(arguments: Namespace) -> int:
    from core import tools

    with opened() as (db, user):
        found = tools.tickets(db, user, state=arguments.state, text=arguments.text)
    listing(
        ("No.", "State", "Priority", "Due", "Owner", "Title", "Request", "Document"),
        found,
        lambda one: (
            one.number,
            one.state,
            one.priority,
            one.due,
            one.owner,
            one.title,
            one.request,
            one.document,
        ),
        arguments.json,
    )
    return 0


def close_ticket(arguments: Namespace) -> int:
    from core import tools

    with opened() as (db, user):
        tools.close(db, user, arguments.number, arguments.reason)
    say(f"Ticket {arguments.number} is closed.")
    return 0


def _execution(db: "Database", user: "User", given: str) -> str:
    from core import tools

    return whole(given, tools.ids(db, user))


def _listed(found: "list[Execution]", plain: bool) -> None:
    listing(
        ("ID", "Tool", "State", "Level", "Tries", "Result", "Error"),
        found,
        lambda one: (one.id, one.tool, one.state, one.level, one.attempts, _words(one.result), one.error),
        plain,
    )


def _words(arguments: dict[str, object]) -> str:
    """A call in one line: short values as they are, the others by their size."""
    told = {name: value for name, value in arguments.items() if name != "body"}
    return "; ".join(
        f"{name}: {len(value)}" if isinstance(value, list | dict) else f"{name}: {str(value)[:80]}"
        for name, value in told.items()
        if value is not None
    )


ITEM = argument("item", metavar="REQUEST", help="number or id, as `approvals list` prints them")
ID = argument("id", metavar="CALL", help=f"id {ENOUGH}")
TITLE = "Tools"
COMMANDS = (
    Command(
        "tools list",
        list_tools,
        "List the tools that an accepted request may be carried out with",
        "As models/tools.toml has them: what each may touch, who must agree, and what undoing it does.",
        "python -m core tools list",
        (JSON,),
    ),
    Command(
        "tools plan",
        plan,
        "Show what each tool would do for an accepted request",
        "Nothing is done.",
        "python -m core tools plan 12",
        (ITEM, JSON),
    ),
    Command(
        "tools run",
        run,
        "Carry out an accepted request",
        "Shows what would be done; with --yes it is done, once. A tool on a server is called by the worker.",
        """
        python -m core tools run 12 --tool ticket
        python -m core tools run 12 --tool ticket calendar --yes
        """,
        (
            ITEM,
            argument("--tool", nargs="+", required=True, metavar="TOOL", help="as `tools list` prints them"),
            argument("--yes", action="store_true", help="do exactly what is shown"),
            JSON,
        ),
    ),
    Command(
        "tools calls",
        executions,
        "List what was done for a request",
        "Each call with its state, what it made, and why it failed.",
        "python -m core tools calls 12 --json",
        (ITEM, JSON),
    ),
    Command(
        "tools retry",
        retry,
        "Try a failed call again",
        "Under the same key: what a server has already is found and not made twice.",
        "python -m core tools retry 3f2a9c41",
        (ID,),
    ),
    Command(
        "tools confirm",
        confirm,
        "Let a call go that needs a manager",
        "By a manager who did not ask for it.",
        "python -m core tools confirm 3f2a9c41",
        (ID,),
    ),
    Command(
        "tools decline",
        decline,
        "Refuse a call that needs a manager",
        "The call is not made; the reason is kept.",
        "python -m core tools decline 3f2a9c41 --reason 'Not in this quarter.'",
        (ID, REASON),
    ),
    Command(
        "tools undo",
        undo,
        "Undo what was done for a request",
        "Tickets are closed, records set back where nobody changed them since, files withdrawn.",
        "python -m core tools undo 12 --reason 'The duty is not ours.'",
        (ITEM, REASON),
    ),
    Command(
        "tools fetch",
        fetch,
        "Save the file that a call made",
        "A draft e-mail, a calendar or an import file; that it was fetched is logged.",
        "python -m core tools fetch 3f2a9c41 --out actions.ics",
        (ID, argument("--out", metavar="FILE", help="where to; - for standard output")),
    ),
    Command(
        "tickets list",
        list_tickets,
        "List the tickets kept here",
        "Open ones first, the soonest due first.",
        "python -m core tickets list --state open",
        (
            argument("--state", choices=("open", "closed"), help="only these"),
            argument(
                "--text", default="", metavar="WORDS", help="only with these in the title or the owner; #4 is one"
            ),
            JSON,
        ),
    ),
    Command(
        "tickets close",
        close_ticket,
        "Close a ticket",
        "The reason is kept.",
        "python -m core tickets close 4 --reason 'Done.'",
        (argument("number", type=int, metavar="NUMBER", help="as `tickets list` prints it"), REASON),
    ),
)
