"""Is every normative sentence accounted for? An own look at the text, so that whatever the engine overlooks shows."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from core.extract.nature import expects
from core.language.sentences import sentences
from core.scan.aimed import level
from core.settings import lexicon
from core.types import Coverage, Document, Obligation, Passage, Provision, Statement

DATED = re.compile(r",?\s{1,20}\d{1,4}\b")


def coverage(
    document: Document,
    provisions: Sequence[Provision],
    obligations: Iterable[Obligation],
    statements: Iterable[Statement],
) -> Coverage:
    """Count the sentences with a normative mark outside recitals and notes; list those that nothing accounts for.

    A sentence is covered when each of its marks lies in an obligation, in its lead-in, or in a located statement.
    Text that no provision holds is looked at too: what the reader dropped, the engine never saw.
    """
    accounted = merged(spans(obligations, statements))
    starts = [start for start, _ in accounted]
    total, uncovered = 0, []
    for start, end, marks in normative(document.text, provisions):
        total += 1
        if not all(inside(mark, accounted, starts) for mark in marks):
            uncovered.append(Passage(document.text[start:end], start))
    return Coverage(total, total - len(uncovered), tuple(uncovered))


def spans(obligations: Iterable[Obligation], statements: Iterable[Statement]) -> Iterator[tuple[int, int]]:
    for obligation in obligations:
        yield obligation.span.start, obligation.span.end
        if obligation.lead_in:
            yield obligation.lead_in.start, obligation.lead_in.end
    for statement in statements:
        if statement.quote.start is not None and statement.quote.end is not None:
            yield statement.quote.start, statement.quote.end


def merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping stretches as one, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def inside(place: int, stretches: Sequence[tuple[int, int]], starts: Sequence[int]) -> bool:
    at = bisect_right(starts, place) - 1
    return at >= 0 and place < stretches[at][1]


def normative(text: str, provisions: Sequence[Provision]) -> Iterator[tuple[int, int, list[int]]]:
    """(start, end, places of its marks) of each sentence with a normative mark outside recitals and notes."""
    mark, flat = mark_pattern(expects(provisions)), level(text)
    for start, end in stretches_of(text, provisions):
        found = [at.start() for at in mark.finditer(flat, start, end) if not is_month(text, at.start(), at.end())]
        for first, last in sentences(text[start:end]) if found else ():
            within = [place for place in found if start + first <= place < start + last]
            if within:
                yield start + first, start + last, within


def explaining(provisions: Sequence[Provision]) -> set[str]:
    """Ids of recitals, notes and the like, and of what stands under them; parents come before their children."""
    kinds, found = set(lexicon("coverage")["outside"]), set[str]()
    for provision in provisions:
        if provision.kind in kinds or provision.parent in found:
            found.add(provision.id)
    return found


def is_month(text: str, start: int, end: int) -> bool:
    """ "31 May 2023" commands nothing."""
    return text[start:end] in ("May", "MAY") and DATED.match(text, end) is not None


@cache
def mark_pattern(expecting: bool = False) -> re.Pattern[str]:
    """For lower-case text: ignoring case takes four times as long. `expecting`: of a text that commands by "should"."""
    words = lexicon("coverage")
    marks = sorted([*words["marks"], *(words["expectations"] if expecting else ())], key=len, reverse=True)
    return re.compile(
        rf"\b(?:{'|'.join(re.escape(mark.lower()).replace(chr(92) + ' ', chr(92) + 's+') for mark in marks)})\b"
    )


def stretches_of(text: str, provisions: Sequence[Provision]) -> Iterator[tuple[int, int]]:
    """The provisions' own texts that can direct somebody, and the gaps between provisions."""
    explains, last = explaining(provisions), 0
    for provision in sorted(provisions, key=lambda one: (one.span.start, one.span.end)):
        start, end = max(last, provision.span.start), provision.span.end
        if last < start:
            yield last, start
        if start < end and provision.id not in explains:
            yield start, end
        last = max(last, end)
    if last < len(text):
        yield last, len(text)
