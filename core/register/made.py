"""Obligations that people make: added by hand, split, merged, promoted from a sentence, repaired from a lost quote."""

import json
from collections.abc import Callable, Sequence

from sqlite_utils import Database

from core import library, store
from core.errors import BadInput, Conflict
from core.register import codec, derived, drafting, gestures
from core.register.corrections import standing
from core.register.fields import checked, short
from core.register.gestures import Change
from core.register.leads import lead, uncovered
from core.register.rows import Row, editable
from core.types import Modality, Obligation, Reading, User

# What goes on to an obligation's successors when it is split or merged. Its evidence and comments stay with it.
INHERITED = ("owner", "next_review")


def add_by_hand(
    db: Database, user: User, document_id: str, start: int, end: int, modality: Modality, bearer: str, action: str
) -> str:
    """An obligation from text[start:end], as a person reads it; returns its id. An empty action is the text itself."""
    reading = library.reading(db, user, document_id)
    start, end = drafting.trimmed(reading.document.text, start, end)
    checked("modality", modality)
    quote = reading.document.text[start:end]
    who = drafting.bearer(reading, short(bearer), quote)
    draft = drafting.plain_draft(reading, start, end, modality, who, short(action) or " ".join(quote.split()))
    return _adopt(db, user, reading, drafting.grounded(reading, draft), "hand", "Added an obligation by hand")


def promote(db: Database, user: User, document_id: str, start: int, end: int) -> str:
    """Make an obligation of an uncovered sentence, as the engine reads it where it does; returns its id."""
    open_ = [one for one in uncovered(db, user, document_id) if one.state == "open" and one.start is not None]
    used = [one for one in open_ if one.start < end and start < (one.end or 0)]  # type: ignore[operator]
    if not used:
        raise BadInput("No uncovered sentence stands there; add the obligation by hand instead.")
    reading = library.reading(db, user, document_id)
    found = drafting.grounded(
        reading, drafting.best_draft(reading, *drafting.trimmed(reading.document.text, start, end))
    )
    return _adopt(db, user, reading, found, "promoted", "Promoted an uncovered sentence", [one.id for one in used])


def repair(db: Database, user: User, ungrounded_id: str, start: int, end: int) -> str:
    """Give a quote that was not found in the source its place; returns the id of the obligation that follows."""
    lost = lead(db, user, ungrounded_id)
    if lost.kind != "ungrounded" or lost.state == "used":
        raise Conflict("This quote has its place already; reload the list.")
    reading = library.reading(db, user, lost.document_id)
    found = drafting.grounded(
        reading, drafting.best_draft(reading, *drafting.trimmed(reading.document.text, start, end))
    )
    return _adopt(db, user, reading, found, "repaired", "Repaired a quote", [lost.id])


def split(db: Database, user: User, id: str, offset: int) -> list[str]:
    """Make two of one, cut at `offset` of the document's text; returns their ids."""

    def parts(reading: Reading, whole: list[Obligation]) -> list[Obligation]:
        return [drafting.grounded(reading, half) for half in drafting.halves(reading, whole[0], offset)]

    return _replace(db, user, [id], "split", "Split an obligation", parts)


def merge(db: Database, user: User, ids: Sequence[str]) -> str:
    """Make one of several neighbours; returns its id."""
    if len(set(ids)) < 2:
        raise BadInput("Choose two or more obligations to merge.")

    def whole(reading: Reading, parts: list[Obligation]) -> list[Obligation]:
        return [drafting.grounded(reading, drafting.joined(reading, parts))]

    return _replace(db, user, ids, "merged", f"Merged {len(set(ids))} obligations", whole)[0]


def _adopt(
    db: Database, user: User, reading: Reading, found: Obligation, how: str, title: str, leads: Sequence[str] = ()
) -> str:
    """Keep a new obligation as one gesture, with the leads that it settles. Conflict when it is there already."""
    document_id, fresh = reading.document.id, drafting.own(found, how)

    def say() -> list[Change]:
        if _is_current(db, document_id, found.id) or _is_current(db, document_id, fresh.id):
            raise Conflict("This passage is in the register already, as the same kind of norm; correct that one.")
        settled = [Change(document_id, one.rpartition(".")[2], "used", fresh.id) for one in leads]
        return [_made(reading, fresh, how, []), *settled]

    gestures.make(db, user, how, title, say)
    return f"{document_id}.{fresh.id}"


def _replace(
    db: Database,
    user: User,
    ids: Sequence[str],
    how: str,
    title: str,
    successors: Callable[[Reading, list[Obligation]], list[Obligation]],
) -> list[str]:
    """Put successors in the place of some obligations, which stay on record as replaced."""
    shown = editable(db, user, ids)
    document_id = _one_document(shown)
    reading = library.reading(db, user, document_id)
    text, sources = reading.document.text, [one.obligation_id for one in shown]
    before = [standing(db, document_id, one, text) for one in sources]
    fresh = [drafting.own(one, how, sources) for one in successors(reading, before)]

    def say() -> list[Change]:
        editable(db, user, ids)
        if [standing(db, document_id, one, text) for one in sources] != before:
            raise Conflict("Somebody corrected this obligation meanwhile; look at it again.")
        gone = [Change(document_id, one, "replaced", [new.id for new in fresh]) for one in sources]
        said = derived.overlays(db, document_id, sources)
        inherited = {field: said[one][field] for field in INHERITED for one in sources if field in said.get(one, {})}
        kept = [Change(document_id, new.id, field, value) for new in fresh for field, value in inherited.items()]
        return [*gone, *(_made(reading, new, how, sources) for new in fresh), *kept]

    gestures.make(db, user, how, title, say)
    return [f"{document_id}.{new.id}" for new in fresh]


def _made(reading: Reading, obligation: Obligation, how: str, sources: list[str]) -> Change:
    plain = json.loads(codec.dump(obligation, reading.document.text))
    return Change(reading.document.id, obligation.id, "made", {"how": how, "sources": sources, "obligation": plain})


def _one_document(shown: Sequence[Row]) -> str:
    documents = {one.document_id for one in shown}
    if len(documents) != 1:
        raise BadInput("These obligations are of several documents; merge within one.")
    return documents.pop()


def _is_current(db: Database, document_id: str, obligation_id: str) -> bool:
    return bool(
        store.one(
            db,
            "select 1 from register where document_id = ? and obligation_id = ? and state = 'current'",
            [document_id, obligation_id],
        )
    )
