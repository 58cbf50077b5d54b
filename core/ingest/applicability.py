"""From when a document binds, and whom: read from its last provisions and from its article on scope."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache

from core.ingest.dates import first_date
from core.settings import lexicon
from core.types import ParsedFile, Provision

BEFORE = re.compile(r"[.;!?\n·|]")
# "on the twentieth day following that of its publication in the Official Journal"
AFTER_PUBLICATION = re.compile(r"on the (?:(\w+) )?day following (?:that|the day|the date) of its publication", re.I)
# "4.5.2016 | EN | Official Journal of the European Union | L 119/1"
JOURNAL = "Official Journal of the European Union"
LONGEST_HEAD = 300
# "This Regulation applies to the following entities:"
LIST_END = re.compile(r"(?:\s{1,8}(?:all |any |each )?(?:of )?the following(?:\s{1,8}\S{1,40}){0,4})?\s{0,8}:\s{0,8}$")
# "applies to the processing of personal data": what is done, not who must act.
ACTIVITY = re.compile(r"(?:the |all |any )?(?:\w{1,30}ing|transfers?|data|matters)\b", re.I)
PHRASE_END = re.compile(
    r"[,.;:()]|\band (?=[A-Z])|\b(?:that|which|who|where|insofar|in so far|irrespective|regardless|unless)\b"
)
NEGATED = re.compile(r"\b(?:not|nothing|no|neither|never)\b[^.;:]{0,80}$", re.I)
TRAILING = re.compile(r"[\s;,.]{1,12}(?:and|or)?[\s;,.]{0,12}$")
TRAILING_PREPOSITION = re.compile(r"\s(?:for|to|of|by|from|at)$")
LONGEST_LIST = 40
SCOPE_PROVISIONS = 40
LONGEST_PHRASE_WORDS = 14


def in_force(parsed: ParsedFile, provisions: Sequence[Provision]) -> str | None:
    """The date of entry into force: stated, or so many days after a publication whose date is known."""
    stated = stated_date(provisions, lexicon("identity")["dates"]["in_force"])
    if stated:
        return stated
    published = publication(parsed)
    for provision in reversed(provisions):
        match = AFTER_PUBLICATION.search(provision.text) if published and binding(provision) else None
        if match and published:
            days = lexicon("identity")["ordinals"].get((match[1] or "day").lower(), 1)
            return (date.fromisoformat(published) + timedelta(days=days)).isoformat()
    return None


def applies_from(provisions: Sequence[Provision]) -> str | None:
    return stated_date(provisions, lexicon("identity")["dates"]["applies"])


def publication(parsed: ParsedFile) -> str | None:
    """The date of the Official Journal that the file states."""
    declared = parsed.declared.get("published")
    if declared:
        return declared
    lines = [parsed.declared.get("head", ""), *(parsed.text[b.start : b.end] for b in parsed.blocks[:6])]
    return next((first_date(line) for line in lines if len(line) <= LONGEST_HEAD and JOURNAL in line), None)


def stated_date(provisions: Sequence[Provision], phrases: Sequence[str]) -> str | None:
    """The date after one of the phrases, from the last provision that speaks of the document as a whole.

    "It shall apply from 25 May 2018" does; "Article 5 shall apply from …" speaks of a part, and counts only if
    nothing else does.
    """
    of_a_part = None
    named = phrase_pattern(tuple(phrases))
    subjects = lexicon("identity")["dates"]["own_subjects"]
    for provision in reversed(provisions):
        if provision.kind in ("recital", "note", "table_row"):
            continue
        for match in named.finditer(provision.text):
            found = first_date(provision.text[match.end() : match.end() + 60])
            before = BEFORE.split(provision.text[max(0, match.start() - 200) : match.start()])[-1].lower().split()
            if found and (not before or before[0] in subjects or "agreement" in before):
                return found
            of_a_part = of_a_part or found
    return of_a_part


@cache
def phrase_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in phrases) + ")", re.IGNORECASE)


def binding(provision: Provision) -> bool:
    return provision.kind not in ("recital", "note", "preamble", "table_row")


def applies_to(provisions: Sequence[Provision]) -> tuple[str, ...]:
    """Whom the document binds, in its own words: the items of the list in its scope article, else the nouns there."""
    rules = lexicon("identity")["scope"]
    scope = [p for p in provisions if binding(p) and any(word in p.heading.lower() for word in rules["headings"])]
    for provision in scope:
        for verb in rules["verbs"]:
            before, found, after = provision.text.partition(verb)
            if found and LIST_END.fullmatch(after) and not NEGATED.search(before):
                items = [TRAILING.sub("", p.text) for p in provisions if p.parent == provision.id]
                if items:
                    return tuple(items[:LONGEST_LIST])
    return phrases(scope, rules["verbs"]) or actors(scope[:SCOPE_PROVISIONS])


def actors(scope: Iterable[Provision]) -> tuple[str, ...]:
    """Known kinds of actors that the scope provisions name, as printed, each once."""
    found: dict[str, str] = {}
    for provision in scope:
        for match in actor_pattern().finditer(provision.text):
            found.setdefault(match[0].lower().removesuffix("s"), match[0].lower())
    return tuple(found.values())


@cache
def actor_pattern() -> re.Pattern[str]:
    names = sorted(lexicon("identity")["scope"]["actors"], key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(name) for name in names) + r")s?\b", re.IGNORECASE)


def phrases(scope: Iterable[Provision], verbs: Sequence[str]) -> tuple[str, ...]:
    """The words after "applies to": "any money transmitter"."""
    for provision in scope:
        for verb in verbs:
            before, found, after = provision.text.partition(verb)
            if found and not NEGATED.search(before):
                words = PHRASE_END.split(after, maxsplit=1)[0].split()
                if 0 < len(words) <= LONGEST_PHRASE_WORDS and not ACTIVITY.match(" ".join(words)):
                    return (TRAILING_PREPOSITION.sub("", " ".join(words)),)
    return ()
