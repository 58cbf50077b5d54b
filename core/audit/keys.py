"""The key of the chain: in a file of its own, never in the database."""

import os
import secrets
from pathlib import Path

from sqlite_utils import Database

from core.errors import BadInput
from core.private import make_private
from core.settings import settings
from core.store import file, one

KEY_BYTES = 32
_PASSING = secrets.token_bytes(KEY_BYTES)
_KNOWN: dict[Path, bytes] = {}


def key(db: Database) -> bytes:
    """The HMAC key: from COPILOT_AUDIT_KEY_FILE, else `audit.key` beside the database, made when it is first needed.

    A database in memory has one for the life of the process.
    """
    there = path(db)
    if there is None:
        return _PASSING
    if there not in _KNOWN:
        if not there.exists():
            if one(db, "select 1 from audit limit 1"):
                # A new one would seal what comes, and nobody could tell any more whether what is there was changed.
                raise BadInput(f"The log's key {there} is missing; put it back from your backup, then try again.")
            make_private(there, secrets.token_hex(KEY_BYTES).encode())
        _KNOWN[there] = _read(there)
    return _KNOWN[there]


def path(db: Database) -> Path | None:
    """Where the key is kept; None for a database in memory."""
    beside, elsewhere = file(db), settings().audit_key_file
    return elsewhere or (beside.parent / "audit.key" if beside else None)


def exposed(db: Database) -> bool:
    """Whether other accounts of this computer may read the key's file."""
    there = path(db)
    return os.name == "posix" and there is not None and there.exists() and bool(there.stat().st_mode & 0o077)


def _read(path: Path) -> bytes:
    try:
        found = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise BadInput(f"The log's key {path} cannot be read; restore it, or the log cannot be verified.") from error
    if len(found) < KEY_BYTES:
        raise BadInput(f"The log's key {path} is too short; it needs {KEY_BYTES} bytes as hex digits.")
    return found
