"""What the command line prints: results on stdout, messages on stderr, and no control characters on either."""

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence

GAP = 2
NARROWEST = 8


def printable(text: str) -> str:
    """One line without control or direction-changing characters: a document must not steer the reader's terminal."""
    line = " ".join(text.split())
    return "".join(mark if unicodedata.category(mark) not in ("Cc", "Cf", "Cs") else "�" for mark in line)


def say(text: str) -> None:
    """A message for the person, on stderr."""
    print(f"copilot: {printable(text)}", file=sys.stderr, flush=True)


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 duty, 2 duties."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def row(*cells: object) -> None:
    """One tab-separated line on stdout."""
    print("\t".join(printable("" if cell is None else str(cell)) for cell in cells), flush=True)


def table(titles: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """On a terminal columns cut to its width; into a file or pipe tab-separated and whole, without titles."""
    if not sys.stdout.isatty():
        for line in lines:
            row(*line)
        return
    rows = [[printable("" if cell is None else str(cell)) for cell in line] for line in lines]
    widths = fitted([list(titles), *rows], shutil.get_terminal_size().columns)
    for line in [list(titles), *rows]:
        cut = (
            cell if len(cell) <= width else cell[: width - 1] + "…" for cell, width in zip(line, widths, strict=True)
        )
        print((" " * GAP).join(cell.ljust(width) for cell, width in zip(cut, widths, strict=True)).rstrip())


def fitted(rows: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Widths that fit into so many columns: the widest gives way until they do."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + GAP * (len(widths) - 1) > columns and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths
