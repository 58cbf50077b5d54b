"""From words on a page to the rectangles that highlight a passage."""

from collections.abc import Iterable

from core.types import Word
from pages.parts.source_view import Box

PADDING = 1.0  # points around a line, so that letters do not touch the edge


def lines(words: Iterable[Word], start: int, end: int) -> tuple[Box, ...]:
    """One box for each printed line of [start, end), in reading order. Words of one page, in text order.

    A word opens a new line when it stands left of the one before (the next line, or the next column) or shares
    less than half of its height with it.
    """
    boxes: list[list[float]] = []
    for word in words:
        if word.end <= start or word.start >= end:
            continue
        if boxes and word.x0 >= boxes[-1][2] - (word.y1 - word.y0) and _shared(boxes[-1], word) > 0.5:
            last = boxes[-1]
            last[:] = [last[0], min(last[1], word.y0), max(last[2], word.x1), max(last[3], word.y1)]
        else:
            boxes.append([word.x0, word.y0, word.x1, word.y1])
    return tuple((x0 - PADDING, y0, x1 + PADDING, y1) for x0, y0, x1, y1 in boxes)


def _shared(box: list[float], word: Word) -> float:
    """How much of the word's height lies beside the box, 0 to 1."""
    overlap = min(box[3], word.y1) - max(box[1], word.y0)
    return max(0.0, overlap) / max(0.1, word.y1 - word.y0)
