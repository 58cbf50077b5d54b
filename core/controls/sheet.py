"""Controls from CSV: a heading row, then one control a row, in any order of columns."""

import csv
import io
import re
from pathlib import PurePath

from core.controls.texts import ControlText, LibraryText, checked, folded
from core.errors import BadInput

# A heading, lower case and single spaces → the field.
HEADINGS = {
    "ref": "ref", "reference": "ref", "ref id": "ref", "id": "ref", "control id": "ref", "control ref": "ref",
    "name": "name", "title": "name", "control": "name", "control name": "name",
    "description": "description", "control description": "description", "objective": "description",
    "category": "category", "type": "category", "kind": "category",
    "topic": "topic", "domain": "topic", "area": "topic", "theme": "topic",
    "owner": "owner", "control owner": "owner", "responsible": "owner",
    "function": "function", "csf": "function", "csf function": "function",
    "frequency": "frequency", "cadence": "frequency",
    "evidence": "evidence", "typical evidence": "evidence",
    "terms": "terms", "keywords": "terms", "tags": "terms",
}  # fmt: skip
BETWEEN = re.compile(r"[\s_/-]+")
DELIMITERS = (",", ";", "\t", "|")


def read(text: str, file_name: str, name: str = "") -> LibraryText:
    """Columns ref and name are needed; description, category, topic, owner, function, frequency, evidence and terms
    are taken where they are there, others are ignored.
    """
    stem = folded(name or PurePath(file_name).stem) or "Controls"
    rows = _rows(text)
    columns = _columns(rows[0][1])
    controls = [(f"Row {number}", _control(cells, columns, number)) for number, cells in rows[1:]]
    slug = re.sub(r"\W+", "-", stem.casefold()).strip("-")
    return LibraryText(f"urn:csv:{slug}", stem, checked(controls))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Each row that is not empty, with its number as a spreadsheet counts (the heading is row 1)."""
    first = text.lstrip("\r\n").partition("\n")[0]
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own hint
        delimiter, text = first[4], text.lstrip("\r\n").partition("\n")[2]
    else:
        delimiter = max(DELIMITERS, key=first.count)
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(number, cells) for number, cells in enumerate(found, 1) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise BadInput(f"The CSV cannot be read ({error}); look for a quotation mark that is not closed.") from error
    if not rows:
        raise BadInput("The CSV has no rows; give a heading row and one control a row.")
    return rows


def _columns(headings: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        field = HEADINGS.get(BETWEEN.sub(" ", heading.strip().casefold()).strip())
        if field and field in columns:
            raise BadInput(f"Two columns of the CSV are read as {field!r}; rename or remove one.")
        if field:
            columns[field] = place
    for needed in ("ref", "name"):
        if needed not in columns:
            raise BadInput(f"The CSV has no column {needed!r}; its first row must name the columns: ref, name, …")
    return columns


def _control(cells: list[str], columns: dict[str, int], number: int) -> ControlText:
    if len(cells) > max(columns.values()) + 1 and any(cell.strip() for cell in cells[200:]):
        raise BadInput(f"Row {number} has {len(cells)} cells; look for a missing quotation mark.")
    return ControlText(**{field: folded(cells[at]) if at < len(cells) else "" for field, at in columns.items()})
