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
CENTRE = 0.08  # of the page's width, to either side of its middle
LEAST_LEFT = 0.3  # of a file's letters, or what was taken was not running lines
SHORTEST_RUN = 3  # pages in a row with the same head: a chapter's name

NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
# "Page 3 of 10", "- 3 -", "3 / 10": a page number on its own, whether or not other pages bear it out.
PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|side)\s*\d+(?:\s*(?:of|/|von|af)\s*\d+)?|[-–—]\s*\d+\s*[-–—]|\d+\s*/\s*\d+", re.I
)

Key = tuple[str, int | None]
Sheet = tuple[int, float, float, list[Line]]  # a page: its number, width, height and lines


def without_running(pages: list[Sheet]) -> list[list[Line]]:
    """The lines of each page less its running lines and page numbers."""
    places: dict[Key, list[tuple[int, float]]] = defaultdict(list)
    candidates: list[list[tuple[Line, list[Key]]]] = []
    for number, _width, height, lines in pages:
        outer = [(line, list(keys(line.text, number))) for line in outermost(lines, height)]
        candidates.append(outer)
        for line, found in outer:
            for key in found:
                places[key].append((number, line.middle))
    running = {key for key, seen in places.items() if repeats(seen, len(pages))}
    counted = stray_numbers(pages)
    kept = []
    for (_number, _width, _height, lines), outer in zip(pages, candidates, strict=True):
        gone = counted | {
            id(line) for line, found in outer if running.intersection(found) or PAGE_NUMBER.fullmatch(line.text.strip())
        }
        kept.append([line for line in lines if id(line) not in gone])
    # Slides and forms may hold little else than what looks like a head: then nothing is left out.
    before, after = (sum(line.length for lines in part for line in lines) for part in ([p[3] for p in pages], kept))
    return kept if after >= LEAST_LEFT * before else [lines for *_, lines in pages]


def stray_numbers(pages: list[Sheet]) -> set[int]:
    """Lines (by id) that hold only the next number, page after page, wherever on the page they stand.

    A document made for other paper keeps its own page numbers in the middle of the text.
    """
    chain: list[Line] = []
    longest: list[Line] = []
    for _number, width, _height, lines in pages:
        for line in lines:
            text = line.text.strip(" -–—")
            if not text.isdigit() or len(text) > 4 or abs((line.x0 + line.x1) / 2 - width / 2) > CENTRE * width:
                continue
            if chain and int(text) == int(chain[-1].text.strip(" -–—")) + 1:
                chain.append(line)
            elif not chain or int(text) <= 2:
                chain = [line]
            longest = max(longest, chain, key=len)
    return {id(line) for line in longest} if len(longest) >= SHORTEST_RUN else set()


def outermost(lines: list[Line], height: float) -> Iterator[Line]:
    """The lines in the first and last rows of the page that lie in its margins."""
    rows: list[float] = []
    for middle in sorted(line.middle for line in lines):
        if not rows or middle - rows[-1] > 3:
            rows.append(middle)
    tops = rows[:OUTER_ROWS]
    feet = rows[-OUTER_ROWS:]
    for line in lines:
        high = line.middle < MARGIN * height and line.middle <= tops[-1] + 3
        low = line.middle > (1 - MARGIN) * height and line.middle >= feet[0] - 3
        if high or low:
            yield line


def keys(text: str, page: int) -> Iterator[Key]:
    """The line as it stands, and with each number that may count pages replaced by how far it is from the page's own.

    "L 119/7" on page 7 and "L 119/8" on page 8 share a key; "Article 7" and "Article 9" on the same pages do not.
    """
    text = " ".join(text.split())
    yield text, None
    for number in NUMBER.finditer(text):
        value = int(number[0]) if number[0].isdigit() and len(number[0]) < 7 else roman(number[0])
        if value:
            yield f"{text[: number.start()]}#{text[number.end() :]}", value - page


def repeats(seen: list[tuple[int, float]], page_count: int) -> bool:
    """Whether the same line stands in the same place on enough pages, or on a run of pages that follow each other."""
    heights = sorted(height for _, height in seen)
    middle = heights[len(heights) // 2]
    at = sorted({page for page, height in seen if abs(height - middle) <= SAME_PLACE_POINTS})
    if len(at) >= max(2, SHARE * page_count) and (len(at) > 2 or page_count <= 4):
        return True
    run = 1
    for before, after in pairwise(at):
        run = run + 1 if after - before <= 2 else 1
        if run >= SHORTEST_RUN:
            return True
    return False
