"""Pages of documents: their size, where their words are printed, and their pictures."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from core.errors import BadInput, NotFound
from core.library import files
from core.library.access import found
from core.settings import Settings
from core.store import Row, one, rows
from core.types import Page, User, Word

DPI = 100
SHARPEST_DPI = 300


def page_png(
    db: Database, user: User, document_id: str, page: int, *, dpi: int = DPI, settings: Settings | None = None
) -> bytes:
    """A page's picture as PNG, made in the parsing child once and kept. NotFound for a format without pages."""
    row = found(db, user, document_id, "id, file, page_count")
    if not 1 <= page <= row["page_count"]:
        raise NotFound(f"This document has {row['page_count'] or 'no'} pages and no picture of page {page}.")
    if not 10 <= dpi <= SHARPEST_DPI:
        raise BadInput(f"A page can be drawn at 10 to {SHARPEST_DPI} dots per inch, not {dpi}.")
    path = files.cached(db, document_id, f"{page}-{dpi}.png")
    if path.exists():
        return path.read_bytes()
    from core.ingest import page_image

    picture = page_image(files.read(db, row["file"]), page, dpi=dpi, settings=settings)
    files.cache(path, picture)
    if one(db, "select 1 from document where id = ?", [document_id]) is None:  # deleted while it was drawn
        files.forget(db, document_id)
    return picture


def pack(pages: Sequence[Page], words: Iterable[Word]) -> list[Row]:
    """A row for each page, its words compressed: a dense page of 600 words takes about 6 KB."""
    printed: dict[int, list[list[float]]] = defaultdict(list)
    for word in words:
        # A hundredth of a point is finer than any screen, and halves the size.
        box = [round(side, 2) for side in (word.x0, word.y0, word.x1, word.y1)]
        printed[word.page].append([word.start, word.end, *box])
    return [
        {
            "number": page.number,
            "width": page.width,
            "height": page.height,
            "state": page.state,
            "words": _squeezed(printed[page.number]) if page.number in printed else None,
        }
        for page in pages
    ]


def pages(db: Database, document_id: str) -> list[Page]:
    """In order; the caller has checked access."""
    sql = "select number, width, height, state from page where document_id = ? order by number"
    return [Page(**row) for row in rows(db, sql, [document_id])]


def words(db: Database, document_id: str, page: int) -> list[Word]:
    """Of one page; the caller has checked access."""
    row = one(db, "select words from page where document_id = ? and number = ?", [document_id, page])
    if row is None or row["words"] is None:
        return []
    return [Word(start, end, page, *box) for start, end, *box in json.loads(zlib.decompress(row["words"]))]


def _squeezed(words: list[list[float]]) -> bytes:
    return zlib.compress(json.dumps(words, separators=(",", ":")).encode(), 6)
