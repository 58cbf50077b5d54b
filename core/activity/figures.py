"""The log counted by day: what people did, what they saw, what was refused."""

from dataclasses import dataclass

from sqlite_utils import Database

from core.activity.entries import ALL, KINDS, Filter, chosen
from core.store import rows
from core.types import User


@dataclass(frozen=True, slots=True)
class Day:
    """`day` is ISO 8601, UTC."""

    day: str
    did: int
    saw: int
    refused: int

    @property
    def entries(self) -> int:
        return self.did + self.saw + self.refused


def by_day(db: Database, user: User, filter: Filter = ALL) -> list[Day]:
    """Days with entries, in their order."""
    where, values = chosen(user, filter)
    ending = "sum(substr(event, {length}) = '{ending}')"
    saw, refused = (ending.format(length=-len(KINDS[name]), ending=KINDS[name]) for name in ("saw", "refused"))
    found = rows(
        db,
        f"select substr(at, 1, 10) as day, count(*) as entries, {saw} as saw, {refused} as refused"
        f" from audit where {where} group by day order by day",
        values,
    )
    return [Day(row["day"], row["entries"] - row["saw"] - row["refused"], row["saw"], row["refused"]) for row in found]
