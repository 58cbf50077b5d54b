"""Which text of one version is which of the other: one to one, the same for every run, in near-linear time.

First equal words, those in the same place before others; then the most alike, where candidates share a place or rare
words, so that not everything is compared with everything.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.compare.wording import Vocabulary
from core.settings import lexicon

# Of each text, so many of its rarest words look for candidates, and so many candidates are compared.
RARE_WORDS, MOST_CANDIDATES = 12, 8
# A word that stands in more texts than this finds nothing that the others would not.
COMMON = 60
# Likeness decides; among nearly equals, the same place and the same deed.
PLACE_WEIGHT, DEED_WEIGHT = 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Unit:
    """A text to be paired. `place` is equal on both sides where the two stand in the same place after renumbering.

    `deed` tells texts with the same words apart: one sentence may hold two norms.
    """

    words: tuple[str, ...]
    place: Hashable
    deed: tuple[str, ...] = ()


Pair = tuple[int, int]


def pairs(old: Sequence[Unit], new: Sequence[Unit]) -> list[Pair]:
    """(index in old, index in new) of texts that are the same or nearly, in the order of old."""
    found = equal(old, new)
    left = {one for one, _ in found}, {other for _, other in found}
    rest_old = [index for index in range(len(old)) if index not in left[0]]
    rest_new = [index for index in range(len(new)) if index not in left[1]]
    return sorted([*found, *alike(old, new, rest_old, rest_new)])


def equal(old: Sequence[Unit], new: Sequence[Unit]) -> list[Pair]:
    """Texts with the same words. Of several, those in the same place first, the rest in the order of the text."""
    by_words: dict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, units in enumerate((old, new)):
        for index, unit in enumerate(units):
            by_words[unit.words][side].append(index)
    found: list[Pair] = []
    for olds, news in by_words.values():
        placed = _in_place(old, new, olds, news)
        taken = {one for one, _ in placed}, {other for _, other in placed}
        rest = [one for one in olds if one not in taken[0]], [other for other in news if other not in taken[1]]
        found += [*placed, *zip(*rest, strict=False)]
    return found


def _in_place(old: Sequence[Unit], new: Sequence[Unit], olds: Iterable[int], news: Iterable[int]) -> list[Pair]:
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for other in news:
        waiting[new[other].place].append(other)
    return [(one, waiting[old[one].place].pop(0)) for one in olds if waiting.get(old[one].place)]


def alike(old: Sequence[Unit], new: Sequence[Unit], olds: Sequence[int], news: Sequence[int]) -> list[Pair]:
    """The most alike first; each is taken once."""
    from rapidfuzz.distance import Indel

    rules, vocabulary = lexicon("compare"), Vocabulary()
    before = {one: vocabulary.encode(old[one].words) for one in olds}
    after = {other: vocabulary.encode(new[other].words) for other in news}
    scored: list[tuple[float, int, int, int, int]] = []
    for one, other in sorted(_candidates(old, new, olds, news)):
        likeness = Indel.normalized_similarity(before[one], after[other])
        in_place = old[one].place == new[other].place
        if likeness < rules["alike_in_place" if in_place else "alike_anywhere"]:
            continue
        score = likeness + PLACE_WEIGHT * in_place + DEED_WEIGHT * (old[one].deed == new[other].deed)
        # Ties: the nearest in the order of the text, whichever of the two versions is called the old one.
        scored.append((-score, abs(one - other), min(one, other), one, other))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for *_, one, other in sorted(scored):
        if one not in found and other not in taken:
            found[one] = other
            taken.add(other)
    return list(found.items())


def _candidates(old: Sequence[Unit], new: Sequence[Unit], olds: Sequence[int], news: Sequence[int]) -> set[Pair]:
    """Pairs worth comparing: at the same place, or with rare words in common, seen from either side."""
    found = {(one, other) for one, other in _near(old, olds, new, news)}
    return found | {(one, other) for other, one in _near(new, news, old, olds)}


def _near(units: Sequence[Unit], which: Sequence[int], others: Sequence[Unit], left: Sequence[int]) -> Iterator[Pair]:
    """For each of `which` the few of `left` that stand in its place or share its rarest words."""
    by_place: dict[Hashable, list[int]] = defaultdict(list)
    by_word: dict[str, list[int]] = defaultdict(list)
    for other in left:
        by_place[others[other].place].append(other)
        for word in dict.fromkeys(others[other].words):
            by_word[word].append(other)
    for one in which:
        yield from ((one, other) for other in by_place.get(units[one].place, ())[:MOST_CANDIDATES])
        known = [word for word in dict.fromkeys(units[one].words) if word in by_word]
        rare = sorted(known, key=lambda word: (len(by_word[word]), word))[:RARE_WORDS]
        shared = Counter(other for word in rare if len(by_word[word]) <= COMMON for other in by_word[word])
        best = sorted(shared, key=lambda other: (-shared[other], abs(one - other), other))
        yield from ((one, other) for other in best[:MOST_CANDIDATES])
