"""The register as CSV: UTF-8 with a byte-order mark, which Excel needs to see that it is UTF-8; CRLF; all columns."""

import csv
import io
from collections.abc import Iterable, Sequence

from core.errors import BadInput
from core.export import cells
from core.export.rows import Bundle, ExportRow


def write(contents: Bundle) -> bytes:
    return table(cells.TITLES, ([cells.shown(value) for value in cells.values(row)] for row in contents.rows))


def note(contents: Bundle) -> str:
    return ""


def read(data: bytes) -> list[ExportRow]:
    """The rows of a register that `write` wrote; BadInput for any other file."""
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"The file is not a CSV register in UTF-8 ({error}); export it again.") from error
    cells.check_titles(lines[0] if lines else [], "The CSV file")
    return [cells.read_row(line, f"Row {number}") for number, line in enumerate(lines[1:], 2)]


def table(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Any table as CSV bytes; the cells must be neutralised already."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows(lines)
    return out.getvalue().encode("utf-8-sig", "replace")  # half a surrogate pair has no UTF-8
