"""How many tokens a text takes for a model: counted by its own tokenizer where that is here, else measured.

Packing asks this thousands of times. So nothing here sends a document's text to another computer: hosted tokenizers
are measured with a sentence of ours, or learned from the calls that were made before.
"""

import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal
from urllib.parse import urlsplit

from core.errors import CopilotError, Missing
from core.llm import backends, catalog, faults, gguf, keys, weights
from core.llm.permission import is_loopback
from core.settings import Settings
from core.store import connect, one
from core.types import ChatRequest, Message

BYTES_PER_TOKEN = 3.0  # of UTF-8; no model that we know needs more tokens for law in a European language
USUAL = 4.0  # and so many bytes are a token of it as a rule
MARGIN = 0.9  # what was measured on other text is not trusted further than this
LOOKED_BACK, ENOUGH = 50, 5  # calls
PLAUSIBLE = (1.0, 8.0)  # bytes of a token; a server that reports more or fewer tokens counts something else
OVERHEAD = 24  # tokens that a chat template adds to a prompt, about; more than those we know
LOOK_SECONDS = 2.0
REMEMBERED = 4_096  # texts
# Shorter texts are measured, not counted, where each count is a request to a server.
SHORT = 1_200  # characters
LONGEST_TOKEN = 32  # characters; those that are longer are rows of spaces and the like
SPELT = str.maketrans({"Ġ": " ", "▁": " ", "Ċ": "\n"})
# What a tokenizer is measured with: as a regulation sounds, numbers and brackets included.
SAMPLE = (
    "A payment institution shall, without undue delay and in any event within 72 hours, notify the competent authority"
    " referred to in Article 22(1), point (b), of any major operational incident. Where the incident has an impact on"
    " the financial interests of its users, it shall also inform them (see Annex II, Table 3) and keep records for at"
    " least five years. Member States may lay down rules on penalties of up to EUR 5 000 000 or 2,5 % of turnover.\n"
)


# By the model's own tokenizer; by what its calls before reported; by a text of ours, put to it or to its vocabulary;
# by nothing but what holds for most models.
How = Literal["counted", "learned", "measured", "assumed"]


@dataclass(frozen=True, slots=True)
class Counter:
    """`overhead` is what the chat template takes besides its texts, `basis` says in words what all of it rests on.

    `bytes_per_token` is what counts, None where the tokenizer itself does. `settled`: it holds whatever was learned
    since.
    """

    count: Callable[[str], int]
    how: How
    overhead: int = OVERHEAD
    basis: str = ""
    bytes_per_token: float | None = None
    settled: bool = False

    @property
    def exact(self) -> bool:
        """What a window or a whole prompt counts is what the model's own tokenizer gives."""
        return self.how == "counted"

    def prompt(self, request: ChatRequest) -> int:
        """Tokens of a whole prompt."""
        texts = [request.system, *(message.content for message in request.messages)]
        return self.overhead + sum(self.count(text) for text in texts if text)

    def again(self, bytes_per_token: float | None) -> "Counter":
        """As it counted before, so that a text is cut where it was then; itself where that cannot be relied on now."""
        now = self.bytes_per_token
        if now is None or bytes_per_token is None or bytes_per_token > now / MARGIN:
            return self
        return replace(self, count=_measured(bytes_per_token), bytes_per_token=bytes_per_token, settled=True)

    @property
    def likely(self) -> "Counter":
        """Without the caution that packing needs: what texts will take, rather than what they will not exceed."""
        return self if self.exact else self.times(BYTES_PER_TOKEN / USUAL if self.how == "assumed" else MARGIN)

    def times(self, factor: float) -> "Counter":
        """As if each text took so many times the tokens: what a guess that is off by so much would have been."""
        return replace(self, count=lambda text: math.ceil(self.count(text) * factor))


def counter(model: str, settings: Settings, *, quick: bool = False) -> Counter:
    """How to count for a model. With `quick` no file is loaded and no server asked: for a screen that waits.

    Where the tokenizer cannot be had, the count is a cautious one and `exact` is false; it never fails for that.
    """
    backend, name = backends.split(model)
    if not quick:
        if backend == "llama_cpp" and (found := _of_file(name, settings)):
            return found
        if backend == "openai" and (found := _of_server(model, settings)):
            return found
    learned = _learned(model, settings)
    if learned is not None:
        return _guess(learned * MARGIN, "learned", "learned from calls before")
    if backend == "llama_cpp" and (spelt := _spelt(name, settings)):
        return _guess(spelt * MARGIN, "measured", "measured with its vocabulary and a text of ours")
    if backend == "anthropic" and not quick:
        try:
            return _guess(_sampled(model, settings) * MARGIN, "measured", "measured with a text of ours")
        except CopilotError:  # no key, no network: the call itself will say so
            pass
    return _guess(BYTES_PER_TOKEN, "assumed", "assumed")


