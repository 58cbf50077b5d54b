"""Markdown → blocks. The text is the file itself; a block's span leaves out the marks at its edges."""

import re

from core.ingest.plain import decode
from core.types import Block, BlockKind, ParsedFile

HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*?)(?:[ \t]+#+)?[ \t]*$")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
FENCE = re.compile(r" {0,3}(```+|~~~+)")
BULLET = re.compile(r"([ \t]{0,80})([-*+•])[ \t]{1,80}(?=\S)")
LABELLED = re.compile(r"([ \t]{0,80})[‘“\"']?(?:\(\w{1,6}\)|\d{1,3}[.)]|[a-zA-Z][.)])[ \t]{1,80}(?=\S)")
TABLE_ROW = re.compile(r"[ \t]*\|(.*?)\|?[ \t]*$")
TABLE_RULE = re.compile(
    r"[ \t]{0,9}\|?(?:[ \t]{0,9}:?-{1,300}:?[ \t]{0,9}\|){1,99}[ \t]{0,9}(?::?-{1,300}:?)?[ \t]{0,9}$"
)
FOOTNOTE = re.compile(r"[ \t]*\[\^([^\]]+)\]:[ \t]*")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
EDGE = re.compile(r"(\*\*\*|\*\*|\*|___|__|_|`+)(?=\S)")


def parse(data: bytes) -> ParsedFile:
    text, warnings = decode(data)
    hidden = tuple(match[0][4:-3].strip() for match in COMMENT.finditer(text))
    return ParsedFile("text/markdown", text, tuple(Lines(text).blocks()), hidden=hidden, warnings=warnings)


class Lines:
    """A walk over the lines; a block grows until a blank line or a line that opens another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Block] = []
        self.open: Block | None = None
        self.table = 0
        self.in_table = False

    def blocks(self) -> list[Block]:
        position = 0
        fence = ""
        for line in self.text.splitlines(keepends=True):
            bare = line.rstrip("\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029")
            mark = FENCE.match(bare)
            if mark:
                self.close()
                fence = "" if fence and bare.strip().startswith(fence) else fence or mark[1]
            elif fence and bare.strip():
                self.extend(position, bare, "paragraph", 0)
            else:
                self.line(position, bare)
            position += len(line)
        self.close()
        return self.found

    def line(self, position: int, bare: str) -> None:
        quote = QUOTE.match(bare)
        if quote:
            position, bare = position + quote.end(), bare[quote.end() :]
        if not bare.strip():
            self.close()
        elif heading := HEADING.match(bare):
            self.close()
            self.emit(position + heading.start(2), position + heading.end(2), "heading", len(heading[1]))
        elif TABLE_RULE.match(bare) and self.in_table:
            self.mark_header()
        elif row := TABLE_ROW.match(bare):
            self.row(position, row)
        elif UNDERLINE.match(bare) and self.open and self.open.kind == "paragraph" and "\n" not in self.current():
            self.open = Block(self.open.start, self.open.end, "heading", 1 if "=" in bare else 2)
            self.close()
        elif RULE.match(bare):
            self.close()
        elif note := FOOTNOTE.match(bare):
            self.close()
            self.open = Block(position + note.end(), position + len(bare), "note")
        elif bullet := BULLET.match(bare):
            self.close()
            self.open = Block(position + bullet.end(), position + len(bare), "item", depth(bullet[1]) + 1)
        elif label := LABELLED.match(bare):
            # "1." opens a numbered paragraph of a law as often as an item of a list; "(a)" is an item.
            self.close()
            item = "(" in label[0]
            kind: BlockKind = "item" if item else "paragraph"
            start = position + len(label[1])
            self.open = Block(start, position + len(bare), kind, depth(label[1]) + item)
        else:
            self.extend(position, bare, "paragraph", depth(bare[: len(bare) - len(bare.lstrip())]))

    def current(self) -> str:
        return self.text[self.open.start : self.open.end] if self.open else ""

    def extend(self, position: int, bare: str, kind: BlockKind, level: int) -> None:
        self.in_table = False
        if self.open is None:
            self.open = Block(position + len(bare) - len(bare.lstrip()), position + len(bare), kind, level)
        else:
            self.open = Block(self.open.start, position + len(bare), self.open.kind, self.open.level)

    def row(self, position: int, row: re.Match[str]) -> None:
        if not self.in_table:
            self.close()
            self.table += 1
            self.in_table = True
        self.emit(position + row.start(1), position + row.end(1), "table_row", 0, self.table)

    def mark_header(self) -> None:
        last = self.found[-1]
        self.found[-1] = Block(last.start, last.end, last.kind, last.level, last.table, header=True)

    def close(self) -> None:
        if self.open is not None:
            block, self.open = self.open, None
            self.emit(block.start, block.end, block.kind, block.level)
        self.in_table = False

    def emit(self, start: int, end: int, kind: BlockKind, level: int, table: int = 0) -> None:
        start, end = trimmed(self.text, start, end)
        if end > start:
            self.found.append(Block(start, end, kind, level, table))


def depth(indent: str) -> int:
    """Two spaces, or a tab, are one step of nesting."""
    return len(indent.replace("\t", "  ")) // 2


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without spaces and without emphasis marks that enclose the whole."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    mark = EDGE.match(text, start, end)
    if mark and end - start > 2 * len(mark[1]) and text.endswith(mark[1], start, end):
        once = text.count(mark[1], start, end) == 2
        return trimmed(text, start + len(mark[1]), end - len(mark[1])) if once else (start, end)
    return start, end
