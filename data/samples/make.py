"""Make the PDF and DOCX samples from source/*.txt: `python data/samples/make.py`.

The files are kept in the repository, so nothing needs to be made to run the app; this is for whoever edits a sample.
A source has one block a line, `kind: text`; `|` separates a number from its heading, and the cells of a table.
Needs reportlab and python-docx (requirements-dev.txt). The result is the same bytes every time.
"""

import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"

Line = tuple[str, str]


def lines(name: str) -> list[Line]:
    """The blocks of a source, as (kind, text)."""
    rows = (SOURCE / f"{name}.txt").read_text("utf-8").splitlines()
    return [(kind, text) for kind, _, text in (row.partition(": ") for row in rows if row)]


def cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.split(" | ")]


def groups(source: list[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """Runs of lines; True for the rows of one table."""
    for table, run in groupby(source, key=lambda line: line[0] in ("head", "row", "meta")):
        yield table, list(run)


# --- PDF --------------------------------------------------------------------------------------------------------


def pdf(name: str, head_left: str, head_right: str) -> bytes:
    """A4, justified, with a running head on every page and the page number in it."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    source = lines(name)
    title = " ".join(text for kind, text in source if kind == "title")

    def furniture(canvas, template) -> None:
        canvas.setFont("Times-Roman", 8)
        canvas.drawString(25 * mm, 284 * mm, head_left)
        canvas.drawRightString(185 * mm, 284 * mm, f"{head_right}{template.page}")
        canvas.line(25 * mm, 282 * mm, 185 * mm, 282 * mm)
        canvas.drawCentredString(105 * mm, 10 * mm, "Sample text written for Compliance Copilot; it binds nobody")

    out = BytesIO()
    book = BaseDocTemplate(out, pagesize=A4, invariant=1, title=title, author="Compliance Copilot samples", lang="en")
    frame = Frame(25 * mm, 18 * mm, 160 * mm, 260 * mm, id="text")
    book.addPageTemplates(PageTemplate(frames=[frame], onPage=furniture))
    book.build(pdf_story(source))
    return out.getvalue()


def pdf_styles() -> dict[str, object]:
    from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
    from reportlab.lib.styles import ParagraphStyle

    body = ParagraphStyle("p", fontName="Times-Roman", fontSize=10, leading=12.4, alignment=TA_JUSTIFY, spaceAfter=4)

    def style(name: str, **changes: object) -> ParagraphStyle:
        return ParagraphStyle(name, parent=body, **changes)

    centre = {"alignment": TA_CENTER, "keepWithNext": 1}
    hanging = {"firstLineIndent": -20}
    return {
        "p": body,
        "recital": style("recital", leftIndent=22, firstLineIndent=-22),
        "item": style("item", leftIndent=34, **hanging),
        "point": style("point", leftIndent=56, **hanging),
        "title": style("title", fontName="Times-Bold", fontSize=13, leading=16, **centre),
        "centre": style("centre", alignment=TA_CENTER, spaceAfter=12),
        "chapter": style("chapter", fontSize=11, spaceBefore=8, **centre),
        "article": style("article", fontName="Times-Italic", spaceBefore=7, **centre),
        "heading": style("heading", fontName="Times-Bold", **centre),
        "clause": style("clause", fontName="Times-Bold", spaceBefore=7, keepWithNext=1),
        "signature": style("signature", spaceBefore=10),
        "cell": style("cell", fontSize=9.5, leading=11.5, alignment=0, spaceAfter=0),
    }


def pdf_story(source: list[Line]) -> list[object]:
    from reportlab.platypus import Paragraph, Table

    styles = pdf_styles()
    story: list[object] = []
    for is_table, run in groups(source):
        if is_table:
            rows = [[Paragraph(cell, styles["cell"]) for cell in cells(text)] for _, text in run]
            story.append(Table(rows, repeatRows=1, style=TABLE, spaceBefore=4, spaceAfter=10, hAlign="LEFT"))
            continue
        for kind, text in run:
            if kind in ("chapter", "article", "annex"):
                number, heading = cells(text)
                story.append(Paragraph(number, styles["article" if kind == "article" else "chapter"]))
                story.append(Paragraph(heading, styles["heading"]))
            else:
                story.append(Paragraph(text, styles[kind]))
    return story


TABLE = [
    ("GRID", (0, 0), (-1, -1), 0.5, "black"),
    ("BACKGROUND", (0, 0), (-1, 0), "#e8e8e8"),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


# --- DOCX -------------------------------------------------------------------------------------------------------


def docx(name: str) -> bytes:
    """Word's own heading styles and its automatic numbering: "1", "1.1", "(a)" are not in the text itself."""
    from docx import Document

    source = lines(name)
    book = Document()
    numbering = numbered_headings(book)
    book.core_properties.title = source[0][1]
    book.core_properties.author = "Compliance Copilot samples"
    book.core_properties.created = book.core_properties.modified = datetime(2026, 1, 14)
    book.sections[0].header.paragraphs[0].text = "Northwind Example Payments Ltd – Internal"
    book.sections[0].footer.paragraphs[0].text = "Sample text written for Compliance Copilot; it binds nobody"
    for is_table, run in groups(source):
        if is_table:
            docx_table(book, run)
            continue
        for kind, text in run:
            style = {"title": "Title", "h1": "Heading 1", "h2": "Heading 2"}.get(kind, "Normal")
            paragraph = book.add_paragraph(text, style)
            if kind in LEVELS:
                number(paragraph, numbering, LEVELS[kind])
    out = BytesIO()
    book.save(out)
    return same_dates(out.getvalue())


LEVELS = {"h1": 0, "n": 1, "h2": 1, "a": 2}
FORMATS = [("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)")]


def numbered_headings(book) -> int:
    """Define one multi-level list ("1.", "1.1", "(a)") and return its number."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{(depth + 1) * 480}" w:hanging="480"/></w:pPr></w:lvl>'
        for depth, (kind, text) in enumerate(FORMATS)
    )
    root = book.part.numbering_part.element
    kinds = nsdecls("w")
    list_type = '<w:multiLevelType w:val="multilevel"/>'
    root.insert(0, parse_xml(f'<w:abstractNum {kinds} w:abstractNumId="77">{list_type}{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {kinds} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    return 77


def number(paragraph, numbering: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = numbering


def docx_table(book, run: list[Line]) -> None:
    rows = [cells(text) for _, text in run]
    table = book.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    book.add_paragraph()


def same_dates(archive: bytes) -> bytes:
    """The same parts with one date, so that a second run gives the same bytes."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(zipfile.ZipInfo(part.filename, (2026, 1, 14, 0, 0, 0)), old.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()


MADE: dict[str, Callable[[], bytes]] = {
    "ict-incident-reporting.pdf": lambda: pdf("ict-incident-reporting", "EN    Journal of the Example Union", "L 117/"),
    "ict-incident-reporting-v2.pdf": lambda: pdf(
        "ict-incident-reporting-v2", "02026R0117 — EN — 15.09.2027 — Consolidated text", "002.001 — "
    ),
    "outsourcing-contract.pdf": lambda: pdf("outsourcing-contract", "Outsourcing Agreement OA-0042", "Page "),
    "information-security-policy.docx": lambda: docx("information-security-policy"),
}


if __name__ == "__main__":
    for name, make in MADE.items():
        (HERE / name).write_bytes(make())
        print(name)
