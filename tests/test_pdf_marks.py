"""What is painted beside the text is what MuPDF itself logs, without a call back for every piece of text."""

from core.ingest.mupdf import load
from core.ingest.pdf_marks import marks


def page_of(rotation: int = 0):
    pymupdf = load()
    page = pymupdf.open().new_page()
    page.insert_text((72, 72), "The firm shall keep records.")
    page.draw_rect(pymupdf.Rect(60, 60, 300, 80), fill=(1, 1, 1))
    page.draw_line((60, 100), (300, 100))
    page.insert_image(pymupdf.Rect(60, 200, 120, 260), pixmap=pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 4, 4)))
    page.set_rotation(rotation)
    return page


def logged(page):
    return [(kind, box) for kind, box, *_ in page.get_bboxlog() if not kind.endswith("text")]


def test_marks_are_the_log_without_its_text_in_the_same_order():
    page = page_of()
    assert [kind for kind, _ in marks(page)] == ["fill-path", "stroke-path", "stroke-path", "fill-image"]
    assert marks(page) == logged(page)


def test_a_turned_page_gives_the_same_marks_as_its_log():
    page = page_of(rotation=90)
    assert marks(page) == logged(page)


def test_a_page_of_nothing_but_text_has_no_marks():
    page = load().open().new_page()
    page.insert_text((72, 72), "The firm shall keep records.")
    assert marks(page) == []
