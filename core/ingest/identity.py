"""Which document this is: its title, type, official number and version, and the lineage that its versions share.

What the format declares comes first, then what the text says of itself, then the file's name.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from core.ingest.dates import first_date
from core.ingest.headings import ALWAYS_NUMBERED, announcement
from core.ingest.labels import leading
from core.language.detect import language
from core.settings import lexicon
from core.types import Block, ParsedFile, Provision, Structure

LONGEST_TITLE = 400
FRONT_BLOCKS = 40
LONGEST_FIRST_LINE = 160
FRONT_CHARACTERS = 3_000
# Formats whose declared title is whatever a template or a program left there.
LEFT_OVER = ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
EU_BODIES = {"EU", "EC", "EEC", "CE", "EG", "UE", "EF", "EURATOM"}

# "Regulation (EU) 2016/679", "Regulation (EU) No 575/2013", "Directive 95/46/EC", "Council Directive 93/13/EEC".
NUMBER = re.compile(
    r"(?:\((?P<body>[A-Z]{2,7})(?:,\s*\w+)?\)\s*)?(?P<no>N[or]\.?\s*)?(?P<first>\d{1,4})/\s?(?P<second>\d{1,4})"
    r"(?:/(?P<tail>[A-Z]{2,7}))?(?![\d/])"
)
CFR = re.compile(r"\b(\d{1,2})\s*C\.?F\.?R\.?\s*(?:Part\s*)?(\d{1,4})\b", re.IGNORECASE)
CELEX = re.compile(r"(?<!\d)(3\d{4}[RLD]\d{4})(?!\d)")
NOT_IN_TITLE = re.compile(r"\s*\((?:Text with .{0,40}relevance.{0,40}|recast|codification|codified version)\)\s*", re.I)
CONSOLIDATED = re.compile(r"\bconsolidated (?:version|text)(?: (?:no\.? ?)?\d+)?(?: of| as of| –|:)?\s", re.I)
VERSION = re.compile(r"\b(?:version|revision|rev\.|issue)\s*:?\s*(?:no\.?\s*)?(?:\|\s*)?v?(\d+(?:\.\d+)*)", re.I)
FILE_VERSION = re.compile(r"(?:^|[^a-z0-9])v(?:ersion)?[ _.-]?(\d+(?:\.\d+)*)(?![a-z0-9])", re.I)
FILE_KIND = re.compile(r"(original|consolidated)[^0-9]{0,12}(\d{4}-\d{2}-\d{2})", re.I)
VERSION_WORDS = re.compile(
    r"\b(?:v(?:ersion)?[ .]?\d+(?:\.\d+)*|version|revision|draft|final|consolidated|amended|clean|copy)\b"
    r"|\b\d{4}-\d{2}-\d{2}\b|\(\d{1,3}\)",
    re.I,
)
# "REGULATION (EU) 2016/679 OF THE EUROPEAN PARLIAMENT AND OF THE COUNCIL": how the Official Journal prints titles.
SHOUTED = re.compile(r"[A-Z(][^a-z]{12,}(?=\s|$)")
SHOUTED_WORD = re.compile(r"[^\W\d_]{2,}(?!\))\b")
# "Exhibit 10.B.01": where a paper was filed. "… AGREEMENT between A and B": a title that runs on to the parties.
FILED = re.compile(r"(?:exhibit|attachment|annex)\s{1,4}[\w.-]{1,12}", re.I)
PARTIES = re.compile(r"\s(?:by and )?between\s|\s(?:made|dated|effective) as of\s|\s\(")
SLUG = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """What names a document. `lineage` is its official number, or its title without words of version."""

    title: str
    type: str
    version: str
    regulation: str | None
    language: str
    lineage: str


def identity(parsed: ParsedFile, filename: str) -> Identity:
    front = title_blocks(parsed)
    title = title_of(parsed, front, filename)
    kind = parsed.declared.get("type") or type_of(title) or type_of(opening(parsed)) or by_shape(parsed)
    regulation = parsed.declared.get("regulation") or number_of(title) or number_in_file(parsed, filename)
    name = f"rulebook {title}" if kind == "rulebook" else title
    lineage = regulation or SLUG.sub("-", VERSION_WORDS.sub(" ", name).casefold()).strip("-")
    return Identity(
        title=title,
        type=kind,
        version=version_of(parsed, title, filename),
        regulation=regulation,
        language=parsed.declared.get("language") or language(parsed.text),
        lineage=lineage[:200] or hashlib.sha256(parsed.text.encode("utf-8", "replace")).hexdigest()[:16],
    )


# --- title and type ----------------------------------------------------------------------------------------------


def title_blocks(parsed: ParsedFile) -> list[Block]:
    """The headings that make the title: from the one with the official number, else from the first one.

    They end at a deeper or numbered heading, at the first article and at running text. "TITLE 12—Banks and Banking"
    and "PART 1016—Privacy" are the title where nothing stands before them.
    """
    front = list(parsed.blocks[:FRONT_BLOCKS])
    headings = [index for index, block in enumerate(front) if block.kind == "heading" and not filing(parsed, block)]
    numbered = (index for index in headings if number_of(parsed.text[front[index].start : front[index].end]))
    titles = [index for index in headings if not numbered_heading(parsed, front[index])]
    start = next(numbered, titles[0] if titles else len(front))
    found: list[Block] = []
    divided = True
    for block in front[start:]:
        if block.kind != "heading":
            if len(found) < 4 and goes_on(parsed, found, block):
                found.append(block)
                continue
            break
        named = announcement(parsed.text, block)
        divided = divided and named is not None and named.kind == "division" and named.separated
        deeper = bool(found) and (block.level > found[0].level or bool(leading(parsed.text, block.start, block.end)[0]))
        if not divided and (named is not None or deeper):
            break
        found.append(block)
    return found


def filing(parsed: ParsedFile, block: Block) -> bool:
    """Whether a heading is no title but what was put on the paper: "EXHIBIT 10.3", "EXECUTION COPY"."""
    named = announcement(parsed.text, block)
    return stamp(parsed.text[block.start : block.end]) or (named is not None and named.word.lower() in ALWAYS_NUMBERED)


def numbered_heading(parsed: ParsedFile, block: Block) -> bool:
    """Whether a heading counts the parts of a paper and does not name it: "1. Rights granted"."""
    labels, _ = leading(parsed.text, block.start, block.end)
    return bool(labels) and any(count.style[1] in ("number", "decimal") for count in labels[0].counts)


@cache
def stamps() -> re.Pattern[str]:
    """Words that say which copy a paper is, at the start of a text: "EXECUTION COPY", "Execution Version"."""
    words = sorted(lexicon("identity")["title"]["stamps"], key=len, reverse=True)
    return re.compile(r"[\s(\[*]{0,8}(?:" + "|".join(map(re.escape, words)) + r")\b[\s)\]*:.–-]{0,8}", re.I)


def stamp(text: str) -> bool:
    return stamps().fullmatch(text.strip()) is not None


def goes_on(parsed: ParsedFile, found: list[Block], block: Block) -> bool:
    """Whether an act's title goes on in smaller print: "of 27 April 2016", "on the protection of …"."""
    text = parsed.text[block.start : block.end]
    official = bool(found) and number_of(parsed.text[found[0].start : found[0].end]) is not None
    return official and block.kind == "paragraph" and text[:1].islower() and len(text) <= LONGEST_TITLE * 2


