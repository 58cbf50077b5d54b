"""The gap view: each duty of the firm, and whether a control that somebody confirmed meets it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlite_utils import Database

from core import library
from core.controls.links import ARE_LINKS
from core.controls.suggestions import BINDING, RELEASED
from core.errors import BadInput
from core.register.filters import text_query
from core.settings import lexicon
from core.store import rows
from core.types import User

Coverage = Literal["gap", "part", "covered"]
COVERAGES: tuple[Coverage, ...] = get_args(Coverage)
OTHER = "Other"  # the topic of what is about none that the word list knows
# By what coverage is counted and gaps are filtered → the column.
DIMENSIONS = {
    "document": "document_id",
    "risk": "risk",
    "impact": "impact",
    "topic": "topic",
    "bearer": "bearer",
    "applies": "applies",
    "coverage": "coverage",
}
# What is covered comes last, but in the order of the text.
SORTS = {
    "impact": "coverage = 'covered', impact_score desc, risk_score desc, due is null, due",
    "risk": "coverage = 'covered', risk_score desc, impact_score desc, due is null, due",
    "due": "coverage = 'covered', due is null, due, risk_score desc",
    "position": "document, document_id, position",
}


@dataclass(frozen=True, slots=True)
class GapFilter:
    """Which duties; () or "" asks for nothing, several values mean any of them. `text`: words, by their beginnings.

    `former`: also of versions that a newer one replaced; whoever names documents gets those anyway.
    """

    document: Sequence[str] = ()
    risk: Sequence[str] = ()
    impact: Sequence[str] = ()
    topic: Sequence[str] = ()
    bearer: Sequence[str] = ()
    applies: Sequence[str] = ()
    coverage: Sequence[str] = ()
    text: str = ""
    former: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A duty with its coverage: gap, part (only controls that meet it in part) or covered.

    `controls` are refs of confirmed controls; `suggested` the best control that nobody has decided on, "" for none.
    `id` is DOCUMENT.OBLIGATION; `due` an ISO date or None.
    """

    id: str
    document_id: str
    obligation_id: str
    document: str
    path: str
    page: int | None
    quote: str
    action: str
    bearer: str
    modality: str
    risk: str
    risk_score: int
    applies: str
    deadline: str
    due: str | None
    owner: str
    status: str
    topic: str
    impact: str
    impact_score: int
    impact_reasons: tuple[str, ...]
    coverage: Coverage
    controls: tuple[str, ...]
    suggested_id: str
    suggested: str
    score: float


@dataclass(frozen=True, slots=True)
class Count:
    """So many duties have these values of DIMENSIONS."""

    document: str
    risk: str
    impact: str
    topic: str
    bearer: str
    applies: str
    coverage: Coverage
    size: int


EVERYTHING = GapFilter()


def gaps(
    db: Database,
    user: User,
    filter: GapFilter = EVERYTHING,
    *,
    sort: str = "impact",
    limit: int | None = 50,
    offset: int = 0,
) -> list[Gap]:
    """The duties that apply to the firm, or may, with their coverage. `limit` None gives all."""
    if sort not in SORTS:
        raise BadInput(f"Gaps cannot be sorted by {sort!r}; choose one of: {', '.join(SORTS)}.")
    inner, given = _duties(user, filter)
    order = f"{SORTS[sort]}, document_id, position, obligation_id"
    # Text and the best suggestion are read for the rows that are shown, not for all.
    found = rows(
        db,
        f"select page.*, {TEXTS}, {BEST} from (select row_number() over (order by {order}) as place, * from ({inner})"
        " order by place limit ? offset ?) as page join register on register.document_id = page.document_id"
        " and register.obligation_id = page.obligation_id left join control_duty as duty"
        f" on duty.document_id = page.document_id and duty.obligation_id = page.obligation_id {BEST_JOIN}"
        " order by place",
        [*given, -1 if limit is None else limit, offset, user.tenant],
    )
    return [_gap(row) for row in found]


def counts(db: Database, user: User, filter: GapFilter = EVERYTHING) -> list[Count]:
    """How many duties have each combination of values: everything that is counted of coverage is a sum of these."""
    inner, given = _duties(user, filter)
    columns = ", ".join(DIMENSIONS.values())
    sql = f"select {columns}, count(*) from ({inner}) group by {columns}"
    return [Count(*row) for row in db.conn.execute(sql, given).fetchall()]


