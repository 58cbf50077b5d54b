"""Where the subject of a further finite verb starts, behind the verb before it: the same one, or a clause of its own.

Everything works on token indices of one sentence; spans are (first, after last).
"""

from collections.abc import Sequence

from core.language.chunks import Chunk, chunk_kind, chunks, has_verb
from core.language.clauses import NOMINATIVE, Subject, describes_noun
from core.language.tokens import Token
from core.language.verbs import is_base

# ", after which the bank shall": a new step, and no description of what stands before.
NEXT_STEP = frozenset({"after", "following", "upon", "failing"})


def next_subject(tokens: Sequence[Token], depth: Sequence[int], after: int, mark: int) -> Subject:
    """The subject of a further finite verb, sought between the verb before it (`after`) and itself."""
    end = mark
    while end > after and tokens[end - 1].kind in ("adv", "not"):
        end -= 1
    if _which_they(tokens, after, end) and tokens[mark].low in ("shall", "must"):
        return Subject(end - 1, end, "main", sure=False)
    if end > after and tokens[end - 1].kind == ",":
        pieces = chunks(tokens, depth, after, end)
        end = _insertion_start(tokens, pieces)
    if end <= after or tokens[end - 1].kind == "conj":
        return Subject(mark, mark, "same")
    last = tokens[end - 1]
    if last.kind == "rel" or (last.kind == "that" and end - 1 > after):
        return Subject(end - 1, end, "relative")
    return _clause_start(tokens, depth, after, end)


def _asks_which(tokens: Sequence[Token], after: int, pronoun: int) -> bool:
    """ "must explain which opt-out policy you will follow": a question that the act answers."""
    at = pronoun - 1
    while at > after and tokens[at].kind == "word":
        at -= 1
    return (
        at < pronoun - 1 and tokens[at].low in ("which", "what", "whose") and tokens[at - 1].kind not in ("prep", ",")
    )


def _which_they(tokens: Sequence[Token], after: int, end: int) -> bool:
    """ "a framework, which they shall review": after a comma the clause goes on with what the party must do."""
    if end - after < 3 or tokens[end - 1].low not in NOMINATIVE:
        return False
    return tokens[end - 2].kind == "rel" and tokens[end - 3].kind == ","


def _insertion_start(tokens: Sequence[Token], pieces: Sequence[Chunk]) -> int:
    """Where the insertion that ends right before the verb begins: its comma."""
    at = len(pieces) - 2
    while at > 0 and pieces[at].kind == "noun":
        at -= 1
    start = max(pieces[max(at, 0)].start - 1, 0)
    while start > 0 and tokens[start - 1].kind in ("adv",):
        start -= 1
    return start


def _clause_start(tokens: Sequence[Token], depth: Sequence[int], after: int, end: int) -> Subject:
    if tokens[end - 1].low in NOMINATIVE:
        # "unless he or she is required to do so": what stands before both.
        first = end - 3 if [t.low for t in tokens[end - 3 : end]] == ["he", "or", "she"] else end - 1
        before = tokens[first - 1].kind if first - 1 >= after else ""
        if before in ("sub", "rel", "prep") or _asks_which(tokens, after, first):
            return Subject(end - 1, end, "subordinate")
        return Subject(end - 1, end, "complement" if before == "that" else "main")
    for index in range(end - 1, after - 1, -1):
        token = tokens[index]
        if depth[index]:
            continue
        if token.kind == "rel" and tokens[index - 1].low == "in" and tokens[index + 1].low in ("case", "event"):
            return Subject(index + 2, end, "main")
        if token.low == "which" and tokens[index - 1].low in NEXT_STEP and tokens[index - 2].kind == ",":
            return Subject(index + 1, end, "main")
        if token.kind in ("rel", "that") and describes_noun(tokens, index, end):
            continue  # "a firm that agrees to it may not": the relative clause is over
        if token.kind in ("rel", "sub", "that") and not has_verb(tokens, index + 1, end):
            if token.kind == "sub" and token.low in ("before", "after", "since", "until"):
                continue
            return Subject(index + 1, end, "complement" if token.kind == "that" else "subordinate")
        if token.kind in (";", ":"):
            return Subject(index + 1, end, "main")
        if token.kind == "conj" and (_one_noun(tokens, index, end) or _asked_under(tokens, after, index)):
            continue
        if token.kind == "conj" and token.low != "or" and _starts_clause(tokens, index, end):
            return Subject(_wider(tokens, after, index) + 1, end, "main", sure=tokens[index - 1].kind in (",", ";"))
        if (
            token.kind == ","
            and _starts_clause(tokens, index, end)
            and chunk_kind(tokens, index + 1, end, True) == "noun"
        ):
            return Subject(index + 1, end, "main", sure=False)
    return Subject(after, end, "subordinate", sure=False)


def _one_noun(tokens: Sequence[Token], conj: int, end: int) -> bool:
    """ "providers of the originator and beneficiary shall": a lone noun that needs an article starts no clause."""
    bare = end - conj == 2 and tokens[end - 1].kind == "word" and not tokens[end - 1].low.endswith("s")
    return bare and tokens[conj - 1].kind == "word" and tokens[end - 1].text[0].islower()


def _asked_under(tokens: Sequence[Token], after: int, conj: int) -> bool:
    """ "under which circumstances banks and insurers may", "that members of banks and insurers are required to".

    Both names are in the clause that "which" or "that" opened.
    """
    for at in range(conj - 1, after, -1):
        asks = tokens[at].kind == "rel" and tokens[at - 1].kind == "prep" and tokens[at - 1].low not in NEXT_STEP
        if asks or tokens[at].kind == "that":
            return not has_verb(tokens, at + 1, conj)
        if tokens[at].kind in (",", ";"):
            return False
    return False


def _starts_clause(tokens: Sequence[Token], at: int, end: int) -> bool:
    if at + 1 >= end:
        return False
    first = tokens[at + 1]
    return first.kind in ("det", "pron", "that") or (first.kind == "word" and not is_base(first.low))


def _wider(tokens: Sequence[Token], after: int, at: int) -> int:
    """From "… and the controller and the processor shall" back to the first "and", past nothing but a noun phrase."""
    for index in range(at - 1, max(after, at - 7), -1):
        token = tokens[index]
        if token.kind in ("prep", "rel", "sub", "that", "be", "have", "to"):
            return at
        if token.kind == "conj" and tokens[index - 1].kind in (",", ";"):
            return index
    return at
