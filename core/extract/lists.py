"""Lists: what a lead-in leaves open, and how an item completes it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.extract.marks import frames
from core.extract.norms import Norm, Sentence
from core.language.chunks import has_verb
from core.language.tokens import tokens
from core.language.verbs import is_base
from core.types import Passage, Provision

# open: each item completes the norm. that: each item is what must be so ("ensure that: (a) the bank does X").
# conditions, measure: the items belong to one norm of the lead-in. continued: an item that is itself a lead-in.
# stated: a statement with a list. none: the lead-in only introduces ("Where:").
Mode = Literal["open", "that", "conditions", "measure", "continued", "stated", "none"]

# A longer condition before a list is taken for a whole one.
LONGEST_UNFINISHED = 8
LEAD_END = re.compile(r"[:—–,-]\s*$")
FULL_STOP = re.compile(r"[.;!?][’”\"')\]]*$")
ITEM_END = re.compile(r"[\s;,.]{0,12}(?:;\s{0,8}(?:and|or)|,\s{0,8}(?:and|or)|\band|\bor)?[\s;,.]{0,12}$")
THE_FOLLOWING = re.compile(
    r"(?:at least |all of |any of |one or more of |each of )?\bthe following"
    r"(?P<noun>\s(?:further |additional |minimum )?"
    r"(?!(?:to|from|for|in|by|with|on|at|and|or|as|of|using)\b)[a-z-]+)?(?P<rest>[^:]{0,400}):?\s*$"
)


@dataclass(frozen=True, slots=True)
class Tail:
    """What goes on behind a list: "…, for a period of five years", "…, shall report to the authority"."""

    provision: Provision
    passage: Passage
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class LeadIn:
    """A provision's last sentence with the list under it. `norm` is the open one, or that of the list above."""

    provision: Provision
    passage: Passage
    sentence: Sentence
    mode: Mode
    norm: Norm | None = None
    outer: "LeadIn | None" = None
    tail: Tail | None = None

    @property
    def source(self) -> "LeadIn":
        """The lead-in that holds the norm: this one, or the one it continues."""
        return self.outer.source if self.mode == "continued" and self.outer is not None else self


def tails(provisions: Sequence[Provision]) -> dict[str, Provision]:
    """By the id of what leads into a list: the text behind its points that goes on in lower case."""
    last: dict[str, Provision] = {}
    found: dict[str, Provision] = {}
    bare = {provision.id for provision in provisions if not provision.text.strip()}
    above: dict[str, str] = {}  # by a section without words of its own: its subsection whose list came last
    for provision in provisions:
        if provision.parent is None:
            continue
        if provision.kind == "point":
            last[provision.parent] = provision
            continue
        if provision.parent in bare:
            inner = last.get(above.get(provision.parent, ""))
            if inner is not None and inner.parent and provision.text[:1].islower() and _goes_on(inner.text):
                found.setdefault(inner.parent, provision)
            above[provision.parent] = provision.id
        elif provision.parent in last and provision.text[:1].islower() and _goes_on(last[provision.parent].text):
            found.setdefault(provision.parent, provision)
    return found


def _goes_on(item: str) -> bool:
    return not item.rstrip().endswith(".")


@cache
def _leads(name: str) -> re.Pattern[str]:
    return re.compile(
        "|".join(re.escape(phrase) for phrase in sorted(frames()[name], key=len, reverse=True)), re.IGNORECASE
    )


def is_lead_in(text: str) -> bool:
    """Whether a sentence before a list leads into it: it ends with a colon or dash, or it does not end."""
    return bool(LEAD_END.search(text)) or not FULL_STOP.search(text.rstrip())


