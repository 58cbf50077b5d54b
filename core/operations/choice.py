"""Which calls are looked at: a period, models, tasks, and whose they may be."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlite_utils import Database

from core.identity import may
from core.store import one
from core.telemetry import user_hash
from core.types import User

PERIODS = {"7d": 7, "30d": 30, "90d": 90, "all": None}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Calls begun from `first` to `last`, both included, in UTC. No models or tasks: all. `mine`: own calls only."""

    first: date
    last: date
    models: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    mine: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Chosen":
        """The same number of days, ending the day before."""
        return replace(self, first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1))


def chosen(
    db: Database,
    user: User,
    today: date,
    *,
    period: str = "30d",
    since: date | None = None,
    models: tuple[str, ...] = (),
    tasks: tuple[str, ...] = (),
    mine: bool = False,
) -> Chosen:
    """A period of PERIODS that ends today, or all `since` a day. "all" begins with the first call there is."""
    if since is not None:
        return Chosen(min(since, today), today, models, tasks, mine)
    days = PERIODS[period]
    if days is not None:
        return Chosen(today - timedelta(days=days - 1), today, models, tasks, mine)
    condition, parameters = whose(user, mine=mine)
    row = one(db, f"select min(day) as first from call_day where {condition}", parameters)
    first = date.fromisoformat(row["first"]) if row and row["first"] else today
    return Chosen(min(first, today), today, models, tasks, mine)


def sees_all(user: User) -> bool:
    """Whether what everybody in the tenant asked; others see their own."""
    return may(user, "costs.all")


def whose(user: User, *, mine: bool = False) -> tuple[str, list[str]]:
    """The condition on rows of model_call or call_day that this user may see, and its parameters."""
    if sees_all(user) and not mine:
        return "tenant = ?", [user.tenant]
    return "tenant = ? and user_hash = ?", [user.tenant, user_hash(user)]


def days(user: User, wanted: Chosen) -> tuple[str, list[str]]:
    """The WHERE condition on call_day, rights included."""
    condition, parameters = whose(user, mine=wanted.mine)
    narrowed, more = _narrowed(wanted)
    return f"{condition} and day between ? and ?{narrowed}", [
        *parameters, wanted.first.isoformat(), wanted.last.isoformat(), *more,
    ]  # fmt: skip


def calls(user: User, wanted: Chosen) -> tuple[str, list[str]]:
    """The WHERE condition on model_call, rights included."""
    condition, parameters = whose(user, mine=wanted.mine)
    narrowed, more = _narrowed(wanted)
    after = wanted.last + timedelta(days=1)
    return f"{condition} and started_at >= ? and started_at < ?{narrowed}", [
        *parameters, wanted.first.isoformat(), after.isoformat(), *more,
    ]  # fmt: skip


def _narrowed(wanted: Chosen) -> tuple[str, list[str]]:
    tests, given = "", []
    for column, values in (("model", wanted.models), ("task", wanted.tasks)):
        if values:
            tests += f" and {column} in (select value from json_each(?))"
            given.append(json.dumps(values))
    return tests, given
