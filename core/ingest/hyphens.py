"""Words broken at the end of a line: whether the hyphen belongs to the word is read off the rest of the text."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Join = Literal["close", "keep", "space"]  # "informa-" "tion" · "cross-" "border" · "pre-" "and"

SOFT_HYPHEN = "\u00ad"
HYPHENS = ("-", SOFT_HYPHEN)
EDGES = " \t()[]{}<>.,;:!?\"'“”‘’«»…"
LETTERS = re.compile(r"[^\W\d_]{1,60}$")


@dataclass(slots=True)
class Vocabulary:
    """The words of a text in lower case, hyphenated ones and their parts too, less those broken at a line's end."""

    words: Counter[str] = field(default_factory=Counter)
    # More line ends where the hyphen belongs to the word, or more where it only marks the break: the text's habit.
    habit: int = 0

    def add(self, printed: Counter[str]) -> None:
        """Count words as printed, with their capitals and commas."""
        for word, times in printed.items():
            self.words[word.strip(EDGES).lower()] += times

    def join(self, first: str, second: str) -> Join:
        """How the last word of a line, which ends in a hyphen, is joined to the first word of the next."""
        if first.endswith(SOFT_HYPHEN):
            return "close"
        stem = first[:-1].lstrip(EDGES).lower()
        rest = second.strip(EDGES).lower()
        last = LETTERS.search(stem)
        if not last or not rest[:1].isalpha() or not second.lstrip(EDGES)[:1].islower():
            return "keep" if stem and stem[-1:].isalnum() else "space"
        if rest in ("and", "or"):
            return "space"
        # "third-" "party" is compared as a whole, and by its last part for "well-in-" "formed".
        closed, kept = self.words[stem + rest], self.words[f"{stem}-{rest}"]
        if closed != kept:
            return "close" if closed > kept else "keep"
        if "-" in stem:
            closed = self.words[last[0] + rest]
            return "close" if closed else "keep"
        return self._unseen(stem, rest)

    def _unseen(self, stem: str, rest: str) -> Join:
        """Neither form stands elsewhere: the text's habit decides, and known words keep their hyphen."""
        if self.habit > 0:
            return "keep"
        if self.habit == 0:
            return "keep" if self.words[stem] or self.words[rest] else "close"
        both_known = len(stem) > 2 and len(rest) > 2 and self.words[stem] > 1 and self.words[rest] > 1
        return "keep" if both_known else "close"

    def learn(self, ends: Iterable[tuple[str, str]]) -> None:
        """Find the text's habit from those line ends whose answer is plain.

        A text that marks its breaks with soft hyphens uses plain ones for words that have them.
        """
        for first, second in ends:
            if first.endswith(SOFT_HYPHEN):
                self.habit += 1
                continue
            stem, rest = first[:-1].lstrip(EDGES).lower(), second.strip(EDGES).lower()
            if stem and rest:
                closed, kept = self.words[stem + rest], self.words[f"{stem}-{rest}"]
                self.habit += (kept > closed) - (closed > kept)


def broken(word: str) -> bool:
    """Whether a line's last word ends in a hyphen that may only mark the break."""
    return len(word) > 1 and word.endswith(HYPHENS) and word[-2].isalnum()
