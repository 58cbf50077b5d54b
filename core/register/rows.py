"""The register as a list: filtered, sorted, paged and counted in SQL, over the values that hold now."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from core import library, store
from core.errors import BadInput, Conflict, NotFound
from core.settings import lexicon
from core.types import User

Choice = str | Sequence[str]

STATUSES = ("new", "in progress", "met", "not met", "not applicable", "not an obligation")
CLOSED = ("met", "not applicable", "not an obligation")
DEADLINES = ("any", "dated", "none", "overdue", "soon", "upcoming")
# What the list can be narrowed by and counts are given for → the column.
FACETS = {
    "document": "document_id",
    "modality": "modality",
    "bearer_kind": "bearer_kind",
    "risk": "risk",
    "status": "status",
    "owner": "owner",
    "applies": "applies",
}
WORD = re.compile(r"\w+")
OPEN = f"register.status not in {CLOSED}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows. "" or () asks for nothing; several values of one field mean any of them.

    `deadline`: any, dated (a due date is known), none; of what is open: overdue, soon (30 days), upcoming. `text` and
    `bearer`: all words, by their beginnings. `check`: only what a person should look at first. `state`: current;
    orphaned (corrected by people, no longer found by the chosen run); replaced (split or merged). `today` decides what
    is overdue; None is now.
    """

    document: Choice = ()
    modality: Choice = ()
    bearer_kind: Choice = ()
    bearer: str = ""
    risk: Choice = ()
    status: Choice = ()
    deadline: str = ""
    text: str = ""
    owner: Choice = ()
    applies: Choice = ()
    check: bool = False
    run: str = ""
    state: str = "current"
    today: date | None = None


EVERYTHING = Filter()


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
TEXT_ORDER = ("document.title", "register.document_id", "register.position", "register.end_at")


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
    where, parameters = condition(user, filter)
    order = _order(sort, descending)
    # The inner query reads narrow indexes where it can; only the page itself is read in full.
    found = store.rows(
        db,
        f"select {COLUMNS} from {JOINED} where register.number in"
        f" (select register.number from {JOINED} where {where}"
        f" order by {order} limit ? offset ?) order by {order}",
        [*parameters, -1 if limit is None else limit, offset],
    )
    return [_row(one) for one in found]


def count(db: Database, user: User, filter: Filter = EVERYTHING) -> int:
    where, parameters = condition(user, filter)
    return int(db.conn.execute(f"select count(*) from {JOINED} where {where}", parameters).fetchone()[0])


def facets(db: Database, user: User, filter: Filter = EVERYTHING) -> dict[str, dict[str, int]]:
    """For each of FACETS and for "deadline": value → how many rows choosing it would show.

    A facet's own choice is left out of its counts, so that the alternatives to it keep theirs.
    """
    chosen = {name: choices(getattr(filter, name)) for name in FACETS}
    unchosen: dict[str, Any] = dict.fromkeys((*FACETS, "deadline"), "")
    where, parameters = condition(user, replace(filter, **unchosen))
    tests = {"": "1", **{name: _deadline_test(name, filter) for name in DEADLINES}}
    sums = ", ".join(f"sum({test})" for test in tests.values())
    columns = ", ".join(f"register.{column}" for column in FACETS.values())
    groups = db.conn.execute(
        f"select {columns}, {sums} from {JOINED} where {where} group by {columns}", parameters
    ).fetchall()
    counted: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    counted["deadline"] = dict.fromkeys(DEADLINES, 0)
    for group in groups:
        values = dict(zip(FACETS, group, strict=False))
        sizes = dict(zip(tests, group[len(FACETS) :], strict=True))
        misses = [name for name in FACETS if chosen[name] and values[name] not in chosen[name]]
        if not misses:
            for name in DEADLINES:
                counted["deadline"][name] += sizes[name]
        size = sizes[filter.deadline]
        for name in FACETS if not misses else misses if len(misses) == 1 else ():
            if size:
                counted[name][values[name]] = counted[name].get(values[name], 0) + size
    return counted


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
    return _row(found[0])


def editable(db: Database, user: User, ids: str | Sequence[str]) -> list[Row]:
    """The rows with these ids, each once. Conflict for one that a split or merge has replaced."""
    shown = [row(db, user, id) for id in ([ids] if isinstance(ids, str) else dict.fromkeys(ids))]
    if any(one.state == "replaced" for one in shown):
        raise Conflict("This obligation was split or merged; work on what took its place, or undo that first.")
    return shown


def condition(user: User, filter: Filter) -> tuple[str, list[Any]]:
    """The WHERE clause over register and document, access included, and its parameters."""
    visible, parameters = library.visible(user)
    tests, given = [visible, "register.state = ?"], [*parameters, filter.state]
    for name, column in FACETS.items():
        if wanted := choices(getattr(filter, name)):
            tests.append(f"register.{column} in (select value from json_each(?))")
            given.append(json.dumps(wanted))
    if filter.deadline:
        tests.append(_deadline_test(filter.deadline, filter))
    if match := text_query(filter.text, filter.bearer):
        tests.append("register.number in (select rowid from register_text where register_text match ?)")
        given.append(match)
    if filter.check:
        tests.append("register.doubtful = 1")
    if filter.run:
        tests.append("register.run_id = ?")
        given.append(filter.run)
    return " and ".join(tests), given


def text_query(text: str, bearer: str = "") -> str:
    """An FTS5 query: every word by its beginning, those of `bearer` in the bearer. "" when there are no words.

    "19(4)(a)" is sought as these numbers next to each other, or "2(1)" would find Article 1(2).
    """
    anywhere, named = (
        " ".join(f'"{phrase}"*' for word in words.split() if (phrase := " ".join(WORD.findall(word))))
        for words in (text, bearer)
    )
    return " AND ".join(filter(None, (anywhere and f"({anywhere})", named and f"bearer : ({named})")))


def _deadline_test(wanted: str, filter: Filter) -> str:
    """SQL that is 1 or 0 for each row; dates stand in it as text, since they come from a date."""
    today = filter.today or datetime.now(UTC).date()
    soon = today + timedelta(days=lexicon("register")["soon_days"])
    tests = {
        "any": "register.deadline_kind <> ''",
        "none": "register.deadline_kind = ''",
        "dated": "register.due is not null",
        "overdue": f"(register.due is not null and register.due < '{today}' and {OPEN})",
        "soon": f"(register.due is not null and register.due between '{today}' and '{soon}' and {OPEN})",
        "upcoming": f"(register.due is not null and register.due >= '{today}' and {OPEN})",
    }
    if wanted not in tests:
        raise BadInput(f"{wanted!r} is no deadline filter; choose one of: {', '.join(tests)}.")
    return tests[wanted]


def choices(choice: Choice) -> list[str]:
    return [choice] if isinstance(choice, str) and choice else list(choice)


def _order(sort: str, descending: bool) -> str:
    """Empty values come last either way; ties in text order."""
    direction = "desc" if descending else "asc"
    if sort in ("position", "document", "path"):
        return ", ".join(f"{column} {direction}" for column in TEXT_ORDER)
    column = "register.risk_score" if sort == "risk" else EXPRESSIONS[sort]
    return f"({column} is null or {column} = ''), {column} {direction}, {', '.join(TEXT_ORDER)}"


def _row(plain: dict[str, Any]) -> Row:
    for name in ("explicit", "accepted", "doubtful"):
        plain[name] = bool(plain[name])
    return Row(**plain)
