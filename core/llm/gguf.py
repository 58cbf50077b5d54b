"""The header of a GGUF file, read with bounds: nothing in a hostile file makes us read or hold more than they allow."""

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.llm.faults import BadWeights

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MOST_KEYS, MOST_TENSORS, MOST_DIMENSIONS = 5_000, 50_000, 4
MOST_STRING, MOST_ITEMS, MOST_HEADER = 1 << 20, 2_000_000, 64 << 20
MOST_CONTEXT, MOST_VALUES, MOST_CACHE = 1 << 31, 1 << 50, 1 << 40  # tokens, weights, bytes of a token
ARCHITECTURE = re.compile(r"[a-z0-9][\w.-]{0,63}", re.ASCII | re.IGNORECASE)
KEPT_ITEMS = 256  # numbers of an array that are kept: head counts by layer are the longest we use
TOKENS = "tokenizer.ggml.tokens"
PLAIN = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
STRING, ARRAY = 8, 9
# ggml's tensor types: values in a block, bytes of a block.
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17),
}  # fmt: skip
# general.file_type, as llama.cpp names it.
QUANTISATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """`context` is what the model was trained for, in tokens. `cache_bytes_per_token` is what one token of it takes."""

    name: str
    architecture: str
    quantisation: str
    context: int
    parameters: int
    bytes: int
    cache_bytes_per_token: int


def header(path: Path) -> Header:
    """Read and check the header. BadWeights says in one sentence why the file cannot be used."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            return _Reading(path, file.read(MOST_HEADER), size).header()
    except OSError as error:
        raise BadWeights(f"{path} cannot be read ({error.strerror}); check the path and its rights.") from error


def vocabulary(path: Path) -> list[str]:
    """The tokens as the file spells them, by their numbers. BadWeights as `header`."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            return _Reading(path, file.read(MOST_HEADER), size, keeps=TOKENS).tokens()
    except OSError as error:
        raise BadWeights(f"{path} cannot be read ({error.strerror}); check the path and its rights.") from error


class _Reading:
    """One pass over a header, front to back. Of arrays of strings, only that named `keeps` is kept."""

    def __init__(self, path: Path, start: bytes, size: int, keeps: str = "") -> None:
        self.path, self.start, self.size, self.keeps = path, start, size, keeps
        self.at = 0

    def tokens(self) -> list[str]:
        _, fields = self._fields()
        found: list[str] = fields.get(TOKENS, [])
        return found

    def _fields(self) -> tuple[int, dict[str, Any]]:
        """How many tensors follow, and what stands before them."""
        if self._bytes(len(MAGIC)) != MAGIC:
            raise self._bad("is not a GGUF file; choose a file that ends in .gguf")
        if self._number("<I") not in VERSIONS:
            raise self._bad("is of a GGUF version that is not known here; get a newer file of the model")
        tensors, keys = self._count(MOST_TENSORS), self._count(MOST_KEYS)
        fields: dict[str, Any] = {}
        for _ in range(keys):
            name = self._string()
            fields[name] = self._value(self._number("<I"), whole=name == self.keeps)
        return tensors, fields

    def header(self) -> Header:
        tensors, fields = self._fields()
        parameters, ends = self._tensors(tensors)
        alignment = fields.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 16:
            raise self._bad("has a damaged header; download it again")
        if ends and -(-self.at // alignment) * alignment + ends > self.size:
            raise self._bad("is truncated: its weights are not all there; download it again")
        return self._header(fields, parameters)

    def _header(self, fields: dict[str, Any], parameters: int) -> Header:
        kind = fields.get("general.architecture")
        context = fields.get(f"{kind}.context_length")
        if not isinstance(kind, str) or not isinstance(context, int) or "tokenizer.ggml.model" not in fields:
            raise self._bad("is no language model (no architecture, context or vocabulary in it); choose another file")
        if not parameters:
            raise self._bad("has no weights in it; choose another file of the model")
        cache = _cache_bytes(kind, fields)
        if not ARCHITECTURE.fullmatch(kind) or not 1 <= context <= MOST_CONTEXT or not 0 <= cache <= MOST_CACHE:
            raise self._bad("has a damaged header; download it again")
        name, quantisation = fields.get("general.name"), fields.get("general.file_type")
        return Header(
            name=name if isinstance(name, str) else self.path.stem,
            architecture=kind,
            quantisation=QUANTISATIONS.get(quantisation, "unknown") if isinstance(quantisation, int) else "unknown",
            context=context,
            parameters=parameters,
            bytes=self.size,
            cache_bytes_per_token=cache,
        )

    def _tensors(self, count: int) -> tuple[int, int]:
        """How many weights there are, and where the last of them ends, from the start of the weights."""
        parameters, ends = 0, 0
        for _ in range(count):
            self._string()
            dimensions = self._number("<I")
            if dimensions > MOST_DIMENSIONS:
                raise self._bad("has a damaged header; download it again")
            values = 1
            for _ in range(dimensions):
                values *= self._number("<Q")
            kind, start = self._number("<I"), self._number("<Q")
            block, size = BLOCKS.get(kind, (1, 0))
            parameters += values
            if parameters > MOST_VALUES:
                raise self._bad("has a damaged header; download it again")
            ends = max(ends, start + values // block * size)
        return parameters, ends

    def _value(self, kind: int, *, whole: bool = False) -> Any:
        if kind == STRING:
            return self._string()
        if kind != ARRAY:
            return self._number(self._form(kind))
        inner, count = self._number("<I"), self._count(MOST_ITEMS)
        if inner == STRING:
            if whole:
                return [self._string() for _ in range(count)]
            for _ in range(count):
                self._skip(self._count(MOST_STRING))
            return []
        form = self._form(inner)
        kept = min(count, KEPT_ITEMS)
        items = [self._number(form) for _ in range(kept)]
        self._skip((count - kept) * struct.calcsize(form))
        return items

    def _form(self, kind: int) -> str:
        if kind not in PLAIN:
            raise self._bad("has a damaged header; download it again")
        return PLAIN[kind]

    def _string(self) -> str:
        return self._bytes(self._count(MOST_STRING)).decode("utf-8", "replace")

    def _count(self, most: int) -> int:
        found: int = self._number("<Q")
        if found > most:
            raise self._bad("has a damaged header; download it again")
        return found

    def _number(self, form: str) -> Any:
        at = self.at
        self._skip(struct.calcsize(form))
        return struct.unpack_from(form, self.start, at)[0]

    def _bytes(self, count: int) -> bytes:
        at = self.at
        self._skip(count)
        return self.start[at : self.at]

    def _skip(self, count: int) -> None:
        self.at += count
        if self.at <= len(self.start):
            return
        if self.size > len(self.start):
            raise self._bad("has a header larger than any model needs; it is damaged or hostile")
        raise self._bad("is truncated: it ends inside its header; download it again")

    def _bad(self, why: str) -> BadWeights:
        return BadWeights(f"{self.path.name} {why}.")


def _cache_bytes(kind: str, fields: dict[str, Any]) -> int:
    """Keys and values of one token in all layers, two bytes each; 0 where the header does not say."""

    def whole(name: str, default: int = 0) -> int:
        found = fields.get(f"{kind}.{name}", default)
        found = max(found, default=0) if isinstance(found, list) else found  # some models differ by layer
        return found if isinstance(found, int) else default

    heads = whole("attention.head_count")
    wide = whole("embedding_length") // heads if heads else 0
    per_head = whole("attention.key_length", wide) + whole("attention.value_length", wide)
    return whole("block_count") * whole("attention.head_count_kv", heads) * per_head * 2
