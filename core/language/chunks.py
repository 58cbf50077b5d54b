"""The stretches between commas, what each of them is, and whether a verb stands in one.

Everything works on token indices of one sentence; spans are (first, after last).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from core.language.tokens import Token, singular
from core.language.verbs import base_of_participle, is_base, is_participle, is_third_person
from core.settings import lexicon

# Prepositions only before "to": "subject to", but "the data subject".
WITH_TO = frozenset({"subject", "due", "prior", "contrary", "subsequent", "owing"})
# "Article 16(1), first subparagraph, point (b)": the steps of a reference, each this long at most.
STEPS = frozenset({"subparagraph", "paragraph", "point", "points", "sentence", "indent"})
ORDINALS = frozenset({"first", "second", "third", "fourth", "fifth", "sixth", "last"})
LONGEST_PLACE = 4
# "once every year" counts; "once the firm knows" is a condition.
OFTEN = frozenset({"every", "each", "a", "per", "in"})
# With a clause behind them these subordinate, with a noun phrase they are prepositions: "before each voyage".
EITHER = frozenset({"before", "after", "since"})
# "When in port" says all that it has to say.
SHORTLY_OVER = 3
BOUNDS = frozenset({"later", "earlier", "sooner"})
AMOUNTS = frozenset({"less", "fewer", "more"})
# "Each morning the master shall": a noun phrase that says when, and is no subject.
TIMES = frozenset(
    {"day", "week", "month", "quarter", "season", "year", "hour", "minute", "morning", "afternoon", "evening", "night"}
)


@dataclass(frozen=True, slots=True)
class Chunk:
    start: int
    end: int
    kind: str  # noun, phrase (preposition, participle, "to"), sub, aside ("where applicable"), relative, adverb, empty


@cache
def _asides() -> frozenset[str]:
    return frozenset(lexicon("english")["asides"].split())


def depths(tokens: Sequence[Token]) -> list[int]:
    """How many brackets are open at each token; an unclosed bracket counts until the end."""
    found, depth = [], 0
    for token in tokens:
        if token.kind == ")":
            depth = max(0, depth - 1)
        found.append(depth)
        if token.kind == "(":
            depth += 1
            found[-1] = depth
    return found


def chunks(tokens: Sequence[Token], depth: Sequence[int], start: int, end: int) -> list[Chunk]:
    """The stretches between commas outside brackets. The last one may be empty: a comma right before the verb."""
    found, first = [], start
    for index in range(start, end + 1):
        if index == end or (tokens[index].kind in ",;:" and depth[index] == 0):
            found.append(Chunk(first, index, chunk_kind(tokens, first, index, index == end)))
            first = index + 1
    return found


def chunk_kind(tokens: Sequence[Token], start: int, end: int, last: bool) -> str:
    """`last` is the stretch that touches the verb: there "Processing of data" is a subject and no participle phrase."""
    opening = start
    while start < end and tokens[start].kind in ("adv", "quote", "label", "-", "conj", "not"):
        start += 1
    if start >= end:
        return "empty" if last else "adverb"
    if opening and tokens[opening - 1].kind == "," and _place(tokens, opening, end):
        return "phrase"
    token = tokens[start]
    if token.low == "once" and start + 1 < end and tokens[start + 1].kind in ("det", "prep"):
        return "phrase" if tokens[start + 1].low in OFTEN else "sub"
    if bound(tokens, start, end):
        return "phrase"  # "No later than 5 May", "not less than two days before the start"
    if token.low == "what" and last:
        return "noun"  # "What counts as an incident shall be decided by the Board."
    if token.kind == "sub":
        return "aside" if is_aside(tokens, start, end) else "sub"
    if token.kind == "prep" and token.low in ("following", "given") and last:
        return "phrase" if not opening and start + 1 < end and tokens[start + 1].kind == "det" else "noun"
    if token.kind in ("prep", "to") or (token.low == "other" and start + 1 < end and tokens[start + 1].low == "than"):
        return "phrase"
    if token.low in WITH_TO and start + 1 < end and tokens[start + 1].low == "to":
        return "phrase"
    if token.kind == "rel" or (
        token.kind == "that" and start + 1 < end and tokens[start + 1].kind in ("be", "have", "modal")
    ):
        return "relative"
    if not opening and token.low.endswith("ing") and start + 1 < end and tokens[start + 1].low == "of":
        return "noun"  # "Outsourcing of functions, including storage, shall be approved."
    if token.low in ("having", "being") and not last:
        return "phrase"
    if token.kind == "word" and participle_like(token.low) and (not last or _describes(tokens, start, end)):
        return "noun" if _attribute(tokens, start, end) else "phrase"
    return "noun"


def bound(tokens: Sequence[Token], start: int, end: int) -> bool:
    """ "No later than 5 May", "not less than two days before": a bound of time; "no fewer than two members" is none."""
    at = start + (tokens[start].low in ("no", "not"))
    if not 0 < at < end - 2 or tokens[at - 1].low not in ("no", "not") or tokens[at + 1].low != "than":
        return False
    counted = tokens[at].low in AMOUNTS and any(singular(t.low) in TIMES for t in tokens[at + 2 : min(at + 5, end)])
    return counted or tokens[at].low in BOUNDS


def opens_phrase(tokens: Sequence[Token], start: int, end: int) -> bool:
    """ "Having regard to", "Depending on", "Provided that"; but "Processing of data", "Authorised persons"."""
    if tokens[start].low == "having" or start + 1 >= end:
        return start + 1 < end
    after = tokens[start + 1]
    opened = after.kind in ("prep", "that", "det", "sub") and after.low != "of"
    return opened and tokens[start].kind == "word" and participle_like(tokens[start].low)


def time_at(tokens: Sequence[Token], start: int, end: int) -> int | None:
    """The time that opens a noun phrase which only says when: "Each morning", "Two days before each voyage"."""
    return next((i for i in range(start, min(start + 4, end)) if singular(tokens[i].low) in TIMES), None)


def without_subject(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether what a subordinator at `start` opens has no subject of its own, so that no clause is open at `end`.

    "Before each voyage", "because of ice", "when in port", "if requested by the bank", "once a year".
    """
    while start < end and tokens[start].kind in ("adv", "conj", "quote", "label"):
        start += 1
    if start + 1 >= end or tokens[start].kind != "sub":
        return False
    low, after = tokens[start].low, tokens[start + 1]
    if low == "once" and after.low in OFTEN:
        return True
    if low == "because":
        return after.low == "of"
    if low in EITHER:
        return not has_verb(tokens, start + 1, end)
    # "If in doubt" is over; "if under Article 5 the bank may" and "where, in the course of X, a bank may" are not.
    over = low not in ("where", "if", "when") or (low != "where" and end - start <= SHORTLY_OVER)
    reduced = opens_phrase(tokens, start + 1, end) or (after.kind == "prep" and over)
    return reduced and not has_verb(tokens, start + 2, end)


