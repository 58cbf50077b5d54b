"""What is painted on a page beside its text, in order, as boxes.

PyMuPDF's own log of boxes also calls back into Python for every piece of text; most pages are nothing but text, and
without those calls the log costs a third.
"""

from functools import cache
from typing import Any

from core.ingest.mupdf import load

Box = tuple[float, float, float, float]


def marks(page: Any) -> list[tuple[str, Box]]:
    """The entries of `page.get_bboxlog()` that are not text. Raises what MuPDF raises."""
    if page.rotation:  # the log turns the page back for as long as it draws
        return [(kind, box) for kind, box, *_ in page.get_bboxlog() if not kind.endswith("text")]
    mupdf = load().mupdf
    found: list[tuple[str, Box]] = []
    device = _recorder()(found)
    mupdf.fz_run_page(page.this, device, mupdf.FzMatrix(), mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return found


@cache
def _recorder() -> type:
    """The class of a MuPDF device that writes down shapes and pictures; made on use, as MuPDF is loaded on use."""
    mupdf = load().mupdf
    unit = mupdf.FzRect(mupdf.FzRect.Fixed_UNIT)

    class Recorder(mupdf.FzDevice2):  # type: ignore[name-defined, misc]
        def __init__(self, found: list[tuple[str, Box]]) -> None:
            super().__init__()
            self.found = found
            self.use_virtual_fill_path()
            self.use_virtual_stroke_path()
            self.use_virtual_fill_shade()
            self.use_virtual_fill_image()
            self.use_virtual_fill_image_mask()

        def note(self, kind: str, box: Any) -> None:
            self.found.append((kind, (box.x0, box.y0, box.x1, box.y1)))

        def fill_path(self, _context: Any, path: Any, _even_odd: Any, matrix: Any, *_paint: Any) -> None:
            self.note("fill-path", mupdf.ll_fz_bound_path(path, None, matrix))

        def stroke_path(self, _context: Any, path: Any, stroke: Any, matrix: Any, *_paint: Any) -> None:
            self.note("stroke-path", mupdf.ll_fz_bound_path(path, stroke, matrix))

        def fill_shade(self, _context: Any, shade: Any, matrix: Any, *_paint: Any) -> None:
            self.note("fill-shade", mupdf.ll_fz_bound_shade(shade, matrix))

        def fill_image(self, _context: Any, _image: Any, matrix: Any, *_paint: Any) -> None:
            self.note("fill-image", mupdf.ll_fz_transform_rect(unit.internal(), matrix))

        def fill_image_mask(self, _context: Any, _image: Any, matrix: Any, *_paint: Any) -> None:
            self.note("fill-imgmask", mupdf.ll_fz_transform_rect(unit.internal(), matrix))

    return Recorder
