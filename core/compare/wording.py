"""The words of a text, so that two printings of it are the same words: spaces, dashes and quotation marks aside."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.extract.matching import HYPHENS, QUOTES, SPELT_OUT, ZERO_WIDTH
from core.settings import lexicon

FOLD = str.maketrans({**dict.fromkeys(HYPHENS + ZERO_WIDTH, ""), **SPELT_OUT, **QUOTES})
# A hyphen inside a word, also at a line's end: "third-\nparty".
JOINED = re.compile(rf"(?<=\w)[{re.escape(HYPHENS + ZERO_WIDTH)}]+\s?(?=\w)")
# "9(3)(a)" and "(b)" are one word, since they change as one; else a word or one mark. "( )" is what is left of a
# footnote's number, and is nothing.
TOKEN = re.compile(r"\(\s?\)|\d+\w*(?:\s?\(\w{1,4}\))+|\(\w{1,4}\)|\w+|[^\w\s]")
NOTHING = "()"
MARKS = ";.,:"


class Token(NamedTuple):
    """A word as it is compared; text[start:end] is how it is printed."""

    word: str
    start: int
    end: int


def words(text: str) -> tuple[str, ...]:
    """Words and marks in order; dashes between words and what nobody sees are left out."""
    found = TOKEN.findall(JOINED.sub("", text).translate(FOLD).casefold())
    plain = (word if word.isalnum() else "".join(word.split()) for word in found)
    return tuple(word for word in plain if word != NOTHING)


def tokens(text: str) -> list[Token]:
    """The same words with their places."""
    folded, places, at = [], [], 0
    for start, end in [*(match.span() for match in JOINED.finditer(text)), (len(text), len(text))]:
        for place in range(at, start):
            letters = text[place].translate(FOLD).casefold()
            folded.append(letters)
            places += [place] * len(letters)
        at = end
    found = [(match[0], match.start(), match.end()) for match in TOKEN.finditer("".join(folded))]
    made = [Token("".join(word.split()), places[start], places[end - 1] + 1) for word, start, end in found]
    return [token for token in made if token.word != NOTHING]


def trimmed(found: Sequence[str]) -> tuple[str, ...]:
    """Without what ends a list item: "; and" becomes "." when an item is added or removed after this one."""
    end = _before_marks(found, len(found))
    # "and" is a connector only after a mark: "rules and" is no end of an item.
    if end > 1 and found[end - 1] in lexicon("compare")["connectors"] and found[end - 2] in MARKS:
        end = _before_marks(found, end - 1)
    return tuple(found[:end])


def _before_marks(found: Sequence[str], end: int) -> int:
    while end and found[end - 1] in MARKS:
        end -= 1
    return end


class Vocabulary:
    """Each word as one character, so that texts are compared word by word at the speed of strings."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def encode(self, found: Iterable[str]) -> str:
        letters = self._letters
        # From U+10000 on there are no surrogates; a million words fit.
        return "".join([letters.setdefault(word, chr(0x10000 + len(letters))) for word in found])


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How much of the words of both agrees, in order: 0 to 1. Two empty texts are alike."""
    from rapidfuzz.distance import Indel

    vocabulary = Vocabulary()
    return float(Indel.normalized_similarity(vocabulary.encode(one), vocabulary.encode(other)))