def tally(found: Sequence[Count], dimension: str) -> dict[str, dict[str, int]]:
    """Value of a dimension → coverage → duties."""
    summed: dict[str, Counter[str]] = {}
    for one in found:
        summed.setdefault(getattr(one, dimension), Counter())[one.coverage] += one.size
    return {value: dict(sizes) for value, sizes in summed.items()}


def share(sizes: dict[str, int]) -> float:
    """The covered part of them, 0-1, what is met in part counting half; 0 for none."""
    total = sum(sizes.values())
    return (sizes.get("covered", 0) + sizes.get("part", 0) / 2) / total if total else 0.0


TEXTS = (
    "register.document_id || '.' || register.obligation_id as id, register.path, register.page, register.quote,"
    " register.action, register.modality, register.deadline, register.owner, register.status,"
    " coalesce(duty.impact_reasons, '[]') as impact_reasons"
)
# The best control that nobody has decided on for this duty.
BEST = "control.id as suggested_id, control.ref as suggested, match.score"
BEST_JOIN = (
    "left join control_match as match on match.document_id = page.document_id"
    " and match.obligation_id = page.obligation_id and match.rank = (select min(rank) from control_match as other"
    " where other.document_id = page.document_id and other.obligation_id = page.obligation_id and not exists"
    " (select 1 from overlay where document_id = page.document_id and subject = page.obligation_id"
    " and field = 'control:' || other.control_id))"
    " left join control on control.tenant = ? and control.id = match.control_id"
)


def _duties(user: User, filter: GapFilter) -> tuple[str, list[Any]]:
    """A SELECT of the duties with their coverage, of narrow columns only, and its parameters; access is inside."""
    counting, allowed = _counted(user, filter)
    outer, wanted = _narrowing(filter)
    match = text_query(filter.text)
    words = " and register.number in (select rowid from register_text where register_text match ?)" if match else ""
    inner = (
        "select register.document_id, register.obligation_id, document.title as document, register.position,"
        " register.risk, register.risk_score, register.applies, register.due, register.bearer,"
        f" coalesce(nullif(duty.topic, ''), '{OTHER}') as topic, coalesce(duty.impact, 'medium') as impact,"
        " coalesce(duty.impact_score, 0) as impact_score,"
        " case met.extent when 2 then 'covered' when 1 then 'part' else 'gap' end as coverage, met.refs as controls"
        " from document cross join register on register.document_id = document.id"
        " left join control_duty as duty on duty.document_id = register.document_id"
        " and duty.obligation_id = register.obligation_id"
        " left join (select document_id, subject, max(1 + (json_extract(value, '$.state') = 'full')) as extent,"
        " group_concat(control.ref, char(10)) as refs from overlay"
        " join control on control.tenant = ? and control.id = substr(overlay.field, 9)"
        f" where {ARE_LINKS} and json_extract(value, '$.state') <> 'rejected' group by document_id, subject) as met"
        " on met.document_id = register.document_id and met.subject = register.obligation_id"
        f" where {BINDING} and {RELEASED} and {counting}{words}"
    )
    given = [user.tenant, *allowed, *([match] if match else [])]
    return f"select * from ({inner}) where {outer}", [*given, *wanted]


def _counted(user: User, filter: GapFilter) -> tuple[str, list[Any]]:
    if filter.former or filter.document:
        visible, allowed = library.visible(user)
        return visible, list(allowed)
    newest, allowed = library.newest(user)
    return f"document.id in ({newest})", list(allowed)


def _narrowing(filter: GapFilter) -> tuple[str, list[str]]:
    tests, given = ["1"], []
    for name, column in DIMENSIONS.items():
        if wanted := list(getattr(filter, name)):
            tests.append(f"{column} in (select value from json_each(?))")
            given.append(json.dumps(wanted))
    return " and ".join(tests), given


def topic_names() -> tuple[str, ...]:
    """In the order of the word list."""
    return (*(str(topic["name"]) for topic in lexicon("controls")["topic"]), OTHER)


def _gap(row: dict[str, Any]) -> Gap:
    for name in ("place", "position"):
        row.pop(name)
    row["impact_reasons"] = tuple(json.loads(row["impact_reasons"]))
    row["controls"] = tuple(sorted((row["controls"] or "").split("\n"))) if row["controls"] else ()
    row["suggested_id"], row["suggested"] = row["suggested_id"] or "", row["suggested"] or ""
    row["score"] = row["score"] or 0.0
    return Gap(**row)
