"""Who a subject, a pronoun, a "which" or a "by X" names in its sentence."""

from collections.abc import Sequence
from dataclasses import replace

from core.extract.bearers import Party, mentions, party
from core.extract.marks import ANSWERABLE, Mark, frames
from core.extract.norms import Clause, Words
from core.extract.terms import contract_parties, is_thing
from core.language.chunks import has_verb
from core.language.clauses import Subject
from core.language.tokens import Token, singular
from core.language.verbs import is_participle, is_third_person
from core.types import Bearer

PLURAL = frozenset({"they", "these", "those", "both", "we"})
# A thing as subject of these says what a text must hold, so a pronoun with one of them is likely a thing.
CONTENT_VERBS = frozenset(
    [
        "include",
        "contain",
        "indicate",
        "state",
        "specify",
        "cover",
        "comprise",
        "describe",
        "set",
        "show",
        "mention",
        "apply",
        "be",
    ]
)
# "It shall be prohibited to": the pronoun stands for nobody.
IMPERSONAL = frozenset({"prohibited", "permitted", "not_permitted", "required_to"})
NOBODY = Bearer("")
# "three months, which shall be extended": how long something lasts is no duty of anybody.
TIMES = frozenset({"day", "week", "month", "year", "hour", "period", "date"})
# Participles that follow the noun that they belong to.
AFTER_HEAD = frozenset({"concerned", "involved", "affected"})
# Words between a determiner and a party that describe it: "a common platform firm".
LONGEST_DESCRIPTION = 4


def bearer_of(w: Words, clause: Clause, verb: int, end: int) -> Bearer:
    """Who must act: the subject of an active verb, the "by X" of a passive; NOBODY when the sentence names none."""
    who, made = clause.who, clause.sense
    if made.rule == "only_may":
        return NOBODY  # everybody else is bound
    if made.rule == "receives":
        return NOBODY  # "The applicant shall receive a receipt": whoever gives it is bound
    if made.rule == "power_conferred":
        return _if_known(w, party(w.tokens, made.end or verb, end, w.terms))
    if made.rule.endswith("_for") or made.rule == "duty_of":
        return _if_known(w, party(w.tokens, made.end or verb, verb - 1, w.terms))
    if made.passive:
        by = agent(w, verb, end)
        return as_bearer(w, by) if by else NOBODY
    if who.kind is not None:
        return as_bearer(w, who)
    if who.pronoun and made.rule not in IMPERSONAL:
        return _unresolved(w, clause)
    # "Member State law may restrict": whoever makes the law acts, and the sentence does not say so.
    return replace(as_bearer(w, who), kind="member_state", explicit=False) if who.law else NOBODY


def _if_known(w: Words, who: Party) -> Bearer:
    return as_bearer(w, who) if who.kind is not None else NOBODY


def as_bearer(w: Words, who: Party) -> Bearer:
    text = w.text[w.tokens[who.start].start : w.tokens[who.end - 1].end]
    kind = "regulated" if who.kind == "person" and _contract_party(w, who) else who.kind
    return Bearer(text, kind or "unspecified", explicit=True)


def _contract_party(w: Words, who: Party) -> bool:
    """ "The Customer shall pay", "Customer shall pay": a name with a capital, where a sentence would not write one."""
    word, alone = w.tokens[who.start], who.end - who.start == 1 or w.tokens[who.start + 1].kind == "conj"
    if not alone or word.low not in contract_parties() or not word.text[0].isupper():
        return False
    return who.start > 0 or (len(w.tokens) > 1 and w.tokens[1].kind in ("modal", "be", "have"))


def _unresolved(w: Words, clause: Clause) -> Bearer:
    """A pronoun with nobody before it in the sentence: the subject of the sentence before, where it agrees."""
    word = w.tokens[clause.who.start]
    active = clause.mark.verb is not None and w.tokens[clause.mark.verb].low not in CONTENT_VERBS
    plural = word.low in PLURAL
    before = w.before
    if before.bearer is not None and before.plural == plural:
        return replace(before.bearer, explicit=True, inferred=f"“{word.text}” in this sentence")
    if word.kind != "pron" or before.seen or not active or clause.sense.state:
        return NOBODY
    return Bearer(word.text, "unspecified", explicit=True)


def agent(w: Words, participle: int, end: int) -> Party | None:
    """ "by the controller" after the participle it belongs to."""
    for index in range(participle + 1, min(end, participle + 40)):
        token = w.tokens[index]
        if token.low == "by" and not w.depth[index]:
            who = party(w.tokens, index + 1, end, w.terms)
            if who.kind is None or not (who.known or _decides(w, participle, who)):
                return None
            # "by the European Parliament or by the Council"
            again = who.end + 1 < end and w.tokens[who.end].kind == "conj" and w.tokens[who.end + 1].low == "by"
            second = party(w.tokens, who.end + 2, end, w.terms) if again else who
            return replace(who, end=second.end) if second.known and second.kind is not None else who
        joined = w.tokens[index - 1].kind in ("conj", ",", "adv")
        # "designed so that they can be overseen by persons": that "by" belongs to another verb.
        if token.kind in (";", ":", "sub", "rel", "that", "modal") or (is_participle(token.low) and not joined):
            return None
    return None


def _decides(w: Words, participle: int, who: Party) -> bool:
    """ "approved by the CRO": short names decide, and things only do ("processed by the API")."""
    named = w.tokens[who.end - 1].text.isupper() and w.tokens[who.start - 1].kind == "det"
    return named and w.tokens[participle].low in frames()["decided"]


