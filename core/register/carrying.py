"""What people said of one version of a text, carried over to the obligations of another that say the same.

A gesture like any other: undone as a whole, shown in the history. Its field "carried" keeps from which obligation the
values come and who said each of them first and when. Where somebody has said something of a field already, nothing is
carried, so that a second time changes nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from sqlite_utils import Database

from core import library
from core.errors import BadInput, NotAllowed
from core.extract.matching import Region
from core.register import fields, gestures
from core.register.corrections import found
from core.register.gestures import CARRIED, CARRY, Change
from core.register.rows import editable, row
from core.store import Row, one, rows, write
from core.types import Classification, Document, Obligation, User

# What says how an obligation came to be belongs to its own document.
OF_ITS_DOCUMENT = ("made", "replaced", "used", CARRIED)
# Whoever takes over what was said of other words has not looked at the reading of the new ones yet.
OF_ITS_WORDS = ("accepted",)
DATES = ("next_review", "anchor_date")

# Obligation → field → (value, when, who) of what stands.
Said = dict[str, dict[str, tuple[Any, str, str]]]


@dataclass(frozen=True, slots=True)
class Offer:
    """What could be taken over from the obligation `old` to `new`, both by their ids as the register shows them."""

    old: str
    new: str
    status: str
    owner: str
    corrections: tuple[str, ...]
    comments: int
    evidence: int
    controls: int = 0  # links to controls, confirmed or rejected
    dates: int = 0  # the next review, the date of the event


def earlier_version(
    db: Database, user: User, document: Document, label: tuple[str, tuple[str, ...]], series: str = ""
) -> str | None:
    """The latest version of this document on the shelf that the user may see, if people have said something of it.

    `series`: what its versions share, its lineage if "".

    A translation is no version. None as well when `label` (classification, groups) of the new version would let more
    people read what they said.
    """
    condition, parameters = library.visible(user)
    latest = one(
        db,
        f"select id, classification, groups from document where {library.SERIES} = ? and language = ? and {condition}"
        f" order by {library.NEWEST_FIRST} limit 1",
        [series or document.lineage, document.language, *parameters],
    )
    if latest is None or not one(db, "select 1 from overlay where document_id = ? limit 1", [latest["id"]]):
        return None
    return str(latest["id"]) if _no_wider(latest, *label) else None


def carry(db: Database, user: User, old_id: str, new_id: str, pairs: Mapping[str, str]) -> int:
    """Carry over for each (old, new) obligation id; the number of obligations that got something. Inside a write."""
    _require_no_wider(db, user, old_id, new_id)
    said, known = _said(db, old_id), _known(db, new_id)
    texts = _Texts(db, user, old_id, new_id)
    changes = [
        change
        for old, new in pairs.items()
        if old in said and "replaced" not in said[old] and "replaced" not in known.get(new, ())
        for change in _changes(texts, old, new, said[old], known.get(new, frozenset()))
    ]
    count = len({change.subject for change in changes})
    several = f"{count} obligations" if count != 1 else "an obligation"
    gestures.keep(db, user, CARRY, f"Carried over what was said of {several} in another version", changes)
    return count


def carry_over(db: Database, user: User, old_id: str, new_id: str, pairs: Mapping[str, str]) -> int:
    """`carry` in a write of its own: for obligations that say the same in both versions."""
    with write(db):
        return carry(db, user, old_id, new_id, pairs)


def take_over(db: Database, user: User, old: str, new: str) -> None:
    """Take over what was said of one obligation to another whose words differ, because a person says that it holds.

    Corrections of what the engine now reads otherwise, and that somebody accepted the old reading, stay behind.
    """
    source = row(db, user, old)
    with write(db):
        [target] = editable(db, user, new)
        _require_no_wider(db, user, source.document_id, target.document_id)
        texts = _Texts(db, user, source.document_id, target.document_id)
        said = _said(db, source.document_id).get(source.obligation_id, {})
        known = _known(db, target.document_id).get(target.obligation_id, frozenset())
        left = {field: told for field, told in said.items() if field not in OF_ITS_WORDS}
        changes = list(_changes(texts, source.obligation_id, target.obligation_id, left, known))
        if not changes:
            raise BadInput("Nothing was said of the old obligation that is not known of the new one already.")
        gestures.keep(db, user, CARRY, "Took over what was said of it in another version", changes)


def may_carry(db: Database, user: User, old_id: str, new_id: str) -> bool:
    """Whether everybody who may read the new version may read what was said of the old one, by their labels."""
    old, new = (library.found(db, user, one, "classification, groups") for one in (old_id, new_id))
    return _no_wider(old, new["classification"], tuple(json.loads(new["groups"])))


def offers(db: Database, user: User, old_id: str, new_id: str, pairs: Mapping[str, str]) -> list[Offer]:
    """For which pairs there is something to take over, and what. [] where more people could read it in the new one."""
    if not may_carry(db, user, old_id, new_id):
        return []
    said, known, texts = _said(db, old_id), _known(db, new_id), _Texts(db, user, old_id, new_id)
    found = []
    for old, new in pairs.items():
        if old not in said or "replaced" in said[old] or "replaced" in known.get(new, ()):
            continue
        holding = _holding(texts, old, new, said[old], known.get(new, frozenset()))
        told = {field: value for field, value in holding.items() if field not in OF_ITS_WORDS}
        if told:
            offer = Offer(
                old=f"{old_id}.{old}",
                new=f"{new_id}.{new}",
                status=told.get("status", ""),
                owner=told.get("owner", ""),
                corrections=tuple(sorted(told.keys() & fields.FIELDS.keys())),
                comments=sum(field.startswith("comment:") for field in told),
                evidence=sum(field.startswith("evidence:") for field in told),
                controls=sum(field.startswith("control:") for field in told),
                dates=sum(field in DATES for field in told),
            )
            found.append(offer)
    return found


# --- what is carried --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Texts:
    """The two documents, for what must be found again in the words of the new one, which are read once."""

    db: Database
    user: User
    old_id: str
    new_id: str

    @cached_property
    def text(self) -> str:
        return library.document(self.db, self.user, self.new_id).text

    def found(self, old: str, new: str) -> tuple[Obligation, Obligation]:
        return found(self.db, self.old_id, old), found(self.db, self.new_id, new)

    def relocated(self, value: list[dict[str, Any]], obligation: Obligation) -> list[dict[str, Any]] | None:
        """Passages where the new text has them; None when one of them is not there."""
        text = self.text
        stretches = [obligation.span, obligation.draft.provision.span, *filter(None, [obligation.lead_in])]
        region = Region(text, min(one.start for one in stretches), max(one.end for one in stretches))
        places = [region.exact(one["text"]) or region.normalised(one["text"]) for one in value]
        if any(place is None for place in places):
            return None
        return [{"text": text[place.start : place.end], "start": place.start} for place in places if place]


def _changes(
    texts: _Texts, old: str, new: str, said: Mapping[str, tuple[Any, str, str]], known: frozenset[str]
) -> Iterator[Change]:
    """The values that hold for the new obligation too, and where they come from."""
    holding = _holding(texts, old, new, said, known)
    for field, value in holding.items():
        if field.startswith("evidence:"):
            _copy_file(texts, value)
        yield Change(texts.new_id, new, field, value)
    if holding:
        told = {field: {"at": said[field][1], "by": said[field][2]} for field in holding}
        yield Change(texts.new_id, new, CARRIED, {"document": texts.old_id, "obligation": old, "said": told})


def _holding(
    texts: _Texts, old: str, new: str, said: Mapping[str, tuple[Any, str, str]], known: frozenset[str]
) -> dict[str, Any]:
    """Field → value of what was said of the old one, holds for the new one, and nobody has spoken of there."""
    left = (field for field in said if field not in known and field not in OF_ITS_DOCUMENT)
    kept = {field: _holds(texts, old, new, field, said[field][0]) for field in left}
    return {field: value for field, value in kept.items() if value is not None}


def _holds(texts: _Texts, old: str, new: str, field: str, value: Any) -> Any:
    """The value as it holds for the new obligation. None: it corrects what the engine reads otherwise now."""
    if field not in fields.FIELDS and field != "anchor_date":
        return value
    before, after = texts.found(old, new)
    read = "deadline" if field == "anchor_date" else field
    if _folded(fields.values(before)[read]) != _folded(fields.values(after)[read]):
        return None
    if field in ("conditions", "exceptions") and value:
        return texts.relocated(value, after)
    return value


def _copy_file(texts: _Texts, value: Mapping[str, Any]) -> None:
    texts.db.execute(
        "insert or ignore into evidence_file (document_id, sha256, bytes)"
        " select ?, sha256, bytes from evidence_file where document_id = ? and sha256 = ?",
        [texts.new_id, texts.old_id, value.get("sha256", "")],
    )


def _said(db: Database, document_id: str) -> Said:
    """What stands, with who said it first: a value that was carried here keeps its first speaker."""
    found = rows(
        db,
        "select subject, field, value, kind, made_at, user_id from overlay join gesture on gesture.id = gesture_id"
        " where document_id = ? and subject <> '' order by gesture_id, subject, field",
        [document_id],
    )
    origins = {line["subject"]: json.loads(line["value"])["said"] for line in found if line["field"] == CARRIED}
    said: Said = {}
    for line in found:
        first = origins.get(line["subject"], {}).get(line["field"]) if line["kind"] == CARRY else None
        at, by = (first["at"], first["by"]) if first else (line["made_at"], line["user_id"])
        said.setdefault(line["subject"], {})[line["field"]] = (json.loads(line["value"]), at, by)
    return said


def _known(db: Database, document_id: str) -> dict[str, frozenset[str]]:
    """Obligation → fields that somebody has said something of, also if it was taken away again, unless undone."""
    found: dict[str, set[str]] = {}
    for line in rows(
        db,
        "select distinct subject, field from change join gesture on gesture.id = gesture_id"
        " where document_id = ? and undone_at is null",
        [document_id],
    ):
        found.setdefault(line["subject"], set()).add(line["field"])
    return {subject: frozenset(names) for subject, names in found.items()}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _require_no_wider(db: Database, user: User, old_id: str, new_id: str) -> None:
    """A comment or a file of evidence must not leave the people whom the old label lets in."""
    if not may_carry(db, user, old_id, new_id):
        raise NotAllowed(
            "More people may read the new version than the old one, so what was said of the old one stays there;"
            " say by hand what they may know."
        )


def _no_wider(old: Row, classification: str, groups: tuple[str, ...]) -> bool:
    """Whether everybody who may read the new version could have read the old one."""
    order: tuple[str, ...] = get_args(Classification)
    if order.index(classification) < order.index(old["classification"]):
        return False
    before = set(json.loads(old["groups"]))
    return not before or (bool(groups) and set(groups) <= before)
