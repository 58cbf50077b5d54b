"""Blocks → the provisions a lawyer would cite.

One pass over the blocks. Every paragraph, item, table row and note lands in exactly one provision, in text order;
headings name what follows them.
"""

import re

from core.ingest import quoted
from core.ingest.headings import (
    ALWAYS_NUMBERED,
    CONTENTS_LINE,
    LONGEST_HEADING,
    SENTENCE_END,
    Heading,
    Turn,
    is_title,
    turn,
)
from core.ingest.labels import Label, Value, counts, first, follows
from core.ingest.scribe import Scribe
from core.ingest.source import Source
from core.ingest.tree import Root, finished
from core.types import Block, ParsedFile, Provision

LONGEST_TITLE = 200
ACTS = ("article", "annex", "part", "inserted")
# "BETWEEN", "AND": set large between the names of parties, and no headings.
CONNECTING = re.compile(r"(?:by and )?between|and|or|to|with", re.IGNORECASE)
AROUND_TITLE = " \n—–:.|*"


def provisions(parsed: ParsedFile, document_id: str, lineage: str) -> tuple[Provision, ...]:
    """The provisions of a parsed file in text order, with unique paths and spans that do not overlap."""
    walk = Walk(Source(parsed))
    walk.run()
    return finished(walk.scribe.tree, parsed, document_id, lineage)


