"""How many rows each choice of a filter would show."""

from collections import Counter
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from core.register.filters import EVERYTHING, OPEN, Filter, choices, condition, days_ahead
from core.types import User

# The facets of which the register keeps one combined value for each row: counting it is one pass over one index.
COMBINED = ("modality", "bearer_kind", "risk", "status", "applies", "owner", "timed")
SEPARATOR = "\x1f"


def facets(db: Database, user: User, filter: Filter = EVERYTHING) -> dict[str, dict[str, int]]:
    """For each of FACETS and for "deadline": value → how many rows choosing it would show.

    A facet's own choice is left out of its counts, so that the alternatives to it keep theirs.
    """
    counted = _combined(db, user, filter)
    undated = _combined(db, user, replace(filter, deadline="")) if filter.deadline else counted
    timed = undated["timed"]
    return {
        "document": _documents(db, user, filter),
        **{name: counts for name, counts in counted.items() if name != "timed"},
        "deadline": {
            "any": timed.get("yes", 0),
            "none": timed.get("no", 0),
            **dated(db, user, filter),
            "review": _reviews(db, user, filter),
        },
    }


def combined(values: dict[str, Any]) -> str:
    """The value that the register keeps in its column `facet`."""
    timed = "yes" if values["deadline_kind"] else "no"
    return SEPARATOR.join((*(values[name] for name in COMBINED[:-1]), timed))


def _documents(db: Database, user: User, filter: Filter) -> dict[str, int]:
    where, parameters = condition(user, replace(filter, document=(), former=True))
    sql = f"select register.document_id, count(*) from register where {where} group by register.document_id"
    return dict(db.conn.execute(sql, parameters).fetchall())


def _reviews(db: Database, user: User, filter: Filter) -> int:
    where, parameters = condition(user, replace(filter, deadline="review"))
    return int(db.conn.execute(f"select count(*) from register where {where}", parameters).fetchone()[0])


def combinations(db: Database, user: User, filter: Filter) -> list[tuple[dict[str, str], int]]:
    """Each combination of COMBINED that occurs among these rows, and in how many."""
    where, parameters = condition(user, filter)
    sql = f"select register.facet, count(*) from register where {where} group by register.facet"
    found = db.conn.execute(sql, parameters).fetchall()
    return [(dict(zip(COMBINED, facet.split(SEPARATOR), strict=True)), size) for facet, size in found]


def _combined(db: Database, user: User, filter: Filter) -> dict[str, dict[str, int]]:
    unchosen: dict[str, Any] = dict.fromkeys(COMBINED[:-1], ())
    chosen = {name: set(choices(getattr(filter, name, ()))) for name in COMBINED}
    counted: dict[str, Counter[str]] = {name: Counter() for name in COMBINED}
    for values, size in combinations(db, user, replace(filter, **unchosen)):
        misses = [name for name in COMBINED if chosen[name] and values[name] not in chosen[name]]
        for name in misses or COMBINED if len(misses) < 2 else ():
            counted[name][values[name]] += size
    return {name: dict(counts) for name, counts in counted.items()}


def dated(db: Database, user: User, filter: Filter) -> dict[str, int]:
    """How many have a due date; and of those that are open how many are overdue, due soon and due from today on."""
    where, parameters = condition(user, replace(filter, deadline=""))
    sql = (
        f"select register.due, {OPEN}, count(*) from register where {where} and register.due is not null"
        " group by register.due, register.status, register.deadline_kind"
    )
    counted = Counter(dated=0, overdue=0, soon=0, upcoming=0)
    today, soon = days_ahead(filter)
    for due, is_open, size in db.conn.execute(sql, parameters).fetchall():
        counted["dated"] += size
        if is_open:
            counted["upcoming" if due >= today else "overdue"] += size
            counted["soon"] += size if today <= due <= soon else 0
    return dict(counted)
