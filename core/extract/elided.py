"""Quotes with words left out: "The entity shall … report to the authority". Models write them often.

Such a quote is the passage from its first piece to its last, where all pieces stand in one sentence in this order and
what was left out between them is no norm of its own. The passage is then quoted whole.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from core.extract.matching import BLANK, Found, Region, squeezed
from core.extract.source import Source
from core.language.sentences import sentences

# "…", "...", ". . .", "[…]", "( ... )".
LEFT_OUT = re.compile(r"[\[(]?\s{0,3}(?:…|\.{3,8}|\.\s\.\s\.)\s{0,3}[\])]?")
WORD = re.compile(r"\w+")
MOST_PLACES = 200  # tried for the first piece, so that a model's answer cannot keep the worker busy

Gap = tuple[int, int]


def leaves_out(quote: str) -> bool:
    return LEFT_OUT.search(quote) is not None


def elided(quote: str, source: Source, regions: Sequence[Region], after: int, rules: Mapping[str, Any]) -> Found | str:
    """The whole passage, in the likeliest region that has one, or why there is none, as the end of a sentence.

    What the region has word for word several times is taken in order, from `after` on; passages that differ are not
    chosen among.
    """
    parts = [part for part in LEFT_OUT.split(quote) if part.strip(BLANK)]
    if not parts or len(parts) > rules["elided"]["most_pieces"]:
        return "it leaves out too much to be a quote"
    if any(len(WORD.findall(part)) < rules["fewest_words"] for part in parts):
        return "a piece of it is so few words that they stand there by chance"
    for region in regions:
        found = list(_passages(parts, source, region, rules))
        if len({squeezed(region.document[one.start : one.end]) for one in found}) > 1:
            return "its pieces fit several passages"
        if found:
            return next((one for one in found if one.start >= after), found[0])
    return "its pieces do not stand there in one sentence, in this order, with no other norm between them"


def _passages(parts: Sequence[str], source: Source, region: Region, rules: Mapping[str, Any]) -> Iterator[Found]:
    """Where all pieces stand and nothing speaks against it; of several beginnings with one end, the nearest."""
    nearest: dict[int, tuple[int, list[Gap]]] = {}
    for start, end, gaps in islice(_chains(parts, region), MOST_PLACES):
        nearest[end] = start, gaps  # a later beginning is nearer
    for end, (start, gaps) in nearest.items():
        if _is_one(source, start, end) and all(_is_small(region.document[a:b], rules) for a, b in gaps):
            yield Found(start, end, "elided")


def _chains(parts: Sequence[str], region: Region) -> Iterator[tuple[int, int, list[Gap]]]:
    """(start, end, gaps) for each place of the first piece, the others following as soon as they can."""
    first = region.normalised(parts[0])
    while first:
        end, gaps = first.end, list[Gap]()
        for part in parts[1:]:
            found = region.normalised(part, end)
            if found is None:
                return  # nor after any later place
            gaps.append((end, found.start))
            end = found.end
        yield first.start, end, gaps
        first = region.normalised(parts[0], first.start + 1)


def _is_one(source: Source, start: int, end: int) -> bool:
    """Whether this is of one sentence, and no provision begins inside it."""
    one_provision = bisect_right(source.starts, start) == bisect_left(source.starts, end)
    return one_provision and sum(1 for _ in sentences(source.document.text[start:end])) == 1


def _is_small(gap: str, rules: Mapping[str, Any]) -> bool:
    """Whether what was left out is neither long nor a norm, or the contrary of one: "shall … not …"."""
    telling = rules["elided"]["never_left_out"]
    said = set(WORD.findall(gap.lower()))
    return len(gap) <= rules["elided"]["most_characters"] and ";" not in gap and said.isdisjoint(telling)