class Walk:
    """The walk over the blocks. `zone` is the part of an act: front, recitals, body, closing or notes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.scribe = Scribe(source)
        self.chain = self.scribe.chain
        self.annex: Root | None = None
        self.zone = "front" if source.has_preamble else "body"
        self.article: Value = (0,)
        self.number: Value = (0,)
        self.now = 0

    def run(self) -> None:
        source = self.source
        while self.now < len(source.blocks):
            if self.zone == "body" and self.scribe.root and quoted.opens(source.text, source.blocks, self.now):
                self.quotation(quoted.after(source.text, source.blocks, self.now, self.own_article, self.resumes))
            else:
                self.block()
                self.now += 1

    def own_article(self, index: int) -> bool:
        """Whether the block announces the article that this act must come to next."""
        heading = self.source.announced[index]
        if heading is None or heading.quoted or heading.kind != "article":
            return False
        return any(follows(count.value, self.article) for count in counts(heading.number, "."))

    def resumes(self, index: int) -> bool:
        """Whether the block's label continues one of the lists that were open before a quotation."""
        labels, _ = self.source.labelled[index]
        return bool(labels) and self.scribe.lists.expects(labels[0])

    # --- one block -------------------------------------------------------------------------------------------------

    def block(self) -> None:
        source, scribe = self.source, self.scribe
        block, heading = source.blocks[self.now], source.announced[self.now]
        turned = turn(source.opening(block))
        if block.kind == "note":
            scribe.note(block)
        elif block.kind == "table_row" and not source.layout_row(self.now):
            self.row(block)
        elif turned and self.turns(turned, block):
            return
        elif heading and self.opens(block, heading):
            self.open_announced(block, heading)
        elif block.kind == "heading" and block.end - block.start < LONGEST_HEADING:
            self.heading(block)
        elif CONTENTS_LINE.search(source.text, max(block.start, block.end - 40), block.end):
            scribe.loose(block, "Contents", "preamble")
        elif self.title_paragraph(block):
            self.give_title(source.passage(block))
        else:
            self.words(block)

    def words(self, block: Block) -> None:
        if self.zone in ("closing", "notes"):
            self.scribe.note(block, signed=self.zone == "closing")
        elif self.zone == "front":
            self.scribe.loose(block, "Preamble", "preamble")
        else:
            self.scribe.write(self.now)

    def row(self, block: Block) -> None:
        if self.zone == "front":
            self.scribe.loose(block, "Preamble", "preamble")
        else:
            self.scribe.row(block)

    def turns(self, turned: Turn, block: Block) -> bool:
        """Move to another part of the act where the mark stands where it can; say whether the block is used up."""
        if turned == "recitals" and (self.zone == "front" or (self.zone == "body" and self.recitals_follow())):
            self.enter("recitals", Root("recitals", "", None, None))
        elif turned in ("enacting", "agreeing") and self.zone in ("front", "recitals"):
            self.scribe.loose(block, "Preamble", "preamble")
            self.enter("body", None)
        elif turned == "formula" and self.zone == "body" and self.scribe.style == "article":
            self.scribe.loose(block, "Final formula", "section")
            self.enter("closing", None)
        elif turned == "signature" and self.zone in ("body", "closing") and block.end - block.start < LONGEST_HEADING:
            self.enter("closing", None)
            self.chain.steps.clear()
            self.scribe.loose(block, "Signature", "note")
        elif turned == "notes" and block.kind == "heading" and self.notes_follow():
            self.enter("notes", None)
        else:
            return False
        return True

    def recitals_follow(self) -> bool:
        """Whether a contract's "WHEREAS:" comes before anything numbered and a first recital, "(A)", comes after it."""
        labels = self.source.labels_after(self.now)
        starts = bool(labels) and any(first(count.value) for count in labels[0].counts)
        return starts and self.scribe.style in ("", "heading")

    def notes_follow(self) -> bool:
        labels = self.source.labels_after(self.now)
        blocks = self.source.blocks[self.now + 1 : self.now + 2]
        return bool(blocks) and (blocks[0].kind == "note" or (bool(labels) and labels[0].text.startswith("(")))

    def enter(self, zone: str, root: Root | None) -> None:
        self.zone = zone
        self.scribe.enter(root)

    # --- what is cited first ---------------------------------------------------------------------------------------

    def opens(self, block: Block, heading: Heading) -> bool:
        """Whether an announced heading opens something of this document's own."""
        _, rest = self.title(block, heading)
        filed = heading.word.lower() in ALWAYS_NUMBERED and not self.scribe.tree.nodes
        return not heading.quoted and not filed and (rest == block.end or not self.divides(heading))

    def divides(self, heading: Heading) -> bool:
        """A chapter; in an act with articles a "Section 1" too, but not a "Section 4.1"."""
        plain = heading.kind == "section" and "." not in heading.number and heading.word != "§"
        return heading.kind == "division" or (plain and self.source.has_articles)

    def title(self, block: Block, heading: Heading) -> tuple[str, int]:
        """The title behind the number, and where the block's own words start if they go on behind it."""
        passage = self.source.passage(block)
        title = passage[heading.rest :].strip(AROUND_TITLE)
        ends = SENTENCE_END.search(passage) or len(passage) > LONGEST_TITLE
        if block.kind != "heading" and ends and not is_title(title):
            return "", block.start + heading.rest
        return title, block.end

    def open_announced(self, block: Block, heading: Heading) -> None:
        """An article, section, annex or division."""
        title, rest = self.title(block, heading)
        if self.divides(heading):
            self.open_division(block, heading.path, title)
            return
        kind = "section" if heading.kind == "division" else heading.kind
        if kind == "article":
            self.article = next((count.value for count in counts(heading.number, ".")), self.article)
        above = self.chain.above(heading.number) if kind == "section" else None
        node = self.scribe.tree.add(heading.path, kind, block.start, block.start, above, title, heading.path)
        root = Root(kind, heading.path, node, node, title, wants_title=not title and rest == block.end)
        self.annex = root if kind == "annex" else None
        self.chain.annex = node if kind == "annex" else None
        self.chain.steps.clear()
        self.chain.add(block.level, heading.path, node)
        self.enter("body", root)
        if rest < block.end:
            self.scribe.plain(Block(rest, block.end, "paragraph"))

    def open_division(self, block: Block, path: str, title: str) -> None:
        """A chapter or part: it groups articles and is no provision; in an annex it is cited."""
        if self.annex and self.zone == "body":
            path = f"{self.annex.path}, {path}"
            node = self.scribe.tree.add(path, "section", block.start, block.start, self.annex.node, title, path)
            self.enter("body", Root("part", path, node, node, title, wants_title=not title))
            return
        self.chain.steps.clear()
        self.enter("body", Root("division", path, None, None, title, wants_title=not title))

    def title_paragraph(self, block: Block) -> bool:
        """Whether a plain paragraph right under an untitled article heading is its title."""
        root = self.scribe.root
        if root is None or not root.wants_title or root.style not in ("article", "section", "annex"):
            return False
        labels, _ = self.source.labelled[self.now]
        passage = self.source.passage(block)
        if labels or block.kind != "paragraph" or len(passage) > LONGEST_TITLE or SENTENCE_END.search(passage):
            return False
        return self.now + 1 < len(self.source.blocks) and not self.source.announced[self.now + 1]

    def give_title(self, title: str) -> None:
        root = self.scribe.root
        assert root is not None
        root.heading, root.wants_title = " ".join(title.split()), False
        if root.node is not None:
            self.scribe.tree.nodes[root.node].heading = root.heading

    def heading(self, block: Block) -> None:
        """A heading without a known word: a title, a numbered section, or a place of its own."""
        acted = self.zone == "recitals" and self.source.has_articles
        if acted or self.zone in ("front", "notes") or (self.zone == "closing" and self.source.enacted):
            return
        if CONNECTING.fullmatch(self.source.passage(block)):
            self.words(block)
            return
        root = self.scribe.root
        if root and root.wants_title:
            self.give_title(self.source.passage(block))
            return
        labels, content = self.source.labelled[self.now]
        titled = bool(labels) and content < block.end and not labels[0].bullet
        numbered = titled and labels[0].counts[0].style[1] in ("number", "decimal")
        if numbered and self.next_number(labels[0]) and self.scribe.style not in ACTS:
            self.open_numbered(block, labels[0], self.source.text[content : block.end])
        elif titled and root and root.style != "heading":
            self.scribe.write(self.now)
        else:
            self.open_named(block, " ".join(self.source.passage(block).split()))

    def next_number(self, label: Label) -> bool:
        """Whether a bare number counts headings: "4 Reports" after "3 …", not "12 CFR 1016" at the top."""
        value = label.counts[0].value
        bare = label.text.isdigit() and label.text not in self.source.manner.chapters
        opens = self.number == (0,) and self.source.manner.prefix == "Section "
        counts_on = not bare or first(value) or opens or follows(value, self.number)
        self.number = value if counts_on else self.number
        return counts_on

    def open_numbered(self, block: Block, label: Label, title: str) -> None:
        """A numbered heading: "4. Incident response", "4.2 Reports"."""
        self.chain.leave(block.level)
        bare, last = label.name.strip("()"), self.chain.last
        path, above = self.source.manner.cited(bare), self.chain.above(bare)
        if last and not self.source.manner.running and label.counts[0].style[1] != "decimal":
            path, above = f"{last.path}, point {bare}", last.node
        heading = " ".join(title.split())
        node = self.scribe.tree.add(path, "section", block.start, block.start, above, heading, label.text)
        self.chain.add(block.level, path, node)
        self.enter("body", Root("section", path, node, node, heading))

    def open_named(self, block: Block, name: str) -> None:
        """A heading without a number; the document's own title is not part of the paths below it."""
        self.chain.leave(block.level)
        last = self.chain.last
        path = name if last is None or last.path == self.source.title else f"{last.path}, {name}"
        if self.annex and last is None:
            path = f"{self.annex.path}, {name}"
        above = last.node if last else None
        node = self.scribe.tree.add(path, "section", block.start, block.start, above, name, name)
        self.chain.add(block.level, path, node)
        self.enter("body", Root("part" if self.annex else "heading", path, node, node, name))

    # --- passages of other acts --------------------------------------------------------------------------------------

    def quotation(self, after: int) -> None:
        """A passage quoted from another act stands under the point that introduces it, with its own numbering."""
        scribe = self.scribe
        saved = scribe.root, scribe.lists, self.annex, self.zone, self.chain.steps, self.chain.annex
        parent = scribe.holder()
        base = scribe.tree.path(parent) or (scribe.root.path if scribe.root else "")
        scribe.enter(Root("inserted", base, parent, parent, scribe.heading))
        self.annex, self.chain.steps, self.chain.annex = None, [], None
        while self.now < after:
            self.quoted_block(base, parent)
            self.now += 1
        scribe.root, scribe.lists, self.annex, self.zone, self.chain.steps, self.chain.annex = saved

    def quoted_block(self, base: str, parent: int | None) -> None:
        source, scribe = self.source, self.scribe
        block, heading = source.blocks[self.now], source.announced[self.now]
        if heading and heading.kind != "division":
            title, rest = self.title(block, heading)
            path = f"{base}, inserted {heading.path}"
            node = scribe.tree.add(path, "section", block.start, block.start, parent, title, heading.path)
            scribe.enter(Root("article", path, node, node, title, wants_title=not title and rest == block.end))
            if rest < block.end:
                scribe.plain(Block(rest, block.end, "paragraph"))
        elif block.kind == "table_row" and not source.layout_row(self.now):
            scribe.row(block)
        elif block.kind == "note":
            scribe.note(block)
        elif self.title_paragraph(block) or block.kind == "heading":
            self.give_title(source.passage(block))
        else:
            self.words(block)
