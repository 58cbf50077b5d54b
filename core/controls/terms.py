"""A text as matching sees it: its terms (one to three words, by their stems) and what it is about. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from core.extract.phrases import plain
from core.language.tokens import singular
from core.settings import lexicon

Term = tuple[str, ...]
LONGEST_TERM = 3
WORD = re.compile(r"[^\W_]+")
# The ends that a verb and its noun differ in: "notify, notification", "reconcile, reconciliation", "outsourced".
ENDINGS = (
    "isations", "izations", "isation", "ization", "ications", "ication", "ations", "ation", "ments", "ment", "ities",
    "ity", "ances", "ance", "ings", "ing", "ions", "ion", "ified", "ifies", "ify", "ied", "ies", "ed", "ly", "es",
    "e", "y",
)  # fmt: skip
SHORTEST_STEM = 4


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The same for the forms of a word, or nearly: only ever compared, never shown."""
    low = _same().get(word, word)
    low = singular(low)
    low = _same().get(low, low)
    for ending in ENDINGS:
        if low.endswith(ending) and len(low) - len(ending) >= SHORTEST_STEM:
            bare = low[: -len(ending)]
            # "notifying" and "notified", "reconciliation" and "reconcile" meet without their last vowel.
            return bare.rstrip("eiy") if len(bare.rstrip("eiy")) >= SHORTEST_STEM else bare
    return low


def words(text: str) -> list[str]:
    """The words that say what the text is about, lower case, in order."""
    ignored = _ignored()
    return [word for word in WORD.findall(text.lower()) if word not in ignored and len(word) > 1 and not word.isdigit()]


def terms(found: Sequence[str]) -> Iterator[Term]:
    """Every run of one to three of these stems, the single ones first, each in the order of the text."""
    for length in range(1, LONGEST_TERM + 1):
        yield from zip(*(found[at:] for at in range(length)), strict=False)


def topics(texts: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Topic → its share of all that was said of any, from texts with what each counts. {} when of none."""
    said: dict[str, float] = {}
    for text, share in texts:
        for name, weight in _mentions(plain(text)):
            said[name] = said.get(name, 0.0) + weight * share
    whole = sum(said.values())
    return {name: weight / whole for name, weight in said.items()}


def main_topic(found: Mapping[str, float]) -> str:
    """The one said most; of equals the first in the word list. "" for none."""
    order = list(_weights())
    return min(found, key=lambda name: (-found[name], order.index(name)), default="")


def _mentions(text: str) -> Iterator[tuple[str, float]]:
    """(topic, its weight) for each phrase of a topic in a `plain` text, wherever it stands."""
    starts, weights = _phrases(), _weights()
    at = text.find(" ")
    while 0 <= at < len(text) - 1:
        for phrase, name in starts.get(text[at + 1 : at + 4], ()):
            if text.startswith(phrase, at + 1):
                yield name, weights[name]
        at = text.find(" ", at + 1)


@cache
def _phrases() -> dict[str, list[tuple[str, str]]]:
    """Phrases with their topics, by their first three letters: a text of 50 words is compared with a few of them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for topic in lexicon("controls")["topic"]:
        for phrase in topic["phrases"]:
            found.setdefault(phrase[:3], []).append((phrase, topic["name"]))
    return found


@cache
def _weights() -> dict[str, float]:
    return {topic["name"]: float(topic.get("weight", 1)) for topic in lexicon("controls")["topic"]}


@cache
def _ignored() -> frozenset[str]:
    return frozenset(lexicon("controls")["ignored"]["words"].split())


@cache
def _same() -> dict[str, str]:
    return {word: group[0] for group in lexicon("controls")["same"]["words"] for word in group[1:]}
