"""Entries of the log with the reader's rights in the query: with `audit.read` the tenant's, else one's own."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlite_utils import Database

from core.audit.chain import COLUMNS, Entry
from core.errors import NotFound
from core.identity import may
from core.store import Row, one, rows
from core.types import User

# How an event ends → what a person asks for: who saw what, what was refused; whatever else somebody did.
KINDS = {"did": "", "saw": ".seen", "refused": ".refused"}
SELECT = ", ".join(COLUMNS)
MOST_NUMBER = 10**15


@dataclass(frozen=True, slots=True)
class Filter:
    """What is empty narrows nothing. `first` and `last` are whole days, UTC. `kind` is a key of KINDS.

    `subject` is exact ("item:…"); `text` is looked for in subjects, documents, digests and people's ids, and a whole
    number is an entry's.
    """

    events: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    kind: str = ""
    subject: str = ""
    document: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""


ALL = Filter()


def sees_all(user: User) -> bool:
    return may(user, "audit.read")


def entries(
    db: Database, user: User, filter: Filter = ALL, *, limit: int = 50, before: int | None = None, offset: int = 0
) -> list[Entry]:  # fmt: skip
    """The latest first; `before` an entry's number, for what comes after it in the list."""
    where, values = chosen(user, filter)
    if before is not None:
        where, values = f"{where} and number < ?", [*values, before]
    # Numbers first: they come from an index alone, and only those of this page are read whole.
    listed = f"select number from audit where {where} order by number desc limit ? offset ?"
    sql = f"select {SELECT} from audit where number in ({listed}) order by number desc"
    return [as_entry(row) for row in rows(db, sql, [*values, limit, offset])]


def count(db: Database, user: User, filter: Filter = ALL) -> int:
    where, values = chosen(user, filter)
    found = one(db, f"select count(*) as size from audit where {where}", values)
    return int(found["size"]) if found else 0


def entry(db: Database, user: User, number: int) -> Entry:
    """One entry, or NotFound, also where it is somebody else's and the user may not read the log."""
    where, values = _readable(user)
    row = one(db, f"select {SELECT} from audit where {where} and number = ?", [*values, min(number, MOST_NUMBER)])
    if row is None:
        raise NotFound(f"There is no entry {number} in the log, or you may not read it.")
    return as_entry(row)


def choices(db: Database, user: User, column: str) -> list[str]:
    """Every event, or every person ("user_id"), that the reader's part of the log holds, in order."""
    if column not in ("event", "user_id"):
        raise ValueError(f"the log gives no choice of {column!r}")
    if not sees_all(user):
        where, values = _readable(user)
        return [row["value"] for row in rows(db, f"select distinct {column} as value from audit where {where}", values)]
    # From one to the next in the index: a plain DISTINCT reads all of it.
    after = f"select min({column}) from audit where tenant = ?1 and {column} > known.value"
    sql = (
        f"with recursive known (value) as (select min({column}) from audit where tenant = ?1"
        f" union all select ({after}) from known where value is not null)"
        " select value from known where value is not null"
    )
    return [row["value"] for row in rows(db, sql, [user.tenant])]


def chosen(user: User, filter: Filter) -> tuple[str, list[Any]]:
    """The condition on rows of `audit`, and its parameters."""
    where, values = _readable(user)
    conditions = [where]
    for column, wanted in (("event", filter.events), ("user_id", filter.users)):
        if wanted:
            conditions.append(f"{column} in (select value from json_each(?))")
            values.append(json.dumps(wanted))
    for column, exact in (("subject", filter.subject), ("document_id", filter.document)):
        if exact:
            conditions.append(f"{column} = ?")
            values.append(exact)
    if filter.first:
        conditions.append("at >= ?")
        values.append(filter.first.isoformat())
    if filter.last:
        conditions.append("at < ?")
        values.append((filter.last + timedelta(days=1)).isoformat())
    for condition, extra in (_kind(filter.kind), _text(filter.text.strip())):
        conditions += [condition] if condition else []
        values += extra
    return " and ".join(conditions), values


def as_entry(row: Row) -> Entry:
    try:
        details = json.loads(row["details"])
    except ValueError:  # somebody changed it from outside; `verify` names it
        details = {}
    return Entry(**{**row, "details": details if isinstance(details, dict) else {}})


def _readable(user: User) -> tuple[str, list[Any]]:
    if sees_all(user):
        return "tenant = ?", [user.tenant]
    return "tenant = ? and user_id = ?", [user.tenant, user.id]


def _kind(kind: str) -> tuple[str, list[Any]]:
    if kind not in KINDS:
        return "", []
    if KINDS[kind]:
        return "substr(event, ?) = ?", [-len(KINDS[kind]), KINDS[kind]]
    endings = [ending for ending in KINDS.values() if ending]
    return " and ".join(["substr(event, ?) <> ?"] * len(endings)), [x for one in endings for x in (-len(one), one)]


def _text(text: str) -> tuple[str, list[Any]]:
    if not text:
        return "", []
    if text.isascii() and text.isdecimal() and len(text) < len(str(MOST_NUMBER)):
        return "(number = ? or instr(subject, ?) > 0)", [int(text), text]
    columns = ("subject", "coalesce(document_id, '')", "coalesce(digest, '')", "user_id")
    return f"({' or '.join(f'instr({column}, ?) > 0' for column in columns)})", [text] * len(columns)
