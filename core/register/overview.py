"""What needs attention, counted for one user."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlite_utils import Database

from core import jobs, library, store
from core.register.leads import to_check_count
from core.register.rows import JOINED, Filter, Row, condition, count, facets, rows
from core.types import DUTIES, User


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of what this user may see. Duties are obligations and prohibitions; the rest of `norms` is not counted so.

    `matrix`: bearer kind → risk level → duties. `next`: open duties with a due date from today on, the nearest first.
    """

    documents: int
    norms: int
    duties: int
    by_modality: dict[str, int]
    by_status: dict[str, int]
    by_risk: dict[str, int]
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
    everything = Filter(today=today)
    duties = replace(everything, modality=DUTIES)
    counted = facets(db, user, duties)
    shelf = library.documents(db, user)
    failed = [job for job in jobs.jobs(db, user) if job.state == "failed"]
    return Overview(
        documents=len(shelf),
        norms=sum(counted["modality"].values()),
        duties=sum(counted["modality"].get(modality, 0) for modality in DUTIES),
        by_modality=counted["modality"],
        by_status=counted["status"],
        by_risk=counted["risk"],
        matrix=_matrix(db, user, duties),
        to_check=to_check_count(db, user),
        overdue=counted["deadline"]["overdue"],
        soon=counted["deadline"]["soon"],
        reviews_due=_reviews_due(db, user, today),
        orphaned=count(db, user, Filter(state="orphaned")),
        failed_jobs=len(failed),
        awaiting_signature=sum("signature" in one.awaiting for one in shelf),
        escalated=sum(one.gate == "waiting" for one in shelf),
        next=tuple(rows(db, user, replace(duties, deadline="upcoming"), sort="due", limit=upcoming)),
    )


def _matrix(db: Database, user: User, filter: Filter) -> dict[str, dict[str, int]]:
    where, parameters = condition(user, filter)
    found = store.rows(
        db,
        f"select register.bearer_kind, register.risk, count(*) as size from {JOINED}"
        f" where {where} group by register.bearer_kind, register.risk",
        parameters,
    )
    matrix: dict[str, dict[str, int]] = {}
    for row in found:
        matrix.setdefault(row["bearer_kind"], {})[row["risk"]] = row["size"]
    return matrix


def _reviews_due(db: Database, user: User, today: date) -> int:
    where, parameters = condition(user, Filter(today=today))
    found = db.conn.execute(
        f"select count(*) from {JOINED} where {where} and register.next_review <= ?", [*parameters, today.isoformat()]
    )
    return int(found.fetchone()[0])
