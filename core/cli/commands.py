"""How a command is declared: one row of its room's table, with a sentence, what it does, and examples that teach it."""

import argparse
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[ArgumentParser]
else:
    Commands = object

Run = Callable[[argparse.Namespace], int]
Adds = Callable[[ArgumentParser], object]


@dataclass(frozen=True, slots=True)
class Command:
    """`python -m core NAME`, where a name may have two words ("card set"). `run` gives the exit code.

    Each of `arguments` adds itself, or several that belong together, to the command's parser.
    """

    name: str
    run: Run
    summary: str
    about: str
    examples: str
    arguments: tuple[Adds, ...] = ()


def argument(*names: str, **options: Any) -> Adds:
    """As ArgumentParser.add_argument takes it."""
    return lambda parser: parser.add_argument(*names, **options)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date like 2026-12-31") from error


def day_or_never(text: str) -> date | None:
    try:
        return None if text == NEVER else day(text)
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{error}, or {NEVER!r}") from error


NEVER = "never"
ENOUGH = "as it is listed; its beginning is enough"
DOCUMENT = argument("document", metavar="DOCUMENT", help=f"id {ENOUGH}")
DOCUMENTS = argument("document", nargs="+", metavar="DOCUMENT", help=f"id {ENOUGH}; - reads ids from stdin")
OBLIGATION = argument("id", metavar="ID", help=f"id {ENOUGH}")
OBLIGATIONS = argument("id", nargs="+", metavar="ID", help=f"id {ENOUGH}; - reads ids from stdin")
REASON = argument("--reason", required=True, metavar="WORDS", help="why; it is kept")
DATE = argument("date", type=day_or_never, metavar="DATE", help=f"such as 2026-12-31, or: {NEVER}")
JSON = argument("--json", action="store_true", help="one JSON object a line, with everything")


def install(commands: Commands, rows: Iterable[Command]) -> None:
    """Give each row a parser; those whose names share a first word stand together under it."""
    groups: dict[str, Commands] = {}
    for row in rows:
        noun, _, verb = row.name.partition(" ")
        if verb and noun not in groups:
            group = commands.add_parser(noun, allow_abbrev=False)
            groups[noun] = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
        _install(groups[noun] if verb else commands, verb or noun, row)


def _install(commands: Commands, name: str, row: Command) -> None:
    parser = commands.add_parser(
        name,
        help=sentence(row) if name != row.name else None,
        description=f"{row.summary}.\n\n{cleandoc(row.about)}".rstrip(),
        epilog=f"examples:\n{_indented(row.examples)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for add in row.arguments:
        add(parser)
    parser.set_defaults(run=row.run)


def sentence(row: Command) -> str:
    return row.summary[0].lower() + row.summary[1:]


def _indented(examples: str) -> str:
    return "\n".join(f"  {line}" for line in cleandoc(examples).splitlines())
