"""Akoma Ntoso (LegalDocML), the XML of UK, Irish, Italian, UN and many other legislatures."""

from typing import Any

from core.errors import BadInput
from core.ingest.guards import xml_root
from core.ingest.regml import children, local
from core.ingest.xml_writer import Writer
from core.types import BlockKind, ParsedFile

AKN = "application/akn+xml"
SKIPPED = {"meta", "toc", "marker", "img"}
# Containers that print a heading; the number is how deep.
DIVISIONS = {
    **dict.fromkeys(("book", "tome", "part", "title", "attachment", "component"), 1),
    **dict.fromkeys(("chapter", "subpart", "subchapter", "division"), 2),
    **dict.fromkeys(("section", "article", "rule"), 3),
}
# What is cited by its number in front of its text.
NUMBERED = {
    "paragraph", "subparagraph", "subsection", "clause", "subclause", "point", "indent", "item", "recital", "citation",
    "subrule", "sublist", "alinea", "transitional", "level",
}  # fmt: skip
INLINE = {
    "b", "i", "u", "em", "strong", "sup", "sub", "span", "inline", "br", "eol", "a", "abbr", "ref", "rref", "mref",
    "def", "term", "date", "time", "docTitle", "docNumber", "docType", "docDate",
    "docProponent", "shortTitle", "organization",
    "person", "role", "location", "quantity", "entity", "ins", "quotedText", "authorialNote",
}  # fmt: skip
OWN = {"num", "heading", "subheading"}  # printed with the element that they belong to
DELETED = {"del", "remark"}


def parse(data: bytes) -> ParsedFile:
    """Read an Akoma Ntoso file. Raises BadInput when it holds no text."""
    root = xml_root(data)
    walk = Walk()
    walk.elements(root, "paragraph", 0)
    walk.out.finish()
    if not walk.out.blocks:
        raise BadInput("This Akoma Ntoso file holds no text; it may describe an act without its words.")
    return ParsedFile(AKN, walk.out.text, walk.out.blocks, declared=declared(root))


class Walk:
    """One pass through the hierarchy; `level` counts numbered elements within each other."""

    def __init__(self) -> None:
        self.out = Writer()
        self.tables = 0

    def elements(self, element: Any, kind: BlockKind, level: int) -> None:
        self.out.words(element.text)
        for child in element:
            name = local(child)
            if name in DIVISIONS:
                self.out.flush(kind, level)
                self.division(child, DIVISIONS[name])
            elif name in NUMBERED:
                self.out.flush(kind, level)
                self.numbered(child, level + 1)
            elif name == "table":
                self.table(child)
            elif name in INLINE:
                self.inline(child)
            elif name and name not in SKIPPED | OWN | DELETED:
                self.out.flush(kind, level)
                self.elements(child, kind, level)
                self.out.flush(kind, level)
            self.out.words(child.tail)
        self.out.flush(kind, level)

    def division(self, element: Any, depth: int) -> None:
        """Number and heading: in one line ("1 Short title") unless the number names itself ("Article 5")."""
        number, heading = (self.own(element, name) for name in ("num", "heading"))
        if number and heading and not number.strip(" .").replace(".", "").isalnum():
            self.out.block("heading", number, depth)
            number = ""
        self.out.block("heading", f"{number} {heading}".strip(), depth)
        self.out.block("heading", self.own(element, "subheading"), depth)
        self.elements(element, "paragraph", 0)

    def numbered(self, element: Any, level: int) -> None:
        self.out.label = self.own(element, "num")
        heading = self.own(element, "heading")
        if heading:
            self.out.words(heading + " ")
        self.elements(element, "item" if self.out.label else "paragraph", level if self.out.label else 0)
        self.out.label = ""

    def own(self, element: Any, name: str) -> str:
        """The words of the element's own number or heading."""
        return " ".join("".join("".join(child.itertext()) for child in children(element, name)).split())

    def inline(self, element: Any) -> None:
        name = local(element)
        if name == "authorialNote":
            self.out.note("".join(element.itertext()))
            return
        if name in ("br", "eol"):
            self.out.line_break()
        self.out.words(element.text)
        for child in element:
            if local(child) and local(child) not in SKIPPED | DELETED:
                self.inline(child)
            self.out.words(child.tail)

    def table(self, element: Any) -> None:
        self.tables += 1
        for row in element.iter("{*}tr"):
            cells = ["".join(cell.itertext()) for cell in children(row, "td", "th")]
            header = all(local(cell) == "th" for cell in children(row, "td", "th"))
            self.out.row(cells, self.tables, header)


def declared(root: Any) -> dict[str, str]:
    """What the file states of itself in its meta block: title, number, language and dates."""
    found: dict[str, str] = {}
    for element in root.iter():
        name = local(element)
        if name == "FRBRlanguage" and element.get("language"):
            found.setdefault("language", element.get("language")[:2])
        elif name in ("docTitle", "shortTitle") and "title" not in found:
            found["title"] = " ".join("".join(element.itertext()).split())
        elif name == "FRBRdate" and element.get("date"):
            found.setdefault("published", element.get("date")[:10])
    return found
