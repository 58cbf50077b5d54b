"""The register as a list: filtered, sorted, paged and counted in SQL, over the values that hold now."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlite_utils import Database

from core import library, store
from core.errors import BadInput, Conflict, NotFound
from core.register.filters import EVERYTHING, Filter, condition, counted, narrowing
from core.types import User


@dataclass(frozen=True, slots=True)
class Row:
    """An obligation as it stands. `id` is DOCUMENT.OBLIGATION; `position` and `end` are offsets of the quote.

    `deadline` is in the document's words, `iso8601` its length or date, `due` the day on which it falls.
    `corrections`, `comments` and `evidence` are counts.
    """

    id: str
    document_id: str
    obligation_id: str
    document: str
    state: str
    origin: str
    position: int
    end: int
    page: int | None
    path: str
    heading: str
    quote: str
    modality: str
    bearer: str
    bearer_kind: str
    explicit: bool
    via: str | None
    action: str
    object: str
    deadline: str
    iso8601: str | None
    deadline_kind: str
    days: str
    anchor: str
    due: str | None
    risk: str
    risk_score: int
    applies: str
    confidence: float
    match: str
    engine: str
    status: str
    reason: str
    owner: str
    next_review: str | None
    anchor_date: str | None
    corrections: int
    comments: int
    evidence: int
    accepted: bool
    doubtful: bool


EXPRESSIONS = {field.name: f"register.{field.name}" for field in fields(Row)} | {
    "id": "register.document_id || '.' || register.obligation_id",
    "document": "document.title",
    "end": "register.end_at",
}
COLUMNS = ", ".join(f'{expression} as "{name}"' for name, expression in EXPRESSIONS.items())
JOINED = "register join document on document.id = register.document_id"
# One gesture is one write: at 2,000 obligations a second nobody else waits longer than a few seconds.
MOST_AT_ONCE = 5_000
BY_TEXT = ("position", "document", "path")


def rows(
    db: Database,
    user: User,
    filter: Filter = EVERYTHING,
    sort: str = "position",
    descending: bool = False,
    limit: int | None = 50,
    offset: int = 0,
) -> list[Row]:
    """One page of the register, or with `limit` None all of it. `sort`: any field of Row; "position" is text order."""
    if sort not in EXPRESSIONS:
        raise BadInput(f"The register cannot be sorted by {sort!r}; choose one of: {', '.join(EXPRESSIONS)}.")
    order = _order(sort, descending)
    listed, where, parameters = _listed(user, filter, sort)
    # The inner query reads one narrow index; only the page itself is read in full.
    found = store.rows(
        db,
        f"select {COLUMNS} from {JOINED} where register.number in"
        f" (select register.number from {listed} where {where} order by {order} limit ? offset ?) order by {order}",
        [*parameters, -1 if limit is None else limit, offset],
    )
    return [from_columns(one) for one in found]


def count(db: Database, user: User, filter: Filter = EVERYTHING) -> int:
    where, parameters = condition(user, filter)
    return int(db.conn.execute(f"select count(*) from register where {where}", parameters).fetchone()[0])


def place(
    db: Database, user: User, id: str, filter: Filter = EVERYTHING, sort: str = "position", descending: bool = False
) -> int | None:
    """How many of `rows` stand before this one; None where it is not among them."""
    listed, where, parameters = _listed(user, filter, sort)
    document_id, _, obligation_id = id.rpartition(".")
    found = db.conn.execute(
        "select place from (select register.document_id, register.obligation_id,"
        f" row_number() over (order by {_order(sort, descending)}) as place from {listed} where {where})"
        " where document_id = ? and obligation_id = ?",
        [*parameters, document_id, obligation_id],
    ).fetchone()
    return int(found[0]) - 1 if found else None


def row(db: Database, user: User, id: str) -> Row:
    """The one row with this id; a bare obligation id will do where only one document has it. NotFound otherwise."""
    document_id, _, obligation_id = id.rpartition(".")
    condition_, parameters = library.visible(user)
    narrow, given = ("and register.document_id = ?", [document_id]) if document_id else ("", [])
    found = store.rows(
        db,
        f"select {COLUMNS} from {JOINED} where register.obligation_id = ? {narrow} and {condition_}"
        " order by register.state = 'current' desc limit 2",
        [obligation_id, *given, *parameters],
    )
    if not found:
        raise NotFound("There is no such obligation, or you may not see its document; go back to the register.")
    if len(found) > 1:
        raise BadInput(f"Several documents have an obligation {id}; name one as DOCUMENT.OBLIGATION.")
    return from_columns(found[0])


def editable(db: Database, user: User, ids: str | Sequence[str]) -> list[Row]:
    """The rows with these ids, each once. Conflict for one that a split or merge has replaced."""
    wanted = [ids] if isinstance(ids, str) else list(dict.fromkeys(ids))
    if len(wanted) > MOST_AT_ONCE:
        raise BadInput(f"{len(wanted):,} obligations are too many for one step; narrow the list to {MOST_AT_ONCE:,}.")
    shown = [row(db, user, id) for id in wanted]
    if any(one.state == "replaced" for one in shown):
        raise Conflict("This obligation was split or merged; work on what took its place, or undo that first.")
    return shown


def _listed(user: User, filter: Filter, sort: str) -> tuple[str, str, list[Any]]:
    """Text order walks the documents by title; every other order goes over all rows at once."""
    if sort not in BY_TEXT:
        return "register", *condition(user, filter)
    counting, allowed = counted(user, filter)
    where, parameters = narrowing(filter)
    tables = "document cross join register on register.document_id = document.id"
    return tables, f"document.id in ({counting}) and {where}", [*allowed, *parameters]


def _order(sort: str, descending: bool) -> str:
    """Empty values come last either way; ties in text order."""
    direction = "desc" if descending else "asc"
    place = ("register.document_id", "register.position", "register.end_at")
    if sort in BY_TEXT:
        return ", ".join(f"{column} {direction}" for column in ("document.title", *place))
    column = "register.risk_score" if sort == "risk" else EXPRESSIONS[sort]
    return f"({column} is null or {column} = ''), {column} {direction}, {', '.join(place)}"


def from_columns(plain: dict[str, Any]) -> Row:
    """A row of COLUMNS as the register's Row."""
    for name in ("explicit", "accepted", "doubtful"):
        plain[name] = bool(plain[name])
    return Row(**plain)
