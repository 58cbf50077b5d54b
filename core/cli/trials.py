"""Prompts tried from the command line: asked, answered as they grow, listed, forgotten."""

import json
import sys
import time
import unicodedata
from argparse import Namespace
from contextlib import redirect_stderr
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from core.cli.commands import JSON, Command, argument
from core.cli.database import Act, each, opened, whole
from core.cli.models import MODEL, UNKNOWN
from core.cli.text import as_json, say, table
from core.errors import BadInput, Conflict, CopilotError
from core.types import Classification

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.llm import Trial
    from core.types import User

LOOK_SECONDS = 0.2


def try_model(arguments: Namespace) -> int:
    from core import llm

    if bool(arguments.prompt) == bool(arguments.text):
        raise BadInput("Give a text, or a prompt of ours with --prompt NAME.")
    rendered = _rendered(arguments) if arguments.prompt else None
    text = sys.stdin.read() if arguments.text == "-" else arguments.text or ""
    with opened() as (db, user):
        trial_id = llm.ask(
            db, user, arguments.model, text, prompt=rendered, classification=arguments.classification,
            max_output_tokens=arguments.max_tokens,
        )  # fmt: skip
        found = _followed(db, user, trial_id, quiet=arguments.json)
    if found.state != "done":
        raise _failure(found)
    if arguments.json:
        as_json(_plain(found))
    else:
        say(_counted(found))
    return 0


def _rendered(arguments: Namespace) -> Any:
    from core import prompts

    name, _, version = arguments.prompt.partition("/")
    values: dict[str, str] = {}
    for given in arguments.set or ():
        variable, sign, value = given.partition("=")
        if not sign:
            raise BadInput(f"{given!r} is not NAME=VALUE; write --set regulation=DORA, or --set provisions=@part.txt.")
        values[variable] = _content(value)
    return prompts.render(prompts.prompt(name, version or None), values)


def _content(value: str) -> str:
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{value[1:]} cannot be read as text; check the path.") from error


def _followed(db: "Database", user: "User", trial_id: str, *, quiet: bool) -> "Trial":
    """The trial when it has ended; its answer is printed as it grows, where another process is the worker."""
    from core import llm, worker

    shown = 0
    while True:
        found = llm.trial(db, user, trial_id)
        if not quiet:
            sys.stdout.write(_harmless(found.answer[shown:]))
            sys.stdout.flush()
            shown = len(found.answer)
        if found.state not in ("queued", "running"):
            if shown:
                print()
            return found
        try:
            with redirect_stderr(StringIO()):  # the worker's log of ids
                worker.drain()
        except Conflict:  # another process is the worker
            time.sleep(LOOK_SECONDS)


def _harmless(text: str) -> str:
    """An answer with its lines as they are, and nothing that steers the reader's terminal."""
    return "".join(mark if mark in "\n\t" or unicodedata.category(mark)[0] != "C" else "�" for mark in text)


def _failure(found: "Trial") -> CopilotError:
    from core.llm import faults

    kind = getattr(faults, found.fault or "", CopilotError)  # its own exit code
    return kind(found.error or f"The trial was {found.state}; ask again.")


def _counted(found: "Trial") -> str:
    usage = found.usage or {}
    tokens = f"{usage['input_tokens']} tokens in, {usage['output_tokens']} out" if usage else "tokens not reported"
    cost = "cost unknown" if found.cost_usd is None else f"{found.cost_usd:f} USD"
    first = "no text" if found.first_token_ms is None else f"first word after {found.first_token_ms} ms"
    said = f"{found.answered_by}: {found.finish_reason}; {tokens}; {cost}; {first}, {found.latency_ms} ms in all"
    return said if found.parsed is None else f"{said}; {'a' if found.parsed else 'NOT a'} JSON object"


def _plain(found: "Trial") -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps({**asdict(found), "trace_id": found.trace_id}, default=str))
    return plain


def list_trials(arguments: Namespace) -> int:
    from core import llm

    with opened() as (db, user):
        found = llm.trials(db, user, limit=arguments.limit)
    if arguments.json:
        for one in found:
            as_json(_plain(one))
        return 0
    titles = ("ID", "Model", "Prompt", "State", "Tokens in", "Tokens out", "USD", "Asked", "Answer")
    table(
        titles,
        (
            (one.id, one.model, one.prompt or "free text", one.state, (one.usage or {}).get("input_tokens"),
             (one.usage or {}).get("output_tokens"), UNKNOWN if one.cost_usd is None else f"{one.cost_usd:f}",
             one.created_at, one.answer or one.error)
            for one in found
        ),
    )  # fmt: skip
    return 0


def forget_trials(arguments: Namespace) -> int:
    from core import llm

    def forget_one(db: "Database", user: "User", given: str) -> None:
        llm.forget(db, user, whole(given, (one.id for one in llm.trials(db, user, limit=1_000))))

    act: Act = forget_one
    return each(arguments.trial, act)


TITLE = "Trying prompts"
COMMANDS = (
    Command(
        "models try",
        try_model,
        "Try a prompt on a model",
        """
        Prints the answer; tokens, cost and times go to stderr. The inventory decides whether text of this label may go
        to the model. A value that begins with @ is read from that file.
        """,
        """
        python -m core models try scripted:echo 'Hello'
        python -m core models try ollama:qwen3:8b - < question.txt
        python -m core models try llama_cpp:Qwen3-4B-Q4_K_M \\
          --prompt extract-obligations --set regulation=DORA --set provisions=@article-19.txt
        """,
        (
            MODEL,
            argument("text", nargs="?", metavar="TEXT", help="what to ask; - is stdin"),
            argument(
                "--prompt", metavar="NAME[/VERSION]", help="a prompt of ours, the newest version if none is named"
            ),
            argument("--set", action="append", metavar="NAME=VALUE", help="a variable of the prompt"),
            argument("--classification", choices=get_args(Classification), default="internal", help="of the text"),
            argument("--max-tokens", type=int, default=1024, metavar="N", help="room for the answer (default: 1024)"),
            JSON,
        ),
    ),
    Command(
        "trials list",
        list_trials,
        "List the prompts that you tried",
        "The newest first, with tokens and cost. The latest 50 are kept.",
        "python -m core trials list --limit 5",
        (argument("--limit", type=int, default=20, metavar="N", help="at most so many (default: 20)"), JSON),
    ),
    Command(
        "trials forget",
        forget_trials,
        "Delete trials with their text",
        "One that is under way is stopped.",
        "python -m core trials forget 3f2a9c41",
        (argument("trial", nargs="+", metavar="TRIAL", help="id as listed; its beginning is enough; - is stdin"),),
    ),
)