def acts_here(w: Words, who: Party, mark: Mark) -> bool:
    """A noun that no list knows acts when only somebody can do what follows: "The Society must inform the PRA"."""
    if who.end <= who.start or mark.verb is None:
        return False
    head = w.tokens[who.end - 1]
    if _answers_for(w, mark):
        return head.text[0].isupper() and not is_thing(singular(head.low))
    if w.tokens[mark.verb].low not in frames()["agentive_verbs"]:
        return False
    named = who.end - who.start == 1 and head.text[0].isupper() and w.tokens[who.start - 1].kind == "det"
    low = singular(head.low)
    return named and not low.endswith(tuple(frames()["endings_of_things"])) and not is_thing(low)


def _answers_for(w: Words, mark: Mark) -> bool:
    """ "Procurement is responsible for collecting evidence": only somebody answers for doing."""
    after = [token.low for token in w.tokens[mark.start : mark.end + 5] if token.kind not in ("adv", "modal")]
    place = next((i for i, low in enumerate(after) if low in ANSWERABLE), len(after))
    return after[place + 1 : place + 2] == ["for"] and "".join(after[place + 2 : place + 3]).endswith("ing")


def antecedent(w: Words, rel: int) -> Party | None:
    """Who "which" is: the last party before it in its stretch, when nothing but its own modifiers follows."""
    start = rel
    while start > 0 and w.tokens[start - 1].kind not in (";", ":"):
        start -= 1
        if rel - start > 40:
            break
    found = list(mentions(w.tokens, start, rel, w.terms))
    if not found or _has_finite(w.tokens, found[-1].end, rel):
        return None
    nearest = found[-1]
    after = nearest.end + (w.tokens[nearest.end].kind == ",")
    close = rel - nearest.end <= 1 or w.tokens[after].low in ("designated", "established", "concerned", "referred")
    return nearest if close else None


def spoken_of(w: Words, rel: int) -> Party | None:
    """The thing that ", which shall" goes on about: "without its consent, which shall not be withheld"."""
    if w.tokens[rel].low != "which" or rel < 2 or w.tokens[rel - 1].kind != ",":
        return None
    end = start = rel - 1
    while start > 0 and _in_noun_phrase(w.tokens[start - 1]):
        start -= 1
        if w.tokens[start].kind == "det" and w.tokens[start - 1].low != "of":
            break
    time = any(singular(token.low) in TIMES for token in w.tokens[start:end])
    return Party(start, end, None) if start < end and not time else None


def _in_noun_phrase(token: Token) -> bool:
    return token.kind in ("word", "det", "num", "adv") or token.low == "of"


def pronoun(w: Words, who: Party, subject: Subject, mark: Mark) -> Party:
    """The first party of this sentence that agrees in number, for "Where a firm does so it must"."""
    plural = w.tokens[who.start].low in PLURAL
    if _stands_for_nobody(w, mark) and not plural:
        return who
    for named in mentions(w.tokens, 0, subject.start, w.terms):
        if is_plural(w, named.end) == plural and w.tokens[named.start - 1].low != "of":
            return replace(_whole(w, named), pronoun=True)
    opening = _of_condition(w, subject.start)
    return replace(opening, pronoun=True) if opening and is_plural(w, opening.end) == plural else who


def _stands_for_nobody(w: Words, mark: Mark) -> bool:
    """ "It shall be prohibited to", "it shall be for the bank to show", "it shall be the duty of the firm to"."""
    ahead = [token.low for token in w.tokens[mark.end : mark.end + 4] if token.kind not in ("adv", "not")]
    if set(ahead[:3]) & (frames()["ban_frames"] | frames()["leave_frames"]):
        return True
    after = ahead[1:] if ahead[:1] == ["be"] else ahead
    return bool(after) and (after[0] in ("for", "incumbent", "upon") or after[:2] == ["the", "duty"])


def _whole(w: Words, named: Party) -> Party:
    """The party with the words that describe it: "UK bank" in "Where a UK bank has done so, it must"."""
    start = named.start
    while start and w.tokens[start - 1].kind == "word" and named.start - start < LONGEST_DESCRIPTION:
        start -= 1
    opened = start < named.start and start > 0 and w.tokens[start - 1].kind == "det"
    return replace(named, start=start) if opened else named


def _of_condition(w: Words, end: int) -> Party | None:
    """The subject of the condition that opens the sentence: "If the Buyer fails to pay, it shall"."""
    if not w.tokens or w.tokens[0].kind != "sub":
        return None
    finite = (i for i in range(2, end) if is_third_person(w.tokens[i].low) and w.tokens[i - 1].kind == "word")
    opening = party(w.tokens, 1, next(finite, end), w.terms)
    return opening if opening.kind is not None and not opening.pronoun else None


def is_plural(w: Words, end: int) -> bool:
    """Whether a party whose head ends before token `end` is several: "banks", "the banks concerned"."""
    last = w.tokens[end - 1].low
    if last in AFTER_HEAD and end > 1:
        last = w.tokens[end - 2].low
    return last in ("staff", "personnel") or (last.endswith("s") and not last.endswith("ss"))


def _has_finite(words: Sequence[Token], start: int, end: int) -> bool:
    return any(token.kind in ("be", "have", "modal") for token in words[start:end]) and has_verb(words, start, end)
