"""The key of the chain: in a file of its own, never in the database."""

import os
import secrets
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from core.errors import BadInput
from core.settings import settings

KEY_BYTES = 32
_PASSING = secrets.token_bytes(KEY_BYTES)


def key(db: Database) -> bytes:
    """The HMAC key: from COPILOT_AUDIT_KEY_FILE, else `audit.key` beside the database, made when it is first needed.

    A database in memory has one for the life of the process.
    """
    beside = place(db)
    if (path := settings().audit_key_file) is not None:
        return _read(path)
    return _read(beside / "audit.key") if beside else _PASSING


def place(db: Database) -> Path | None:
    """The folder of the database's file; None for one in memory."""
    (file,) = db.conn.execute("select file from pragma_database_list where name = 'main'").fetchone()
    return Path(file).parent if file else None


@cache
def _read(path: Path) -> bytes:
    _make(path)
    try:
        found = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise BadInput(f"The log's key {path} cannot be read; restore it, or the log cannot be verified.") from error
    if len(found) < KEY_BYTES:
        raise BadInput(f"The log's key {path} is too short; it needs {KEY_BYTES} bytes as hex digits.")
    return found


def _make(path: Path) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written whole beside it and then linked: of two processes at a first start one wins and both read the same.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
