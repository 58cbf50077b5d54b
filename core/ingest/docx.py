"""Word documents: paragraphs, Word's own numbers as labels, tables, notes; macros, headers and footers are not read."""

import io
from collections.abc import Iterator
from typing import Any

from core.errors import BadInput
from core.ingest import docx_numbering, docx_styles
from core.ingest.docx_numbering import W, value
from core.ingest.guards import archive, require_no_entities
from core.ingest.xml_writer import Writer
from core.types import ParsedFile

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOTE_MARKS = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
# Content that was deleted or moved away under tracked changes, and field codes.
GONE = {f"{W}del", f"{W}moveFrom", f"{W}delText", f"{W}instrText", f"{W}delInstrText"}
ADDED = {f"{W}ins", f"{W}moveTo"}
# Wrapped around runs or paragraphs without changing them.
WRAPPERS = ADDED | {
    f"{W}{name}" for name in ("hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo")
}
CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
MARKS = {f"{W}tab": " ", f"{W}noBreakHyphen": "-", f"{W}cr": "\n", f"{W}br": "\n"}
DEEPEST = 80  # content controls and tables within each other


def parse(data: bytes) -> ParsedFile:
    """Read a .docx. Raises BadInput for a damaged file, a zip bomb, or one without text."""
    document = opened(data)
    walk = Walk(document)
    walk.blocks(document.element.body, 0)
    walk.out.finish()
    title = (document.core_properties.title or "").strip()
    return ParsedFile(
        DOCX,
        walk.out.text,
        walk.out.blocks,
        hidden=tuple(walk.hidden),
        warnings=tuple(walk.warnings()),
        declared={"title": title} if title else {},
    )


def opened(data: bytes) -> Any:
    """The document in python-docx, once its archive has been found harmless."""
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    archive(data).close()
    try:
        document = docx.Document(io.BytesIO(data))
        document.element.body.tag  # noqa: B018  # a document part without a body fails here
    except (OpcError, XMLSyntaxError, KeyError, ValueError, AttributeError, TypeError, OSError):
        raise BadInput("This Word file is damaged; open it in Word and save it again.") from None
    require_no_entities(document.element)
    return document


def part(document: Any, name: str) -> Any | None:
    """The root element of the part that the document relates to by that name ("footnotes"), or None."""
    from lxml import etree

    from core.ingest.guards import xml_root

    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{name}") and not relation.is_external:
            element = getattr(relation.target_part, "element", None)
            if not isinstance(element, etree._Element):
                return xml_root(relation.target_part.blob)
            require_no_entities(element)
            return element
    return None


