"""Duties as an instruction: "Notify the personal data breach to the supervisory authority"."""

import re
from collections.abc import Sequence
from itertools import takewhile

from core.extract.risk import shortened
from core.language.verbs import is_base, third_person
from core.types import Draft

# Where a sentence can end early and still say the main thing.
BREAK = re.compile(
    r",|;| (?:referred to|in accordance with|pursuant to|taking into account|as regards|including|such as|where|which"
    r"|so that|in order to|with a view to|in particular|subject to|unless|provided that|without prejudice)\b"
)
ARTICLE = re.compile(r"^(?:(?:that|this|such|an?|the) )+", re.IGNORECASE)
DETERMINER = re.compile(r"^(?:the|that|this|those|these|such|an?|each|any|all|every|its|their) ", re.IGNORECASE)
OF_WHAT = re.compile(r" (?:of|on|for|to|in|by|referred|under|between|with|from) ")
SINGULAR = ("each ", "any ", "every ", "a ", "an ", "that ", "this ")
# An aside between the verb and its object: "produce, after collecting all relevant information, the report".
ASIDE = re.compile(
    r"^([\w-]+), (?:in|after|within|at|on|upon|where|when|if|as|for|under|without|pursuant|subject|by|before|during"
    r"|having|taking|inter|through|to the extent|with)\b[^,]{1,160}, (?=\w)"
)
OPENS_WITH_PLACE = re.compile(r"^(?:first|second|third|points?|paragraphs?|articles?|subparagraphs?)\b", re.IGNORECASE)
AFTER_COMMA = re.compile(r", ([\w-]+) ")
LEAST = 28
# Words that no title ends with.
LOOSE = frozenset(
    {"the", "a", "an", "of", "to", "with", "and", "or", "in", "by", "for", "at", "least", "that", "on", "under", "upon"}
    | {"from", "including", "where", "possible", "inter", "alia", "as", "such", "appropriate", "its", "their", "also"}
    | {"particular", "which", "be", "is", "are", "any", "all", "through", "between", "other", "than"}
)
# A shorter instruction says too little by itself, and gets its article's heading.
TERSE = 24


def title(group: Sequence[Draft], most: int) -> str:
    """In the imperative, at most `most` characters. Several duties are named by what they share, and their number."""
    first = group[0]
    words, tail = instruction(first), ""
    if len(group) > 1:
        shared = from_lead_in(first) or common_start([instruction(draft) for draft in group])
        tail = f" ({len(group)} items)" if shared else f" (and {len(group) - 1} more)"
        words = shared or words
    elif len(words) < TERSE and first.provision.heading:
        words = f"{words} ({shortened(first.provision.heading)})"
    return fitted(words[:1].upper() + words[1:], most - len(tail)) + tail


def instruction(draft: Draft, action: str = "") -> str:
    """What to do. "That record shall contain …" tells nobody to do anything: "ensure that the record contains …"."""
    words = ASIDE.sub(r"\1 ", from_verb(ended(" ".join((action or draft.action).split()))))
    negative = draft.modality == "prohibition"
    thing = subject(draft)
    if thing:
        verb, _, rest = words.partition(" ")
        plural = is_plural(thing)
        if negative:
            return f"ensure that {thing} {'do' if plural else 'does'} not {words}"
        return f"ensure that {thing} {verb if plural else third_person(verb)} {rest}".strip()
    return f"do not {words}" if negative else words


def from_lead_in(draft: Draft) -> str:
    """The list's own announcement: "Provide the data subject with all of the following information"."""
    lead, mark = draft.lead_in, draft.mark
    if lead is None or lead.start is None or mark is None or mark.end is None:
        return ""
    verb = re.escape(from_verb(draft.action).split(" ", 1)[0])
    found = re.search(rf"(?:^|, ?){verb} ", " ".join(lead.text[max(0, mark.end - lead.start) :].split()), re.IGNORECASE)
    if found is None:
        return ""
    words = ended(found.string[found.start() :].lstrip(", "))
    return instruction(draft, words) if " " in words else ""


def from_verb(words: str) -> str:
    """Without what stands before the verb: "first paragraph, point (a), submit a report" → "submit a report"."""
    while OPENS_WITH_PLACE.match(words):
        found = next((found for found in AFTER_COMMA.finditer(words) if is_base(found.group(1).lower())), None)
        if found is None:
            return words
        words = words[found.start(1) :]
    return words


def subject(draft: Draft) -> str:
    """The thing of which the law says that it shall do something, where no bearer is named; else nothing.

    In a passive ("shall be kept") the engine has already turned the sentence round, and the next word is not its verb.
    """
    host = draft.lead_in or draft.quote
    mark = draft.mark
    if draft.bearer.explicit or mark is None or mark.start is None or host.start is None or mark.end is None:
        return ""
    verb = draft.action.split(" ", 1)[0].lower()
    after = host.text[mark.end - host.start :].split()[:1]
    if not is_base(verb) or verb == "ensure" or [word.lower() for word in after] != [verb]:
        return ""
    before = " ".join(host.text[: max(0, mark.start - host.start)].split())
    clause = before.rpartition(", ")[2]
    words = clause if DETERMINER.match(clause) else before
    words = ARTICLE.sub("the ", words.split(" referred to ")[0])
    return words[:1].lower() + words[1:] if 0 < len(words) <= 60 else ""


def is_plural(thing: str) -> bool:
    head = OF_WHAT.split(f"{thing} ", maxsplit=1)[0].split()[-1:]
    return not thing.startswith(SINGULAR) and bool(head) and head[0].endswith("s") and not head[0].endswith("ss")


def common_start(sentences: Sequence[str]) -> str:
    """The words with which all begin, without loose ends; nothing when fewer than three."""
    columns = zip(*(sentence.split() for sentence in sentences), strict=False)
    shared = [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]
    words = ended(" ".join(shared))
    return words if words.count(" ") >= 2 else ""


def ended(words: str) -> str:
    """Without the words at the end that lead on to nothing."""
    kept = words.strip(" .;:,").split()
    while kept and kept[-1].strip(",;:").lower() in LOOSE:
        kept.pop()
    return " ".join(kept).rstrip(" ,;:")


def fitted(words: str, most: int) -> str:
    """Cut where a clause ends if that leaves enough, else between words with an ellipsis."""
    if len(words) <= most:
        return words
    breaks = [found.start() for found in BREAK.finditer(words, LEAST, most + 1) if found.start() <= most]
    return ended(words[: breaks[-1]]) if breaks else shortened(words, most)
