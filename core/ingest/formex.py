"""Formex 4, the XML in which the EU publishes its law → the text as the Official Journal prints it."""

import re
from typing import Any

from core.errors import BadInput
from core.ingest.flow import tidy
from core.ingest.guards import xml_root
from core.ingest.xml_writer import Writer
from core.types import BlockKind, ParsedFile

FORMEX = "application/formex+xml"

# About the file, not in it; and what stands inside other elements and is collected apart.
SKIPPED = {
    "INFO.CONSLEG", "INFO.PROD", "BIB.INSTANCE", "BIB.DATA", "FAM.COMP", "FAM.COMP.CL", "TOC", "INCL.ELEMENT",
    "PAGE.HEADER", "NOTE",
}  # fmt: skip
# Pieces of a line. Every other element begins a line of its own.
INLINE = {
    "HT", "DATE", "FT", "QUOT.START", "QUOT.END", "REF.DOC", "REF.DOC.OJ", "REF.DOC.ECR", "REF.NP", "REF.ARTICLE",
    "REF.ANNEX", "LINK", "IE", "ADDR", "KEYWORD", "EXPONENT", "INDEX", "OVER", "BR", "NO.DOC.TXT", "CORR", "AUTHOR",
    "ANCHOR", "NOTE",
}  # fmt: skip
HEADINGS = {"TI", "STI", "TI.ART", "STI.ART", "TI.CJT", "TI.SIGN", "TI.BLK", "STI.BLK", "GR.ANNOTATION"}
# What carries a number in front of its first line: paragraphs, points, recitals.
LABELS = {"NO.PARAG", "NO.P", "NO.CONSID"}
BULLETS = {"DASH": "—", "NDASH": "–", "BULLET": "•"}
DIVISION_DEPTH, ARTICLE_DEPTH = 2, 3  # of headings, under the title of the act
EMPTY_DATE = "99999999"
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


def parse(data: bytes) -> ParsedFile:
    """Read a Formex file. Raises BadInput when it holds no text."""
    root = xml_root(data)
    walk = Walk()
    walk.block(root, "paragraph", 0)
    walk.out.finish()
    if not walk.out.blocks:
        raise BadInput("This Formex file holds no text of its own; it may be the index of an act. Add the act itself.")
    return ParsedFile(FORMEX, walk.out.text, walk.out.blocks, declared=declared(root))


class Walk:
    """One pass through the elements."""

    def __init__(self) -> None:
        self.out = Writer()
        self.depth = 1
        self.lists = 0
        self.bullet = ""
        self.tables = 0

    def block(self, element: Any, kind: BlockKind, level: int) -> None:
        """Everything in the element, its own words as blocks of this kind."""
        self.out.words(element.text)
        for child in element:
            if isinstance(child.tag, str):
                if child.tag in INLINE:
                    self.inline(child)
                elif child.tag not in SKIPPED:
                    self.out.flush(kind, level)
                    self.child(child, kind, level)
            self.out.words(child.tail)
        self.out.flush(kind, level)

    def child(self, element: Any, kind: BlockKind, level: int) -> None:
        tag = element.tag
        if tag in LABELS:
            self.out.label = tidy("".join(element.itertext()))
        elif tag in HEADINGS:
            self.block(element, "heading", ARTICLE_DEPTH if tag in ("TI.ART", "STI.ART") else self.depth)
        elif tag in ("DIVISION", "GR.SEQ", "ANNEX", "CONS.ANNEX"):
            outer, self.depth = self.depth, DIVISION_DEPTH
            self.block(element, "paragraph", 0)
            self.depth = outer
        elif tag in ("LIST", "DLIST"):
            self.list(element)
        elif tag == "ITEM":
            if element.find("NP") is None:
                self.out.label = self.bullet
            self.block(element, kind, level)
        elif tag == "CONSID":
            self.block(element, "item", 1)
        elif tag == "TBL":
            self.table(element)
        elif tag in ("PARAG", "ARTICLE", "QUOT.S"):
            depth, self.lists = self.lists, 0
            self.block(element, "paragraph", 0)
            self.lists = depth
        else:
            self.block(element, kind, level)

    def list(self, element: Any) -> None:
        outer, self.bullet = self.bullet, BULLETS.get(element.get("TYPE", ""), "")
        self.lists += 1
        self.block(element, "item", self.lists)
        self.lists -= 1
        self.bullet = outer

    def inline(self, element: Any, capitals: bool = False) -> None:
        """The words of a piece of a line."""
        tag = element.tag
        capitals = capitals or (tag == "HT" and element.get("TYPE") == "UC")
        if tag == "NOTE":
            self.out.note(note(element))
            return
        if tag in ("QUOT.START", "QUOT.END"):
            self.out.words(chr(int(element.get("CODE", "0022"), 16)))
        elif tag == "FT" and element.get("TYPE") == "NUMBER" and (element.text or "").strip().isdigit():
            self.out.words(f"{int(element.text):,}".replace(",", " "))
            return
        elif tag == "BR":
            self.out.line_break()
        self.out.words(element.text, capitals)
        for child in element:
            if isinstance(child.tag, str) and (child.tag == "NOTE" or child.tag not in SKIPPED):
                self.inline(child, capitals)
            self.out.words(child.tail, capitals)

    def table(self, element: Any) -> None:
        self.tables += 1
        for title in element.iterchildren("TITLE"):
            self.block(title, "paragraph", 0)
        for row in element.iter("ROW"):
            cells = ["".join(cell.itertext()) for cell in row.iterchildren("CELL")]
            self.out.row(cells, self.tables, row.get("TYPE") == "HEADER")


def note(element: Any) -> str:
    """A footnote's text."""
    walk = Walk()
    walk.block(element, "note", 0)
    return walk.out.text


def declared(root: Any) -> dict[str, str]:
    """What the file states: title, CELEX number, language, dates, consolidation."""
    found: dict[str, str] = {}
    # Acts that amended or corrected this one are listed with their titles too.
    title = next((e for e in root.iter("TITLE") if not any(above.tag in SKIPPED for above in e.iterancestors())), None)
    if title is not None:
        walk = Walk()
        walk.block(title, "heading", 1)
        found["title"] = " ".join(walk.out.text.split())
    celex = next((e.text.strip() for e in root.iter("NO.CELEX") if e.text), "")
    if celex:
        found["regulation"] = celex
    language = next((e.text.strip() for e in root.iter("LG.DOC", "LG.OJ") if e.text), "")
    if language:
        found["language"] = language.lower()
    consolidated = next(root.iter("INFO.CONSLEG"), None)
    if consolidated is not None and (start := iso_date(consolidated.get("START.DATE"))):
        found["version"] = f"consolidated {start}"
    published = next((iso_date(e.get("ISO")) for e in root.iter("DATE") if e.getparent().tag.startswith("BIB.")), None)
    if published:
        found["published"] = published
    return found


def iso_date(compact: str | None) -> str | None:
    """ "20180525" as "2018-05-25"; None for no date and for "never"."""
    match = COMPACT_DATE.fullmatch(compact or "")
    return None if not match or compact == EMPTY_DATE else "-".join(match.groups())
