"""`python -m core ARGUMENTS` in this process, since starting one takes longer than what it does."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.cli import main
from core.settings import settings


@dataclass(frozen=True)
class Done:
    """What a command left: its code, and its text on stdout and on stderr."""

    code: int
    out: str
    err: str

    @property
    def cells(self) -> list[list[str]]:
        """The lines on stdout as they were tab-separated."""
        return [line.split("\t") for line in self.out.splitlines()]


def command_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """A function that runs a command on the database in `folder`; bytes for stdin and variables go by name."""

    def run(*arguments: object, stdin: bytes | str = b"", **environment: str) -> Done:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        with monkeypatch.context() as place:
            place.setenv("COPILOT_DATA_DIR", str(folder))
            for name, value in environment.items():
                place.setenv(name, value)
            place.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
            for name in ("stdout", "stderr"):
                place.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""))
            settings.cache_clear()
            code = _left(main, [str(argument) for argument in arguments])
            sys.stdout.flush()
            sys.stderr.flush()
            out, err = (stream.buffer.getvalue().decode("utf-8") for stream in (sys.stdout, sys.stderr))
        settings.cache_clear()
        assert "Traceback" not in err
        return Done(code, out, err)

    return run


def _left(command: Callable[[list[str]], int], arguments: list[str]) -> int:
    """The exit code, also where argparse exits by itself."""
    try:
        return command(arguments)
    except SystemExit as left:
        return int(left.code or 0)
