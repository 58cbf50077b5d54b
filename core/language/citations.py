"""How law cites places: a pattern for each manner, and what its words may mean from where they stand."""

import re
from collections.abc import Callable, Iterator

from core.language.patterns import spaced
from core.language.places import Base

ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_LABEL = r"\([0-9a-zA-Z]{1,5}\)"
_STEPS = r"(?:\([0-9a-zA-Z]{1,5}\)){0,5}"
_NUMBER = rf"\d{{1,4}}(?:\.\d{{1,3}}){{0,3}}[a-zA-Z]{{0,2}}(?![a-z]){_STEPS}"
_SEPARATOR = r"(?:, and/or |, and |, or |, | and/or | and | or | to | through |–|-)"
_POINTS = rf"(?:[Ss]ub-?)?(?:[Pp]oints?|[Ii]tems?) (?:{_LABEL}){{1,4}}(?:{_SEPARATOR}(?:{_LABEL}){{1,3}}){{0,9}}"
_BEFORE = (
    rf"(?P<before>(?:(?:\b{_POINTS}|\b(?:[Tt]he )?(?:{ORDINALS}) (?:sub)?paragraph"
    rf"|\b[Pp]aragraphs? (?:{_LABEL}|\d{{1,2}})"
    rf"(?:{_SEPARATOR}(?:{_LABEL}|\d{{1,2}})){{0,8}}) of ){{0,3}})"
)
# "Article 6(1) or point (a) of Article 9(2)": the point belongs to what follows it.
_NOT_OF = rf"(?!{_SEPARATOR}{_LABEL}| of (?:Art|[Pp]ara|the (?:{ORDINALS})))"
_AFTER = rf"(?P<after>(?:(?:, |,? and |,? or )(?:(?:the )?(?:{ORDINALS}) (?:sub)?paragraph|{_POINTS}){_NOT_OF}){{0,4}})"
_AFTER_ARTICLE = _AFTER.replace("(?P<after>", rf"(?P<after>(?:, paragraphs? \d{{1,2}}\b{_NOT_OF})?")
# "Article 5(2)", "Articles 13, 14 and 15 to 22", with "point (b) of" before or ", point (b)" after.
ARTICLE = spaced(
    _BEFORE,
    rf"\bArt(?:icle|icles|s?\.) (?P<list>(?:{_NUMBER}|[IVXL]{{1,6}}\b)",
    rf"(?:{_SEPARATOR}(?:{_NUMBER}|{_LABEL})(?![\d%])){{0,20}})",
    _AFTER_ARTICLE,
    flags=0,
)
# "paragraph 1", "paragraphs 1 and 2", "paragraph 2, point (a)", with "point (b) of the first subparagraph of" before.
PARAGRAPH = spaced(
    _BEFORE,
    r"\b[Pp]aragraphs? (?P<list>\d{1,2}[a-z]?(?:\([a-z]{1,4}\))?",
    rf"(?:{_SEPARATOR}\d{{1,2}}[a-z]?\b(?![\d/%])){{0,12}})",
    _AFTER,
    flags=0,
)
# "paragraph (a)(1) of this section", "subsections (2) and (3)", "sub-paragraph (b)".
LABELLED = spaced(
    r"\b(?P<word>[Pp]aragraphs?|[Ss]ub-?paragraphs?|[Ss]ub-?sections?|[Ss]ub-?clauses?)",
    rf" (?P<list>(?:{_LABEL}){{1,5}}(?:{_SEPARATOR}(?:{_LABEL}){{1,5}}){{0,8}})",
    r"(?P<of>(?: of this (?:section|Section|clause|Clause|rule|article|Article))?)",
    flags=0,
)
# "the first subparagraph", "the second paragraph, point (a)".
SUBPARAGRAPH = spaced(
    rf"(?P<before>(?:\b{_POINTS} of )?)",
    rf"\b[Tt]he (?P<ordinal>{ORDINALS}) (?P<level>sub)?paragraph\b(?! of)",
    rf"(?P<after>(?:, {_POINTS})?)",
    flags=0,
)
POINT = spaced(
    rf"\b[Pp]oints? (?P<list>(?:{_LABEL}){{1,3}}(?:{_SEPARATOR}{_LABEL}){{0,8}})",
    r"(?: of this (?P<of>Article|paragraph|subparagraph|point))?",
    flags=0,
)
THIS = spaced(
    r"\b[Tt]his (?P<what>Article|paragraph|subparagraph|point|Section|section|Clause|clause|rule)\b(?! (?:\d|\())",
    flags=0,
)
_NUMERAL = r"(?:[IVXL]{1,6}|\d{1,2}[A-Za-z]?|[A-Z])\b"
_PART = r"(?:[Ss]ections?|[Pp]arts?|[Pp]oints?|[Pp]aragraphs?|[Ii]tems?|[Rr]ows?|[Tt]ables?)"
_WHERE = rf"{_PART} (?:{_LABEL}|\d{{1,2}}(?:\.\d{{1,2}}){{0,3}}|[A-Z]\b|[IVX]{{1,4}}\b)(?:{_LABEL}){{0,3}}"
# "point 3 of Annex I", "Annex I, Section A, point 4", "paragraphs 2 and 3 of Schedule 1", "Annexes I and II".
ANNEX = spaced(
    rf"(?P<before>(?:\b{_WHERE}(?:{_SEPARATOR}(?:{_LABEL}|\d{{1,2}})){{0,5}}(?:, | (?:of|to|in) (?:the )?)){{0,3}})",
    r"\b(?P<word>Annex(?:es)?|ANNEX|Schedules?|SCHEDULE|Appendix|Appendices|Exhibits?|Attachments?)",
    rf" (?P<list>{_NUMERAL}(?:(?:, | and | or | to ){_NUMERAL}){{0,6}})",
    rf"(?P<after>(?:,? \(?{_WHERE}\)?){{0,3}})",
    flags=0,
)
_DECIMAL = rf"\d{{1,4}}(?:\.\d{{1,4}}){{0,3}}[A-Z]{{0,2}}\b{_STEPS}"
SECTION = spaced(
    r"(?P<word>§{1,2}\s?|\b(?:[Ss]ections?|[Cc]lauses?|[Rr]ules?|[Rr]egulations?(?! (?:19|20)\d\d\b)) (?!\())",
    rf"(?P<list>{_DECIMAL}(?!/)(?:{_SEPARATOR}(?:§ ?)?(?:{_DECIMAL}|(?:{_LABEL}){{1,4}})(?![/%])){{0,8}})",
    flags=0,
)
# A UK rule is cited by its bare number: "in compliance with 2.1"; a sum or a date is none.
RULE = re.compile(
    r"(?<![\d.§/,€$£-])(?<!CFR )(?<!C\.F\.R\. )(?<!U\.S\.C\. )(?<!EUR )(?<!version )\b"
    r"(?P<list>\d{1,2}\.\d{1,3}[A-Z]?(?:\([0-9a-zA-Z]{1,4}\)){0,4})(?=\s|[,;)]|\.(?:\s|$)|$)"
    r"(?!\s?(?:%|per\s|percent|million|billion|times))"
)
# "SYSC 8.1.1R" of a handbook.
HANDBOOK = re.compile(
    r"\b(?P<list>[A-Z]{3,8}\s\d{1,2}[A-Z]?(?:\.\d{1,3}[A-Z]{0,2}){1,3}(?:\s?[RGEDC]\b)?(?:\([0-9a-zA-Z]{1,4}\)){0,3})(?![\w])"
)
ITEM = re.compile(rf"{_NUMBER}|(?:{_LABEL})+|[IVXL]{{1,6}}|[A-Z]")
SECTION_ITEM = re.compile(rf"{_DECIMAL}|(?:{_LABEL})+")
LABELS = re.compile(rf"(?:{_LABEL})+")
# "point (a), point (ii)" goes down a level at each "point"; "points (a) and (b)" names two on one level.
POINTS = re.compile(
    r"[Pp]oints? ((?:(?:\([a-zA-Z0-9]{1,5}\))+(?:, and |, or |, and/or | and/or | and | or | to |, |)){1,10})"
)
PART = re.compile(rf"(?P<part>{_PART}) (?P<number>{_LABEL}|[\dA-Z][\d.A-Z]*)(?P<steps>(?:{_LABEL})*)")
# (start, end, what it may mean, nearest first) of each place that a citation names.
Resolved = Iterator[tuple[int, int, list[str]]]


