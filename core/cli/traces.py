"""Traces from the command line: what was asked of models lately, and one trace step by step."""

from argparse import Namespace
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING

from core.cli.commands import JSON, Command, argument
from core.cli.database import opened, whole
from core.cli.text import as_json, counted, say, table
from core.errors import NotFound

if TYPE_CHECKING:
    from core.telemetry import SpanRow


def list_traces(arguments: Namespace) -> int:
    from core import telemetry
    from core.store import stamp

    with opened() as (db, user):
        found = telemetry.traces(db, user, limit=arguments.limit)
    if arguments.json:
        for one in found:
            as_json({**asdict(one), "cost_usd": None if one.cost_usd is None else f"{one.cost_usd:f}"})
        return 0
    titles = ("ID", "Began", "What", "Seconds", "Calls", "Tokens in", "Tokens out", "USD", "Errors")
    table(
        titles,
        (
            (one.trace_id, stamp(one.started_ns / 1e9), one.name, f"{one.duration_ms / 1e3:.3f}", one.calls,
             one.input_tokens, one.output_tokens, "" if one.cost_usd is None else f"{one.cost_usd:f}", one.errors)
            for one in found
        ),
    )  # fmt: skip
    if not found:
        say("There are no traces yet; one is kept whenever a language model reads a document.")
    return 0


def show(arguments: Namespace) -> int:
    from core import activity, telemetry

    with opened() as (db, user):
        trace_id = whole(arguments.trace, telemetry.known(db, user, arguments.trace))
        found = telemetry.spans(db, user, trace_id)
        if found:
            activity.traced(db, user, trace_id)
    if not found:
        raise NotFound(f"There is no trace {arguments.trace} that you may see; `traces list` names those there are.")
    if arguments.json:
        for one in found:
            as_json({**asdict(one), "attributes": dict(one.attributes)})
        return 0
    began = min(one.started_ns for one in found)
    titles = ("Span", "After ms", "Took ms", "Tokens in", "Tokens out", "USD", "Error")
    table(titles, (_cells(depth, one, began) for depth, one in telemetry.nested(found)))
    say(f"Trace {trace_id}: {counted(len(found), 'span')}; --json shows all that they keep.")
    return 0


def _cells(depth: int, one: "SpanRow", began: int) -> tuple[object, ...]:
    from core.telemetry import names

    tokens = (one.attributes.get(name) for name in (names.INPUT_TOKENS, names.OUTPUT_TOKENS))
    cost, window = one.attributes.get(names.COST_USD), one.attributes.get(names.WINDOW)
    named = "· " * depth + one.name + ("" if window is None else f" {window}")
    after = f"{(one.started_ns - began) / 1e6:.1f}"
    spent = None if cost is None else f"{Decimal(str(cost)):f}"
    return (named, after, f"{one.duration_ms:.1f}", *tokens, spent, one.error_type)


TITLE = "Traces"
COMMANDS = (
    Command(
        "traces list",
        list_traces,
        "List the latest traces of work with models",
        """
        The newest first: how long it took, calls, tokens, cost (empty: not known) and errors. Yours, or with the role
        engineering owner all of your tenant's. No text is kept in a trace.
        """,
        "python -m core traces list --limit 5",
        (argument("--limit", type=int, default=20, metavar="N", help="at most so many (default: 20)"), JSON),
    ),
    Command(
        "traces show",
        show,
        "Show one trace step by step",
        "Each span stands below the one that it is part of.",
        """
        python -m core traces show 9f86d081
        python -m core traces show 9f86d081 --json | jq .attributes
        """,
        (argument("trace", metavar="TRACE", help="its id; the beginning is enough"), JSON),
    ),
)
