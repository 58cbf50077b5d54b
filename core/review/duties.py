"""The obligations that a request rests on, as a reviewer reads them: as they stand, and as each engine read them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from core import register
from core.extract.agreement import Field, agreement
from core.register import Row as Duty
from core.register import derived
from core.review.items import Item
from core.store import rows
from core.types import Obligation, User

BUILTIN = "builtin"
MOST_RELATED = 10
# What a person should look at twice before accepting, as a screen says it.
CAUTIONS = {
    "fuzzy": "The quote of {path} is not word for word in the source.",
    "elided": "The model's quote of {path} left words out; the whole passage is shown.",
    "unsure": "The reading of {path} is unsure ({confidence:.0%}).",
    "apart": "The built-in engine and the model read {path} differently ({fields}).",
    "lone": "Only one of the two readings found {path}.",
    "status": "{path} is marked “{status}” in the register.",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one engine's latest run says of an obligation. `found` is empty where it did not find it."""

    engine: str
    run: int
    found: tuple[Obligation, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An obligation as it stands: `row` as the register lists it, `obligation` with all its passages.

    `corrected` names fields that people corrected; `readings` has the built-in engine and the model, where they ran;
    `differing`: the fields in which the two differ; `references` are the provisions that it refers to.
    """

    id: str
    row: Duty
    obligation: Obligation
    corrected: tuple[str, ...]
    readings: tuple[Reading, ...]
    differing: tuple[Field, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """The latest run of an engine, and where each of its findings stands: (start, end, obligation id)."""

    id: str
    number: int
    model: str
    places: tuple[tuple[int, int, str], ...]


def obligations(db: Database, user: User, found: Item) -> tuple[Shown, ...]:
    """Those that its actions rest on as the register's run has them now, each once."""
    recommended = register.actions(db, user, found.document_id, [one.id for one in found.actions])
    ids = dict.fromkeys(id for row in recommended for id in row.action.obligation_ids)
    standing = register.standing_of(db, user, found.document_id, ids)
    runs = _runs(db, found.document_id)
    return tuple(
        _shown(db, row, standing[row.obligation_id], runs)
        for row in register.rows_of(db, user, found.document_id, list(standing))
    )


def cautions(shown: Iterable[Shown]) -> Iterable[str]:
    """What to look at twice, once each."""
    said: dict[str, None] = {}
    for each in shown:
        row, both = each.row, len(each.readings) == 2
        lone = both and not all(reading.found for reading in each.readings)
        tests = {
            "fuzzy": row.match == "fuzzy",
            "elided": row.match == "elided",
            "unsure": row.match not in ("elided", "fuzzy") and row.doubtful,
            "apart": bool(each.differing),
            "lone": lone,
            "status": row.status in ("not an obligation", "not applicable"),
        }
        values = {"path": row.path, "confidence": row.confidence, "fields": ", ".join(each.differing)}
        said |= {CAUTIONS[name].format(**values, status=row.status): None for name, true in tests.items() if true}
    return said


def related(db: Database, user: User, found: Item, shown: Sequence[Shown]) -> tuple[Duty, ...]:
    """The other obligations of the same provisions, and of those that these refer to."""
    named = {one.row.path for one in shown} | {path for one in shown for path in one.references}
    articles = {path.partition("(")[0] for path in named}
    ours = {one.row.obligation_id for one in shown}
    sql = (
        "select obligation_id, path from register where document_id = ? and state = 'current'"
        " and (path in (select value from json_each(?)) or"
        " substr(path, 1, instr(path || '(', '(') - 1) in (select value from json_each(?))) order by position"
    )
    near = rows(db, sql, [found.document_id, json.dumps(sorted(named)), json.dumps(sorted(articles))])
    ids = [row["obligation_id"] for row in near if row["obligation_id"] not in ours]
    return tuple(register.rows_of(db, user, found.document_id, ids[:MOST_RELATED]))


def _runs(db: Database, document_id: str) -> tuple[Run, ...]:
    """That of the built-in engine and that of a model, where they ran."""
    known = rows(db, "select id, number, model from run where document_id = ? order by number", [document_id])
    latest = {row["model"] == BUILTIN: row for row in known}
    spans = (
        "select json_extract(obligation, '$.span.start') as first, json_extract(obligation, '$.span.end') as last,"
        " obligation_id from finding where run_id = ?"
    )
    return tuple(
        Run(**latest[ours], places=tuple(tuple(row.values()) for row in rows(db, spans, [latest[ours]["id"]])))
        for ours in (True, False)
        if ours in latest
    )


def _shown(db: Database, row: Duty, standing: register.Standing, runs: Sequence[Run]) -> Shown:
    norm = standing.obligation
    readings = tuple(Reading(run.model, run.number, _meeting(db, row.document_id, run, norm)) for run in runs)
    differing: tuple[Field, ...] = ()
    if len(readings) > 1:
        pairs = agreement(readings[0].found, readings[1].found).differing
        differing = tuple(dict.fromkeys(field for pair in pairs for field in pair.fields))
    return Shown(row.id, row, norm, standing.corrected, readings, differing, _references(norm))


def _meeting(db: Database, document_id: str, run: Run, norm: Obligation) -> tuple[Obligation, ...]:
    """The run's findings whose quote touches this one."""
    ids = [id for start, end, id in run.places if start < norm.span.end and end > norm.span.start]
    return tuple(derived.findings(db, document_id, run.id, ids).values()) if ids else ()


def _references(norm: Obligation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.target for one in norm.draft.references if one.target))
