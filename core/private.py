"""Files that only this account reads, written whole: keys, salts, and what people uploaded."""

import os
from pathlib import Path
from secrets import token_hex


def write_private(path: Path, data: bytes) -> None:
    """A new file, on the disk when this returns. FileExistsError where there is one."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def make_private(path: Path, data: bytes) -> None:
    """The file with its folder, unless it is there: of two processes at a first start one wins, and both read the same.

    It is written under another name and then linked, so that nobody ever reads half of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{token_hex(4)}")
    write_private(draft, data)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
