"""What no obligation stands for yet: normative sentences that nothing covers, and quotes not found in the source."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from core import library, store
from core.errors import NotFound
from core.register import gestures
from core.register.filters import EVERYTHING, Filter, choices, condition, counted
from core.register.gestures import Change
from core.register.rows import JOINED
from core.types import User

LeadState = Literal["open", "accepted", "used"]


@dataclass(frozen=True, slots=True)
class Lead:
    """`id` is DOCUMENT.LEAD. `start` and `end` are offsets; None for a quote that is not in the source.

    `state`: open; accepted (somebody looked and it needs nothing); used (an obligation was made of it).
    """

    id: str
    document_id: str
    kind: Literal["uncovered", "ungrounded"]
    start: int | None
    end: int | None
    quote: str
    reason: str
    path: str
    state: LeadState


@dataclass(frozen=True, slots=True)
class ToCheck:
    """One thing to look at. `end` is None, and `position` without meaning, for a quote that is not in the source."""

    id: str
    document_id: str
    document: str
    kind: Literal["uncovered", "ungrounded", "obligation"]
    path: str
    position: int
    end: int | None
    quote: str
    reason: str
    confidence: float


def uncovered(db: Database, user: User, document_id: str) -> list[Lead]:
    """In text order; those that somebody accepted or used are told by their state."""
    return _leads(db, user, document_id, "kind = ?", "uncovered")


def ungrounded(db: Database, user: User, document_id: str) -> list[Lead]:
    return _leads(db, user, document_id, "kind = ?", "ungrounded")


def lead(db: Database, user: User, id: str) -> Lead:
    """NotFound when there is none or the user may not see its document."""
    document_id, _, lead_id = id.rpartition(".")
    found = _leads(db, user, document_id, "id = ?", lead_id)
    if not found:
        raise NotFound("There is no such sentence or quote, or you may not see its document; reload the list.")
    return found[0]


def to_check(
    db: Database,
    user: User,
    filter: Filter = EVERYTHING,
    *,
    everything: bool = False,
    limit: int | None = 50,
    offset: int = 0,
) -> list[ToCheck]:
    """Uncovered sentences and ungrounded quotes first, then obligations, the least sure first.

    Only what is in doubt; with `everything`, also all other obligations that nobody has looked at yet.
    """
    body, parameters = _queue(user, filter, everything)
    found = store.rows(
        db,
        f"{body} order by rank, confidence, document, document_id, position limit ? offset ?",
        [*parameters, -1 if limit is None else limit, offset],
    )
    return [ToCheck(**{name: value for name, value in one.items() if name != "rank"}) for one in found]


def to_check_count(db: Database, user: User, filter: Filter = EVERYTHING, *, everything: bool = False) -> int:
    body, parameters = _queue(user, filter, everything)
    return int(db.conn.execute(f"select count(*) from ({body})", parameters).fetchone()[0])


def accept(db: Database, user: User, id: str) -> None:
    """Say that the reading is right, or that a sentence or quote needs nothing: it leaves the list to check."""
    if not is_lead(id):
        gestures.set_values(db, user, id, "accept", "Accepted the reading", {"accepted": True})
        return
    shown = lead(db, user, id)
    changes = [Change(shown.document_id, id.rpartition(".")[2], "accepted", True)]
    gestures.make(db, user, "accept", "Accepted that nothing follows", lambda: changes)


def is_lead(id: str) -> bool:
    """Leads are told from obligations by their first two letters, which no hexadecimal digit is."""
    return id.rpartition(".")[2][:2] == "un"


def _queue(user: User, filter: Filter, everything: bool) -> tuple[str, list[Any]]:
    where, parameters = condition(user, filter)
    unchecked = "register.accepted = 0" if everything else "register.doubtful = 1"
    obligations = (
        "select register.document_id || '.' || obligation_id as id, register.document_id, document.title as document,"
        " 'obligation' as kind, path, position, end_at as \"end\", quote, '' as reason, confidence, 1 as rank"
        f" from {JOINED} where {where} and {unchecked}"
    )
    # A sentence without an obligation has no bearer, risk or status that could match.
    kept = {name: getattr(filter, name) for name in ("document", "text", "check", "former", "today")}
    if filter != Filter(**kept):
        return obligations, parameters
    counting, given = counted(user, filter)
    tests = [f"lead.document_id in ({counting})", "lead.state = 'open'"]
    if documents := choices(filter.document):
        tests.append("lead.document_id in (select value from json_each(?))")
        given.append(json.dumps(documents))
    for word in filter.text.split():
        tests.append("instr(lower(lead.quote || ' ' || lead.path), ?)")
        given.append(word.lower())
    leads = (
        "select lead.document_id || '.' || lead.id, lead.document_id, document.title, kind, path, position, end_at,"
        " quote, reason, 0.0, 0 from lead join document on document.id = lead.document_id"
        f" where {' and '.join(tests)}"
    )
    return f"{obligations} union all {leads}", [*parameters, *given]


def _leads(db: Database, user: User, document_id: str, tests: str, *given: str) -> list[Lead]:
    library.found(db, user, document_id, "id")
    found = store.rows(
        db,
        "select document_id || '.' || id as id, document_id, kind, iif(end_at is null, null, position) as start,"
        f' end_at as "end", quote, reason, path, state from lead where document_id = ? and {tests} order by position',
        [document_id, *given],
    )
    return [Lead(**one) for one in found]
