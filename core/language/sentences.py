"""Text → sentences, as spans. Line breaks inside a paragraph do not end one; blank lines do."""

import re
from collections.abc import Iterator

# A full stop, question or exclamation mark with what closes after it, or an empty line.
SENTENCE_END = re.compile(r"[.?!][’”\"')\]]{0,3}(?=\s)|\n[ \t\r]*\n")
# What the next sentence may start with: a capital, a digit, an opening quote or bracket, a section sign.
SENTENCE_START = re.compile(r"\s{1,400}[‘“\"'(\[]{0,2}[A-Z0-9À-ÖØ-Þ§]")
# "No 1024/2013", "OJ L 119, p. 1", "e.g. X", "15 U.S.C. 1681": the stop ends the abbreviation and not the sentence.
ABBREVIATION = re.compile(
    r"(?:^|[\s(‘“\"])(?:[A-Za-z]|Nos?|no|Art|Arts|art|arts|e\.g|i\.e|pp|para|paras|cf|ibid|Dr|Mr|Mrs|Ms|Prof|Sec|sec|Inc|Ltd|Co|"
    r"Corp|vs|St|(?:[A-Z]\.){1,3}[A-Z]|v|viz|Reg|Dir|Annex\.|Ch|ch|Pt|pt|approx|resp|Vol|vol|ed|subpara|subparas)$"
)
# An abbreviation is never longer than this, so the look back from a full stop is bounded.
LONGEST_ABBREVIATION = 12


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence without the white space around it, in order; nothing for blank text."""
    start = 0
    for stop in SENTENCE_END.finditer(text):
        ends_here = stop.group()[0] == "\n" or (
            SENTENCE_START.match(text, stop.end()) and not _abbreviated(text, stop.start())
        )
        if ends_here:
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
    yield from _trimmed(text, start, len(text))


def _abbreviated(text: str, stop: int) -> bool:
    return ABBREVIATION.search(text[max(0, stop - LONGEST_ABBREVIATION) : stop]) is not None


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    kept = piece.strip()
    if kept:
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(kept)
