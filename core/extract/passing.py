""" "Member States shall ensure that X does": X must do it, and the state must see to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.extract.bearers import Party, mentions, party
from core.extract.marks import Sense, frames
from core.extract.naming import PLURAL, as_bearer, is_plural
from core.extract.norms import Clause, Norm, Sentence, Words
from core.extract.terms import Terms
from core.language.chunks import has_verb
from core.language.verbs import is_base, is_third_person
from core.types import Bearer, Modality

# A finite verb is sought no further behind its subject than this; longer relative clauses are not unpicked.
FARTHEST_VERB = 60
FARTHEST_COMMA = 45
FARTHEST_TO = 30


@dataclass(frozen=True, slots=True)
class Inner:
    """What X must do: its verb's token, the kind of norm, and whether the verb is one of being or having."""

    who: Party
    verb: int
    modality: Modality
    state: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    clause: Clause
    bearer: Bearer
    via: str
    verb: int


def passed_on(w: Words, clause: Clause, verb: int, end: int) -> Passed | None:
    """The party that must do it when a state or authority must see to it; None when the duty stays."""
    who, made = clause.who, clause.sense
    low = w.tokens[verb].low if verb < end else ""
    state = who.kind == "member_state"
    requires = low in frames()["requiring_verbs"] and who.kind in ("member_state", "authority", "eu_body")
    if made.modality != "obligation" or made.passive or not (state or requires):
        return None
    if low in frames()["banning_verbs"] and state:
        return _banned(w, clause, verb, end)
    if low not in frames()["passing_verbs"] and not requires:
        return None
    that = next((i for i in range(verb + 1, min(end, verb + 4)) if w.tokens[i].kind == "that"), None)
    inner = inner_that(w, that + 1, end) if that is not None else None
    if that is None and requires:
        inner = _inner_to(w, verb + 1, end)
    if inner is None:
        return None
    return _passed(w, clause, inner, w.slice(who.start, who.end))


def passed_on_next(w: Words, clause: Clause, verb: int, start: int, end: int) -> Iterator[tuple[int, Passed]]:
    """ "shall ensure that X does and that Y does": (token of the second "that", what Y must do), in order.

    `verb` is that of the outer clause; the search starts at token `start`.
    """
    if verb >= end or w.tokens[verb].low not in frames()["passing_verbs"] or clause.who.kind != "member_state":
        return
    thats = [i for i in range(max(start, verb + 2), end) if _joins(w, i)]
    for that, stop in zip(thats, [*thats, end][1:], strict=True):
        inner = inner_that(w, that + 1, stop)
        if inner is not None and not inner.who.pronoun:
            via = w.slice(clause.who.start, clause.who.end)
            yield that, _passed(w, clause, inner, via)


def _joins(w: Words, that: int) -> bool:
    """ "and that" outside brackets."""
    return w.tokens[that].kind == "that" and w.tokens[that - 1].low == "and" and not w.depth[that]


def _passed(w: Words, clause: Clause, inner: Inner, via: str) -> Passed:
    bearer = as_bearer(w, inner.who)
    rule = f"{clause.sense.rule}_via"
    new = Sense(rule, reason(via, bearer), inner.modality, verb=inner.verb, state=inner.state)
    return Passed(Clause(clause.mark, clause.subject, inner.who, new), bearer, via, inner.verb)


def reason(via: str, bearer: Bearer) -> str:
    return f"{via} must see to it; {bearer.text} must do it."


def _banned(w: Words, clause: Clause, verb: int, end: int) -> Passed | None:
    """ "Member States shall prohibit X from doing"."""
    start = next((i for i in range(verb + 1, end) if w.tokens[i].low == "from"), None)
    if start is None or start + 1 >= end:
        return None
    who = party(w.tokens, verb + 1, start, w.terms)
    if who.kind is None or start - who.end > 1:
        return None
    via = w.slice(clause.who.start, clause.who.end)
    made = Sense("ban_via", f"{via} must prohibit it.", "prohibition", verb=start + 1)
    return Passed(Clause(clause.mark, clause.subject, who, made), as_bearer(w, who), via, start + 1)


def inner_that(w: Words, start: int, end: int) -> Inner | None:
    """The party and verb of "that X does …": an active verb after a party; a passive leaves X the one acted on."""
    for begin in _beginnings(w, start, end):
        who = _acting(w, begin, end)
        after, plural = who.end, is_plural(w, who.end)
        if who.pronoun:
            plural = w.tokens[begin].low in PLURAL
            named = mentions(w.tokens, start, begin, w.terms)
            who = next((one for one in named if is_plural(w, one.end) == plural), who)
        at = _finite(w, after, end, plural) if who.kind is not None else None
        if at is not None:
            return _inner_sense(w, who, at, end)
    return None


def _acting(w: Words, start: int, end: int) -> Party:
    """The party that opens a clause: "the bank keeps records" has a verb where a noun phrase would go on."""
    who = party(w.tokens, start, end, w.terms)
    for index in range(start + 1, min(end, start + FARTHEST_TO)) if not who.pronoun else ():
        if who.kind is not None and index >= who.end:
            break  # "the bank informs the payer": only a head behind a verb is in doubt
        if w.tokens[index].kind == "word" and is_third_person(w.tokens[index].low):
            cut = party(w.tokens, start, index, w.terms)
            return cut if cut.known and cut.kind is not None and cut.end == index else who
    return who