def _items(match: re.Match[str], pattern: re.Pattern[str] = ITEM) -> list[tuple[int, int, str, bool]]:
    """(start, end, item, whether a range ends here) of "13, 14 and 15 to 22"."""
    text, start, last = match["list"], match.start("list"), 0
    found = []
    for item in pattern.finditer(text):
        between = text[last : item.start()].strip(" ,§")
        found.append((start + item.start(), start + item.end(), item.group(), between in ("to", "through", "–", "-")))
        last = item.end()
    return found


def _listed(match: re.Match[str], paths: list[list[str]], items: list[tuple[int, int, str, bool]]) -> Resolved:
    """Each item's readings with its own passage, or the whole match for a single item; ranges are filled."""
    for number, ((start, end, _, ranged), readings) in enumerate(zip(items, paths, strict=True)):
        where = (start, end) if len(items) > 1 else (match.start(), match.end())
        if ranged and number:
            yield from ((items[number - 1][0], end, path) for path in _between(paths[number - 1][0], readings))
        yield *where, readings


def _between(first: str, last: list[str]) -> Iterator[list[str]]:
    """What stands between "Article 15" and "Article 22", "(a)" and "(d)"; nothing where they do not count up."""
    for pattern, value, printed in ((r"(\d+)\)?$", int, str), (r"\(([a-z])\)$", ord, chr)):
        a, b = re.search(pattern, first), re.search(pattern, last[0])
        if a and b and 0 < value(b[1]) - value(a[1]) <= 60:
            for number in range(value(a[1]) + 1, value(b[1])):
                yield [
                    f"{path[: len(path) - len(b[1]) - path.endswith(')')]}{printed(number)}{')' * path.endswith(')')}"
                    for path in last
                ]
            return


