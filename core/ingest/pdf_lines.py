"""The lines of one page: words with their boxes as displayed, their type size and weight, note references taken out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

# MuPDF's bits for a span and for the characters in it.
SUPERSCRIPT, ITALIC, BOLD = 1, 2, 16
SYNTHETIC_BOLD, FILLED, STROKED, CLIPPED = 8, 16, 32, 64

# "(¹)", "¹", "¹⁾", "*": how a reference to a note is printed; only its superscript part has to be small.
REFERENCE = re.compile(r"\(?\s{0,4}(?:\d{1,3}|[*†‡§]{1,3})\s{0,4}\)?")
# "(a)", "(12)", "1.", "4.2", "4.2.1.", "iv)", "B.", "—", "•": how an item of a list begins.
LABEL = re.compile(
    r"\((?:\d{1,3}[a-z]?|[a-z]{1,5}|[A-Z]{1,3})\)|(?:\d{1,3}[a-z]?|[A-Za-z]|[ivxlc]{1,6})[.)]|\d{1,3}(?:\.\d{1,3}){1,4}\.?"
    r"|[—–•·▪◦●○■□‣⁃\uf0b7-]|§{1,2}"
)
# Fonts that map a glyph to its double: a semicolon to the Greek question mark, a hyphen to one that does not break.
# Printed alike and as long as each other; a rule or a search that looks for one must find the other.
ALIKE = str.maketrans({"\u037e": ";", "\u0387": "·", "\u2010": "-", "\u2011": "-", "\u2215": "/", "\u2044": "/"})
NO_SIZE = 10.0  # points, for characters that MuPDF gives no span
RAISED_SIZE = 0.85  # of the line's size; MuPDF also calls full-size characters raised


class Token(NamedTuple):
    """A printed word. `glued`: it follows the word before it without a space."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    glued: bool = False


TEXT, GLUED = attrgetter("text"), attrgetter("glued")


@dataclass(slots=True)
class Line:
    """Words that stand side by side. Boxes are in points, origin at the top left of the page as displayed.

    `column` numbers the regions of a page in reading order; `left` and `right` are that region's text edges, to which
    its rows are stretched when it is `justified`. `sheet` is the page's width. `table` is not 0 for a row of a table.
    `length` counts its letters and spaces. `cells` are that row's parts, and those of any other row that has wide gaps.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    italic: bool
    words: list[Token]
    length: int
    raised: str = ""
    column: int = 0
    left: float = 0.0
    right: float = 0.0
    justified: bool = False
    sheet: float = 0.0
    upright: bool = True
    table: int = 0
    header: bool = False
    cells: list[list[Token]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return joined(self.words)

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


def joined(words: Sequence[Token]) -> str:
    if any(map(GLUED, words)):
        return "".join([word.text if word.glued else f" {word.text}" for word in words]).lstrip()
    return " ".join(map(TEXT, words)).lstrip()


def lines(textpage: Any, page: int, turn: Any | None = None) -> list[tuple[Line, list[dict[str, Any]]]]:
    """Each line of a MuPDF text page with the spans it was made of. `turn` maps to the page as displayed."""
    words: dict[tuple[int, int], list[Token]] = {}
    for x0, y0, x1, y1, text, block, line, _ in textpage.extractWORDS():
        if not text.isascii():
            text = text.translate(ALIKE)
        word = Token(text, x0, y0, x1, y1) if turn is None else _turned(text, (x0, y0, x1, y1), turn)
        words.setdefault((block, line), []).append(word)
    found = []
    for block in textpage.extractDICT()["blocks"]:
        for number, printed in enumerate(block.get("lines", ())):
            own = words.get((block["number"], number))
            if own:
                found.append((_line(page, printed, own, turn), printed["spans"]))
    return found


def _line(page: int, printed: dict[str, Any], tokens: list[Token], turn: Any | None) -> Line:
    spans = printed["spans"]
    size, bold, italic, raised = _type(spans)
    direction = printed["dir"]
    upright = direction[0] > 0.9 if turn is None else direction[0] * turn.a + direction[1] * turn.c > 0.9
    label = ""
    if raised:
        tokens, label = _without_references(tokens, spans, size)
    if not upright or raised or turn is not None:
        box = _around(tokens)
    else:  # the ends are enough, and the page has many words
        box = min(tokens[0].x0, tokens[-1].x0), printed["bbox"][1], max(tokens[0].x1, tokens[-1].x1), printed["bbox"][3]
    length = sum([len(token.text) for token in tokens]) + len(tokens)
    return Line(page, *box, size, bold, italic, tokens, length, label, upright=upright)


def _type(spans: list[dict[str, Any]]) -> tuple[float, bool, bool, bool]:
    """The line's type size, whether most of it is bold or italic, and whether some of it is raised."""
    if len(spans) == 1:
        span = spans[0]
        bold = bool(span["flags"] & BOLD or span["char_flags"] & SYNTHETIC_BOLD)
        return span["size"], bold, bool(span["flags"] & ITALIC), False
    size = max((span["size"] for span in spans if span["text"].strip()), default=NO_SIZE)
    weights = [(len(span["text"].strip()), span) for span in spans]
    total = sum(weight for weight, _ in weights) or 1
    bold = sum(w for w, s in weights if s["flags"] & BOLD or s["char_flags"] & SYNTHETIC_BOLD) > 0.6 * total
    italic = sum(w for w, s in weights if s["flags"] & ITALIC) > 0.6 * total
    raised = any(span["flags"] & SUPERSCRIPT and span["size"] < RAISED_SIZE * size for span in spans)
    return size, bold, italic, raised


