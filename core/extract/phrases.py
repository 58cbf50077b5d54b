"""Word lists against text, quickly: plain substring tests on a text made plain first."""

import re
from collections.abc import Iterable
from functools import lru_cache

# Everything between two words becomes one space; an apostrophe or hyphen inside a word does too ("third-party").
BETWEEN_WORDS = re.compile(r"[\W_]+")


def plain(*texts: str) -> str:
    """Lower-case words with single spaces, and one at each end: " ict third party service providers "."""
    return f" {BETWEEN_WORDS.sub(' ', ' '.join(texts).lower()).strip()} "


def said(phrases: Iterable[str], text: str) -> str | None:
    """The words of a `plain` text that the first of the phrases in it finds, or None.

    A phrase begins at a word and may end inside one ("notif" finds "notification"); ended by a space it is whole words.
    """
    opened = _opened(tuple(phrases))
    if not any(map(text.__contains__, opened)):  # the common case, without a line of Python for each phrase
        return None
    phrase = next(phrase for phrase in opened if phrase in text)
    start = text.index(phrase)
    # People are shown these words: to the end of the last one, which need not end where the phrase does.
    return f"{text} "[start : f"{text} ".index(" ", start + len(phrase.rstrip()))].strip()


def count(phrases: Iterable[str], text: str) -> int:
    """How many times any of the phrases occurs in a `plain` text."""
    return sum(map(text.count, _opened(tuple(phrases))))


@lru_cache(maxsize=4096)
def _opened(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """The phrases, each behind the space that a word begins with."""
    return tuple(f" {phrase}" for phrase in phrases)
