"""Which paragraphs are headings, and how deep: larger, bold, capital or centred type that is no sentence."""

import re

from core.ingest.pdf_lines import LABEL, Line
from core.ingest.pdf_paragraphs import Style, centred

LONGEST = 220  # characters
LARGER = 1.08  # times the body's size
DEEPEST = 6
SENTENCE = re.compile(r"[.;:,][)\]”’\"'»]*$")
LOOK = tuple[float, bool, bool, bool]  # size, bold, capitals, centred: a heading's appearance, which gives its depth


def looks(paragraphs: list[list[Line]], usual: Style) -> list[LOOK | None]:
    """The look of each paragraph that is a heading, None for the others."""
    letters = bold = 0
    for paragraph in paragraphs:
        for row in paragraph:
            letters += row.length
            bold += row.length if row.bold else 0
    bold_body = bold > 0.5 * letters
    return [_look(paragraph, usual, bold_body) for paragraph in paragraphs]


def levels(found: list[LOOK | None]) -> list[int]:
    """Depth by look, 1 for the most prominent; 0 for paragraphs."""
    ranked = sorted({look for look in found if look}, reverse=True)
    depth = {look: min(rank, DEEPEST) for rank, look in enumerate(ranked, start=1)}
    return [depth[look] if look else 0 for look in found]


def _look(paragraph: list[Line], usual: Style, bold_body: bool) -> LOOK | None:
    first = paragraph[0]
    if first.table or first.cells or not first.upright or len(paragraph) > 5:
        return None
    if sum(row.length for row in paragraph) > LONGEST:
        return None
    text = " ".join(row.text for row in paragraph)
    if not (text[:1].isalnum() or text[:1] == "§") or text[0].islower():
        return None
    size = round(first.size * 2) / 2
    larger = size >= LARGER * usual.body
    bold = all(row.bold for row in paragraph) and not bold_body
    if SENTENCE.search(text) and not _title_with_stop(text, bold or larger):
        return None
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 2:
        return None
    capitals = len(letters) > 3 and all(c.isupper() for c in letters)
    middle = not LABEL.fullmatch(first.words[0].text) and all(centred(row) for row in paragraph)
    if not (larger or bold or capitals or middle):
        return None
    if (middle and not (larger or bold or capitals) and len(text) > 120) or LABEL.fullmatch(text.strip()):
        return None
    return max(size, usual.body), bold, capitals, middle


def _title_with_stop(text: str, prominent: bool) -> bool:
    """ "1. Definitions." is still a title; a bold sentence is not."""
    return prominent and text.endswith(".") and len(text.split()) <= 8
