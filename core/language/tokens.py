"""Text → words and marks with their offsets and a rough class. No dictionary of nouns: position decides the rest."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from core.settings import lexicon

# A word keeps its inner hyphens, apostrophes and slashes ("ICT-related", "entity’s", "2016/679") and a point before a
# digit ("4.2"); anything else that is not white space is a mark of its own.
WORD_OR_MARK = re.compile(r"[^\W_]+(?:(?:[-‐‑’'/]|\.(?=\d)|(?<=\d),(?=\d{3}(?!\d)))[^\W_]+)*|[^\w\s]|_")
# Up to what length a list's letter or number is that ("(a)", "(iii)", "(12)").
LABEL = re.compile(r"[a-z]{1,4}|\d{1,3}[a-z]?|[A-Z]", re.ASCII)

MARKS = {
    ",": ",", ";": ";", ":": ":", "(": "(", "[": "(", ")": ")", "]": ")", ".": ".", "?": ".", "!": ".",
    "—": "-", "–": "-",
}  # fmt: skip
QUOTES = "‘’“”\"'"


class Token(NamedTuple):
    """`kind`: modal not be have do det pron rel that sub prep to conj adv num word, a mark, or "quote"."""

    text: str
    low: str
    start: int
    end: int
    kind: str


def tokens(text: str) -> list[Token]:
    """The words and marks of a text in order. A list's label in brackets ("(a)") is one token of kind "label"."""
    found: list[Token] = []
    for match in WORD_OR_MARK.finditer(text):
        word = match.group()
        low, kind = _classed(word)
        if kind == ")" and len(found) > 1 and found[-2].kind == "(" and LABEL.fullmatch(found[-1].text):
            opening = found[-2]
            del found[-2:]
            inside = text[opening.start : match.end()]
            found.append(Token(inside, inside.lower(), opening.start, match.end(), "label"))
            continue
        found.append(Token(word, low, match.start(), match.end(), kind))
    if (
        len(found) > 1
        and found[1].kind in ("prep", "sub")
        and found[1].low != "of"
        and _classed(found[0].low)[1] == "adv"
    ):
        found[0] = found[0]._replace(kind="adv")  # "Immediately after each voyage"
    return found


@lru_cache(maxsize=1 << 16)
def _classed(word: str) -> tuple[str, str]:
    low = word.lower().replace("’", "'").replace("‐", "-").replace("‑", "-")
    return low, _kinds().get(low) or _kind(word, low)


def _kind(word: str, low: str) -> str:
    first = word[0]
    if first in MARKS:
        return MARKS[first]
    if first in QUOTES:
        return "quote"
    if first.isdigit():
        return "num"
    if low.endswith("ly") and first.islower() and len(low) > 3:
        return "adv"
    return "word"


@cache
def _kinds() -> dict[str, str]:
    words = lexicon("english")
    kinds: dict[str, str] = {}
    for group, kind in (
        ("not_adverbs", "word"), ("adverbs", "adv"), ("prepositions", "prep"), ("subordinators", "sub"),
        ("pronouns", "pron"), ("determiners", "det"), ("relatives", "rel"), ("conjunctions", "conj"), ("be", "be"),
        ("have", "have"), ("do", "do"), ("modals", "modal"), ("negations", "not"),
    ):  # fmt: skip
        kinds.update(dict.fromkeys(words[group].split(), kind))
    return kinds | {"that": "that", "to": "to"}


@lru_cache(maxsize=1 << 16)
def singular(low: str) -> str:
    """'authorities' → 'authority', 'firms' → 'firm', "entity's" → 'entity'. For look-ups, not for print."""
    if low.endswith("'s"):
        low = low[:-2]
    if len(low) < 4 or not low.endswith("s") or low.endswith(("ss", "us", "is")):
        return low
    if low.endswith("ies"):
        return low[:-3] + "y"
    if low.endswith(("sses", "ches", "shes", "xes")):
        return low[:-2]
    return low[:-1]
