"""How a parsed file crosses the process border: JSON, with the words packed as columns of numbers.

The reader trusts nothing: an answer that does not fit together raises ValueError, never a wrong offset.
"""

import base64
import json
import sys
from array import array
from collections.abc import Iterator, Sequence
from operator import gt
from typing import Any, get_args

from core.ingest.words import Words
from core.types import Block, BlockKind, Page, PageState, ParsedFile, Word

KINDS = frozenset(get_args(BlockKind))
STATES = frozenset(get_args(PageState))


def encode(parsed: ParsedFile) -> Iterator[bytes]:
    """One JSON object in UTF-8, piece by piece: a long file's answer is larger than all else that the child holds.

    Lone surrogates in the text are replaced by question marks, one for one.
    """
    answer = {
        "media_type": parsed.media_type,
        "text": _clean(parsed.text),
        "blocks": [[b.start, b.end, b.kind, b.level, b.table, int(b.header)] for b in parsed.blocks],
        "pages": [[p.number, p.width, p.height, p.state] for p in parsed.pages],
        "hidden": [_clean(text) for text in parsed.hidden],
        "warnings": [_clean(text) for text in parsed.warnings],
        "declared": {name: _clean(value) for name, value in parsed.declared.items()},
    }
    for name, value in answer.items():
        yield b"{" if name == "media_type" else b","
        yield f'"{name}":'.encode() + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    yield b',"words":['
    for place, column in enumerate(_columns(parsed.words)):
        yield (b',"' if place else b'"') + _pack(column) + b'"'
    yield b"]}"


def decode(answer: dict[str, Any]) -> ParsedFile:
    """The inverse of `encode`, from the decoded JSON. Raises ValueError, KeyError or TypeError on anything odd."""
    text = _string(answer["text"])
    blocks = tuple(
        Block(int(start), int(end), kind, int(level), int(table), bool(header))
        for start, end, kind, level, table, header in answer["blocks"]
    )
    if any(block.kind not in KINDS or not 0 <= block.start <= block.end <= len(text) for block in blocks):
        raise ValueError("a block lies outside the text")
    pages = tuple(Page(int(n), float(w), float(h), state) for n, w, h, state in answer["pages"])
    if any(page.state not in STATES for page in pages):
        raise ValueError("a page is in an unknown state")
    return ParsedFile(
        media_type=_string(answer["media_type"]),
        text=text,
        blocks=blocks,
        pages=pages,
        words=_unpack_words(answer["words"], len(text), len(pages)),
        hidden=tuple(map(_string, answer["hidden"])),
        warnings=tuple(map(_string, answer["warnings"])),
        declared={_string(name): _string(value) for name, value in answer["declared"].items()},
    )


def _columns(words: Sequence[Word]) -> list["array[int]"]:
    if isinstance(words, Words):
        return words.columns
    packed = Words()
    for word in words:
        packed.add(*word)
    return packed.columns


def _unpack_words(packed: list[str], text_length: int, page_count: int) -> Words:
    words = Words(_unpack(column) for column in packed)
    start, end, page, *_box = words.columns
    if len({len(column) for column in words.columns}) != 1 or len(words.columns) != 7:
        raise ValueError("the columns of words differ in length")
    if not start:
        return words
    if min(start) < 0 or max(end) > text_length or any(map(gt, start, end)):
        raise ValueError("a word lies outside the text")
    if min(page) < 1 or max(page) > page_count:
        raise ValueError("a word lies outside the pages")
    return words


def _pack(column: "array[int]") -> bytes:
    if sys.byteorder == "big":
        column.byteswap()
    return base64.b64encode(column.tobytes())


def _unpack(packed: str) -> "array[int]":
    column = array("i")
    column.frombytes(base64.b64decode(packed, validate=True))
    if sys.byteorder == "big":
        column.byteswap()
    return column


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {type(value).__name__}")
    return value


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text
