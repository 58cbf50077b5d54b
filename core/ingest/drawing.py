"""One page as a picture, for the screen."""

from core.errors import BadInput, NotFound
from core.ingest import image, pdf_open
from core.ingest.mupdf import load

MOST_PIXELS = 16_000_000  # a poster is drawn at a lower resolution rather than not at all
MOST_PAGES = 1_000_000  # reading was limited before; drawing one page costs the same in any file


def render(data: bytes, *, media_type: str, page: int, dpi: int = 100, password: str | None = None) -> bytes:
    """The page as PNG, `page` from 1. Raises NotFound for a page that is not there, BadInput for one that is broken."""
    pymupdf = load()
    if media_type in image.KINDS:
        document = image.opened(data, media_type)
    elif media_type == "application/pdf":
        document = pdf_open.opened(data, password, MOST_PAGES)
    else:
        raise BadInput("Only PDFs and scans have page images; this document is shown as text.")
    if not 1 <= page <= document.page_count:
        raise NotFound(f"There is no page {page}; the document has {document.page_count}.")
    try:
        sheet = document[page - 1]
        pixels = sheet.rect.width * sheet.rect.height * (dpi / 72) ** 2
        if pixels > MOST_PIXELS:
            dpi = max(1, int(dpi * (MOST_PIXELS / pixels) ** 0.5))
        return bytes(sheet.get_pixmap(dpi=dpi, alpha=False).tobytes("png"))
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        raise BadInput(f"Page {page} cannot be drawn; its text may still have been read.") from None
