"""Two versions of a text side by side: what was added, removed, changed and moved, and what is as it was."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from core.compare.differences import Difference, differences
from core.compare.pairing import Unit, pairs
from core.compare.places import Article, Places, places
from core.compare.redline import Piece, redline
from core.compare.wording import trimmed, words
from core.language.sentences import sentences
from core.types import Document, Obligation, Provision

Kind = Literal["added", "removed", "changed", "moved", "unchanged"]
KINDS: tuple[Kind, ...] = ("added", "removed", "changed", "moved", "unchanged")
# What a consolidated text does not repeat: told in one sentence instead of as hundreds of removals.
FRONT = ("recital", "preamble")


@dataclass(frozen=True, slots=True)
class Side:
    """One version: its text, its provisions and what was found in it."""

    document: Document
    provisions: Sequence[Provision]
    obligations: Sequence[Obligation]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one obligation. `moved`: the same words at another place, which `changed` may be too.

    `lead_in` and `old_lead_in` are what stands above an item, as printed. `stays` when the words, who must act and
    where references lead are the same: then what people said of the old one holds for the new one.
    """

    kind: Kind
    old: Obligation | None
    new: Obligation | None
    differences: tuple[Difference, ...] = ()
    moved: bool = False
    stays: bool = False
    old_lead_in: str = ""
    lead_in: str = ""

    @property
    def here(self) -> Obligation:
        """The new one, or of what was removed the old one."""
        found = self.new or self.old
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """What became of an article, an annex or a section. `was` is its old path where that is another one.

    A changed one may have moved as well. `old` and `new` are its texts with headings and numbers, a line a provision.
    """

    kind: Kind
    path: str
    heading: str
    was: str
    old: str
    new: str

    def redline(self) -> tuple[Piece, ...]:
        return redline(self.old, self.new)