def _suffixes(words: str) -> list[str]:
    """What ", first subparagraph, point (a)" or "points (a) and (b) of" adds to a path; [""] when nothing."""
    words = " ".join(words.split())
    ordinal = next(
        (f", {o} subparagraph" for o in ORDINALS.split("|") if re.search(rf"\b{o} (?:sub)?paragraph", words)), ""
    )
    if ordinal.startswith(", first"):
        ordinal = ""
    paragraph = re.search(r"[Pp]aragraph (\d{1,2})", words)
    stem = f"({paragraph[1]})" if paragraph else ""
    *above, last = [LABELS.findall(points) for points in POINTS.findall(words)] or [[]]
    if not last:
        return [stem + ordinal]
    outer = "".join(labels[0] for labels in above)
    return [stem + (f"{ordinal}, point {outer}{label}" if ordinal else outer + label) for label in last]


def _before(match: re.Match[str]) -> str:
    """ "point (b) of the first subparagraph of" in the order of the words behind: "first subparagraph, point (b)"."""
    return ", ".join(reversed([part for part in re.split(r"\sof\s", match["before"] or "") if part]))


def _articles(match: re.Match[str], base: Base) -> Resolved:
    items, stems, previous = _items(match), [], ""
    for _, _, item, _ in items:
        labelled = item.startswith("(")
        previous = f"{previous.rsplit('(', item.count('('))[0]}{item}" if labelled and previous else f"Article {item}"
        stems.append(previous)
    before, after = _suffixes(_before(match)), _suffixes(match["after"] or "")
    if before == [""] and len(items) == 1 and len(after) > 1:
        yield from ((match.start(), match.end(), [stems[0] + suffix]) for suffix in after)
        return
    if len(before) > 1 and len(items) == 1:
        yield from ((match.start(), match.end(), [stems[0] + suffix]) for suffix in before)
        return
    ends = [before[0]] * len(stems)
    ends[-1] = before[0] or after[0]
    yield from _listed(match, [[stem + end] for stem, end in zip(stems, ends, strict=True)], items)


def _paragraphs(match: re.Match[str], base: Base) -> Resolved:
    items = _items(match)
    before, after = _suffixes(_before(match)), _suffixes(match["after"] or "")
    stems = []
    for _, _, item, _ in items:
        number, _, point = item.partition("(")
        stems.append(f"{base.article}({number})" + (f"({point}" if point else ""))
    if len(items) == 1:
        for suffix in before if before != [""] else after:
            yield match.start(), match.end(), [stems[0] + suffix]
        return
    ends = [before[0]] * len(stems)
    ends[-1] = before[0] or after[0]
    yield from _listed(match, [[stem + end] for stem, end in zip(stems, ends, strict=True)], items)


