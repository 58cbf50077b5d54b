"""What was taken out of a text and what was put in, word by word."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.compare.wording import Token, Vocabulary, tokens, words

Operation = Literal["same", "out", "in"]
# Fewer words that stay between two changes are shown as changed with them: "of the" alone helps nobody to read.
LEAST_SAME = 2
# Words of one times words of the other that are held against each other at once: with 2.5 thousand million, an annex
# of 50,000 words, it took 6 s and 350 MB. Longer texts are held against each other line by line first.
MOST_PAIRS = 400_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """`out`: only in the old text, `in`: only in the new one. White space after a word belongs to it."""

    operation: Operation
    text: str


def redline(old: str, new: str, *, same: Literal["old", "new"] = "new") -> tuple[Piece, ...]:
    """The new text with the old one's words where they were. Spaces, dashes and quotation marks are no changes.

    `same` says whose printing is given of what is in both: without the words put in, only the old one's is readable.
    """
    if old.count(" ") * new.count(" ") <= MOST_PAIRS:
        return tuple(_pieces(old, new, same))
    return tuple(
        piece
        for equal, ours, theirs in _by_lines(old, new)
        for piece in ([Piece("same", theirs if same == "new" else ours)] if equal else _pieces(ours, theirs, same))
    )


def _pieces(old: str, new: str, same: Literal["old", "new"]) -> list[Piece]:
    if old.count(" ") * new.count(" ") > MOST_PAIRS:
        return [Piece("out", old), Piece("in", new)]
    before, after = tokens(old), tokens(new)
    pieces: list[Piece] = []
    for equal, (old_start, old_end), (new_start, new_end) in _blocks(before, after):
        if equal:
            ours = (new, after, new_start, new_end) if same == "new" else (old, before, old_start, old_end)
            pieces.append(Piece("same", _printed(*ours)))
            continue
        if old_start < old_end:
            pieces.append(Piece("out", _printed(old, before, old_start, old_end)))
        if new_start < new_end:
            pieces.append(Piece("in", _printed(new, after, new_start, new_end)))
    return pieces


def _by_lines(old: str, new: str) -> Iterator[tuple[bool, str, str]]:
    """(whether it is the same, old lines, new lines) in turn."""
    from rapidfuzz.distance import Indel

    vocabulary = Vocabulary()
    sides = [text.splitlines(keepends=True) for text in (old, new)]
    before, after = (vocabulary.encode(" ".join(words(line)) for line in side) for side in sides)
    at_old = at_new = 0
    runs = [(run.src_start, run.src_end, run.dest_start, run.dest_end)
            for run in Indel.opcodes(before, after) if run.tag == "equal"]  # fmt: skip
    for old_start, old_end, new_start, new_end in [*runs, (len(before), len(before), len(after), len(after))]:
        if (at_old, at_new) != (old_start, new_start):
            yield False, "".join(sides[0][at_old:old_start]), "".join(sides[1][at_new:new_start])
        if old_start < old_end:
            yield True, "".join(sides[0][old_start:old_end]), "".join(sides[1][new_start:new_end])
        at_old, at_new = old_end, new_end


def by_line(pieces: Iterable[Piece]) -> list[tuple[Piece, ...]]:
    """The pieces of each line; a line that is only in one of the texts is one of its own."""
    found: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, text in enumerate(piece.text.split("\n")):
            if number:
                found.append([])
            if text:
                found[-1].append(Piece(piece.operation, text))
    return [tuple(line) for line in found if line]


def changed(pieces: Iterable[Piece]) -> bool:
    return any(piece.operation != "same" for piece in pieces)


Range = tuple[int, int]


def _blocks(before: Sequence[Token], after: Sequence[Token]) -> Iterator[tuple[bool, Range, Range]]:
    """Runs of words that are the same, and of those that are not, in turn; short sameness inside change is dropped."""
    from rapidfuzz.distance import Indel

    vocabulary = Vocabulary()
    old, new = (vocabulary.encode(token.word for token in side) for side in (before, after))
    ends = (0, 0), (len(old), len(new))
    runs = [
        (run.src_start, run.src_end, run.dest_start, run.dest_end)
        for run in Indel.opcodes(old, new)
        if run.tag == "equal"
        and (
            run.src_end - run.src_start >= LEAST_SAME
            or (run.src_start, run.dest_start) == ends[0]
            or (run.src_end, run.dest_end) == ends[1]
        )
    ]
    at_old = at_new = 0
    for old_start, old_end, new_start, new_end in [*runs, (len(old), len(old), len(new), len(new))]:
        if (at_old, at_new) != (old_start, new_start):
            yield False, (at_old, old_start), (at_new, new_start)
        if old_start < old_end:
            yield True, (old_start, old_end), (new_start, new_end)
        at_old, at_new = old_end, new_end


def _printed(text: str, side: Sequence[Token], start: int, end: int) -> str:
    """The words start to end as printed, with the white space after the last one."""
    stop = side[end].start if end < len(side) else len(text)
    return text[side[start].start : stop]
