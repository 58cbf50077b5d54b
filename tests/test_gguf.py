"""The header of a GGUF file: read within bounds, refused in a sentence."""

import struct
from pathlib import Path

import pytest

from core.llm import gguf
from core.llm.faults import BadWeights
from tests.effort import at_most
from tests.model_parts import tiny_gguf

pytest.importorskip("gguf", reason="the writer of test files is not installed")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    return path


def test_the_header_says_what_the_model_is(tiny):
    found = gguf.header(tiny)
    assert (found.name, found.architecture, found.quantisation, found.context) == ("tiny", "llama", "F32", 2048)
    assert found.bytes == tiny.stat().st_size
    assert 100_000 < found.parameters < 200_000
    # 2 layers, 4 heads of 16, keys and values, two bytes each
    assert found.cache_bytes_per_token == 2 * 4 * (16 + 16) * 2


def test_a_file_cut_at_any_place_is_truncated(tiny, tmp_path):
    whole = tiny.read_bytes()
    for length in (4, 9, 100, 3000, 12_000, len(whole) // 2, len(whole) - 1):
        with pytest.raises(BadWeights, match="is truncated"):
            gguf.header(file(tmp_path, whole[:length]))


def test_another_kind_of_file_is_named_as_such(tmp_path):
    with pytest.raises(BadWeights, match=r"x.gguf is not a GGUF file; choose a file that ends in .gguf"):
        gguf.header(file(tmp_path, b"%PDF-1.7 and more"))
    with pytest.raises(BadWeights, match="cannot be read"):
        gguf.header(tmp_path / "absent.gguf")


def test_a_model_that_speaks_no_language_is_refused(tmp_path):
    keys = text(b"general.architecture") + struct.pack("<I", 8) + text(b"clip")
    with pytest.raises(BadWeights, match="is no language model"):
        gguf.header(file(tmp_path, b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + keys))


def model_of(*fields: tuple[bytes, str, int], architecture: bytes = b"llama", tensors: int = 1) -> bytes:
    """A language model's header with numbers as given, for a tensor of two weights of a kind that nobody knows."""
    kinds = {"I": 4, "i": 5, "Q": 10}
    keys = [text(b"general.architecture") + struct.pack("<I", 8) + text(architecture)]
    keys += [text(b"tokenizer.ggml.model") + struct.pack("<I", 8) + text(b"gpt2")]
    keys += [text(name) + struct.pack("<I" + form, kinds[form], value) for name, form, value in fields]
    tensor = text(b"t") + struct.pack("<IQIQ", 1, 2, 99, 0)
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, len(keys)) + b"".join(keys) + tensor * tensors


CONTEXT = (b"llama.context_length", "I", 512)


def test_a_vocabulary_without_weights_is_no_model(tmp_path):
    assert gguf.header(file(tmp_path, model_of(CONTEXT))).parameters == 2
    with pytest.raises(BadWeights, match="has no weights in it"):
        gguf.header(file(tmp_path, model_of(CONTEXT, tensors=0)))


@pytest.mark.parametrize(
    "content",
    [
        model_of((b"llama.context_length", "I", 0)), model_of((b"llama.context_length", "i", -5)),
        model_of((b"llama.context_length", "Q", 2**64 - 1)),
        model_of(CONTEXT, (b"llama.block_count", "i", -3), (b"llama.attention.head_count", "I", 4),
                 (b"llama.embedding_length", "I", 64)),
        model_of(CONTEXT, (b"llama.block_count", "Q", 2**64 - 1), (b"llama.attention.head_count", "I", 1),
                 (b"llama.embedding_length", "Q", 2**64 - 1)),
        model_of((b"<b>.context_length", "I", 512), architecture=b"<b>"),
        model_of(CONTEXT).replace(struct.pack("<IQIQ", 1, 2, 99, 0), struct.pack("<IQIQ", 1, 2**64 - 1, 99, 0)),
    ],
)  # fmt: skip
def test_numbers_that_no_model_has_are_damage(tmp_path, content):
    with pytest.raises(BadWeights, match="has a damaged header"):
        gguf.header(file(tmp_path, content))


HUGE = 1 << 60
HOSTILE = {
    "tensors without end": struct.pack("<IQQ", 3, HUGE, 0),
    "keys without end": struct.pack("<IQQ", 3, 0, HUGE),
    "a key without end": struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", HUGE),
    "an array without end": struct.pack("<IQQ", 3, 0, 1) + text(b"k") + struct.pack("<IIQ", 9, 4, HUGE),
    "an array of arrays": struct.pack("<IQQ", 3, 0, 1) + text(b"k") + struct.pack("<IIQ", 9, 9, 5),
    "an unknown type": struct.pack("<IQQ", 3, 0, 1) + text(b"k") + struct.pack("<I", 99),
    "a version of tomorrow": struct.pack("<IQQ", 99, 0, 0),
    "the other order of bytes": struct.pack(">IQQ", 3, 1, 1),
    "a tensor of too many dimensions": struct.pack("<IQQ", 3, 1, 0) + text(b"t") + struct.pack("<I", 1 << 31),
    "an alignment of nothing": struct.pack("<IQQ", 3, 0, 1) + text(b"general.alignment") + struct.pack("<II", 4, 0),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_is_refused_at_once(tmp_path, name):
    with pytest.raises(BadWeights), at_most(10):
        gguf.header(file(tmp_path, b"GGUF" + HOSTILE[name] + b"\0" * 64))
