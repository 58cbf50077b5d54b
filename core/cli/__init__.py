"""`python -m core …`: every command calls one function of core. Results go to stdout, messages to stderr."""

import argparse
import os
import sqlite3
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.cli import (
    analysing,
    analyze,
    approvals,
    audit,
    benchmarks,
    cards,
    changes,
    comparing,
    controls,
    corrections,
    costs,
    decisions,
    documents,
    extras,
    findings,
    gaps,
    imports,
    models,
    obligations,
    profile,
    prompts,
    records,
    requests,
    routes,
    services,
    signing_in,
    tools,
    traces,
    trials,
    users,
)
from core.cli.commands import install, sentence
from core.cli.database import AS
from core.cli.text import say
from core.errors import CopilotError

DEFECT = 70
INTERRUPTED = 130
DEBUG = "COPILOT_DEBUG"
ROOMS = (
    analyze,
    imports,
    documents,
    cards,
    findings,
    analysing,
    obligations,
    records,
    corrections,
    comparing,
    controls,
    gaps,
    approvals,
    requests,
    decisions,
    tools,
    profile,
    models,
    trials,
    benchmarks,
    prompts,
    routes,
    costs,
    traces,
    changes,
    users,
    signing_in,
    services,
    audit,
    extras,
)
ABOUT = """\
Regulations in, a verified obligation register out. Results go to stdout, messages to stderr.

first steps:
  python -m core samples                                   what there is to try
  python -m core analyze data/samples/us-customer-funds.txt
  python -m core analyze act.pdf --out act.xlsx            a workbook instead of JSON
  python -m core import act.pdf                            into the library, for the app
  python -m core obligations --risk high critical
  python -m core COMMAND --help                            what a command does, with examples"""
LEARN = """\
ids:
  As the lists print them; the beginning is enough: 3f2a9c41.7be01d22. Where several are taken, - reads them from
  standard input: python -m core obligations --risk critical | python -m core assign - --to 'Head of Payments'

exit codes:
  0  it worked               4  not allowed: escalated, or no right to it
  1  it failed               5  it changed meanwhile, or is busy; try again
  2  bad input or option     6  a package or program is missing
  3  not found               7  check, audit: not as it should be
  70 a defect of ours        130 interrupted by Ctrl-C
  With several files or ids, one failure does not stop the rest; the code is that of the first failure.

environment:
  COPILOT_DATA_DIR           where the database and files live (default: data/var)
  COPILOT_PROFILE            what the firm is where nobody chose it: see `profile set`
  COPILOT_PASSWORD           opens encrypted PDFs
  COPILOT_USER               as whom commands act where there are accounts, unless --as NAME says so; or, for a program,
  COPILOT_TOKEN              its token: see `services make`. Whoever may read these files may act as anybody here;
                             the log marks what was done under a name that nobody checked (mode: command)
  COPILOT_MAX_UPLOAD_MB, COPILOT_MAX_PAGES, COPILOT_PARSE_TIMEOUT_SECONDS, COPILOT_OCR_LANGUAGE
  COPILOT_ANTHROPIC_URL, COPILOT_OLLAMA_URL, COPILOT_OPENAI_URL, COPILOT_MODELS_DIR, COPILOT_CONTEXT_TOKENS
  COPILOT_TRACE_DAYS         how long traces are kept (default: 400); COPILOT_OTLP_ENDPOINT sends them elsewhere, too
  ANTHROPIC_API_KEY, OPENAI_API_KEY, or the same with _FILE for a file that holds the key
  COPILOT_DEBUG=1            show the traceback of a defect"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code. Whatever goes wrong is one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that is not UTF-8 shows a question mark and goes on
            stream.reconfigure(errors="replace")
    try:
        arguments = parser().parse_args(argv)
        AS.set(arguments.acting_as)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except CopilotError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads our output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, sqlite3.Error) as error:
        say(f"The system refused: {error}.")
        return CopilotError.exit_code
    except Exception as error:  # noqa: BLE001 - the edge: a defect is told in one line, too
        return _defect(error)
    return code


def _defect(error: Exception) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name} line {frame.lineno}"
    say(f"The program stopped on a defect of its own ({type(error).__name__}, {place}); {DEBUG}=1 shows more.")
    return DEFECT


@cache
def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m core",
        description=ABOUT,
        epilog=f"{_listed()}\n\n{LEARN}",
        usage="python -m core [-h] [--version] [--as NAME] COMMAND ...",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action=Version, nargs=0, help="print the version and exit")
    top.add_argument("--as", dest="acting_as", default="", metavar="NAME", help="act as this person; see COPILOT_USER")
    commands = top.add_subparsers(metavar="COMMAND", required=True, prog="python -m core", help=argparse.SUPPRESS)
    install(commands, (row for room in ROOMS for row in room.COMMANDS))
    return top


def _listed() -> str:
    """Every command with its sentence, room by room."""
    rooms = ((room.TITLE, room.COMMANDS) for room in ROOMS)
    return "\n\n".join(
        "\n".join([f"{title.lower()}:", *(f"    {row.name:<16} {sentence(row)}" for row in rows)])
        for title, rows in rooms
    )


class Version(argparse.Action):
    """Reads the version when it is asked for, from the one place where it is written."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import tomllib

        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        print(f"compliance-copilot {tomllib.loads(project.read_text('utf-8'))['project']['version']}")
        parser.exit()