def _labelled(match: re.Match[str], base: Base) -> Resolved:
    """ "paragraph (a)(1)": of this section where it has one, else near."""
    items = _items(match, LABELS)
    near = not match["of"] and not match["word"].lower().startswith("paragraph")
    readings = [
        [base.article + item, *base.around(item)] if not near else [*base.around(item)] for _, _, item, _ in items
    ]
    if match["word"].lower().startswith("subsection"):
        readings = [[base.article + item] for _, _, item, _ in items]
    yield from _listed(match, readings, items)


def _subparagraphs(match: re.Match[str], base: Base) -> Resolved:
    ordinal = match["ordinal"]
    stem = base.paragraph if match["level"] else base.article
    place = stem if ordinal == "first" else f"{stem}, {ordinal} subparagraph"
    labels = LABELS.findall((match["before"] or "") + (match["after"] or ""))
    for label in labels:
        yield match.start(), match.end(), [place + label] if ordinal == "first" else [f"{place}, point {label}"]
    if not labels:
        yield match.start(), match.end(), [place]


def _points(match: re.Match[str], base: Base) -> Resolved:
    """ "point (a)" alone stands in the same paragraph, under the same point, or beside it."""
    items = _items(match, LABELS)
    of = (match["of"] or "").lower()
    readings = []
    for _, _, item, _ in items:
        wider = [base.article + item] if of == "article" else [base.paragraph + item] if of == "paragraph" else []
        readings.append([*wider, *base.around(item)])
    yield from _listed(match, readings, items)


def _this(match: re.Match[str], base: Base) -> Resolved:
    what = match["what"].lower()
    wide = what in ("article", "section", "clause", "rule")
    yield match.start(), match.end(), [base.article if wide else base.paragraph if what == "paragraph" else base.path]


def _annexes(match: re.Match[str], base: Base) -> Resolved:
    word = {"Annexes": "Annex", "Appendices": "Appendix"}.get(
        match["word"], match["word"].capitalize().removesuffix("s")
    )
    parts = [*PART.finditer(match["after"] or ""), *reversed(list(PART.finditer(match["before"] or "")))]
    inner = "".join(f", {p['part'].lower().removesuffix('s')} {p['number']}{p['steps']}" for p in parts)
    items = _items(match, re.compile(_NUMERAL))
    yield from _listed(match, [[f"{word} {item}{inner}", f"Annex {item}{inner}"] for _, _, item, _ in items], items)


def _sections(match: re.Match[str], base: Base) -> Resolved:
    word, items, readings, previous = (
        match["word"].strip(" §").rstrip("s").capitalize(),
        _items(match, SECTION_ITEM),
        [],
        "",
    )
    for _, _, item, _ in items:
        above = previous.rsplit("(", item.count("("))[0] if "(" in previous else previous
        previous = f"{above}{item}" if item.startswith("(") and previous else item
        named = [f"{word} {previous}"] if word else [f"§ {previous}"]
        readings.append([*named, *([f"{base.part} {previous}"] if "." in previous else []), previous])
    yield from _listed(match, readings, items)


def _rules(match: re.Match[str], base: Base) -> Resolved:
    number = match["list"]
    yield match.start(), match.end(), [*([f"{base.part} {number}"] if base.part else []), number]


def _handbook(match: re.Match[str], base: Base) -> Resolved:
    whole = " ".join(match["list"].split())
    joined = re.sub(r"(\d)\s([RGEDC])\b", r"\1\2", whole)
    yield match.start(), match.end(), [whole, joined, re.sub(r"(?<=\d)\s?[RGEDC]\b", "", whole)]


# A word without which a pattern cannot match, the pattern, and what it cites.
DECIMAL = tuple(f"{digit}." for digit in range(10))
PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], Callable[[re.Match[str], Base], Resolved]], ...] = (
    (("Art",), ARTICLE, _articles),
    (("Annex", "ANNEX", "Schedule", "SCHEDULE", "Appendi", "Exhibit", "Attachment"), ANNEX, _annexes),
    (("aragraph",), PARAGRAPH, _paragraphs), (("paragraph",), SUBPARAGRAPH, _subparagraphs),
    (("oint",), POINT, _points), (("aragraph", "section", "clause"), LABELLED, _labelled), (("his",), THIS, _this),
    (("§", "ection", "lause", "ule", "egulation"), SECTION, _sections), (DECIMAL, HANDBOOK, _handbook),
    (DECIMAL, RULE, _rules),
)  # fmt: skip
