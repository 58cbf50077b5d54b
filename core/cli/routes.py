"""Which model does which task and why, and what is left of the budgets, from the command line."""

from argparse import Namespace
from decimal import Decimal
from typing import get_args

from core.cli.commands import JSON, Command, argument
from core.cli.database import opened
from core.cli.text import as_json, table
from core.types import Classification

# As core.llm.routes has them; that takes a while to load, and help must not.
QUALITIES = ("fast", "good", "best")


def routes(arguments: Namespace) -> int:
    from core.llm import routes as known
    from core.llm.router import Errand, Router
    from core.settings import settings

    router, lines = Router(settings()), []
    with opened() as (db, user):
        for task in [arguments.task] if arguments.task else list(known.routes(settings()).task):
            errand = Errand(user, task, arguments.label, quality=arguments.quality)
            ranks = dict(known.route(settings(), task).models)
            for one in router.candidates(db, errand):
                lines.append(
                    {
                        "task": task, "model": one.entry.name, "quality": ranks[one.entry.name],
                        "asked": one.decision.allowed, "why": one.why, "reason": one.decision.reason,
                    }
                )  # fmt: skip
    if arguments.json:
        for line in lines:
            as_json(line)
        return 0
    table(
        ("Task", "Model", "Quality", "Asked", "Why", "Decision"),
        ([*(line[name] for name in ("task", "model", "quality")), "yes" if line["asked"] else "no", line["why"],
          line["reason"]] for line in lines),
    )  # fmt: skip
    return 0


def budgets(arguments: Namespace) -> int:
    from core.llm import routes as known
    from core.llm.budgets import Budget
    from core.operations.burning import caps
    from core.settings import settings

    with opened() as (db, user):
        each = Budget("run_usd", "each run's budget", known.budgets(settings()).run_usd, Decimal(0))
        found = [each, *caps(db, user, settings())]
    if arguments.json:
        for one in found:
            as_json({"name": one.name, "unit": one.unit, **{key: f"{getattr(one, key):f}" for key in NUMBERS}})
        return 0
    table(
        ("Name", "Budget", "Cap", "Spent", "Left", "Unit"),
        ((one.name, one.title, *(_number(getattr(one, key)) for key in NUMBERS), one.unit) for one in found),
    )
    return 0


NUMBERS = ("cap", "spent", "left")


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"


TITLE = "Routing"
COMMANDS = (
    Command(
        "routes",
        routes,
        "List which models do which task, in the order in which they are asked",
        """
        Of the models that models/routes.toml names for a task, those that are good enough, may see a text of the label
        and are here are asked, the cheapest first; the others are listed with the reason.
        """,
        """
        python -m core routes
        python -m core routes --task extract --label confidential
        python -m core routes --quality best --json
        """,
        (
            argument("--task", metavar="TASK", help="only this one, such as extract"),
            argument("--label", choices=get_args(Classification), default="internal", help="default: internal"),
            argument("--quality", choices=QUALITIES, default="good", help="what is wanted (default: good)"),
            JSON,
        ),
    ),
    Command(
        "budgets",
        budgets,
        "Show the caps on what models may cost, and what is spent of them",
        """
        They are set in models/routes.toml; days and months are UTC. At a cap no call is made; what is done is kept.
        Models of unknown price have a cap of tokens. What the whole firm spent is for those who may see it.
        """,
        "python -m core budgets",
        (JSON,),
    ),
)
