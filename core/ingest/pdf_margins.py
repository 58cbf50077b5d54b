"""Running heads, footers and page numbers: what stands in the margin of page after page. It is left out of the text."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from core.ingest.labels import roman
from core.ingest.pdf_lines import Line

MARGIN = 0.14  # share of the page's height, at the top and at the foot, where running lines stand
OUTER_ROWS = 4  # and how many rows deep
SHARE = 0.25  # of all pages on which a line repeats
SAME_PLACE_POINTS = 6.0
NEAR = 0.6  # of a line's height: no more space than this lies between lines of the same text
CENTRE = 0.08  # of the page's width, to either side of its middle
LEAST_LEFT = 0.3  # of a file's letters, or what was taken was not running lines
SHORTEST_RUN = 3  # pages in a row with the same head: a chapter's name

NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
# "Page 3 of 10", "- 3 -", "3 / 10": a page number on its own, whether or not other pages bear it out.
PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|side)\s{0,4}\d{1,6}(?:\s{0,4}(?:of|/|von|af)\s{0,4}\d{1,6})?|[-–—]\s{0,4}\d{1,6}\s{0,4}[-–—]"
    r"|\d{1,6}\s{0,4}/\s{0,4}\d{1,6}",
    re.I,
)
DASHES = " -–—"  # around a page number

Key = tuple[str, int | None]
Row = list[Line]  # lines that stand side by side
Sheet = tuple[int, float, float, list[Line]]  # a page: its number, width, height and lines


def without_running(pages: list[Sheet]) -> list[list[Line]]:
    """The lines of each page less its running lines and page numbers."""
    places: dict[Key, list[tuple[int, float]]] = defaultdict(list)
    outer: list[list[list[Row]]] = []
    for number, _width, height, lines in pages:
        edges = outer_rows(lines, height)
        outer.append(edges)
        for row in (row for edge in edges for row in edge):
            for line in row:
                for key in keys(line.text, number):
                    places[key].append((number, line.middle))
    running = {key for key, seen in places.items() if repeats(seen, len(pages))}
    counted = stray_numbers(pages)
    kept = []
    for (number, _width, _height, lines), edges in zip(pages, outer, strict=True):
        gone = set(counted)
        for edge in edges:
            gone |= running_lines(edge, number, running)
        kept.append([line for line in lines if id(line) not in gone])
    # Slides and forms may hold little else than what looks like a head: then nothing is left out.
    before, after = (sum(line.length for lines in part for line in lines) for part in ([p[3] for p in pages], kept))
    return kept if after >= LEAST_LEFT * before else [lines for *_, lines in pages]


def running_lines(edge: list[Row], page: int, running: set[Key]) -> set[int]:
    """The running lines (by id) among the rows at one edge of a page, which come from the inside outwards.

    A row that stands as close to the text as its lines to each other is the first or last line of the text, even if
    it is the same on every page.
    """
    gone: set[int] = set()
    for place, row in enumerate(edge[1:], start=1):
        inner = edge[place - 1]
        if not all(id(line) in gone for line in inner) and near(row, inner):
            continue
        gone |= {
            id(line)
            for line in row
            if running.intersection(keys(line.text, page)) or PAGE_NUMBER.fullmatch(line.text.strip())
        }
    return gone


def near(row: Row, inner: Row) -> bool:
    gap = max(min(a.y0 for a in row) - max(b.y1 for b in inner), min(b.y0 for b in inner) - max(a.y1 for a in row))
    return gap < NEAR * min(line.y1 - line.y0 for line in row)


def outer_rows(lines: list[Line], height: float) -> list[list[Row]]:
    """The rows at the top and at the foot of the page, each list from the inside outwards; the first is text."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if rows and line.middle - rows[-1][0].middle <= 3:
            rows[-1].append(line)
        else:
            rows.append([line])
    top = [row for row in rows[:OUTER_ROWS] if row[0].middle < MARGIN * height]
    foot = [row for row in rows[-OUTER_ROWS:] if row[0].middle > (1 - MARGIN) * height]
    text = rows[len(top) : len(rows) - len(foot)] or [[]]
    return [[text[0], *reversed(top)], [text[-1], *foot]]


def keys(text: str, page: int) -> Iterator[Key]:
    """The line as it stands, and with numbers that may count pages replaced by how far they are from the page's own.

    "L 119/7" on page 7 and "L 119/8" on page 8 share a key; "Article 7" and "Article 9" on the same pages do not.
    """
    text = " ".join(text.split())
    yield text, None
    offsets = []
    for number in NUMBER.finditer(text):
        value = int(number[0]) if number[0].isdigit() and len(number[0]) < 7 else roman(number[0])
        if value:
            offsets.append(value - page)
            yield f"{text[: number.start()]}#{text[number.end() :]}", value - page
    if len(offsets) > 1:
        yield NUMBER.sub("#", text), hash(tuple(offsets))


def repeats(seen: list[tuple[int, float]], page_count: int) -> bool:
    """Whether the same line stands in the same place on enough pages, or on a run of pages that follow each other."""
    heights = sorted(height for _, height in seen)
    middle = heights[len(heights) // 2]
    at = sorted({page for page, height in seen if abs(height - middle) <= SAME_PLACE_POINTS})
    if len(at) >= max(2, SHARE * page_count if page_count > 4 else page_count - 1):
        return True
    run = 1
    for before, after in pairwise(at):
        run = run + 1 if after - before <= 2 else 1
        if run >= SHORTEST_RUN:
            return True
    return False


def stray_numbers(pages: list[Sheet]) -> set[int]:
    """Lines (by id) that hold only the next number, page after page, wherever on the page they stand.

    A document made for other paper keeps its own page numbers in the middle of the text.
    """
    chain: list[Line] = []
    longest: list[Line] = []
    for _number, width, _height, lines in pages:
        for line in lines:
            if not _may_number(line.words[-1].text[-1:]):  # most lines, and joining their words takes time
                continue
            text = line.text.strip(DASHES)
            if not text.isdigit() or len(text) > 4 or abs((line.x0 + line.x1) / 2 - width / 2) > CENTRE * width:
                continue
            if chain and int(text) == int(chain[-1].text.strip(DASHES)) + 1:
                chain.append(line)
            elif not chain or int(text) <= 2:
                chain = [line]
            longest = max(longest, chain, key=len)
    return {id(line) for line in longest} if len(longest) >= SHORTEST_RUN else set()


def _may_number(last: str) -> bool:
    return not last or last.isdigit() or last in DASHES