def _guess(bytes_per_token: float, how: How, basis: str) -> Counter:
    return Counter(_measured(bytes_per_token), how, basis=basis, bytes_per_token=bytes_per_token)


def whole(model: str, settings: Settings, request: ChatRequest) -> int | None:
    """Tokens of a whole prompt as Anthropic itself counts them, free of charge; None where it does not say.

    The request goes to the model's server, so it must be one that may: permitted, and masked.
    """
    if backends.split(model)[0] != "anthropic":
        return None
    asked: Any = backends.open_model(model, settings)
    try:
        return int(asked.count(request))
    except (faults.Unreachable, faults.Busy, faults.TookTooLong, faults.ServerFault):
        return None


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _measured(bytes_per_token: float) -> Callable[[str], int]:
    return lambda text: math.ceil(_bytes(text) / bytes_per_token)


# --- learned, sampled -------------------------------------------------------------------------------------------


def _learned(model: str, settings: Settings) -> float | None:
    """Bytes of a token in the last calls of the model; None before there are enough of them."""
    sql = (
        "select count(*) as calls, sum(prompt_bytes) as sent, sum(input_tokens) as counted from (select prompt_bytes,"
        " input_tokens from model_call where model = ? and state = 'done' and prompt_bytes > 0 and input_tokens > 0"
        " order by number desc limit ?)"
    )
    with closing(connect(settings.database)) as db:
        row = one(db, sql, [model, LOOKED_BACK]) or {"calls": 0}
    if row["calls"] < ENOUGH:
        return None
    learned = float(row["sent"] / row["counted"])
    return learned if PLAUSIBLE[0] <= learned <= PLAUSIBLE[1] else None


@cache
def _sampled(model: str, settings: Settings) -> float:
    """Bytes of a token by one count of our own sample, asked once; raises as asking the model does."""
    text = SAMPLE * 4  # so that what every prompt has besides counts little
    asked: Any = backends.open_model(model, settings)
    counted = int(asked.count(ChatRequest((Message("user", text),))))
    return _bytes(text) / max(1, counted)


def _spelt(name: str, settings: Settings) -> float | None:
    """Bytes of a token by the vocabulary in a GGUF file's header; None where it cannot be read.

    For who may not load llama.cpp: only the worker does.
    """
    try:
        with closing(connect(settings.database)) as db:
            path = Path(weights.weights(db, name).path)
        return _spelling(path, path.stat().st_mtime_ns)
    except (faults.ModelMissing, faults.BadWeights, OSError):  # the model itself says so when it is asked
        return None


@lru_cache(8)
def _spelling(path: Path, changed: int) -> float | None:
    """Our sample cut at the longest token each time, which is about what a tokenizer makes of it."""
    tokens = {_plain(token) for token in gguf.vocabulary(path)}
    longest, at, counted = min(LONGEST_TOKEN, max(map(len, tokens), default=0)), 0, 0
    while at < len(SAMPLE):
        size = next((size for size in range(longest, 1, -1) if SAMPLE[at : at + size] in tokens), 1)
        at, counted = at + size, counted + 1
    return len(SAMPLE) / counted if tokens else None


def _plain(token: str) -> str:
    """As text has it: a vocabulary spells a space and the end of a line with signs of its own."""
    return token.translate(SPELT)


# --- a GGUF file ------------------------------------------------------------------------------------------------


def _of_file(name: str, settings: Settings) -> Counter | None:
    """By the vocabulary of a GGUF file, loaded without its weights; it waits for nobody who holds the model."""
    try:
        with closing(connect(settings.database)) as db:
            found = weights.weights(db, name)
        changed = Path(found.path).stat().st_mtime_ns
        vocabulary, overhead = _vocabulary(found, changed)
    except (Missing, faults.ModelMissing, faults.BadWeights, OSError):  # the model itself says so when it is asked
        return None

    @lru_cache(REMEMBERED)
    def count(text: str) -> int:
        return len(vocabulary.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=False))

    return Counter(count, "counted", overhead, "counted by the model's own tokenizer")


