"""What a block announces: an article, a section, an annex, a division, or the turn from one part of an act to the next."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.settings import settings

Announces = Literal["article", "section", "division", "annex"]
Turn = Literal["recitals", "enacting", "signature", "formula", "notes", "contents"]


@dataclass(frozen=True, slots=True)
class Heading:
    """`word` and `number` as printed ("Article", "5a"); `title` starts at offset `rest` of the block's text.

    `inline` when a sentence follows on the same line: "Section 4. The operator shall …".
    """

    kind: Announces
    word: str
    number: str
    rest: int
    separated: bool
    quoted: bool = False


@cache
def lexicon() -> dict[str, dict[str, list[str]]]:
    with (settings().lexicon_dir / "structure.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def announcing() -> re.Pattern[str]:
    words = sorted((word for group in lexicon()["headings"].values() for word in group), key=len, reverse=True)
    names = "|".join(re.escape(word) for word in words)
    number = r"\d{1,5}(?:[.-]\d{1,4})*[a-z]{0,2}(?![\w/])|(?-i:[IVXLC]{1,7})\b|(?-i:[A-Z]\d{0,2})\b"
    return re.compile(
        rf"(?P<quote>[‘“„«\"'‚]\s?)?(?P<word>{names})(?:(?:\.\s*|\s+|(?<=§))(?P<number>{number}))?"
        r"(?P<separator>\s*[—–:.|‐-]+(?=\s|$)\s*|\s*\n\s*|\s+|$)",
        re.IGNORECASE,
    )


@cache
def kinds() -> dict[str, Announces]:
    groups = lexicon()["headings"]
    order: tuple[Announces, ...] = ("division", "annex", "section", "article")
    return {word: kind for kind in order for word in groups[kind]}


@cache
def turning() -> list[tuple[Turn, tuple[str, ...]]]:
    order: tuple[Turn, ...] = ("recitals", "enacting", "signature", "formula", "notes", "contents")
    return [(turn, tuple(lexicon()["marks"][turn])) for turn in order]


def announced(text: str) -> Heading | None:
    """The numbered heading that `text` opens with, if any: "Article 5", "‘Article 19a", "ANNEX I", "§ 1016.4 Title"."""
    match = announcing().match(text)
    if not match:
        return None
    word, number = match["word"], match["number"] or ""
    kind = kinds()[word.lower()]
    if not number and kind != "annex":
        return None
    separated = bool(match["separator"].strip()) or "\n" in match["separator"] or match.end() == len(text)
    return Heading(kind, word, number, match.end(), separated, bool(match["quote"]))


def turn(text: str) -> Turn | None:
    """The mark between two parts of an act that `text` is, or opens with."""
    opening = text[:60].lower().lstrip(" ‘'\"*_")
    for found, words in turning():
        if opening.startswith(words):
            whole = found in ("recitals", "notes", "contents")
            if not whole or len(opening.rstrip(" :.*")) <= max(len(w) for w in words if opening.startswith(w)):
                return found
    return None
