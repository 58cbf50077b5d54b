"""Bytes → text, and plain text → blocks. The text is the decoded file itself; blocks are slices of it."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.ingest.labels import leading
from core.types import Block, BlockKind, ParsedFile

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LINE = re.compile(r"[^\n\r\f]*(?:\r\n|[\n\r\f]|$)")
# "Article 5", "CHAPTER IV — Duties", "Artikel 3", "§ 12": a word or sign and a number, in whatever language.
ANNOUNCED = re.compile(
    r"(?:§{1,2}\s?|[^\W\d_]{3,12}\.?\s+)(?:\d{1,4}[a-z]{0,2}(?:\.\d{1,4})*|[IVXLC]{1,7})(?P<title>$|\s*[—–:.-]\s+\S.*)"
)
UNDERLINE = re.compile(r"\s{0,40}[=\-~_*]{3,}\s{0,40}$")
SENTENCE_END = re.compile(r"[.;:!?]['\"’”»)\]]?\s*$")
# How the line before an item ends, and how running text goes on behind "(c)".
LIST_END = re.compile(r"(?:[.;:]|[;,]\s*(?:and|or))$")
GOES_ON = re.compile(r"[,;.)]")
GOES_ON_WORD = re.compile(r"(?:of|and|or|in)\b")
LONGEST_HEADING = 120
LONGEST_TITLE = 80
# Text wrapped by hand has lines of 60-100 characters; longer ones are whole paragraphs.
WIDEST_WRAP = 160
SHORT = 0.8  # of the wrapping column: a line that ends sooner was ended on purpose


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file and what to warn of. BOM first, then UTF-8, UTF-16 by its zero bytes, then Windows-1252."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace"), ()
    sample = data[:4_000]
    for encoding, zeros in (("utf-16-le", sample[1::2].count(0)), ("utf-16-be", sample[0::2].count(0))):
        if len(sample) > 1 and zeros * 5 > len(sample):
            return data.decode(encoding, "replace"), ("Read as UTF-16 without a byte order mark.",)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        return text, ("The file is not UTF-8; it was read as Windows-1252 (Latin-1), so check its accented letters.",)


def parse(data: bytes) -> ParsedFile:
    text, warnings = decode(data)
    return ParsedFile("text/plain", text, tuple(blocks(text)), warnings=warnings)


@dataclass(frozen=True, slots=True)
class Line:
    """text[start:end] without the spaces at its edges; `blank` says whether an empty line or page break precedes."""

    start: int
    end: int
    indent: int
    blank: bool


def lines(text: str) -> list[Line]:
    found: list[Line] = []
    blank = True
    for match in LINE.finditer(text):
        stripped = match[0].strip()
        if not stripped:
            blank = True
            continue
        indent = len(match[0]) - len(match[0].lstrip())
        start = match.start() + indent
        found.append(Line(start, start + len(stripped), indent, blank))
        blank = match[0].endswith("\f")
    return found


def blocks(text: str) -> Iterator[Block]:
    """Hard-wrapped lines joined; a label, a heading, an empty line or a page break opens the next block."""
    rows = lines(text)
    wrap = width(rows)
    first = 0
    while first < len(rows):
        level = heading_level(text, rows, first, wrap)
        kind: BlockKind = "heading"
        last = first
        if level:
            while last + 1 < len(rows) and title_goes_on(text, rows, first, last + 1, wrap):
                last += 1
        else:
            while last + 1 < len(rows) and not opens(text, rows, last + 1, wrap):
                last += 1
            kind, level = item_kind(text, rows[first])
        if not UNDERLINE.match(text, rows[first].start, rows[last].end):
            yield Block(rows[first].start, rows[last].end, kind, level)
        first = last + 1


def width(rows: list[Line]) -> int:
    """The column at which the text is wrapped by hand; 0 when lines are whole paragraphs."""
    lengths = sorted(row.end - row.start + row.indent for row in rows)
    if not lengths:
        return 0
    usual = lengths[int(len(lengths) * 0.95)]
    joined = sum(not row.blank for row in rows)
    return usual if 30 < usual <= WIDEST_WRAP and joined * 4 > len(rows) else 0


def opens(text: str, rows: list[Line], index: int, wrap: int) -> bool:
    """Whether the line starts a block of its own rather than going on with the line before."""
    row, before = rows[index], rows[index - 1]
    if row.blank or not wrap:
        return True
    if heading_level(text, rows, index, wrap):
        return True
    labels, content = leading(text, row.start, row.end)
    if not labels or GOES_ON.match(text, content, row.end):
        return False
    if LIST_END.search(text, max(before.start, before.end - 6), before.end):
        return True
    # "paragraph\n(1) of this Article" goes on; "the following:\n(1) the name" does not.
    short = before.end - before.start + before.indent < wrap * SHORT
    return short and not GOES_ON_WORD.match(text, content, row.end)


def heading_level(text: str, rows: list[Line], index: int, wrap: int) -> int:
    """The depth of a heading: announced, underlined, an article's title, or short and alone; 0 for other lines."""
    row = rows[index]
    line = text[row.start : row.end]
    after = rows[index + 1] if index + 1 < len(rows) else None
    if len(line) > LONGEST_HEADING or UNDERLINE.match(line) or "|" in line:
        return 0
    if after and not after.blank and UNDERLINE.match(text, after.start, after.end):
        return 1 if text[after.start] == "=" else 2
    if SENTENCE_END.search(line) or line.endswith(","):
        return 0
    if ANNOUNCED.fullmatch(line) and (row.blank or not wrap or ended(text, rows[index - 1])):
        return 3
    labels, start = leading(line, 0, len(line), heading=True)
    if index and announces(text, rows[index - 1]) and not labels:
        return 3
    if labels and (labels[0].bullet or labels[0].text.startswith("(")):
        return 0
    title = line[start:]
    wordy = len(title) <= LONGEST_TITLE and title[:1].isupper() and sum(map(str.isalpha, title)) > 2
    alone = row.blank and after is not None and (after.blank or index == 0 or title.isupper())
    depth = labels[0].text.count(".") - labels[0].text.endswith(".") if labels else 0
    return (1 if index == 0 else 2 + depth) if wordy and alone else 0


def title_goes_on(text: str, rows: list[Line], first: int, index: int, wrap: int) -> bool:
    """Whether a line is more of the article's title that starts at `first` and was too long for one line."""
    row, before = rows[index], rows[index - 1]
    if row.blank or not wrap or not first or not announces(text, rows[first - 1]):
        return False
    full = before.end - before.start > wrap * SHORT
    return full and not leading(text, row.start, row.end)[0] and not ended(text, row)


def announces(text: str, row: Line) -> bool:
    """Whether a line announces an article without naming it, so that the next line may be its title."""
    match = ANNOUNCED.fullmatch(text, row.start, row.end)
    return match is not None and not match["title"]


def ended(text: str, row: Line) -> bool:
    return bool(SENTENCE_END.search(text, max(row.start, row.end - 3), row.end))


def item_kind(text: str, row: Line) -> tuple[BlockKind, int]:
    labels, _ = leading(text, row.start, row.end)
    if labels and labels[0].bullet:
        return "item", row.indent // 2 + 1
    return "paragraph", 0
