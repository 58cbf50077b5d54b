"""The words that may make a norm: "shall", "may not", "is required to", "agrees to"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from core.language.predicates import verb_after
from core.language.tokens import Token
from core.language.verbs import is_base
from core.settings import lexicon
from core.types import Modality

MODALS = frozenset({"shall", "must", "may", "will", "should"})
RIGHTS = frozenset({"right", "rights", "entitlement", "claim", "recourse", "possibility", "option"})
POWERS = frozenset({"power", "powers", "authority", "competence"})
DUTY_NOUNS = frozenset({"duty", "obligation", "responsibility"})
# Phrases that deny; in front of a sentence they turn subject and modal round.
DENYING = frozenset({"in no event", "in no case", "under no circumstances", "at no time", "on no account", "in no way"})
RESERVED = ["the", "right", "to"]
DIRECTED = frozenset({"directed", "instructed"})
OFFENCES = frozenset({"offence", "offense", "felony", "misdemeanor", "crime"})
ANSWERABLE = frozenset({"responsible", "accountable", "answerable"})


@dataclass(frozen=True, slots=True)
class Mark:
    """Tokens [start, end) are the mark; `verb` the main verb after it; `word` its first word in lower case."""

    start: int
    end: int
    word: str
    verb: int | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Sense:
    """What a mark means here. One of `modality` and `statement` is set; `verb` is where the action starts.

    `passive` when the subject is what is acted on, and `state` when it only must be so ("shall be accurate").
    """

    rule: str
    reason: str
    modality: Modality | None = None
    statement: str = ""
    verb: int | None = None
    end: int | None = None
    passive: bool = False
    state: bool = False
    doubt: float = 0.0


@cache
def frames() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(words.split() if "," not in words else (" ".join(w.split()) for w in words.split(",")))
        for name, words in lexicon("marks").items()
    }


def marks(tokens: Sequence[Token]) -> Iterator[Mark]:
    """Every finite verb that may carry a norm, in order."""
    for index, token in enumerate(tokens):
        found: Mark | None = None
        if index == 0 and _imperative(tokens):
            found = Mark(0, 2 if token.low == "do" else 1, "do not", 2 if token.low == "do" else 1, True)
        elif token.kind == "modal" and token.low in MODALS:
            found = None if _noun_must(tokens, index) else _modal(tokens, index)
        elif token.kind == "be" and token.low in ("is", "are"):
            found = _be_mark(tokens, index)
        elif token.kind == "have" and token.low in ("has", "have"):
            found = _have_mark(tokens, index)
        elif token.low in ("need", "needs") and index:
            found = _need(tokens, index)
        elif token.low in ("commits", "commit") and index and low_at(tokens, index + 2) in OFFENCES:
            found = Mark(index, index + 1, "commits", index)
        elif token.low in frames()["promising_verbs"] and index:
            found = _promise(tokens, index)
        elif token.low in ("reserve", "reserves") and _reserved(tokens, index):
            found = Mark(index, index + 4, "reserves", index + 4)
        if found:
            yield found


def _noun_must(tokens: Sequence[Token], index: int) -> bool:
    """The month of May, and grape must."""
    token = tokens[index]
    if token.low == "may" and token.text[0] == "M" and index and tokens[index - 1].kind != ".":
        following = tokens[index + 1].kind if index + 1 < len(tokens) else "."
        return tokens[index - 1].kind in ("num", "prep") or following == "num"
    return token.low in ("must", "will") and index > 0 and tokens[index - 1].low in ("grape", "a", "the", "at", "of")


def _modal(tokens: Sequence[Token], index: int) -> Mark:
    end, negated = index + 1, False
    for ahead in range(index + 1, min(index + 5, len(tokens))):
        token = tokens[ahead]
        if token.kind == "not" and low_at(tokens, ahead + 1) == "only":
            end = ahead + 2  # "should not only assess the risk but also watch it"
            break
        if (
            token.kind == "not"
            or (token.low == "no" and low_at(tokens, ahead + 1) == "longer")
            or token.low == "neither"
        ):
            negated, end = True, ahead + (2 if token.low == "no" else 1)
            break
        if token.kind != "adv":
            break
    if not negated and low_at(tokens, end) == "only":
        end += 1
    verb = verb_after(tokens, end, len(tokens))
    negated |= _denied_between(tokens, end, verb)
    negated |= verb is not None and tokens[verb - 1].low == "neither"
    return Mark(index, end, tokens[index].low, verb, negated)


def _denied_between(tokens: Sequence[Token], start: int, verb: int | None) -> bool:
    """ "shall at no time rely", "shall under no circumstances pay"."""
    between = " ".join(token.low for token in tokens[start : verb or start])
    return any(phrase in between for phrase in DENYING)


def _be_mark(tokens: Sequence[Token], index: int) -> Mark | None:
    """ "is required to", "are to be kept", "is prohibited", "is responsible for ensuring"."""
    if index and tokens[index - 1].low == "it" and low_at(tokens, index + 1) == "for":
        return Mark(index, index + 1, "is", index)
    if index and tokens[index - 1].low == "it" and low_at(tokens, index + 1) == "the":
        return Mark(index, index + 1, "is", index) if low_at(tokens, index + 2) in DUTY_NOUNS else None
    at, negated = _past(tokens, index + 1)
    at = past_leave(tokens, at)
    low, after = low_at(tokens, at), low_at(tokens, at + 1)
    words = frames()
    if low == "directed" and at > index + 2 and after == "to":
        return Mark(index, at + 1, "is", index, negated)
    if index and tokens[index - 1].low == "it" and unlawful(low, after) and not negated:
        return Mark(index, at + 1, "is", index)
    if low == "to" and (is_base(after) or after in ("be", "have")):
        return Mark(index, at + 1, "is to", at + 1, negated)
    framed = (
        (
            low in words["duty_frames"] | words["leave_frames"] | words["right_frames"] | words["power_frames"]
            and after == "to"
        )
        or (low in words["right_frames"] | words["ban_frames"] and low not in ("precluded",))
        or (low in ANSWERABLE and after == "for")
        or (low == "bound" and after in ("by", "to") and not any(t.kind == "sub" for t in tokens[:index]))
        or (low in words["leave_frames"] and negated and after in ("on", "in", "at", "for", "unless", "where", "if"))
        or (low == "required" and negated)
        or low in ("conferred", "delegated")
        or (low in ("subject", "liable", "guilty") and _threatened(tokens, at))
        or (low == "under" and after in ("a", "an", "no") and low_at(tokens, at + 2) in DUTY_NOUNS)
    )
    return Mark(index, at + 1, "is", index, negated) if framed else None


def past_leave(tokens: Sequence[Token], at: int) -> int:
    """ "is authorized and directed to establish": the second participle, which binds; else `at` itself."""
    if low_at(tokens, at + 1) != "and" or low_at(tokens, at) not in frames()["leave_frames"]:
        return at
    binds = low_at(tokens, at + 2) in frames()["duty_frames"] | DIRECTED and low_at(tokens, at + 3) == "to"
    return at + 2 if binds else at


def _imperative(tokens: Sequence[Token]) -> bool:
    """ "Do not share passwords.", "Never leave a laptop unlocked." at the start of a sentence of a policy."""
    said = [token.text for token in tokens[:2]]
    verb = 2 if said == ["Do", "not"] else 1 if said[:1] == ["Never"] else 0
    ends = tokens and tokens[-1].text in (".", "!")
    return bool(verb and ends and (is_base(low_at(tokens, verb)) or low_at(tokens, verb) == "be"))


def _threatened(tokens: Sequence[Token], at: int) -> bool:
    """ "is subject to a civil penalty", "is liable to a fine", "is guilty of an offence", "… an offence is liable—"."""
    if low_at(tokens, at) == "liable" and at + 2 >= len(tokens):
        return bool({token.low for token in tokens[:at]} & (frames()["penalties"] | OFFENCES))
    return bool({token.low for token in tokens[at + 2 : at + 8]} & frames()["penalties"])


def unlawful(low: str, after: str) -> bool:
    """ "It is unlawful for X to do Y", "It is an offence to do Y"."""
    return low in ("unlawful", "illegal") or (low == "an" and after in ("offence", "offense"))


def _have_mark(tokens: Sequence[Token], index: int) -> Mark | None:
    at, negated = _past(tokens, index + 1)
    # "does not have to"
    negated |= index > 1 and tokens[index - 1].kind == "not" and tokens[index - 2].kind == "do"
    if low_at(tokens, at) == "to" and (is_base(low_at(tokens, at + 1)) or low_at(tokens, at + 1) in ("be", "have")):
        return Mark(index, at + 1, "has to", at + 1, negated)
    noun = next((t.low for t in tokens[at : at + 3] if t.kind == "word"), "")
    if noun in RIGHTS | DUTY_NOUNS | POWERS and (index == 0 or tokens[index - 1].kind not in ("modal", "to", "not")):
        return Mark(index, at, "has", index, negated)
    return None


def _need(tokens: Sequence[Token], index: int) -> Mark | None:
    """ "A deviation needs to be approved", "it need only report"; "the urgent need to act" is a noun."""
    before, after = tokens[index - 1], low_at(tokens, index + 1)
    if after == "only" and is_base(low_at(tokens, index + 2)):
        return Mark(index, index + 2, "has to", index + 2)
    if after != "to":
        return None
    if before.kind in ("det", "prep", "to", "modal", "do", "not"):
        return None
    if tokens[index].low == "need" and before.kind != "pron" and not before.low.endswith("s"):
        return None
    return Mark(index, index + 2, "has to", index + 2)


def _promise(tokens: Sequence[Token], index: int) -> Mark | None:
    at, negated = _past(tokens, index + 1)
    before = tokens[index - 1].kind
    if low_at(tokens, at) != "to" or before in ("det", "prep", "to", "modal"):
        return None
    if at + 1 < len(tokens) and tokens[at + 1].kind in ("det", "num", "prep"):
        return None  # "a bank that agrees to a restriction"
    if low_at(tokens, at + 1) == "not":
        at, negated = at + 1, True
    return Mark(index, at + 1, "agrees to", at + 1, negated)


def _reserved(tokens: Sequence[Token], index: int) -> bool:
    """ "The Bank reserves the right to"; "if you reserve the right to" keeps none."""
    if not index or tokens[index - 1].kind != "word":
        return False
    agrees = tokens[index].low == "reserves" or tokens[index - 1].low.endswith("s")
    return agrees and [t.low for t in tokens[index + 1 : index + 4]] == RESERVED


def _past(tokens: Sequence[Token], index: int) -> tuple[int, bool]:
    negated = False
    while index < len(tokens) and tokens[index].kind in ("adv", "not"):
        negated |= tokens[index].kind == "not"
        index += 1
    return index, negated


def low_at(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].low if 0 <= index < len(tokens) else ""


def stem(mark: Mark) -> str:
    return {"is": "is_required", "is to": "is_to", "has to": "has_to", "agrees to": "promise"}.get(mark.word, mark.word)