def _describes(tokens: Sequence[Token], start: int, end: int) -> bool:
    """ "…, addressed by the decision shall": a participle with its preposition describes what stands before."""
    return start + 1 < end and tokens[start].low.endswith("ed") and tokens[start + 1].kind in ("prep", "to")


def _place(tokens: Sequence[Token], start: int, end: int) -> bool:
    """ "Article 16(1), first subparagraph, point (b), …": a step of the reference before it."""
    if end - start > LONGEST_PLACE:
        return False
    return tokens[start].low in STEPS or (tokens[start].low in ORDINALS and tokens[end - 1].low in STEPS)


def _attribute(tokens: Sequence[Token], start: int, end: int) -> bool:
    """ "Obliged entities and, where applicable, their directors": the participle sorts the noun behind it."""
    return start + 1 < end and is_participle(tokens[start].low) and tokens[start + 1].kind == "word"


def is_aside(tokens: Sequence[Token], start: int, end: int) -> bool:
    """ "where applicable", "if so required", "as appropriate": closed in itself, no verb of its own."""
    if start + 1 < end and tokens[start].kind == "sub" and tokens[start + 1].low in _asides():
        return True
    return end - start <= 4 and tokens[end - 1].low in _asides() and not any(t.kind == "be" for t in tokens[start:end])


def participle_like(low: str) -> bool:
    return (low.endswith("ing") and len(low) > 5) or is_participle(low)


def has_verb(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a finite verb stands in there, generously: a subordinate clause without one is not over yet."""
    for index in range(start, end):
        token = tokens[index]
        if token.kind in ("be", "have", "do", "modal"):
            return True
        if token.kind != "word" or index == start:
            continue
        before = tokens[index - 1]
        if before.kind in ("det", "prep", "to", "conj", ",", "that"):
            continue
        if is_third_person(token.low):
            return True
        described = index + 1 < len(tokens) and tokens[index + 1].kind in ("prep", "to")
        if base_of_participle(token.low) is not None and not described:
            return True
        says = index + 1 < len(tokens) and tokens[index + 1].kind in ("that", "to")
        if is_base(token.low) and (before.kind in ("pron", "adv", ")", "rel") or before.low.endswith("s") or says):
            if before.kind == "adv" and tokens[index - 2].kind == "det":
                continue  # "before the first use"
            return True
    return False
