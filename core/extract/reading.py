"""One sentence → its norms: mark, sense, bearer, action. Knows nothing of lists, articles or documents."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.extract.bearers import Party, Terms, is_thing, mentions, party
from core.extract.conditions import Circumstance, circumstances
from core.extract.marks import Mark, Sense, frames, lemma, marks, sense
from core.language.clauses import Subject, depths, first_subject, has_verb, next_subject
from core.language.tokens import Token, singular, tokens
from core.language.verbs import base_of_participle, is_base, is_participle, is_third_person
from core.types import Bearer

PLURAL = frozenset({"they", "these", "those", "both", "we"})
PARTICLES = frozenset({"out", "down", "up", "off", "over", "forward", "aside", "back"})
# A thing as subject of these says what a text must hold, so a pronoun with one of them is likely a thing.
CONTENT_VERBS = frozenset(
    "include contain indicate state specify cover comprise describe set show mention apply be".split()
)


@dataclass(frozen=True, slots=True)
class Norm:
    """A clause that directs somebody. Indices are tokens of `Sentence.tokens`."""

    sense: Sense
    mark: Mark
    subject: Subject
    who: Party
    bearer: Bearer
    action: str
    object: str
    start: int
    end: int
    via: str | None = None
    circumstances: tuple[Circumstance, ...] = ()
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Stated:
    """A mark that commands nobody, and why."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Antecedent:
    """Who an "it" or "they" of the next sentence may be: `seen` without `bearer` when the last subject was a thing."""

    bearer: Bearer | None = None
    plural: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    tokens: Sequence[Token]
    depth: Sequence[int]
    norms: tuple[Norm, ...]
    stated: tuple[Stated, ...]

    def slice(self, start: int, end: int) -> str:
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""


def read(text: str, terms: Terms, before: Antecedent = Antecedent()) -> Sentence:  # noqa: B008 - frozen
    words = tokens(text)
    depth = depths(words)
    found = list(marks(words))
    norms: list[Norm] = []
    stated: list[Stated] = []
    if found:
        reader = _Reader(text, words, depth, terms, before)
        reader.read(found, norms, stated)
    return Sentence(text, words, depth, tuple(norms), tuple(stated))


def inner_norm(text: str, terms: Terms, outer: Norm) -> Norm | None:
    """ "the bank keeps records", under "Member States shall ensure that:": a norm of the bank; None where nobody acts."""
    words = tokens(text)
    reader = _Reader(text, words, depths(words), terms, Antecedent())
    inner = reader._inner_that(0, len(words))
    if inner is None:
        return None
    who, at, modality, state = inner
    bearer = reader._as_bearer(who)
    made = Sense(
        f"{outer.sense.rule}_via", f"A state must see to it; {bearer.text} must do it.", modality, verb=at, state=state
    )
    subject = Subject(who.start, who.end, "main")
    clause = _Clause(Mark(at, at + 1, words[at].low, at), subject, who, made)
    around = circumstances(words, reader.depth, 0, len(words), who.start, at)
    return reader._with((clause, bearer, None, at), 0, len(words), around)


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
    made = replace(
        norm.sense, rule=f"{norm.sense.rule}_via", reason=f"{via} must see to it; {bearer.text} must do it.", verb=None
    )
    return replace(norm, sense=made, who=who, bearer=bearer, via=via, action="", object="")


@dataclass(slots=True)
class _Clause:
    mark: Mark
    subject: Subject
    who: Party
    sense: Sense
    begin: int = 0


