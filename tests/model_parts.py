"""What tests of models share: an inventory that allows servers on this machine, and a tiny random model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.llm import answering
from core.settings import Settings

CATALOG = """
[vendor.v]
provider = "Test"
openness = "open"
licence = "None"
location = "local"
hosting = "Here"
hosts = ["127.0.0.1"]
classifications = ["public", "internal"]
data_sent = "Nothing"
training = "None"
retention = "None"
prices = { input = 2, output = 10, cached = 0.2, cache_write = 2.5 }
"""
CATALOG += "".join(
    f'[[other]]\nvendor = "v"\nname = "{backend}:*"\ntitle = "Any"\nabout = "Any"\n'
    for backend in ("anthropic", "openai", "ollama", "llama_cpp", "scripted")
)
WORDS = 355
EOS, START, END = 2, 259, 260
TERSE = {'"': 3.0, "0": 2.5, ",": 2.5}  # what a terse model is fond of: the ends of strings and numbers
ASCII = dict.fromkeys(map(chr, range(128, 256)), -9.0)


def settings_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Makes settings in which every backend is at one address; servers on this machine are allowed."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0123456789")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(answering, "LONGEST_WAIT_SECONDS", 2.0)
    (tmp_path / "catalog.toml").write_text(CATALOG, "utf-8")

    def made(url: str, **more: Any) -> Settings:
        return Settings(
            data_dir=tmp_path / "var", models_dir=tmp_path, anthropic_url=url, openai_url=f"{url}/v1", ollama_url=url,
            **more,
        )  # fmt: skip

    return made


def tiny_gguf(
    path: Path,
    *,
    context: int = 2048,
    seed: int = 1,
    template: str | None = None,
    terse: float = 0,
    served: bool = False,
) -> Path:
    """A language model of 0.5 MB: bytes as its vocabulary, two control tokens, random weights.

    A `terse` one soon comes to the end of a string or a number, so that under a grammar it finishes some objects: at 1
    their strings are of some letters, at 2 most are empty.
    One that is `served` says ASCII alone. llama.cpp's grammar lets bytes into a string that are no UTF-8; at the first
    of them llama-cpp-python's server goes silent, and tries all that came since anew at each token: minutes for 800.
    """
    import gguf
    import numpy as np

    width, layers, heads, inner = 64, 2, 4, 128
    words = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "<|im_start|>", "<|im_end|>"]
    words += [f"<spare{number}>" for number in range(WORDS - len(words))]
    kinds = [2, 3, 3, *[6] * 256, 3, 3]
    kinds += [5] * (WORDS - len(kinds))
    made = gguf.GGUFWriter(str(path), "llama")
    made.add_name("tiny")
    made.add_file_type(0)
    made.add_context_length(context)
    made.add_embedding_length(width)
    made.add_block_count(layers)
    made.add_feed_forward_length(inner)
    made.add_head_count(heads)
    made.add_head_count_kv(heads)
    made.add_layer_norm_rms_eps(1e-5)
    made.add_rope_dimension_count(width // heads)
    made.add_tokenizer_model("llama")
    made.add_token_list(words)
    made.add_token_scores([0.0] * WORDS)
    made.add_token_types(kinds)
    made.add_bos_token_id(1)
    made.add_eos_token_id(EOS)
    made.add_add_space_prefix(False)
    made.add_add_bos_token(False)
    if template:
        made.add_chat_template(template)
    random = np.random.default_rng(seed)

    def drawn(*shape: int) -> Any:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    def tensor(name: str, *shape: int) -> None:
        made.add_tensor(name, drawn(*shape))

    read, said = drawn(WORDS, width), drawn(WORDS, width)
    leanings = {mark: terse * fondness for mark, fondness in TERSE.items() if terse} | (ASCII if served else {})
    if leanings:  # one direction of what it holds is always there, and speaks for or against these alone
        read[:, 0], said[:, 0] = 5, 0
        for mark, fondness in leanings.items():
            said[3 + ord(mark), 0] = fondness
    made.add_tensor("token_embd.weight", read)
    made.add_tensor("output.weight", said)
    made.add_tensor("output_norm.weight", np.ones(width, np.float32))
    for layer in range(layers):
        block = f"blk.{layer}"
        for norm in ("attn_norm", "ffn_norm"):
            made.add_tensor(f"{block}.{norm}.weight", np.ones(width, np.float32))
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensor(f"{block}.{part}.weight", width, width)
        tensor(f"{block}.ffn_gate.weight", inner, width)
        tensor(f"{block}.ffn_up.weight", inner, width)
        tensor(f"{block}.ffn_down.weight", width, inner)
    made.write_header_to_file()
    made.write_kv_data_to_file()
    made.write_tensors_to_file()
    made.close()
    return path
