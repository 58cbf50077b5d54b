"""Cross-references in legal text: to provisions of the same document by their path, to other acts by CELEX number."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.language.patterns import spaced
from core.types import Passage, Provision, Reference

ROMAN = {"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_ORDINAL = "|".join(ORDINALS)
_NUMBER = r"\d{1,4}[a-z]?(?:\([0-9a-zA-Z]{1,5}\)){0,4}"
_LABEL = r"\([0-9a-z]{1,5}\)"
_SEPARATOR = r"(?:, | and | or |, and |, or | to | and/or |–|-)"
_ACT_KIND = r"(?:Delegated |Implementing |Framework )?(?:Regulation|Directive|Decision)s?"

# "Regulation (EU) No 1024/2013", "Directive 2013/36/EU", "Implementing Decision (EU) 2016/1250".
ACT = spaced(
    r"(?:Commission |Council )?(?P<sort>Delegated |Implementing |Framework )?",
    r"(?P<kind>Regulation|Directive|Decision)s? (?:\((?P<body>[A-Z][A-Za-z,\s]{1,14})\) )?",
    r"(?:No )?(?P<first>\d{1,4})/(?P<second>\d{1,4})",
    r"(?:/(?P<tail>EU|EC|EEC|JHA|CFSP|Euratom))?",
    flags=0,
)
# "Article 5(2)", "Articles 13, 14 and 15 to 22", with "point (b) of" before or ", point (b)" after.
ARTICLE = spaced(
    rf"(?P<before>(?:\b(?:[Pp]oints?|[Pp]aragraphs?) (?:{_LABEL}|\d{{1,2}})",
    rf"(?:{_SEPARATOR}(?:{_LABEL}|\d{{1,2}})){{0,8}} of ",
    rf"|\b(?:{_ORDINAL}) (?:sub)?paragraph of ){{0,2}})",
    rf"\bArticles? (?P<list>{_NUMBER}(?:{_SEPARATOR}(?:{_NUMBER}|{_LABEL})(?![\d%])){{0,20}})",
    rf"(?P<after>(?:, (?:(?:{_ORDINAL}) (?:sub)?paragraph|points? {_LABEL}(?:{_SEPARATOR}{_LABEL}){{0,8}})){{0,3}})",
    flags=0,
)
# "paragraph 1", "paragraphs 1 and 2", "paragraph 2, point (a)", with "point (b) of" before.
PARAGRAPH = spaced(
    rf"(?P<before>(?:\b[Pp]oints? {_LABEL}(?:{_SEPARATOR}{_LABEL}){{0,8}} of |\b(?:{_ORDINAL}) subparagraph of )?)",
    r"\b[Pp]aragraphs? (?P<list>\d{1,2}[a-z]?(?:\([a-z]{1,4}\))?",
    rf"(?:{_SEPARATOR}\d{{1,2}}[a-z]?\b(?![\d/%])){{0,12}})",
    rf"(?P<after>(?:, (?:(?:{_ORDINAL}) subparagraph|points? {_LABEL}(?:{_SEPARATOR}{_LABEL}){{0,8}})){{0,2}})",
    flags=0,
)
# "the first subparagraph", "the second paragraph, point (a)".
SUBPARAGRAPH = spaced(
    rf"(?P<before>(?:\b[Pp]oints? {_LABEL}(?:{_SEPARATOR}{_LABEL}){{0,8}} of )?)",
    rf"\b[Tt]he (?P<ordinal>{_ORDINAL}) (?P<level>sub)?paragraph\b(?! of)",
    rf"(?P<after>(?:, points? {_LABEL}(?:{_SEPARATOR}{_LABEL}){{0,8}})?)",
    flags=0,
)
POINT = spaced(rf"\b[Pp]oints? (?P<list>{_LABEL}(?:{_LABEL})?(?:{_SEPARATOR}{_LABEL}){{0,8}})", flags=0)
THIS = spaced(
    r"\bthis (?P<what>Article|paragraph|subparagraph|point|Section|section|Clause|clause)\b(?! \d)",
    flags=0,
)
_NUMERAL = r"(?:[IVXL]{1,6}|\d{1,2}|[A-Z])\b"
ANNEX = spaced(
    rf"\b(?:Annex|ANNEX|Annexes|Schedule|Appendix) (?P<list>{_NUMERAL}(?:(?:, | and | or | to ){_NUMERAL}){{0,6}})",
    flags=0,
)
_STEPS = r"(?:\([0-9a-zA-Z]{1,5}\)){0,4}"
SECTION = spaced(
    rf"(?:§{{1,2}}\s?|\b[Ss]ections? |\b[Cc]lauses? |\b[Rr]ules? )(?P<list>\d{{1,4}}(?:\.\d{{1,4}}){{0,3}}{_STEPS}",
    rf"(?:(?:, | and | or )\d{{1,4}}\.\d{{1,4}}{_STEPS}){{0,6}})",
    flags=0,
)
# A UK rule is cited by its bare number: "in compliance with 2.1".
RULE = re.compile(r"(?<![\d.§])\b(?P<list>\d{1,2}\.\d{1,3}[A-Z]?(?:\([0-9a-zA-Z]{1,4}\)){0,3})(?=\s|[,;.)]|$)")
# After a reference: whose is it? "of Regulation …", "of that Directive", "thereof", "of the TFEU".
FOREIGN = spaced(
    r",? (?:(?:of|to) (?:that|the (?:Treaty|Treaties|Charter|TFEU|TEU|Statute|Protocol|Convention|Agreement",
    r"|Financial Regulation|Basic Act)|TFEU|TEU|those)\b|TFEU\b|TEU\b|thereof\b)",
    flags=0,
)
OF_ACT = spaced(
    rf",? (?:of|to|in) (?:(?:Annex [IVXL]{{1,6}} to) )?(?=(?:Commission |Council )?{_ACT_KIND} (?:\(|\d|No))", flags=0
)
ITEM = re.compile(rf"{_NUMBER}|{_LABEL}|[IVXL]{{1,6}}|[A-Z]")
# "point (a), point (ii)" goes down a level at each "point"; "points (a) and (b)" names two on one level.
POINTS = re.compile(r"[Pp]oints? ((?:\([a-z0-9]{1,5}\)(?:, and | and/or | and |, or | or | to |, |)){1,9})")
STEPS = re.compile(r"\([a-z0-9]{1,5}\)")
STEP = re.compile(r"\([0-9a-zA-Z]{1,5}\)|\d+[a-z]?|[A-Z]")
WORDS = re.compile(
    r"Article|paragraph|Annex|ANNEX|[Pp]oint|§|[Ss]ection|[Cc]lause|[Rr]ule|Regulation|Directive|Decision|Schedule|Appendix|\d\.\d"
)


@dataclass(frozen=True, slots=True)
class Places:
    """The provisions of a document by their path, and by their path without its words, to find what a text cites."""

    paths: frozenset[str]
    plain: dict[str, str]

    def find(self, path: str) -> str | None:
        if path in self.paths:
            return path
        return self.plain.get(plain_path(path))


PLAIN_WORDS = re.compile(r"\b(?:article|section|clause|rule|part|point|paragraph|annex)\b|[§\s,]")


def plain_path(path: str) -> str:
    """ "Section 4.2(a)", "§ 4.2(a)" and "4.2(a)" are one place. "Annex" stays apart from "Article"."""
    prefix = "annex" if path.lower().startswith("annex") else ""
    return prefix + PLAIN_WORDS.sub("", path.lower())


def places(provisions: Sequence[Provision]) -> Places:
    plain: dict[str, str] = {}
    for provision in provisions:
        plain.setdefault(plain_path(provision.path), provision.path)
        # A UK rule is cited without its part: "2.1" for "Outsourcing 2.1".
        tail = provision.path.rsplit(" ", 1)[-1]
        if tail[:1].isdigit() and not provision.path.startswith(("Recital", "Annex", "Article")):
            plain.setdefault(tail.lower(), provision.path)
    return Places(frozenset(p.path for p in provisions), plain)


def celex(match: re.Match[str]) -> str:
    """ "Directive 2013/36/EU" → 32013L0036; "Regulation (EU) No 1024/2013" → 32013R1024."""
    first, second = match["first"], match["second"]
    old_numbering = match["kind"] == "Regulation" and ("No" in match.group().split() or not _year(first))
    year, number = (second, first) if old_numbering else (first, second)
    if len(year) == 2:
        year = "19" + year
    letter = {"Regulation": "R", "Directive": "L", "Decision": "D"}[match["kind"]]
    if (match["sort"] or "").strip() == "Framework":
        letter = "F"
    return f"3{year}{letter}{int(number):04d}"


def _year(text: str) -> bool:
    return len(text) == 4 and 1950 <= int(text) <= 2100


def references(text: str, provision: Provision, known: Places, offset: int = 0) -> tuple[Reference, ...]:
    """What a text cites, in order. `provision` is where it stands: "paragraph 1" is one of the same article.

    A range ("Articles 15 to 22") gives one reference for each provision in it, all with the range as passage.
    """
    if not WORDS.search(text):
        return ()
    found: list[tuple[int, int, Reference]] = []
    taken = bytearray(len(text))
    acts = {m.start(): m for m in ACT.finditer(text)}
    base = base_of(provision.path)
    for word, pattern, resolve in _PATTERNS:
        if word not in text:
            continue
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            end, foreign, target = _owner(text, match.end(), acts)
            taken[match.start() : end] = b"\1" * (end - match.start())
            if foreign:
                found.append((match.start(), end, _reference(text, match.start(), end, target, offset)))
                continue
            for start, stop, path in resolve(match, base):
                found.append((start, stop, _reference(text, start, stop, known.find(path), offset)))
    for start, act in acts.items():
        if not any(taken[start : act.end()]):
            found.append((start, act.end(), _reference(text, start, act.end(), celex(act), offset)))
    found.sort(key=lambda item: (item[0], item[1]))
    return tuple(reference for _, _, reference in found)


def _reference(text: str, start: int, end: int, target: str | None, offset: int) -> Reference:
    return Reference(Passage(text[start:end], offset + start), target)


def _owner(text: str, end: int, acts: dict[int, re.Match[str]]) -> tuple[int, bool, str | None]:
    """(end with the act's name, whether it belongs to another act, its CELEX number)."""
    of_act = OF_ACT.match(text, end)
    if of_act and of_act.end() in acts:
        act = acts[of_act.end()]
        return act.end(), True, celex(act)
    foreign = FOREIGN.match(text, end)
    return (foreign.end(), True, None) if foreign else (end, False, None)


@dataclass(frozen=True, slots=True)
class Base:
    """Where a text stands: "Article 19(4)(a)" → article "Article 19", paragraph "Article 19(4)"."""

    article: str
    paragraph: str
    path: str


def base_of(path: str) -> Base:
    whole = path.split(",", 1)[0]
    steps = re.findall(r"\([^)]*\)", whole)
    article = whole.split("(", 1)[0].strip()
    numbered = bool(steps) and steps[0][1:2].isdigit()
    return Base(article, article + steps[0] if numbered else article, path)


Resolved = Iterator[tuple[int, int, str]]


def _items(match: re.Match[str], group: str = "list") -> Iterator[tuple[int, int, str, bool]]:
    """(start, end, item, whether a range ends here) of "13, 14 and 15 to 22"."""
    text, start = match[group], match.start(group)
    last = 0
    for item in ITEM.finditer(text):
        between = text[last : item.start()].strip()
        yield start + item.start(), start + item.end(), item.group(), between in ("to", "–", "-")
        last = item.end()


def _suffixes(match: re.Match[str]) -> list[str]:
    """What ", first subparagraph, point (a)" or "points (a) and (b) of" adds to a path; [""] when nothing."""
    words = " ".join(((match["before"] or "") + (match["after"] or "")).split())
    ordinal = next(
        (f", {o} subparagraph" for o in ORDINALS if f"{o} subparagraph" in words or f"{o} paragraph" in words), ""
    )
    if ordinal.startswith(", first"):
        ordinal = ""
    paragraph = re.search(r"[Pp]aragraph (\d{1,2})", words)
    stem = f"({paragraph[1]})" if paragraph else ""
    *above, last = [STEPS.findall(points) for points in POINTS.findall(words)] or [[]]
    if not last:
        return [stem + ordinal]
    outer = "".join(labels[0] for labels in above)
    return [stem + (f"{ordinal}, point {outer}{label}" if ordinal else outer + label) for label in last]


def _articles(match: re.Match[str], base: Base) -> Resolved:
    suffixes = _suffixes(match)
    previous, first = "", 0
    several = len(list(_items(match))) > 1
    for start, end, item, ranged in _items(match):
        path = f"Article {item}" if item[0].isdigit() else f"{_stem(previous)}{item}"
        where = (start, end) if several else (match.start(), match.end())
        if ranged and previous:
            yield from ((first, end, p) for p in _between(previous, path))
        first = start
        for suffix in suffixes if not several else suffixes[:1] if suffixes == [""] else suffixes:
            yield *where, path + suffix
        previous = path


def _stem(path: str) -> str:
    return path.rsplit("(", 1)[0]


def _between(first: str, last: str) -> list[str]:
    """The paths strictly between "Article 15" and "Article 22"; [] where they do not count up by a number."""
    a, b = re.search(r"(\d+)\)?$", first), re.search(r"(\d+)\)?$", last)
    if not a or not b or not 0 < int(b[1]) - int(a[1]) <= 60:
        return []
    head, tail = first[: a.start(1)], first[a.end(1) :]
    return [f"{head}{n}{tail}" for n in range(int(a[1]) + 1, int(b[1]))]


def _paragraphs(match: re.Match[str], base: Base) -> Resolved:
    suffixes, previous, first = _suffixes(match), "", 0
    items = list(_items(match))
    for start, end, item, ranged in items:
        number, _, point = item.partition("(")
        path = f"{base.article}({number})" + (f"({point}" if point else "")
        where = (start, end) if len(items) > 1 else (match.start(), match.end())
        if ranged and previous:
            yield from ((first, end, p) for p in _between(previous, path))
        first = start
        for suffix in suffixes:
            yield *where, path + suffix
        previous = path


def _subparagraphs(match: re.Match[str], base: Base) -> Resolved:
    ordinal = match["ordinal"]
    stem = base.paragraph if match["level"] else base.article
    place = stem if ordinal == "first" else f"{stem}, {ordinal} subparagraph"
    labels = re.findall(r"\([a-z0-9]{1,5}\)", (match["before"] or "") + (match["after"] or ""))
    for label in labels:
        yield match.start(), match.end(), place + label if ordinal == "first" else f"{place}, point {label}"
    if not labels:
        yield match.start(), match.end(), place


def _points(match: re.Match[str], base: Base) -> Resolved:
    """ "point (a)" alone stands in the same paragraph or under the same point."""
    items = list(_items(match))
    previous, first = "", 0
    for start, end, item, ranged in items:
        where = (start, end) if len(items) > 1 else (match.start(), match.end())
        path = base.paragraph + item
        if ranged and previous and len(item) == 3 and len(previous) == len(path):
            yield from (
                (first, end, base.paragraph + f"({chr(c)})") for c in range(ord(previous[-2]) + 1, ord(item[1]))
            )
        first = start
        yield *where, path
        previous = path


def _this(match: re.Match[str], base: Base) -> Resolved:
    what = match["what"].lower()
    yield (
        match.start(),
        match.end(),
        base.article
        if what in ("article", "section", "clause")
        else base.paragraph
        if what == "paragraph"
        else base.path,
    )


def _annexes(match: re.Match[str], base: Base) -> Resolved:
    for start, end, item, _ in _items(match):
        yield start, end, f"Annex {item}"


def _sections(match: re.Match[str], base: Base) -> Resolved:
    yield match.start(), match.end(), match["list"].split(",")[0].split(" ")[0]


# A word without which a pattern cannot match, the pattern, and what it cites.
_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str], Base], Resolved]], ...] = (
    ("Article", ARTICLE, _articles), ("aragraph", PARAGRAPH, _paragraphs), ("paragraph", SUBPARAGRAPH, _subparagraphs),
    ("oint", POINT, _points),
    ("this", THIS, _this), (" ", ANNEX, _annexes), (" ", SECTION, _sections), (".", RULE, _sections),
)  # fmt: skip
