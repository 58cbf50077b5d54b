"""PNG, JPEG and TIFF: scans, read by OCR; a TIFF may hold many pages."""

import time
from typing import Any

from core.errors import BadInput
from core.ingest import pdf
from core.ingest.mupdf import load
from core.types import ParsedFile

MOST_PIXELS = 150_000_000  # an A3 page at 600 dpi has 70 million; a picture that unpacks to more is a trap
KINDS = {"image/png": "png", "image/jpeg": "jpeg", "image/tiff": "tiff"}


def parse(
    data: bytes,
    *,
    media_type: str = "image/png",
    max_pages: int = 5_000,
    ocr_language: str = "eng",
    timeout_seconds: float = 180.0,
) -> ParsedFile:
    """Read a scan. Raises BadInput for a damaged image or one that is too large to unpack."""
    clock = pdf.Clock(time.monotonic() + pdf.OCR_SHARE * timeout_seconds, 0.0)
    document = opened(data, media_type)
    if document.page_count > max_pages:
        raise BadInput(f"This image has {document.page_count:,} pages and the limit is {max_pages:,}; split it.")
    pages = list(pdf.read_pages(document, ocr_language, clock))
    warnings = pdf.warnings(pages, ocr_language, clock)
    return pdf.laid_out(pages, declared={}, warnings=warnings, media_type=media_type)


def opened(data: bytes, media_type: str) -> Any:
    """A pymupdf document of the image's pages."""
    pymupdf = load()
    try:
        # Reads the header alone; pymupdf.image_profile would do, but fails on every image in this version.
        buffer = pymupdf.mupdf.fz_new_buffer_from_copied_data(data)
        picture = pymupdf.mupdf.fz_new_image_from_buffer(buffer)
        pixels = picture.w() * picture.h()
        document = pymupdf.open(stream=data, filetype=KINDS[media_type])
        count = document.page_count
    except (RuntimeError, ValueError, TypeError, pymupdf.mupdf.FzErrorBase):
        pixels, count = 0, 0
    if pixels > MOST_PIXELS:
        raise BadInput(
            f"This image has {pixels:,} pixels and the limit is {MOST_PIXELS:,}; save it at a lower resolution."
        )
    if not pixels or not count:
        raise BadInput("This image is damaged or too large to unpack; save it again, at a lower resolution if need be.")
    return document
