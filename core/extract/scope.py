"""Is this a text that lays down rules, and is it safe to go on? In scope, out of scope, or a person decides first."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.extract.phrases import count, plain, said
from core.scan import Finding
from core.settings import lexicon
from core.types import Document, Reading, Scope

WORDLIKE = re.compile(r"\b[^\W\d_]{2,24}\b")
# Characters that text files are not made of: replacement and control characters, private use, boxes.
STRANGE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\u25a0\u25a1]")


def scope(reading: Reading, findings: Iterable[Finding] = ()) -> Scope:
    """Escalate what is risky or unreadable, put aside what lays down no rules; `reasons` always say why."""
    rules = lexicon("scope")
    text = sampled(reading.document.text, rules["most_characters"])
    words = plain(text)
    number = max(0, words.count(" ") - 1)
    risky = [*dangers(reading, findings, rules["escalate"])]
    if number < rules["least_words"] and not risky:
        return Scope("out_of_scope", (f"{number} words are too few to lay down rules",))
    risky += foreign(reading.document, rules["languages"])
    if risky:
        return Scope("escalate", tuple(risky))
    signals = [*signals_of(reading, words, number, rules), *likenesses(text, words, number, rules)]
    score, needed = sum(points for points, _ in signals), rules["threshold"]
    decision = f"it has {score:.1f} points, and a text that lays down rules has {needed:.1f} or more"
    told = [f"{reason} ({points:+.1f})" for points, reason in signals if points]
    return Scope("in_scope" if score >= needed else "out_of_scope", (decision, *told))


def sampled(text: str, most: int) -> str:
    """The whole of a short text; of a long one its beginning, middle and end."""
    if len(text) <= most:
        return text
    part, middle = most // 3, len(text) // 2
    return "\n".join((text[:part], text[middle - part // 2 : middle + part // 2], text[-part:]))


def foreign(document: Document, languages: Sequence[str]) -> Iterator[str]:
    if not in_our_language(document):
        yield f"the language is {document.language or 'unknown'}, and only {', '.join(languages)} is read"


def in_our_language(document: Document) -> bool:
    return document.language.split("-")[0].lower() in lexicon("scope")["languages"]


def dangers(reading: Reading, findings: Iterable[Finding], rules: Mapping[str, Any]) -> Iterator[str]:
    names = sorted({finding.name for finding in findings if finding.kind == "injection"})
    if names:
        yield f"it carries text aimed at a language model ({', '.join(names)})"
    pages = reading.document.pages
    unread = [page.number for page in pages if page.state == "unread"]
    if unread and len(unread) >= rules["unread_share"] * len(pages):
        yield f"{len(unread)} of {len(pages)} pages could not be read"
    text = sampled(reading.document.text, lexicon("scope")["most_characters"])
    tokens = len(text.split())
    if tokens >= lexicon("scope")["least_words"] and len(WORDLIKE.findall(text)) < rules["readable_share"] * tokens:
        yield "most of it is not made of words"
    elif text and len(STRANGE.findall(text)) > rules["strange_share"] * len(text):
        yield "much of it is made of characters that no text has"


def signals_of(reading: Reading, words: str, number: int, rules: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """(points, what was seen) for each sign of a text of rules."""
    per_thousand = 1000 / max(number, 200)
    kind = reading.document.type
    if points := rules["type"].get(kind, 0.0):
        yield points, f"it presents itself as a {kind}"
    norms = count(rules["norms"]["phrases"], words)
    yield capped(norms * per_thousand, rules["norms"]), f"{norms} normative words in {number:,}"
    advice = count(rules["advice"]["phrases"], words)
    yield capped(advice * per_thousand, rules["advice"]), f"{advice} words of advice"
    places = sum(
        provision.kind in rules["structure"]["kinds"] and bool(provision.label) for provision in reading.provisions
    )
    length = max(200, len(reading.document.text) // 6)  # words of the whole text, near enough
    yield capped(places * 1000 / length, rules["structure"]), f"{places} numbered places"
    legal = count(rules["vocabulary"]["phrases"], words)
    yield capped(legal * per_thousand, rules["vocabulary"]), f"{legal} words of law and compliance"


def likenesses(text: str, words: str, number: int, rules: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """(points away, what it reads like) for each kind of text that is no text of rules."""
    dilution = min(1.0, rules["dilute_above"] / number)
    for other in rules["other"]:
        found = [phrase.strip() for phrase in other.get("phrases", ()) if said((phrase,), words)]
        found += [sign.strip() for sign in other.get("raw", ()) if sign in text]
        if len(found) >= other["least"]:
            yield -other["each"] * len(found) * dilution, f"it reads like {other['name']} ({', '.join(found[:4])})"


def capped(rate: float, rule: Mapping[str, float]) -> float:
    return round(min(rule["most"], rate * rule["each"]), 2)
