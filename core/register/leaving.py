"""The analysis as people left it, for what leaves the register."""

from dataclasses import replace

from sqlite_utils import Database

from core.register import derived
from core.register.derived import Overlay
from core.register.runs import actions, analysis, summary
from core.types import Action, Analysis, Coverage, User


def as_left(db: Database, user: User, document_id: str) -> Analysis:
    """The stored analysis of the chosen run; its obligations are as they were found, and `standing_all` has the rest.

    A sentence that somebody accepted or promoted counts as covered, a quote that was repaired is lost no more, and
    actions name what their obligations were split into or merged to.
    """
    stored, said = analysis(db, user, document_id), derived.overlays(db, document_id)
    lost = (one for one in stored.ungrounded if not _settled(said, "ungrounded", one.provision, one.quote))
    return replace(
        stored,
        ungrounded=tuple(lost),
        coverage=_coverage(stored.coverage, said),
        actions=tuple(_followed(replace(row.action, due=row.due), said) for row in actions(db, user, document_id)),
        summary=summary(db, user, document_id),
    )


def _settled(said: dict[str, Overlay], kind: str, place: object, quote: str) -> bool:
    return derived.lead_state(said.get(derived.lead_id(kind, place, quote), {})) != "open"


def _coverage(found: Coverage, said: dict[str, Overlay]) -> Coverage:
    left = tuple(one for one in found.uncovered if not _settled(said, "uncovered", one.start, one.text))
    return replace(found, covered=found.covered + len(found.uncovered) - len(left), uncovered=left)


def _followed(found: Action, said: dict[str, Overlay]) -> Action:
    ids = dict.fromkeys(new for old in found.obligation_ids for new in _successors(old, said))
    return replace(found, obligation_ids=tuple(ids))


def _successors(id: str, said: dict[str, Overlay]) -> list[str]:
    replaced = said.get(id, {}).get("replaced")
    return [id] if replaced is None else [end for new in replaced for end in _successors(new, said)]
