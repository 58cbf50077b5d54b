"""Puts texts where they are cited: under the open root, in the open lists, one provision after the other."""

import re

from core.ingest.chain import Chain
from core.ingest.citing import cite
from core.ingest.labels import Count, Label, leading
from core.ingest.lists import Lists
from core.ingest.outline import Level, Place
from core.ingest.source import Source
from core.ingest.tree import Root, Tree, ordinal
from core.types import Block, ProvisionKind

BULLET = Label("", "•", (Count(("", "bullet"), (1,)),))
CONJUNCTION = re.compile(r"(?:and|or|and/or)[,;:]?", re.IGNORECASE)
# "(b) Separation. (1) You must …": United States sections name a paragraph before its first subparagraph.
NAMED_CHAIN = re.compile(r"[A-Z][^.()]{1,80}\.\s+(?=\((?:1|i|a|A)\)\s)")
# Where a document numbers nothing of its own above, a number may start anywhere: "5. The …" in an excerpt.
UNNUMBERED = ("", "heading", "division", "part", "annex")


class Scribe:
    """`root` is what is cited first and `lists` stand open under it; `chain` holds the headings above."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.tree = Tree()
        self.chain = Chain(source.manner)
        self.root: Root | None = None
        self.lists = Lists()

    def enter(self, root: Root | None) -> None:
        self.root, self.lists = root, Lists()

    @property
    def style(self) -> str:
        return self.root.style if self.root else ""

    @property
    def heading(self) -> str:
        return self.root.heading if self.root else ""

    def holder(self) -> int | None:
        """The node that introduces the next list."""
        if self.lists:
            return self.lists.deepest.holder
        return self.root.holder if self.root else None

    def after_colon(self) -> bool:
        if not self.tree.nodes:
            return False
        last = self.tree.nodes[-1]
        return self.text[max(last.start, last.end - 3) : last.end].rstrip().endswith((":", "—", "–"))

    # --- labelled and plain text -----------------------------------------------------------------------------------

    def write(self, index: int) -> None:
        """A paragraph, item or labelled heading: each label in front of it takes its place, the words the last one."""
        block, (labels, start) = self.source.blocks[index], self.source.labelled[index]
        if self.root:
            self.root.wants_title = False
        if not labels and self.joins(block):
            return
        if block.kind == "item" and not labels:
            labels, start = (BULLET,), block.start
        for step, label in enumerate(labels[:-1]):
            if not self.put(label, index, block.start, block.start):
                self.plain(block if step == 0 else Block(start, block.end, "paragraph", block.level))
                return
        if labels:
            self.worded(labels[-1], index, start, chained=len(labels) > 1)
        else:
            self.plain(block)

    def joins(self, block: Block) -> bool:
        """Whether the block is an "and" on a line of its own, which belongs to the point before it."""
        last = self.tree.nodes[-1] if self.tree.nodes else None
        if last is None or last.kind != "point" or not last.texts or not self.lists:
            return False
        if not CONJUNCTION.fullmatch(self.text, block.start, block.end):
            return False
        last.end = block.end
        return True

    def worded(self, label: Label, index: int, start: int, chained: bool) -> None:
        """The label that the words follow; a name between it and a further label ends its own words."""
        block = self.source.blocks[index]
        name = NAMED_CHAIN.match(self.text, start, block.end)
        end = start + len(name[0].rstrip()) if name else block.end
        if not self.put(label, index, start, end):
            self.plain(Block(start, block.end, "paragraph", block.level) if chained else block)
        elif name:
            inner, after = leading(self.text, name.end(), block.end)
            self.put(inner[0], index, after, block.end)

    def put(self, label: Label, index: int, start: int, end: int) -> bool:
        """Give text[start:end] behind a label its place in the lists; False when the label is no label after all."""
        block = self.source.blocks[index]
        nesting = 0 if block.kind == "heading" else block.level + (block.kind == "paragraph" and block.level > 0)
        found = self.lists.place(
            label, nesting, self.after_colon(), lambda one, two: self.source.witness(index, one, two)
        )
        if found is None and self.plausible(label, block, start):
            found = Place(0, label.counts[0])
        if found is None:
            return False
        sibling = self.lists.cut(found)
        parent = self.tree.nodes[sibling.node].parent if sibling else self.holder()
        if label.counts[0].style[1] == "decimal" and not self.lists and self.chain:
            parent = self.chain.above(label.name)
        above = None if parent is None else self.tree.nodes[parent]
        path, kind = cite(label, found.count, found.depth, above, self.root, self.source.manner)
        title = " ".join(self.text[start:end].split()) if block.kind == "heading" else ""
        if title:
            start = end = block.start
        node = self.tree.add(path, kind, start, end, parent, title or self.heading, label.text)
        self.lists.levels.append(Level(found.count.style, found.count.value, node, nesting, node))
        return True

    def plausible(self, label: Label, block: Block, start: int) -> bool:
        """Whether a number that continues nothing may open a list all the same."""
        if self.lists:
            return False
        if self.style == "inserted":
            return True
        opens = block.kind == "item" or self.text[start : start + 1].isupper()
        return opens and (self.style in UNNUMBERED or self.excerpted(label))

    def excerpted(self, label: Label) -> bool:
        """Whether an article opens with this number: an excerpt, or a text whose paragraph 1 is repealed."""
        if self.root is None or self.style != "article" or self.root.node is None:
            return False
        node = self.tree.nodes[self.root.node]
        return not node.texts and not node.children and label.counts[0].style == (".", "number")

    def plain(self, block: Block) -> None:
        """An unnumbered paragraph: the text of what is open, or its next subparagraph."""
        self.lists.end_points(block.level, self.style)
        root = self.root
        if self.lists:
            self.lists.deepest.holder = self.subparagraph(block, self.lists.deepest.node)
        elif root is None or root.style == "recitals":
            self.loose(block, "Preamble" if root else "Paragraph", "preamble" if root else "paragraph")
        elif root.node is None or root.style in ("heading", "inserted"):
            root.paragraphs += 1
            path = f"{root.path}, paragraph {root.paragraphs}"
            if root.style == "inserted":
                path = f"{root.path}, inserted text" + (f" {root.paragraphs}" if root.paragraphs > 1 else "")
            root.holder = self.tree.add(path, "paragraph", block.start, block.end, root.node, root.heading)
        else:
            root.holder = self.subparagraph(block, root.node)

    def subparagraph(self, block: Block, target: int) -> int:
        """The words of a node that has none yet, or a new node for its next subparagraph; the node that holds them."""
        node = self.tree.nodes[target]
        if not node.texts and not node.children and target == len(self.tree.nodes) - 1:
            node.start, node.end, node.texts = block.start, block.end, 1
            return target
        node.texts = max(node.texts, 1) + 1
        path = f"{node.path}, {ordinal(node.texts)} subparagraph"
        return self.tree.add(path, "subparagraph", block.start, block.end, target, node.heading)

    # --- rows, notes and what hangs on nothing ---------------------------------------------------------------------

    def row(self, block: Block) -> None:
        root = self.root
        if root is None or root.style == "recitals":
            self.loose(block, "Preamble" if root else "Table", "preamble" if root else "table_row")
            return
        root.wants_title = False
        if not self.after_colon():
            self.lists.end_points(block.level, root.style)
        if block.table != root.table:
            root.table, root.tables = block.table, root.tables + 1
        parent = self.holder()
        path = f"{self.tree.path(parent) or root.path}, table {root.tables}, row"
        path = f"{path} {self.tree.count(path)}"
        self.tree.add(path, "table_row", block.start, block.end, parent, root.heading)

    def note(self, block: Block, signed: bool = False) -> None:
        """A footnote under its number; `signed` says that unnumbered lines belong to a signature."""
        labels, start = leading(self.text, block.start, block.end)
        if labels and labels[0].text.startswith("("):
            name = labels[0].name.strip("()")
            self.tree.add(f"Note {name}", "note", start, block.end, None, "", labels[0].text)
        else:
            self.loose(block, "Signature" if signed and block.kind != "note" else "Note", "note")

    def loose(self, block: Block, name: str, kind: ProvisionKind) -> None:
        """Text that hangs on nothing: preamble, signature, and paragraphs before any heading."""
        number = self.tree.count(name)
        path = f"{name} {number}" if name in ("Paragraph", "Note") else f"{name}, paragraph {number}"
        self.tree.add(path, kind, block.start, block.end, None)