def title_of(parsed: ParsedFile, front: list[Block], filename: str) -> str:
    """The title that the format declares or the text prints; what PDF and Word files declare is often left over."""
    parts = [" ".join(parsed.text[block.start : block.end].split()) for block in front[:4]]
    if not parts:
        lines = (" ".join(parsed.text[block.start : block.end].split()) for block in parsed.blocks[:FRONT_BLOCKS])
        first = next((line for line in lines if line and not stamp(line) and not FILED.fullmatch(line)), "")
        first = PARTIES.split(first, maxsplit=1)[0] if len(first) > LONGEST_FIRST_LINE else first
        parts = [first] if 0 < len(first) <= LONGEST_FIRST_LINE else []
    parts = [stamps().sub("", part, count=1) if stamps().match(part) else part for part in parts]
    printed = " ".join(as_title(part) for part in parts)
    stated = parsed.declared.get("title", "")
    either = (printed, stated) if parsed.media_type in LEFT_OVER else (stated, printed)
    title = NOT_IN_TITLE.sub(" ", as_title(either[0] or either[1])).strip()
    return (title or PurePosixPath(filename.replace("\\", "/")).stem or "Untitled")[:LONGEST_TITLE]


def as_title(text: str) -> str:
    """The Official Journal's capitals in upper and lower case; other titles stay as they are printed."""
    match = SHOUTED.match(text)
    if not match or not NUMBER.search(match[0]) or not type_of(match[0]):
        return text
    small = ("OF", "THE", "AND", "ON", "IN")
    quiet = SHOUTED_WORD.sub(lambda word: word[0].lower() if word[0] in small else word[0].capitalize(), match[0])
    return quiet + text[match.end() :]


