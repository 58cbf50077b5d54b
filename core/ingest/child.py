"""The process that touches hostile bytes: `python -m core.ingest.child`, started by `sandbox` and by nobody else.

Standard input is one line of JSON (the parser's dotted name, its options, limits, the parent), then the file's bytes.
Standard output is one JSON object: {"parsed": …}, {"bytes": base64}, {"error": kind, "message": …} for a sentence
meant for a person, or {"crash": exception, "where": file and line}, which never repeats text of the file.
"""

import base64
import gc
import importlib
import io
import json
import os
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from core.errors import CopilotError
from core.ingest.wire import encode
from core.types import ParsedFile


def main() -> None:
    answers = _private_stdout()
    job = json.loads(sys.stdin.buffer.readline())
    _end_with_parent(job["parent"])
    _limit(**job["limits"])
    sys.excepthook = lambda kind, error, trace: _write(answers, _crash(kind, trace))
    # Parsing makes many small objects and no cycles, and the process ends with the file: collecting costs a fifth.
    gc.disable()
    for piece in answer(job["entry"], sys.stdin.buffer.read(), job["options"]):
        _write(answers, piece)
    os._exit(0)  # closing a broken PDF's objects one by one can crash after the answer is safe


def answer(entry: str, data: bytes, options: dict[str, Any]) -> Iterator[bytes]:
    """Call "module:function" on the bytes with those options that it names; the answer in pieces."""
    module, _, name = entry.partition(":")
    try:
        function = getattr(importlib.import_module(module), name)
        code = function.__code__
        wanted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        result = function(data, **{key: value for key, value in options.items() if key in wanted})
    except CopilotError as error:
        yield json.dumps({"error": type(error).__name__, "message": str(error)}).encode()
        return
    if isinstance(result, ParsedFile):
        yield b'{"parsed":'
        yield from encode(result)
        yield b"}"
    else:
        yield b'{"bytes":"' + base64.b64encode(result) + b'"}'


def _private_stdout() -> io.FileIO:
    """The real standard output; whatever C libraries print from here on goes nowhere."""
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return io.FileIO(answers, "wb")


def _write(answers: io.FileIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[answers.write(view) :]


def _crash(kind: type[BaseException], trace: TracebackType | None) -> bytes:
    where = ""
    while trace:
        where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)} line {trace.tb_lineno}"
        trace = trace.tb_next
    return json.dumps({"crash": kind.__name__, "where": where}).encode()


def _end_with_parent(parent: int) -> None:
    """Where the kernel can, be killed when the parent is: a worker that dies leaves no parser behind."""
    if sys.platform == "linux":
        import ctypes
        import signal

        kill_when_parent_dies = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(kill_when_parent_dies, signal.SIGKILL)
        if os.getppid() != parent:  # it died before it was said: nobody waits for the answer
            os._exit(1)


def _limit(address_space_mb: int, cpu_seconds: int) -> None:
    """Second line of defence: the parent watches time and resident memory, the kernel these."""
    if sys.platform == "win32":  # Windows has no rlimits; the parent's watch still holds
        return
    import resource

    address_space = address_space_mb * 1024 * 1024
    for kind, limit in [
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 1024 * 1024),  # room for Python's own compiled modules, not for a full disk
    ]:
        _soft, hard = resource.getrlimit(kind)
        ceiling = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


if __name__ == "__main__":
    main()
