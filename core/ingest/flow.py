"""Text under assembly, for formats that are not text themselves: blocks with a blank line between them."""

import re

from core.types import Block, BlockKind

# Every kind of space, no-break and zero-width ones too, is one space to a reader; a newline is a soft line break.
SPACES = re.compile(r"[^\S\n]+|[\u200b\u2060\ufeff\u00ad]")
AROUND_BREAK = re.compile(r" ?\n[ \n]*")
LOOSE_END = re.compile(r"[;.,:’”'\")\]]{1,4}")


class Flow:
    """Collects blocks; `text` and `blocks` are what a ParsedFile wants."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.length = 0

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def add(self, kind: BlockKind, text: str, level: int = 0, table: int = 0, header: bool = False) -> bool:
        """Append a block; spaces are evened out. False if there was nothing but space."""
        text = tidy(text)
        if not text:
            return False
        if self.blocks and LOOSE_END.fullmatch(text) and self.blocks[-1].kind != "heading":
            self.extend(text)
            return True
        if self.blocks:
            self.parts.append("\n\n")
            self.length += 2
        self.parts.append(text)
        self.blocks.append(Block(self.length, self.length + len(text), kind, level, table, header))
        self.length += len(text)
        return True

    def extend(self, text: str) -> None:
        """Join the full stop or semicolon that stands after a nested list to the list's last words."""
        last = self.blocks[-1]
        self.parts.append(text)
        self.length += len(text)
        self.blocks[-1] = Block(last.start, last.end + len(text), last.kind, last.level, last.table, last.header)


def tidy(text: str) -> str:
    return AROUND_BREAK.sub("\n", SPACES.sub(" ", text.replace("\u00ad", ""))).strip()
