"""RegML, the XML of US federal regulations by the Consumer Financial Protection Bureau → "§ 1016.4" and its (a)(1)."""

from collections.abc import Iterator
from typing import Any

from core.errors import BadInput
from core.ingest.guards import xml_root
from core.ingest.xml_writer import Writer
from core.types import ParsedFile

REGML = "application/regml+xml"
PART_DEPTH, SUBPART_DEPTH, SECTION_DEPTH = 1, 2, 3
# Lists of contents, and what the file says about itself.
SKIPPED = {"tableOfContents", "fdsys", "preamble", "analysis", "changeset", "secheader"}
HEADING_DEPTHS = {"subpart": SUBPART_DEPTH, "subjectGroup": SUBPART_DEPTH, "interpretations": SUBPART_DEPTH}


def parse(data: bytes) -> ParsedFile:
    """Read a RegML file. Raises BadInput when it holds no part of a regulation."""
    root = xml_root(data)
    walk = Walk()
    known = declared(root)
    if known.get("title"):
        walk.out.block("heading", f"{known['regulation']} — {known['title']}", PART_DEPTH)
    for part in children(root, "part"):
        walk.elements(part)
    walk.out.finish()
    if len(walk.out.blocks) < 2:
        raise BadInput("This RegML file holds no regulation text; it may be a notice of changes. Add the whole part.")
    left_out = f"{walk.pictures} pictures, such as model forms, are not text and were left out."
    warnings = (left_out,) if walk.pictures else ()
    return ParsedFile(REGML, walk.out.text, walk.out.blocks, warnings=warnings, declared=known)


class Walk:
    """One pass through parts, subparts, sections, appendices and their paragraphs."""

    def __init__(self) -> None:
        self.out = Writer()
        self.pictures = 0
        self.level = 0  # of the outermost marker that waits for words

    def elements(self, element: Any) -> None:
        for child in element:
            name = local(child)
            if not name or name in SKIPPED:
                continue
            if name in ("paragraph", "interpParagraph"):
                self.paragraph(child, 1)
            elif name == "subject":
                self.heading(child, SECTION_DEPTH)
            elif name == "appendixTitle":
                self.heading(child, SUBPART_DEPTH)
            elif name == "title":
                self.heading(child, HEADING_DEPTHS.get(local(element), SECTION_DEPTH))
            else:
                self.elements(child)

    def heading(self, element: Any, level: int) -> None:
        self.out.block("heading", "".join(element.itertext()), level)

    def paragraph(self, element: Any, level: int) -> None:
        """A paragraph, its title run in before its text, then the paragraphs below it.

        One that has no words of its own lends its marker to the first below it: "(a)(1) Affiliate means …".
        """
        marker = (element.get("marker") or "").strip()
        chain, self.out.label = self.out.label, ""
        if not chain:
            self.level = level
        for title in children(element, "title"):
            self.out.words("".join(title.itertext()).strip() + " ")
        for content in children(element, "content"):
            self.inline(content)
        label = chain + ("" if marker == "none" else marker)
        below = list(children(element, "paragraph", "interpParagraph"))
        self.out.label = label
        self.out.flush("item" if label else "paragraph", self.level if label else 0)
        if not below:
            self.out.label = ""
        for each in below:
            self.paragraph(each, level + 1)

    def inline(self, element: Any) -> None:
        if local(element) == "graphic":
            self.pictures += 1
            return
        self.out.words(element.text)
        for child in element:
            if local(child):
                self.inline(child)
            self.out.words(child.tail)


def declared(root: Any) -> dict[str, str]:
    """What the file states: the title, "12 CFR 1016", and the date from which this version applies."""
    values = {local(element): (element.text or "").strip() for element in root.iter() if local(element)}
    found = {"language": "en", "type": "regulation"}
    head = next(children(root, "fdsys"), None)
    title = next((t.text for t in children(head, "title")), "") if head is not None else ""
    if title:
        found["title"] = " ".join(title.split()).capitalize() if title.isupper() else " ".join(title.split())
    part = next(children(root, "part"), None)
    number = part.get("label", "") if part is not None else ""
    if values.get("cfrTitleNum") and number:
        found["regulation"] = f"{values['cfrTitleNum']} CFR {number}"
    if values.get("effectiveDate"):
        found["in_force"] = values["effectiveDate"]
        found["version"] = values["effectiveDate"]
    return found


def children(element: Any, *names: str) -> Iterator[Any]:
    return (child for child in element if local(child) in names)


def local(element: Any) -> str:
    """The element's name without its namespace; "" for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