def _beginnings(w: Words, start: int, end: int) -> list[int]:
    """Where X may stand: "that, where appropriate, X does", "that, for the purpose of A, when doing B, X does"."""
    words = w.tokens
    if start >= end or words[start].kind not in (",", "sub", "prep"):
        return [start]
    reach = range(start + 1, min(end, start + FARTHEST_COMMA))
    return [i + 1 for i in reach if words[i].kind == "," and not w.depth[i] and i + 1 < end] or [start]


def _finite(w: Words, start: int, end: int, plural: bool) -> int | None:
    """The verb of X after X itself: past "established in …" and "which …", the first finite form."""
    in_relative, relative_verb = False, -1
    for index in range(start, min(end, start + FARTHEST_VERB)):
        kind = w.tokens[index].kind
        if kind in (";", ":"):
            return None
        # "an entity that finds that it does not comply takes …": each "that" opens a clause with a verb of its own.
        if kind == "rel" or (kind == "that" and (index == start or relative_verb >= 0)):
            in_relative = True
        elif _is_finite(w, index, end, plural) and index - 1 != relative_verb:
            if not in_relative:
                return index
            in_relative, relative_verb = False, index
    return None


def _is_finite(w: Words, index: int, end: int, plural: bool) -> bool:
    """A finite form that agrees with its subject: banks "offer", a bank "offers"."""
    token = w.tokens[index]
    if token.kind in ("modal", "be", "have", "do"):
        return True
    if token.kind != "word" or w.tokens[index - 1].kind in ("det", "prep", "to", "conj"):
        return False
    before_verb = index + 1 < end and w.tokens[index + 1].kind in ("be", "have", "modal")
    agrees = is_base(token.low) if plural else is_third_person(token.low)
    return not before_verb and agrees


def _inner_sense(w: Words, who: Party, at: int, end: int) -> Inner | None:
    words, index = w.tokens, at
    if words[at].low in ("may", "can"):
        forbids = at + 2 < end and words[at + 1].kind == "not"
        return Inner(who, at + 2, "prohibition") if forbids else None
    if words[at].kind == "modal" or words[at].low in ("do", "does"):
        index += 1
    index, modality = _past_denial(w, index, end)
    if index >= end:
        return None
    low, near = words[index].low, {token.low for token in words[index + 1 : index + 5]}
    if low in ("be", "is", "are"):
        return _inner_be(w, who, index, end, modality)
    if low in ("have", "has") and near & {"right", "rights"}:
        return Inner(who, index, "right", state=True)
    if low in ("have", "has") and near & {"power", "powers"}:
        return Inner(who, index, "power", state=True)
    return Inner(who, index, modality)


def _past_denial(w: Words, index: int, end: int, modality: Modality = "obligation") -> tuple[int, Modality]:
    while index < end and w.tokens[index].kind in ("not", "adv"):
        modality = "prohibition" if w.tokens[index].kind == "not" else modality
        index += 1
    return index, modality


def _inner_be(w: Words, who: Party, be: int, end: int, modality: Modality) -> Inner | None:
    """ "are required to", "are entitled to"; a plain passive makes X the one acted on: None."""
    index, modality = _past_denial(w, be + 1, end, modality)
    low = w.tokens[index].low if index < end else ""
    after = w.tokens[index + 1].low if index + 1 < end else ""
    named, verb = frames(), min(index + 2, end - 1)
    if low in named["duty_frames"] and after == "to" and modality == "obligation":
        return Inner(who, verb, "obligation")
    if low in named["right_frames"]:
        return Inner(who, verb, "right")
    if low in named["ban_frames"] and after == "from":
        return Inner(who, verb, "prohibition")
    if low in named["power_frames"]:
        return Inner(who, verb, "power")
    return Inner(who, be, modality, state=True) if low in named["answerable_frames"] else None


def _inner_to(w: Words, start: int, end: int) -> Inner | None:
    """ "require X (not) to V"."""
    words = w.tokens
    for to in range(start + 1, min(end - 1, start + FARTHEST_TO)):
        if words[to].kind == "to" and is_base(words[to + 1].low):
            who = party(words, start, to, w.terms)
            if who.kind is None or who.pronoun:
                return None
            return Inner(who, to + 1, "prohibition" if words[to - 1].kind == "not" else "obligation")
    return None


def listed_norm(sentence: Sentence, terms: Terms) -> Norm | None:
    """ "Member States shall ensure that the bank:" before a list: a norm of the bank, whose acts are the items."""
    norm, words = sentence.norms[-1], sentence.tokens
    verb = norm.sense.verb
    if verb is None or words[verb].low not in frames()["passing_verbs"]:
        return None
    end = len(words)
    while end > verb and words[end - 1].kind in (":", "-", ",", "adv"):
        end -= 1
    that = next((i for i in range(end - 1, verb, -1) if words[i].kind == "that"), None)
    who = party(words, that + 1, end, terms) if that is not None else None
    if who is None or who.kind is None or has_verb(words, who.end, end):
        return None
    bearer = Bearer(sentence.slice(who.start, who.end), who.kind, explicit=True)
    via = sentence.slice(norm.who.start, norm.who.end) or sentence.slice(norm.subject.start, norm.subject.end)
    made = replace(norm.sense, rule=f"{norm.sense.rule}_via", reason=reason(via, bearer), verb=None)
    return replace(norm, sense=made, who=who, bearer=bearer, via=via, action="", object="")
