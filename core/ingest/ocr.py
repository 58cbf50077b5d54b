"""Reading scans with Tesseract, which MuPDF has built in; only its language data must be installed."""

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from core.ingest.mupdf import load

DPI = 200  # below 150 small print is lost, above 300 only time
MOST_PIXELS = 12_000_000  # an A3 page at that; photographs and posters are read at a lower resolution
USUAL_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


@cache
def language_data(language: str) -> str | None:
    """The folder that holds Tesseract's data for the language ("eng", or "eng+dan"), or None."""
    places = [os.environ.get("TESSDATA_PREFIX", ""), *USUAL_PLACES]
    program = shutil.which("tesseract")
    if program:
        places.append(str(Path(program).resolve().parent / "tessdata"))
    for place in filter(None, places):
        if all((Path(place) / f"{name}.traineddata").is_file() for name in language.split("+")):
            return place
    return None


def recognised(page: Any, language: str) -> Any | None:
    """A MuPDF text page of what the page shows, read by OCR; None without language data or when OCR fails."""
    place = language_data(language)
    if place is None:
        return None
    pymupdf = load()
    pixels = page.rect.width * page.rect.height * (DPI / 72) ** 2
    dpi = DPI if pixels <= MOST_PIXELS else max(1, int(DPI * (MOST_PIXELS / pixels) ** 0.5))
    try:
        return page.get_textpage_ocr(flags=0, language=language, dpi=dpi, full=True, tessdata=place)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return None
