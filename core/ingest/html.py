"""HTML → text and blocks: the page's own words, with the lists and tables they stand in, and without its furniture.

Knows the pages of EUR-Lex (Official Journal and consolidated) and of the PRA Rulebook by their class names; any other
page is read by its tags.
"""

import codecs
import re
from typing import Any

from core.errors import BadInput
from core.ingest import html_page as page
from core.ingest.flow import Flow, tidy
from core.ingest.html_declared import declared
from core.ingest.html_rules import BLOCKS, FURNITURE, Rules, classes, name
from core.ingest.labels import leading
from core.ingest.plain import decode
from core.types import BlockKind, ParsedFile

XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
HEAD_BYTES = 4_096
# Python decodes by these names and no browser does: what is read would be another text than what people see.
NO_CHARSETS = {"unicode-escape", "raw-unicode-escape", "utf-7", "punycode", "idna"}
# Consolidated texts mark each change: "►M1", "◄". They are no words of the law.
AMENDMENT_MARK = re.compile(r"[►▼]\s?[A-Z]\d{0,3}\b|[◄▲]")
REFERENCE_TEXT = re.compile(r"\s{0,40}\(?\s{0,4}\*?\s{0,4}\d{1,3}\s{0,4}\)?\s{0,40}")
TOO_DEEP = "The page nests its elements too deep; what comes after that place was not read."
# libxml2 gives up on a stretch of ten million characters without a tag.
TOO_LONG = "The page holds more than ten million characters without a tag; they and what comes after were not read."
# Stands for a reference to a note until its block is whole; no page can hold this character.
NOTED = "\0"
# "the Council (¹);" is "the Council;": with the reference go its brackets and, where no word follows, the space before.
REFERENCE = re.compile(r"\s{0,8}(?:\(\s{0,40}\0\s{0,40}\)|\0)(?=[\s.,;:)’”'\"]|$)|\(\s{0,40}\0\s{0,40}\)|\0")
LONGEST_LABEL = 14


def parse(data: bytes) -> ParsedFile:
    """Read an HTML or XHTML file. Raises BadInput when there is no element in it."""
    text, warnings = decoded(data)
    root, more = tree(text)
    warnings = (*warnings, *more)
    walk = Walk(Rules.of(root))
    for start in page.starts(root):
        walk.element(start, 0)
        walk.flush()
    if not walk.flow.blocks and TOO_LONG in more:
        raise BadInput(f"{TOO_LONG} Save it with a line for each paragraph, or print it to PDF.")
    if not walk.flow.blocks:
        raise BadInput("The HTML page has no text of its own to read; print it to PDF from a browser and add that.")
    hidden = (*walk.hidden, *page.comments(root))
    shown, unseen = walk.flow.length, sum(map(len, walk.hidden))
    if unseen > 200 and unseen * 5 > shown:
        warnings = (*warnings, f"{unseen:,} characters that the page hides from readers were left out.")
    return ParsedFile(
        "text/html",
        walk.flow.text,
        tuple(walk.flow.blocks),
        hidden=tuple(found for text in hidden if (found := tidy(text))),
        warnings=warnings,
        declared=declared(root),
    )


def decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The page as text: byte order mark first, then the charset that the page names, then a guess."""
    named = CHARSET.search(data[:HEAD_BYTES])
    if named and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            charset = codecs.lookup(named[1].decode("ascii")).name
            if charset not in NO_CHARSETS:
                return data.decode(charset), ()
        except (LookupError, UnicodeError):
            pass
    return decode(data)


def tree(text: str) -> tuple[Any, tuple[str, ...]]:
    """The root element and what to warn of. XHTML is read as XML where it is well-formed, else as a browser would."""
    from lxml import etree

    declaration = XML_DECLARATION.match(text)
    body = text[declaration.end() :] if declaration else text
    if declaration or "http://www.w3.org/1999/xhtml" in text[:2_000]:
        strict = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(body.strip(), strict)
            # "&nbsp;" is a gap to XML, whose DTD is not read; HTML knows its name.
            if next(root.iter(etree.Entity), None) is None:
                return root, ()
        except etree.XMLSyntaxError:
            pass
    lenient = etree.HTMLParser(no_network=True, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(body.replace("\0", ""), lenient)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise BadInput("The HTML file has no elements to read; open it in a browser and save it again.")
    limits = [entry.message for entry in lenient.error_log if entry.type_name == "ERR_RESOURCE_LIMIT"]
    if not limits:
        return root, ()
    return root, (TOO_LONG if "Buffer" in limits[0] else TOO_DEEP,)


class Walk:
    """A walk over the elements, collecting inline text until a block ends.

    `pending` is a label ("(a)", "1.1") that stands in front of the next words; `depth` counts the list items around.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.flow = Flow()
        self.inline: list[str] = []
        self.hidden: list[str] = []
        self.kind: BlockKind = "paragraph"
        self.level = 0
        self.pending = ""
        self.pending_level = 0
        self.tables = 0

    def element(self, node: Any, depth: int) -> None:
        tag = name(node)
        if not tag or tag in FURNITURE or self.rules.skips(node):
            return
        if self.rules.hides(node):
            self.hidden.append(page.words(node))
            return
        label = self.rules.label(node)
        if label is not None:
            self.flush()
            self.pend(label, depth)
        elif tag == "br":
            self.inline.append("\n")
        elif tag == "table":
            self.table(node, depth)
        elif tag in ("ul", "ol"):
            self.listing(node, depth)
        elif self.rules.heading(node):
            self.block(node, depth, "heading", self.rules.heading(node))
        elif self.rules.note(node):
            self.block(node, depth, "note", 0)
        elif tag in BLOCKS:
            self.block(node, self.rules.deeper(node, depth), "paragraph", self.rules.deeper(node, depth))
        elif self.kind != "note" and reference(node):
            self.inline.append(NOTED)
        else:
            self.children(node, depth)

    def children(self, node: Any, depth: int) -> None:
        if node.text:
            self.inline.append(node.text)
        for child in node:
            self.element(child, depth)
            if child.tail:
                self.inline.append(child.tail)

    def block(self, node: Any, depth: int, kind: BlockKind, level: int) -> None:
        if not self.rules.inline(node):
            self.flush()
        before = self.kind, self.level
        self.kind, self.level = (kind, level) if self.kind not in ("heading", "note") else before
        self.children(node, depth)
        self.flush()
        self.kind, self.level = before

    def pend(self, label: str, depth: int) -> None:
        """Keep a label for the words to come; two in a row ("1." and "(a)") stand together."""
        self.pending = f"{self.pending} {label}".strip()
        self.pending_level = depth

    def flush(self) -> None:
        text = REFERENCE.sub("", AMENDMENT_MARK.sub("", "".join(self.inline)))
        self.inline = []
        if not text.strip() and not (self.pending and self.kind == "heading"):
            return
        if self.pending:
            kind: BlockKind = "heading" if self.kind == "heading" else ("item" if self.pending_level else "paragraph")
            level = self.level if kind == "heading" else self.pending_level
            text, self.pending = f"{self.pending} {text.strip()}", ""
            self.flow.add(kind, text, level)
        else:
            self.flow.add(self.kind, text, self.level)

    # --- lists and tables ------------------------------------------------------------------------------------------

    def listing(self, node: Any, depth: int) -> None:
        self.flush()
        items = [child for child in node if name(child) == "li"]
        labelled = any(leading(text, 0, len(text))[0] for item in items[:3] if (text := page.words(item)[:80].strip()))
        number = page.count_from(node)
        for child in node:
            if name(child) != "li":
                self.element(child, depth)
                self.flush()
                continue
            own = bool(leading(text := page.words(child)[:80].strip(), 0, len(text))[0])
            if labelled and not own:
                # Where items carry their own labels, one without goes on with the sentence around the list.
                self.block(child, depth, "paragraph", depth)
                continue
            if name(node) == "ol" and not labelled:
                self.pend(page.marker(node, child, number), depth + 1)
                number += 1
            self.item(child, depth + 1)

    def item(self, node: Any, depth: int) -> None:
        """A list item: its first words are the item, what follows in it are paragraphs at its depth."""
        if self.rules.skips(node) or self.rules.hides(node):
            return
        before = self.kind, self.level
        count = len(self.flow.blocks)
        self.kind, self.level = "item", depth
        if node.text:
            self.inline.append(node.text)
        for child in node:
            self.inside_item(child, depth, count)
            if child.tail:
                self.inline.append(child.tail)
        self.flush()
        self.pending = ""
        self.kind, self.level = before

    def inside_item(self, node: Any, depth: int, count: int) -> None:
        """A child of a list item; the first block of words is the item itself (`count` blocks stood before it)."""
        tag = name(node)
        if tag not in BLOCKS:
            self.element(node, depth)
            return
        self.flush()
        started = len(self.flow.blocks) > count
        self.kind = "paragraph" if started else "item"
        if started or self.pending or tag in ("ul", "ol", "table") or self.rules.heading(node):
            self.element(node, depth)
        else:
            self.children(node, depth)
            self.flush()
        if len(self.flow.blocks) > count:
            self.kind = "paragraph"

    def table(self, node: Any, depth: int) -> None:
        self.flush()
        rows = page.rows(node)
        if rows and all(self.layout(cells) for cells in rows):
            for cells in rows:
                self.layout_row(cells, depth)
            return
        if max((len(cells) for cells in rows), default=0) <= 1 or page.holds_blocks(rows):
            for cells in rows:
                for cell in cells:
                    self.block(cell, depth, "paragraph", depth)
            return
        texts = [" | ".join(tidy(page.words(cell, self.rules)).replace("\n", " ") for cell in cells) for cells in rows]
        self.tables += any(text.strip(" |") for text in texts)
        for place, text in enumerate(texts):
            if text.strip(" |"):
                self.flow.add("table_row", text, depth, self.tables, place == 0 and page.is_header(rows[0]))

    def layout(self, cells: list[Any]) -> bool:
        """Whether a row is a list item laid out in columns: a label, then the text."""
        filled = [cell for cell in cells if tidy(page.words(cell))]
        if len(filled) == 1:
            return len(cells) <= 2 and "oj-table" not in classes(cells[0])
        if len(filled) != 2 or "oj-table" in classes(cells[0]):
            return False
        label = tidy(page.words(filled[0]))
        found, end = leading(label, 0, len(label))
        return len(label) <= LONGEST_LABEL and bool(found) and end >= len(label)

    def layout_row(self, cells: list[Any], depth: int) -> None:
        filled = [cell for cell in cells if tidy(page.words(cell))]
        if len(filled) == 2:
            self.pend(tidy(page.words(filled[0])), depth + 1)
        if filled:
            self.block(filled[-1], depth + len(filled) - 1, "paragraph", depth + len(filled) - 1)
        self.pending = ""


def reference(node: Any) -> bool:
    """A link to a footnote: "(3)" in running text."""
    if name(node) != "a" or not str(node.get("href") or "").startswith("#"):
        return False
    return bool(REFERENCE_TEXT.fullmatch(page.words(node))) and any(
        name(part) in ("sup", "span") for part in node.iter()
    )
