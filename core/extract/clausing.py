"""The clauses of a sentence that stand for themselves: whose they are, and what their marks mean."""

from collections.abc import Sequence
from dataclasses import replace

from core.extract.bearers import Party, party
from core.extract.inversion import inverted
from core.extract.marks import Mark, Sense, frames
from core.extract.naming import acts_here, antecedent, is_plural, pronoun, spoken_of
from core.extract.norms import Clause, Stated, Words
from core.extract.senses import sense
from core.extract.terms import lookup
from core.language.chunks import BOUNDS, chunk_kind, is_aside, opens_phrase, participle_like, time_at, without_subject
from core.language.clauses import Subject, excepted, first_subject
from core.language.further_clauses import next_subject
from core.language.tokens import Token
from core.language.verbs import is_third_person, takes_object

EXPECTED = "In a guideline “should” says what is expected: comply, or be ready to explain."
IN_CONDITION = "“{}” stands inside a condition or a relative clause."
DENYING = frozenset({"no", "neither", "nobody", "none"})
RULING = frozenset({"shall", "must", "may"})
# Between an introduction and its mark these open a clause that is not the sentence's own.
BEHIND_NOUN = frozenset({"word", "num", ")", "label"})
OPENERS = frozenset({"rel", "that", "sub", "prep"})


def clauses_of(w: Words, found: Sequence[Mark], stated: list[Stated]) -> list[Clause]:
    """The clauses that stand for themselves; what is inside a condition or an object relative is left to them."""
    if not found:
        return []
    clauses: list[Clause] = []
    hard = 0
    begin = _heading_end(w.tokens, found[0].start)
    for mark in found:
        boundary = _hard_boundary(w, hard, mark.start)
        turned = inverted(w.tokens, mark)
        if turned:
            mark, subject = turned
            if clauses and w.tokens[subject.start].kind == "pron":
                subject = replace(clauses[-1].subject, role="same")
        elif not clauses or boundary:
            begin = max(begin, boundary)
            subject = first_subject(w.tokens, w.depth, begin, mark.start)
            boundary = subject.start if excepted(w.tokens, subject.start) else boundary
            subject = _named_last(w, subject)
        else:
            subject = next_subject(w.tokens, w.depth, clauses[-1].mark.end, mark.start)
        if clauses and (_of_noun(w, mark, subject) or (subject.role == "same" and _nested(w, clauses[-1], mark))):
            subject = replace(subject, role="subordinate")
        if clauses and subject.role == "main" and not boundary and _under_that(w, clauses[-1], mark, subject):
            subject = replace(subject, role="complement")
        if subject.role == "subordinate":
            stated.append(Stated("subordinate", IN_CONDITION.format(w.tokens[mark.start].text)))
            continue
        clause = _clause(w, mark, subject, clauses)
        if clause is None:
            stated.append(Stated("subordinate", IN_CONDITION.format(w.tokens[mark.start].text)))
            continue
        clause.begin = boundary
        clauses.append(clause)
        hard = mark.end
    return clauses or _unintroduced(w, found)


def _named_last(w: Words, subject: Subject) -> Subject:
    """ "Upon receipt of a complaint Member States shall": no comma and no article, but who must act has a name."""
    words = w.tokens
    for index in range(subject.start + 1, subject.end):
        found = lookup(words, index, subject.end, w.terms)
        if found and found[0] == subject.end and found[1] is not None:
            behind = words[index - 1].kind in BEHIND_NOUN and is_plural(w, subject.end)
            named = behind and _introduced(words, subject.start, index)
            return Subject(index, subject.end, "main", sure=False) if named else subject
    return subject


def _introduced(words: Sequence[Token], start: int, end: int) -> bool:
    """Whether tokens [start, end) before a name are a phrase of their own: "prior to arrival", "each morning"."""
    while start < end - 1 and words[start].kind == "adv":
        start += 1
    first = words[start]
    if first.kind == "sub":
        return without_subject(words, start, end) or is_aside(words, start, end)
    if first.kind == "det" and start and takes_object(words[start - 1].low) and end - start > 1:
        return True  # "Upon leaving the port Member States shall"
    if first.kind == "word" and participle_like(first.low):
        return opens_phrase(words, start, end)
    return chunk_kind(words, start, end, False) == "phrase" or time_at(words, start, end) is not None


