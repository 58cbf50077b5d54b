"""How fast the budgets are used up: each cap with what is spent of it, and the month day by day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from sqlite_utils import Database

from core.llm import budgets, routes
from core.operations import costs
from core.operations.choice import sees_all
from core.settings import Settings
from core.telemetry import user_hash
from core.types import User


@dataclass(frozen=True, slots=True)
class Burn:
    """`days` of this month so far with what was spent up to each; `month_usd` the cap for it.

    `expected_usd` is what the month comes to if it goes on as it did; None on its first two days, which say too little.
    """

    days: tuple[str, ...]
    spent_usd: tuple[Decimal, ...]
    month_usd: Decimal
    last_day: date
    expected_usd: Decimal | None
    unknown_calls: int


def caps(db: Database, user: User, settings: Settings) -> tuple[budgets.Budget, ...]:
    """The caps that hold for this user's next call. What the whole tenant spent is for those who may see it."""
    limits = routes.budgets(settings)
    who = budgets.Spender(user.tenant, user_hash(user))
    found = [one for one in budgets.spent(db, limits, who) if one.name != "run_usd"]  # that is each run's own
    if not sees_all(user):
        return tuple(one for one in found if one.name == "user_day_usd")
    return (*found, budgets.spent_tokens(db, limits, user.tenant))


def burn(db: Database, user: User, settings: Settings, today: date) -> Burn:
    """This month of the calls that the user may see."""
    wanted = costs.month_to(today)
    found = {one.key[0]: one for one in costs.spend(db, user, wanted, ["day"])}
    listed = costs.every_day(wanted)
    spent = tuple(accumulate(found[day].known_usd if day in found else Decimal(0) for day in listed))
    last = today.replace(day=monthrange(today.year, today.month)[1])
    limits = routes.budgets(settings)
    return Burn(
        tuple(listed), spent, limits.month_usd, last, expected(spent, last.day),
        sum(one.unknown_calls for one in found.values()),
    )  # fmt: skip


LEAST_DAYS = 3


def expected(spent: tuple[Decimal, ...], days: int) -> Decimal | None:
    """What so many days come to at the pace so far; None while there are too few to tell."""
    return spent[-1] / len(spent) * days if len(spent) >= LEAST_DAYS else None
