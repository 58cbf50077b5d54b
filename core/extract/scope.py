"""Is this a text that lays down rules, and is it safe to go on? In scope, out of scope, or a person decides first."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.extract.phrases import count, plain, said
from core.scan import Finding
from core.settings import lexicon
from core.types import Document, Reading, Scope

WORDLIKE = re.compile(r"\b[^\W\d_]{2,24}\b")
TOKEN = re.compile(r"\S+")
# Characters that text files are not made of: replacement and control characters, private use, boxes.
STRANGE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\u25a0\u25a1]")


def scope(reading: Reading, findings: Iterable[Finding] = ()) -> Scope:
    """Escalate what is risky or unreadable, put aside what lays down no rules; `reasons` always say why."""
    rules = lexicon("scope")
    risky = [*dangers(reading, findings, rules["escalate"]), *foreign(reading.document, rules["languages"])]
    if risky:
        return Scope("escalate", tuple(risky))
    words = plain(sampled(reading.document.text, rules["most_characters"]))
    number = words.count(" ") - 1
    if number < rules["least_words"]:
        return Scope("out_of_scope", (f"{max(0, number)} words are too few to lay down rules",))
    signals = list(signals_of(reading, words, number, rules))
    score = sum(points for points, _ in signals)
    decision = f"{score:.1f} points of the {rules['threshold']:.1f} that a text of rules has"
    told = [f"{reason} ({points:+.1f})" for points, reason in signals if points]
    return Scope("in_scope" if score >= rules["threshold"] else "out_of_scope", (decision, *told))


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
    tokens = len(TOKEN.findall(text))
    if tokens and len(WORDLIKE.findall(text)) < rules["readable_share"] * tokens:
        yield "most of it is not made of words"
    elif text and len(STRANGE.findall(text)) > rules["strange_share"] * len(text):
        yield "much of it is made of characters that no text has"


def signals_of(reading: Reading, words: str, number: int, rules: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """(points, what was seen) for each signal, for and against."""
    per_thousand = 1000 / max(number, 200)
    kind = reading.document.type
    if points := rules["type"].get(kind, 0.0):
        yield points, f"it presents itself as a {kind}"
    norms = count(rules["norms"]["phrases"], words)
    yield capped(norms * per_thousand, rules["norms"]), f"{norms} normative words in {number:,}"
    places = sum(
        provision.kind in rules["structure"]["kinds"] and bool(provision.label) for provision in reading.provisions
    )
    length = max(200, len(reading.document.text) // 6)  # words of the whole text, near enough
    yield capped(places * 1000 / length, rules["structure"]), f"{places} numbered places"
    legal = count(rules["vocabulary"]["phrases"], words)
    yield capped(legal * per_thousand, rules["vocabulary"]), f"{legal} words of law and compliance"
    for other in rules["other"]:
        found = [phrase.strip() for phrase in other["phrases"] if said((phrase,), words)]
        if len(found) >= other["least"]:
            shown = ", ".join(found[:4])
            yield -other["each"] * len(found) * min(1.0, 2000 / number), f"it reads like {other['name']} ({shown})"


def capped(rate: float, rule: Mapping[str, float]) -> float:
    return round(min(rule["most"], rate * rule["each"]), 2)
