"""The chosen entries as a file: CSV that no spreadsheet computes, or JSON Lines. Taking it is an entry itself."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from sqlite_utils import Database

from core import audit
from core.activity.entries import Filter, entries
from core.audit.chain import COLUMNS, Entry
from core.errors import BadInput
from core.export.cells import neutralised, restored
from core.identity import rates
from core.store import write
from core.types import User

FORMATS = {"csv": ("CSV", "text/csv"), "jsonl": ("JSON Lines", "application/x-ndjson")}
PAGE = 5_000  # entries read at a time


def exported(db: Database, user: User, filter: Filter, form: str) -> bytes:
    """The reader's entries that the filter chooses, the oldest first. `form` is a key of FORMATS.

    Logged as "log.exported", which is not in the file itself.
    """
    if form not in FORMATS:
        raise BadInput(f"The log is not exported as {form!r}; choose one of {', '.join(FORMATS)}.")
    found = list(_all(db, user, filter))[::-1]
    made = WRITERS[form](found)
    with write(db):
        rates.spend(db, user, "exports")
        audit.append(db, user, "log.exported", "log:entries", format=form, entries=len(found))
    return made


def as_csv(found: Iterable[Entry]) -> bytes:
    """UTF-8 with a byte-order mark, CRLF, `details` as JSON; each cell harmless to a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([neutralised(_text(value)) for value in _plain(one).values()] for one in found)
    return out.getvalue().encode("utf-8-sig", "replace")


def as_lines(found: Iterable[Entry]) -> bytes:
    """One JSON object a line."""
    return "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in found).encode("utf-8", "replace")


def read_csv(data: bytes) -> list[Entry]:
    """The entries that `as_csv` wrote; BadInput for any other file."""
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
        if not lines or tuple(lines[0]) != COLUMNS:
            raise ValueError("its columns are not those of the log")
        return [_entry(dict(zip(COLUMNS, map(restored, line), strict=True))) for line in lines[1:]]
    except (ValueError, csv.Error, RecursionError) as error:
        raise BadInput(f"This is no exported log ({error}); export it again.") from error


def read_lines(data: bytes) -> list[Entry]:
    """The entries that `as_lines` wrote; BadInput for any other file."""
    try:
        return [Entry(**json.loads(line)) for line in data.decode("utf-8").split("\n") if line]
    except (ValueError, TypeError, RecursionError) as error:
        raise BadInput(f"This is no exported log ({error}); export it again.") from error


WRITERS: dict[str, Callable[[Iterable[Entry]], bytes]] = {"csv": as_csv, "jsonl": as_lines}


def _all(db: Database, user: User, filter: Filter) -> Iterator[Entry]:
    before: int | None = None
    while found := entries(db, user, filter, limit=PAGE, before=before):
        yield from found
        before = found[-1].number


def _plain(one: Entry) -> dict[str, object]:
    return {**asdict(one), "details": json.dumps(one.details, ensure_ascii=False, sort_keys=True)}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _entry(cells: dict[str, str]) -> Entry:
    absent = {name: cells[name] or None for name in ("document_id", "digest")}
    read = {**cells, **absent, "number": int(cells["number"]), "details": json.loads(cells["details"])}
    return Entry(**read)
