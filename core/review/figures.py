"""How the queue does: decisions and the time they take, overrides, what is overdue, and where people disagree."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from core import identity, library
from core.review.deciding import AGAINST
from core.review.listing import counts
from core.store import rows
from core.types import User


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Requests on which people, or a person and the reading, do not agree, of those on which they could."""

    among: int
    of: int

    @property
    def rate(self) -> float:
        return self.among / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Differing:
    """A request on which opinions differ: `between` is "reviewers", or "reading" for a person and the reading."""

    item_id: str
    number: int
    title: str
    between: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Since a moment, of what the user may see. `by_day`: (day, verdict, how many). Hours from asking to deciding, by
    risk ("all" too): (p50, p95, how many); None where nobody decided. The policy's own decisions are counted apart.

    `reviewers`: two people read the same and gave different verdicts. `model`: the reading recommended an action and
    a person rejected it, asked for a change or worded it differently. `differing`: those requests, the last decided
    first, at most LATEST of them.
    """

    since: str
    decisions: int
    by_policy: int
    by_day: tuple[tuple[str, str, int], ...]
    hours: dict[str, tuple[float, float, int] | None]
    overrides: int
    overdue: int
    waiting: int
    refused: int
    reviewers: Disagreement
    model: Disagreement
    differing: tuple[Differing, ...]

    @property
    def override_rate(self) -> float:
        return self.overrides / self.decisions if self.decisions else 0.0


LATEST = 20
RISKS = ("low", "medium", "high", "critical")
SEEN = """from decision join item on item.id = decision.item_id
    where decision.decided_at >= :since and item.tenant = :tenant
    and item.document_id in (select id from document where {condition})"""


def report(db: Database, user: User, since: str = "") -> Figures:
    """`since` is a moment or a day, ISO 8601; "" is everything."""
    identity.require(user, "documents.read")
    made, given = _decisions(db, user, since), counts(db, user)
    human = [row for row in made if row["reviewer"] != "policy"]
    return Figures(
        since=since,
        decisions=len(human),
        by_policy=len(made) - len(human),
        by_day=tuple((day, verdict, number) for (day, verdict), number in sorted(_by_day(human).items())),
        hours={risk: _hours(human, risk) for risk in ("all", *RISKS)},
        overrides=sum(row["override"] for row in human),
        overdue=given.overdue,
        waiting=given.waiting,
        refused=_refused(db, user, since),
        reviewers=_rate(_among_reviewers(human)),
        model=_rate(_with_model(human)),
        differing=tuple(_differing(human)[:LATEST]),
    )


def _decisions(db: Database, user: User, since: str) -> list[dict[str, Any]]:
    condition, values = library.visible(user)
    names = {f"v{place}": value for place, value in enumerate(values)}
    for name in names:
        condition = condition.replace("?", f":{name}", 1)
    return rows(
        db,
        "select decision.item_id, decision.digest, decision.reviewer, decision.verdict, decision.override,"
        " decision.result, decision.decided_at, decision.version, item.risk, item.submitted_at, item.number, item.title"
        f" {SEEN.format(condition=condition)} order by decision.rowid",
        {"since": since, "tenant": user.tenant, **names},
    )


def _by_day(made: Sequence[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((row["decided_at"][:10], row["verdict"]) for row in made)


def _hours(made: Sequence[dict[str, Any]], risk: str) -> tuple[float, float, int] | None:
    """Of decisions that settled what was asked for; one that was asked for again counts from then."""
    taken = sorted(
        (datetime.fromisoformat(row["decided_at"]) - datetime.fromisoformat(row["submitted_at"])).total_seconds() / 3600
        for row in made
        if row["result"] not in ("submitted", "escalated") and row["submitted_at"] and risk in ("all", row["risk"])
        and row["decided_at"] >= row["submitted_at"]
    )  # fmt: skip
    if not taken:
        return None
    p95 = statistics.quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]
    return statistics.median(taken), p95, len(taken)


def _among_reviewers(made: Sequence[dict[str, Any]]) -> dict[str, bool]:
    """Of requests that two read: whether they differ. On one and the same thing: one that changed is another."""
    verdicts: dict[tuple[str, str], list[str]] = {}
    for row in made:
        verdicts.setdefault((row["item_id"], row["digest"]), []).append(row["verdict"])
    items: dict[str, bool] = {}
    for (item_id, _), given in verdicts.items():
        if len(given) > 1:
            items[item_id] = items.get(item_id, False) or len(set(given)) > 1
    return items


def _with_model(made: Sequence[dict[str, Any]]) -> dict[str, bool]:
    items: dict[str, bool] = {}
    for row in made:
        differs = row["verdict"] in AGAINST or row["version"] > 1
        items[row["item_id"]] = items.get(row["item_id"], False) or differs
    return items


def _rate(items: dict[str, bool]) -> Disagreement:
    return Disagreement(sum(items.values()), len(items))


def _differing(made: Sequence[dict[str, Any]]) -> list[Differing]:
    both = {"reviewers": _among_reviewers(made), "reading": _with_model(made)}
    last = {row["item_id"]: row for row in reversed(made)}  # the last decided first
    found = [(row, tuple(name for name, items in both.items() if items.get(id))) for id, row in last.items()]
    return [Differing(row["item_id"], row["number"], row["title"], between) for row, between in found if between]


def _refused(db: Database, user: User, since: str) -> int:
    """Attempts that were refused, of everybody in the tenant where the user may read the log, else their own."""
    mine = "" if identity.may(user, "audit.read") else " and user_id = :me"
    # After the first ones of an hour an entry says how many they are by then: see audit.folding.
    told = (
        "select user_id, json_extract(details, '$.why') as why, json_extract(details, '$.times') as times,"
        " coalesce(json_extract(details, '$.hour'), substr(at, 1, 13)) as hour from audit"
        f" where tenant = :tenant and event = 'item.refused' and at >= :since{mine}"
    )
    hours = f"select max(sum(times is null), coalesce(max(times), 0)) as n from ({told}) group by user_id, why, hour"
    sql = f"select coalesce(sum(n), 0) as n from ({hours})"
    return int(rows(db, sql, {"tenant": user.tenant, "since": since, "me": user.id})[0]["n"])
