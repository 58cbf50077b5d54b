"""Blocks → the provisions a lawyer would cite: recitals, articles, paragraphs, points, sections, annexes, tables, notes.

One pass over the blocks. Every paragraph, item, table row and note lands in exactly one provision, in text order;
headings name what follows them.
"""

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.ingest import quoted
from core.ingest.headings import Heading, Turn, announced, turn
from core.ingest.labels import Count, Label, Value, counts, follows, leading
from core.ingest.outline import Level, Place, place
from core.types import Block, ParsedFile, Provision, ProvisionKind, Span

ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
LONGEST_TITLE = 300
WITNESS_BLOCKS = 60
SENTENCE_END = re.compile(r"[.;:,]\s*$")


@dataclass(slots=True)
class Node:
    """A provision in the making: text[start:end], empty until its first words arrive."""

    path: str
    kind: ProvisionKind
    start: int
    end: int
    parent: int | None
    heading: str = ""
    label: str = ""
    texts: int = 0
    children: int = 0


@dataclass(slots=True)
class Root:
    """What is cited first: an article, a section, an annex, a heading, or a passage quoted from another act.

    `style` decides how children are cited. `node` is None until there is something to hold; `holder` is the node
    that introduces the next list.
    """

    style: str
    path: str
    node: int | None
    holder: int | None
    heading: str = ""
    wants_title: bool = False
    table: int = 0
    tables: int = 0
    paragraphs: int = 0


def provisions(parsed: ParsedFile, document_id: str, lineage: str) -> tuple[Provision, ...]:
    """The provisions of a parsed file in text order, with unique paths and spans that do not overlap."""
    builder = Builder(parsed)
    builder.build()
    return finished(builder.nodes, parsed, document_id, lineage)


def finished(nodes: list[Node], parsed: ParsedFile, document_id: str, lineage: str) -> tuple[Provision, ...]:
    used: Counter[str] = Counter()
    ids: list[str] = []
    found: list[Provision] = []
    starts = [word.start for word in parsed.words]
    for node in nodes:
        used[node.path] += 1
        path = node.path if used[node.path] == 1 else f"{node.path} ({used[node.path]})"
        ids.append(hashlib.sha256(f"{lineage}\n{path}".encode()).hexdigest()[:16])
        page = None
        if starts:
            page = parsed.words[max(0, bisect_right(starts, node.start) - 1)].page
        span = Span(document_id, node.start, node.end, page)
        parent = None if node.parent is None else ids[node.parent]
        text = parsed.text[node.start : node.end]
        found.append(Provision(ids[-1], path, node.heading, text, span, parent, node.kind, node.label))
    return tuple(found)


def ordinal(number: int) -> str:
    return ORDINALS[number - 1] if number <= len(ORDINALS) else f"{number}th"


