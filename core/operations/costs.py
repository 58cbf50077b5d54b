"""What models cost: spend and tokens by day, model, task, person or document, and what kept answers saved.

All sums are made in SQL from call_day, which the ledger's triggers keep. Unknown is never zero: calls of unknown cost
are counted apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlite_utils import Database

from core.library import visible
from core.migrations.operations import REBUILD
from core.operations.choice import Chosen, days, whose
from core.store import Row, one, rows, statements, write
from core.types import User

By = Literal["day", "model", "task", "user", "document", "state"]
COLUMNS: dict[str, str] = {
    "day": "day", "model": "model", "task": "task", "user": "user_hash", "document": "document_id", "state": "state",
}  # fmt: skip
PICO = Decimal(10) ** -12
# An answer that was kept took no tokens, and one that nobody may ask for was never asked.
SUMS = """
    sum(case when state not in ('cached', 'refused') then calls else 0 end) as calls,
    sum(case when state = 'cached' then calls else 0 end) as kept_calls,
    sum(case when state in ('failed', 'lost') then calls else 0 end) as failed_calls,
    sum(case when state = 'refused' then calls else 0 end) as refused_calls,
    sum(unknown) as unknown_calls,
    sum(case when state <> 'cached' then cost_pico else 0 end) as cost_pico,
    sum(case when state = 'cached' then saved_pico else 0 end) as saved_pico,
    sum(case when state <> 'cached' then input_tokens else 0 end) as input_tokens,
    sum(case when state <> 'cached' then output_tokens else 0 end) as output_tokens,
    sum(case when state <> 'cached' then cached_tokens else 0 end) as cached_tokens,
    sum(case when state <> 'cached' then cache_write_tokens else 0 end) as cache_write_tokens,
    sum(case when state = 'cached' then input_tokens + output_tokens else 0 end) as kept_tokens,
    sum(case when state <> 'cached' then busy_ms else 0 end) as busy_ms,
    count(distinct nullif(document_id, '')) as documents
