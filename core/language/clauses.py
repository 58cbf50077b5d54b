"""Where the subject of a sentence's first finite verb starts: position decides, not a dictionary.

Everything works on token indices of one sentence; spans are (first, after last).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.language.chunks import (
    EITHER,
    OFTEN,
    Chunk,
    chunks,
    has_verb,
    opens_phrase,
    participle_like,
    time_at,
    without_subject,
)
from core.language.tokens import Token
from core.language.verbs import is_base, is_third_person

# main: the sentence's own clause. same: shares the subject of the clause before it ("shall A and shall B").
# relative: "…, which shall". complement: "ensure that X shall". subordinate: inside a condition or an object relative.
Role = Literal["main", "same", "relative", "complement", "subordinate"]
# An opening condition of so many words is complete, whatever its verb.
SURELY_OVER = 5
NOMINATIVE = frozenset({"it", "they", "he", "she", "we", "you"})
# "Each year, EBA, ESMA and EIOPA shall": an introduction of time is no part of an enumeration.
TIMED = frozenset({"year", "years", "month", "months", "quarter", "week", "weeks", "day", "days", "time", "addition"})
FEWEST_ENUMERATED = 4
# A bare noun phrase in an enumeration ("EBA, ESMA or EIOPA") is short.
LONGEST_LISTED = 9


@dataclass(frozen=True, slots=True)
class Subject:
    """Tokens [start, end) before the finite verb; empty when there is none of its own."""

    start: int
    end: int
    role: Role
    sure: bool = True


def first_subject(tokens: Sequence[Token], depth: Sequence[int], start: int, mark: int) -> Subject:
    """The subject of the sentence's first own clause, past what introduces it ("Where …, X shall")."""
    while start < mark and tokens[start].kind in ("label", "quote", "-", "conj", ",", ":", ";"):
        start += 1
    end = mark
    while end > start and tokens[end - 1].kind in ("adv", "not"):
        end -= 1
    if end == start:
        return Subject(start, start, "main")
    if tokens[end - 1].low in NOMINATIVE and end - 2 >= start and tokens[end - 2].kind in ("word", "num", ")"):
        return Subject(end - 1, end, "main")
    inner = _open_clause(tokens, start, end)
    if inner:
        return inner
    pieces = chunks(tokens, depth, start, end)
    if excepted(tokens, pieces[-1].start + 2) and not has_verb(tokens, pieces[-1].start + 2, end):
        return Subject(pieces[-1].start + 2, end, "main")
    which = _which_then_aside(pieces)
    if which is not None:
        return Subject(which, end, "relative")
    at = _subject_chunk(pieces)
    if pieces[-1].kind == "empty" and at == len(pieces) - 3 and _joined_noun(tokens, pieces[-2]):
        at += 1
    piece = pieces[at]
    if piece.kind == "sub":
        return _after_introduction(tokens, piece, end, complete=True)
    if piece.kind == "phrase" or (piece.kind == "aside" and piece is pieces[-1]):
        return _after_introduction(tokens, piece, end, complete=False)
    if _inside_condition(tokens, pieces, at):
        return Subject(piece.start, end, "subordinate")
    at = 0 if _enumerated(tokens, pieces) else _coordination(tokens, pieces, at)
    begin = pieces[at].start
    while begin < piece.end and tokens[begin].kind in ("conj", "adv", "quote", "label"):
        begin += 1
    begin = _past_time(tokens, begin, piece.end)
    stop = _before_verb(tokens, begin, min(piece.end, end))
    if stop == piece.end < end and pieces[-1].kind == "empty" and tokens[end - 1].kind == "conj":
        stop = _before_finite(tokens, begin, stop)
    return Subject(begin, stop, "main")


def _past_time(tokens: Sequence[Token], start: int, end: int) -> int:
    """ "Each morning the master", "Two days before each voyage the master": where the subject starts.

    So too behind a participle: "Having regard to the weather the master".
    """
    opened = start + 1 if opens_phrase(tokens, start, end) else time_at(tokens, start, end)
    for index in range(end - 1, opened if opened is not None else end, -1):
        if tokens[index].kind == "det" and tokens[index - 1].kind in ("word", "num"):
            # "Each day a bank fails to report" is a subject.
            return start if has_verb(tokens, index + 1, end) else index
    return start


def excepted(tokens: Sequence[Token], start: int) -> bool:
    """ "The rule does not bind X, except that X shall report": a norm of its own starts behind "except that"."""
    return 2 <= start <= len(tokens) and tokens[start - 1].low == "that" and tokens[start - 2].low in ("except", "save")


