"""Who must act: the head of a subject and its kind."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.extract.terms import Terms, agent_ending, is_thing, lookup, word_sets
from core.language.tokens import Token, singular
from core.language.verbs import is_base, is_participle, is_third_person
from core.types import BearerKind

# Where the head's noun phrase ends.
PHRASE_END = frozenset({"prep", "rel", "that", "sub", ",", ";", ":", "(", "-", "be", "have", "do", "modal", "to", "."})
ACRONYM = re.compile(r"[A-Z][A-Za-z]{0,3}[A-Z][A-Za-z0-9‐‑-]{0,8}|[A-Z]{2,9}s?")
ROMAN = re.compile(r"[IVXL]{1,6}")
# Demonstratives and pronouns point back.
PRONOUNS = frozenset({"it", "they", "he", "she", "this", "these", "those", "both", "latter", "former", "one"})
# Words of a condition inside a coordination: "the issuer or, where it fails to do so, the offeror".
LONGEST_ASIDE = 9
# "Whoever places it on the market": complete in themselves, a verb follows.
COMPLETE = frozenset({"whoever", "anyone", "everyone"})
ADDRESSED = frozenset({"you", "we"})


@dataclass(frozen=True, slots=True)
class Party:
    """A noun phrase read as somebody: tokens [start, end) hold its head, `kind` None for a thing.

    `known` when a lexicon or the document's definitions named it, and not only the shape of the word.
    `law` for "Union or Member State law": a thing through which those who make it act.
    """

    start: int
    end: int
    kind: BearerKind | None
    known: bool = False
    pronoun: bool = False
    law: bool = False


def party(text: Sequence[Token], start: int, end: int, terms: Terms) -> Party:
    """The head of the noun phrase in tokens [start, end): before a preposition, participle or relative.

    Coordinations keep both: "The CSIRT or, where applicable, the competent authority" ends with its last head.
    """
    first = _one_party(text, start, end, terms)
    if first.pronoun:
        return first
    if first.kind is not None and _shares_a_thing(text, first, end, terms):
        stop = _phrase_stop(text, _past_determiners(text, first.end + 1, end), end)
        return Party(first.start, stop, None, law=text[stop - 1].low in word_sets()["laws"])
    if first.kind is None:
        return _last_conjunct(text, first, end, terms) or _joint_adjectives(text, first, end, terms) or first
    last = _with_of(text, first, end)
    for index in range(last, end - 1):
        if text[index].kind == "conj" or (text[index].kind == "," and last == index):
            nxt = _one_party(text, index + 1, end, terms)
            if nxt.kind is not None and nxt.known and _only_asides(last, index, nxt.start):
                last = _with_of(text, nxt, end)
    return Party(first.start, last, first.kind, first.known)


def _with_of(text: Sequence[Token], who: Party, end: int) -> int:
    """The end of "providers of high-risk AI systems": without its "of" such a head says too little."""
    head = singular(text[who.end - 1].low)
    if who.end < end and text[who.end].low == "concerned":
        return who.end + 1
    if who.end + 1 >= end or text[who.end].low != "of" or head not in word_sets()["takes_of"]:
        return who.end
    if text[who.end + 1].low in ("its", "their", "his", "her"):
        return who.end
    stop = _phrase_stop(text, who.end + 1, end)
    return stop if any(token.kind == "word" for token in text[who.end + 1 : stop]) else who.end


def _joint_adjectives(text: Sequence[Token], first: Party, end: int, terms: Terms) -> Party | None:
    """ "essential and important entities": two adjectives of one known head."""
    conj = first.end
    if conj - first.start != 1 or conj + 1 >= end or text[conj].kind != "conj" or text[conj + 1].kind != "word":
        return None
    second = _one_party(text, conj + 1, end, terms)
    return Party(first.start, second.end, second.kind, known=True) if second.kind and second.known else None


def _shares_a_thing(text: Sequence[Token], first: Party, end: int, terms: Terms) -> bool:
    """ "The Union or the Member State law shall": two names before one noun, and the noun is a thing."""
    if first.end >= end or text[first.end].kind != "conj":
        return False
    start = _past_determiners(text, first.end + 1, end)
    named = lookup(text, start, end, terms) if start < end else None
    if not named or named[1] is None or named[0] >= end:
        return False
    after = text[named[0]]
    return after.kind == "word" and is_thing(singular(after.low)) and named[0] + 1 >= _phrase_stop(text, start, end)


def _last_conjunct(text: Sequence[Token], first: Party, end: int, terms: Terms) -> Party | None:
    """ "Assessment and reporting Member States shall": a heading glued to its sentence; the party at its end acts."""
    conj = next((i for i in range(first.end, end) if text[i].kind == "conj"), None)
    if conj is None or any(token.kind in PHRASE_END for token in text[first.end : end]):
        return None
    for index in range(conj + 1, end):
        found = lookup(text, index, end, terms)
        if found and found[0] == end and found[1] is not None and text[index].text[0].isupper():
            return Party(index, end, found[1], known=True)
    return None


def _only_asides(last: int, conj: int, start: int) -> bool:
    """Between two coordinated heads there is nothing but "or, where applicable, the"."""
    return conj - last <= 1 and start - conj <= LONGEST_ASIDE + 3


def _one_party(text: Sequence[Token], start: int, end: int, terms: Terms) -> Party:
    start = _past_determiners(text, start, end)
    if start >= end:
        return Party(start, start, None)
    token = text[start]
    if token.low in ADDRESSED:
        return Party(start, start + 1, "regulated", known=True)
    stop = _phrase_stop(text, start, end)
    counts = token.low in word_sets()["measures"] and start + 1 < end and text[start + 1].low == "of"
    if counts:
        return _one_party(text, start + 2, end, terms)
    # "The IT department" is no "it".
    it_unit = (
        token.text == "IT" and start + 1 < end and text[start + 1].text.islower() and text[start + 1].kind == "word"
    )
    if (token.kind in ("pron", "det") and not it_unit) or token.low in ("latter", "former"):
        return Party(start, start + 1, None, pronoun=token.low in PRONOUNS)
    if stop == start:
        return Party(start, start, None)
    if text[stop - 1].low in word_sets()["measures"] and stop < end and text[stop].low == "of":
        return _one_party(text, stop + 1, end, terms)
    named = _named(text, start, stop, end, terms)
    return named or _unnamed(text, start, stop)


def _past_determiners(text: Sequence[Token], index: int, end: int) -> int:
    """To the first word that can name somebody; "where applicable," inside a coordination is skipped too."""
    while index < end:
        token = text[index]
        if (
            token.kind in ("quote", "label", "adv", "num", "-", "conj", "not", ",")
            or (
                token.kind == "det"
                and index + 1 < end
                and text[index + 1].kind not in ("prep", ",", "conj", "be", "modal")
            )
            or (token.kind == "that" and index + 1 < end and text[index + 1].kind == "word")
        ):
            index += 1
        elif token.kind == "sub" and (close := _inner_comma(text, index, end)):
            index = close + 1
        else:
            break
    return index


def _inner_comma(text: Sequence[Token], start: int, end: int) -> int | None:
    """Where "where applicable," or "where it fails to do so," inside a coordination ends."""
    return next((i for i in range(start + 1, min(start + LONGEST_ASIDE, end)) if text[i].kind == ","), None)


def _phrase_stop(text: Sequence[Token], start: int, end: int) -> int:
    for index in range(start, end):
        if text[index].kind in PHRASE_END or (text[index].kind == "conj" and index > start):
            return index
    return end


def _named(text: Sequence[Token], start: int, stop: int, end: int, terms: Terms) -> Party | None:
    """The known term that is the head: the last in the phrase with nothing after it but what describes it."""
    best: Party | None = None
    index = start
    while index < stop:
        found = lookup(text, index, end, terms)
        if found and found[0] < stop and _possesses(text, found[0], stop):
            index = found[0]
        elif found and found[0] > index:
            best = Party(start, found[0], found[1], known=True)
            if found[0] >= stop or text[index].low in COMPLETE or _modifies(text, found[0], stop):
                return best
            index = found[0]
        else:
            index += 1
    return None


def _possesses(text: Sequence[Token], index: int, stop: int) -> bool:
    """ "the firm’s governing body", "the entities’ clients": whose it is does not act, the noun behind it does."""
    if text[index - 1].low.endswith("'s"):
        return True
    quoted = any(token.text in '‘“"' for token in text[:index])
    return text[index].text in "’'" and not quoted and index + 1 < stop and text[index - 1].low.endswith("s")


def _modifies(text: Sequence[Token], index: int, stop: int) -> bool:
    """ "entities concerned", "institutions using": what follows the head describes it, and is no further noun."""
    token = text[index]
    if token.kind in ("adv", "label", "num", "quote", "not", "det"):
        return True
    low = token.low
    if is_participle(low) or low in (
        "responsible",
        "competent",
        "other",
        "subject",
        "such",
        "alike",
        "able",
        "likely",
        "eligible",
    ):
        return True
    if low.endswith("ing") and (index + 1 < stop or index + 1 >= stop):
        return (
            (index + 1 < stop and text[index + 1].kind != "word")
            or index + 1 >= stop
            or not is_third_person(text[index + 1].low)
        )
    plural = text[index - 1].low.endswith("s")
    # "the incident management process": a noun that looks like a verb is the head.
    return is_base(low) and (plural or (index + 1 < stop and not is_thing(low)))


def _unnamed(text: Sequence[Token], start: int, stop: int) -> Party:
    """A noun that no list knows: an acronym, a name or the ending of an agent make it somebody, else it is a thing."""
    sets = word_sets()
    head = start
    for index in range(start, stop):
        token = text[index]
        if token.kind != "word" or (index > start and is_participle(token.low)):
            break
        head = index
    if head > start and ROMAN.fullmatch(text[head].text):
        head -= 1
    word, low = text[head].text, singular(text[head].low)
    if low in sets["not_names"] or low in sets["not_agents"]:
        return Party(start, head + 1, None, law=low in sets["laws"])
    if ACRONYM.fullmatch(word):
        return Party(start, head + 1, "unspecified")
    if agent_ending(low) and len(low) > 4:
        return Party(start, head + 1, "regulated")
    return Party(start, head + 1, None)


def mentions(text: Sequence[Token], start: int, end: int, terms: Terms) -> Iterable[Party]:
    """Every known term in a stretch, in order: for antecedents and for "financial entities’ clients"."""
    index = start
    while index < end:
        found = lookup(text, index, end, terms)
        # "platform firm": the last of two joined nouns is meant.
        while found and found[0] < end and (longer := lookup(text, found[0], end, terms)) and longer[1] is not None:
            found = longer
        if found and found[1] is not None:
            following = text[found[0]] if found[0] < len(text) else None
            # "Council Decision", "Commission Regulation": an act and not its author.
            if (
                following is None
                or singular(following.low) not in word_sets()["not_names"]
                or following.text[0].islower()
            ):
                yield Party(index, found[0], found[1], known=True)
            index = found[0]
        else:
            index += 1
