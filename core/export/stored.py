"""The register in the database as something to export: each document's analysis with people's corrections laid over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from sqlite_utils import Database

from core import library, register
from core.export.rows import Bundle, Overlay, bundle
from core.register import Filter, Row, Standing
from core.types import Analysis, User


@dataclass(frozen=True, slots=True)
class Stored:
    """A document's analysis as it stands: its obligations corrected, and only those that were asked for.

    `states` are those of its actions, by id.
    """

    analysis: Analysis
    overlays: dict[str, Overlay]
    states: dict[str, str]
    gate: str


def stored(db: Database, user: User, filter: Filter, *, with_text: bool = False, gated: bool = False) -> Bundle:
    """The rows that the filter chooses, with the actions and analyses that belong to them.

    Escalated documents that nobody has released are in it only when `gated`; `withheld` names them.
    """
    found = [one for one in standing(db, user, filter) if gated or one.gate not in SHUT]
    if not gated:
        for one in found:
            library.require_released(db, user, one.analysis.document.id)
    key = {id(one): one.analysis.document.id for one in found}
    return bundle(
        (one.analysis for one in found),
        {(key[id(one)], name): overlay for one in found for name, overlay in one.overlays.items()},
        {(key[id(one)], name): state for one in found for name, state in one.states.items() if state != FIRST_STATE},
        released=[key[id(one)] for one in found if one.gate == "released"],
        with_text=with_text,
    )


SHUT = ("waiting", "rejected")
FIRST_STATE = "draft"  # an action that nobody has touched is shown as ready, or as awaiting approval


def withheld(db: Database, user: User, filter: Filter) -> list[str]:
    """Titles of the documents that the filter means and that are escalated and not released."""
    meant = _meant(db, user, filter)
    return [row.title for row in library.documents(db, user) if row.gate in SHUT and row.id in meant]


def standing(db: Database, user: User, filter: Filter) -> Iterator[Stored]:
    """Document by document. One without a chosen row is there only when the filter narrows nothing else."""
    rows = {
        document_id: list(group)
        for document_id, group in groupby(
            register.rows(db, user, filter, sort="document_id", limit=None), key=lambda row: row.document_id
        )
    }
    narrowed = replace(filter, document=(), today=None, former=False) != Filter()
    meant = _meant(db, user, filter)
    for listed in library.documents(db, user):
        chosen = sorted(rows.get(listed.id, []), key=lambda row: (row.position, row.end))
        if chosen or (not narrowed and listed.id in meant and register.runs(db, user, listed.id)):
            yield _stored(db, user, listed.id, listed.gate, chosen, narrowed)


def _meant(db: Database, user: User, filter: Filter) -> set[str]:
    """The ids of the documents that the filter is about."""
    wanted = {filter.document} if isinstance(filter.document, str) else set(filter.document)
    if any(wanted):
        return wanted
    if filter.former or filter.run:
        return {row.id for row in library.documents(db, user)}
    return library.newest_ids(db, user)


def _stored(db: Database, user: User, document_id: str, gate: str, rows: list[Row], narrowed: bool) -> Stored:
    analysis, known = register.as_left(db, user, document_id), register.standing_all(db, user, document_id)
    wanted = {row.obligation_id: known[row.obligation_id] for row in rows}
    meant = (one for one in analysis.actions if not narrowed or wanted.keys() & set(one.obligation_ids))
    return Stored(
        analysis=replace(analysis, obligations=tuple(one.obligation for one in wanted.values()), actions=tuple(meant)),
        overlays={row.obligation_id: _overlay(row, known[row.obligation_id]) for row in rows},
        states={row.action.id: row.state for row in register.actions(db, user, document_id)},
        gate=gate,
    )


def _overlay(row: Row, standing: Standing) -> Overlay:
    return Overlay(
        status=row.status,
        owner=row.owner,
        next_review=row.next_review or "",
        due=row.due or "",
        corrected=standing.corrected,
        reason=row.reason,
        comments=row.comments,
        evidence=row.evidence,
    )
