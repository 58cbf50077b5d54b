"""One sentence → its norms: bearer, action, circumstances. Knows nothing of lists, articles or documents."""

from collections.abc import Sequence
from dataclasses import replace

from core.extract.acts import action_of
from core.extract.clausing import clauses_of
from core.extract.conditions import Circumstance, circumstances
from core.extract.doubts import confidence, doubts
from core.extract.marks import Mark, Sense, marks
from core.extract.naming import as_bearer, bearer_of, is_plural
from core.extract.norms import Antecedent, Clause, Norm, Sentence, Stated, Words
from core.extract.passing import inner_that, passed_on, passed_on_next, reason
from core.extract.terms import Terms
from core.language.chunks import depths
from core.language.clauses import Subject
from core.language.tokens import tokens
from core.types import Bearer

NOBODY_YET = Antecedent()
TOO_LONG = Stated("too long", "It runs over more words than the engine reads as one sentence; read it yourself.")
# No legislator writes this; text without full stops must not cost the square of its length.
LONGEST_SENTENCE_TOKENS = 2_500
MOST_MARKS = 40


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
    clauses = clauses_of(w, found, stated)
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
    return Sentence(text, w.tokens, w.depth, tuple(norms), tuple(stated), expects, _named(w, clauses))


def _named(w: Words, clauses: Sequence[Clause]) -> Antecedent | None:
    for clause in clauses:
        if clause.sense.rule == "status" and clause.who.kind is not None:
            return Antecedent(as_bearer(w, clause.who), is_plural(w, clause.who.end), seen=True)
    return None


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
    opens = w.tokens[-1].kind == ":" or clauses[number].mark.end == len(w.tokens)
    return 0 < number == len(clauses) - 1 and opens


def _end(w: Words, clauses: Sequence[Clause], number: int) -> int:
    for later in range(number + 1, len(clauses)):
        # "shall ensure that banks report, and shall inform EBA": what is passed on ends before the state's own act.
        next_act = clauses[later].subject.role == "same" and (
            _handed_on(w, clauses[number]) or _turns(clauses[number], clauses[later])
        )
        if clauses[later].subject.role == "main" or next_act or _lists(w, clauses, later):
            end = _start(w, clauses, later)
            while end > clauses[number].mark.end and w.tokens[end - 1].kind in ("conj", ",", ";"):
                end -= 1
            return end
    return len(w.tokens)


def _turns(clause: Clause, later: Clause) -> bool:
    """ "must not apply a term unless it is fair, and must be ready to justify it": the second is of another kind."""
    verb = clause.sense.verb
    other = later.sense.modality is not None and clause.sense.modality != later.sense.modality
    return verb is not None and verb < later.mark.start and other


def _handed_on(w: Words, clause: Clause) -> bool:
    verb = clause.sense.verb
    return verb is not None and passed_on(w, clause, verb, len(w.tokens)) is not None


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
