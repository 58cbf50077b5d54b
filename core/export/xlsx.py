"""The register as an Excel workbook: sheets Obligations, Actions and Summary, with frozen headers and filters.

openpyxl lays the workbook out; the rows are put into its sheets as text, because its cell objects take 45 µs for each
styled cell: 27 s for 20,000 obligations, which are written in 4 s so. Characters that XML cannot hold are written as
Excel writes them (`_x000B_`), and read back.
"""

import errno
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

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
SUMMARY_TITLES = ("Document", "Fact", "Value")
SUMMARY_WIDTHS = (30, 34, 90)
REGISTER_WIDTHS = tuple(WIDE.get(name, 30 if name in LISTS else 14) for name in cells.NAMES)
ROWS_END = b"</sheetData>"


@dataclass(frozen=True, slots=True)
class Sheet:
    """`widths` in characters; a text that is wider than its column is wrapped."""

    name: str
    titles: Sequence[str]
    widths: Sequence[int]
    lines: Sequence[Sequence[cells.Value]]


@dataclass(frozen=True, slots=True)
class Styles:
    """The numbers of two cell styles in the workbook: text at the top of its cell, and wrapped too."""

    top: int
    wrapped: int


def write(contents: Bundle) -> bytes:
    actions = [
        (one.action.title, one.action.detail, one.action.owner_role, one.action.priority, one.action.due,
         one.state, one.document, one.action.obligation_ids, one.action.id)
        for one in contents.actions
    ]  # fmt: skip
    return filled(
        Sheet("Obligations", cells.TITLES, REGISTER_WIDTHS, [cells.values(row) for row in contents.rows]),
        Sheet("Actions", ACTION_TITLES, ACTION_WIDTHS, actions),
        Sheet(
            "Summary",
            SUMMARY_TITLES,
            SUMMARY_WIDTHS,
            [line for one in contents.analyses for line in facts.summary(one)],
        ),
    )


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
    titles = {"Actions": ACTION_TITLES}.get(sheet, SUMMARY_TITLES)
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


# --- writing ----------------------------------------------------------------------------------------------------


def filled(*sheets: Sheet) -> bytes:
    """The workbook with its rows."""
    from lxml.etree import SerialisationError
    from openpyxl import Workbook

    # Write-only, or openpyxl would state the size of the empty sheets, and readers would believe it.
    book = Workbook(write_only=True)
    empty, out = io.BytesIO(), io.BytesIO()
    try:
        for sheet in sheets:
            _lay_out(book, sheet)
        styles = _styles(book.worksheets[0])
        book.save(empty)
    except SerialisationError as error:  # openpyxl writes each sheet to a temporary file first
        raise OSError(errno.ENOSPC, "the disk for temporary files takes no more; make room on it and retry") from error
    with zipfile.ZipFile(empty) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        rows = {page.path[1:]: _rows(sheet, styles) for page, sheet in zip(book.worksheets, sheets, strict=True)}
        for name in source.namelist():
            before, mark, after = source.read(name).rpartition(ROWS_END)
            with target.open(name, "w") as file:
                file.write(before)
                file.writelines(rows.get(name, ()))
                file.write(mark + after)
    return out.getvalue()


def _lay_out(book: "Workbook", sheet: Sheet) -> None:
    """A sheet with its header frozen and filtered. In write-only mode all of this must come before the first row."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(sheet.name)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.titles))}{len(sheet.lines) + 1}"
    for place, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(place)].width = width
    header = []
    for text in sheet.titles:
        cell = WriteOnlyCell(page, text)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E6ECF2")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        header.append(cell)
    page.append(header)


def _styles(page: Any) -> Styles:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    top, wrapped = WriteOnlyCell(page), WriteOnlyCell(page)
    top.alignment, wrapped.alignment = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
    return Styles(top.style_id, wrapped.style_id)


def _rows(sheet: Sheet, styles: Styles) -> Iterator[bytes]:
    """Each line as a row of SpreadsheetML, the first one under the header."""
    from openpyxl.utils import get_column_letter

    columns = [(get_column_letter(place), width) for place, width in enumerate(sheet.widths, 1)]
    for number, line in enumerate(sheet.lines, 2):
        row = "".join(_row(number, line, columns, styles))
        yield f'<row r="{number}">{row}</row>'.encode()


def _row(number: int, line: Sequence[cells.Value], columns: Iterable[tuple[str, int]], styles: Styles) -> Iterator[str]:
    for value, (letter, width) in zip(line, columns, strict=True):
        cell = _cell(value)
        if not isinstance(cell, str):
            yield f'<c r="{letter}{number}" s="{styles.top}"><v>{cell}</v></c>'
        elif cell:
            style = styles.wrapped if len(cell) > width or "\n" in cell else styles.top
            text = f'<t xml:space="preserve">{escape(cell)}</t>'
            yield f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is>{text}</is></c>'


def _cell(value: cells.Value) -> str | int | float:
    """Numbers stay numbers; everything else is the text that `cells.shown` gives, within Excel's limits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = cells.shown(value)
    if len(text) > CELL_LIMIT:
        text = text[: CELL_LIMIT - len(CUT)] + CUT
    if text.isprintable() and "_x" not in text:
        return text
    return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _text(value: object) -> str:
    if value is None:
        return ""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else str(value)
