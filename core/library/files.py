"""Stored bytes under their own digest, beside the database: whole or not there, readable by this account only.

    files/<sha256>                    what was uploaded
    cache/<document id>/<name>.png    page images, made again when missing

A file takes its name inside the write that adds its row, so that whoever holds the write lock knows which files
belong to nobody. Equal bytes under different access labels share one file, and no query ever says so.
"""

import hashlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlite_utils import Database

from core.errors import NotFound
from core.private import write_private
from core.store import file, rows, write

STALE_SECONDS = 3600
INCOMING = ".incoming-"


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes on disk, complete, under a name that means nothing yet."""

    path: Path
    sha256: str


def database(db: Database) -> Path:
    """The file that the database is in."""
    found = file(db)
    if found is None:
        raise ValueError("files are kept beside a database, and one in memory has no place")
    return found


def folder(db: Database, name: str) -> Path:
    """`files` or `cache` beside the database, private."""
    path = database(db).parent / name
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def stage(db: Database, data: bytes) -> Staged:
    """Write bytes down, outside any write; `keep` or `discard` follows."""
    staged = Staged(folder(db, "files") / f"{INCOMING}{uuid4().hex}", digest(data))
    try:
        write_private(staged.path, data)
    except BaseException:
        discard(staged)
        raise
    return staged


def keep(db: Database, staged: Staged) -> None:
    """Give staged bytes their name, inside the write that adds the row which needs them."""
    path = folder(db, "files") / staged.sha256
    os.replace(staged.path, path)
    _sync_folder(path.parent)


def discard(staged: Staged) -> None:
    staged.path.unlink(missing_ok=True)


def read(db: Database, file: str) -> bytes:
    path = folder(db, "files") / file
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"The stored file {path} is gone; restore it from a backup or upload it again.") from None


def release(db: Database, file: str) -> bool:
    """Remove a stored file if no row needs it any more; its own write. Gives whether it was removed."""
    with write(db):
        if file in _needed(db):
            return False
        (folder(db, "files") / file).unlink(missing_ok=True)
    return True


def cached(db: Database, document_id: str, name: str) -> Path:
    return folder(db, "cache") / document_id / name


def cache(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    temporary = path.with_name(f"{INCOMING}{uuid4().hex}")
    write_private(temporary, data)
    os.replace(temporary, path)


def forget(db: Database, document_id: str) -> int:
    """Remove a document's page images; gives how many there were."""
    path = folder(db, "cache") / document_id
    count = len(list(path.glob("*.png")))
    shutil.rmtree(path, ignore_errors=True)
    return count


def sweep(db: Database) -> int:
    """Remove what a crash left behind: files without a row, images without a document. Gives how many."""
    removed = 0
    with write(db):
        needed = _needed(db)
        for path in folder(db, "files").iterdir():
            stale = path.name.startswith(INCOMING) and path.stat().st_mtime < time.time() - STALE_SECONDS
            if stale or not (path.name.startswith(INCOMING) or path.name in needed):
                path.unlink(missing_ok=True)
                removed += 1
        documents = {row["id"] for row in rows(db, "select id from document")}
        for path in folder(db, "cache").iterdir():
            if path.name not in documents:
                shutil.rmtree(path, ignore_errors=True)
                removed += 1
    return removed


def _needed(db: Database) -> set[str]:
    return {row["file"] for row in rows(db, "select file from document union select file from upload")}


def _sync_folder(path: Path) -> None:
    # The new name must survive a power cut too, or the row would point at nothing. Windows cannot open a folder.
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
