"""Prompts from the command line: which there are, what they say, what changed between two versions."""

from argparse import Namespace

from core.cli.commands import Command, argument
from core.cli.database import opened
from core.cli.text import as_json, row, say, table


def list_prompts(arguments: Namespace) -> int:
    from core import changes, prompts, switches

    titles = ("Prompt", "Newest", "Task", "Title", "All versions", "In use")
    lines = []
    with opened() as (db, user):
        for one in switches.by_task():
            versions, subject = prompts.versions(one.name), f"prompt:{one.task}"
            name, _, used = (switches.in_use(db, subject) or "").partition("/")
            if name != one.name:
                used = ""
            elif used in versions and changes.edited(db, user, subject, f"{name}/{used}"):
                used += " (edited after it was approved)"
            lines.append((one.name, one.version, one.task, one.title, ", ".join(versions), used))
    table(titles, lines)
    return 0


def show(arguments: Namespace) -> int:
    from core import prompts

    name, _, version = arguments.prompt.partition("/")
    found = prompts.prompt(name, version or None)
    if arguments.schema:
        as_json(found.schema or {})
        return 0
    print(found.text)
    say(f"{found.name}/{found.version}, sha256 {found.digest}")
    return 0


def diff(arguments: Namespace) -> int:
    from core import prompts

    lines = prompts.diff(arguments.name, arguments.old, arguments.new)
    if not lines:
        say("The two versions say the same.")
    for line in lines:
        row(line)
    return 0


def log(arguments: Namespace) -> int:
    from core import prompts

    table(("Version", "What is different"), prompts.changelog(arguments.name))
    return 0


TITLE = "Prompts"
COMMANDS = (
    Command(
        "prompts list",
        list_prompts,
        "List the prompts and their versions",
        "They are files, models/prompts/NAME/VERSION.md; which is in use changes by a change record.",
        "python -m core prompts list",
    ),
    Command(
        "prompts show",
        show,
        "Print a prompt as it is",
        "The newest version if none is named; its digest goes to stderr.",
        """
        python -m core prompts show extract-obligations/1.0.0
        python -m core prompts show extract-obligations --schema | jq .
        """,
        (
            argument("prompt", metavar="NAME[/VERSION]", help="as `prompts list` prints it"),
            argument("--schema", action="store_true", help="only the JSON schema of its answer"),
        ),
    ),
    Command(
        "prompts diff",
        diff,
        "Show what changed between two versions of a prompt",
        "As a unified diff; nothing when they say the same.",
        "python -m core prompts diff extract-obligations 1.0.0 1.1.0",
        (
            argument("name", metavar="NAME"),
            argument("old", metavar="OLD", help="a version"),
            argument("new", metavar="NEW", help="a version"),
        ),
    ),
    Command(
        "prompts log",
        log,
        "Print a prompt's change log",
        "What each version says is different from the one before, newest first.",
        "python -m core prompts log extract-obligations",
        (argument("name", metavar="NAME"),),
    ),
)