def _around(tokens: list[Token]) -> tuple[float, float, float, float]:
    if not tokens:
        return 0.0, 0.0, 0.0, 0.0
    return (
        min(token.x0 for token in tokens),
        min(token.y0 for token in tokens),
        max(token.x1 for token in tokens),
        max(token.y1 for token in tokens),
    )


def _turned(text: str, box: tuple[float, float, float, float], turn: Any) -> Token:
    x0, y0, x1, y1 = box
    xs = (x0 * turn.a + y0 * turn.c + turn.e, x1 * turn.a + y1 * turn.c + turn.e)
    ys = (x0 * turn.b + y0 * turn.d + turn.f, x1 * turn.b + y1 * turn.d + turn.f)
    return Token(text, min(xs), min(ys), max(xs), max(ys))


def _without_references(tokens: list[Token], spans: list[dict[str, Any]], size: float) -> tuple[list[Token], str]:
    """The tokens less their references to notes, and the label when the line itself begins with one.

    "km²" and "10³" keep theirs: without brackets, a raised number is a reference after a word or a mark, not a unit.
    """
    text, marks = "", []
    for span in spans:
        if span["flags"] & SUPERSCRIPT and span["size"] < RAISED_SIZE * size and span["text"].strip():
            marks.append((len(text), len(text) + len(span["text"])))
        text += span["text"].translate(ALIKE)
    gone: set[int] = set()
    label = ""
    for start, end in marks:
        reference = _reference(text, start, end)
        if reference is None:
            continue
        if not text[: reference[0]].strip():
            label = text[reference[0] : reference[1]].strip()
        else:
            gone.update(range(*reference))
    return (_less(tokens, text, gone) if gone else tokens), label


def _reference(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the reference with the raised part text[start:end] begins and ends, brackets included."""
    if not REFERENCE.fullmatch(text[start:end].strip()):
        return None
    before, after = text[:start].rstrip(), text[end:]
    if before.endswith("(") and after.lstrip().startswith(")"):
        return len(before) - 1, end + len(after) - len(after.lstrip()) + 1
    word = before.split()[-1] if before.strip() else ""
    power = text[start:end].strip() in ("2", "3") and (word.isalpha() and len(word) <= 2)
    if power or word[-1:].isdigit():
        return None
    return start, end


def _less(tokens: list[Token], text: str, gone: set[int]) -> list[Token]:
    kept: list[Token] = []
    position = 0
    for token in tokens:
        found = text.find(token.text, position)
        if found < 0:
            kept.append(token)
            continue
        position = found + len(token.text)
        rest = "".join(c for offset, c in enumerate(token.text, found) if offset not in gone)
        if not rest:
            continue
        # What follows a reference that stood alone, like the comma in "Council (¹),", belongs to the word before it.
        glued = len(rest) < len(token.text) and found in gone and not rest[0].isalnum() and bool(kept)
        kept.append(token._replace(text=rest, glued=glued))
    return kept
