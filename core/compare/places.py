"""Which article and which paragraph of one version is which of the other."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
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


Names = dict[str, Hashable]


@dataclass(frozen=True, slots=True)
class Places:
    """The articles of both versions and their pairs by index.

    `old_names` and `new_names`: path → a name that is the same where both versions mean the same place, whatever its
    number. A place that is gone has a name that the other version does not give.
    """

    old: tuple[Article, ...]
    new: tuple[Article, ...]
    pairs: tuple[Pair, ...]
    old_names: Mapping[str, Hashable]
    new_names: Mapping[str, Hashable]

    def same(self, old: str, new: str) -> bool:
        """Whether a path of the old version and one of the new one are the same place; other acts by their number."""
        return self.old_names.get(old, old) == self.new_names.get(new, new)


def places(old: Sequence[Provision], new: Sequence[Provision]) -> Places:
    before, after = articles(old), articles(new)
    found = tuple(pairs(_units(before), _units(after)))
    names = (
        _names(before, {one: at for at, (one, _) in enumerate(found)}),
        _names(after, {other: at for at, (_, other) in enumerate(found)}),
    )
    texts = [_told(old), _told(new)]
    units = [[Unit(_text(one), names[side][one.path]) for one in texts[side]] for side in (0, 1)]
    for at, (one, other) in enumerate(pairs(*units)):
        names[0][texts[0][one].path] = names[1][texts[1][other].path] = ("text", at)
    return Places(before, after, found, *names)


def _names(found: Sequence[Article], paired: Mapping[int, int]) -> Names:
    """Each provision by its article, whatever its number, and where it stands in it."""
    names: Names = {}
    for at, article in enumerate(found):
        head = article.head.path
        for part in article.parts:
            within = part.path[len(head) :] if part.path.startswith(head) else part.path
            names[part.path] = (paired[at], within) if at in paired else ("alone", part.path)
    return names


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
