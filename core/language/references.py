"""Cross-references in legal text: to provisions of the same document by their path, to other acts by CELEX number."""

import re
from dataclasses import dataclass
from functools import lru_cache

from core.language import celex
from core.language.citations import PATTERNS, RULE
from core.language.patterns import spaced
from core.language.places import Base, Places, base_of, places
from core.types import Passage, Provision, Reference

__all__ = ["Places", "places", "references"]

# "Fundamental Rules 2.1", "SUP 15.3": the rule of another part, unless the name is that of this part.
NAMED_BEFORE = re.compile(r"(?P<name>[A-Z][\w’'&-]{1,30})\s$")
OWN_NAMES = frozenset(
    {"Rule", "Rules", "Section", "Sections", "Clause", "Clauses", "And", "In", "With", "Under", "Chapter", "See", "Or"}
)
# After a reference: whose is it? "of that Directive", "thereof", "of the TFEU", "of the Bank Holding Company Act".
OWN_ACT = (
    r"(?:Agreement|Contract|Annex|Article|Articles|Section|Schedule|Appendix|Chapter|Title|Part|Policy"
    r"|Terms|Conditions|Code"
    r"|Procedure|Regulation|Directive|Decision|Rules?|Act|Guidelines?|First|Second)\b(?! [A-Z0-9(])"
)
FOREIGN = spaced(
    r"(?: \([A-Z][^()]{3,120}\))?,?(?: respectively,)?",
    r" (?:(?:of|to|in) (?P<that>that|those) (?P<kind>Regulation|Directive|Decision|Act|Order|act|Treaty|point)?s?",
    r"|(?:of|to) the (?P<treaty>Treaty on (?:the Functioning of )?(?:the )?European Union|Treaty|Treaties",
    r"|Charter(?: of Fundamental Rights)?(?: of the European Union)?)\b",
    r"|(?:of (?:the )?)?(?P<short>TFEU|TEU)\b|(?P<thereof>thereof)\b",
    rf"|of (?:the )?(?!{OWN_ACT})(?P<name>(?:[A-Z][\w’'-]* (?:(?:of|and|on|the|for) ){{0,2}}){{0,8}}?",
    r"(?:Act|Order|Directive|Regulations?|Code|Treaty|Convention|Law|Handbook|Rulebook|Statute|Protocol",
    r"|Constitution|Rules)",
    r"\b(?: (?:of )?\d{4}\b)?|[A-Z]{2,}[A-Za-z]*\b))",
    flags=0,
)
OF_ACT = spaced(r",?(?: respectively,)? (?:(?:of|to|in)(?: the)? (?:(?:Annex [IVXL]{1,6} to) )?)$", flags=0)
# "Article 25(6) or Article 26(4) of Directive 95/46/EC", "section 71 (Actions) or section 138D of FSMA".
JOINED = spaced(r"(?: \([A-Z][^()]{3,120}\))?,? (?:and|or|and/or|to) ", flags=0)
WORDS = re.compile(
    r"Art(?:icle|\.|s\.)|aragraph|Annex|ANNEX|[Pp]oint|§|[Ss]ection|[Cc]lause|[Rr]ule|[Rr]egulation|Directive|Decision"
    r"|Schedule|SCHEDULE|Appendix|Exhibit|Attachment|\d\.\d|Recommendation"
)

# In a passage of another act "Article 5" is that act's.
QUOTED = ", inserted "


@dataclass(slots=True)
class Cited:
    """A citation found: the places it may mean, or, once `foreign`, the number of the act it belongs to."""

    start: int
    end: int
    word: str
    places: list[tuple[int, int, list[str]]]
    foreign: bool = False
    celex: str | None = None


def references(text: str, provision: Provision, known: Places, offset: int = 0) -> tuple[Reference, ...]:
    """What a text cites, in order. `provision` is where it stands: "paragraph 1" is one of the same article.

    A range ("Articles 15 to 22") gives one reference for each provision in it, all with the range as passage.
    """
    if not WORDS.search(text):
        return ()
    quoted = QUOTED in provision.path
    made = [
        Reference(Passage(text[start:end], offset + start), act or (None if quoted else known.first(paths)))
        for start, end, act, paths in _named(text, provision.path)
    ]
    return tuple(made)


@lru_cache(maxsize=256)  # a lead-in is read anew for each of its items, a sentence for each of its norms
def _named(text: str, path: str) -> tuple[tuple[int, int, str | None, tuple[str, ...]], ...]:
    """(start, end, number of another act, what of this one it may mean) of each place or act that a text cites."""
    acts = celex.acts(text)
    found = _cited(text, base_of(path), acts)
    _joined(text, found)
    made: list[tuple[int, int, str | None, tuple[str, ...]]] = []
    for one in found:
        if one.foreign:
            made.append((one.start, one.end, one.celex, ()))
        else:
            made += [(start, end, None, tuple(paths)) for start, end, paths in one.places]
    covered = [(one.start, one.end) for one in found]
    made += [(a.start, a.end, a.celex, ()) for a in acts if not any(s <= a.start < e for s, e in covered)]
    return tuple(sorted(made, key=lambda item: item[:2]))


def _cited(text: str, base: Base, acts: list[celex.Act]) -> list[Cited]:
    found: list[Cited] = []
    taken = bytearray(len(text))
    for act in acts:
        taken[act.start : act.end] = b"\2" * (act.end - act.start)
    for words, pattern, resolve in PATTERNS:
        if not any(map(text.__contains__, words)):
            continue
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            one = Cited(match.start(), match.end(), pattern.pattern[:40], list(resolve(match, base)))
            _owner(text, one, acts)
            if (pattern is RULE or match.group().startswith("Rules ")) and _of_another_part(text, match.start(), base):
                one.foreign = True
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            found.append(one)
    found.sort(key=lambda one: one.start)
    return found


def _of_another_part(text: str, start: int, base: Base) -> bool:
    named = NAMED_BEFORE.search(text[max(0, start - 40) : start])
    if named is None or named["name"] in OWN_NAMES or (start >= 2 and not text[: named.start()].strip()):
        return False
    return named["name"] not in base.part.split()


def _owner(text: str, one: Cited, acts: list[celex.Act]) -> None:
    """Mark a citation as another act's where the text says so behind it, and let it reach to that act's name."""
    following = next((act for act in acts if one.end < act.start <= one.end + 40), None)
    if following and OF_ACT.fullmatch(text[one.end : following.start]):
        one.end, one.foreign, one.celex = following.end, True, following.celex
        return
    found = FOREIGN.match(text, one.end)
    if not found:
        return
    if found["that"] and found["kind"] in ("point", None):
        return
    one.end, one.foreign = found.end(), True
    if found["treaty"] or found["short"]:
        one.celex = celex.treaty(found.group())
    elif found["that"] or found["thereof"]:
        kind = found["kind"] if found["kind"] in celex.LETTERS else ""
        one.celex = celex.last_named(acts, one.start, kind or "") if found["that"] != "those" else None


def _joined(text: str, found: list[Cited]) -> None:
    """What is joined by "and" or "or" to a citation of another act, in the same words, belongs to that act too."""
    for before, after in zip(reversed(found[:-1]), reversed(found[1:]), strict=True):
        alike = after.foreign and not before.foreign and before.word == after.word
        if alike and JOINED.fullmatch(text[before.end : after.start]):
            before.foreign, before.celex = True, after.celex
