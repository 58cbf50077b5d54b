"""When a norm binds and when it does not: passages that open with "where", "if", "unless", "without prejudice to"."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.language.chunks import OFTEN, has_verb, is_aside
from core.language.tokens import Token
from core.language.verbs import is_base, is_third_person
from core.settings import lexicon
from core.types import Passage

Kind = Literal["condition", "exception"]
# After these "if" asks and sets no condition: "a review to assess if".
BEFORE_WHETHER = frozenset(
    {
        "as",
        "assess",
        "determine",
        "verify",
        "check",
        "see",
        "ascertain",
        "establish",
        "examine",
        "consider",
        "know",
        "even",
        "ask",
    }
)
BEFORE_WHEN = frozenset({"indicate", "explain", "specify", "decide", "know"})
# "as soon as possible" is a deadline and no condition.
AT_ONCE_POSSIBLE = frozenset({"possible", "practicable", "reasonably", "feasible"})
# "and, where risks have changed, without undue delay": the time is that of the act.
AT_ONCE = frozenset({"immediately", "promptly", "forthwith"})
# Words with which a time of the act opens: "where possible within 24 hours", "where X is needed, within 5 days".
_TIMES = """without undue/without delay/without any/within/no later than/not later than/at the latest/for a period
for at least/for up to/and in any event/and in any case/and at the latest/and no later than/and not later than
but no later than/but not later than/by no later"""
TIMES = tuple(phrase.split() for line in _TIMES.splitlines() for phrase in line.split("/"))
TIME_STARTS = frozenset(words[0] for words in TIMES)
# After "and" these open a condition of their own: "if the risk is low and as long as it stays so".
LONGEST_UNTIL = 20
AFTER_AND = frozenset(
    {"where", "if", "when", "unless", "provided", "as", "so", "to", "in", "insofar", "only", "except", "save"}
)


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Tokens [start, end) of one condition or exception."""

    start: int
    end: int
    kind: Kind


@cache
def _openers() -> dict[str, list[tuple[tuple[str, ...], Kind]]]:
    words = lexicon("conditions")
    found: dict[str, list[tuple[tuple[str, ...], Kind]]] = {}
    groups: tuple[tuple[str, Kind], ...] = (("conditions", "condition"), ("exceptions", "exception"))
    for group, kind in groups:
        for phrase in words[group].split(","):
            parts = tuple(phrase.split())
            found.setdefault(parts[0], []).append((parts, kind))
    for entries in found.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return found


@cache
def _early() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in lexicon("conditions")["only_before_the_verb"].split(","))


@cache
def _places() -> frozenset[str]:
    return frozenset(lexicon("english")["places"].split())


def circumstances(
    tokens: Sequence[Token], depth: Sequence[int], start: int, end: int, subject: int, verb: int
) -> list[Circumstance]:
    """The conditions and exceptions of one clause, in order: tokens [start, end), its subject and main verb known.

    Before the subject one runs to the next or to the subject; between subject and verb to its comma; after the verb
    to the next one, a semicolon or the end.
    """
    found: list[Circumstance] = []
    index, openers = start, _openers()
    while index < end:
        opens = tokens[index].low in openers and not depth[index]  # asked of every word of a law, so asked here
        opened = _opener(tokens, index, verb) if opens else None
        if opened is None:
            index += 1
            continue
        width, kind = opened
        stop = _stop(tokens, depth, index, width, end, subject, verb)
        if stop > index:
            found.append(Circumstance(index, stop, kind))
        index = max(stop, index + width)
    return found


def _opener(tokens: Sequence[Token], index: int, verb: int) -> tuple[int, Kind] | None:
    for parts, kind in _openers().get(tokens[index].low, ()):
        if all(index + i < len(tokens) and tokens[index + i].low == part for i, part in enumerate(parts)):
            if index > max(verb, 0) and parts in _early() and not _behind_modal(tokens, index):
                return None
            return None if _no_condition(tokens, index, parts) else (len(parts), kind)
    return None


def _behind_modal(tokens: Sequence[Token], index: int) -> bool:
    """ "which shall, upon a reasoned request, be sent": set off between a modal and its verb."""
    return index > 1 and tokens[index - 1].kind == "," and tokens[index - 2].kind == "modal"


def _no_condition(tokens: Sequence[Token], index: int, parts: tuple[str, ...]) -> bool:
    """ "the Member State where it is established" tells a place; "as if", "whether", "provided by" are none either."""
    if parts == ("once",) and index + 1 < len(tokens) and tokens[index + 1].low in OFTEN:
        return True
    if parts == ("as", "soon", "as") and index + 3 < len(tokens) and tokens[index + 3].low in AT_ONCE_POSSIBLE:
        return True
    if not index:
        return False
    before = tokens[index - 1]
    if parts == ("where",) and (before.low in _places() or before.kind == "prep"):
        return True
    if parts == ("provided",) and (
        before.kind not in (",", ";") or index + 1 >= len(tokens) or tokens[index + 1].kind in ("prep", "to")
    ):
        return True
    if parts == ("subject", "to") and before.kind in ("be", "adv", "word", "not"):
        return True
    if parts == ("upon",) and (index + 1 >= len(tokens) or tokens[index + 1].kind in ("modal", "be", "prep", "have")):
        return True  # "Third parties relied upon shall"
    if parts == ("until",) and not _clause_follows(tokens, index + 1):
        return True
    if parts == ("following",) and before.kind in ("det", "word", "prep"):
        return True
    return before.low in (BEFORE_WHETHER if parts == ("if",) else BEFORE_WHEN if parts == ("when",) else ())


