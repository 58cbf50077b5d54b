"""Names of those who can act: the lexicon, and what a document's own definitions add."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from core.language.tokens import Token, singular, tokens
from core.settings import lexicon
from core.types import BearerKind, Provision

KINDS: tuple[BearerKind, ...] = ("regulated", "authority", "eu_body", "member_state", "person")
Terms = Mapping[str, Sequence[tuple[tuple[str, ...], BearerKind | None]]]
# ‘financial entity’ means …; "controller" means …
DEFINED = re.compile(r"[‘“\"']([^’”\"']{2,80})[’”\"'](?:[^.;:]{0,60}?)\bmeans?\b(.{0,160})", re.DOTALL)
# Money transmitter means …, at the start of a definition without quotation marks.
DEFINED_PLAINLY = re.compile(r"\s{0,8}(?:The term )?([A-Z][\w‐‑' -]{2,60}?)\smeans?\s(.{0,160})", re.DOTALL)
# "… (BIA)", "… (‘the Board’)": a short name after the long one.
ABBREVIATED = re.compile(r"\([‘“]?([A-Z][A-Za-z]{0,3}[A-Z][A-Za-z]{0,8})[’”]?\)")
LONG_NAME = 70
# Words of a firm's own texts, and words that only law of the Union or of a state has.
OF_A_FIRM = re.compile(
    r"\b(?:this (?:policy|procedure|standard)|our|staff|employees?|colleagues|managers?|procurement|contractors"
    r"|suppliers?|business owners?|system owners?)\b",
    re.IGNORECASE,
)
OF_THE_UNION = re.compile(
    r"\b(?:Union|Member States?|Commission|Directive|Secretary of State|Bureau|Parliament"
    r"|statutes?|this Act|this part)\b"
)
FEWEST_OF_A_FIRM = 3
# "After consulting the Supervisory Board,", "Supervisory Board of the Example Union": whom the lawmaker hears, or what
# belongs to a Union, is no organ of a firm.
OF_THE_LAWMAKER = re.compile(
    r"\s{0,8}After consult(?:ing|ation of|ation with) (?:the )?(?P<heard>[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){1,5})"
    r"|(?P<owned>[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){1,5}) of the (?:[A-Z][a-z]{2,20} )?Union\b"
)
# "The Supervisory Board shall develop guidelines", in an act of a Union: it makes rules for its members.
MAKES_RULES = re.compile(
    r"The (?P<maker>[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){1,5}) shall (?:develop|issue|adopt)"
    r" (?:[a-z]{2,20} ){0,2}(?:guidelines|technical standards)\b"
)
# It is named before the first article.
LONGEST_PREAMBLE = 40


def listed(names: str) -> list[str]:
    return [" ".join(name.split()) for name in names.split(",") if name.strip()]


def term_words(term: str) -> tuple[str, ...]:
    return tuple(singular(token.low) for token in tokens(term) if token.kind != "quote")


@cache
def general_terms() -> Terms:
    """The lexicon by first word, longest entry first."""
    words = lexicon("bearers")
    return indexed((term_words(name), kind) for kind in reversed(KINDS) for name in listed(words[kind]))


def indexed(entries: Iterable[tuple[tuple[str, ...], BearerKind | None]]) -> Terms:
    found: dict[str, dict[tuple[str, ...], BearerKind | None]] = {}
    for words, kind in entries:
        if words:
            found.setdefault(words[0], {})[words] = kind
    return {first: sorted(rest.items(), key=lambda item: -len(item[0])) for first, rest in found.items()}


@cache
def word_sets() -> dict[str, frozenset[str]]:
    words = lexicon("bearers")
    return {
        "somebody": frozenset(listed(words["somebody"])),
        "natural": frozenset(listed(words["natural"])),
        "not_agents": frozenset(words["not_agents"].split()),
        "laws": frozenset(words["laws"].split()),
        "not_names": frozenset(words["not_names"].split()),
        "takes_of": frozenset(words["takes_of"].split()),
        "contract_parties": frozenset(words["contract_parties"].split()),
        "measures": frozenset(lexicon("english")["measures"].split()),
    }


def document_terms(provisions: Sequence[Provision]) -> Terms:
    """The lexicon with what the document defines: somebody gets a kind, a thing gets None, known names keep theirs."""
    general = general_terms()
    entries = [entry for rest in general.values() for entry in rest]
    known = {words for words, _ in entries}
    added = [entry for p in provisions if " mean" in p.text for entry in definitions(p.text) if entry[0] not in known]
    terms = indexed([*entries, *added]) if added else general
    public = _of_the_lawmaker(provisions) & {words for words, kind in entries if kind == "regulated"}
    if public:
        added += [(words, "eu_body") for words in public]
        terms = indexed([*entries, *added])
    if _at_home(provisions):
        entries = [(words, "regulated" if words in _house_bodies() else kind) for words, kind in entries]
        terms = indexed([*entries, *added])
    short = [entry for entry in abbreviations(provisions, terms) if entry[0] not in known]
    return indexed([*entries, *added, *short]) if short else terms


def _of_the_lawmaker(provisions: Sequence[Provision]) -> set[tuple[str, ...]]:
    """Names of bodies that the preamble or a power to make rules shows to be public."""
    opening = (OF_THE_LAWMAKER.search(one.text) for one in provisions[:LONGEST_PREAMBLE])
    named = {match["heard"] or match["owned"] for match in opening if match}
    ruling = [one.text for one in provisions if "guidelines" in one.text or "technical standards" in one.text]
    if ruling and any("Member State" in one.text for one in provisions):
        named |= {match["maker"] for text in ruling for match in MAKES_RULES.finditer(text)}
    return {term_words(name) for name in named}


def _at_home(provisions: Sequence[Provision]) -> bool:
    """Whether a text of a firm, with its staff and its policies, speaks: there "the Board" is the firm's own."""
    named: set[str] = set()
    for provision in provisions:
        if OF_THE_UNION.search(provision.text):
            return False
        named.update(word.lower() for word in OF_A_FIRM.findall(provision.text))
    return len(named) >= FEWEST_OF_A_FIRM


