"""Prompts from the command line: which there are, what they say, what changed between two versions."""

from argparse import Namespace

from core.cli.commands import Command, argument
from core.cli.text import as_json, row, say, table


def list_prompts(arguments: Namespace) -> int:
    from core import prompts

    titles = ("Prompt", "Newest", "Task", "Title", "All versions")
    found = prompts.prompts()
    table(
        titles, ((one.name, one.version, one.task, one.title, ", ".join(prompts.versions(one.name))) for one in found)
    )
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


TITLE = "Prompts"
COMMANDS = (
    Command(
        "prompts list",
        list_prompts,
        "List the prompts and their versions",
        "They are files: models/prompts/NAME/VERSION.md.",
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
)