def _clause_follows(tokens: Sequence[Token], start: int) -> bool:
    """ "until it has submitted a report" has a verb of its own; "until 31 December" is a time."""
    for index in range(start, min(start + LONGEST_UNTIL, len(tokens))):
        token = tokens[index]
        if token.kind in (",", ";", "."):
            return False
        if token.kind in ("be", "have", "do", "modal"):
            return True
        if index > start and token.kind == "word" and is_third_person(token.low) and tokens[index - 1].kind != "prep":
            return tokens[index - 1].kind != "det"
    return False


def _stop(
    tokens: Sequence[Token], depth: Sequence[int], index: int, width: int, end: int, subject: int, verb: int
) -> int:
    if index < subject:
        limit = subject
    elif index < verb:
        limit = verb
    else:
        limit = end
    stop = limit
    inserted = index > 1 and tokens[index - 1].kind == "," and tokens[index - 2].kind == "conj"
    apart = tokens[index].low == "until" or (index > 1 and tokens[index - 2].kind in ("that", "modal"))
    aside = index > 1 and tokens[index - 1].kind == "," and apart
    for ahead in range(index + width, limit):
        token = tokens[ahead]
        if depth[ahead]:
            continue
        if _time_starts(tokens, ahead) and is_aside(tokens, index, ahead):
            stop = ahead
            break
        if token.kind in (";", ":", "."):
            stop = ahead
            break
        if token.kind == ",":
            if aside and (tokens[index].kind != "sub" or has_verb(tokens, index + 1, ahead)):
                stop = ahead
                break
            if inserted or is_aside(tokens, index, ahead) or (index > subject and index < verb):
                stop = ahead
                break
            if ahead + 1 < limit and (_opener(tokens, ahead + 1, verb) or _ends_at(tokens, index, ahead, verb)):
                stop = ahead
                break
        elif index > verb and (_goes_on(tokens, ahead) or (ahead > index + 2 and _opens_another(tokens, ahead, verb))):
            stop = ahead
            break
    while stop > index and tokens[stop - 1].kind in (",", ";", ".", ":", "conj", "-"):
        stop -= 1
    return stop


def _goes_on(tokens: Sequence[Token], conj: int) -> bool:
    """ "provided upon request and shall be kept", "until it stops and for no more than a year": the main clause."""
    if tokens[conj].kind != "conj" or conj + 2 >= len(tokens):
        return False
    lasts = tokens[conj + 1].low == "for" and tokens[conj + 2].low in ("no", "at", "a", "up")
    return lasts or (tokens[conj].low != "or" and tokens[conj + 1].low in ("shall", "must"))


def _opens_another(tokens: Sequence[Token], index: int, verb: int) -> bool:
    """ "if A unless B", "to the extent that A and as long as B"."""
    if tokens[index].low == "unless":
        return _opener(tokens, index, verb) is not None
    following = index + 1
    if tokens[index].kind != "conj" or following >= len(tokens) or tokens[following].low not in AFTER_AND:
        return False
    return _opener(tokens, following, verb) is not None


def _time_starts(tokens: Sequence[Token], index: int) -> bool:
    if tokens[index].low not in TIME_STARTS:
        return False
    return any([t.low for t in tokens[index : index + len(words)]] == words for words in TIMES)


def _ends_at(tokens: Sequence[Token], index: int, comma: int, verb: int) -> bool:
    """Whether a comma ends what began at `index`: "other than X, …", "…, shall", "…, in order to", "where X is, Y"."""
    following = tokens[comma + 1]
    if following.kind == "modal" or (
        following.low == "in" and comma + 2 < len(tokens) and tokens[comma + 2].low == "order"
    ):
        return True
    if tokens[index].low in ("other", "excluding", "with", "except"):
        return following.kind not in ("conj", "num", "label")
    if tokens[index].low in ("on", "upon") and tokens[index + 1].low == "request":
        return True
    if (index > verb >= 0 or verb < 0) and (following.low in AT_ONCE or _time_starts(tokens, comma + 1)):
        return True
    if verb < 0 and index == 0 and is_base(following.low):
        return True
    unfinished = following.kind == "conj" or tokens[comma - 1].kind == "prep"
    return verb < 0 and index == 0 and not unfinished and has_verb(tokens, index + 1, comma)


def passages(
    text: str, tokens: Sequence[Token], found: Sequence[Circumstance], kind: Kind, offset: int
) -> tuple[Passage, ...]:
    made = []
    for circumstance in found:
        if circumstance.kind == kind and circumstance.end - circumstance.start > 1:
            start, end = tokens[circumstance.start].start, tokens[circumstance.end - 1].end
            made.append(Passage(text[start:end], offset + start))
    return tuple(made)
