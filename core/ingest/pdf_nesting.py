"""How deep points stand in each other, by how far they are indented; and which paragraphs hang under a point."""

from dataclasses import dataclass, field

from core.ingest.pdf_lines import Line
from core.ingest.pdf_paragraphs import content

SAME_PLACE = 0.5  # of the type size: no more than this apart, two lines begin in the same place
SECOND_COLUMN = 0.3  # of the page's width: a region that begins further in is measured from its own edge


@dataclass(slots=True)
class Nesting:
    """The points that are open: where the label of each stands, and where its text."""

    open: list[tuple[float, float]] = field(default_factory=list)

    def point(self, row: Line) -> int:
        """The depth of a point that begins with this row, 1 for the outermost."""
        label, text = self._place(row, row.x0), self._place(row, content(row))
        near = SAME_PLACE * row.size
        while self.open and self.open[-1][0] > label - near:
            self.open.pop()
        self.open.append((label, text))
        return len(self.open)

    def paragraph(self, row: Line) -> int:
        """The depth of the point that a paragraph hangs under; 0, and all closed, when it stands outside."""
        start = self._place(row, row.x0)
        while self.open and abs(self.open[-1][1] - start) > SAME_PLACE * row.size:
            self.open.pop()
        return len(self.open)

    def close(self) -> None:
        self.open.clear()

    def _place(self, row: Line, x: float) -> float:
        return x - row.left if row.left > SECOND_COLUMN * row.sheet else x
