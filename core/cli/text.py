"""What the command line prints: results on stdout, messages on stderr, and no control characters on either."""

import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from core.errors import BadInput, Conflict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Row = TypeVar("Row", bound=DataclassInstance)
else:
    Row = TypeVar("Row")

GAP = 2
NARROWEST = 8
SHORT = 8  # characters of an id on a terminal, enough to name it again


def printable(text: str) -> str:
    """One line without control or direction-changing characters: a document must not steer the reader's terminal."""
    line = " ".join(text.split())
    return "".join(mark if unicodedata.category(mark) not in ("Cc", "Cf", "Cs") else "�" for mark in line)


def say(text: str) -> None:
    """A message for the person, on stderr."""
    print(f"copilot: {printable(text)}", file=sys.stderr, flush=True)


def confirmed(question: str) -> None:
    """Go on only when a person at the terminal says yes. BadInput where nobody is there, Conflict for a no."""
    if not sys.stdin.isatty():
        raise BadInput("Nobody is there to confirm; add --yes to go on without being asked.")
    print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Conflict("Kept; nothing was changed.")


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 duty, 2 duties."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def row(*cells: object) -> None:
    """One tab-separated line on stdout."""
    print("\t".join(printable("" if cell is None else str(cell)) for cell in cells), flush=True)


def listing(titles: Sequence[str], found: Iterable[Row], cells: Callable[[Row], Sequence[object]], plain: bool) -> None:
    """What was found as a table, or when `plain` as JSON, one object a line."""
    if not plain:
        table(titles, map(cells, found))
        return
    for one in found:
        print(json.dumps(asdict(one), ensure_ascii=False))


def table(titles: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """On a terminal columns cut to its width, ids short; into a file or pipe tab-separated and whole, no titles."""
    if not sys.stdout.isatty():
        for line in lines:
            row(*line)
        return
    named = titles[0] == "ID"
    rows = [[printable("" if cell is None else str(cell)) for cell in line] for line in lines]
    rows = [[short(line[0]), *line[1:]] if named else line for line in rows]
    widths = fitted([list(titles), *rows], shutil.get_terminal_size().columns, keep=int(named))
    for line in [list(titles), *rows]:
        cut = (
            cell if len(cell) <= width else cell[: width - 1] + "…" for cell, width in zip(line, widths, strict=True)
        )
        print((" " * GAP).join(cell.ljust(width) for cell, width in zip(cut, widths, strict=True)).rstrip())


def short(id: str) -> str:
    """DOCUMENT.OBLIGATION by the beginnings of both, which every command takes."""
    return ".".join(part[:SHORT] for part in id.split("."))


def fitted(rows: Sequence[Sequence[str]], columns: int, keep: int = 0) -> list[int]:
    """Widths that fit into so many columns: the widest gives way until they do, but for the first `keep`."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + GAP * (len(widths) - 1) > columns and max(widths[keep:], default=0) > NARROWEST:
        widths[widths.index(max(widths[keep:]), keep)] -= 1
    return widths


def facts(named: Iterable[tuple[str, object]]) -> None:
    """Names and values, one a line; what is empty is left out, a tuple has a line for each of its items.

    On a terminal wrapped to its width, else tab-separated.
    """
    lines = [
        (name, printable(str(item)))
        for name, value in named
        for item in (value if isinstance(value, tuple) else (value,))
        if item not in (None, "")
    ]
    if not sys.stdout.isatty():
        for line in lines:
            row(*line)
        return
    width = max((len(name) for name, _ in lines), default=0) + GAP
    columns = max(shutil.get_terminal_size().columns, width + 20)
    for name, value in lines:
        print(textwrap.fill(value, columns, initial_indent=name.ljust(width), subsequent_indent=" " * width))


def as_json(value: Mapping[str, object]) -> None:
    print(json.dumps(value, ensure_ascii=False))
