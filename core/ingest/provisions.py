"""Blocks → the provisions a lawyer would cite.

One pass over the blocks. Every paragraph, item, table row and note lands in exactly one provision, in text order;
headings name what follows them.
"""

import re
from collections.abc import Sequence

from core.ingest import quoted
from core.ingest.citing import cite, manner
from core.ingest.headings import (
    CONTENTS_LINE,
    LONGEST_HEADING,
    SENTENCE_END,
    Heading,
    Turn,
    announcement,
    is_title,
    turn,
)
from core.ingest.labels import Count, Label, Value, counts, first, follows, leading
from core.ingest.outline import Level, Place, continued, place
from core.ingest.tree import Root, Tree, finished, ordinal
from core.types import Block, ParsedFile, Provision, ProvisionKind

WITNESS_BLOCKS = 60
CONJUNCTION = re.compile(r"(?:and|or|and/or)[,;:]?", re.IGNORECASE)
# "(b) Separation. (1) You must …": United States sections name a paragraph before its first subparagraph.
NAMED_CHAIN = re.compile(r"[A-Z][^.()]{1,80}\.\s+(?=\((?:1|i|a|A)\)\s)")
LONGEST_TITLE = 200
BULLET = Label("", "•", (Count(("", "bullet"), (1,)),))


def provisions(parsed: ParsedFile, document_id: str, lineage: str) -> tuple[Provision, ...]:
    """The provisions of a parsed file in text order, with unique paths and spans that do not overlap."""
    walk = Walk(parsed)
    walk.run()
    return finished(walk.tree, parsed, document_id, lineage)


