"""What must be done, as an infinitive in the text's own words: "report major incidents to the authority"."""

from collections.abc import Sequence

from core.extract.conditions import Circumstance
from core.extract.naming import PLURAL, agent
from core.extract.norms import Clause, Words
from core.language.clauses import Subject
from core.language.tokens import singular
from core.language.verbs import base_of_gerund, base_of_participle, is_base, is_participle, is_third_person, lemma

OBJECT_END = frozenset({"prep", "to", "rel", "that", "sub", ",", ";", ":", "(", ".", "modal"})
# A pronoun that was the subject of a passive is the object of the act.
OBJECTS = {"they": "them", "he": "him", "she": "her", "he or she": "him or her", "we": "us"}
# "The sale of X shall be prohibited": the frame forbids or permits, the subject is the act.
LIFTED = frozenset({"prohibit", "forbid", "ban", "permit", "allow"})
ACTS = ("ing", "tion", "sion", "ment", "ance")
ACT_NOUNS = frozenset({"use", "sale", "transfer", "export", "import", "supply", "practice", "purchase", "reuse"})
PARTICLES = frozenset({"out", "down", "up", "off", "over", "forward", "aside", "back"})


def action_of(w: Words, clause: Clause, verb: int, end: int, around: Sequence[Circumstance]) -> tuple[str, str]:
    """(the act, its object) of a clause whose verb stands at token `verb` and which ends before token `end`."""
    words, made = w.tokens, clause.sense
    stop = _action_end(w, verb, end, around)
    if stop > verb and words[stop - 1].low == "that":
        stop = _action_end(w, verb, end, ())  # "ensure that, where it is used, the payer is informed"
    subject = _subject_text(w, clause.subject)
    if verb >= stop or made.verb is None:
        return "", "" if clause.who.kind is not None else subject
    if made.rule == "power_conferred" and "power to " in subject:
        return subject.partition("power to ")[2], ""  # "The power to adopt delegated acts shall be conferred on"
    if made.rule == "power_conferred":
        verb = next((i + 1 for i in range(verb, stop - 1) if words[i].low == "to" and is_base(words[i + 1].low)), verb)
    rest = _without(w, verb + 1, stop)
    between = words[clause.mark.start + 1 : verb]
    only = made.modality == "obligation" and any(t.low == "only" for t in between) and between[0].kind != "not"
    if made.passive and made.rule != "power_conferred":
        plural = _plural_subject(w, clause.subject)
        act = _passive_action(w, verb, stop, subject, plural, made.rule == "only_may")
        return f"{'only ' if only else ''}{act}", subject
    low = words[verb].low
    if made.rule == "only_may":
        return tidy(f"let others than {subject} {low} {rest}"), subject
    if made.rule == "may_only" and not any(one.start > verb for one in around):
        return tidy(f"do otherwise than {low} {rest}"), subject
    if made.rule == "not_take_place":
        plain = subject.removeprefix("no ").removeprefix("No ")
        return tidy(f"carry out {plain} {_without(w, verb + 2, stop)}"), plain
    if made.rule == "only_if":
        first = next((i + 1 for i in range(verb, end) if words[i].low == "only"), end)
        return tidy(f"carry out {subject} except {_without(w, first, _action_end(w, verb, end, ()))}"), subject
    if made.rule == "right_to" and words[verb - 2].kind == "not":
        return f"not {low} {rest}".strip(), ""
    if made.state and low in ("be", "is", "are"):
        if clause.who.kind is not None:
            return f"be {rest}".strip(), ""
        be = "are" if _plural_subject(w, clause.subject) else "is"
        return f"ensure that {subject} {be} {rest}".strip(), subject
    shown = lemma_of_finite(low) if not made.state else low
    return tidy(f"{'only ' if only else ''}{shown} {rest}"), "" if low == "be" else _object(w, verb + 1, stop)


def _action_end(w: Words, verb: int, end: int, around: Sequence[Circumstance]) -> int:
    """Trailing conditions and exceptions are shown by themselves, not in the act."""
    stop = end
    for circumstance in reversed(around):
        if circumstance.start > verb and circumstance.end >= stop - 1:
            stop = circumstance.start
    while stop > verb and w.tokens[stop - 1].kind in (",", ";", ".", ":", "conj", "-"):
        stop -= 1
    return stop


def _without(w: Words, start: int, stop: int) -> str:
    """The words with a second "shall" left out: "define X and (shall) keep Y"."""
    if stop <= start:
        return ""
    pieces, at = [], w.tokens[start].start
    for index in range(start + 1, stop):
        token = w.tokens[index]
        if token.low in ("shall", "must") and w.tokens[index - 1].kind == "conj":
            pieces.append(w.text[at : token.start])
            at = w.tokens[index + 1].start if index + 1 < stop else token.end
    pieces.append(w.text[at : w.tokens[stop - 1].end])
    return " ".join("".join(pieces).split())