def list_mode(sentence: Sentence, outer: LeadIn | None) -> Mode:
    text = sentence.text.rstrip(" :—–-,\n")
    tail = " ".join(text.lower().split())[-160:]
    last = tail.rsplit(" ", 1)[-1]
    if not sentence.norms:
        if any(stated.kind not in ("subordinate",) for stated in sentence.stated):
            return "stated"
        return "continued" if outer is not None and outer.mode in ("open", "continued", "that") else "none"
    if last == "that":
        return "that"
    if sentence.norms[-1].mark.verb is None:
        return "open"  # "Having regard to the weather, the master shall:" leaves its verbs to the items
    if (
        last in frames()["condition_ends"]
        or _list_of_conditions(sentence)
        or (_leads("condition_leads").search(tail) and not _acts_on_list(tail))
    ):
        return "conditions"
    if _leads("measure_leads").search(tail[-70:]):
        return "measure"
    return "open"


def _list_of_conditions(sentence: Sentence) -> bool:
    """ "if it becomes aware that any of the following has occurred:": the list completes the condition."""
    last = sentence.norms[-1].circumstances[-1:]
    if not last or last[0].kind != "condition" or last[0].end < len(sentence.tokens) - 2:
        return False
    verb = sentence.norms[-1].sense.verb
    opened = sentence.tokens[last[0].start].low in ("where", "if", "when", "only", "provided")
    if opened and verb is not None and last[0].start > verb and _unfinished(sentence, last[0].start, last[0].end):
        return True
    return verb is not None and last[0].start > verb and "following" in sentence.slice(last[0].start, last[0].end)


def _unfinished(sentence: Sentence, start: int, end: int) -> bool:
    """ "only where the institution:": a subject whose verbs are in the list."""
    words = sentence.tokens
    named = any(word.kind in ("det", "pron") for word in words[start + 1 : end])
    return named and end - start <= LONGEST_UNFINISHED and not has_verb(words, start + 1, end)


def _acts_on_list(tail: str) -> bool:
    """ "shall ensure that the following conditions are met": the list is what must be so."""
    return (
        "ensure" in tail
        or "comply with the following" in tail
        or "fulfil the following" in tail
        or "meet the following" in tail
    )


def item_text(text: str) -> str:
    """An item without its semicolon and the "and" that leads to the next."""
    end = ITEM_END.search(text)
    return text[: end.start()] if end else text


def uncapitalised(item: str) -> str:
    """An item printed as a sentence of its own ("State that X") as the part of one; names stay as they are."""
    first = item.split(" ", 1)[0]
    return item[0].lower() + item[1:] if first[1:].islower() and common(first.lower()) else item


def common(low: str) -> bool:
    """A verb or a word of grammar: no name starts with one."""
    return is_base(low) or tokens(low)[0].kind in ("det", "prep", "to", "adv", "sub", "pron")


def completed(stem: str, item: str) -> str:
    """ "submit the following to the authority" + "a notification" → "submit a notification to the authority"."""
    stem, item = stem.rstrip(" :—–-,"), uncapitalised(" ".join(item_text(item).split()))
    if not stem.strip():
        return item.removeprefix("to ")
    found = THE_FOLLOWING.search(stem)
    if found and found["noun"] and item.startswith("to ") and found["noun"].split()[-1] in TASKS:
        return item[3:]
    if found and not found["noun"]:
        return " ".join(f"{stem[: found.start()]} {item} {found['rest']}".split())
    if found and not found["rest"].strip():
        return (
            " ".join(f"{stem[: found.start()]} {item}".split())
            if found["noun"].split()[-1] in NOUNS_OF_LISTS
            else f"{stem}: {item}"
        )
    return f"{stem}: {item}" if found else f"{stem} {item}"


# "shall have the following tasks: (a) to inform X": the item is the act.
TASKS = frozenset(["tasks", "duties", "responsibilities", "functions", "obligations", "powers", "rights"])
# Nouns that only say that a list comes: "the following information", which its items replace.
NOUNS_OF_LISTS = frozenset(
    [
        "information",
        "elements",
        "particulars",
        "details",
        "items",
        "data",
        "documents",
        "measures",
        "actions",
        "tasks",
        "steps",
        "requirements",
        "points",
        "matters",
    ]
)
