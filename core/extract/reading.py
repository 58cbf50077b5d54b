"""One sentence → its norms: mark, sense, bearer, action. Knows nothing of lists, articles or documents."""

from collections.abc import Sequence
from dataclasses import replace

from core.extract.acts import action_of
from core.extract.bearers import Party, party
from core.extract.conditions import Circumstance, circumstances
from core.extract.doubts import confidence, doubts
from core.extract.inversion import inverted
from core.extract.marks import Mark, Sense, frames, marks
from core.extract.naming import acts_here, antecedent, as_bearer, bearer_of, pronoun, spoken_of
from core.extract.norms import Antecedent, Clause, Norm, Sentence, Stated, Words
from core.extract.passing import inner_that, passed_on, passed_on_next, reason
from core.extract.senses import sense
from core.extract.terms import Terms
from core.language.chunks import depths
from core.language.clauses import Subject, first_subject, next_subject
from core.language.tokens import Token, tokens
from core.language.verbs import is_third_person
from core.types import Bearer

NOBODY_YET = Antecedent()
IN_CONDITION = "“{}” stands inside a condition or a relative clause."
OF_A_THING = Stated("subordinate", "A relative clause describes a thing and commands nobody.")
EXPECTED = "In a guideline “should” says what is expected: comply, or be ready to explain."
TOO_LONG = Stated("too long", "It runs over more words than the engine reads as one sentence; read it yourself.")
# No legislator writes this; text without full stops must not cost the square of its length.
LONGEST_SENTENCE_TOKENS = 2_500
MOST_MARKS = 40
# Between an introduction and its mark these open a clause that is not the sentence's own.
RULING = frozenset({"shall", "must", "may"})
OPENERS = frozenset({"rel", "that", "sub", "prep"})


def words_of(text: str, terms: Terms, before: Antecedent = NOBODY_YET, expects: bool = False) -> Words:
    found = tokens(text)
    return Words(text, found, depths(found), terms, before, expects)


def read(text: str, terms: Terms, before: Antecedent = NOBODY_YET, expects: bool = False) -> Sentence:
    """The norms of a sentence, and what its other marks state. `before` is who an "it" may stand for.

    `expects`: "should" says what is expected of somebody, as in a guideline, and does not merely recommend.
    """
    w = words_of(text, terms, before, expects)
    found = list(marks(w.tokens))
    if len(w.tokens) > LONGEST_SENTENCE_TOKENS or len(found) > MOST_MARKS:
        return Sentence(text, w.tokens, w.depth, (), (TOO_LONG,), expects)
    norms: list[Norm] = []
    stated: list[Stated] = []
    clauses = _clauses(w, found, stated)
    for number, clause in enumerate(clauses):
        if clause.sense.statement:
            stated.append(Stated(clause.sense.statement, clause.sense.reason))
            continue
        norm, *others = _norms(w, clause, _start(w, clauses, number), _end(w, clauses, number))
        if norms and clause.subject.role == "same" and _alike(norms[-1], norm) and not _lists(w, clauses, number):
            norms[-1] = _joined(norms[-1], norm)
        else:
            norms.append(norm)
        norms += others
    return Sentence(text, w.tokens, w.depth, tuple(norms), tuple(stated), expects)


def inner_norm(text: str, terms: Terms, outer: Norm) -> Norm | None:
    """ "the bank keeps records" under "Member States shall ensure that:", as a norm of the bank; None without one.

    `outer` is the lead-in's norm; its `via` says who or what must see to it.
    """
    w = words_of(text, terms)
    inner = inner_that(w, 0, len(w.tokens))
    if inner is None:
        return None
    bearer, at = as_bearer(w, inner.who), inner.verb
    rule, why = f"{outer.sense.rule}_via", reason(outer.via or "", bearer)
    made = Sense(rule, why, inner.modality, verb=at, state=inner.state)
    mark = Mark(at, at + 1, w.tokens[at].low, at)
    clause = Clause(mark, Subject(inner.who.start, inner.who.end, "main"), inner.who, made)
    around = circumstances(w.tokens, w.depth, 0, len(w.tokens), inner.who.start, at)
    norm = _made(w, clause, bearer, at, 0, len(w.tokens), around)
    return replace(norm, via=outer.via)


# --- clauses ---


def _clauses(w: Words, found: Sequence[Mark], stated: list[Stated]) -> list[Clause]:
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
        else:
            subject = next_subject(w.tokens, w.depth, clauses[-1].mark.end, mark.start)
        if clauses and (_of_noun(w, mark, subject) or (subject.role == "same" and _nested(w, clauses[-1], mark))):
            subject = replace(subject, role="subordinate")
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


def _unintroduced(w: Words, found: Sequence[Mark]) -> list[Clause]:
    """ "When deciding on the amount due regard shall be given": no comma ends the introduction; the last rules."""
    mark, words = found[-1], w.tokens
    start = next((i + 1 for i in range(mark.start - 1, 0, -1) if words[i].kind == "," and not w.depth[i]), 0)
    if (
        words[0].kind != "sub"
        or mark.verb is None
        or mark.word not in RULING
        or any(t.kind in OPENERS for t in words[max(start, 1) : mark.start])
    ):
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
        who = replace(who, kind="regulated")
    first = words[subject.start].low if subject.end > subject.start else ""
    if first == "nothing" or first == "there":
        return Clause(
            mark, subject, who, Sense("nothing", "It states what is, and commands nobody.", statement="saving")
        )
    made = _sense(w, mark, who, denied=first in ("no", "neither", "nobody", "none"))
    if made.modality == "permission" and subject.start and words[subject.start - 1].low == "only":
        made = replace(made, rule="only_may", reason="Nobody else may do it.", modality="prohibition")
    return Clause(mark, subject, who, made)


