"""Rows → paragraphs, across columns and pages: told apart by space, type, labels, indents and short last lines."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from core.ingest.pdf_lines import LABEL, Line

SENTENCE_END = re.compile(r"[.;:!?][)\]”’\"'»]*$")
CLAUSE_END = re.compile(r"(?:[.;:!?][)\]”’\"'»]*|[;,] (?:and|or|und|og))$")
WIDE_SPACE = 0.5  # of the type size; what follows a label is set off by more than a space between words
APART = 1.18  # of the usual distance between lines: more is a new paragraph
OFTEN = 0.15  # share of all distances
SOLID = 0.9  # lines set closer than this overlap: columns or a drawing
CENTRED_POINTS = 8.0
MUCH_ROOM = 0.3  # of the width of the text
WIDEST_MARGIN = 0.15  # of the page's width: a line alone on its page that begins further in is centred


@dataclass(frozen=True, slots=True)
class Style:
    """`body` is the body's type size in points, `leading` the distance between its lines as a multiple of the size."""

    body: float
    leading: float


def style(rows: list[Line], body: float) -> Style:
    """The least distance that many neighbouring rows of the same size keep.

    Not the commonest: in a text of short paragraphs that is the distance between paragraphs.
    """
    seen: Counter[float] = Counter()
    for above, below in pairwise(rows):
        pitch = below.middle - above.middle
        if _together(above, below) and abs(above.size - below.size) < 0.5 and 0 < pitch < 3.2 * below.size:
            seen[round(pitch / below.size * 20) / 20] += 1
    usual = (pitch for pitch in sorted(seen) if seen[pitch] >= OFTEN * seen.total() and pitch >= SOLID)
    return Style(body, next(usual, 1.2))


def paragraphs(rows: list[Line], usual: Style) -> list[list[Line]]:
    """The rows grouped into paragraphs, in order; each row of a table stands alone."""
    found: list[list[Line]] = []
    for row in rows:
        if found and not starts(found[-1], row, usual):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def starts(paragraph: list[Line], row: Line, usual: Style) -> bool:
    """Whether the row begins a new paragraph after the rows of the one so far."""
    above = paragraph[-1]
    if row.table or above.table or row.upright != above.upright or row.cells or above.cells:
        return True
    if _restyled(above, row):
        return True
    if _together(above, row):
        return _apart(paragraph, row, usual) or _begins(paragraph, row)
    return _begins_elsewhere(paragraph, row)


def labelled(row: Line) -> bool:
    """Whether the row begins with a label that is set off from what follows."""
    words = row.words
    if not LABEL.fullmatch(words[0].text):
        return False
    return len(words) == 1 or words[1].x0 - words[0].x1 > WIDE_SPACE * row.size


def centred(row: Line, above: Line | None = None) -> bool:
    """Whether the row stands in the middle of its region or of the page, well short of both edges.

    A row that begins where the row above begins is the short last line of a hanging paragraph.
    """
    west, east = row.x0 - row.left, row.right - row.x1
    from_margin = row.x0 - min(row.left, WIDEST_MARGIN * row.sheet)
    on_page = abs(row.x0 + row.x1 - row.sheet) < CENTRED_POINTS and from_margin > 1.5 * row.size
    in_region = abs(west - east) < CENTRED_POINTS and min(west, east) > 1.5 * row.size
    if not (on_page or in_region):
        return False
    return above is None or not any(abs(row.x0 - x) < 1.5 for x in (above.x0, content(above)))


def _together(above: Line, below: Line) -> bool:
    return above.page == below.page and above.column == below.column


def _restyled(above: Line, row: Line) -> bool:
    """A change of size always parts paragraphs; one of weight or slope unless a sentence runs through it."""
    if abs(above.size - row.size) > 0.08 * max(above.size, row.size):
        return True
    if above.bold == row.bold and (above.italic == row.italic or not (centred(above) or centred(row, above))):
        return False
    if _ended(above):
        return True
    runs_on = row.words[0].text[:1].islower() or (not above.bold and above.right - above.x1 < row.size)
    return not runs_on


def _apart(paragraph: list[Line], row: Line, usual: Style) -> bool:
    pitch = row.middle - paragraph[-1].middle
    expected = usual.leading * row.size
    if len(paragraph) > 1 and _together(paragraph[-2], paragraph[-1]):
        expected = min(max(paragraph[-1].middle - paragraph[-2].middle, row.size), 1.15 * expected)
    return pitch > APART * expected or pitch < 0


def _begins(paragraph: list[Line], row: Line) -> bool:
    """Whether the row begins a paragraph although it follows closely."""
    above = paragraph[-1]
    if labelled(row) and (_outdented(paragraph, row) or _set_off(row)):
        return True
    if LABEL.fullmatch(row.words[0].text) and CLAUSE_END.search(above.text):
        return True
    ended = _ended(above)
    middle = centred(row, above)
    if centred(above) != middle and (ended or row.words[0].text[:1].isupper()):
        return middle or all(centred(line) for line in paragraph)
    room = above.right - above.x1 - (0.0 if above.justified else row.words[0].x1 - row.words[0].x0)
    if ended and (room > 0.5 * row.size or _indented(paragraph, row)):
        return True
    if row.words[0].text[:1].islower() or middle:
        return False
    # Justified text stretches every line but a paragraph's last; elsewhere only much room is a sign.
    return room > (row.size if above.justified else MUCH_ROOM * (above.right - above.left))


def _begins_elsewhere(paragraph: list[Line], row: Line) -> bool:
    """The same at the top of a column or page, where the distance to the row before says nothing."""
    above = paragraph[-1]
    label = LABEL.fullmatch(row.words[0].text)
    if label and (_set_off(row) or CLAUSE_END.search(above.text)):
        return True
    if centred(row, above) and (_ended(above) or row.words[0].text[:1].isupper()):
        return True
    if not _ended(above):
        capital = not row.words[0].text[:1].islower()
        return capital and above.right - above.x1 > 0.5 * (above.right - above.left)
    if _indented([row], row):
        return True
    room = above.right - above.x1
    if labelled(paragraph[0]) and abs(row.x0 - content(above)) < 2 and row.x0 - row.left > row.size:
        return False  # it hangs beside the label like the rows before it
    return room > 1.0


def content(row: Line) -> float:
    """Where the row's text begins, after its label."""
    return row.words[1].x0 if len(row.words) > 1 and labelled(row) else row.x0


def _ended(row: Line) -> bool:
    return bool(SENTENCE_END.search(row.words[-1].text))


def _set_off(row: Line) -> bool:
    return len(row.words) > 1 and row.words[1].x0 - row.words[0].x1 > row.size


def _outdented(paragraph: list[Line], row: Line) -> bool:
    """Whether the row stands left of the paragraph's own later rows, as a label does beside hanging text."""
    return len(paragraph) > 1 and row.x0 < paragraph[-1].x0 - 3


def _indented(paragraph: list[Line], row: Line) -> bool:
    """A first line's indent: a little right of the rows before it, or of the region's edge."""
    above = paragraph[-1]
    edge = row.left if above is row else content(above)
    return 0.8 * row.size < row.x0 - edge < 5 * row.size
