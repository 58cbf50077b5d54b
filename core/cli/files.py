"""Files in and out: `-` is standard input, and what is written is there whole or not at all."""

import os
import stat
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.cli.text import say
from core.errors import BadInput, CopilotError, NotFound

STDIN = "-"
PASSWORD = "COPILOT_PASSWORD"


class Tally:
    """Goes on after a failure, tells each one, and keeps the exit code of the first."""

    def __init__(self) -> None:
        self.code = 0

    @contextmanager
    def attempt(self, name: str) -> Iterator[None]:
        try:
            yield
        except CopilotError as error:
            self.fail(name, error)

    def fail(self, name: str, error: CopilotError) -> None:
        say(f"{name}: {error}")
        self.code = self.code or error.exit_code


def shown(path: str) -> str:
    return "standard input" if path == STDIN else path


def read(path: str) -> bytes:
    """The bytes of a file, or of standard input. NotFound and BadInput say what is wrong with it."""
    from core.settings import settings

    limit = settings().max_upload_mb * 1_000_000
    try:
        if path == STDIN:
            found = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(path).open("rb") as file:
                found = file.read(limit + 1)
    except FileNotFoundError as error:
        raise NotFound("There is no such file; check the path.") from error
    except IsADirectoryError as error:
        raise BadInput(f"This is a folder; name its files, for example {path.rstrip('/')}/*.pdf") from error
    except OSError as error:
        raise BadInput(f"The file cannot be read: {error.strerror or error}.") from error
    if len(found) > limit:
        raise BadInput(f"The file is larger than {limit // 1_000_000} MB; set COPILOT_MAX_UPLOAD_MB to allow more.")
    return found


def add_password(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--password-file",
        metavar="PATH",
        help=f"file whose first line opens encrypted PDFs (or set {PASSWORD}); a password is never an option itself,"
        " because other users could see it",
    )


def password(arguments: Namespace) -> str | None:
    if arguments.password_file:
        lines = read(arguments.password_file).decode("utf-8", "replace").splitlines()
        return lines[0] if lines else ""
    return os.environ.get(PASSWORD)


def is_folder(out: str | None) -> bool:
    return bool(out) and (Path(out or "").is_dir() or str(out).endswith(("/", os.sep)))


def write(out: str | None, data: bytes, *, binary: bool = False) -> None:
    """To stdout, or to the file `out`, which then holds either all of it or what it held before."""
    if out is None:
        if binary and sys.stdout.isatty():
            raise BadInput("This format is not text and would garble the terminal; name a file with --out PATH.")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        _replace(Path(out), data)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror or error}.") from error


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced, only written to
        path.write_bytes(data)
        return
    target = path.resolve()  # a link stays a link
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(_mode(target))
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """The rights that the file has, or that a new one gets here; mkstemp's own are for the owner alone."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def named(folder: str, taken: set[str], source: str, extension: str) -> str:
    """A free name in the folder for what is made of `source`; the folder is made if need be."""
    stem = "standard-input" if source == STDIN else Path(source).stem
    name, number = f"{stem}.{extension}", 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}.{extension}"
    taken.add(name)
    Path(folder).mkdir(parents=True, exist_ok=True)
    return str(Path(folder) / name)
