"""Word lists against text, quickly: plain substring tests on a text made plain first."""

import re
from collections.abc import Iterable

# Everything between two words becomes one space; an apostrophe or hyphen inside a word does too ("third-party").
BETWEEN_WORDS = re.compile(r"[\W_]+")


def plain(*texts: str) -> str:
    """Lower-case words with single spaces, and one at each end: " ict third party service providers "."""
    return f" {BETWEEN_WORDS.sub(' ', ' '.join(texts).lower()).strip()} "


def said(phrases: Iterable[str], text: str) -> str | None:
    """The first phrase that a `plain` text holds, or None.

    A phrase begins at a word and may end inside one ("notif" finds "notification"); ended by a space it is whole words.
    """
    for phrase in phrases:
        if f" {phrase}" in text:
            return phrase.strip()
    return None


def count(phrases: Iterable[str], text: str) -> int:
    """How many times any of the phrases occurs in a `plain` text."""
    return sum(text.count(f" {phrase}") for phrase in phrases)
