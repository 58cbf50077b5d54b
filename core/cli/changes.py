"""Change records from the command line: proposed by one person, decided by another; going back takes one."""

from argparse import Namespace
from typing import TYPE_CHECKING

from core.cli.commands import JSON, REASON, Command, argument
from core.cli.database import opened, whole
from core.cli.text import as_json, facts, listing, row, say

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.types import User

LEVELS = ("low", "medium", "high", "critical")
# The fields of a change record, by the names under which it is kept and exported.
FIELDS = (
    ("Record", "id"), ("Number", "number"), ("State", "state"), ("Kind", "kind"), ("Subject", "subject"),
    ("In use before", "before"), ("In use after", "after"), ("SHA-256 of its file", "digest"), ("Change", "change"),
    ("Reason", "reason"), ("Affected users and use cases", "affected"), ("Risk level", "risk_level"),
    ("Eval result before", "eval_before"), ("Eval result after", "eval_after"),
    ("Security and privacy impact", "security_impact"), ("Rollback plan", "rollback_plan"),
    ("Author", "author_name"), ("Proposed at", "proposed_at"), ("Approver", "approver_name"),
    ("Reason of the decision", "decision_reason"), ("Decided at", "decided_at"), ("Deployment date", "deployed_at"),
)  # fmt: skip


def list_changes(arguments: Namespace) -> int:
    from core import changes

    with opened() as (db, user):
        found = changes.records(db, user, _subject(arguments.task) if arguments.task else None)
    listing(
        ("ID", "No.", "State", "Kind", "Subject", "Before", "After", "Author", "Approver", "Reason"),
        found,
        lambda one: (
            one.id, one.number, one.state, one.kind, one.subject, one.before, one.after, one.author_name,
            one.approver_name, one.reason,
        ),
        arguments.json,
    )  # fmt: skip
    return 0


def show(arguments: Namespace) -> int:
    from dataclasses import asdict

    from core import changes

    with opened() as (db, user):
        found = changes.record(db, user, _id(db, user, arguments.id))
    if arguments.json:
        as_json(asdict(found))
    else:
        facts((label, getattr(found, name)) for label, name in FIELDS)
    return 0


def propose(arguments: Namespace) -> int:
    from core import changes, identity

    with opened() as (db, user):
        id = changes.propose(
            db, user, _subject(arguments.task), arguments.version, change=arguments.change, reason=arguments.reason,
            affected=arguments.affected, risk_level=arguments.risk, security_impact=arguments.security,
            rollback_plan=arguments.rollback_plan, eval_before=arguments.eval_before, eval_after=arguments.eval_after,
        )  # fmt: skip
    row(id)
    say(f"{arguments.version} is proposed; it comes into use when a second person approves it.")
    if identity.alone(user):
        say(changes.ALONE)
    return 0


def approve(arguments: Namespace) -> int:
    return _decided(arguments, True)


def reject(arguments: Namespace) -> int:
    return _decided(arguments, False)


def _decided(arguments: Namespace, yes: bool) -> int:
    from core import changes

    with opened() as (db, user):
        id = _id(db, user, arguments.id)
        changes.decide(db, user, id, yes, arguments.reason)
        found = changes.record(db, user, id)
    say(f"{found.after} is in use now." if yes else f"Change {found.number} is rejected; {found.before} stays in use.")
    return 0


def withdraw(arguments: Namespace) -> int:
    from core import changes

    with opened() as (db, user):
        changes.withdraw(db, user, _id(db, user, arguments.id), arguments.reason)
    say("The proposal is withdrawn.")
    return 0


def rollback(arguments: Namespace) -> int:
    from core import changes

    with opened() as (db, user):
        id = changes.roll_back(db, user, _subject(arguments.task), arguments.reason, arguments.to)
        found = changes.record(db, user, id)
    row(id)
    say(f"{found.after} is in use again.")
    return 0


def _subject(task: str) -> str:
    return task if ":" in task else f"prompt:{task}"


def _id(db: "Database", user: "User", given: str) -> str:
    """A record's number, or the beginning of its id."""
    from core import changes

    found = changes.records(db, user)
    return {str(one.number): one.id for one in found}.get(given) or whole(given, (one.id for one in found))


ID = argument("id", metavar="ID", help="number or id, as `changes list` prints them")
TASK = argument("task", metavar="TASK", help="as models/routes.toml names it: extract, risk, …")
TITLE = "Changes"
COMMANDS = (
    Command(
        "changes list",
        list_changes,
        "List the change records",
        "Newest first: versions proposed and decided, versions gone back to, models stopped and started.",
        """
        python -m core changes list
        python -m core changes list extract --json
        """,
        (argument("task", nargs="?", metavar="TASK", help="only those of a task"), JSON),
    ),
    Command(
        "changes show", show, "Show a change record", "All of its fields.", "python -m core changes show 3", (ID, JSON)
    ),
    Command(
        "changes propose",
        propose,
        "Propose another version of a task's prompt",
        """
        A new file under models/prompts is in use only when a second person has approved it. The version must exist,
        be for this task, and say what is different.
        """,
        """
        python -m core changes propose extract extract-obligations/1.1.0 --change 'Asks for each item alone' \\
            --reason 'Items were joined' --affected 'Analysts who read with a model' --risk medium \\
            --security 'None: the same text goes to the same models' --rollback-plan 'changes rollback extract'
        """,
        (
            TASK,
            argument("version", metavar="NAME/VERSION", help="as `prompts list` prints it"),
            argument("--change", required=True, metavar="WORDS", help="what changes"),
            REASON,
            argument("--affected", required=True, metavar="WORDS", help="affected users and use cases"),
            argument("--risk", required=True, choices=LEVELS, help="risk level"),
            argument("--security", required=True, metavar="WORDS", help="security and privacy impact"),
            argument("--rollback-plan", required=True, metavar="WORDS", help="how it would be taken back"),
            argument("--eval-before", default="", metavar="WORDS", help="eval result before, if there is one"),
            argument("--eval-after", default="", metavar="WORDS", help="eval result after, if there is one"),
        ),
    ),
    Command(
        "changes approve",
        approve,
        "Approve a change that somebody else proposed",
        """
        The version is in use from this moment on. It is refused where the file, or what is in use, is not what it was
        when it was proposed.
        """,
        "python -m core changes approve 3 --reason 'Tried on two acts'",
        (ID, REASON),
    ),
    Command(
        "changes reject",
        reject,
        "Reject a change that somebody else proposed",
        "What is in use stays in use.",
        "python -m core changes reject 3 --reason 'Not tried on lists yet'",
        (ID, REASON),
    ),
    Command(
        "changes withdraw",
        withdraw,
        "Withdraw your own proposal",
        "The record stays, as withdrawn.",
        "python -m core changes withdraw 3",
        (ID, argument("--reason", default="", metavar="WORDS", help="why; it is kept")),
    ),
    Command(
        "changes rollback",
        rollback,
        "Go back to the version that was in use before",
        """
        At once, by one person: it was approved when it came into use. What is taken out of use is proposed again to
        come back.
        """,
        """
        python -m core changes rollback extract --reason 'It misses half of the lists'
        python -m core changes rollback extract --to extract-obligations/1.0.0 --reason 'Further back'
        """,
        (TASK, argument("--to", metavar="NAME/VERSION", help="an earlier one that was in use"), REASON),
    ),
)
