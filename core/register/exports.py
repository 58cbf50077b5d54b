"""The register as other programs get it: analyses with people's corrections laid over them, and the rows as shown."""

from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from core import library
from core.extract.risk import document_risk
from core.extract.summary import summary
from core.register import codec, derived, fields, firm
from core.register.derived import Overlay
from core.register.fields import Judge
from core.register.filters import EVERYTHING, Filter
from core.register.rows import Row, rows
from core.register.runs import actions, analysis
from core.types import Analysis, Applies, Coverage, Obligation, User


def export_rows(db: Database, user: User, filter: Filter = EVERYTHING) -> list[Row]:
    """Every row of the filtered register, in text order. NotAllowed while an escalated document among them waits."""
    found = rows(db, user, filter, limit=None)
    for document_id in {row.document_id for row in found}:
        library.require_released(db, user, document_id)
    return found


def corrected_analysis(db: Database, user: User, document_id: str) -> Analysis:
    """The analysis as people left it, with what applies to the firm as it is now.

    Corrected values, what people added, split and merged; without what is no obligation. Sentences that somebody
    accepted or promoted count as covered. Actions follow their obligations; risk and summary are of what is left.
    """
    stored = analysis(db, user, document_id)
    said, judge = derived.overlays(db, document_id), firm.judge(db, document_id)
    if not said and all(judge(one) == one.applies for one in stored.obligations):
        return stored
    found = {one.id: one for one in stored.obligations}
    for subject, overlay in said.items():
        if "made" in overlay:
            found[subject] = codec.load(overlay["made"]["obligation"], stored.document.text)
    laid = [_laid(one, said.get(one.id, {}), judge) for one in found.values()]
    kept = tuple(sorted(filter(None, laid), key=lambda one: (one.span.start, one.span.end)))
    corrected = replace(
        stored,
        obligations=kept,
        ungrounded=tuple(
            one for one in stored.ungrounded if not _settled(said, "ungrounded", one.provision, one.quote)
        ),
        coverage=_coverage(stored.coverage, said),
        actions=tuple(_followed(db, user, document_id, said, {one.id for one in kept})),
        risk=document_risk(kept),
    )
    words = summary(corrected.document, corrected.scope, kept, corrected.actions, corrected.risk, corrected.coverage)
    return replace(corrected, summary=words)


def _laid(found: Obligation, overlay: Overlay, judge: Judge) -> Obligation | None:
    """None for what is no obligation (any more)."""
    if "replaced" in overlay or overlay.get("status") == "not an obligation":
        return None
    obligation = fields.laid(found, overlay, judge)
    if overlay.get("status") == "not applicable":
        return replace(obligation, applies=Applies("no", overlay.get("reason", "")))
    return obligation


def _settled(said: dict[str, Overlay], kind: str, place: object, quote: str) -> bool:
    return derived.lead_state(said.get(derived.lead_id(kind, place, quote), {})) != "open"


def _coverage(found: Coverage, said: dict[str, Overlay]) -> Coverage:
    left = tuple(one for one in found.uncovered if not _settled(said, "uncovered", one.start, one.text))
    return replace(found, covered=found.covered + len(found.uncovered) - len(left), uncovered=left)


def _followed(db: Database, user: User, document_id: str, said: dict[str, Overlay], kept: set[str]) -> list[Any]:
    """Actions of obligations that are left, with their dates; of those split or merged, of their successors."""
    followed = []
    for row in actions(db, user, document_id):
        ids = tuple(dict.fromkeys(new for old in row.action.obligation_ids for new in _successors(old, said)))
        left = tuple(one for one in ids if one in kept)
        if left:
            followed.append(replace(row.action, obligation_ids=left, due=row.due))
    return followed


def _successors(id: str, said: dict[str, Overlay]) -> list[str]:
    replaced = said.get(id, {}).get("replaced")
    return [id] if replaced is None else [end for new in replaced for end in _successors(new, said)]
