"""Where a quote stands in a text: exactly, but for typography, or nearly. Nothing here knows what law is."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from rapidfuzz import fuzz

from core.types import Match

# What differs between two printings of one sentence: white space, hyphens (also at a line's end), soft hyphens,
# zero-width characters. Dropped on both sides, so "noti-\nfication" is "notification" and "third-\nparty" is
# "third-party".
WHITE = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())
HYPHENS = "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
BLANK = WHITE + HYPHENS + ZERO_WIDTH
SPELT_OUT = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "…": "..."}
QUOTES = dict.fromkeys("‘’‚‛′`´", "'") | dict.fromkeys("“”„‟″«»", '"')
# White space goes by split(), these one by one where a text has them: ten times faster than str.translate.
CHANGED = {**dict.fromkeys(HYPHENS + ZERO_WIDTH, ""), **SPELT_OUT, **QUOTES}
# Stretches that stay as they are, or one ligature that is spelt out.
KEPT = re.compile(f"[^{re.escape(BLANK)}{''.join(SPELT_OUT)}]+|[{''.join(SPELT_OUT)}]")
WORD = re.compile(r"\w+")
# A passage may be longer or shorter than the quote by what the threshold allows; a window of the quote's length then
# has at least this share of its score. Looking for less takes three times as long.
SAME_LENGTH = 0.85


@dataclass(frozen=True, slots=True)
class Found:
    """text[start:end] is the quote, or all but; `score` 0-100 says how nearly."""

    start: int
    end: int
    match: Match
    score: float = 100.0


@dataclass(frozen=True, slots=True)
class NotFound:
    """`score`: of the closest passage; `differing`: words that must agree and do not."""

    score: float = 0.0
    differing: tuple[str, ...] = ()


def squeezed(text: str) -> str:
    """The text without what printings differ in."""
    for letter in CHANGED.keys() & set(text):
        text = text.replace(letter, CHANGED[letter])
    return "".join(text.split())


class Printed:
    """A text beside its squeezed form, in which one search serves every printing. `start`: where the text begins."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.key = squeezed(text)
        self.length = len(text)
        self.start = start
        spans = [run.span() for run in KEPT.finditer(text)]
        # Where each kept stretch begins in the text and in the key, and how long it is in the text.
        self.origins = [start for start, _ in spans]
        self.lengths = [end - start for start, end in spans]
        widths = self.lengths
        if SPELT_OUT.keys() & set(text):
            widths = [len(squeezed(text[start:end])) for start, end in spans]
        self.starts = [0, *accumulate(widths)][:-1]

    def place(self, index: int) -> int:
        """Where the key's character stands in the document."""
        run = bisect_right(self.starts, index) - 1
        return self.start + self.origins[run] + min(index - self.starts[run], self.lengths[run] - 1)

    def index(self, place: int) -> int:
        """The key's first character that stands at this place of the document or later."""
        place -= self.start
        run = bisect_right(self.origins, place) - 1
        if run < 0:
            return 0
        within = place - self.origins[run]
        if within < self.lengths[run]:
            return self.starts[run] + within
        return self.starts[run + 1] if run + 1 < len(self.starts) else len(self.key)


