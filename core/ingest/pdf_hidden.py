"""What a page holds but does not show: invisible ink, white on white, specks, off the edge, under a picture."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from core.ingest.pdf_lines import CLIPPED, FILLED, STROKED, Line, Token
from core.ingest.pdf_marks import Box, marks

SPECK_POINTS = 2.0  # smaller type cannot be read
WHITE = 0xF2  # each of red, green and blue at least this: white on white paper
BACKDROP_SHAPES = 5_000  # a drawing of more shapes is not searched for what stands behind a word
SMALLEST_TABLE = (60.0, 20.0)  # points across and down
MOST_COMPARISONS = 200_000  # of words with shapes; a map or a plan would take minutes
SHEET = 0.5  # a picture over more of the page than this is a scan laid over its own text


def invisible(span: dict[str, Any]) -> bool:
    """Neither filled nor stroked nor clipping (text render mode 3), or wholly transparent."""
    return not span["char_flags"] & (FILLED | STROKED | CLIPPED) or span["alpha"] == 0


class Paint:
    """What is painted on a page, and in which order; worked out only as far as it is asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        sides = float(page.rect.width), float(page.rect.height)
        self.width, self.height = sides[::-1] if page.rotation in (90, 270) else sides

    @cached_property
    def marks(self) -> list[tuple[str, Box]]:
        return marks(self.page)

    @cached_property
    def images(self) -> list[Box]:
        return [box for kind, box in self.marks if kind in ("fill-image", "fill-imgmask", "fill-shade")]

    def image_cover(self) -> float:
        """The share of the page under its largest image, or under the stripes that many scanners make."""
        sheet = (self.width * self.height) or 1.0
        return min(1.0, sum(_area(self._clipped(box)) for box in self.images) / sheet)

    def shapes(self) -> int:
        return sum(1 for kind, _ in self.marks if kind in ("fill-path", "stroke-path"))

    def ruled(self) -> bool:
        """Whether lines that could be a table's are drawn: some across, some down, over more than a small box."""
        across = 0
        down: list[Box] = []
        for kind, box in self.marks:
            if kind not in ("fill-path", "stroke-path"):
                continue
            wide, high = box[2] - box[0], box[3] - box[1]
            if kind == "stroke-path" and wide >= SMALLEST_TABLE[0] and high >= SMALLEST_TABLE[1]:
                return True  # a grid or a cell drawn in one stroke
            across += high <= 3 and wide >= 20
            if wide <= 3 and high >= 8:
                down.append(box)
        if across < 2 or len(down) < 2:
            return False
        wide = max(box[2] for box in down) - min(box[0] for box in down)
        high = max(box[3] for box in down) - min(box[1] for box in down)
        return wide >= SMALLEST_TABLE[0] and high >= SMALLEST_TABLE[1]

    @cached_property
    def covered(self) -> list[Box]:
        """Where text was painted and then something opaque over it."""
        if not any(self._may_cover(kind, box) for kind, box in self.marks):
            return []
        texts: list[tuple[int, Box]] = []
        under: list[tuple[int, Box]] = []
        comparisons = MOST_COMPARISONS
        for place, (kind, box, *_) in enumerate(self.page.get_bboxlog()):
            if kind.endswith("text"):
                texts.append((place, box))
            elif self._may_cover(kind, box):
                comparisons -= len(texts)
                if comparisons < 0:
                    break
                beneath = [text for text in texts if _inside(text[1], box)]
                if beneath and (kind == "fill-image" or self._opaque(box)):
                    under += beneath
        return [
            text
            for place, text in under
            if not any(later > place and _overlap(text, box) > 0.5 for later, box in texts)
        ]

    def backdrop(self, x: float, y: float) -> bool:
        """Whether something that is not white is painted around the point."""
        if any(_holds(box, x, y) for box in self.images):
            return True
        return any(_holds(box, x, y) for box, colour in self.fills if min(colour) * 255 < WHITE)

    @cached_property
    def fills(self) -> list[tuple[Box, tuple[float, ...]]]:
        """Opaque filled shapes with their colour."""
        if self.shapes() > BACKDROP_SHAPES:
            return []
        return [
            (tuple(drawing["rect"]), tuple(drawing["fill"]))
            for drawing in self.page.get_cdrawings()
            if drawing.get("fill") and (drawing.get("fill_opacity") or 0) >= 1
        ]

    def _may_cover(self, kind: str, box: Box) -> bool:
        if kind == "fill-image":
            return _area(self._clipped(box)) < SHEET * self.width * self.height
        return kind == "fill-path" and box[3] - box[1] >= 5 and box[2] - box[0] >= 5

    def _opaque(self, box: Box) -> bool:
        """Whether the shape hides what is under it: most shapes over text are highlighting, paper and ink are not."""
        for fill, colour in self.fills:
            same = max(abs(a - b) for a, b in zip(box, fill, strict=True)) < 2
            if same and (min(colour) * 255 >= WHITE or max(colour) < 0.2):
                return True
        return False

    def _clipped(self, box: Box) -> Box:
        return max(box[0], 0.0), max(box[1], 0.0), min(box[2], self.width), min(box[3], self.height)


def hidden_words(line: Line, spans: list[dict[str, Any]], paint: Paint, turn: Any | None, scanned: bool) -> list[Token]:
    """The words of the line that nobody sees. A scan's own text layer is invisible, and what one reads: not hidden."""
    boxes = [span["bbox"] for span in spans if _unseen(span, paint, scanned) and span["text"].strip()]
    boxes += paint.covered
    if not boxes:
        return []
    place = _turned(turn)
    placed = [place(box) for box in boxes]
    return [
        word
        for word in line.words
        if any(_holds(box, (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2) for box in placed)
    ]


def _unseen(span: dict[str, Any], paint: Paint, scanned: bool) -> bool:
    x0, y0, x1, y1 = span["bbox"]
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    if not (0 <= x <= paint.width and 0 <= y <= paint.height):
        return True
    if span["size"] < SPECK_POINTS:
        return True
    if invisible(span):
        return not (scanned or any(_holds(box, x, y) for box in paint.images))
    colour = span["color"]
    white = min(colour >> 16 & 255, colour >> 8 & 255, colour & 255) >= WHITE
    return white and not paint.backdrop(x, y)


def _turned(turn: Any | None) -> Callable[[Box], Box]:
    def place(box: Box) -> Box:
        if turn is None:
            return box
        x0, y0, x1, y1 = box
        xs = (x0 * turn.a + y0 * turn.c + turn.e, x1 * turn.a + y1 * turn.c + turn.e)
        ys = (x0 * turn.b + y0 * turn.d + turn.f, x1 * turn.b + y1 * turn.d + turn.f)
        return min(xs), min(ys), max(xs), max(ys)

    return place


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] - 0.5 <= x <= box[2] + 0.5 and box[1] - 0.5 <= y <= box[3] + 0.5


def _inside(inner: Box, outer: Box) -> bool:
    return _overlap(inner, outer) > 0.9


def _overlap(inner: Box, outer: Box) -> float:
    """The share of `inner` that lies within `outer`."""
    common = (max(inner[0], outer[0]), max(inner[1], outer[1]), min(inner[2], outer[2]), min(inner[3], outer[3]))
    return _area(common) / (_area(inner) or 1.0)
