"""The register as an Excel workbook: sheets Obligations, Actions and Summary, with frozen headers and filters.

Written in openpyxl's write-only mode, so that 50,000 rows fit in memory. Characters that XML cannot hold are written
as Excel writes them (`_x000B_`), and read back.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import BadInput
from core.export import cells, facts
from core.export.rows import Bundle, ExportRow

if TYPE_CHECKING:
    from openpyxl import Workbook

CELL_LIMIT = 32_767  # characters that Excel accepts in one cell
CUT = " […] cut here: longer than an Excel cell; the JSON export has it whole"

UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

WIDE = {"quote": 70, "action": 45, "object": 35, "lead_in": 35, "document": 30, "heading": 30, "provision": 22}
LISTS = {"conditions", "exceptions", "deadlines", "references", "sanctions", "risk_reasons"}
ACTION_TITLES = ("Title", "Detail", "Owner role", "Priority", "Due", "State", "Document", "Obligation IDs", "ID")
ACTION_WIDTHS = (50, 70, 20, 10, 12, 18, 30, 22, 20)


def write(contents: Bundle) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    widths = [WIDE.get(name, 30 if name in LISTS else 14) for name in cells.NAMES]
    lines = ([_cell(value) for value in cells.values(row)] for row in contents.rows)
    _sheet(book, "Obligations", cells.TITLES, widths, lines, len(contents.rows))
    actions = (
        [_cell(value) for value in (
            one.action.title, one.action.detail, one.action.owner_role, one.action.priority, one.action.due or "",
            one.state, one.document, one.action.obligation_ids, one.action.id,
        )]
        for one in contents.actions
    )  # fmt: skip
    _sheet(book, "Actions", ACTION_TITLES, ACTION_WIDTHS, actions, len(contents.actions))
    summary = [[_cell(value) for value in line] for one in contents.analyses for line in facts.summary(one)]
    _sheet(book, "Summary", ("Document", "Fact", "Value"), (30, 34, 90), summary, len(summary))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def note(contents: Bundle) -> str:
    cut = sum(len(text) > CELL_LIMIT for row in contents.rows for text in map(cells.shown, cells.values(row)))
    return (
        f"{cut} text{'s are' if cut > 1 else ' is'} longer than an Excel cell and cut; JSON has them whole."
        if cut
        else ""
    )


def read(data: bytes) -> list[ExportRow]:
    """The rows of the Obligations sheet that `write` wrote; BadInput for any other file."""
    return [
        cells.read_row([_text(value) for value in line], f"Row {number}")
        for number, line in enumerate(_lines(data, "Obligations", cells.TITLES), 2)
    ]


def read_table(data: bytes, sheet: str) -> list[list[str]]:
    """The cells of another sheet, without its header; list cells have one item a line."""
    titles = {"Actions": ACTION_TITLES}.get(sheet, ("Document", "Fact", "Value"))
    return [[cells.restored(_text(value)) for value in line] for line in _lines(data, sheet, titles)]


def _lines(data: bytes, sheet: str, titles: Sequence[str]) -> list[Sequence[object]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), read_only=True)
        lines = list(book[sheet].iter_rows(values_only=True))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadInput(f"The file is not a workbook with a sheet {sheet!r} ({error}); export it again.") from error
    if not lines or tuple(lines[0]) != tuple(titles):
        raise BadInput(f"The sheet {sheet!r} does not have the columns of a register; use one that was exported here.")
    # A row ends with its last filled cell.
    return [(*line, *[None] * (len(titles) - len(line))) for line in lines[1:]]


def _sheet(
    book: "Workbook",
    name: str,
    titles: Sequence[str],
    widths: Sequence[int],
    lines: Iterable[Sequence[object]],
    count: int,
) -> None:
    """A sheet with its header frozen and filtered. In write-only mode all of this must come before the first row."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(titles))}{count + 1}"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    header = []
    for text in titles:
        cell = WriteOnlyCell(sheet, text)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E6ECF2")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        header.append(cell)
    sheet.append(header)
    # Two cells lent to every value in turn, so that their styles are made once.
    top, wrapped = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
    top.alignment, wrapped.alignment = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
    for line in lines:
        sheet.append(_lent(line, widths, top, wrapped))


def _lent(line: Sequence[object], widths: Sequence[int], top: Any, wrapped: Any) -> Iterator[Any]:
    for value, width in zip(line, widths, strict=True):
        if value == "" or value is None:
            yield None
        else:
            cell = wrapped if isinstance(value, str) and (len(value) > width or "\n" in value) else top
            cell.value = value
            yield cell


def _cell(value: cells.Value) -> str | int | float | None:
    """Numbers stay numbers; everything else is the text that `cells.shown` gives, within Excel's limits."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    text = cells.shown(value)
    if len(text) > CELL_LIMIT:
        text = text[: CELL_LIMIT - len(CUT)] + CUT
    return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _text(value: object) -> str:
    if value is None:
        return ""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else str(value)
