"""What models cost, how fast they answer, and what a month would cost, from the command line."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from core.cli import files
from core.cli.commands import JSON, Command, argument, day
from core.cli.database import opened
from core.cli.text import as_json, counted, say, table
from core.errors import BadInput

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.operations import Chosen, Spend
    from core.operations.sheets import Sheet
    from core.types import User

# As core.operations has them; that takes a while to load, and help must not.
BY = ("day", "model", "task", "user", "document")
WORST = ("slow", "dear", "failed")
PERIODS = ("7d", "30d", "90d", "all")


def costs(arguments: Namespace) -> int:
    from core import operations
    from core.operations import sheets
    from core.settings import settings
    from core.telemetry import user_hash

    with opened() as (db, user):
        wanted = _chosen(arguments, db, user)
        whole = operations.total(db, user, wanted)
        if arguments.compare:
            sheet = sheets.comparison(operations.compared(db, user, settings(), wanted))
        elif arguments.by == "document":
            sheet = sheets.documents(operations.by_document(db, user, wanted))
        else:
            found = operations.spend(db, user, wanted, [arguments.by])
            sheet = sheets.spent(found, [arguments.by], {user_hash(user): "you"} if arguments.by == "user" else {})
        said = [*_totals(db, user, wanted, whole), *_budgets(db, user)]
    _written(arguments, sheet)
    for line in said:
        say(line)
    return 0


def _totals(db: "Database", user: "User", wanted: "Chosen", whole: "Spend") -> list[str]:
    from core import operations
    from core.operations.sheets import usd

    before = operations.total(db, user, wanted.before)
    grown = operations.change(whole.cost_usd, before.cost_usd)
    each = operations.per_document(whole)
    parts = [
        f"{usd(whole.cost_usd)} USD" + (f" ({grown:+.0%} against the days before)" if grown is not None else ""),
        f"{counted(whole.unknown_calls, 'call')} of unknown cost" if whole.unknown_calls else "",
        f"{usd(each)} USD a document" if each is not None else "",
        f"{usd(whole.saved_usd)} USD saved by {counted(whole.kept_calls, 'kept answer')}" if whole.kept_calls else "",
    ]
    lines = [f"{wanted.first} to {wanted.last}: {'; '.join(filter(None, parts))}."]
    if waiting := operations.in_flight(db, user):
        lines.append(f"{counted(waiting, 'call')} under way, not counted yet.")
    return lines


def _budgets(db: "Database", user: "User") -> list[str]:
    from core import operations
    from core.operations.sheets import usd
    from core.settings import settings

    found = [
        f"{one.name}: {usd(one.spent)} of {usd(one.cap)} {one.unit}." for one in operations.caps(db, user, settings())
    ]
    burnt = operations.burn(db, user, settings(), _today())
    if burnt.expected_usd:
        found.append(f"At this pace the month comes to {burnt.expected_usd:.2f} of {usd(burnt.month_usd)} USD.")
    return found


def latency(arguments: Namespace) -> int:
    from core import operations
    from core.operations import sheets

    with opened() as (db, user):
        wanted = _chosen(arguments, db, user)
        if arguments.calls:
            _written(arguments, sheets.examples(operations.examples(db, user, wanted, arguments.calls)))
            return 0
        sheet = sheets.latency(operations.speeds(db, user, wanted), operations.reliability(db, user, wanted))
        faults = operations.faults(db, user, wanted)
        renamed = operations.renamed(db, user, wanted)
    _written(arguments, sheet)
    for one in faults:
        say(f"{one.model}: {one.fault}, {counted(one.calls, 'call')}.")
    for changed in renamed:
        say(f"{changed.model} called itself {changed.after} from {changed.since[:10]} on, {changed.before} before.")
    return 0


def projection(arguments: Namespace) -> int:
    from core import operations
    from core.llm import entry
    from core.operations import sheets
    from core.settings import settings

    with opened() as (db, user):
        month = operations.traffic(db, user, operations.chosen(db, user, _today()))
        held = operations.assumptions(db, user, settings())
    for name in ("documents", "characters"):
        if (given := getattr(arguments, name)) is not None:
            if given < 1:
                raise BadInput(f"--{name} is at least 1.")
            month = replace(month, **{name: given})
    if arguments.kept is not None:
        if not 0 <= arguments.kept <= 1:
            raise BadInput("--kept is a share from 0 to 1, such as 0.2.")
        month = replace(month, kept_share=arguments.kept)
    if arguments.model:
        named = entry(arguments.model, settings())
        found = [operations.project(month, held, named)]
        assumed = operations.sentences(month, held, named)
    else:
        found = operations.projections(month, held, settings())
        assumed = operations.sentences(month, held)
    _written(arguments, sheets.projections(found))
    for line in assumed:
        say(line)
    return 0


def _today() -> date:
    return datetime.now(UTC).date()


def _chosen(arguments: Namespace, db: "Database", user: "User") -> "Chosen":
    from core import operations

    return operations.chosen(
        db, user, _today(), period=arguments.period, since=arguments.since, models=tuple(arguments.model or ()),
        tasks=tuple(arguments.task or ()), mine=arguments.mine,
    )  # fmt: skip


def _written(arguments: Namespace, sheet: "Sheet") -> None:
    if arguments.csv:
        files.write(arguments.out, sheet.csv())
    elif arguments.json:
        for line in sheet.lines:
            as_json(dict(zip(sheet.titles, line, strict=True)))
    else:
        table(sheet.titles, sheet.lines)


def add_chosen(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--period", choices=PERIODS, default="30d", help="up to today, in UTC (default: 30d)")
    add("--since", type=day, metavar="DATE", help="from this day on, instead of a period")
    add("--model", nargs="+", metavar="MODEL", help="only these, as backend:name")
    add("--task", nargs="+", metavar="TASK", help="only these: extract, again, risk, actions, summary")
    add("--mine", action="store_true", help="only what you asked, also where you may see what everybody did")


def add_file(parser: ArgumentParser) -> None:
    parser.add_argument("--csv", action="store_true", help="a CSV file instead of a table")
    parser.add_argument("--out", metavar="PATH", help="where the CSV goes (default: stdout)")


TITLE = "Costs"
COMMANDS = (
    Command(
        "costs",
        costs,
        "Count what models cost",
        """
        For each day, model, task, person or document: USD, calls whose cost nobody knows, calls, failed ones, kept
        answers and what they saved, tokens. The total, what it was before, and the budgets go to stderr. You see your
        own calls; an engineering owner sees everybody's, without names.
        """,
        """
        python -m core costs --by document
        python -m core costs --by day --since 2026-11-01 --csv --out november.csv
        python -m core costs --compare --period all
        """,
        (
            argument("--by", choices=BY, default="model", help="default: model"),
            argument("--compare", action="store_true", help="the models side by side: cost a document, speed, errors"),
            add_chosen,
            JSON,
            add_file,
        ),
    ),
    Command(
        "latency",
        latency,
        "Tell how fast models answer and how often they fail",
        """
        Model, answers, p50 and p95 of the whole answer and of its first word in ms, calls, failures, error rate, calls
        as a fallback, degraded ones. Faults, and models that changed the name they answer by, go to stderr.
        """,
        """
        python -m core latency --period 7d
        python -m core latency --model anthropic:claude-haiku-5-5 --task extract
        """,
        (
            argument("--calls", choices=WORST, help="single calls instead: the slowest, dearest, or last failed"),
            add_chosen,
            JSON,
            add_file,
        ),
    ),
    Command(
        "projection",
        projection,
        "Work out what a month would cost",
        """
        For each model, the cheapest first. What is not given is taken from your last 30 days, or assumed; every
        assumption goes to stderr.
        """,
        """
        python -m core projection --documents 200 --characters 150000
        python -m core projection --model anthropic:claude-haiku-5-5 --documents 40 --kept 0.3
        """,
        (
            argument("--documents", type=int, metavar="N", help="a month"),
            argument("--characters", type=int, metavar="N", help="of an average document"),
            argument("--kept", type=float, metavar="SHARE", help="of the calls that kept answers spare, 0 to 1"),
            argument("--model", metavar="MODEL", help="only this one, as backend:name"),
            JSON,
            add_file,
        ),
    ),
)