def _under_that(w: Words, outer: Clause, mark: Mark, subject: Subject) -> bool:
    """ "shall ensure that, where a bank fails, the authority may fine it": the clause that "that" opened goes on."""
    verb, words = outer.sense.verb, w.tokens
    if verb is None or mark.word in ("shall", "must", "will") or subject.start <= verb + 2:
        return False
    opened = words[verb].low in frames()["passing_verbs"] and words[verb + 1].kind == "that"
    condition = words[verb + 2].kind == "," and words[verb + 3].kind in ("sub", "prep")
    return opened and condition and not any(token.kind == ";" for token in words[verb : subject.start])


def _unintroduced(w: Words, found: Sequence[Mark]) -> list[Clause]:
    """ "When deciding on the amount due regard shall be given": no comma ends the introduction; the last rules."""
    mark, words = found[-1], w.tokens
    start = next((i + 1 for i in range(mark.start - 1, 0, -1) if words[i].kind == "," and not w.depth[i]), 0)
    inside = any(t.kind in OPENERS for t in words[max(start, 1) : mark.start])
    if inside and mark.word != "may" and without_subject(words, 0, mark.start):
        inside = False  # "After each repair of the hull moorings shall be checked"
    first = words[words[0].kind == "adv"]
    if first.kind != "sub" or mark.verb is None or mark.word not in RULING or inside:
        return []
    subject = Subject(start or mark.start, mark.start, "main", sure=False)
    who = party(words, subject.start, subject.end, w.terms)
    if who.pronoun:
        who = pronoun(w, who, subject, mark)
    return [Clause(mark, subject, who, sense(words, mark, who, denied=False))]


def _told(w: Words, mark: Mark, subject: Subject) -> bool:
    """ "A customer opens an account and agrees to receive notices" tells a case; a contract's party only agrees."""
    if w.tokens[mark.start - 1].low != "and":
        return False
    named = frames()
    promises = named["promising_verbs"] | named["warranting_verbs"] | named["performing_verbs"]
    before = w.tokens[subject.start : mark.start - 1]
    return any(t.kind == "word" and is_third_person(t.low) and t.low not in promises for t in before[1:])


def _asked(w: Words, mark: Mark) -> bool:
    """ "an indication of where the benchmarks are to be found" asks and commands nothing."""
    asks = (i for i in range(mark.start - 1, 0, -1) if w.tokens[i].low in ("where", "how", "whether", "when"))
    return (at := next(asks, None)) is not None and w.tokens[at - 1].kind == "prep"


def _of_noun(w: Words, mark: Mark, subject: Subject) -> bool:
    """ "the clients they agree to serve": a clause right behind a noun describes it."""
    if mark.word == "is to" and _asked(w, mark):
        return True
    described = subject.end - subject.start == 1 and w.tokens[subject.start - 1].kind == "word"
    return mark.word in ("agrees to", "is", "has to", "is to") and described and w.tokens[subject.start].kind == "pron"


def _nested(w: Words, last: Clause, mark: Mark) -> bool:
    """ "where lists are related to X or may affect Y": the second verb belongs to the clause that is still open."""
    if last.sense.statement == "possibility":
        return True
    joined = [t.kind for t in w.tokens[mark.start - 2 : mark.start]] == [",", "conj"]
    if joined and (mark.word in ("shall", "must") or (mark.word == "may" and w.tokens[mark.start - 1].low == "and")):
        return False
    between = w.tokens[last.mark.end : mark.start]
    return mark.word != last.mark.word and any(token.kind in ("rel", "sub", "that") for token in between)


def _restricts(w: Words, rel: int) -> bool:
    """ "a person that must register": without a comma it says which person is meant, and commands nobody here."""
    return w.tokens[rel].low in ("that", "who") and rel > 0 and w.tokens[rel - 1].kind != ","


