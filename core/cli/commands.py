"""How a command is declared: a sentence, what it does, and examples that teach it."""

import argparse
from collections.abc import Callable
from inspect import cleandoc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object

Run = Callable[[argparse.Namespace], int]


def command(
    commands: Commands, name: str, run: Run, summary: str, about: str, examples: str
) -> argparse.ArgumentParser:
    """A subcommand that calls `run` with its arguments and leaves with the code that it returns."""
    parser = commands.add_parser(
        name,
        help=summary[0].lower() + summary[1:],
        description=f"{summary}.\n\n{cleandoc(about)}",
        epilog=f"examples:\n{indented(examples)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)
    return parser


def indented(examples: str) -> str:
    return "\n".join(f"  {line}" for line in cleandoc(examples).splitlines())
