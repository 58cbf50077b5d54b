"""Passages that an act quotes from another: "the following article is inserted: ‘Article 5a …’"."""

import re
from collections.abc import Callable, Sequence

from core.types import Block

PAIRS = {"‘": "’", "“": "”", "„": "“", "«": "»", '"': '"', "'": "'"}
# Amended articles seldom run longer; a quotation mark that never closes must not swallow the act.
LONGEST_BLOCKS = 400
# "…’;" or "…’.": the end of the quotation and what the amending sentence adds.
END = {close: re.compile(rf"{re.escape(close)}[\s;.,:)\]]*(?:and|or)?[\s;,.]*$") for close in set(PAIRS.values())}
LEAD_IN = re.compile(r"(?::|\b(?:added|inserted|replaced|substituted|follows|following))\s*$", re.IGNORECASE)


def opens(text: str, blocks: Sequence[Block], index: int) -> bool:
    """Whether the block starts with a quotation mark, right after words that announce a quotation."""
    block = blocks[index]
    if index == 0 or block.kind == "note" or text[block.start : block.start + 1] not in PAIRS:
        return False
    before = blocks[index - 1]
    return bool(LEAD_IN.search(text, max(before.start, before.end - 40), before.end))


def closes(text: str, block: Block, opener: str, first: bool) -> bool:
    """Whether the block ends the quotation that `opener` began."""
    closer = PAIRS[opener]
    start = block.start + first
    if not END[closer].search(text, max(start, block.end - 12), block.end):
        return False
    passage = text[start : block.end]
    if opener == closer:
        return passage.count(closer) % 2 == 1
    # Apostrophes stand between letters and close nothing.
    return len(re.findall(rf"{closer}(?!\w)", passage)) > passage.count(opener)


def containment(block: Block) -> int:
    """How many list items of the file hold the block; 0 also where that is not known."""
    if block.kind in ("heading", "table_row"):
        return 0
    return block.level - (block.kind == "item" and block.level > 0)


def after(
    text: str, blocks: Sequence[Block], index: int, own_article: Callable[[int], bool], resumes: Callable[[int], bool]
) -> int:
    """The block after the quotation that starts at `index`.

    Where its closing mark is lost, it ends where the file's nesting, the act's next article (`own_article`), the
    next quotation, or the amending list (`resumes`) says so.
    """
    opener, depth = text[blocks[index].start], containment(blocks[index])
    resumed = None
    for at in range(index, min(len(blocks), index + LONGEST_BLOCKS)):
        block = blocks[at]
        if at > index:
            if own_article(at):
                return resumed or at
            if depth and block.kind in ("paragraph", "item") and containment(block) < depth:
                return at
            if text.startswith(opener, block.start) and opens(text, blocks, at):
                return resumed or max(at - 1, index + 1)  # onwards even where quotation follows quotation
            if resumed is None and resumes(at):
                resumed = at
        if closes(text, block, opener, at == index):
            return at + 1
    return resumed or index + 1