class _Reader:
    """Holds one sentence while its clauses are read; thrown away after."""

    def __init__(self, text: str, words: Sequence[Token], depth: Sequence[int], terms: Terms, before: Antecedent):
        self.text, self.words, self.depth, self.terms, self.before = text, words, depth, terms, before

    def read(self, found: Sequence[Mark], norms: list[Norm], stated: list[Stated]) -> None:
        clauses = self._clauses(found, stated)
        for number, clause in enumerate(clauses):
            start = self._start(clauses, number)
            end = self._end(clauses, number)
            if clause.sense.statement:
                stated.append(Stated(clause.sense.statement, clause.sense.reason))
                continue
            norm = self._norm(clause, start, end)
            same = (
                norms and norms[-1].bearer.text == norm.bearer.text and norms[-1].sense.modality == norm.sense.modality
            )
            if clause.subject.role == "same" and same:
                norms[-1] = self._joined(norms[-1], norm)
            else:
                norms.append(norm)

    def _clauses(self, found: Sequence[Mark], stated: list[Stated]) -> list[_Clause]:
        """The clauses that stand for themselves; what is inside a condition or an object relative is left to them."""
        clauses: list[_Clause] = []
        hard = 0
        begin = heading_end(self.words, found[0].start)
        for mark in found:
            boundary = self._hard_boundary(hard, mark.start)
            if not clauses or boundary:
                begin = max(begin, boundary)
                subject = first_subject(self.words, self.depth, begin, mark.start)
            else:
                subject = next_subject(self.words, self.depth, clauses[-1].mark.end, mark.start)
            if subject.role == "same" and clauses and self._nested(clauses[-1], mark):
                subject = replace(subject, role="subordinate")
            if subject.role == "subordinate":
                stated.append(
                    Stated(
                        "subordinate",
                        f"“{self.words[mark.start].text}” stands inside a condition or a relative clause.",
                    )
                )
                continue
            clause = self._clause(mark, subject, clauses)
            if clause is None:
                stated.append(Stated("subordinate", "A relative clause describes a thing and commands nobody."))
                continue
            clause.begin = boundary
            clauses.append(clause)
            hard = mark.end
        return clauses or self._unintroduced(found)

    def _unintroduced(self, found: Sequence[Mark]) -> list[_Clause]:
        """ "When deciding on the amount due regard shall be given": an introduction that no comma ends; the last mark rules."""
        mark = found[-1]
        if self.words[0].kind != "sub" or mark.word not in ("shall", "must") or mark.verb is None:
            return []
        if any(token.kind in ("rel", "that") for token in self.words[1 : mark.start]):
            return []
        subject = Subject(mark.start, mark.start, "main", sure=False)
        who = Party(mark.start, mark.start, None)
        return [_Clause(mark, subject, who, sense(self.words, mark, who, denied=False))]

    def _nested(self, last: _Clause, mark: Mark) -> bool:
        """ "where lists are related to X or may affect Y": the second verb belongs to the clause that is still open."""
        if last.sense.statement == "possibility":
            return True
        between = self.words[last.mark.end : mark.start]
        return mark.word != last.mark.word and any(token.kind in ("rel", "sub", "that") for token in between)

    def _hard_boundary(self, after: int, mark: int) -> int:
        """After a semicolon a new sentence may start: the index behind it, when a subject of its own stands before the mark."""
        for index in range(mark - 1, after, -1):
            if self.words[index].kind == ";" and not self.depth[index]:
                following = index + 1
                while following < mark and self.words[following].kind in ("conj", "label", "quote", "adv", ","):
                    following += 1
                opened = any(t.kind in ("rel", "that") for t in self.words[following:mark])
                return following if following < mark and not opened else 0
        return 0

    def _clause(self, mark: Mark, subject: Subject, clauses: Sequence[_Clause]) -> _Clause | None:
        words = self.words
        if subject.role == "complement" and not clauses:
            return None
        if subject.role == "complement" and not self._passes(clauses[-1]):
            return None
        if subject.role == "same" and clauses:
            last = clauses[-1]
            subject = Subject(last.subject.start, last.subject.end, "same", last.subject.sure)
            who = last.who
        elif subject.role == "relative":
            who = self._antecedent(subject.start)
            if who is None or mark.word not in ("shall", "must"):
                return None
            subject = Subject(who.start, who.end, "relative", sure=False)
        else:
            who = party(words, subject.start, subject.end, self.terms)
        if who.pronoun and who.kind is None:
            who = self._pronoun(who, subject, mark)
        if who.kind is None and not who.pronoun and self._acts(who, mark):
            who = replace(who, kind="regulated")
        first = words[subject.start].low if subject.end > subject.start else ""
        if first == "nothing" or first == "there":
            return _Clause(
                mark, subject, who, Sense("nothing", "It states what is, and commands nobody.", statement="saving")
            )
        return _Clause(mark, subject, who, sense(words, mark, who, denied=first in ("no", "neither", "nobody", "none")))

    def _acts(self, who: Party, mark: Mark) -> bool:
        """A noun that no list knows acts when only somebody can do what follows: "The Society must inform the PRA"."""
        if who.end <= who.start or mark.verb is None or self.words[mark.verb].low not in frames()["agentive_verbs"]:
            return False
        head = self.words[who.end - 1]
        named = who.end - who.start == 1 and head.text[0].isupper() and self.words[who.start - 1].kind == "det"
        low = singular(head.low)
        return named and not low.endswith(tuple(frames()["endings_of_things"])) and not is_thing(low)

    def _passes(self, outer: _Clause) -> bool:
        """Only what must be ensured or required is a norm inside "that": what may be determined is none yet."""
        at = outer.sense.verb
        return (
            outer.sense.modality == "obligation" and at is not None and self.words[at].low in frames()["passing_verbs"]
        )

    def _antecedent(self, rel: int) -> Party | None:
        """Who "which" is: the last party before it in its stretch, when nothing but its own modifiers follows."""
        start = rel
        while start > 0 and self.words[start - 1].kind not in (";", ":"):
            start -= 1
            if rel - start > 40:
                break
        found = list(mentions(self.words, start, rel, self.terms))
        if not found or has_verb_modal(self.words, found[-1].end, rel):
            return None
        nearest = found[-1]
        distance = rel - nearest.end
        return (
            nearest
            if distance <= 1 or self.words[nearest.end].low in ("designated", "established", "concerned", "referred")
            else None
        )

    def _pronoun(self, who: Party, subject: Subject, mark: Mark) -> Party:
        """The first party of this sentence that agrees in number, for "Where a firm does so it must"."""
        plural = self.words[who.start].low in PLURAL
        following = {token.low for token in self.words[mark.end : mark.end + 3]}
        if following & (frames()["ban_frames"] | frames()["leave_frames"]) and not plural:
            return who  # "it shall be prohibited to" stands for nobody
        for named in mentions(self.words, 0, subject.start, self.terms):
            if self._plural(named) == plural and self.words[named.start - 1].low != "of":
                return replace(named, pronoun=True)
        return who

    def _plural(self, who: Party) -> bool:
        last = self.words[who.end - 1].low
        return last.endswith("s") and not last.endswith("ss")

    def _start(self, clauses: Sequence[_Clause], number: int) -> int:
        """Where a clause starts: the sentence, or what follows the clause before it."""
        clause = clauses[number]
        if number == 0 or clause.begin:
            return clause.begin
        if clause.subject.role in ("same", "relative", "complement"):
            return clause.mark.start
        start = clause.subject.start
        floor = clauses[number - 1].mark.end
        while start > floor and self.words[start - 1].kind in (",", "sub", "adv") and start - 1 > floor:
            start -= 1
        introduction = self._introduction(floor, start)
        return introduction if introduction is not None else start

    def _introduction(self, floor: int, start: int) -> int | None:
        """ "…; where X applies, Y shall": the semicolon or full stop before the introduction."""
        for index in range(start - 1, floor, -1):
            if self.words[index].kind == ";" and not self.depth[index]:
                return index + 1
        return None

    def _end(self, clauses: Sequence[_Clause], number: int) -> int:
        for later in range(number + 1, len(clauses)):
            if clauses[later].subject.role in ("main",):
                end = self._start(clauses, later)
                while end > clauses[number].mark.end and self.words[end - 1].kind in ("conj", ",", ";"):
                    end -= 1
                return end
        return len(self.words)

    def _norm(self, clause: _Clause, start: int, end: int) -> Norm:
        mark, made = clause.mark, clause.sense
        verb = made.verb if made.verb is not None else mark.end
        around = circumstances(self.words, self.depth, start, end, max(clause.subject.start, start), verb)
        passed = self._passed_on(clause, verb, end)
        if passed:
            return self._with(passed, start, end, around)
        bearer, who = self._bearer(clause, verb, end)
        return self._with((clause, bearer, None, verb), start, end, around)

    def _with(
        self, read: tuple[_Clause, Bearer, str | None, int], start: int, end: int, around: list[Circumstance]
    ) -> Norm:
        clause, bearer, via, verb = read
        action, thing = self._action(clause, verb, end, around, bearer)
        confidence = self._confidence(clause, bearer, end - start)
        return Norm(
            clause.sense,
            clause.mark,
            clause.subject,
            clause.who,
            bearer,
            action,
            thing,
            start,
            end,
            via,
            tuple(around),
            confidence,
        )

    def _joined(self, first: Norm, second: Norm) -> Norm:
        """ "shall A and shall B" of one bearer is one norm with both acts and all conditions."""
        around = {(c.start, c.end): c for c in (*first.circumstances, *second.circumstances)}
        return replace(first, end=second.end, circumstances=tuple(around[key] for key in sorted(around)))

    # --- the bearer ---

    def _bearer(self, clause: _Clause, verb: int, end: int) -> tuple[Bearer, Party]:
        who, made = clause.who, clause.sense
        if made.rule == "power_conferred":
            return self._named_after(made.end or verb, end, made), who
        if made.rule.endswith("_for"):
            agent = party(self.words, made.end or verb, verb - 1, self.terms)
            return (self._as_bearer(agent) if agent.kind is not None else Bearer("")), who
        if made.passive:
            agent = self._agent(verb, end)
            return (self._as_bearer(agent) if agent else Bearer("")), who
        if (
            made.rule in ("prohibited", "permitted", "not_permitted", "required_to")
            and who.pronoun
            and who.kind is None
        ):
            return Bearer(""), who
        if who.kind is None and who.pronoun:
            return self._unresolved(clause), who
        if who.kind is None or (made.state and who.kind is None):
            return Bearer(""), who
        return self._as_bearer(who), who

    def _as_bearer(self, who: Party) -> Bearer:
        text = self.text[self.words[who.start].start : self.words[who.end - 1].end]
        return Bearer(text, who.kind or "unspecified", explicit=True)

    def _unresolved(self, clause: _Clause) -> Bearer:
        """A pronoun with nobody before it in the sentence: the subject of the sentence before, where it agrees."""
        word = self.words[clause.who.start]
        acts = clause.mark.verb is not None and self.words[clause.mark.verb].low not in CONTENT_VERBS
        plural = word.low in PLURAL
        before = self.before
        if before.bearer is not None and before.plural == plural:
            return replace(before.bearer, explicit=True, inferred=f"“{word.text}” in this sentence")
        if word.kind != "pron" or before.seen or not acts or clause.sense.state:
            return Bearer("")
        return Bearer(word.text, "unspecified", explicit=True)

    def _agent(self, participle: int, end: int) -> Party | None:
        """ "by the controller" after the participle it belongs to."""
        for index in range(participle + 1, min(end, participle + 40)):
            token = self.words[index]
            if token.low == "by" and not self.depth[index]:
                who = party(self.words, index + 1, end, self.terms)
                return who if who.kind is not None and who.known else None
            joined = self.words[index - 1].kind in ("conj", ",", "adv")
            if token.kind in (";", ":", "sub", "rel") or (is_participle(token.low) and not joined):
                return None
        return None

    def _named_after(self, start: int, end: int, made: Sense) -> Bearer:
        who = party(self.words, start, end, self.terms)
        return self._as_bearer(who) if who.kind is not None else Bearer("")

    # --- "Member States shall ensure that X does" ---

    def _passed_on(self, clause: _Clause, verb: int, end: int) -> tuple[_Clause, Bearer, str | None, int] | None:
        """The party that must do it when a state or authority must see to it; None when the duty stays."""
        words, who, made = self.words, clause.who, clause.sense
        low = words[verb].low if verb < end else ""
        outer_state = who.kind == "member_state"
        requires = low in frames()["requiring_verbs"] and who.kind in ("member_state", "authority", "eu_body")
        if made.modality not in ("obligation",) or made.passive or not (outer_state or requires):
            return None
        if low in frames()["banning_verbs"] and outer_state:
            return self._banned(clause, verb, end)
        if low not in frames()["passing_verbs"] and not requires:
            return None
        that = next((i for i in range(verb + 1, min(end, verb + 4)) if words[i].kind == "that"), None)
        inner = (
            self._inner_that(that + 1, end) if that is not None else self._inner_to(verb + 1, end) if requires else None
        )
        if inner is None:
            return None
        inner_who, at, modality, state = inner
        bearer = self._as_bearer(inner_who)
        via = self.text[words[who.start].start : words[who.end - 1].end]
        reason = f"{via} must see to it; {bearer.text} must do it."
        new = Sense(f"{made.rule}_via", reason, modality, verb=at, state=state)
        return _Clause(clause.mark, clause.subject, inner_who, new), bearer, via, at

    def _banned(self, clause: _Clause, verb: int, end: int) -> tuple[_Clause, Bearer, str | None, int] | None:
        start = next((i for i in range(verb + 1, end) if self.words[i].low == "from"), None)
        who = party(self.words, verb + 1, start, self.terms) if start else None
        if start is None or who is None or who.kind is None or start - who.end > 1:
            return None
        via = self.text[self.words[clause.who.start].start : self.words[clause.who.end - 1].end]
        made = Sense("ban_via", f"{via} must prohibit it.", "prohibition", verb=start + 1)
        return _Clause(clause.mark, clause.subject, who, made), self._as_bearer(who), via, start + 1

    def _inner_that(self, start: int, end: int) -> tuple[Party, int, str, bool] | None:
        """The party and verb of "that X does …": an active verb after a party; a passive leaves X the one acted on."""
        words = self.words
        start = self._past_introduction(start, end)
        who = party(words, start, end, self.terms)
        if who.kind is None or who.pronoun:
            return None
        at = self._finite(who.end, end)
        if at is None:
            return None
        return self._inner_sense(who, at, end)

    def _past_introduction(self, start: int, end: int) -> int:
        """ "that, where appropriate, X does" and "that when X, Y does"."""
        words = self.words
        if start < end and (words[start].kind in (",", "sub", "prep")):
            comma = next(
                (i for i in range(start + 1, min(end, start + 45)) if words[i].kind == "," and not self.depth[i]), None
            )
            return comma + 1 if comma is not None else start
        return start

    def _finite(self, start: int, end: int) -> int | None:
        """The verb of X after X itself: past "established in …" and "which …", the first finite form."""
        words = self.words
        skipping = False
        for index in range(start, min(end, start + 60)):
            token = words[index]
            if token.kind in (";", ":"):
                return None
            if token.kind == "rel":
                skipping = True
                continue
            finite = token.kind in ("modal", "be", "have", "do") or (
                token.kind == "word"
                and words[index - 1].kind not in ("det", "prep", "to", "conj")
                and (is_base(token.low) or is_third_person(token.low))
                and not (index + 1 < end and words[index + 1].kind in ("be", "have", "modal"))
            )
            if finite and skipping:
                skipping = False
                continue
            if finite:
                return index
        return None

    def _inner_sense(self, who: Party, at: int, end: int) -> tuple[Party, int, str, bool] | None:
        words = self.words
        modality, index = "obligation", at
        token = words[at]
        if token.low in ("may", "can"):
            if at + 1 < end and words[at + 1].kind == "not":
                return who, min(at + 2, end - 1), "prohibition", False
            return None
        if token.kind == "modal" or token.low in ("do", "does"):
            index += 1
        while index < end and words[index].kind in ("not", "adv"):
            modality = "prohibition" if words[index].kind == "not" else modality
            index += 1
        if index >= end:
            return None
        low = words[index].low
        if low in ("be", "is", "are"):
            return self._inner_be(who, index, end, modality)
        if low in ("have", "has") and any(t.low in ("right", "rights") for t in words[index + 1 : index + 4]):
            return who, index, "right", True
        if low in ("have", "has") and any(t.low in ("power", "powers") for t in words[index + 1 : index + 5]):
            return who, index, "power", True
        return who, index, modality, False

    def _inner_be(self, who: Party, be: int, end: int, modality: str) -> tuple[Party, int, str, bool] | None:
        words, index = self.words, be + 1
        while index < end and words[index].kind in ("not", "adv"):
            modality = "prohibition" if words[index].kind == "not" else modality
            index += 1
        low = words[index].low if index < end else ""
        after = words[index + 1].low if index + 1 < end else ""
        named = frames()
        if low in named["duty_frames"] and after == "to" and modality == "obligation":
            return who, min(index + 2, end - 1), "obligation", False
        if low in named["right_frames"]:
            return who, min(index + 2, end - 1), "right", False
        if low in named["ban_frames"] and after == "from":
            return who, min(index + 2, end - 1), "prohibition", False
        if low in named["power_frames"]:
            return who, min(index + 2, end - 1), "power", False
        if low in named["answerable_frames"]:
            return who, be, modality, True
        return None

    def _inner_to(self, start: int, end: int) -> tuple[Party, int, str, bool] | None:
        """ "require X (not) to V"."""
        words = self.words
        to = next(
            (
                i
                for i in range(start + 1, min(end, start + 30))
                if words[i].kind == "to" and i + 1 < end and is_base(words[i + 1].low)
            ),
            None,
        )
        if to is None:
            return None
        who = party(words, start, to, self.terms)
        if who.kind is None or who.pronoun:
            return None
        modality = "prohibition" if words[to - 1].kind == "not" else "obligation"
        return who, to + 1, modality, False

    # --- the act ---

    def _action(
        self, clause: _Clause, verb: int, end: int, around: Sequence[Circumstance], bearer: Bearer
    ) -> tuple[str, str]:
        words, made = self.words, clause.sense
        stop = self._action_end(verb, end, around)
        subject = self._subject_text(clause.subject)
        if verb >= stop or made.verb is None:
            return "", "" if clause.who.kind is not None else subject
        if made.rule == "power_conferred":
            verb = next(
                (i + 1 for i in range(verb, stop - 1) if words[i].low == "to" and is_base(words[i + 1].low)), verb
            )
        rest = self._without(verb + 1, stop, around)
        if made.passive and made.rule != "power_conferred":
            return self._passive_action(verb, stop, around, subject), subject
        low = words[verb].low
        if made.rule == "right_to" and words[verb - 2].kind == "not":
            return f"not {low} {rest}".strip(), ""
        if made.state and low in ("be", "is", "are"):
            if clause.who.kind is not None:
                return f"be {rest}".strip(), ""
            be = "are" if self._plural_subject(clause.subject) else "is"
            return f"ensure that {subject} {be} {rest}".strip(), subject
        shown = lemma_of_finite(low) if not made.state else low
        return tidy(f"{shown} {rest}"), "" if low == "be" else self._object(verb + 1, stop)

    def _action_end(self, verb: int, end: int, around: Sequence[Circumstance]) -> int:
        """Trailing conditions and exceptions are shown by themselves, not in the act."""
        stop = end
        for circumstance in reversed(around):
            if circumstance.start > verb and circumstance.end >= stop - 1:
                stop = circumstance.start
        while stop > verb and self.words[stop - 1].kind in (",", ";", ".", ":", "conj", "-"):
            stop -= 1
        return stop

    def _without(self, start: int, stop: int, around: Sequence[Circumstance]) -> str:
        """The words with a second "shall" left out: "define X and (shall) keep Y"."""
        if stop <= start:
            return ""
        pieces, at = [], self.words[start].start
        for index in range(start + 1, stop):
            token = self.words[index]
            if token.low in ("shall", "must") and self.words[index - 1].kind == "conj":
                pieces.append(self.text[at : token.start])
                at = self.words[index + 1].start if index + 1 < stop else token.end
        pieces.append(self.text[at : self.words[stop - 1].end])
        return " ".join("".join(pieces).split())

    def _passive_action(self, verb: int, stop: int, around: Sequence[Circumstance], subject: str) -> str:
        words = self.words
        base = base_of_participle(words[verb].low)
        rest_start = verb + 1
        particle = ""
        if rest_start < stop and words[rest_start].low in PARTICLES:
            particle, rest_start = " " + words[rest_start].low, rest_start + 1
        while base and rest_start + 1 < stop and words[rest_start].kind in ("conj", ","):
            ahead = rest_start + 1
            while ahead < stop and words[ahead].kind in ("conj", "adv"):
                ahead += 1
            further = base_of_participle(words[ahead].low) if ahead < stop else None
            if further is None:
                break
            base += f"{',' if words[rest_start].kind == ',' and words[rest_start + 1].kind != 'conj' else ' ' + self._conj(rest_start, ahead)} {further}"
            rest_start = ahead + 1
        rest = self._without(rest_start, stop, around)
        agent = self._agent(verb, stop)
        if agent is not None:
            by = next(i for i in range(verb + 1, stop) if words[i].low == "by")
            spoken = self.text[words[by].start : words[agent.end - 1].end]
            rest = " ".join(rest.replace(" ".join(spoken.split()), "", 1).split())
        if base is None or base == "be":
            return f"ensure that {subject} is {words[verb].low} {rest}".strip()
        return " ".join(f"{base}{particle} {subject} {rest}".split())

    def _conj(self, start: int, end: int) -> str:
        return next((t.low for t in self.words[start:end] if t.kind == "conj"), "and")

    def _subject_text(self, subject: Subject) -> str:
        start, end = subject.start, subject.end
        while end > start and self.words[end - 1].kind in (",", "conj"):
            end -= 1
        if end <= start:
            return ""
        text = " ".join(self.text[self.words[start].start : self.words[end - 1].end].split())
        first = self.words[start]
        proper = len(first.text) > 1 and (first.text[1].isupper() or not first.text[1:].islower())
        return (
            text
            if proper or (start + 1 < end and self.words[start + 1].text[0].isupper() and first.kind != "det")
            else text[0].lower() + text[1:]
        )

    def _plural_subject(self, subject: Subject) -> bool:
        for index in range(subject.start, subject.end):
            token = self.words[index]
            if (token.kind in ("prep", "rel", "that", ",", "(") or is_participle(token.low)) and index > subject.start:
                last = self.words[index - 1].low
                return last.endswith("s") and not last.endswith("ss") or last in ("data",)
            if token.kind == "conj" and token.low == "and":
                return True
        last = self.words[subject.end - 1].low if subject.end > subject.start else ""
        if last in PLURAL:
            return True
        return (last.endswith("s") and not last.endswith("ss")) or last == "data"

    def _object(self, start: int, stop: int) -> str:
        words = self.words
        start = end = self._past_verbs(start, stop)
        if start < stop and words[start].kind == ",":
            closing = next((i for i in range(start + 1, stop) if words[i].kind == ","), start)
            start = end = closing + 1
        while end < stop and words[end].kind in ("adv", "not", "label"):
            start = end = end + 1
        if start < stop and words[start].kind in ("prep", "to", "conj"):
            return ""
        while end < stop and words[end].kind not in ("prep", "to", "rel", "that", "sub", ",", ";", ":", "(", "."):
            end += 1
        while end > start and words[end - 1].kind in ("conj", "adv"):
            end -= 1
        described = next(
            (
                i
                for i in range(start + 1, end)
                if is_participle(words[i].low) and i + 1 < stop and words[i + 1].kind in ("prep", "to")
            ),
            end,
        )
        end = described
        return " ".join(self.text[words[start].start : words[end - 1].end].split()) if end > start else ""

    def _past_verbs(self, start: int, stop: int) -> int:
        """ "identify, classify and adequately document X": the object follows the last of the verbs."""
        words = self.words
        while start < stop and words[start].kind in (",", "conj"):
            ahead = start
            while ahead < stop and words[ahead].kind in (",", "conj", "adv"):
                ahead += 1
            if ahead >= stop or not (
                is_base(words[ahead].low) and ahead + 1 < stop and words[ahead + 1].kind not in ("prep",)
            ):
                break
            if words[ahead].low == "be":
                return stop
            start = ahead + 1
        return start

    def _confidence(self, clause: _Clause, bearer: Bearer, length: int) -> float:
        doubts = (
            clause.sense.doubt,
            0.0 if clause.subject.sure else 0.15,
            0.2 if not bearer.text else 0.0 if clause.who.known or clause.sense.passive else 0.1,
            0.1 if bearer.inferred else 0.0,
            0.1 if length > 110 else 0.0,
            0.1 if clause.who.kind is None and not clause.sense.passive and not clause.sense.state else 0.0,
        )
        return round(max(0.3, 0.97 - sum(doubts)), 2)