@cache
def _house_bodies() -> frozenset[tuple[str, ...]]:
    return frozenset(term_words(name) for name in listed(lexicon("bearers")["at_home"]))


def abbreviations(provisions: Sequence[Provision], terms: Terms) -> Iterable[tuple[tuple[str, ...], BearerKind | None]]:
    """ "a business impact analysis (BIA)" makes BIA a thing, "incident response teams (CSIRTs)" somebody."""
    seen: set[tuple[str, ...]] = set()
    for provision in provisions:
        for match in ABBREVIATED.finditer(provision.text) if "(" in provision.text else ():
            words = term_words(match[1])
            if words in seen:
                continue
            seen.add(words)
            phrase = tokens(provision.text[max(0, match.start() - LONG_NAME) : match.start()])
            named = (lookup(phrase, i, len(phrase), terms) or (0, None) for i in range(len(phrase)))
            who = max(named, key=lambda found: found[0], default=(0, None))
            yield words, who[1] if who[0] == len(phrase) else None


def definitions(text: str) -> Iterable[tuple[tuple[str, ...], BearerKind | None]]:
    plain = DEFINED_PLAINLY.match(text)
    for match in [*DEFINED.finditer(text), *([plain] if plain else [])]:
        words = term_words(match[1])
        if 0 < len(words) <= 8:
            yield words, defined_kind(match[2])


def defined_kind(definiens: str) -> BearerKind | None:
    """What "means a natural or legal person who …" makes of a term: the first noun phrase decides."""
    sets = word_sets()
    phrase: list[str] = []
    for token in tokens(definiens):
        # "information relating to an identified natural person" defines a thing: "to" ends its noun phrase too.
        if token.kind in ("rel", "that", "sub", ";", ".", ":") or (token.kind in ("prep", "(", "to") and phrase):
            break
        if token.kind not in ("det", "adv", "quote"):
            phrase.append(singular(token.low))
    head = " ".join(phrase)
    if not any(head.endswith(word) or f"{word} or" in head or f"{word}," in head for word in sets["somebody"]):
        return None
    if "legal person" not in head and any(word in head for word in sets["natural"]):
        return "person"
    return "authority" if "authority" in head and "person" not in head else "regulated"


def _one_of(token: Token) -> str:
    """A word in the singular; "FIUs" is the plural of FIU, whatever words in -us are."""
    plural = len(token.text) > 2 and token.text[-1] == "s" and token.text[:-1].isupper()
    return token.low[:-1] if plural else singular(token.low)


def lookup(text: Sequence[Token], at: int, end: int, terms: Terms) -> tuple[int, BearerKind | None] | None:
    """(end, kind) of the longest known term that starts at a token."""
    for words, kind in terms.get(_one_of(text[at]), ()):
        last = at + len(words)
        if last <= end and all(_one_of(text[at + i]) == word for i, word in enumerate(words)):
            # "Subject to paragraph 3, it shall": nobody is named.
            return None if words == ("subject",) and last < len(text) and text[last].low == "to" else (last, kind)
    return None


def is_thing(low: str) -> bool:
    sets = word_sets()
    return low in sets["not_names"] or low in sets["not_agents"]


def contract_parties() -> frozenset[str]:
    return word_sets()["contract_parties"]


def agent_ending(low: str) -> bool:
    return low.endswith(tuple(lexicon("bearers")["agent_endings"].split()))
