"""Text aimed at a language model: commands, roles, prompt mark-up, attempts to draw data out, hidden or in sight."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.scan.disguise import disguises, tagged, undisguised
from core.scan.findings import Finding
from core.settings import lexicon

REACH = 320  # characters on both sides of a cue in which a rule is tried
NEAR = 60  # characters on both sides of a cue's longest word in which its other words must stand
# What may stand before a command: the start of a sentence or clause and a polite word; "you must"; a model that must.
POLITE = (
    r"(?:(?:please|now|also|instead|then|always|immediately|simply|just|kindly|and|but|important|urgent|to|finally|first)"
    r"[,:!]*\s+){0,3}"
)
YOU_MUST = (
    r"(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?|i\s+(?:want|need)\s+you\s+to\s+"
    r"|you\s+(?:must|should|will|shall|are to|need to|have to)\s+(?:now\s+)?)?"
)
A_MODEL_MUST = (
    r"(?:assistant|model|llm|ai|chatbot|agent|reviewer|copilot)s?\s+(?:\w+\s+){0,6}?"
    r"(?:must|should|shall|will|needs?\s+to)\s+"
)
OPENING = rf"(?:(?:^|[.!?:;,\n\"'“”‘’()\[<>*#|–—-])\s*{POLITE}{YOU_MUST}|{A_MODEL_MUST})"
# Bytes that no word of a cue has become spaces: fifteen times faster over a whole regulation than on characters.
ONLY_WORDS = bytes(byte if (chr(byte).isalnum() and byte < 128) or byte in b"'@_" else 32 for byte in range(256))


@dataclass(frozen=True, slots=True)
class Rule:
    """`cues` are phrases, one of which must be there before the pattern is tried around it."""

    name: str
    cues: tuple[str, ...]
    pattern: re.Pattern[str]
    exact: bool = False


def aimed(text: str, hidden: Sequence[str] = ()) -> Iterator[Finding]:
    """What the text, and what it hides, says to a model; and how it hides it."""
    yield from disguises(text)
    yield from instructions(text)
    unseen = [*hidden, *tagged(text)]
    for piece in unseen:
        names = dict.fromkeys(finding.name for finding in (*disguises(piece), *instructions(piece)))
        for name in names:
            yield Finding("injection", name, None, None, "in text that a reader does not see")


def instructions(text: str) -> Iterator[Finding]:
    """Each place where a rule fires; a place is reported once for each name."""
    plain = undisguised(text)
    flat = level(plain.text)
    words = vocabulary(flat)
    seen: dict[str, int] = {}
    for rule in rules():
        for found in matches(rule, flat, words):
            start, end = found.span("words")
            if start >= seen.get(rule.name, 0):
                seen[rule.name] = end
                yield Finding("injection", rule.name, *plain.span(start, end))


def vocabulary(text: str) -> frozenset[str]:
    """The different words of a lower-case text, ASCII only, a possessive 's left out."""
    flat = text.encode("utf-8", "replace").translate(ONLY_WORDS).replace(b"'s ", b" ")
    return frozenset(word.decode("ascii") for word in frozenset(flat.split()))


def level(text: str) -> str:
    """Lower case, every character at its place, one kind of apostrophe."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lowered.replace("’", "'")


def matches(rule: Rule, text: str, words: frozenset[str]) -> Iterator[re.Match[str]]:
    """The pattern's matches near a cue; each stretch of the text is tried once.

    Looking for a cue is a hundred times faster than trying a pattern, and law holds next to none of them.
    """
    found = [place for cue in rule.cues for place in places(cue, text, None if rule.exact else words)]
    for start, end in stretches(found):
        yield from rule.pattern.finditer(text, start, end)


def stretches(found: Iterable[int]) -> list[tuple[int, int]]:
    """What lies within reach of a cue; stretches that touch are one, so that a text full of cues is read once."""
    joined: list[tuple[int, int]] = []
    for place in sorted(found):
        if joined and place - REACH <= joined[-1][1]:
            joined[-1] = (joined[-1][0], place + REACH)
        else:
            joined.append((max(0, place - REACH), place + REACH))
    return joined


def places(cue: str, text: str, words: frozenset[str] | None) -> Iterator[int]:
    """Where the cue's longest word stands with its other words near; exact cues (no `words`) as they are."""
    parts = cue.split() if words is not None else [cue]
    if words is not None and not words.issuperset(parts):
        return
    rarest = max(parts, key=len)
    at = text.find(rarest)
    while at >= 0:
        if len(parts) == 1 or all(part in text[max(0, at - NEAR) : at + NEAR] for part in parts):
            yield at
        at = text.find(rarest, at + len(rarest))


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(map(compiled, lexicon("injection")["rule"]))


def compiled(row: Mapping[str, Any]) -> Rule:
    """A row of injection.toml as one pattern; the words that it is about are its group `words`."""
    if exact := row.get("exact"):
        return Rule(row["name"], tuple(exact), re.compile(f"(?P<words>{any_of(exact)})"), exact=True)
    first, then = row["first"], row.get("then")
    words = rf"\b{any_of(first)}\b"
    if then:
        gap = re.escape(row["joined"]) + r"\s*" if "joined" in row else r"\W{1,3}"
        between = int(row["between"])
        words += rf"{gap}(?:[\w'@.-]{{1,60}}\W{{1,3}}){{0,{between}}}?{any_of(then)}\b"
    opening = OPENING if row.get("opens") else ""
    cues = row[row.get("cue", "then" if then else "first")]
    return Rule(row["name"], tuple(cues), re.compile(f"{opening}(?P<words>{words})"))


def any_of(phrases: Sequence[str]) -> str:
    """One of the phrases, longest first; a space in a phrase is any gap between words."""
    ordered = sorted(phrases, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(phrase).replace(r"\ ", r"\s{1,3}") for phrase in ordered) + ")"
