"""The order in which a page is read: columns before rows, and what stands on one base line as one line."""

from collections.abc import Iterator
from itertools import pairwise

from core.ingest.pdf_lines import LABEL, Line, Token

MARGIN = 0.12  # of the page's width, on either side, unless the text says otherwise
NARROWEST_REGION = 180.0  # points: less text than this across has no columns
GUTTER = 6.0  # points between two columns
NARROWEST_COLUMN = 0.2  # share of the region; list labels stand in less
FEWEST_LINES = 4  # in a column
FILLED = 0.55  # share of its column that a typical line of prose fills; table cells and labels fill less
STEP = 4.0
FLUSH_POINTS = 1.5  # a row that ends this close to the right edge was stretched to it
JUSTIFIED = 0.4  # share of such rows in justified text; the others end paragraphs
FEWEST_CELLS, FEWEST_ROWS = 3, 3  # of a table without lines; two cells beside each other are signatures or forms
CELL_GAP = 2.0  # times the type size: more space than this parts cells, not words


def reading_order(lines: list[Line], sheet: float) -> list[Line]:
    """The lines in reading order, pieces of one line joined, each with its region's number and edges.

    `sheet` is the page's width in points: a few lines alone do not show how wide the text is set.
    """
    ordered = []
    for column, region in enumerate(regions(lines), start=1):
        rows = [*joined_rows(region)]
        left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
        if len(rows) < FEWEST_LINES and right < sheet / 2:
            right = (1 - MARGIN) * sheet
        flush = sum(1 for row in rows if right - row.x1 < FLUSH_POINTS)
        for row in rows:
            row.column, row.left, row.right, row.sheet = column, left, right, sheet
            row.justified = flush > 3 and flush >= JUSTIFIED * len(rows)
        ordered += rows
    return ordered


def number_tables(pages: list[list[Line]], first: int) -> None:
    """Make tables without lines of rows that follow each other and have three cells or more, numbered from `first`."""
    run: list[Line] = []
    for row in [*(row for rows in pages for row in rows), None]:
        if row is not None and not row.table and len(row.cells) >= FEWEST_CELLS:
            run.append(row)
            continue
        if len(run) >= FEWEST_ROWS:
            for place, member in enumerate(run):
                member.table, member.header = first, place == 0
            first += 1
        run = []


def regions(lines: list[Line]) -> Iterator[list[Line]]:
    """Parts of the page that are each read from top to bottom."""
    gutter = find_gutter(lines)
    if gutter is None:
        if lines:
            yield lines
        return
    for band in bands(lines, gutter):
        left = [line for line in band if line.x1 <= gutter]
        right = [line for line in band if line.x0 >= gutter]
        if len(left) + len(right) == len(band) and min(len(left), len(right)) >= 2:
            yield from regions(left)
            yield from regions(right)
        else:
            yield band


def bands(lines: list[Line], gutter: float) -> Iterator[list[Line]]:
    """The lines from top to bottom, cut where lines that cross the gutter begin and end."""
    band: list[Line] = []
    crossing = False
    for line in sorted(lines, key=lambda line: (line.middle, line.x0)):
        crosses = line.x0 < gutter < line.x1
        if band and crosses != crossing:
            yield band
            band = []
        crossing = crosses
        band.append(line)
    if band:
        yield band


def find_gutter(lines: list[Line]) -> float | None:
    """Where, from left to right, two columns of prose meet; None for a page that reads straight down."""
    if len(lines) < 2 * FEWEST_LINES:
        return None
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    width = right - left
    if width < NARROWEST_REGION:
        return None
    # Most pages are settled here: no second column where hardly a line begins well into the page.
    if sum(1 for line in lines if line.x0 > left + NARROWEST_COLUMN * width) < FEWEST_LINES:
        return None
    crossings: list[tuple[int, float]] = []
    x = left + NARROWEST_COLUMN * width
    while x <= right - NARROWEST_COLUMN * width:
        crossings.append((sum(1 for line in lines if line.x0 < x < line.x1), x))
        x += STEP
    fewest = min(crossings)[0]
    if fewest > len(lines) // 2:
        return None
    gaps = [gap for crossing, x in crossings if crossing <= fewest + 2 and (gap := _gap(lines, x, right))]
    if not gaps:
        return None
    west, east = max(gaps, key=lambda gap: gap[1] - gap[0])
    return (west + east) / 2