@lru_cache(2)
def _vocabulary(found: weights.Weights, changed: int) -> tuple[Any, int]:
    """The tokenizer and the chat template's own tokens. Kept, and the file's digest checked, until the file changes."""
    try:
        import llama_cpp
        from llama_cpp._internals import LlamaModel
    except ImportError as error:
        raise Missing("GGUF files need llama-cpp-python") from error
    from core.llm.llama_cpp import template_of, tokens

    options = llama_cpp.llama_model_default_params()
    options.vocab_only = True
    try:
        with weights.steady(found) as path:
            model = LlamaModel(path_model=str(path), params=options, verbose=False)
    except (ValueError, RuntimeError, OSError) as error:
        raise faults.BadWeights(f"llama.cpp cannot load {found.name}'s vocabulary.") from error
    vocabulary = SimpleNamespace(
        tokenize=model.tokenize, detokenize=lambda these, special=False: model.detokenize(these, special),
        token_bos=model.token_bos, token_eos=model.token_eos, metadata=model.metadata(), model=model,
    )  # fmt: skip
    texts = ChatRequest((Message("user", "."),), system=".")
    own = len(vocabulary.tokenize(b".", add_bos=False, special=False))
    return vocabulary, len(tokens(vocabulary, template_of(vocabulary), texts)) - 2 * own


# --- a server of this machine -----------------------------------------------------------------------------------


def _of_server(model: str, settings: Settings) -> Counter | None:
    """By the tokenizer of a server on this computer, if it has one that can be asked; other hosts are not asked."""
    entry = catalog.entry(model, settings)
    url = catalog.address(entry, settings)
    if catalog.host(entry, settings) not in entry.hosts or not is_loopback(urlsplit(url).hostname or ""):
        return None
    asking = Asking(url.rstrip("/").removesuffix("/v1"), model.partition(":")[2])
    basis = "counted by the server's own tokenizer"
    return Counter(asking.count, "counted", basis=basis) if asking.way else None


@dataclass(frozen=True, slots=True)
class Way:
    """How a kind of server is asked: its path, and the request's fields for its name and for the text."""

    path: str
    name: str
    text: str
    more: tuple[tuple[str, bool], ...] = ()


WAYS = (
    Way("/tokenize", "model", "content", (("add_special", False),)),  # llama-server
    Way("/tokenize", "model", "prompt", (("add_special_tokens", False),)),  # vLLM
    Way("/extras/tokenize/count", "model", "input"),  # llama-cpp-python's server
)


class Asking:
    """A server's tokenizer. Long texts are sent to it; short ones are measured by what the long ones came to."""

    def __init__(self, root: str, name: str) -> None:
        import httpx

        key = keys.look("openai")[0]
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = httpx.Client(base_url=root, headers=headers, timeout=LOOK_SECONDS, trust_env=False)
        self.name = name
        self.sent = self.counted = self.always = 0
        self.known: dict[str, int] = {}
        self.way = next((way for way in WAYS if self.works(way)), None)

    def works(self, way: Way) -> bool:
        counted = self.ask(way, SAMPLE)
        # A server that does not know the field of the text counts nothing; one that adds a first token says so.
        if not counted or counted < len(SAMPLE.split()) // 2:
            return False
        self.always = self.ask(way, "") or 0
        self.sent, self.counted = _bytes(SAMPLE), counted - self.always
        return True

    def ask(self, way: Way, text: str) -> int | None:
        """None when it does not answer, or not in this way."""
        import httpx

        try:
            answer = self.http.post(way.path, json={way.name: self.name, way.text: text, **dict(way.more)})
            said = answer.raise_for_status().json()
            return int(said["count"] if "count" in said else len(said["tokens"]))
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None

    def count(self, text: str) -> int:
        if text not in self.known:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            self.known[text] = self.measured(text) if len(text) < SHORT else self.exactly(text)
        return self.known[text]

    def exactly(self, text: str) -> int:
        said = self.ask(self.way, text) if self.way else None
        if said is None:  # it was there a moment ago; what it said until then is the best that is known
            return self.measured(text)
        self.sent, self.counted = self.sent + _bytes(text), self.counted + said - self.always
        return said - self.always

    def measured(self, text: str) -> int:
        return math.ceil(_bytes(text) * self.counted / self.sent)