def _passive_action(w: Words, verb: int, stop: int, subject: str, plural: bool, only: bool) -> str:
    """ "shall be kept and updated by X" → "keep and update the register"."""
    words = w.tokens
    base, start = base_of_participle(words[verb].low), verb + 1
    particle = ""
    if start < stop and words[start].low in PARTICLES:
        particle, start = " " + words[start].low, start + 1
    if base in LIFTED and agent(w, verb, stop) is None:
        return tidy(f"{'carry out' if _an_act(subject) else 'have'} {subject} {_without(w, start, stop)}")
    if base == "require" and agent(w, verb, stop) is None:
        return tidy(f"have {subject} {_without(w, start, stop)}")
    if base is None or base == "be":
        be = "are" if plural else "is"
        return f"ensure that {subject} {be} {words[verb].low} {_without(w, start, stop)}".strip()
    subject = OBJECTS.get(subject, subject)
    if only:
        subject = f"other than {subject}"
    more, start = _further_verbs(w, start, stop)
    rest = _without(w, start, stop)
    by = agent(w, verb, stop)
    if by is not None:
        at = next(i for i in range(verb + 1, stop) if words[i].low == "by")
        spoken = " ".join(w.slice(at, by.end).split())
        rest = " ".join(rest.replace(spoken, "", 1).split())
    return tidy(f"{base}{particle}{more} {subject} {rest}")


def _an_act(subject: str) -> bool:
    """Whether a subject names something done ("the processing of data") and not something had."""
    head = next((word for word in subject.split() if word.lower() not in ("the", "a", "an", "any", "such", "all")), "")
    return head.lower().endswith(ACTS) or singular(head.lower()) in ACT_NOUNS


def _further_verbs(w: Words, start: int, stop: int) -> tuple[str, int]:
    """ " and update" and the token after it, for "documented and updated"; ("", start) where none is joined."""
    more = ""
    while start + 1 < stop and w.tokens[start].kind in ("conj", ","):
        ahead = start + 1
        while ahead < stop and w.tokens[ahead].kind in ("conj", "adv"):
            ahead += 1
        base = base_of_participle(w.tokens[ahead].low) if ahead < stop else None
        if base is None:
            break
        joint = next((f" {t.low}" for t in w.tokens[start:ahead] if t.kind == "conj"), ",")
        more += f"{joint} {base}"
        start = ahead + 1
    return more, start


def _subject_text(w: Words, subject: Subject) -> str:
    start, end = subject.start, subject.end
    while end > start and w.tokens[end - 1].kind in (",", "conj"):
        end -= 1
    if end <= start:
        return ""
    text = " ".join(w.text[w.tokens[start].start : w.tokens[end - 1].end].split())
    first = w.tokens[start]
    proper = len(first.text) > 1 and (first.text[1].isupper() or not first.text[1:].islower())
    return (
        text
        if proper or (start + 1 < end and w.tokens[start + 1].text[0].isupper() and first.kind != "det")
        else text[0].lower() + text[1:]
    )


def _plural_subject(w: Words, subject: Subject) -> bool:
    for index in range(subject.start, subject.end):
        token = w.tokens[index]
        if (token.kind in ("prep", "rel", "that", ",", "(") or is_participle(token.low)) and index > subject.start:
            last = w.tokens[index - 1].low
            return (last.endswith("s") and not last.endswith("ss")) or last in ("data",)
        if token.kind == "conj" and token.low == "and":
            return True
    last = w.tokens[subject.end - 1].low if subject.end > subject.start else ""
    if last in PLURAL:
        return True
    return (last.endswith("s") and not last.endswith("ss")) or last == "data"


def _object(w: Words, start: int, stop: int) -> str:
    """The noun phrase after the verb, up to what describes it; "" where a preposition follows the verb."""
    words = w.tokens
    start = _past_verbs(w, start, stop)
    if start < stop and words[start].kind == ",":
        start = next((i for i in range(start + 1, stop) if words[i].kind == ","), start) + 1
    if start + 1 < stop and words[start].low in PARTICLES and words[start + 1].kind in ("det", "word"):
        start += 1  # "carry out an assessment"
    while start < stop and words[start].kind in ("adv", "not", "label"):
        start += 1
    if start >= stop or words[start].kind in ("prep", "to", "conj"):
        return ""
    end = start
    while end < stop and words[end].kind not in OBJECT_END and not _described(w, start, end, stop):
        end += 1
    while end > start and words[end - 1].kind in ("conj", "adv"):
        end -= 1
    if end > start and words[end - 1].low in ("the", "a", "an"):
        return ""  # "make available the following: (a) …": what it is stands in the items
    return " ".join(w.slice(start, end).split())


def _described(w: Words, start: int, at: int, stop: int) -> bool:
    """ "the list referred to in": the participle and its preposition describe the object."""
    return at > start and is_participle(w.tokens[at].low) and at + 1 < stop and w.tokens[at + 1].kind in ("prep", "to")


def _past_verbs(w: Words, start: int, stop: int) -> int:
    """ "identify, classify and adequately document X": the object follows the last of the verbs."""
    words = w.tokens
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


def tidy(text: str) -> str:
    """Words joined again: no space before a comma, none at the ends."""
    return " ".join(text.split()).replace(" ,", ",").replace(" ;", ";")


def lemma_of_finite(low: str) -> str:
    """ "has" → "have", "ensures" → "ensure", for the act shown as an infinitive."""
    if low in ("has", "is", "are", "does"):
        return {"has": "have", "does": "do"}.get(low, "be")
    if not is_base(low) and is_third_person(low):
        for cut, add in (("ies", "y"), ("es", ""), ("s", "")):
            if low.endswith(cut) and is_base(low[: -len(cut)] + add):
                return low[: -len(cut)] + add
    if low.endswith("ing"):
        return base_of_gerund(low) or low
    return lemma(low) if low.endswith("ed") else low
