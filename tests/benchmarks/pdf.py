"""A long PDF: pages a second with boxes, and the parser's peak memory."""

import io
import time

from tests.benchmarks.row import Row

PAGES = 500
LINES = 45


def long_pdf() -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for page in range(1, PAGES + 1):
        canvas.drawString(60, 810, "Regulation on incident reporting")
        for line in range(LINES):
            canvas.drawString(
                60, 780 - 16 * line, f"{line + 1}. Firm {page} shall report incident {line} within 24 hours."
            )
        canvas.drawString(290, 30, str(page))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def five_hundred_pages() -> list[Row]:
    import resource

    from core.ingest import sandbox
    from core.settings import settings

    data = long_pdf()
    start = time.perf_counter()
    sandbox.parse(data, "application/pdf", settings=settings())
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Row("500-page PDF, parsed with boxes", "over 100 pages/s", f"{PAGES / taken:.0f} pages/s"),
        Row("500-page PDF, parser's peak memory", "under 500 MB", f"{peak:.0f} MB"),
    ]