@dataclass
class Region:
    """A stretch of a document in which quotes are sought. Offsets in and out are the document's.

    Regions of one document share what they know of its printing; without that, a region works out its own.
    """

    document: str = field(repr=False)
    start: int
    end: int
    whole: Callable[[], Printed] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def text(self) -> str:
        return self.document[self.start : self.end]

    @cached_property
    def printed(self) -> Printed:
        return self.whole() if self.whole else Printed(self.text, self.start)

    def holds(self, start: int, end: int) -> bool:
        return self.start <= start <= end <= self.end

    def stands(self, quote: str, start: int | None) -> bool:
        """Whether the quote stands exactly at `start`, as a hint says."""
        return (
            start is not None
            and bool(quote)
            and self.holds(start, start + len(quote))
            and self.document.startswith(quote, start)
        )

    def exact(self, quote: str, after: int = 0) -> Found | None:
        """The first whole-word occurrence that starts at `after` or later."""
        start = self.document.find(quote, max(self.start, after), self.end)
        while start >= 0:
            if self._whole(start, start + len(quote)):
                return Found(start, start + len(quote), "exact")
            start = self.document.find(quote, start + 1, self.end)
        return None

    def normalised(self, quote: str, after: int = 0) -> Found | None:
        """As `exact`, but blind to white space, hyphenation, dashes, ligatures and the shape of quotation marks."""
        wanted = squeezed(quote)
        if not wanted:
            return None
        printed = self.printed
        first, last = printed.index(max(self.start, after)), printed.index(self.end)
        while (at := printed.key.find(wanted, first, last)) >= 0:
            start, end = printed.place(at), printed.place(at + len(wanted) - 1) + 1
            if self._whole(start, end):
                return Found(start, end, "normalised")
            first = at + 1
        return None

    def fuzzy(
        self, quote: str, threshold: float, must_agree: frozenset[str], never_added: frozenset[str]
    ) -> Found | NotFound:
        """The passage most like the quote, in whole words, if it is at least `threshold` like it.

        A passage that differs in a number or in one of `must_agree` ("not", "may"), or lacks one of `never_added`
        ("seven", "after") that the quote has, says something else: NotFound.
        """
        best = fuzz.partial_ratio_alignment(quote, self.text, score_cutoff=threshold * SAME_LENGTH)
        if best is None or not self.text:
            return NotFound()
        start, end = self._refined(quote, best.dest_start, best.dest_end)
        passage = self.text[start:end]
        score = fuzz.ratio(quote, passage)
        if score < threshold:
            return NotFound(score)
        differing = disagreement(quote, passage, must_agree, never_added)
        if differing:
            return NotFound(score, differing)
        return Found(self.start + start, self.start + end, "fuzzy", score)

    def _whole(self, start: int, end: int) -> bool:
        """No word is cut at either end."""
        text = self.document
        cut_before = start > self.start and text[start].isalnum() and text[start - 1].isalnum()
        cut_after = end < self.end and text[end - 1].isalnum() and text[end].isalnum()
        return not (cut_before or cut_after)

    def _refined(self, quote: str, start: int, end: int) -> tuple[int, int]:
        """The aligned window has the quote's length; the passage may be longer or shorter: best whole-word ends."""
        slack = max(12, len(quote) // 8)
        window = max(0, start - slack), min(len(self.text), end + slack)
        words = list(WORD.finditer(self.text, *window))
        starts = [w.start() for w in words if abs(w.start() - start) <= slack] or [start]
        start = max(starts, key=lambda place: fuzz.ratio(quote, self.text[place:end]))
        ends = [tail for w in words if abs(w.end() - end) <= slack for tail in self._tails(w.end())] or [end]
        return start, max(ends, key=lambda place: fuzz.ratio(quote, self.text[start:place]))

    def _tails(self, end: int) -> tuple[int, ...]:
        """A word's end, with and without the punctuation mark behind it."""
        return (end, end + 1) if self.text[end : end + 1] in {".", ";", ":", ",", ")"} else (end,)


def disagreement(quote: str, passage: str, must_agree: frozenset[str], never_added: frozenset[str]) -> tuple[str, ...]:
    """Telling words that only one of the two has, and numbers, or words of `never_added`, that only the quote has.

    The passage may have numbers of its own: footnote marks stand in print and not in a quotation.
    """
    ours, theirs = (Counter(WORD.findall(text.lower())) for text in (quote, passage))
    words = {word for word in must_agree if ours[word] != theirs[word]}
    more = {word for word in ours if ours[word] > theirs[word]}
    return tuple(sorted(words | {word for word in more if word[0].isdigit() or word in never_added}))