def _before_finite(tokens: Sequence[Token], start: int, end: int) -> int:
    """ "An order ceases to have effect after a year, but may be renewed": the subject ends before its first verb."""
    words = (
        i for i in range(start + 1, end) if is_third_person(tokens[i].low) and tokens[i - 1].kind in ("word", "num")
    )
    return next(words, end)


def _which_then_aside(pieces: Sequence[Chunk]) -> int | None:
    """ "an early warning, which, where applicable, shall indicate": the token of "which"; None elsewhere."""
    at = len(pieces) - 1
    while at > 0 and pieces[at].kind in ("empty", "adverb", "aside"):
        at -= 1
    piece = pieces[at]
    alone = at < len(pieces) - 1 and piece.end - piece.start == 1
    return piece.start if alone and piece.kind == "relative" and at > 0 else None


def _joined_noun(tokens: Sequence[Token], piece: Chunk) -> bool:
    """ "No bank, and no director of a bank, may": a second subject, and no insertion."""
    opened = tokens[piece.start].kind == "conj" and tokens[piece.start + 1].kind == "det"
    return piece.kind == "noun" and opened


def _before_verb(tokens: Sequence[Token], start: int, end: int) -> int:
    """ "Access is limited and must be logged": the subject of the second verb ends before the first."""
    if end - start < 2 or tokens[end - 1].kind != "conj":
        return end
    return next(
        (i for i in range(start + 1, end) if tokens[i].kind in ("be", "have") and tokens[i].low != "having"), end
    )


def _subject_chunk(pieces: Sequence[Chunk]) -> int:
    """The nearest stretch before the verb that is a noun phrase, past insertions between commas."""
    at = len(pieces) - 1
    if pieces[at].kind not in ("empty", "adverb"):
        if pieces[at].kind in ("aside", "relative") or (pieces[at].kind == "phrase" and _noun_before(pieces, at)):
            return _before_insertion(pieces, at)
        return at
    return _before_insertion(pieces, at - 1) if at else at


def _noun_before(pieces: Sequence[Chunk], at: int) -> bool:
    """ "Member States, acting by unanimity and in line with Y shall": the phrase belongs to the noun before it."""
    while at > 0 and pieces[at].kind in ("phrase", "relative", "aside"):
        at -= 1
    return pieces[at].kind == "noun"


def _before_insertion(pieces: Sequence[Chunk], at: int) -> int:
    """Past the insertion that ends at stretch `at`: back to what opened it, then to the noun phrase before that."""
    last = at
    while at > 0 and pieces[at].kind == "noun":
        at -= 1
    if at == 0 and pieces[0].kind == "noun":
        return 0 if last == 0 or pieces[last].kind == "noun" else last
    while at > 0 and pieces[at].kind != "noun":
        at -= 1
    return at if pieces[at].kind == "noun" else last


def _after_introduction(tokens: Sequence[Token], piece: Chunk, end: int, complete: bool) -> Subject:
    """The subject after an introduction without a comma: "Where a firm does so it must", "In such cases A shall"."""
    for index in range(end - 1, piece.start, -1):
        token, before = tokens[index], tokens[index - 1]
        nominative = token.low in NOMINATIVE and before.kind not in ("sub", "rel", "that", "prep")
        opens = token.kind == "det" and before.kind in ("word", "num", ")", "label", "pron", "adv")
        if nominative or opens:
            over = not complete or has_verb(tokens, piece.start + 1, index)
            if over or without_subject(tokens, piece.start, index):
                return Subject(index, end, "main", sure=nominative)
            if nominative:
                break
    if complete:
        return Subject(piece.start, end, "subordinate")
    capital = (i for i in range(piece.start + 1, end) if _names_behind_number(tokens, i, end))
    return Subject(next(capital, piece.start), end, "main", sure=False)


def _names_behind_number(tokens: Sequence[Token], index: int, end: int) -> bool:
    """ "Under Article 5(2) Member States shall", but not the month in "by 1 July of each year"."""
    date = index + 1 < end and tokens[index + 1].kind in ("num", "prep")
    return tokens[index].text[0].isupper() and tokens[index - 1].kind in ("num", ")") and not date


def _inside_condition(tokens: Sequence[Token], pieces: Sequence[Chunk], at: int) -> bool:
    """ "Where, in the course of X, the controller may": the condition has no verb before this one."""
    for index in range(at - 1, -1, -1):
        piece = pieces[index]
        if piece.kind == "sub":
            participle = piece.start + 1 < piece.end and participle_like(tokens[piece.start + 1].low)
            # "Where proportionate to the risks, the measures shall": a long one is over though no known verb is in it.
            over = participle or piece.end - piece.start >= SURELY_OVER or _prepositional(tokens, pieces, index)
            return not over and not has_verb(tokens, piece.start + 1, pieces[at].start)
        if piece.kind == "noun":
            return False
    return False


