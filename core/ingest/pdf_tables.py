"""Tables with ruled lines, a row each, taken out of a page's lines."""

from typing import Any

from core.ingest.pdf_lines import Line, Token

THIN = 3.0  # points: no thicker than this is a line
MOST_CROSSINGS = 250_000
MOST_LINES = 3_000  # a plan or a map, not a table

# What PyMuPDF's search for tables, itself Python, raises on drawings that it did not foresee.
TROUBLE = (RuntimeError, ValueError, IndexError, KeyError, TypeError, AttributeError, ZeroDivisionError)

Box = tuple[float, float, float, float]


def gridded(page: Any) -> bool:
    """Whether lines cross so that they could enclose two cells by two: asked first, as it takes a few milliseconds."""
    across: list[Box] = []
    down: list[Box] = []
    for drawing in page.get_cdrawings():
        for item in drawing["items"]:
            for box in _strokes(item):
                if box[3] - box[1] <= THIN and box[2] - box[0] >= 20:
                    across.append(box)
                elif box[2] - box[0] <= THIN and box[3] - box[1] >= 8:
                    down.append(box)
    if len(across) < 3 or len(down) < 3 or len(across) * len(down) > MOST_CROSSINGS:
        return len(across) >= 3 and len(down) >= 3 and len(across) + len(down) < MOST_LINES
    columns = {round(v[0] / 4) for v in down if sum(1 for h in across if _touch(h, v)) >= 2}
    rows = {round(h[1] / 4) for h in across if sum(1 for v in down if _touch(h, v)) >= 2}
    return len(columns) >= 3 and len(rows) >= 3


def _strokes(item: tuple[Any, ...]) -> list[Box]:
    """The boxes of the straight lines in a piece of a drawing; the four sides of a rectangle that is no line."""
    if item[0] == "l":
        (ax, ay), (bx, by) = item[1], item[2]
        return [(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))]
    if item[0] != "re":
        return []
    x0, y0, x1, y1 = item[1]
    if x1 - x0 <= THIN or y1 - y0 <= THIN:
        return [(x0, y0, x1, y1)]
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]


def _touch(across: Box, down: Box) -> bool:
    return across[0] - THIN <= down[0] <= across[2] + THIN and down[1] - THIN <= across[1] <= down[3] + THIN


def tables(page: Any) -> list[list[list[Box | None]]]:
    """The cells of each ruled table on the page with at least two rows and two columns; 0.1 to 0.4 s a page."""
    try:
        finder = page.find_tables(strategy="lines_strict")
    except TROUBLE:
        return []  # the page is then read as running text
    return [
        [[tuple(cell) if cell else None for cell in row.cells] for row in table.rows]
        for table in finder.tables
        if table.row_count >= 2 and table.col_count >= 2
    ]


def with_rows(lines: list[Line], found: list[list[list[Box | None]]], first: int) -> list[Line]:
    """The lines, those inside the tables replaced by one line a row; tables are numbered from `first`."""
    for number, rows in enumerate(found, start=first):
        made = [row for index, cells in enumerate(rows) if (row := _row(lines, cells, number, index == 0))]
        if sum(1 for row in made if sum(map(bool, row.cells)) > 1) < 2:
            continue  # a frame around running text
        taken = {id(token) for row in made for cell in row.cells for token in cell}
        for line in lines:
            if any(id(token) in taken for token in line.words):
                line.words = [token for token in line.words if id(token) not in taken]
        lines = [line for line in lines if line.words] + made
    return lines


def _row(lines: list[Line], cells: list[Box | None], number: int, header: bool) -> Line | None:
    filled = [_inside(lines, cell) if cell else [] for cell in cells]
    tokens = [token for cell in filled for token in cell]
    if not tokens:
        return None
    boxes = [cell for cell in cells if cell]
    sample = next(line for line in lines if any(token is tokens[0] for token in line.words))
    return Line(
        page=sample.page,
        x0=min(box[0] for box in boxes),
        y0=min(box[1] for box in boxes),
        x1=max(box[2] for box in boxes),
        y1=max(box[3] for box in boxes),
        size=sample.size,
        bold=False,
        italic=False,
        words=tokens,
        length=sum(len(token.text) + 1 for token in tokens),
        table=number,
        header=header,
        cells=filled,
    )


def _inside(lines: list[Line], cell: Box) -> list[Token]:
    x0, y0, x1, y1 = cell
    found = [
        (line.middle, token)
        for line in lines
        if not line.table and line.y1 > y0 and line.y0 < y1
        for token in line.words
        if x0 <= (token.x0 + token.x1) / 2 <= x1 and y0 <= (token.y0 + token.y1) / 2 <= y1
    ]
    found.sort(key=lambda placed: (round(placed[0] / 3), placed[1].x0))
    return [token for _, token in found]