def _passes(w: Words, outer: Clause) -> bool:
    """Whether "that X shall" is a norm of its own: under a thing ("the contract shall stipulate that"), not a party.

    What a party must ensure is its own norm or is passed on; what may be determined is none yet.
    """
    at = outer.sense.verb
    if outer.sense.modality != "obligation" or at is None or outer.who.kind is not None:
        return False
    return w.tokens[at].low in frames()["passing_verbs"]


def _promised(w: Words, start: int) -> bool:
    """ "The Licensee agrees that it shall": what a party agrees to is its norm."""
    named = frames()
    return start > 1 and w.tokens[start - 2].low in named["promising_verbs"] | named["warranting_verbs"]


def _hard_boundary(w: Words, after: int, mark: int) -> int:
    """After a semicolon a new sentence may start: the index behind it, when a subject stands before the mark."""
    for index in range(mark - 1, after, -1):
        if w.tokens[index].kind == ";" and not w.depth[index]:
            following = index + 1
            while following < mark and w.tokens[following].kind in ("conj", "label", "quote", "adv", ","):
                following += 1
            opened = any(t.kind in ("rel", "that") for t in w.tokens[following:mark])
            return following if following < mark and not opened else 0
    return 0


def _clause(w: Words, mark: Mark, subject: Subject, clauses: Sequence[Clause]) -> Clause | None:
    words = w.tokens
    if mark.word == "agrees to" and _told(w, mark, subject):
        return None
    promised = mark.word in ("shall", "must", "will") and _promised(w, subject.start)
    if subject.role == "complement" and not clauses and not promised:
        return None
    if subject.role == "complement" and clauses and not _passes(w, clauses[-1]):
        return None
    if subject.role == "same" and clauses:
        last = clauses[-1]
        subject = Subject(last.subject.start, last.subject.end, "same", last.subject.sure)
        who = last.who
    elif subject.role == "relative":
        named = antecedent(w, subject.start) or spoken_of(w, subject.start)
        if named is None or mark.word not in ("shall", "must") or _restricts(w, subject.start):
            return None
        who = named
        subject = Subject(who.start, who.end, "relative", sure=False)
    else:
        who = party(words, subject.start, subject.end, w.terms)
    if who.pronoun and who.kind is None:
        who = pronoun(w, who, subject, mark)
    if who.kind is None and not who.pronoun and acts_here(w, who, mark):
        who = replace(who, kind="regulated", known=True)
    first = words[subject.start].low if subject.end > subject.start else ""
    if first == "nothing" or first == "there":
        return Clause(
            mark, subject, who, Sense("nothing", "It states what is, and commands nobody.", statement="saving")
        )
    made = _sense(w, mark, who, denied=first in DENYING and not _counted(words, subject))
    if made.modality == "permission" and subject.start and words[subject.start - 1].low == "only":
        made = replace(made, rule="only_may", reason="Nobody else may do it.", modality="prohibition")
    return Clause(mark, subject, who, made)


def _counted(words: Sequence[Token], subject: Subject) -> bool:
    """ "No fewer than two members shall attend", "No later than 5 May X shall": a bound, which denies nothing."""
    at = subject.start + 1
    return at + 1 < subject.end and words[at].low in BOUNDS | {"less", "fewer"} and words[at + 1].low == "than"


def _sense(w: Words, mark: Mark, who: Party, denied: bool) -> Sense:
    if mark.word != "should" or not w.expects:
        return sense(w.tokens, mark, who, denied)
    made = sense(w.tokens, replace(mark, word="must"), who, denied)
    return made if made.statement else replace(made, rule=made.rule.replace("must", "should"), reason=EXPECTED)


def _heading_end(words: Sequence[Token], mark: int) -> int:
    """Past a heading that was glued to its sentence without a stop: "Monitoring and review The Commission shall"."""
    for index in range(mark - 1, 0, -1):
        token, before = words[index], words[index - 1]
        word = not token.text.isupper() or (token.text == "A" and words[index + 1].text[0].islower())
        capital = token.text[0].isupper() and token.kind in ("det", "pron", "sub", "prep") and word
        if capital and before.kind in ("word", "num") and not (before.text[0].islower() and token.kind == "prep"):
            return index
    return 0