def _prepositional(tokens: Sequence[Token], pieces: Sequence[Chunk], at: int) -> bool:
    """ "Before each voyage, the master shall", "Before, during and after each voyage, the master shall"."""
    piece, after = pieces[at], pieces[at + 1]
    if piece.end - piece.start > 1:
        return without_subject(tokens, piece.start, piece.end)
    joined = any(
        tokens[i].kind == "conj" and tokens[i + 1].kind in ("prep", "sub") for i in range(after.start, after.end)
    )
    return tokens[piece.start].low in EITHER and tokens[after.start].kind in ("prep", "sub") and joined


def _enumerated(tokens: Sequence[Token], pieces: Sequence[Chunk]) -> bool:
    """ "Processing of data revealing A, B or C, and the processing of D, E or F shall": no verb stands before."""
    return (
        len(pieces) >= FEWEST_ENUMERATED
        and any(tokens[piece.start].kind == "conj" for piece in pieces[1:])
        and tokens[pieces[0].end - 1].low not in TIMED
        and all(piece.kind == "noun" and not has_verb(tokens, piece.start, piece.end) for piece in pieces)
    )


def _coordination(tokens: Sequence[Token], pieces: Sequence[Chunk], at: int) -> int:
    """Back to the first of several subjects: "EBA, ESMA or EIOPA", "The CSIRT or, where applicable, the authority"."""
    while at > 0:
        piece, before = pieces[at], at - 1
        while before > 0 and pieces[before].kind in ("aside", "adverb"):
            before -= 1
        # "The issuer or, where it fails to do so, the offeror shall": the condition stands inside the coordination.
        if before > 0 and pieces[before].kind == "sub" and tokens[pieces[before - 1].end - 1].kind == "conj":
            before -= 1
        previous = pieces[before]
        if previous.kind != "noun" or previous.end == previous.start or _says(tokens, previous):
            return at
        if tokens[previous.end - 1].low in TIMED:
            return at
        joined = tokens[previous.end - 1].kind == "conj" or tokens[piece.start].kind == "conj"
        listed = (
            before == at - 1
            and piece.end - piece.start <= LONGEST_LISTED
            and previous.end - previous.start <= LONGEST_LISTED
            and any(token.kind == "conj" for token in tokens[piece.start : pieces[-1].end])
            and not has_verb(tokens, previous.start, previous.end)
            and (previous.end - previous.start <= 3 or not any(p.kind in ("sub", "phrase") for p in pieces[:at]))
        )
        if not (joined or listed):
            return at
        at = before
    return at


def _says(tokens: Sequence[Token], piece: Chunk) -> bool:
    """ "Managers are expected to, and HR must, act": a stretch with a verb of its own is no part of a subject."""
    kinds = {token.kind for token in tokens[piece.start : piece.end]}
    return bool(kinds & {"be", "modal"}) and not kinds & {"rel", "that", "sub"}


def _open_clause(tokens: Sequence[Token], start: int, end: int) -> Subject | None:
    """A relative or "that" clause still open before the verb: "the conditions under which X may", "which shall"."""
    for index in range(end - 1, start, -1):
        kind = tokens[index].kind
        if kind in (",", ";"):
            return None
        if kind == "rel" or (kind == "that" and index == end - 1):
            if index == end - 1:
                return Subject(index, end, "relative")
            own_verb = tokens[index].low == "who" and tokens[index + 1].kind == "word"
            return None if own_verb or has_verb(tokens, index, end) else Subject(index + 1, end, "subordinate")
        if (
            kind == "sub"
            and tokens[index].low not in EITHER
            and tokens[index].low != "what"
            and not (tokens[index].low == "once" and tokens[index + 1].low in OFTEN)
            and not has_verb(tokens, index + 1, end)
        ):
            return Subject(index + 1, end, "subordinate")
        if kind == "that" and describes_noun(tokens, index, end):
            return None
        if kind == "that" and not has_verb(tokens, index + 1, end) and tokens[index - 1].kind in ("word", "adv"):
            return Subject(index + 1, end, "complement")
    return None


def describes_noun(tokens: Sequence[Token], that: int, end: int) -> bool:
    """ "institutions that use X": "that" between a noun and a verb is a relative; "ensure that transfers" is not."""
    noun, verb = tokens[that - 1].low, tokens[that + 1].low if that + 1 < end else ""
    return not is_base(noun) and not is_third_person(noun) and (is_base(verb) or is_third_person(verb))