def tidy(text: str) -> str:
    """Words joined again: no space before a comma, none at the ends."""
    return " ".join(text.split()).replace(" ,", ",").replace(" ;", ";")


def has_verb_modal(words: Sequence[Token], start: int, end: int) -> bool:
    return any(token.kind in ("be", "have", "modal") for token in words[start:end]) and has_verb(words, start, end)


def lemma_of_finite(low: str) -> str:
    """ "has" → "have", "ensures" → "ensure", for the act shown as an infinitive."""
    if low in ("has", "is", "are", "does"):
        return {"has": "have", "does": "do"}.get(low, "be")
    if not is_base(low) and is_third_person(low):
        for cut, add in (("ies", "y"), ("es", ""), ("s", "")):
            if low.endswith(cut) and is_base(low[: -len(cut)] + add):
                return low[: -len(cut)] + add
    return lemma(low) if low.endswith("ed") else low


def heading_end(words: Sequence[Token], mark: int) -> int:
    """Past a heading that was glued to its sentence without a stop: "Monitoring and evaluation The Commission shall"."""
    for index in range(mark - 1, 0, -1):
        token, before = words[index], words[index - 1]
        word = not token.text.isupper() or (token.text == "A" and words[index + 1].text[0].islower())
        capital = token.text[0].isupper() and token.kind in ("det", "pron", "sub", "prep") and word
        if capital and before.kind in ("word", "num") and not (before.text[0].islower() and token.kind == "prep"):
            return index
    return 0
