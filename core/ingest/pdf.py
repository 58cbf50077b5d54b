"""PDF → text in reading order with the place of every word."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.ingest import ocr, pdf_columns, pdf_layers, pdf_margins, pdf_notes, pdf_paragraphs, pdf_tables, pdf_text
from core.ingest.mupdf import load
from core.ingest.pdf_lines import Line
from core.ingest.pdf_open import opened
from core.ingest.pdf_page import PageText, read_ocr, read_page
from core.types import Page, ParsedFile

PDF = "application/pdf"
# Of the time allowed, what OCR and the search for tables may take; the rest of the file is then read without them.
OCR_SHARE, TABLE_SHARE = 0.6, 0.2
FEWEST_LETTERS = 10
LONGEST_HEAD = 300


@dataclass(slots=True)
class Clock:
    """When to stop the slow parts, so that a long file gives what can be read in time instead of nothing."""

    ocr_ends: float
    tables_end: float
    tables_left_out: list[int] = field(default_factory=list)


def parse(
    data: bytes,
    *,
    password: str | None = None,
    max_pages: int = 5_000,
    ocr_language: str = "eng",
    timeout_seconds: float = 180.0,
) -> ParsedFile:
    """Read a PDF. Raises BadInput or PasswordNeeded."""
    now = time.monotonic()
    clock = Clock(now + OCR_SHARE * timeout_seconds, now + TABLE_SHARE * timeout_seconds)
    document = opened(data, password, max_pages)
    pages = list(read_pages(document, ocr_language, clock))
    if pdf_layers.switched_off(document):
        pages[0].hidden += pdf_layers.hidden_layers(document)
    return laid_out(pages, declared=declared(document), warnings=warnings(pages, ocr_language, clock), media_type=PDF)


def read_pages(document: Any, ocr_language: str, clock: Clock) -> Iterator[PageText]:
    """Every page's lines. A page that MuPDF cannot interpret is unread; the others are not lost for it."""
    table_count = 0
    for number in range(1, document.page_count + 1):
        page, found = _opened_page(document, number)
        if page is None:
            yield found
            continue
        if found.needs_ocr and time.monotonic() < clock.ocr_ends:
            _read_scan(page, found, ocr_language)
        elif found.ruled and found.lines and not page.rotation and pdf_tables.gridded(page):
            if time.monotonic() < clock.tables_end:
                rows = pdf_tables.tables(page)
                found.lines = pdf_tables.with_rows(found.lines, rows, table_count + 1)
                table_count += len(rows)
            else:
                clock.tables_left_out.append(number)
        yield found


def _opened_page(document: Any, number: int) -> tuple[Any | None, PageText]:
    try:
        page = document[number - 1]
    except (RuntimeError, ValueError, IndexError, load().mupdf.FzErrorBase):
        return None, PageText(number, 595.0, 842.0, "unread", needs_ocr=True)
    try:
        return page, read_page(page, number)
    except (RuntimeError, load().mupdf.FzErrorBase):
        return page, PageText(number, float(page.rect.width), float(page.rect.height), "unread", needs_ocr=True)


def _read_scan(page: Any, found: PageText, language: str) -> None:
    textpage = ocr.recognised(page, language)
    if textpage is None:
        return
    lines = read_ocr(textpage, page, found.number)
    # In a photograph OCR sees a letter here and there.
    if sum(c.isalnum() for line in lines for word in line.words for c in word.text) >= FEWEST_LETTERS:
        found.lines, found.state = lines, "ocr"


def laid_out(pages: list[PageText], *, declared: dict[str, str], warnings: list[str], media_type: str) -> ParsedFile:
    """Pages of lines → the text: running lines out, columns read in order, notes to the end, paragraphs whole."""
    bodies = pdf_margins.without_running([(page.number, page.width, page.height, page.lines) for page in pages])
    if pages and (head := running_head(pages[0], bodies[0])):
        declared = {**declared, "head": head}
    rows = [pdf_columns.reading_order(lines, page.width) for page, lines in zip(pages, bodies, strict=True)]
    pdf_columns.number_tables(rows, 1 + max((line.table for page in pages for line in page.lines), default=0))
    body = pdf_notes.body_size(rows)
    rows, notes = pdf_notes.without_notes(rows, body)
    flat = [row for page_rows in rows for row in page_rows]
    usual = pdf_paragraphs.style(flat, body)
    comments = [comment for page in pages for comment in page.comments]
    text = pdf_text.assembled(pdf_paragraphs.paragraphs(flat, usual), notes, comments, usual)
    return ParsedFile(
        media_type=media_type,
        text=str(text),
        blocks=tuple(text.blocks),
        pages=tuple(Page(page.number, round(page.width, 2), round(page.height, 2), page.state) for page in pages),
        words=text.words,
        hidden=tuple(hidden for page in pages for hidden in page.hidden),
        warnings=tuple(warnings),
        declared=declared,
    )


def running_head(page: PageText, body: list[Line]) -> str:
    """What was left out of the first page: an official journal prints its date and number there."""
    kept = {id(line) for line in body}
    return " ".join(line.text for line in page.lines if id(line) not in kept)[:LONGEST_HEAD]


def declared(document: Any) -> dict[str, str]:
    """What the file says of itself: title and dates."""
    metadata = document.metadata or {}
    title = " ".join((metadata.get("title") or "").split())
    return {"title": title} if title else {}


def warnings(pages: list[PageText], language: str, clock: Clock) -> list[str]:
    """One sentence for each thing that a reader of the result must know."""
    found = []
    scans = [page.number for page in pages if page.state == "unread"]
    if scans:
        if ocr.language_data(language) is None:
            why = f"install Tesseract with its {language!r} data to read scans"
        elif time.monotonic() >= clock.ocr_ends:
            why = "reading scans took too long; split the file to read the rest"
        else:
            why = "OCR found no text there"
        found.append(f"{_pages(scans)} could not be read: {why}.")
    if clock.tables_left_out:
        found.append(f"Tables on {_pages(clock.tables_left_out).lower()} were read as running text to save time.")
    return found


def _pages(numbers: list[int]) -> str:
    """ "Page 4", "Pages 2, 5-9 and 12"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    names = [str(a) if a == b else f"{a}-{b}" for a, b in runs]
    listed = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    return f"{'Page' if len(numbers) == 1 else 'Pages'} {listed}"