def _sense(w: Words, mark: Mark, who: Party, denied: bool) -> Sense:
    if mark.word != "should" or not w.expects:
        return sense(w.tokens, mark, who, denied)
    made = sense(w.tokens, replace(mark, word="must"), who, denied)
    return made if made.statement else replace(made, rule=made.rule.replace("must", "should"), reason=EXPECTED)


def _start(w: Words, clauses: Sequence[Clause], number: int) -> int:
    """Where a clause starts: the sentence, or what follows the clause before it."""
    clause = clauses[number]
    if number == 0 or clause.begin:
        return clause.begin
    if clause.subject.role in ("same", "relative", "complement"):
        return clause.mark.start
    start = min(clause.subject.start, clause.mark.start)
    floor = clauses[number - 1].mark.end
    while start > floor and w.tokens[start - 1].kind in (",", "sub", "adv") and start - 1 > floor:
        start -= 1
    opening = _introduction(w, floor, start)
    return opening if opening is not None else start


def _introduction(w: Words, floor: int, start: int) -> int | None:
    """ "…; where X applies, Y shall": the semicolon or full stop before the introduction."""
    for index in range(start - 1, floor, -1):
        if w.tokens[index].kind == ";" and not w.depth[index]:
            return index + 1
    return None


def _lists(w: Words, clauses: Sequence[Clause], number: int) -> bool:
    """ "shall rest on X, and shall include the following:": the list belongs to the last act alone."""
    return 0 < number == len(clauses) - 1 and w.tokens[-1].kind == ":"


def _end(w: Words, clauses: Sequence[Clause], number: int) -> int:
    for later in range(number + 1, len(clauses)):
        # "shall ensure that banks report, and shall inform EBA": what is passed on ends before the state's own act.
        next_act = clauses[later].subject.role == "same" and _handed_on(w, clauses[number])
        if clauses[later].subject.role == "main" or next_act or _lists(w, clauses, later):
            end = _start(w, clauses, later)
            while end > clauses[number].mark.end and w.tokens[end - 1].kind in ("conj", ",", ";"):
                end -= 1
            return end
    return len(w.tokens)


def _handed_on(w: Words, clause: Clause) -> bool:
    verb = clause.sense.verb
    return verb is not None and passed_on(w, clause, verb, len(w.tokens)) is not None


# --- norms ---


def _norms(w: Words, clause: Clause, start: int, end: int) -> list[Norm]:
    """The clause's norm, and those of others whom the same clause binds: "and that the bank informs the payer"."""
    verb = clause.sense.verb if clause.sense.verb is not None else clause.mark.end
    first = _norm(w, clause, start, end)
    others: list[Norm] = []
    for that, passed in passed_on_next(w, clause, verb, clause.mark.end, end):
        around = circumstances(w.tokens, w.depth, that + 1, end, passed.clause.who.start, passed.verb)
        norm = replace(_made(w, passed.clause, passed.bearer, passed.verb, that + 1, end, around), via=passed.via)
        if not _alike(others[-1] if others else first, norm):
            others.append(norm)
    return [_norm(w, clause, start, others[0].start - 2), *others] if others else [first]


def _norm(w: Words, clause: Clause, start: int, end: int) -> Norm:
    verb = clause.sense.verb if clause.sense.verb is not None else clause.mark.end
    around = circumstances(w.tokens, w.depth, start, end, max(clause.subject.start, start), verb)
    passed = passed_on(w, clause, verb, end)
    if passed:
        norm = _made(w, passed.clause, passed.bearer, passed.verb, start, end, around)
        return replace(norm, via=passed.via)
    return _made(w, clause, bearer_of(w, clause, verb, end), verb, start, end, around)


def _made(
    w: Words, clause: Clause, bearer: Bearer, verb: int, start: int, end: int, around: Sequence[Circumstance]
) -> Norm:
    action, thing = action_of(w, clause, verb, end, around)
    sure = confidence(doubts(w, clause, bearer))
    norm = Norm(clause.sense, clause.mark, clause.subject, clause.who, bearer, action, thing, start, end)
    return replace(norm, circumstances=tuple(around), confidence=sure)


def _alike(first: Norm, second: Norm) -> bool:
    return first.bearer.text == second.bearer.text and first.sense.modality == second.sense.modality


def _joined(first: Norm, second: Norm) -> Norm:
    """ "shall A and shall B" of one bearer is one norm with both acts and all conditions."""
    around = {(c.start, c.end): c for c in (*first.circumstances, *second.circumstances)}
    return replace(first, end=second.end, circumstances=tuple(around[key] for key in sorted(around)))


def _heading_end(words: Sequence[Token], mark: int) -> int:
    """Past a heading that was glued to its sentence without a stop: "Monitoring and review The Commission shall"."""
    for index in range(mark - 1, 0, -1):
        token, before = words[index], words[index - 1]
        word = not token.text.isupper() or (token.text == "A" and words[index + 1].text[0].islower())
        capital = token.text[0].isupper() and token.kind in ("det", "pron", "sub", "prep") and word
        if capital and before.kind in ("word", "num") and not (before.text[0].islower() and token.kind == "prep"):
            return index
    return 0
