"""One page as MuPDF sees it: its lines, what it hides, whether it is a scan, and where ruled lines may make a table."""

from dataclasses import dataclass, field
from typing import Any

from core.ingest.mupdf import load
from core.ingest.pdf_hidden import Paint, hidden_words, invisible
from core.ingest.pdf_lines import Line, Token, joined, lines
from core.types import PageState

SCAN_COVER = 0.5  # share of the page under images from which its text counts as a scan's
FEW_LETTERS = 25  # a scan with a page number or a stamp printed over it is still a scan
LARGEST_SHEET = 1_000_000.0  # points, a third of a kilometre: no page, and its boxes would not fit into 32 bits
OUTLINES = 200  # drawn shapes on a page without text: letters turned into outlines
OCR_SIZE_ERROR = 0.25
FREE_TEXT, POPUP = 2, 16  # kinds of annotation
UNSEEN = 2 | 32  # flags of one: hidden, not to be viewed
GARBLED = 0.3  # share of characters without a meaning from which a page's text is of no use


@dataclass(slots=True)
class PageText:
    """`needs_ocr` when what the page shows is not in its text."""

    number: int
    width: float
    height: float
    state: PageState
    lines: list[Line] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    ruled: bool = False
    needs_ocr: bool = False


def read_page(page: Any, number: int) -> PageText:
    """The page's text in MuPDF's order. Raises what MuPDF raises on a page it cannot interpret."""
    result = PageText(number, float(page.rect.width), float(page.rect.height), "text")
    if max(result.width, result.height) > LARGEST_SHEET:
        result.state, result.needs_ocr = "unread", False
        return result
    turn = page.rotation_matrix if page.rotation else None
    # Without this clip MuPDF leaves out what lies off the page, and nobody would learn that it is there.
    found = lines(page.get_textpage(clip=load().INFINITE_RECT(), flags=0), number, turn)
    paint = Paint(page)
    scanned = paint.image_cover() >= SCAN_COVER
    for line, spans in found:
        unseen = hidden_words(line, spans, paint, turn, scanned)
        if unseen:
            result.hidden.append(joined(unseen))
            line.words = [word for word in line.words if word not in unseen]
        if line.words:
            result.lines.append(line)
    result.lines = _once(result.lines)
    result.ruled = paint.ruled()
    _read_comments(page, result)
    layered = scanned and any(invisible(span) for _, spans in found for span in spans)
    _judge(result, paint, scanned, layered)
    return result


def _read_comments(page: Any, result: PageText) -> None:
    """Comments pinned to the page; text typed onto it is among its lines already."""
    for note in page.annots() or ():
        text = " ".join((note.info.get("content") or "").split())
        if text and note.type[0] not in (FREE_TEXT, POPUP):
            (result.hidden if note.flags & UNSEEN else result.comments).append(text)


def read_ocr(textpage: Any, page: Any, number: int) -> list[Line]:
    """The lines that OCR found; its text is invisible by nature, so nothing counts as hidden.

    OCR measures the type of each line anew; sizes near the usual one are the usual one.
    """
    turn = page.rotation_matrix if page.rotation else None
    found = [line for line, _ in lines(textpage, number, turn) if line.words]
    if found:
        usual = sorted(line.size for line in found for _ in line.words)[sum(len(line.words) for line in found) // 2]
        for line in found:
            if abs(line.size - usual) < OCR_SIZE_ERROR * usual:
                line.size = usual
    return found


def _judge(result: PageText, paint: Paint, scanned: bool, layered: bool) -> None:
    """Set the page's state from what it shows and what was read."""
    text = "".join([word.text for line in result.lines for word in line.words])
    letters = len(text)
    if letters and _garbled(text) > GARBLED:
        result.lines, letters = [], 0
        result.needs_ocr = True
    if scanned and letters <= FEW_LETTERS:
        result.needs_ocr = True
    elif scanned and layered:
        result.state = "ocr"
    elif not letters:
        result.needs_ocr = result.needs_ocr or paint.shapes() >= OUTLINES or paint.image_cover() > 0.02
    if result.needs_ocr:
        result.state = "unread"
    elif not letters:
        result.state = "blank"


def _garbled(text: str) -> float:
    """The share of characters that fonts without a Unicode map give: U+FFFD, private use, controls."""
    if text.isprintable() and "\ufffd" not in text:
        return 0.0
    odd = sum(1 for c in text if c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " ")
    return odd / len(text)


def _once(found: list[Line]) -> list[Line]:
    """Lines printed twice in the same place (a way to make bold) count once."""
    seen: dict[tuple[str, ...], Token] = {}
    kept = []
    for line in found:
        first = line.words[0]
        twin = seen.setdefault(tuple([word.text for word in line.words]), first)
        if twin is first or abs(twin.x0 - first.x0) >= 2 or abs(twin.y0 - first.y0) >= 2:
            kept.append(line)
    return kept
