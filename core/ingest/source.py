"""A parsed file as the builder of provisions sees it: blocks with the labels and headings that they open with."""

from collections.abc import Sequence

from core.ingest.citing import manner
from core.ingest.headings import LONGEST_HEADING, Heading, announcement, turn
from core.ingest.labels import Count, Label, follows, leading
from core.types import Block, ParsedFile

WITNESS_BLOCKS = 60
TURN_BLOCKS = 400
NUMBERED = ((".", "number"), ("", "decimal"))


class Source:
    """Read only. `announced` and `labelled` go with `blocks`, one for one."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.text = parsed.text
        self.blocks: Sequence[Block] = [block for block in parsed.blocks if block.end > block.start]
        self.announced: list[Heading | None] = [announcement(self.text, block) for block in self.blocks]
        self.labelled: list[tuple[tuple[Label, ...], int]] = [
            leading(self.text, block.start, block.end, heading=block.kind == "heading") for block in self.blocks
        ]
        self.manner = manner(parsed, self.blocks, self.labelled, self.announced)
        articles = [index for index, heading in enumerate(self.announced) if heading and heading.kind == "article"]
        searched = self.blocks[: max(TURN_BLOCKS, len(self.blocks) // 2)]
        turns = {turn(self.opening(block)) for block in searched}
        self.has_articles = bool(articles)
        self.enacted = "enacting" in turns and bool(articles)
        early = bool(articles) and articles[0] * 5 <= len(self.blocks) * 2
        # A preamble is what stands before the first article, if that is not a late quotation.
        self.has_preamble = early or (bool(articles) and bool(turns & {"recitals", "enacting"}))
        headings = [block for block in self.blocks if block.kind == "heading"]
        top = [block for block in headings if block.level <= headings[0].level]
        # The document's own title is the first heading and the only one at its depth.
        self.title = " ".join(self.passage(headings[0]).split()) if len(top) == 1 else ""

    def passage(self, block: Block) -> str:
        return self.text[block.start : block.end]

    def opening(self, block: Block) -> str:
        return self.text[block.start : min(block.end, block.start + LONGEST_HEADING)]

    def labels_after(self, index: int) -> tuple[Label, ...]:
        """The labels of the block that follows."""
        return self.labelled[index + 1][0] if index + 1 < len(self.labelled) else ()

    def layout_row(self, index: int) -> bool:
        """A two-column row with a label in the first column is a list item in a table's clothes."""
        block, (labels, content) = self.blocks[index], self.labelled[index]
        if not labels or labels[0].bullet or block.header:
            return False
        return "|" in self.text[block.start : content] and "|" not in self.text[content : block.end]

    def witness(self, index: int, going_on: Count, starting: Count) -> bool | None:
        """Whether the next sibling label after `index` bears out a new list, not the old one; None if neither comes."""
        for after in range(index + 1, min(len(self.blocks), index + WITNESS_BLOCKS)):
            labels, _ = self.labelled[after]
            # The next numbered paragraph ends both lists: "(ii)" behind it says nothing of "(i)" before it.
            if self.announced[after] or (labels and labels[0].counts[0].style in NUMBERED):
                return None
            for wanted, answer in ((starting, True), (going_on, False)):
                for count in labels[0].counts if labels else ():
                    if count.style == wanted.style and follows(count.value, wanted.value):
                        return answer
        return None
