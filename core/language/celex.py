"""Other acts as a text cites them, and their CELEX numbers."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from core.language.patterns import spaced

_NUMBERED = (
    r"(?:\((?P<body>[A-Z][A-Za-z,\s]{1,14})\) )?(?P<no>No )?(?P<first>\d{1,4})/(?P<second>\d{1,4})"
    r"(?:/(?P<tail>EU|EC|EEC|JHA|CFSP|Euratom))?(?![\d/])"
)
# "Regulation (EU) No 1024/2013", "Directive 2013/36/EU", "Implementing Decision (EU) 2016/1250".
ACT = spaced(
    r"(?:Commission |Council )?(?P<sort>Delegated |Implementing |Framework )?",
    rf"(?P<kind>Regulation|Directive|Decision|Recommendation)s? {_NUMBERED}",
    flags=0,
)
# "Regulations (EU) No 1093/2010, (EU) No 1094/2010 and (EU) No 1095/2010": the word stands once.
ONE_MORE = spaced(rf"(?:, and |, or |, | and | or ){_NUMBERED}", flags=0)
# Their consolidated texts of 2016.
TREATY = spaced(
    r"(?:the )?(?P<treaty>TFEU|TEU|Treaty on the Functioning of the European Union|Treaty on European Union",
    r"|Charter(?: of Fundamental Rights of the European Union)?)\b",
    flags=0,
)
TREATIES = {"TFEU": "12016E/TXT", "TEU": "12016M/TXT", "Charter": "12016P/TXT"}
LETTERS = {"Regulation": "R", "Directive": "L", "Decision": "D", "Recommendation": "H"}


@dataclass(frozen=True, slots=True)
class Act:
    start: int
    end: int
    kind: str
    celex: str


def acts(text: str) -> list[Act]:
    """Every act that a text cites by its number, in order; one of several after a common word is an act of its own."""
    found: list[Act] = []
    if not any(map(text.__contains__, LETTERS)):
        return found
    for match in ACT.finditer(text):
        kind, sort = match["kind"], (match["sort"] or "").strip()
        found.append(Act(match.start(), match.end(), kind, _celex(match, kind, sort)))
        found.extend(_more(text, match.end(), kind, sort))
    return found


def _more(text: str, end: int, kind: str, sort: str) -> Iterator[Act]:
    while match := ONE_MORE.match(text, end):
        if not (match["body"] or match["tail"]):
            return
        start = match.start("body") - 1 if match["body"] else match.start("no") if match["no"] else match.start("first")
        yield Act(start, match.end(), kind, _celex(match, kind, sort))
        end = match.end()


def _celex(match: re.Match[str], kind: str, sort: str) -> str:
    """ "Directive 2013/36/EU" → 32013L0036; "Regulation (EU) No 1024/2013" → 32013R1024."""
    first, second = match["first"], match["second"]
    number_first = (
        bool(match["no"]) or (kind == "Regulation" and not _year(first)) or (_year(second) and not _year(first))
    )
    year, number = (
        (second, first) if number_first and not (len(first) == 2 and kind != "Regulation") else (first, second)
    )
    if len(year) == 2:
        year = "19" + year
    return f"3{year}{'F' if sort == 'Framework' else LETTERS[kind]}{int(number):04d}"


def _year(text: str) -> bool:
    return len(text) == 4 and 1950 <= int(text) <= 2100


def treaty(words: str) -> str | None:
    """The number of "the Treaty on European Union", "TFEU", "the Charter"."""
    found = TREATY.search(words)
    if not found:
        return None
    name = " ".join(found["treaty"].split())
    if name.startswith("Charter"):
        return TREATIES["Charter"]
    return TREATIES["TFEU" if "Functioning" in name or name == "TFEU" else "TEU"]


def last_named(found: list[Act], before: int, kind: str) -> str | None:
    """What "that Directive" stands for: the directive named last before it."""
    at = bisect_left([act.start for act in found], before)
    return next((act.celex for act in reversed(found[:at]) if not kind or act.kind == kind), None)
