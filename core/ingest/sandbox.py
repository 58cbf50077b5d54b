"""Parse in another process: its own group, a scrubbed environment, limits, JSON back. Every outcome is one sentence.

Nothing is written to disk and the password travels through the pipe, so neither shows in a process list or a log.
"""

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import psutil

from core.errors import BadInput, CopilotError, Missing, NotFound, PasswordNeeded
from core.ingest.wire import decode
from core.settings import ROOT, Settings
from core.settings import settings as default_settings
from core.types import ParsedFile

ERRORS: dict[str, type[CopilotError]] = {kind.__name__: kind for kind in (BadInput, PasswordNeeded, NotFound, Missing)}
# What a parser may see of our environment: where programs and language data are, never keys, tokens or proxies.
KEPT_VARIABLES = ("PATH", "TESSDATA_PREFIX", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
ANSWER_LIMIT_MB = 256  # 5,000 dense pages with word boxes are about 130 MB
# Address space is larger than resident memory; below 1 GB good PDFs fail, so the kernel's limit leaves room.
ADDRESS_SPACE_MB = 2_048
LOOK_SECONDS = 0.02
NOUNS = {
    "application/pdf": "PDF",
    "text/html": "HTML file",
    "text/plain": "text file",
    "text/markdown": "Markdown file",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
}


def parse(data: bytes, media_type: str, *, password: str | None = None, settings: Settings | None = None) -> ParsedFile:
    """Read a file in the child. Raises BadInput or PasswordNeeded with one sentence; never hangs, never crashes."""
    from core.ingest import PARSERS

    limits = settings or default_settings()
    options = {
        "media_type": media_type,
        "password": password,
        "max_pages": limits.max_pages,
        "ocr_language": limits.ocr_language,
        "timeout_seconds": limits.parse_timeout_seconds,
    }
    answer = call(PARSERS[media_type], data, options, noun=noun(media_type), settings=limits)
    try:
        return decode(answer["parsed"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise BadInput(_broken(noun(media_type), "gave an answer that does not fit together")) from None


def render(
    data: bytes,
    media_type: str,
    page: int,
    *,
    dpi: int = 100,
    password: str | None = None,
    settings: Settings | None = None,
) -> bytes:
    """One page of a PDF or scan as PNG; `page` counts from 1."""
    options = {"media_type": media_type, "page": page, "dpi": dpi, "password": password}
    answer = call("core.ingest.drawing:render", data, options, noun=noun(media_type), settings=settings)
    try:
        return base64.b64decode(answer["bytes"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise BadInput(_broken(noun(media_type), "gave no page image")) from None


def call(
    entry: str, data: bytes, options: dict[str, Any], *, noun: str = "file", settings: Settings | None = None
) -> dict[str, Any]:
    """Run "module:function" on the bytes in a child: its answer, or the sentence that explains why there is none."""
    limits = settings or default_settings()
    header = {
        "entry": entry,
        "options": options,
        "parent": os.getpid(),
        "limits": {
            "address_space_mb": max(ADDRESS_SPACE_MB, 2 * limits.parse_memory_mb),
            "cpu_seconds": limits.parse_timeout_seconds + 5,
        },
    }
    with _started() as process:
        watch = Watch(process, limits)
        feeder = threading.Thread(target=_feed, args=(process, json.dumps(header).encode() + b"\n", data), daemon=True)
        try:
            feeder.start()
            watch.start()
            assert process.stdout is not None
            content = process.stdout.read(ANSWER_LIMIT_MB * 1024 * 1024 + 1)
            if len(content) <= ANSWER_LIMIT_MB * 1024 * 1024:
                process.wait()
        finally:
            watch.done.set()
            _kill(process)
            watch.join()
            feeder.join()
    return _outcome(content, process.returncode, watch.reason, noun, limits)


def noun(media_type: str) -> str:
    """What a person calls a file of this type."""
    if media_type.startswith("image/"):
        return "image"
    return NOUNS.get(media_type, "XML file" if "xml" in media_type else "file")


class Watch(threading.Thread):
    """Kills the child's group when it has run too long or grown too large; `reason` is then "time" or "memory"."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Settings) -> None:
        super().__init__(daemon=True, name="parser-watch")
        self.process = process
        self.deadline = time.monotonic() + limits.parse_timeout_seconds
        self.memory = limits.parse_memory_mb * 1024 * 1024
        self.done = threading.Event()
        self.reason = ""

    def run(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            seen = psutil.Process(self.process.pid)
            while not self.done.wait(LOOK_SECONDS):
                if time.monotonic() > self.deadline:
                    self.reason = "time"
                elif seen.memory_info().rss > self.memory:
                    self.reason = "memory"
                if self.reason:
                    return _kill(self.process)


def _started() -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-E", "-s", "-m", "core.ingest.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**environment, "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
        start_new_session=True,  # its own group, so that one signal ends all of it; Windows ignores this
    )


def _feed(process: subprocess.Popen[bytes], header: bytes, data: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # the child may answer, or die, before it has read everything
        process.stdin.write(header)
        process.stdin.write(data)
        process.stdin.flush()
    with contextlib.suppress(OSError):
        process.stdin.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    # The leader may be gone while something it started still runs, so the group is always signalled.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _outcome(content: bytes, exit_code: int | None, reason: str, noun: str, limits: Settings) -> dict[str, Any]:
    if reason == "time" or exit_code == -getattr(signal, "SIGXCPU", 24):
        raise BadInput(
            f"Reading this {noun} took more than {limits.parse_timeout_seconds} seconds and was stopped; "
            "split it into smaller files, or raise COPILOT_PARSE_TIMEOUT_SECONDS."
        )
    if reason == "memory":
        raise BadInput(_too_large(noun, limits))
    if len(content) > ANSWER_LIMIT_MB * 1024 * 1024:
        raise BadInput(f"This {noun} holds more than {ANSWER_LIMIT_MB} MB of text; split it into smaller files.")
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        how = f"was ended by signal {-exit_code}" if exit_code and exit_code < 0 else "gave no readable answer"
        raise BadInput(_broken(noun, how)) from None
    if not isinstance(answer, dict):
        raise BadInput(_broken(noun, "gave no readable answer"))
    if "error" in answer:
        raise ERRORS.get(str(answer["error"]), BadInput)(str(answer.get("message", "")))
    if answer.get("crash") == "MemoryError":
        raise BadInput(_too_large(noun, limits))
    if "crash" in answer:
        raise BadInput(_broken(noun, f"stopped at {answer['crash']} in {answer.get('where', '')}"))
    return answer


def _too_large(noun: str, limits: Settings) -> str:
    return (
        f"Reading this {noun} needed more than {limits.parse_memory_mb} MB of memory and was stopped; "
        "split it into smaller files, or raise COPILOT_PARSE_MEMORY_MB."
    )


def _broken(noun: str, how: str) -> str:
    return (
        f"This {noun} could not be read: its parser {how}. The file may be damaged; "
        "open it in the program that made it and save it again."
    )