class Walk:
    """The walk over the blocks.

    `zone` is the part of an act: front, recitals, body, closing or notes. `levels` are the lists open under `root`;
    `chain` the headings above it, outermost first, with their depth.
    """

    def __init__(self, parsed: ParsedFile) -> None:
        self.text = parsed.text
        self.blocks: Sequence[Block] = [block for block in parsed.blocks if block.end > block.start]
        self.announced = [announcement(self.text, block) for block in self.blocks]
        self.labelled = [leading(self.text, b.start, b.end, heading=b.kind == "heading") for b in self.blocks]
        self.manner = manner(parsed, self.blocks, self.labelled, self.announced)
        self.tree = Tree()
        self.levels: list[Level] = []
        self.closed: list[Level] = []
        self.root: Root | None = None
        self.annex: Root | None = None
        self.chain: list[tuple[int, str, int | None]] = []
        self.zone = "body"
        self.article: Value = (0,)
        self.now = 0

    def run(self) -> None:
        if self.preamble():
            self.zone = "front"
        while self.now < len(self.blocks):
            if self.zone == "body" and self.root and quoted.opens(self.text, self.blocks, self.now):
                after = quoted.after(self.text, self.blocks, self.now, self.own_article, self.resumes)
                self.quotation(after)
            else:
                self.block()
                self.now += 1

    def preamble(self) -> bool:
        """Whether the document opens with a title and recitals rather than with its provisions."""
        turns = {
            turn(self.passage(block)[:LONGEST_HEADING]) for block in self.blocks[: max(400, len(self.blocks) // 2)]
        }
        self.enacted = "enacting" in turns
        articles = [index for index, heading in enumerate(self.announced) if heading and heading.kind == "article"]
        self.has_articles = bool(articles)
        early = bool(articles) and articles[0] * 5 <= len(self.blocks) * 2
        return early or bool(turns & {"recitals", "enacting"} and articles)

    def passage(self, block: Block) -> str:
        return self.text[block.start : block.end]

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

    # --- one block -------------------------------------------------------------------------------------------------

    def block(self) -> None:
        block, heading = self.blocks[self.now], self.announced[self.now]
        turned = turn(self.text[block.start : min(block.end, block.start + LONGEST_HEADING)])
        if block.kind == "note":
            self.note(block)
        elif block.kind == "table_row" and not self.layout_row():
            self.table_row(block)
        elif turned and self.turns(turned, block):
            return
        elif heading and not heading.quoted:
            self.open_root(block, heading)
        elif block.kind == "heading" and block.end - block.start < LONGEST_HEADING:
            self.heading(block)
        elif CONTENTS_LINE.search(self.text, max(block.start, block.end - 40), block.end):
            self.loose_text(block, "Contents", "preamble")
        elif self.title_paragraph(block):
            self.give_title(self.passage(block))
        else:
            self.content(block)

    def turns(self, turned: Turn, block: Block) -> bool:
        """Move to another part of the act where the mark stands where it can; say whether the block is used up."""
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
        if turned == "signature" and self.zone in ("body", "closing") and block.end - block.start < LONGEST_HEADING:
            self.enter("closing", None)
            self.loose_text(block, "Signature", "note")
            return True
        if turned == "notes" and block.kind == "heading" and self.now + 1 < len(self.blocks):
            labels, _ = self.labelled[self.now + 1]
            if self.blocks[self.now + 1].kind == "note" or (labels and labels[0].text.startswith("(")):
                self.enter("notes", None)
                return True
        return False

    def enter(self, zone: str, root: Root | None) -> None:
        self.zone, self.root, self.levels, self.closed = zone, root, [], []

    def layout_row(self) -> bool:
        """A two-column row with a label in the first column is a list item in a table's clothes."""
        block, (labels, content) = self.blocks[self.now], self.labelled[self.now]
        if not labels or labels[0].bullet or block.header:
            return False
        return "|" in self.text[block.start : content] and "|" not in self.text[content : block.end]

    # --- what is cited first ---------------------------------------------------------------------------------------

    def open_root(self, block: Block, heading: Heading) -> None:
        """An announced article, section, annex or division."""
        passage = self.passage(block)
        title, rest = passage[heading.rest :].strip(" \n—–:.|*"), block.end
        ends = SENTENCE_END.search(passage) or len(passage) > LONGEST_TITLE
        if block.kind != "heading" and ends and not is_title(title):
            title, rest = "", block.start + heading.rest  # the text goes on behind the number
        kind = heading.kind
        if kind == "section" and self.has_articles and "." not in heading.number and heading.word != "§":
            kind = "division"
        if kind == "division":
            self.open_division(block, heading.path, title)
            return
        node_kind: ProvisionKind = "section" if kind == "section" else kind
        if kind == "article":
            self.article = next((count.value for count in counts(heading.number, ".")), self.article)
        above = self.above(heading.number) if kind == "section" else None
        node = self.tree.add(heading.path, node_kind, block.start, block.start, above, title, heading.path)
        root = Root(kind, heading.path, node, node, title, wants_title=not title and rest == block.end)
        self.annex = root if kind == "annex" else None
        self.chain = [(block.level or 1, heading.path, node)]
        self.enter("body", root)
        if rest < block.end:
            self.plain(Block(rest, block.end, "paragraph"))

    def open_division(self, block: Block, path: str, title: str) -> None:
        """A chapter or part: it groups articles and is no provision; in an annex it is cited."""
        inside = self.annex and self.zone == "body"
        if inside and self.annex:
            path = f"{self.annex.path}, {path}"
            node = self.tree.add(path, "section", block.start, block.start, self.annex.node, title, path)
            self.enter("body", Root("part", path, node, node, title, wants_title=not title))
            return
        self.chain = []
        self.enter("body", Root("division", path, None, None, title, wants_title=not title))

    def title_paragraph(self, block: Block) -> bool:
        """Whether a plain paragraph right under an untitled article heading is its title."""
        if not (self.root and self.root.wants_title) or self.root.style not in ("article", "section", "annex"):
            return False
        labels, _ = self.labelled[self.now]
        passage = self.passage(block)
        if labels or block.kind != "paragraph" or len(passage) > LONGEST_TITLE or SENTENCE_END.search(passage):
            return False
        return self.now + 1 < len(self.blocks) and not self.announced[self.now + 1]

    def give_title(self, title: str) -> None:
        assert self.root is not None
        self.root.heading, self.root.wants_title = " ".join(title.split()), False
        if self.root.node is not None:
            self.tree.nodes[self.root.node].heading = self.root.heading

    def heading(self, block: Block) -> None:
        """A heading without a known word: a title, a numbered section, or a place of its own."""
        if self.zone in ("front", "recitals", "notes") or (self.zone == "closing" and self.enacted):
            return
        if self.root and self.root.wants_title:
            self.give_title(self.passage(block))
            return
        labels, content = self.labelled[self.now]
        numbered = bool(labels) and content < block.end and labels[0].counts[0].style[1] in ("number", "decimal")
        if numbered and not (self.root and self.root.style in ("article", "annex", "part", "inserted")):
            self.open_numbered(block, labels[0], self.text[content : block.end])
            return
        if labels and content < block.end and not labels[0].bullet and self.root and self.root.style != "heading":
            self.content(block)
            return
        self.open_named(block, " ".join(self.passage(block).split()))

    def open_numbered(self, block: Block, label: Label, title: str) -> None:
        """A numbered heading: "4. Incident response", "4.2 Reports"."""
        self.leave(block.level)
        bare = label.name.strip("()")
        if self.manner.running or label.counts[0].style[1] == "decimal" or not self.chain:
            path, above = self.manner.cited(bare), self.above(bare)
        else:
            path, above = f"{self.chain[-1][1]}, point {bare}", self.chain[-1][2]
        heading = " ".join(title.split())
        node = self.tree.add(path, "section", block.start, block.start, above, heading, label.text)
        self.chain.append((max(block.level, 1), path, node))
        self.enter("body", Root("section", path, node, node, heading))

    def open_named(self, block: Block, name: str) -> None:
        """A heading without a number; the document's own title is not part of the paths below it."""
        self.leave(block.level)
        above = self.chain[-1] if self.chain else None
        titled = bool(self.chain) and len(self.chain) == 1 and self.is_title(self.chain[0])
        path = name if above is None or titled else f"{above[1]}, {name}"
        if self.annex and not self.chain:
            path = f"{self.annex.path}, {name}"
        node = self.tree.add(path, "section", block.start, block.start, above[2] if above else None, name, name)
        self.chain.append((max(block.level, 1), path, node))
        style = "part" if self.annex else "heading"
        self.enter("body", Root(style, path, node, node, name))

    def leave(self, level: int) -> None:
        """Close the headings at this depth and below; an annex stays open above the headings in it."""
        while self.chain and self.chain[-1][0] >= max(level, 1):
            if self.annex and self.chain[-1][2] == self.annex.node:
                return
            self.chain.pop()

    def is_title(self, step: tuple[int, str, int | None]) -> bool:
        """Whether a heading is the document's title: the first block, and the only heading at its depth."""
        first = next((block for block in self.blocks if block.kind == "heading"), None)
        if (
            first is None
            or step[2] is None
            or self.tree.nodes[step[2]].heading != " ".join(self.passage(first).split())
        ):
            return False
        return sum(block.kind == "heading" and block.level <= first.level for block in self.blocks) == 1

    def above(self, number: str) -> int | None:
        """The node of the section that a number belongs to: "4" for "4.2", else the heading it stands under."""
        prefix = number.rpartition(".")[0]
        while prefix:
            for _, path, node in reversed(self.chain):
                if path == self.manner.cited(prefix):
                    return node
            prefix = prefix.rpartition(".")[0]
        return self.chain[-1][2] if self.chain else None

    # --- text ------------------------------------------------------------------------------------------------------

    def content(self, block: Block) -> None:
        """A paragraph, item or labelled heading: each label in front of it takes its place, the words the last one."""
        if self.zone in ("closing", "notes"):
            self.note(block)
            return
        if self.zone == "front":
            self.loose_text(block, "Preamble", "preamble")
            return
        if self.root:
            self.root.wants_title = False
        labels, start = self.labelled[self.now]
        if not labels and self.joins(block):
            return
        if block.kind == "item" and not labels:
            labels, start = (BULLET,), block.start
        for step, label in enumerate(labels[:-1]):
            if not self.put(label, block, block.start, block.start):
                self.plain(block if step == 0 else Block(start, block.end, "paragraph", block.level))
                return
        if labels:
            self.worded(labels[-1], block, start, chained=len(labels) > 1)
        else:
            self.plain(block)

    def joins(self, block: Block) -> bool:
        """Whether the block is an "and" on a line of its own, which belongs to the point before it."""
        last = self.tree.nodes[-1] if self.tree.nodes else None
        if last is None or last.kind != "point" or not last.texts or not self.levels:
            return False
        if not CONJUNCTION.fullmatch(self.text, block.start, block.end):
            return False
        last.end = block.end
        return True

    def worded(self, label: Label, block: Block, start: int, chained: bool) -> None:
        """The label that the words follow; a name between it and a further label ends its own words."""
        name = NAMED_CHAIN.match(self.text, start, block.end)
        end = start + len(name[0].rstrip()) if name else block.end
        if not self.put(label, block, start, end):
            self.plain(Block(start, block.end, "paragraph", block.level) if chained else block)
        elif name:
            inner, after = leading(self.text, name.end(), block.end)
            self.put(inner[0], block, after, block.end)

    def put(self, label: Label, block: Block, start: int, end: int) -> bool:
        """Give a labelled text its place in the open lists; False when the label is no label after all."""
        nesting = block.level + (block.kind == "paragraph" and block.level > 0) if block.kind != "heading" else 0
        self.reopen(label, nesting)
        found = place(self.levels, label, nesting, self.after_colon(), self.witness)
        if found is None and self.plausible(label, block, start):
            found = Place(0, label.counts[0])
        if found is None:
            return False
        parent = self.sibling_parent(found)
        if label.counts[0].style[1] == "decimal" and not self.levels:
            parent = self.above(label.name) if self.chain else parent
        if self.zone == "recitals" and found.depth == 0:
            path, kind = recital(label)
        else:
            holder = None if parent is None else self.tree.nodes[parent]
            path, kind = cite(label, found.count, found.depth, holder, self.root, self.manner)
        title = self.text[start:end] if block.kind == "heading" else ""
        if title:
            start = end = block.start
        node = self.tree.add(path, kind, start, end, parent, title or self.inherited(), label.text)
        self.levels.append(Level(found.count.style, found.count.value, node, nesting, node))
        return True

    def sibling_parent(self, found: Place) -> int | None:
        """Close what ends where the label stands, and say which node holds its list: its siblings' one, if any."""
        before = self.levels[found.depth] if found.depth < len(self.levels) else None
        del self.levels[found.depth :]
        if before and before.style == found.count.style and not first(found.count.value):
            return self.tree.nodes[before.node].parent
        return self.holder()

    def reopen(self, label: Label, nesting: int) -> None:
        """Open again the list that words in between had closed: "(b) …, or which in any case …; (c) …"."""
        if any(first(count.value) for count in label.counts):
            return
        if any(continued(self.levels, count, nesting) for count in label.counts):
            return
        for count in label.counts:
            found = continued(self.closed, count, nesting)
            if found and self.closed[: found.depth] == self.levels[: found.depth]:
                self.levels = self.closed[: found.depth + 1]
                return

    def plausible(self, label: Label, block: Block, start: int) -> bool:
        """Whether a number that continues nothing may still open a list: "5. The …" in an excerpt or a quotation."""
        if self.root and self.root.style == "inserted":
            return not self.levels
        running = self.root is None or self.root.style in ("heading", "division", "part", "annex")
        return running and not self.levels and (block.kind == "item" or self.text[start : start + 1].isupper())

    def inherited(self) -> str:
        return self.root.heading if self.root else ""

    def plain(self, block: Block) -> None:
        """An unnumbered paragraph: the text of what is open, or its next subparagraph."""
        self.close_points(block.level)
        root = self.root
        if not self.levels and root is None:
            self.loose_text(block, "Paragraph" if self.zone == "body" else "Preamble", "paragraph")
            return
        target = self.levels[-1].node if self.levels else (root.node if root else None)
        if root and not self.levels and (target is None or root.style in ("heading", "inserted")):
            root.paragraphs += 1
            path = f"{root.path}, paragraph {root.paragraphs}"
            if root.style == "inserted":
                path = f"{root.path}, inserted text" + (f" {root.paragraphs}" if root.paragraphs > 1 else "")
            root.holder = self.tree.add(path, "paragraph", block.start, block.end, root.node, root.heading)
            return
        assert target is not None
        node = self.tree.nodes[target]
        if not node.texts and not node.children and target == len(self.tree.nodes) - 1:
            node.start, node.end, node.texts = block.start, block.end, 1
            return
        node.texts = max(node.texts, 1) + 1
        path = f"{node.path}, {ordinal(node.texts)} subparagraph"
        added = self.tree.add(path, "subparagraph", block.start, block.end, target, node.heading)
        if self.levels:
            self.levels[-1].holder = added
        elif root:
            root.holder = added

    def close_points(self, nesting: int) -> None:
        """Close the lists that an unnumbered paragraph at this nesting ends; numbered paragraphs stay open."""
        before = list(self.levels)
        while self.levels:
            level = self.levels[-1]
            outermost = len(self.levels) == 1
            if outermost and self.zone == "recitals":
                return
            if level.paragraph and (
                level.nesting <= nesting or (outermost and self.root and self.root.style == "article")
            ):
                return
            if level.nesting and nesting and level.nesting <= nesting:
                return
            self.levels.pop()
            self.closed = before

    def after_colon(self) -> bool:
        if not self.tree.nodes:
            return False
        last = self.tree.nodes[-1]
        return self.text[max(last.start, last.end - 3) : last.end].rstrip().endswith((":", "—", "–"))

    def holder(self) -> int | None:
        if self.levels:
            return self.levels[-1].holder
        return self.root.holder if self.root else None

    def witness(self, going_on: Count, starting: Count) -> bool | None:
        """Whether the next sibling label bears out a new list rather than the old one; None if neither comes."""
        for index in range(self.now + 1, min(len(self.blocks), self.now + WITNESS_BLOCKS)):
            if self.announced[index]:
                return None
            labels, _ = self.labelled[index]
            for wanted, answer in ((starting, True), (going_on, False)):
                for count in labels[0].counts if labels else ():
                    if count.style == wanted.style and follows(count.value, wanted.value):
                        return answer
        return None

    # --- the rest --------------------------------------------------------------------------------------------------

    def quotation(self, after: int) -> None:
        """A passage quoted from another act stands under the point that introduces it, with its own numbering."""
        saved = self.root, self.levels, self.annex, self.zone, self.chain
        parent = self.holder()
        base = self.tree.path(parent) or (self.root.path if self.root else "")
        self.root, self.levels, self.annex, self.chain = (
            Root("inserted", base, parent, parent, self.inherited()),
            [],
            None,
            [],
        )
        while self.now < after:
            self.quoted_block(base, parent)
            self.now += 1
        self.root, self.levels, self.annex, self.zone, self.chain = saved

    def quoted_block(self, base: str, parent: int | None) -> None:
        block, heading = self.blocks[self.now], self.announced[self.now]
        assert self.root is not None
        if heading and heading.kind != "division":
            path = f"{base}, inserted {heading.path}"
            title = self.passage(block)[heading.rest :].strip(" \n—–:.|*")
            node = self.tree.add(path, "section", block.start, block.start, parent, title, heading.path)
            self.root = Root("article", path, node, node, title, wants_title=not title)
            self.levels = []
        elif block.kind == "table_row" and not self.layout_row():
            self.table_row(block)
        elif block.kind == "note":
            self.note(block)
        elif self.title_paragraph(block) or block.kind == "heading":
            self.give_title(self.passage(block))
        else:
            self.content(block)

    def table_row(self, block: Block) -> None:
        if self.zone in ("front", "recitals") or self.root is None:
            front = self.zone in ("front", "recitals")
            self.loose_text(block, "Preamble" if front else "Table", "preamble" if front else "table_row")
            return
        self.root.wants_title = False
        if not self.after_colon():
            self.close_points(block.level)
        if block.table != self.root.table:
            self.root.table, self.root.tables = block.table, self.root.tables + 1
        parent = self.holder()
        path = f"{self.tree.path(parent) or self.root.path}, table {self.root.tables}, row"
        path = f"{path} {self.tree.count(path)}"
        self.tree.add(path, "table_row", block.start, block.end, parent, self.root.heading)

    def note(self, block: Block) -> None:
        labels, start = leading(self.text, block.start, block.end)
        numbered = bool(labels) and labels[0].text.startswith("(")
        if self.zone == "closing" and not numbered and block.kind != "note":
            self.loose_text(block, "Signature", "note")
        elif numbered:
            name = labels[0].name.strip("()")
            self.tree.add(f"Note {name}", "note", start, block.end, None, "", labels[0].text)
        else:
            self.loose_text(block, "Note", "note")

    def loose_text(self, block: Block, name: str, kind: ProvisionKind) -> None:
        """Text that hangs on nothing: preamble, signature, and paragraphs before any heading."""
        number = self.tree.count(name)
        path = f"{name} {number}" if name in ("Paragraph", "Note") else f"{name}, paragraph {number}"
        self.tree.add(path, kind, block.start, block.end, None)


def recital(label: Label) -> tuple[str, ProvisionKind]:
    return f"Recital {label.name.strip('()')}", "recital"
