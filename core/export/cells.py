"""Values as the text of a spreadsheet cell, harmless to Excel and readable back without loss."""

import re
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import get_type_hints

from core.errors import BadInput
from core.export.rows import ExportRow

# What a spreadsheet takes for a formula, also after white space or signs that nobody sees, which some drop, and in
# full-width form; `'=1` is in it so that the apostrophe that we add can be told from one that was there.
UNSEEN = r"[\s\x00-\x1f\x7f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
FORMULA = re.compile(rf"'*(?:[\t\r\n]|{UNSEEN}*[=+\-@＝＋－＠])")

Value = str | int | float | bool | tuple[str, ...] | None


def neutralised(text: str) -> str:
    """With a leading apostrophe where a spreadsheet would compute the text instead of showing it."""
    # Most texts begin with a letter or a digit, and none of those begins a formula.
    return "'" + text if not text[:1].isalnum() and FORMULA.match(text) else text


def restored(cell: str) -> str:
    """The text that `neutralised` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def title(name: str) -> str:
    """A field's name as a column's heading."""
    words = name.replace("_", " ")
    return {"id": "ID", "document id": "Document ID", "deadline iso8601": "Deadline ISO 8601"}.get(
        words, words.capitalize()
    )


COLUMNS: dict[str, type] = get_type_hints(ExportRow)
NAMES = tuple(field.name for field in fields(ExportRow))
TITLES = tuple(title(name) for name in NAMES)
GETTER = attrgetter(*NAMES)


def shown(value: Value) -> str:
    """The value as a cell's text: items one a line, yes or no, "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return neutralised("\n".join(value))
    return neutralised(value) if isinstance(value, str) else str(value)


READERS: dict[object, Callable[[str], Value]] = {
    str: restored,
    bool: lambda cell: cell == "yes",
    int: int,
    float: float,
    int | None: lambda cell: int(cell) if cell else None,
    tuple[str, ...]: lambda cell: tuple(line for line in restored(cell).split("\n") if line),
}


def values(row: ExportRow) -> tuple[Value, ...]:
    found: tuple[Value, ...] = GETTER(row)
    return found


def read_row(cells: list[str], place: str) -> ExportRow:
    """The row that these cells show. BadInput names the place and the column that cannot be read."""
    if len(cells) != len(NAMES):
        raise BadInput(f"{place} has {len(cells)} cells instead of {len(NAMES)}; export the register again.")
    read: dict[str, Value] = {}
    for name, cell in zip(NAMES, cells, strict=True):
        try:
            read[name] = READERS[COLUMNS[name]](cell)
        except ValueError as error:
            raise BadInput(f"{place}, column {title(name)!r}: {cell!r} cannot be read; export again.") from error
    return ExportRow(**read)  # type: ignore[arg-type]


def check_titles(found: list[str], what: str) -> None:
    if tuple(found) != TITLES:
        raise BadInput(f"{what} does not have the columns of a register; use one that this program exported.")