@dataclass(frozen=True)
class Comparison:
    """`changes` and `articles` are in the order of the new text; what was removed stands where it was."""

    old: Document
    new: Document
    changes: tuple[Change, ...]
    articles: tuple[ArticleChange, ...]
    not_repeated: Mapping[str, int]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Kind → obligations; every kind is there."""
        found = Counter(one.kind for one in self.changes)
        return {kind: found[kind] for kind in KINDS}

    @cached_property
    def article_counts(self) -> Mapping[str, int]:
        found = Counter(one.kind for one in self.articles)
        return {kind: found[kind] for kind in KINDS}

    @cached_property
    def staying(self) -> Mapping[str, str]:
        """Old → new id of obligations for which what people said of the old one holds."""
        return {one.old.id: one.new.id for one in self.changes if one.stays and one.old and one.new}

    @cached_property
    def altered(self) -> Mapping[str, str]:
        """Old → new id of obligations whose words or bearer differ: a person decides what holds for the new one."""
        return {one.old.id: one.new.id for one in self.changes if not one.stays and one.old and one.new}

    @property
    def nothing(self) -> bool:
        """Neither an obligation nor an article differs, not even in its number."""
        return all(counts["unchanged"] == sum(counts.values()) for counts in (self.counts, self.article_counts))


def compare(old: Side, new: Side) -> Comparison:
    """Everything that differs between two versions. Pure; time grows with their length."""
    found = places(old.provisions, new.provisions)
    changes = _changes(old, new, found)
    articles, absent = _articles(found)
    return Comparison(old.document, new.document, tuple(changes), tuple(articles), absent)


# --- obligations ------------------------------------------------------------------------------------------------


def _changes(old: Side, new: Side, where: Places) -> list[Change]:
    above = lead_ins(old.provisions), lead_ins(new.provisions)
    before = [_unit(one, above[0], where.old_names) for one in old.obligations]
    after = [_unit(one, above[1], where.new_names) for one in new.obligations]
    found = []
    for at_old, at_new in _aligned(pairs(before, after), len(before), len(after)):
        one = None if at_old is None else old.obligations[at_old]
        other = None if at_new is None else new.obligations[at_new]
        leads = [
            above[0].get(one.provision_id, "") if one else "",
            above[1].get(other.provision_id, "") if other else "",
        ]
        if one is None or other is None:
            found.append(Change("added" if one is None else "removed", one, other, (), False, False, *leads))
            continue
        same_text = before[at_old or 0].words == after[at_new or 0].words
        found.append(_change(one, other, where, same_text, leads))
    return found


def _change(old: Obligation, new: Obligation, where: Places, same_text: bool, leads: Sequence[str]) -> Change:
    told = differences(old, new, where.same, same_text=same_text)
    moved = old.draft.provision.path != new.draft.provision.path
    kind: Kind = "changed" if told else "moved" if moved else "unchanged"
    stays = same_text and all(one.aspect not in ("bearer", "reference") for one in told)
    return Change(kind, old, new, told, moved, stays, *leads)


def lead_ins(provisions: Sequence[Provision]) -> dict[str, str]:
    """Point → the last sentences of what stands above it, outermost first, on one line."""
    by_id = {one.id: one for one in provisions}
    found: dict[str, str] = {}
    for one in provisions:
        parent = by_id.get(one.parent or "")
        if one.kind == "point" and parent is not None:
            *_, last = [(0, 0), *sentences(parent.text)]
            own = " ".join(parent.text[slice(*last)].split())
            found[one.id] = " ".join(filter(None, (found.get(parent.id, ""), own)))
    return found


def _unit(one: Obligation, above: Mapping[str, str], names: Mapping[str, Hashable]) -> Unit:
    lead, draft = words(above.get(one.provision_id, "")), one.draft
    place = names.get(draft.provision.path, draft.provision.path)
    return Unit((*lead, *trimmed(words(draft.quote.text))), place, (draft.modality, *words(draft.action)))


# --- articles ---------------------------------------------------------------------------------------------------


def _articles(where: Places) -> tuple[list[ArticleChange], dict[str, int]]:
    """What became of each article, and how many recitals (preambles are not counted) one side does not repeat."""
    kinds = [{one.head.kind for one in side} for side in (where.old, where.new)]
    absent = {
        kind: sum(one.head.kind == kind for one in (*where.old, *where.new))
        for kind in FRONT
        if (kind in kinds[0]) != (kind in kinds[1])
    }
    found = []
    for at_old, at_new in _aligned(where.pairs, len(where.old), len(where.new)):
        one = None if at_old is None else where.old[at_old]
        other = None if at_new is None else where.new[at_new]
        here = other or one
        if here is not None and here.head.kind != "preamble" and here.head.kind not in absent:
            found.append(_article(one, other, here))
    return found, absent


def _article(old: Article | None, new: Article | None, here: Article) -> ArticleChange:
    moved = old is not None and new is not None and old.head.path != new.head.path
    kind: Kind = "added" if old is None else "removed" if new is None else "moved" if moved else "unchanged"
    if old is not None and new is not None and old.words != new.words:
        kind = "changed"
    was = old.head.path if old is not None and moved else ""
    # A heading that stands over both says nothing in a redline.
    skipped = 1 if old and new and old.lines[:1] == new.lines[:1] == [here.head.heading] else 0
    texts = ("\n".join(one.lines[skipped:] if one else ()) for one in (old, new))
    return ArticleChange(kind, here.head.path, here.head.heading, was, *texts)


# --- order ------------------------------------------------------------------------------------------------------


def _aligned(found: Iterable[tuple[int, int]], old: int, new: int) -> Iterator[tuple[int | None, int | None]]:
    """Pairs and what has none, in the order of the new text; what is gone follows what it followed in the old one."""
    to_new = dict(found)
    to_old = {other: one for one, other in to_new.items()}
    gone_after: dict[int, list[int]] = {}
    last = -1
    for one in range(old):
        if one in to_new:
            last = to_new[one]
        else:
            gone_after.setdefault(last, []).append(one)
    for other in range(-1, new):
        if other >= 0:
            yield to_old.get(other), other
        yield from ((one, None) for one in gone_after.get(other, ()))
