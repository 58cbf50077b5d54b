"""The printed words of a file as columns of numbers: 28 bytes a word instead of 300, and nothing to copy."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import floor
from typing import overload

from core.types import Word

# Boxes are kept in hundredths of a point: exact for a screen, and they read well in a database.
HUNDREDTHS = 100


class Words(Sequence[Word]):
    """Reads as a sequence of Word, grows at the end. `columns` are start, end, page, x0, y0, x1, y1."""

    def __init__(self, columns: Iterable["array[int]"] | None = None) -> None:
        self.columns = list(columns) if columns is not None else [array("i") for _ in range(7)]

    def add(self, start: int, end: int, page: int, x0: float, y0: float, x1: float, y1: float) -> None:
        columns = self.columns
        columns[0].append(start)
        columns[1].append(end)
        columns[2].append(page)
        columns[3].append(floor(x0 * HUNDREDTHS + 0.5))
        columns[4].append(floor(y0 * HUNDREDTHS + 0.5))
        columns[5].append(floor(x1 * HUNDREDTHS + 0.5))
        columns[6].append(floor(y1 * HUNDREDTHS + 0.5))

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, place: int) -> Word: ...
    @overload
    def __getitem__(self, place: slice) -> "Words": ...
    def __getitem__(self, place: int | slice) -> "Word | Words":
        if isinstance(place, slice):
            return Words(column[place] for column in self.columns)
        start, end, page, *box = (column[place] for column in self.columns)
        return Word(start, end, page, *(value / HUNDREDTHS for value in box))

    def __iter__(self) -> Iterator[Word]:
        start, end, page, *box = self.columns
        points = ([value / HUNDREDTHS for value in column] for column in box)
        return map(Word._make, zip(start, end, page, *points, strict=True))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(other) == len(self)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # it grows
