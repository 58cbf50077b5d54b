"""Paragraphs → the text with its blocks and word offsets: hyphens undone, labels in front, notes at the end."""

import re
from collections import Counter
from itertools import pairwise

from core.ingest.hyphens import EDGES, SOFT_HYPHEN, Vocabulary, broken
from core.ingest.pdf_headings import levels, looks
from core.ingest.pdf_lines import LABEL, Line, Token
from core.ingest.pdf_nesting import Nesting
from core.ingest.pdf_paragraphs import Style
from core.ingest.words import Words
from core.types import Block, BlockKind

# Some fonts set these as one glyph with a hair's space after it: "off icer".
LIGATURES = ("ff", "fi", "fl")
HAIR = 0.2  # of the height of the line
RULE = re.compile(r"[_\s.-]{5,}")  # a line to write on, or to part a note from the text
STARRED = re.compile(r"^\(\*+\d*\)")
NOTE = re.compile(r"\(\*+\d*\)|[†‡]+")
INVISIBLE = dict.fromkeys([*range(32), 0x7F, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])


class Text:
    """The text as it grows; `blocks` and `words` index it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.parts: list[str] = []
        self.length = self.start = 0
        self.blocks: list[Block] = []
        self.words = Words()

    def __str__(self) -> str:
        return "".join(self.parts)

    def paragraph(self, lines: list[Line], kind: BlockKind, level: int = 0) -> None:
        start = self._open()
        self._lines(lines)
        self._close(start, kind, level)

    def row(self, line: Line) -> None:
        """A row of a table, its cells joined by " | "."""
        if not any(line.cells):
            return
        start = self._open()
        for index, cell in enumerate(line.cells):
            if index:
                self._put(" | " if cell or index < len(line.cells) - 1 else " |")
            self._cell(cell, line.page)
        self._close(start, "table_row", 0, line.table, line.header)

    def comment(self, text: str) -> None:
        """A remark that is pinned to a page and has no place in its lines."""
        start = self._open()
        self._put(text.translate(INVISIBLE))
        self._close(start, "note", 0)

    def _open(self) -> int:
        if self.length:
            self._put("\n\n")
        self.start = self.length
        return self.length

    def _close(self, start: int, kind: BlockKind, level: int, table: int = 0, header: bool = False) -> None:
        self.blocks.append(Block(start, self.length, kind, level, table, header))

    def _put(self, piece: str) -> None:
        self.parts.append(piece)
        self.length += len(piece)

    def _lines(self, lines: list[Line]) -> None:
        separator = ""
        for index, line in enumerate(lines):
            following = lines[index + 1].words[0].text if index + 1 < len(lines) else ""
            separator = self._line(line.words, line.page, separator, following)

    def _cell(self, tokens: list[Token], page: int) -> None:
        """A cell's words; a new line begins where they move down."""
        rows: list[list[Token]] = []
        for before, token in pairwise([None, *tokens]):
            assert token is not None
            if before is None or token.y0 > before.y1 - 1:
                rows.append([])
            rows[-1].append(token)
        separator = ""
        for index, row in enumerate(rows):
            following = rows[index + 1][0].text if index + 1 < len(rows) else ""
            separator = self._line(row, page, separator, following)

    def _line(self, tokens: list[Token], page: int, separator: str, following: str) -> str:
        """Add one printed line; the separator to put before the next."""
        last = len(tokens) - 1
        after, glyph, length = " ", "", self.length
        put, place = self.parts.append, self.words.add  # bound once: a long file has millions of words
        for index, token in enumerate(tokens):
            word, x0, y0, x1, y1, glued = token
            if index == last and following:
                word, after = self._broken(word, following)
            if not word.isprintable():
                word = word.translate(INVISIBLE)
            glued = index > 0 and (glued or (glyph in "fil" and self._one_word(tokens[index - 1], token)))
            if word[:2] == "(*" and length > self.start:
                word, glued = STARRED.sub("", word), True
            if not word:
                continue
            glyph = word[-1]
            if separator and not glued:
                put(separator)
                length += len(separator)
            put(word)
            end = length + len(word)
            place(length, end, page, x0, y0, x1, y1)
            length = end
            separator = " "
        self.length = length
        return after

    def _broken(self, word: str, following: str) -> tuple[str, str]:
        """A line's last word without the hyphen that only marks the break, and what comes between it and the next."""
        if word.endswith("/"):
            return word, ""
        if not broken(word):
            return word, " "
        join = self.vocabulary.join(word, following)
        if join == "close":
            return word[:-1], ""
        return word.replace(SOFT_HYPHEN, "-"), " " if join == "space" else ""

    def _one_word(self, before: Token, token: Token) -> bool:
        if not before.text.endswith(LIGATURES) or token.x0 - before.x1 > HAIR * (token.y1 - token.y0):
            return False
        words = self.vocabulary.words
        return words[f"{before.text}{token.text}".strip(EDGES).lower()] > words[token.text.strip(EDGES).lower()]


def vocabulary(paragraphs: list[list[Line]]) -> Vocabulary:
    """The words of the document, and whether its line ends break words or only hyphenated ones."""
    found = Vocabulary()
    printed: Counter[str] = Counter()
    ends = []
    for paragraph in paragraphs:
        for line in paragraph:
            printed.update([token.text for token in line.words])
        for line, below in pairwise(paragraph):
            last = line.words[-1].text
            if broken(last):
                ends.append((last, below.words[0].text))
                printed[last] -= 1
    found.add(printed)
    found.learn(ends)
    return found


def assembled(paragraphs: list[list[Line]], notes: list[list[Line]], comments: list[str], usual: Style) -> Text:
    """The whole text: the paragraphs in order, then the notes and the comments."""
    paragraphs = [paragraph for paragraph in paragraphs if not _rule(paragraph)]
    text = Text(vocabulary([*paragraphs, *notes]))
    heading_levels = levels(looks(paragraphs, usual))
    starred: list[list[Line]] = []
    nesting = Nesting()
    for paragraph, level in zip(paragraphs, heading_levels, strict=True):
        first = paragraph[0]
        if first.table:
            text.row(first)
        elif NOTE.fullmatch(first.words[0].text) and len(first.words) > 1 and not level:
            starred.append(paragraph)
        elif level:
            nesting.close()
            text.paragraph(paragraph, "heading", level)
        elif _point(first):
            text.paragraph(paragraph, "item", nesting.point(first))
        else:
            text.paragraph(paragraph, "paragraph", nesting.paragraph(first))
    for note in [*notes, *starred]:
        text.paragraph(note, "note")
    for comment in comments:
        text.comment(comment)
    return text


def _rule(paragraph: list[Line]) -> bool:
    """Whether the paragraph is nothing but a line; the first character settles it for nearly all."""
    start = paragraph[0].words[0].text[:1]
    return (start in "_.-" or start.isspace()) and bool(RULE.fullmatch(" ".join(line.text for line in paragraph)))


def _point(row: Line) -> bool:
    """Whether the row begins a point of a list: "(a)", "(iv)", "—"; numbered paragraphs ("1.", "4.2") are none."""
    label = row.words[0].text
    return bool(LABEL.fullmatch(label)) and not label[0].isdigit() and not label.startswith("§")
