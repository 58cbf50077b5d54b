"""Which article and which paragraph of one version is which of the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.compare.pairing import Pair, Unit, pairs
from core.compare.wording import trimmed, words
from core.types import Provision

# What a reader calls an article: the nearest of these above a provision.
HEADED = ("article", "annex", "section", "recital")
# Notes are numbered by the printing, not by the law.
APART = ("note",)


@dataclass(frozen=True)
class Article:
    """An article, annex or section with all that stands in it, in text order."""

    head: Provision
    parts: tuple[Provision, ...]

    @property
    def lines(self) -> list[str]:
        """Its heading and provisions, a line each, with the numbers of its paragraphs and without its own."""
        found = [self.head.heading] if self.head.heading != self.head.path else []
        for part in self.parts:
            label = [part.label] if part is not self.head and part.label else []
            found.append(" ".join([*label, *part.text.split()]))
        return list(filter(None, found))

    @cached_property
    def words(self) -> tuple[str, ...]:
        return trimmed(words("\n".join(self.lines)))


@dataclass(frozen=True, slots=True)
class Places:
    """`articles` are the articles of both versions and their pairs by index; `provisions` maps old paths to new."""

    old: tuple[Article, ...]
    new: tuple[Article, ...]
    pairs: tuple[Pair, ...]
    provisions: Mapping[str, str]

    def followed(self, path: str) -> str:
        """Where a path of the old version is found in the new one; one that is gone stays as it is."""
        return self.provisions.get(path, path)


def places(old: Sequence[Provision], new: Sequence[Provision]) -> Places:
    before, after = articles(old), articles(new)
    found = tuple(pairs(_units(before), _units(after)))
    renumbered = {before[one].head.path: after[other].head.path for one, other in found}
    heads = {part.id: article.head.path for article in before for part in article.parts}
    texts = [_told(old), _told(new)]
    guessed = [_guess(one, heads[one.id], renumbered) for one in texts[0]]
    paired = pairs(
        [Unit(_text(one), place) for one, place in zip(texts[0], guessed, strict=True)],
        [Unit(_text(one), one.path) for one in texts[1]],
    )
    moved = {**renumbered, **{texts[0][one].path: texts[1][other].path for one, other in paired}}
    return Places(before, after, found, moved)


def articles(provisions: Sequence[Provision]) -> tuple[Article, ...]:
    """Every article in text order, without notes."""
    by_id = {one.id: one for one in provisions}
    grouped: dict[str, list[Provision]] = {}
    heads: dict[str, Provision] = {}
    for one in provisions:
        if one.kind in APART:
            continue
        head = _head(one, by_id)
        heads[head.id] = head
        grouped.setdefault(head.id, []).append(one)
    return tuple(Article(heads[id], tuple(parts)) for id, parts in grouped.items())


def _head(one: Provision, by_id: Mapping[str, Provision]) -> Provision:
    seen = {one.id}
    while one.kind not in HEADED:
        above = by_id.get(one.parent or "")
        if above is None or above.id in seen:
            break
        one = above
        seen.add(one.id)
    return one


def _units(found: Iterable[Article]) -> list[Unit]:
    return [Unit(one.words, one.head.path) for one in found]


def _told(provisions: Iterable[Provision]) -> list[Provision]:
    return [one for one in provisions if one.text.strip() and one.kind not in APART]


def _text(one: Provision) -> tuple[str, ...]:
    return trimmed(words(one.text))


def _guess(one: Provision, head: str, renumbered: Mapping[str, str]) -> str:
    """The path with its article's new number."""
    return renumbered.get(head, head) + one.path[len(head) :] if one.path.startswith(head) else one.path
