"""What the XML formats share: words gather into a line, and a line becomes a block behind its label."""

import re

from core.ingest.flow import Flow
from core.types import Block, BlockKind

SPACES = re.compile(r"\s+")
# Where a reference to a note stood: "Council¹ ," is printed "Council," once it is gone.
REFERENCE = "\0"
GONE = re.compile(r" ?\0 ?(?=[,;:.)’”])|\0")


class Writer:
    """The text so far. `label` waits for the next line; `notes` are written by `finish`."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.line: list[str] = []
        self.label = ""
        self.notes: list[str] = []

    @property
    def text(self) -> str:
        return self.flow.text

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(self.flow.blocks)

    def words(self, text: str | None, capitals: bool = False) -> None:
        """Add running text; line breaks of the file are spaces."""
        if text:
            text = SPACES.sub(" ", text)
            self.line.append(text.upper() if capitals else text)

    def line_break(self) -> None:
        self.line.append("\n")

    def note(self, text: str) -> None:
        """A footnote, at the place that refers to it."""
        if text.strip():
            self.notes.append(" ".join(text.split()))
        self.line.append(REFERENCE)

    def flush(self, kind: BlockKind, level: int = 0) -> None:
        """The line so far becomes a block; what follows the first line of an item is a paragraph at its level."""
        text = GONE.sub("", "".join(self.line)).strip()
        self.line = []
        if text:
            label, self.label = self.label, ""
            kind = "paragraph" if kind == "item" and not label else kind
            self.flow.add(kind, f"{label} {text}" if label else text, level)

    def block(self, kind: BlockKind, text: str, level: int = 0) -> None:
        """A block of its own, after whatever line was open."""
        self.flush("paragraph")
        self.words(text)
        self.flush(kind, level)

    def row(self, cells: list[str], table: int, header: bool) -> None:
        self.flush("paragraph")
        self.flow.add("table_row", " | ".join(SPACES.sub(" ", cell).strip() for cell in cells), 0, table, header)

    def finish(self) -> None:
        """Write what is left of the line, then the notes."""
        self.flush("paragraph")
        for number, note in enumerate(self.notes, start=1):
            self.flow.add("note", f"({number}) {note}")
