"""Correcting what the engine read, one field at a time. The finding stays; the correction lies over it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from core import library
from core.errors import Conflict
from core.register import codec, derived, fields, firm, gestures
from core.register.gestures import Change
from core.register.rows import editable, row
from core.types import Obligation, User


@dataclass(frozen=True, slots=True)
class Correction:
    """A field as the engine read it and as a person corrected it, both as a person would type them."""

    field: str
    found: str
    corrected: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An obligation with its corrections laid over it; `corrected` names the fields that people corrected."""

    obligation: Obligation
    corrected: tuple[str, ...]


def correct(db: Database, user: User, id: str, field: str, value: str | None, *, was: str | None = None) -> None:
    """Set one of FIELDS. "" empties it, None takes the correction back.

    `was` is the value that the person saw: Conflict when somebody changed it meanwhile.
    """
    correct_all(db, user, id, {field: value}, was={} if was is None else {field: was})


def correct_all(
    db: Database, user: User, id: str, values: Mapping[str, str | None], *, was: Mapping[str, str] | None = None
) -> None:
    """Several of FIELDS at once, as `correct` does: one gesture, and nothing is kept while one of them is refused."""
    shown = row(db, user, id)
    place = shown.document_id, shown.obligation_id
    checked = {field: fields.checked(field, value) for field, value in values.items()}
    kept = {field: _located(db, user, *place, field, value) for field, value in checked.items()}

    def say() -> list[Change]:
        editable(db, user, id)
        now = fields.values(standing(db, *place))
        for field, seen in (was or {}).items():
            if now[field] != seen:
                raise Conflict(f"The {field} was changed to “{now[field]}” meanwhile; look at it again.")
        return [Change(*place, field, value) for field, value in kept.items()]

    named = " and the ".join(field.replace("_", " ") for field in kept)
    gestures.make(db, user, "correct", f"Corrected the {named}", say)


def found(db: Database, document_id: str, obligation_id: str, text: str = "") -> Obligation:
    """As it was before any correction: a person's own, the chosen run's, or the last run's that had it.

    Whether it applies to us is answered for what the firm is now.
    """
    before = _found(db, document_id, obligation_id, text)
    return replace(before, applies=firm.judge(db, document_id)(before))


def _found(db: Database, document_id: str, obligation_id: str, text: str) -> Obligation:
    made = derived.overlays(db, document_id, [obligation_id]).get(obligation_id, {}).get("made")
    if made:
        return codec.load(made["obligation"], text)
    chosen = derived.chosen_run(db, document_id)
    return {
        **derived.last_findings(db, document_id, [obligation_id], text),
        **derived.findings(db, document_id, chosen, [obligation_id], text),
    }[obligation_id]


def standing(db: Database, document_id: str, obligation_id: str, text: str = "") -> Obligation:
    """As it stands, with corrections laid over it."""
    overlay = derived.overlays(db, document_id, [obligation_id]).get(obligation_id, {})
    return fields.laid(_found(db, document_id, obligation_id, text), overlay, firm.judge(db, document_id))


def standing_all(db: Database, user: User, document_id: str) -> dict[str, Standing]:
    """Every obligation that the register knows of the document, by obligation id, as it stands.

    Those that were split or merged, and corrected ones that the chosen run did not find, are among them.
    """
    text, said = library.document(db, user, document_id).text, derived.overlays(db, document_id)
    chosen = derived.findings(db, document_id, derived.chosen_run(db, document_id), None, text)
    made = {id: codec.load(one["made"]["obligation"], text) for id, one in said.items() if "made" in one}
    judge = firm.judge(db, document_id)
    lost = derived.last_findings(db, document_id, said.keys() - chosen.keys() - made.keys(), text)
    return {
        id: Standing(
            fields.laid(one, said.get(id, {}), judge), tuple(sorted(said.get(id, {}).keys() & fields.FIELDS.keys()))
        )
        for id, one in {**lost, **chosen, **made}.items()
    }


def standing_of(db: Database, user: User, document_id: str, ids: Iterable[str]) -> dict[str, Standing]:
    """These obligations as they stand, without their provisions' text; of those split or merged, what took their place.

    One that no run has found is left out.
    """
    library.found(db, user, document_id, "id")
    said: dict[str, derived.Overlay] = {}
    wanted: dict[str, None] = {}
    left = list(ids)
    while left:
        said |= {id: {} for id in left} | derived.overlays(db, document_id, left)
        wanted |= dict.fromkeys(id for id in left if "replaced" not in said[id])
        left = [new for id in left for new in said[id].get("replaced", ()) if new not in said]
    chosen = derived.findings(db, document_id, derived.chosen_run(db, document_id), wanted)
    made = {id: codec.load(said[id]["made"]["obligation"]) for id in wanted if "made" in said[id]}
    missing = wanted.keys() - chosen.keys() - made.keys()
    known = {**(derived.last_findings(db, document_id, missing) if missing else {}), **chosen, **made}
    judge = firm.judge(db, document_id)
    return {
        id: Standing(fields.laid(known[id], said[id], judge), tuple(sorted(said[id].keys() & fields.FIELDS.keys())))
        for id in wanted
        if id in known
    }


def corrections(db: Database, document_id: str, obligation_id: str) -> list[Correction]:
    """What differs from the finding now, in the order in which it was corrected."""
    overlay = derived.overlays(db, document_id, [obligation_id]).get(obligation_id, {})
    if not overlay.keys() & fields.FIELDS.keys():
        return []
    before = fields.values(found(db, document_id, obligation_id))
    after = fields.values(standing(db, document_id, obligation_id))
    latest = {
        event.field: event
        for event in gestures.events(db, document_id, obligation_id)
        if event.field in fields.FIELDS and event.undone_at is None
    }
    return [
        Correction(field, before[field], after[field], event.said_at or event.at, event.said_by or event.by)
        for field, event in latest.items()
        if field in overlay
    ]


def _located(db: Database, user: User, document_id: str, obligation_id: str, field: str, value: str | None) -> Any:
    """Conditions and exceptions are passages of the source: each line is found in the provision or refused."""
    if value is None or field not in ("conditions", "exceptions"):
        return value
    text = library.document(db, user, document_id).text
    obligation = found(db, document_id, obligation_id, text)
    stretches = [obligation.span, obligation.draft.provision.span, *filter(None, [obligation.lead_in])]
    start, end = min(s.start for s in stretches), max(s.end for s in stretches)
    return fields.located(value, text, start, end)