class Builder:
    """The walk over the blocks. `build` fills `nodes`."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.text = parsed.text
        self.blocks: Sequence[Block] = [b for b in parsed.blocks if b.end > b.start]
        self.nodes: list[Node] = []
        self.levels: list[Level] = []
        self.root: Root | None = None
        self.annex: Root | None = None
        self.chain: list[tuple[int, str]] = []
        self.zone = "body"
        self.loose: Counter[str] = Counter()
        self.announced = [self.announcement(block) for block in self.blocks]
        self.has_articles = any(h and h.kind == "article" for h in self.announced)
        self.labelled = [leading(self.text, b.start, b.end) for b in self.blocks]
        self.now = 0
        self.article: Value = (0,)

    def build(self) -> None:
        turns = {turn(self.passage(block)) for block in self.blocks[:400]}
        if self.has_articles or turns & {"recitals", "enacting"}:
            self.zone = "front"
        index = 0
        while index < len(self.blocks):
            self.now = index
            if self.zone == "body" and self.root and quoted.opens(self.text, self.blocks, index):
                after = quoted.after(self.text, self.blocks, index, self.own_article, self.resumes)
                self.quotation(index, after)
                index = after
            else:
                self.read(index)
                index += 1

    def own_article(self, index: int) -> bool:
        """Whether the block announces the article that this act must come to next."""
        heading = self.announced[index]
        if heading is None or heading.quoted or heading.kind != "article":
            return False
        return any(follows(count.value, self.article) for count in counts(heading.number, "."))

    def resumes(self, index: int) -> bool:
        """Whether the block's label continues one of the lists that were open before a quotation."""
        labels, _ = self.labelled[index]
        return bool(labels) and any(
            level.style == count.style and follows(count.value, level.value)
            for level in self.levels
            for count in labels[0].counts
        )

    def passage(self, block: Block) -> str:
        return self.text[block.start : block.end]

    def announcement(self, block: Block) -> Heading | None:
        """A numbered heading that the block is; a sentence that merely begins with "Article 5 of …" is none."""
        if block.kind in ("note", "table_row"):
            return None
        passage = self.text[block.start : min(block.end, block.start + LONGEST_TITLE)]
        heading = announced(passage)
        if heading is None:
            return None
        title = passage[heading.rest :]
        if block.kind == "heading":
            return heading if block.end - block.start < LONGEST_TITLE else None
        short = block.end - block.start < 160 and not SENTENCE_END.search(title)
        if not title and heading.kind == "annex" and not heading.number:
            return heading if passage.strip().lower() == heading.word.lower() else None
        if not title or (heading.separated and short):
            return heading
        return None

    # --- one block ---------------------------------------------------------------------------------------------

    def read(self, index: int) -> None:
        block = self.blocks[index]
        heading = self.announced[index]
        turned = turn(self.passage(block))
        if block.kind == "note":
            self.note(block)
        elif block.kind == "table_row" and not self.layout_row(index):
            self.table_row(block)
        elif turned and self.turns(turned, index):
            return
        elif heading and not heading.quoted:
            self.open_root(block, heading)
        elif block.kind == "heading" and block.end - block.start < LONGEST_TITLE:
            self.heading(index)
        elif self.title_paragraph(index):
            self.give_title(self.passage(block))
        else:
            self.content(index)

    def turns(self, turned: Turn, index: int) -> bool:
        """Move to another part of the act when the mark stands where it can; say whether the block is used up."""
        block = self.blocks[index]
        if turned == "recitals" and self.zone == "front":
            self.enter("recitals", None)
            return True
        if turned == "enacting" and self.zone in ("front", "recitals"):
            self.loose_text(block, "Preamble", "preamble")
            self.enter("body", None)
            return True
        if turned == "formula" and self.zone == "body" and self.root and self.root.style == "article":
            self.loose_text(block, "Final formula", "section")
            self.enter("closing", None)
            return True
        if turned == "signature" and self.zone in ("body", "closing") and block.end - block.start < LONGEST_TITLE:
            self.enter("closing", None)
            self.loose_text(block, "Signature", "note")
            return True
        if turned == "notes" and block.kind == "heading" and index + 1 < len(self.blocks):
            labels, _ = self.labelled[index + 1]
            if self.blocks[index + 1].kind == "note" or labels:
                self.enter("notes", None)
                return True
        return False

    def enter(self, zone: str, root: Root | None) -> None:
        self.zone, self.root, self.levels = zone, root, []

    def layout_row(self, index: int) -> bool:
        """A two-column row with a label in the first column is a list item in a table's clothes."""
        block = self.blocks[index]
        labels, content = self.labelled[index]
        if not labels or labels[0].bullet or block.header:
            return False
        return "|" in self.text[block.start : content] and "|" not in self.text[content : block.end]

    # --- roots ---------------------------------------------------------------------------------------------------

    def open_root(self, block: Block, heading: Heading) -> None:
        word = "§" if heading.word == "§" else heading.word.capitalize()
        path = f"{word} {heading.number}".strip()
        title = self.passage(block)[heading.rest :].strip(" \n—–:.|*")
        kind = heading.kind
        if kind == "section" and self.has_articles and "." not in heading.number and word != "§":
            kind = "division"
        if kind == "division":
            inside = self.annex and self.zone == "body" and self.root and self.root.style in ("annex", "part")
            root = Root("part" if inside else "division", path, None, None, title, wants_title=not title)
            if inside and self.annex:
                root.path = f"{self.annex.path}, {path}"
            else:
                self.annex = None
            self.enter("body", root)
            return
        node_kind: ProvisionKind = "section"
        if kind == "article":
            node_kind = "article"
            self.article = next((count.value for count in counts(heading.number, ".")), self.article)
        elif kind == "annex":
            node_kind = "annex"
        node = self.add(path, node_kind, block.start, block.start, None, title, path)
        root = Root(kind, path, node, node, title, wants_title=not title)
        self.annex = root if kind == "annex" else None
        self.chain = []
        self.enter("body", root)

    def title_paragraph(self, index: int) -> bool:
        """Whether a plain paragraph right under an untitled article heading is its title."""
        block = self.blocks[index]
        if not (self.root and self.root.wants_title) or self.root.style not in ("article", "section", "annex"):
            return False
        labels, _ = self.labelled[index]
        passage = self.passage(block)
        if labels or len(passage) > 200 or SENTENCE_END.search(passage) or block.kind != "paragraph":
            return False
        after = self.announced[index + 1] if index + 1 < len(self.blocks) else None
        return index + 1 < len(self.blocks) and not after

    def give_title(self, title: str) -> None:
        assert self.root is not None
        self.root.heading, self.root.wants_title = " ".join(title.split()), False
        if self.root.node is not None:
            self.nodes[self.root.node].heading = self.root.heading

    def heading(self, index: int) -> None:
        """A heading without a known word: a title, a numbered section, or a place of its own."""
        block = self.blocks[index]
        if self.zone in ("front", "recitals", "notes", "closing") and self.has_articles:
            return
        if self.root and self.root.wants_title:
            self.give_title(self.passage(block))
            return
        labels, content = leading(self.text, block.start, block.end, heading=True)
        if labels and content < block.end and not labels[0].bullet:
            self.content(index)
            return
        name = " ".join(self.passage(block).split())
        while self.chain and self.chain[-1][0] >= max(block.level, 1):
            self.chain.pop()
        self.chain.append((max(block.level, 1), name))
        path = ", ".join(step for _, step in (self.chain[1:] or self.chain))
        if self.annex:
            path = f"{self.annex.path}, {path}"
        node = self.add(path, "section", block.start, block.start, None, name, name)
        self.enter("body", Root("heading", path, node, node, name))

    # --- text ----------------------------------------------------------------------------------------------------

    def content(self, index: int) -> None:
        block = self.blocks[index]
        labels, start = self.labelled[index]
        if block.kind == "heading":
            labels, start = leading(self.text, block.start, block.end, heading=True)
        if self.zone in ("closing", "notes"):
            self.note(block)
            return
        if self.zone == "front":
            self.loose_text(block, "Preamble", "preamble")
            return
        if self.root:
            self.root.wants_title = False
        if block.kind == "item" and not labels:
            labels, start = (Label("", "•", (Count(("", "bullet"), (1,)),)),), block.start
        placed = False
        for step, label in enumerate(labels):
            last = step == len(labels) - 1
            placed = self.put(label, block, start if last else block.start, block.end if last else block.start)
            if not placed:
                break
        if not placed:
            self.plain(block)

    def put(self, label: Label, block: Block, start: int, end: int) -> bool:
        """Give a labelled text its place in the open lists; False when the label is no label after all."""
        nesting = block.level + (block.kind == "paragraph" and block.level > 0)
        found = place(self.levels, label, nesting, self.after_colon(), self.witness)
        if found is None and self.root and self.root.style == "inserted" and not self.levels:
            found = Place(0, label.counts[0])
        if found is None:
            return False
        del self.levels[found.depth :]
        parent = self.holder()
        path, kind = self.cite(label, found.count, found.depth, parent)
        title = self.text[start:end] if block.kind == "heading" else ""
        if title:
            start = end = block.start
        heading = title or (self.root.heading if self.root else "")
        node = self.add(path, kind, start, end, parent, heading, label.text)
        self.levels.append(Level(found.count.style, found.count.value, node, nesting, node))
        return True

    def plain(self, block: Block) -> None:
        """An unnumbered paragraph: the text of what is open, or its next subparagraph."""
        self.close_points(block.level)
        if not self.levels and self.root is None:
            self.loose_text(block, "Paragraph" if self.zone == "body" else "Preamble", "paragraph")
            return
        root = self.root
        target = self.levels[-1].node if self.levels else (root.node if root else None)
        if target is None or (not self.levels and root and root.style in ("heading", "inserted", "part", "division")):
            assert root is not None
            root.paragraphs += 1
            path = f"{root.path}, paragraph {root.paragraphs}"
            root.holder = self.add(path, "paragraph", block.start, block.end, root.node, root.heading)
            return
        node = self.nodes[target]
        if not node.texts and not node.children:
            node.start, node.end, node.texts = block.start, block.end, 1
            return
        node.texts = max(node.texts, 1) + 1
        path = f"{node.path}, {ordinal(node.texts)} subparagraph"
        added = self.add(path, "subparagraph", block.start, block.end, target, node.heading)
        if self.levels:
            self.levels[-1].holder = added
        elif root:
            root.holder = added

    def close_points(self, nesting: int) -> None:
        """Close the lists that an unnumbered paragraph at this nesting ends; numbered paragraphs stay open."""
        while self.levels:
            level = self.levels[-1]
            numbered = level.paragraph and len(self.levels) == 1 and (not self.root or self.root.style != "heading")
            keeps = level.nesting and nesting and level.nesting <= nesting
            if self.zone == "recitals" and len(self.levels) == 1:
                return
            if numbered or keeps or (level.paragraph and level.nesting <= nesting):
                return
            self.levels.pop()

    def after_colon(self) -> bool:
        if not self.nodes:
            return False
        last = self.nodes[-1]
        return self.text[max(last.start, last.end - 3) : last.end].rstrip().endswith((":", "—", "–"))

    def holder(self) -> int | None:
        if self.levels:
            return self.levels[-1].holder
        return self.root.holder if self.root else None

    def cite(self, label: Label, count: Count, depth: int, parent: int | None) -> tuple[str, ProvisionKind]:
        """How the labelled text is cited under what holds it."""
        bare = label.name.strip("()")
        if depth == 0 and self.zone == "recitals":
            return f"Recital {bare}", "recital"
        style = self.root.style if self.root else ""
        base = self.nodes[parent].path if parent is not None else (self.root.path if self.root else "")
        if count.style[1] == "bullet":
            return (f"{base}, " if base else "") + f"{ordinal(count.value[0])} indent", "point"
        if count.style[1] == "decimal" and style not in ("annex", "part", "inserted"):
            return bare, "paragraph" if depth or style == "article" else "section"
        if not base:
            return bare, "section"
        holder = self.nodes[parent] if parent is not None else None
        if depth == 0 and style == "inserted":
            return f"{base}, inserted " + (
                f"paragraph {bare}" if count.style[0] == "." else f"point {label.name}"
            ), "point"
        if depth == 0 and style in ("annex", "part", "heading", "division"):
            if holder is not None and holder.kind == "subparagraph":
                return f"{base}, point {label.name if count.style[1] != 'number' else bare}", "point"
            return f"{base}, point {bare if count.style[1] in ('number', 'decimal') else label.name}", "point"
        if holder is not None and (holder.kind == "subparagraph" or holder.label == "—"):
            return f"{base}, point {label.name}", "point"
        number = depth == 0 and count.style == (".", "number")
        return base + label.name, "paragraph" if number or (depth == 0 and style == "section") else "point"

    # --- the rest --------------------------------------------------------------------------------------------------

    def quotation(self, first: int, after: int) -> None:
        """A passage quoted from another act stands under the point that introduces it, with its own numbering."""
        saved = self.root, self.levels, self.annex, self.zone
        parent = self.holder()
        base = self.nodes[parent].path if parent is not None else (self.root.path if self.root else "")
        title = self.root.heading if self.root else ""
        self.root, self.levels = Root("inserted", base, parent, parent, title), []
        for index in range(first, after):
            self.now = index
            block, heading = self.blocks[index], self.announced[index]
            if heading and heading.kind in ("article", "section", "annex"):
                word = heading.word.capitalize()
                path = f"{base}, inserted {word} {heading.number}".strip()
                node = self.add(path, "section", block.start, block.start, parent, "", f"{word} {heading.number}")
                rest = self.passage(block)[heading.rest :].strip()
                self.root = Root("article", path, node, node, rest, wants_title=not rest)
                self.levels = []
            elif block.kind == "table_row" and not self.layout_row(index):
                self.table_row(block)
            elif block.kind == "note":
                self.note(block)
            elif self.root.wants_title and self.title_paragraph(index):
                self.give_title(self.passage(block))
            elif block.kind == "heading":
                self.root.heading = self.passage(block)
            else:
                self.content(index)
        self.root, self.levels, self.annex, self.zone = saved

    def table_row(self, block: Block) -> None:
        if self.zone in ("front", "recitals") or self.root is None:
            name = "Preamble" if self.zone in ("front", "recitals") else "Table"
            self.loose_text(block, name, "preamble" if name == "Preamble" else "table_row")
            return
        self.root.wants_title = False
        if not self.after_colon():
            self.close_points(block.level)
        if block.table != self.root.table:
            self.root.table, self.root.tables = block.table, self.root.tables + 1
        parent = self.holder()
        base = self.nodes[parent].path if parent is not None else self.root.path
        path = f"{base}, table {self.root.tables}, row"
        self.loose[path] += 1
        self.add(f"{path} {self.loose[path]}", "table_row", block.start, block.end, parent, self.root.heading)

    def note(self, block: Block) -> None:
        labels, start = leading(self.text, block.start, block.end)
        numbered = bool(labels) and labels[0].text.startswith("(")
        if self.zone == "closing" and not numbered and block.kind != "note":
            self.loose_text(block, "Signature", "note")
        elif numbered:
            name = labels[0].name.strip("()")
            self.add(f"Note {name}", "note", start, block.end, None, "", labels[0].text)
        else:
            self.loose_text(block, "Note", "note")

    def loose_text(self, block: Block, name: str, kind: ProvisionKind) -> None:
        """Text that hangs on nothing: preamble, signature, and paragraphs before any heading."""
        self.loose[name] += 1
        path = (
            f"{name} {self.loose[name]}" if name in ("Paragraph", "Note") else f"{name}, paragraph {self.loose[name]}"
        )
        self.add(path, kind, block.start, block.end, None)

    def add(
        self,
        path: str,
        kind: ProvisionKind,
        start: int,
        end: int,
        parent: int | None,
        heading: str = "",
        label: str = "",
    ) -> int:
        if parent is not None:
            self.nodes[parent].children += 1
        self.nodes.append(Node(path, kind, start, end, parent, heading, label, int(end > start)))
        return len(self.nodes) - 1

    def witness(self, going_on: Count, starting: Count) -> bool | None:
        """Whether the next sibling label bears out a new list rather than the old one; None if neither comes."""
        for index in range(self.now + 1, min(len(self.blocks), self.now + WITNESS_BLOCKS)):
            if self.announced[index]:
                return None
            labels, _ = self.labelled[index]
            for count in labels[0].counts if labels else ():
                if count.style == starting.style and follows(count.value, starting.value):
                    return True
            for count in labels[0].counts if labels else ():
                if count.style == going_on.style and follows(count.value, going_on.value):
                    return False
        return None
