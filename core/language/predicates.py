"""Where the main verb of a modal stands: position decides, not a dictionary."""

from collections.abc import Sequence
from functools import cache

from core.language.tokens import Token
from core.language.verbs import is_base
from core.settings import lexicon


@cache
def _noun_verbs() -> frozenset[str]:
    return frozenset(lexicon("english")["noun_verbs"].split())


def verb_after(tokens: Sequence[Token], start: int, end: int) -> int | None:
    """The next word after a modal that is no adverb: its verb. Insertions and phrases before it are skipped."""
    index = _past_adverbs(tokens, start, end)
    if index >= end:
        return None
    token = tokens[index]
    if token.kind in ("be", "have", "do") or _plain_verb(token):
        return index
    if token.kind == ":" and index + 1 < end and _plain_verb(tokens[index + 1]):
        return index + 1  # "The user shall: notify the bank; keep the card safe."
    if token.kind == ",":
        return _verb_after_insertion(tokens, index, end)
    if token.kind in ("prep", "det", "to", "sub", "conj", "num"):
        return _sought_verb(tokens, index, end)
    if token.kind == "word" and not token.low.endswith("ing"):
        return index
    return None


def _past_adverbs(tokens: Sequence[Token], index: int, end: int) -> int:
    while index < end and (
        tokens[index].kind in ("adv", "not", "quote", "-") or tokens[index].low in ("either", "both", "each", "neither")
    ):
        index += 1
    return index


def _plain_verb(token: Token) -> bool:
    """ "Member State" holds no verb: verbs are not capitalised inside a sentence."""
    return is_base(token.low) and (token.text[0].islower() or token.text.isupper())


def _verb_after_insertion(tokens: Sequence[Token], comma: int, end: int) -> int | None:
    """After ", where appropriate, " the first comma that a verb follows."""
    for index in range(comma + 1, end - 1):
        if tokens[index].kind in (";", "."):
            return None
        if tokens[index].kind in (",", "-", ")"):
            follower = _past_adverbs(tokens, index + 1, end)
            if follower < end and (tokens[follower].kind in ("be", "have", "do") or _plain_verb(tokens[follower])):
                return follower
    return _sought_verb(tokens, comma + 1, end)


def _sought_verb(tokens: Sequence[Token], start: int, end: int) -> int | None:
    """After "shall without undue delay" the first known verb that nothing before it makes a noun."""
    for index in range(start, end):
        token = tokens[index]
        if token.kind in (";", "."):
            return None
        before = tokens[index - 1].kind
        if (_plain_verb(token) or token.low in ("be", "have")) and before not in ("det", "prep", "to", "conj", "have"):
            follower = tokens[index + 1].kind if index + 1 < end else "."
            if follower not in (",", "prep", "conj", ".", ";", ":", "-") or token.low not in _noun_verbs():
                return index
    return None
