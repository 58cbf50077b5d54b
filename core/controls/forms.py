"""A control library as a file says it: CSV, or YAML in the form of CISO Assistant. Bytes in, values out."""

from pathlib import PurePath

from core.controls import ciso, sheet
from core.controls.texts import LONGEST, LONGEST_NAME, LibraryText
from core.errors import BadInput

MOST_BYTES = 5_000_000


def read(data: bytes, file_name: str, name: str = "") -> LibraryText:
    """The library in a file. `name` replaces the one in the file, or for CSV the file's own name.

    BadInput says what is wrong and in which row or control; nothing is taken from a file that is not right as a whole.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(f"A control library has at most {MOST_BYTES // 1_000_000} MB; split the file.")
    if not data.strip():
        raise BadInput("The file is empty; give a CSV or YAML file with controls.")
    ending = PurePath(file_name).suffix.lower()
    if ending not in (".csv", ".yaml", ".yml"):
        raise BadInput("A control library is a .csv, .yaml or .yml file; save it as one of these.")
    text = _decoded(data)
    found = sheet.read(text, file_name, name) if ending == ".csv" else ciso.read(text, name)
    for field in ("urn", "name", "description", "version", "provider"):
        limit = LONGEST if field == "description" else LONGEST_NAME
        if len(getattr(found, field)) > limit:
            raise BadInput(f"The library's {field} is too long; {limit:,} characters are the most.")
    return found


def _decoded(data: bytes) -> str:
    """UTF-8 with or without a byte-order mark, UTF-16 with one, else what Excel writes on Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadInput("The file is not text; save it as UTF-8.")