def _gap(lines: list[Line], x: float, right: float) -> tuple[float, float] | None:
    """The edges of the empty strip around x if both sides look like columns of prose."""
    west = [line for line in lines if line.x1 <= x]
    east = [line for line in lines if line.x0 >= x]
    if min(len(west), len(east)) < FEWEST_LINES:
        return None
    gap = max(line.x1 for line in west), min(line.x0 for line in east)
    if gap[1] - gap[0] < GUTTER or not _side_by_side(west, east):
        return None
    filled = _filled(west, gap[0] - min(line.x0 for line in west)) and _filled(east, right - gap[1])
    return gap if filled else None


def _side_by_side(west: list[Line], east: list[Line]) -> bool:
    """Whether the two share a good part of the page's height, rather than follow each other down it."""
    top = max(min(line.y0 for line in west), min(line.y0 for line in east))
    foot = min(max(line.y1 for line in west), max(line.y1 for line in east))
    shorter = min(_height(west), _height(east))
    return foot - top > 0.3 * shorter


def _height(side: list[Line]) -> float:
    return max(line.y1 for line in side) - min(line.y0 for line in side)


def _filled(side: list[Line], width: float) -> bool:
    """Whether a typical row fills its column; pieces of one row count together."""
    rows: dict[int, float] = {}
    for line in side:
        row = round(line.middle / 3)
        rows[row] = rows.get(row, 0.0) + line.x1 - line.x0
    widths = sorted(rows.values())
    return widths[len(widths) // 2] >= FILLED * width


def joined_rows(lines: list[Line]) -> Iterator[Line]:
    """Lines from top to bottom, those that stand side by side joined from left to right."""
    row: list[Line] = []
    for line in sorted(lines, key=lambda line: (line.middle, line.x0)):
        if row and not _same_row(row[0], line):
            yield _joined(row)
            row = []
        row.append(line)
    if row:
        yield _joined(row)


def _same_row(first: Line, line: Line) -> bool:
    if first.table or line.table:
        return False
    return abs(line.middle - first.middle) < 0.45 * min(first.y1 - first.y0, line.y1 - line.y0)


def _joined(row: list[Line]) -> Line:
    if len(row) == 1:
        line = row[0]
        if not line.table:
            line.cells = _cells(line.words, line.size)
        return line
    row.sort(key=lambda line: line.x0)
    longest = max(row, key=lambda line: line.length)
    letters = sum(line.length for line in row)
    words = [word for line in row for word in line.words]
    return Line(
        page=longest.page,
        x0=row[0].x0,
        y0=min(line.y0 for line in row),
        x1=max(line.x1 for line in row),
        y1=max(line.y1 for line in row),
        size=longest.size,
        bold=sum(line.length for line in row if line.bold) > 0.6 * letters,
        italic=sum(line.length for line in row if line.italic) > 0.6 * letters,
        words=words,
        length=letters,
        raised=row[0].raised,
        cells=_cells(words, longest.size),
    )


def _cells(words: list[Token], size: float) -> list[list[Token]]:
    """The pieces of a row as cells of a table without lines; [] when only a label stands apart."""
    wide = CELL_GAP * size
    breaks = [
        place
        for place, (before, word) in enumerate(pairwise(words), start=1)
        if word.x0 - before.x1 > wide and not (place == 1 and LABEL.fullmatch(before.text))
    ]
    return [words[start:end] for start, end in pairwise([0, *breaks, len(words)])] if breaks else []
