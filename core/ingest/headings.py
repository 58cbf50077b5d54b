"""What a block announces: an article, a section, an annex, a division, or the turn to another part of an act."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from core.types import Block

Announces = Literal["article", "section", "division", "annex"]
Turn = Literal["recitals", "agreeing", "enacting", "signature", "formula", "notes", "contents"]

LONGEST_HEADING = 300
LONGEST_TURN = 80
LONGEST_ANNOUNCEMENT = 160
LONGEST_INLINE_TITLE = 120
# Words of filing ("EXHIBIT 10.3" above a contract) and of titles: an annex only with a number.
ALWAYS_NUMBERED = ("exhibit", "attachment", "supplement")
COMMON_WORDS = ("regulation", "rule")
VERB = re.compile(r"\b(?:shall|must|may|will|should|can|is|are|was|were|has|have|appl(?:y|ies)|means?|does|do)\b", re.I)
SENTENCE_END = re.compile(r"[.;:,]['\"’”»)]?\s*$")
# "Article 5 ........ 12" and "Payment<tab>7" are lines of a table of contents.
CONTENTS_LINE = re.compile(r"(?:\.{3,40}|…|(?:\s\.){3,40}|\t)\s{0,20}\d{1,4}\s{0,20}$")


@dataclass(frozen=True, slots=True)
class Heading:
    """`word` and `number` as printed ("Article", "5a"); the title, or a sentence, starts at `rest`.

    `separated` when a dash, colon, full stop, line break or nothing at all follows the number; `quoted` when a
    quotation mark stands before the word: the heading belongs to another act.
    """

    kind: Announces
    word: str
    number: str
    rest: int
    separated: bool
    quoted: bool = False

    @property
    def path(self) -> str:
        word = self.word if self.word == "§" else self.word.capitalize()
        return f"{word} {self.number}".strip()


def words() -> dict[str, dict[str, list[str]]]:
    from core.settings import lexicon  # 0.3 s that the parser's child pays only where it needs them

    return lexicon("structure")


@cache
def announcing() -> re.Pattern[str]:
    named = sorted((word for group in words()["headings"].values() for word in group), key=len, reverse=True)
    names = "|".join(re.escape(word) for word in named)
    number = r"\d{1,5}(?:[.-]\d{1,4})*[a-z]{0,2}(?![\w/])|(?-i:[IVXLC]{1,7})\b|(?-i:[A-Z]\d{0,2})\b"
    return re.compile(
        rf"(?P<quote>[‘“„«\"'‚]\s?)?(?P<word>{names})(?:(?:\.\s*|\s+|(?<=§))(?P<number>{number}))?"
        r"(?P<separator>\s*(?:[—–]+|[:.|‐-]+(?=\s|$))\s*|\s*\n\s*|\s+|$)",
        re.IGNORECASE,
    )


@cache
def kinds() -> dict[str, Announces]:
    groups = words()["headings"]
    order: tuple[Announces, ...] = ("division", "annex", "section", "article")
    return {word: kind for kind in order for word in groups[kind]}


@cache
def turning() -> re.Pattern[str]:
    """One named group for each turn; what must be the whole block ends with it."""
    groups = []
    for name in ("recitals", "agreeing", "enacting", "signature", "formula", "notes", "contents"):
        marks = "|".join(re.escape(mark) for mark in sorted(words()["marks"][name], key=len, reverse=True))
        whole = r"[\s:.*]{0,20}$" if name in ("recitals", "notes", "contents") else ""
        groups.append(f"(?P<{name}>(?:{marks}){whole})")
    return re.compile(r"[\s‘'\"*_]{0,20}(?:" + "|".join(groups) + ")", re.IGNORECASE)


def announced(text: str) -> Heading | None:
    """The numbered heading that `text` opens with, if any: "Article 5", "‘Article 19a", "ANNEX I", "§ 1016.4 Title"."""
    match = announcing().match(text)
    if not match:
        return None
    word, number = match["word"], match["number"] or ""
    kind = kinds()[word.lower()]
    if not number and (kind != "annex" or word.lower() in ALWAYS_NUMBERED):
        return None
    if kind == "section" and not number[0].isdigit() and word.lower() in COMMON_WORDS:
        return None  # "Regulation P" and "Rule A" are names
    separated = bool(match["separator"].strip()) or "\n" in match["separator"] or match.end() == len(text)
    return Heading(kind, word, number, match.end(), separated, bool(match["quote"]))


def announcement(text: str, block: Block) -> Heading | None:
    """The numbered heading that a block is; a sentence that merely begins with "Article 5 of …" is none."""
    if block.kind in ("note", "table_row"):
        return None
    passage = text[block.start : min(block.end, block.start + LONGEST_HEADING)]
    heading = announced(passage)
    if heading is None or CONTENTS_LINE.search(passage):
        return None
    if block.kind == "heading":
        return heading if block.end - block.start < LONGEST_HEADING else None
    title = passage[heading.rest :]
    if not title:
        bare = passage.strip().lower() == heading.word.lower()
        return heading if heading.number or bare else None
    if not heading.number:
        return None
    short = block.end - block.start < LONGEST_ANNOUNCEMENT and not SENTENCE_END.search(title)
    return heading if heading.separated and short and heading.kind != "section" else inline(heading, title)


def is_title(text: str) -> bool:
    """Whether a short sentence behind a section number names the section: "Records and reports." has no verb."""
    return len(text) <= LONGEST_INLINE_TITLE and not VERB.search(text)


def inline(heading: Heading, title: str) -> Heading | None:
    """A heading with its text behind it: "Section 4.1 Payment. The buyer shall …", not "Section 4 of the Act"."""
    if heading.kind not in ("section", "article") or heading.quoted:
        return None
    opening = title.lstrip('"“‘(')[:1]
    sure = heading.separated or ("." in heading.number and heading.kind == "section") or heading.word == "§"
    return heading if sure and (opening.isupper() or opening.isdigit()) else None


def turn(text: str) -> Turn | None:
    """The mark between two parts of an act that `text` is, or opens with."""
    match = turning().match(text, 0, LONGEST_TURN)
    return cast(Turn, match.lastgroup) if match else None
