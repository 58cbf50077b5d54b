"""Small parsers that the sandbox's tests run in the child by dotted name: each goes wrong in its own way."""

import ctypes
import json
import os
import sys
import time


def echo(data, *, word=""):
    return f"{word}:{len(data)}".encode()


def modules(data):
    return json.dumps(sorted(sys.modules)).encode()


def environment(data):
    return json.dumps(dict(os.environ)).encode()


def command_line(data, *, password=None):
    assert password
    with open("/proc/self/cmdline", "rb") as file:
        return file.read()


def hang(data):
    while True:
        time.sleep(1)


def leave_one_behind(data):
    """Starts a process that nobody waits for, and answers with its number."""
    if pid := os.fork():
        return str(pid).encode()
    os.closerange(0, 64)
    time.sleep(600)
    os._exit(0)


def spin(data):
    while True:
        pass


def swell(data):
    held = []
    while True:
        held.append(bytearray(8 * 1024 * 1024))
        time.sleep(0.01)


def hold_and_sleep(data):
    held = bytearray(os.urandom(1024)) * (300 * 1024)
    time.sleep(60)
    return held[:1]


def swell_at_once(data):
    return bytearray(64 * 1024**3)


def crash(data):
    ctypes.string_at(0)


def stumble(data):
    secret = data.decode()
    raise RuntimeError(f"cannot read {secret}")


def chatter(data):
    os.write(1, b"noise from a C library\n")
    print("more noise", flush=True)
    return b"answer"


def give_nonsense(data):
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, b"this is no JSON")
        except OSError:
            continue
    os._exit(0)


def flood(data):
    piece = b"x" * 1024 * 1024
    for descriptor in range(3, 10):
        try:
            while True:
                os.write(descriptor, piece)
        except OSError:
            continue
    os._exit(0)


def fill_the_disk(data):
    import tempfile

    with tempfile.TemporaryFile() as file:
        for _ in range(64):
            file.write(b"x" * 1024 * 1024)
        file.flush()
    return b"filled"


def outside_the_text(data):
    from core.types import Block, ParsedFile

    return ParsedFile("text/plain", "short", (Block(0, 500, "paragraph"),))


def read_everything(data):
    from core.types import Block, Page, ParsedFile, Word

    text = "§ 4 — “größer” \U0001f600 end"
    return ParsedFile(
        "text/plain",
        text,
        (Block(0, len(text), "heading", 2), Block(0, 3, "table_row", 0, 7, True)),
        pages=(Page(1, 595.28, 841.89, "ocr"),),
        words=(Word(0, 1, 1, 1.234, 2.0, 3.5, 4.25), Word(2, 3, 1, -1.5, 0, 9999.99, 2)),
        hidden=("unseen",),
        warnings=("beware",),
        declared={"title": "A title"},
    )