class Walk:
    """One pass through the body. Each paragraph's words gather in `out`; what nobody sees in `hidden`."""

    def __init__(self, document: Any) -> None:
        self.out = Writer()
        self.hidden: list[str] = []
        self.styles = docx_styles.styles(part(document, "styles"))
        self.numbering = docx_numbering.numbering(part(document, "numbering"))
        self.notes = {name: notes(part(document, name)) for name in ("footnotes", "endnotes")}
        self.tables = 0
        self.deleted = self.added = 0

    def warnings(self) -> Iterator[str]:
        if self.deleted or self.added:
            yield (
                f"The document has tracked changes: {self.added} insertions were read as text and {self.deleted} "
                "deletions were left out. Accept or reject them in Word to be sure of the wording."
            )

    def blocks(self, element: Any, depth: int) -> None:
        """The paragraphs and tables of the body, a cell or a text box, in order."""
        if depth > DEEPEST:
            raise BadInput("This Word file nests its content deeper than 80 levels and was not read.")
        for child in element:
            if child.tag == f"{W}p":
                self.paragraph(child)
            elif child.tag == f"{W}tbl":
                self.table(child, depth)
            elif child.tag in GONE:
                self.deleted += 1
            elif child.tag in WRAPPERS:
                self.blocks(child, depth + 1)

    def paragraph(self, element: Any) -> None:
        properties = element.find(f"{W}pPr")
        style = self.styles.of(value(properties, "pStyle") if properties is not None else "")
        heading = docx_styles.outline(properties) or style.heading
        own_list = docx_styles.list_of(properties)
        listed = own_list if own_list is not None else style.list
        self.runs(element, style.hidden)
        seen = any(piece.strip() for piece in self.out.line)
        label = ""
        if listed and listed[0] != "0" and seen:
            label = self.numbering.label(*listed)
        self.out.label = label
        if heading:
            self.out.flush("heading", heading)
        elif label and not (label[0].isdigit() or label.startswith("§")):
            self.out.flush("item", listed[1] + 1 if listed else 1)
        else:
            self.out.flush("paragraph")
        self.out.label = ""
        for box in element.iter(f"{W}txbxContent"):
            if not any(above.tag == FALLBACK for above in box.iterancestors()):
                self.blocks(box, 1)

    def runs(self, element: Any, hidden: bool) -> None:
        for child in element:
            if child.tag == f"{W}r":
                self.run(child, hidden)
            elif child.tag in GONE:
                self.deleted += 1
            elif child.tag in WRAPPERS:
                self.added += child.tag in ADDED
                self.runs(child, hidden)

    def run(self, element: Any, hidden: bool) -> None:
        properties = element.find(f"{W}rPr")
        style = value(properties, "rStyle") if properties is not None else ""
        unseen = hidden or docx_styles.vanishes(properties) or bool(style and self.styles.of(style).hidden)
        words = "".join(self.pieces(element))
        if unseen and words.strip():
            self.hidden.append(" ".join(words.split()))
            return
        for place, line in enumerate(words.split("\n")):
            if place:
                self.out.line_break()
            self.out.words(line)
        for mark in element:
            if mark.tag in NOTE_MARKS:
                self.out.note(self.notes[NOTE_MARKS[mark.tag]].get(mark.get(f"{W}id"), ""))

    def pieces(self, element: Any) -> Iterator[str]:
        for child in element:
            if child.tag == f"{W}t":
                yield child.text or ""
            elif child.tag == f"{W}br" and child.get(f"{W}type") in ("page", "column"):
                yield " "
            elif child.tag in MARKS:
                yield MARKS[child.tag]
            elif child.tag == CHOICE:
                yield from self.pieces(child)

    def table(self, element: Any, depth: int) -> None:
        """A row a block. A table of one column is a frame around paragraphs."""
        rows = list(own_rows(element))
        cells = [[cell for cell in row if cell.tag == f"{W}tc"] for row in rows]
        if all(len(row) <= 1 for row in cells):
            for row in cells:
                for cell in row:
                    self.blocks(cell, depth + 1)
            return
        self.tables += 1
        for place, (row, own) in enumerate(zip(rows, cells, strict=True)):
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                self.deleted += 1
                continue
            header = place == 0 or (properties is not None and docx_styles.on(properties, "tblHeader"))
            self.out.row([self.cell(cell) for cell in own], self.tables, header)

    def cell(self, element: Any) -> str:
        """A cell's text, its paragraphs and inner tables run together."""
        inner = Writer()
        outer, self.out = self.out, inner
        self.blocks(element, 1)
        inner.flush("paragraph")
        self.out = outer
        outer.notes += inner.notes
        return " ".join(inner.text.split())


def own_rows(table: Any) -> Iterator[Any]:
    """The rows of the table itself, also inside content controls, not those of tables within it."""
    for child in table:
        if child.tag == f"{W}tr":
            yield child
        elif child.tag in WRAPPERS:
            yield from own_rows(child)


def notes(root: Any | None) -> dict[str, str]:
    """Footnotes by id; separators have no text."""
    if root is None:
        return {}
    return {
        note.get(f"{W}id"): "".join(text.text or "" for text in note.iter(f"{W}t"))
        for note in root
        if isinstance(note.tag, str)
    }
