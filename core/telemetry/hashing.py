"""Who it was, without saying who: the same mark for the same person, worthless outside this installation."""

import hashlib
import hmac
import secrets
from functools import lru_cache
from pathlib import Path

from core.errors import BadInput
from core.private import make_private
from core.settings import settings
from core.types import User

SALT_BYTES = 32
SALT_FILE = "telemetry.salt"
_folder: Path | None = None


def user_hash(user: User) -> str:
    """16 hex digits of an HMAC under a random salt in the data folder, the same in spans and in the ledger of calls.

    Without the file nobody finds their own spans any more; it is made anew then. BadInput when it cannot be made.
    """
    return _hash((_folder or settings().data_dir) / SALT_FILE, user.tenant, user.id)


def use(folder: Path) -> None:
    """Take the salt from this folder from now on; before, it is that of the environment's settings."""
    global _folder
    _folder = folder


@lru_cache(maxsize=1_024)
def _hash(path: Path, tenant: str, id: str) -> str:
    return hmac.new(_salt(path), f"{tenant}\n{id}".encode(), hashlib.sha256).hexdigest()[:16]


def _salt(path: Path) -> bytes:
    try:
        if not path.exists():
            make_private(path, secrets.token_bytes(SALT_BYTES))
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be used: {error.strerror}; set COPILOT_DATA_DIR to a folder of yours") from error
