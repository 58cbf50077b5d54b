"""Characters that hide or disguise words: invisible ones, reversed direction, letters that look like Latin ones."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from core.scan.findings import Finding
from core.settings import lexicon

ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff")
INVISIBLE = ZERO_WIDTH | {"\u00ad"}
# Between two letters of one word, where no script that we read needs them.
INSIDE_A_WORD = re.compile("(?<=[A-Za-z])[\u200b-\u200f\u2060-\u2064\ufeff]+(?=[A-Za-z])")
LONG_RUN = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff]{8,}")
# Tag characters spell ASCII that no screen shows; after a black flag they make the flags of England, Scotland, Wales.
TAGS = re.compile("[\U000e0001-\U000e007f]+")
TAG_LETTERS = tuple(map(chr, range(0xE0001, 0xE0080)))
BLACK_FLAG = "\U0001f3f4"
REVERSING = frozenset("\u202d\u202e")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")
# Greek and Cyrillic, letter-like, full width, mathematical.
FOREIGN = re.compile("[\u0250-\u02af\u0370-\u058f\uff21-\uff5a\U0001d400-\U0001d7ff]")
WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text without disguise. `places[i]` is where text[i] stands in the original; None where nothing moved."""

    text: str
    places: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def undisguised(text: str) -> Plain:
    """Invisible characters dropped, look-alikes in words made Latin. An ordinary text comes back as it is."""
    letters = frozenset(text)
    latin = {letter: skeleton(letter) for letter in letters if FOREIGN.match(letter)}
    if not latin and not letters & INVISIBLE:
        return Plain(text)
    kept = [place for place, letter in enumerate(text) if letter not in INVISIBLE]
    return Plain("".join(latin.get(text[place], text[place]) for place in kept), kept)


def skeleton(letter: str) -> str:
    """The Latin letter that this one looks like, itself where there is none; always one character."""
    twin: str = lexicon("injection")["characters"]["look_alikes"].get(letter) or unicodedata.normalize("NFKC", letter)
    return twin if len(twin) == 1 else letter


def tagged(text: str) -> Iterator[str]:
    """What each run of tag characters says to a machine."""
    for found in tag_runs(text):
        yield "".join(chr(ord(letter) - 0xE0000) for letter in found.group() if 0xE0020 <= ord(letter) <= 0xE007E)


def tag_runs(text: str) -> list[re.Match[str]]:
    # A search for one letter ends at once in a text that has none so rare; the pattern looks at every character.
    if not any(map(text.__contains__, TAG_LETTERS)):
        return []
    return [found for found in TAGS.finditer(text) if text[max(0, found.start() - 1) : found.start()] != BLACK_FLAG]


def disguises(text: str) -> Iterator[Finding]:
    """One finding for each way in which the text hides words, from the first place to the last."""
    rules, letters = lexicon("injection")["characters"], frozenset(text)
    if letters & ZERO_WIDTH:
        inside = [found.span() for found in INSIDE_A_WORD.finditer(text)]
        runs = [found.span() for found in LONG_RUN.finditer(text)]
        if runs or len(inside) >= rules["invisible_least"]:
            yield spread("invisible characters", sorted({*runs, *inside}), "zero-width characters inside words")
    if tags := [found.span() for found in tag_runs(text)]:
        yield spread("invisible characters", tags, "tag characters, which spell words that no screen shows")
    if letters & REVERSING and not RIGHT_TO_LEFT.search(text):
        turned = [(place, place + 1) for place, letter in enumerate(text) if letter in REVERSING]
        yield spread("reversed text", turned, "characters that reverse the direction of the text")
    if any(FOREIGN.match(letter) for letter in letters):
        mixed = [found.span() for found in WORD.finditer(text) if masked(found.group())]
        if len(mixed) >= rules["look_alike_words_least"]:
            yield spread("look-alike characters", mixed, "words that mix Latin letters with their look-alikes")


def masked(word: str) -> bool:
    """A word that reads as Latin, and is Latin only in part: Cyrillic "а" in "pаyment"; never "μg" or "π-calculus"."""
    if word.isascii() or not FOREIGN.search(word):
        return False
    mathematical = all(ord(letter) > 0xFF00 for letter in word)
    latin = sum(letter.isascii() for letter in word)
    return all(skeleton(letter).isascii() for letter in word) and (latin >= 2 or (mathematical and len(word) >= 4))


def spread(name: str, places: list[tuple[int, int]], detail: str) -> Finding:
    return Finding("injection", name, places[0][0], places[-1][1], f"{len(places)} × {detail}")