"""
NONE, UNSEEN = "", "?"  # keys of a document: the call was about none; it is deleted, or not the reader's to see


@dataclass(frozen=True, slots=True)
class Spend:
    """What some calls took. `key` says which, a value for each of what they were counted by.

    `calls` were put to a model, which worked `busy_ms` on them; `kept_calls` were answered from what was kept, which
    costs nothing, saves `saved_usd` and spares `kept_tokens`. `known_usd` sums up known costs; nobody knows
    what `unknown_calls` cost. `input_tokens` is the total, with those read from and written to the provider's cache.
    """

    key: tuple[str, ...]
    calls: int
    kept_calls: int
    failed_calls: int
    refused_calls: int
    unknown_calls: int
    known_usd: Decimal
    saved_usd: Decimal
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    kept_tokens: int
    busy_ms: int
    documents: int

    @property
    def cost_usd(self) -> Decimal | None:
        """None where nothing of it is known. Else what is known; look at `unknown_calls` besides."""
        return None if self.unknown_calls and not self.known_usd else self.known_usd

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def by_kind(self) -> dict[str, int]:
        """Tokens that add up to `tokens`: new input, cache read, cache write, output."""
        new = self.input_tokens - self.cached_tokens - self.cache_write_tokens
        return {
            "input": new, "cached": self.cached_tokens, "cache_write": self.cache_write_tokens,
            "output": self.output_tokens,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentSpend:
    """Of one document that the reader may see, or of all others together (`document_id` None).

    `title` is then None where the calls were about no document, and "" where it is deleted or not the reader's to see.
    """

    document_id: str | None
    title: str | None
    characters: int
    spend: Spend


def spend(db: Database, user: User, wanted: Chosen, by: Sequence[By] = ()) -> list[Spend]:
    """Counted by these, in their order; by nothing gives one. For documents by name take `by_document`."""
    keys = [COLUMNS[name] for name in by]
    if "document_id" in keys:
        raise ValueError("spend by document is by_document, which knows what the reader may see")
    condition, parameters = days(user, wanted)
    grouped = f" group by {', '.join(keys)} order by {', '.join(keys)}" if keys else ""
    selected = ", ".join([*keys, SUMS])
    found = rows(db, f"select {selected} from call_day where {condition}{grouped}", parameters)
    return [_spend(row, keys) for row in found]


def total(db: Database, user: User, wanted: Chosen) -> Spend:
    return spend(db, user, wanted)[0]


def by_document(db: Database, user: User, wanted: Chosen, *, limit: int = 200) -> list[DocumentSpend]:
    """The dearest first, then those with the most tokens. What the reader may not see is one row without a name."""
    condition, parameters = days(user, wanted)
    seen, rights = visible(user)
    sql = f"""
        select case when call_day.document_id = '' then '{NONE}' when shown.id is null then '{UNSEEN}'
            else shown.id end as document, max(shown.title) as title, max(shown.characters) as characters, {SUMS}
        from call_day left join (select id, title, characters from document where {seen}) as shown
            on shown.id = call_day.document_id
        where {condition} group by 1 order by cost_pico desc, input_tokens + output_tokens desc limit ?
    """
    found = rows(db, sql, [*rights, *parameters, limit])
    return [_document(row) for row in found]


def per_document(found: Spend) -> Decimal | None:
    """USD for each document that was worked on; None where some cost is unknown, or there was no document."""
    return None if found.unknown_calls or not found.documents else found.known_usd / found.documents


def change(now: Decimal | int | None, before: Decimal | int | None) -> float | None:
    """How much it grew: 0.25 is a quarter more. None where either is unknown, or there was nothing before."""
    return None if now is None or not before else float(now / before) - 1


def known(db: Database, user: User) -> dict[str, tuple[str, ...]]:
    """Models and tasks that the user could choose, and whether there was ever a call (then neither is empty)."""
    condition, parameters = whose(user)
    found = rows(db, f"select distinct model, task from call_day where {condition}", parameters)
    return {name: tuple(sorted({row[name] for row in found})) for name in ("model", "task")}


def in_flight(db: Database, user: User) -> int:
    """Calls that have begun and not ended: they are in no sum yet."""
    condition, parameters = whose(user)
    sql = f"select count(*) as n from model_call where {condition} and state = 'started'"
    row = one(db, sql, parameters)
    return int(row["n"]) if row else 0


def recount(db: Database) -> int:
    """Count all calls by day anew, from the ledger; gives how many there are."""
    with write(db):
        for statement in statements(REBUILD):
            db.execute(statement)
    row = one(db, "select coalesce(sum(calls), 0) as n from call_day")
    return int(row["n"]) if row else 0


def every_day(wanted: Chosen) -> list[str]:
    """The days of a period, so that one without calls is there as well."""
    return [(wanted.first + timedelta(days=n)).isoformat() for n in range(wanted.days)]


def month_to(today: date) -> Chosen:
    """This month up to today: what the month's budget is burnt by."""
    return Chosen(today.replace(day=1), today)


def _document(row: Row) -> DocumentSpend:
    key, title, characters = row.pop("document"), row.pop("title"), row.pop("characters")
    named = key not in (NONE, UNSEEN)
    found = _spend({**row, "document_id": key}, ["document_id"])
    return DocumentSpend(
        key if named else None, title if named else (None if key == NONE else ""), characters or 0, found
    )


def _spend(row: Row, keys: Sequence[str]) -> Spend:
    counted: dict[str, Any] = {name: value or 0 for name, value in row.items() if name not in keys}
    cost, saved = counted.pop("cost_pico"), counted.pop("saved_pico")
    key = tuple(str(row[name]) for name in keys)
    return Spend(key, known_usd=cost * PICO, saved_usd=saved * PICO, **counted)