@cache
def type_words() -> tuple[re.Pattern[str], dict[str, str]]:
    kinds = {word: kind for kind, words in lexicon("identity")["types"].items() for word in words}
    names = sorted(kinds, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(name) for name in names) + r")\b"), kinds


def type_of(title: str) -> str:
    """The type that the first telling word of a title names, or ""."""
    pattern, kinds = type_words()
    match = pattern.search(title.lower())
    return kinds[match[0]] if match else ""


def opening(parsed: ParsedFile) -> str:
    """Headings and short lines at the front: where a contract says "SERVICE AGREEMENT" below an exhibit number."""
    short = [parsed.text[b.start : b.end] for b in parsed.blocks[:12] if b.end - b.start <= 120]
    return "\n".join(line for line in short if line.isupper() or line.istitle())


def by_shape(parsed: ParsedFile) -> str:
    """A type for a text that does not name itself: sections make a statute, clauses between parties a contract."""
    front = parsed.text[:FRONT_CHARACTERS].lower()
    if "hereinafter" in front or ("by and between" in front) or "this agreement" in front:
        return "contract"
    sections = sum(1 for block in parsed.blocks if parsed.text.startswith("§", block.start))
    return "statute" if sections >= 3 else "other"


# --- number and version --------------------------------------------------------------------------------------------


def number_of(title: str) -> str | None:
    """The official number in a title: CELEX for an act of the Union, else as printed ("Regulation (XU) 2026/117")."""
    for word, letter in lexicon("identity")["celex"].items():
        for name in lexicon("identity")["types"][word]:
            place = re.search(rf"\b{re.escape(name)}\b", title.lower())
            match = NUMBER.search(title, place.end(), place.end() + 40) if place and place.start() < 60 else None
            if not match:
                continue
            body = match["body"] or match["tail"]
            if body in EU_BODIES:
                return celex(letter, match)
            if match["body"]:
                return f"{word.capitalize()} ({body}) {match['first']}/{match['second']}"
    return None


def celex(letter: str, match: re.Match[str]) -> str:
    """ "2016/679" is year and number, "No 575/2013" number and year, "95/46/EC" a year of the last century."""
    first, second = match["first"], match["second"]
    year_last = bool(match["no"]) or (len(second) == 4 and len(first) < 4)
    year, number = (second, first) if year_last else (first, second)
    return f"3{year if len(year) == 4 else f'19{year:0>2}'}{letter}{number:0>4}"


def number_in_file(parsed: ParsedFile, filename: str) -> str | None:
    cfr = CFR.search(parsed.text[:FRONT_CHARACTERS])
    if cfr and parsed.text[:FRONT_CHARACTERS].count("§") + parsed.text[:FRONT_CHARACTERS].lower().count("part") > 1:
        return f"{cfr[1]} CFR {cfr[2]}"
    named = CELEX.search(PurePosixPath(filename.replace("\\", "/")).name)
    return named[1] if named else None


def version_of(parsed: ParsedFile, title: str, filename: str) -> str:
    """ "original 2016-04-27", "consolidated 2016-05-04", "v2", or a date; "" when nothing says."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    front = parsed.text[:FRONT_CHARACTERS]
    if parsed.declared.get("version"):
        return parsed.declared["version"]
    if mark := CONSOLIDATED.search(front):
        day = first_date(front[mark.start() : mark.end() + 40])
        return f"consolidated {day}" if day else "consolidated"
    if stated := VERSION.search(front[:1_500]):
        return f"v{stated[1]}"
    if kind := FILE_KIND.search(name):
        return f"{kind[1].lower()} {kind[2]}"
    if numbered := FILE_VERSION.search(name):
        return f"v{numbered[1]}"
    adopted = first_date(title)
    if adopted and number_of(title):
        return f"original {adopted}"
    return parsed.declared.get("date") or adopted or first_date(front[:600]) or ""


def structure(parsed: ParsedFile, provisions: tuple[Provision, ...]) -> Structure:
    """How many articles, recitals, annexes and tables; a table has at least two rows."""
    kinds = [provision.kind for provision in provisions]
    rows = Counter(block.table for block in parsed.blocks if block.kind == "table_row")
    tables = sum(count > 1 for count in rows.values())
    return Structure(kinds.count("article"), kinds.count("recital"), kinds.count("annex"), tables)
