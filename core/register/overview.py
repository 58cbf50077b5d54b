"""What needs attention, counted for one user."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlite_utils import Database

from core import jobs, library
from core.register.facets import combinations, dated
from core.register.filters import Filter
from core.register.leads import to_check_count
from core.register.rows import Row, count, rows
from core.types import DUTIES, BearerKind, User

# Who answers for a date: a date addressed to an authority or a Member State is no deadline of ours.
OURS: tuple[BearerKind, ...] = ("regulated", "unspecified")
# What the firm's profile may answer of a date that is ours.
OUR_ANSWERS = ("yes", "unclear")


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of what this user may see. Duties are obligations and prohibitions; the rest of `norms` is not counted so.

    `matrix`: bearer kind → risk level → duties. `overdue`, `soon` and `next` (open duties with a due date from today
    on, the nearest first) are of OURS: those that bind a firm or name nobody, and that apply to us or may.
    `by_applies`: yes, no, unclear → duties. Only the newest version of a document is counted so; `former` says how many
    of `documents` are others.
    """

    documents: int
    former: int
    norms: int
    duties: int
    by_modality: dict[str, int]
    by_status: dict[str, int]
    by_risk: dict[str, int]
    by_applies: dict[str, int]
    matrix: dict[str, dict[str, int]]
    to_check: int
    overdue: int
    soon: int
    reviews_due: int
    orphaned: int
    failed_jobs: int
    awaiting_signature: int
    escalated: int
    next: tuple[Row, ...]


def overview(db: Database, user: User, today: date | None = None, *, upcoming: int = 8) -> Overview:
    """Everything that the first screen shows, as of `today` (UTC today if None)."""
    today = today or datetime.now(UTC).date()
    duties = Filter(modality=DUTIES, today=today)
    norms = combinations(db, user, Filter(today=today))
    binding = [(values, size) for values, size in norms if values["modality"] in DUTIES]
    ours = replace(duties, bearer_kind=OURS, applies=OUR_ANSWERS)
    due = dated(db, user, ours)
    shelf = library.documents(db, user)
    failed = [job for job in jobs.jobs(db, user, limit=1_000) if job.state == "failed"]
    return Overview(
        documents=len(shelf),
        former=len(shelf) - len(library.newest_ids(db, user)),
        norms=sum(size for _, size in norms),
        duties=sum(size for _, size in binding),
        by_modality=_summed(norms, "modality"),
        by_status=_summed(binding, "status"),
        by_risk=_summed(binding, "risk"),
        by_applies=_summed(binding, "applies"),
        matrix={
            kind: _summed([(values, size) for values, size in binding if values["bearer_kind"] == kind], "risk")
            for kind in _summed(binding, "bearer_kind")
        },
        to_check=to_check_count(db, user),
        overdue=due["overdue"],
        soon=due["soon"],
        reviews_due=count(db, user, Filter(deadline="review", today=today)),
        orphaned=count(db, user, Filter(state="orphaned")),
        failed_jobs=len(failed),
        awaiting_signature=sum("signature" in one.awaiting for one in shelf),
        escalated=sum(one.gate == "waiting" for one in shelf),
        next=tuple(rows(db, user, replace(ours, deadline="upcoming"), sort="due", limit=upcoming)),
    )


def _summed(counted: Iterable[tuple[dict[str, str], int]], name: str) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for values, size in counted:
        sums[values[name]] += size
    return dict(sums)
