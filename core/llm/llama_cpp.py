"""GGUF files run by llama.cpp inside this process: one owner, one model in memory, calls one after another.

The prompt is made token by token: what a person or a document says is never read as one of the model's control
tokens, so that no text can end its own turn and speak as the system.
"""

import atexit
import codecs
import json
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any

from core.errors import Missing
from core.llm import faults, weights
from core.llm.answering import Ending, answered, drain
from core.llm.prefixes import Prefixes
from core.llm.turns import Turns
from core.settings import Settings
from core.store import connect
from core.types import ChatRequest, Completion, Finish, Usage

# A template of its own for files that bring none.
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}{{ '<|im_start|>assistant\n' }}"
)
# llama.cpp's grammar of a string lets control characters in, which no JSON may have.
LOOSE, STRICT = r'[^"\\]', r'[^"\\\x7F\x00-\x1F]'
# A stand-in for each text while the template is filled: no tokeniser and no template changes it.
MARK, MARKED = "\ue000{}\ue001", re.compile("\ue000(\\d+)\ue001")

SLICE = 256  # tokens

TURNS = Turns()


class Owner:
    """Holds the one model that is in memory. Only who has the turn touches it."""

    def __init__(self) -> None:
        self.key: tuple[str, str, int] | None = None
        self.llama: Any = None
        self.template: Any = None
        self.prefixes: Any = None

    def loaded(self, found: weights.Weights, context: int) -> Any:
        """The model, loaded unless it is: its digest and the free memory are checked before each load."""
        key = (found.path, found.sha256, context)
        if key != self.key:
            self.close()
            import psutil

            try:
                with weights.steady(found) as path:
                    weights.require_memory(found, context, psutil.virtual_memory().available)
                    self.llama = _load(str(path), found.name, context)
                self.template, self.prefixes = template_of(self.llama), Prefixes(self.llama)
            except BaseException:
                self.close()
                raise
            self.key = key
        return self.llama

    def close(self) -> None:
        if self.llama is not None:
            self.llama.close()
        self.key = self.llama = self.template = self.prefixes = None


OWNER = Owner()
atexit.register(OWNER.close)  # while Python is still whole: the library's own clean-up would come too late


class LlamaCppModel:
    """`thinking_tokens` is ignored: the schema's grammar lets no thought come before the answer."""

    def __init__(self, name: str, settings: Settings) -> None:
        try:
            import llama_cpp  # noqa: F401
        except ImportError as error:
            raise Missing(
                "GGUF files need llama-cpp-python: run make local (it compiles for some minutes), or use Ollama"
            ) from error
        self.name, self.asked = name, f"llama_cpp:{name}"
        self.seconds = settings.model_timeout_seconds
        with closing(connect(settings.database)) as db:
            self.weights = weights.weights(db, name)
        self.context = min(settings.context_tokens, self.weights.context)

    def complete(self, request: ChatRequest) -> Completion:
        return drain(self.stream(request))

    def stream(self, request: ChatRequest) -> Generator[str, None, Completion]:
        return answered(self.asked, request, self._pieces(request), self.seconds)

    def _pieces(self, request: ChatRequest) -> Generator[str, None, Ending]:
        with TURNS.turn():
            llama = OWNER.loaded(self.weights, self.context)
            prompt, fixed = divided(llama, OWNER.template, request)
            if len(prompt) + request.max_output_tokens > self.context:
                raise faults.too_long(self.asked, len(prompt), request.max_output_tokens, self.context)
            reused = _shared(llama.input_ids[: llama.n_tokens], prompt)
            if reused < fixed and OWNER.prefixes.restored(prompt[:fixed]):
                reused = fixed
            yield from self._read(llama, prompt, reused, fixed)
            counted = yield from self._spoken(llama, prompt, request)
            finish: Finish = "length" if counted >= request.max_output_tokens else "stop"
            raw = {"prompt_tokens": len(prompt), "reused_tokens": reused, "completion_tokens": counted}
            usage = Usage(len(prompt), counted, cached_tokens=reused, raw=raw)
            return Ending(finish, usage, self.weights.name)

    def _read(self, llama: Any, prompt: list[int], reused: int, fixed: int) -> Generator[str, None, None]:
        """Evaluate the prompt but for its last token, in slices: between them it can be stopped.

        Its fixed prefix is kept when it is through, for when another prompt has taken its place.
        """
        with _sayable(self.asked):
            # Some architectures cannot forget the end of what they hold; they begin anew.
            start = reused if reused and llama._ctx.kv_cache_seq_rm(-1, reused, -1) else 0
            llama.n_tokens = start
            for first, last in ((start, fixed), (max(start, fixed), len(prompt) - 1)):
                for place in range(first, last, SLICE):
                    llama.eval(prompt[place : min(place + SLICE, last)])
                    yield ""
                if llama.n_tokens == fixed > 0:
                    OWNER.prefixes.keep(prompt[:fixed])

    def _spoken(self, llama: Any, prompt: list[int], request: ChatRequest) -> Generator[str, None, int]:
        """The answer's text as it comes; returns how many tokens it took."""
        import llama_cpp

        vocabulary = llama_cpp.llama_model_get_vocab(llama.model)
        options: dict[str, Any] = {"temp": 0.8 if request.temperature is None else request.temperature}
        if request.schema is not None:
            options["grammar"] = llama_cpp.LlamaGrammar.from_string(grammar(request.schema), verbose=False)
        counted, before = 0, prompt[-1:]
        letters = codecs.getincrementaldecoder("utf-8")("replace")  # a letter may come in several tokens
        speaking = llama.generate(prompt, **options)
        with _sayable(self.asked), closing(speaking):
            for token in speaking:
                if llama_cpp.llama_vocab_is_eog(vocabulary, token):
                    break
                counted += 1
                yield letters.decode(llama.detokenize([token], prev_tokens=before))
                before = [token]
                if counted >= request.max_output_tokens:
                    break
        yield letters.decode(b"", final=True)
        return counted


def tokens(llama: Any, template: Any, request: ChatRequest) -> list[int]:
    """The prompt: the template's own words with its control tokens, and every text as nothing but text."""
    return divided(llama, template, request)[0]


def divided(llama: Any, template: Any, request: ChatRequest) -> tuple[list[int], int]:
    """The prompt, and how many of its tokens come before the first message's text: all prompts of a task share them."""
    texts = [request.system] if request.system else []
    first = len(texts)
    texts += [one.content for one in request.messages]
    found: list[int] = []
    fixed = 0
    for place, part in enumerate(MARKED.split(_filled(template, request))):
        if place % 2:
            fixed = len(found) if first and int(part) == first else fixed
            found += llama.tokenize(texts[int(part)].encode(), add_bos=False, special=False)
        elif part:
            found += llama.tokenize(part.encode(), add_bos=False, special=True)
    start = llama.token_bos()
    wanted = start >= 0 and llama.metadata.get("tokenizer.ggml.add_bos_token", "true") != "false"
    if wanted and found[:1] != [start]:
        return [start, *found], fixed and fixed + 1
    return found, fixed


def _filled(template: Any, request: ChatRequest) -> str:
    """The template with a mark for each text. Where it knows no system turn, its text opens the first message."""
    from jinja2 import TemplateError

    shift = int(bool(request.system))
    turns = [{"role": one.role, "content": MARK.format(place + shift)} for place, one in enumerate(request.messages)]
    marks = set(range(len(turns) + shift))
    system = [{"role": "system", "content": MARK.format(0)}] if shift else []
    merged = [{**turns[0], "content": f"{MARK.format(0)}\n\n{turns[0]['content']}"}, *turns[1:]]
    for messages in ([*system, *turns], merged):
        try:
            filled = str(template(messages=messages).prompt)
        except (ValueError, TemplateError):  # "System role not supported"
            continue
        if {int(number) for number in MARKED.findall(filled)} == marks:
            return filled
    raise faults.BadWeights("The chat template in this GGUF file cannot be filled; get another file of the model.")


def grammar(schema: Any) -> str:
    """The schema as llama.cpp's grammar, in which strings hold no raw control characters."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    return str(json_schema_to_gbnf(json.dumps(dict(schema)))).replace(LOOSE, STRICT)


def _load(path: str, name: str, context: int) -> Any:
    import llama_cpp

    try:
        return llama_cpp.Llama(model_path=path, n_ctx=context, n_gpu_layers=-1, verbose=False)
    except (ValueError, RuntimeError, OSError) as error:
        raise faults.BadWeights(
            f"llama.cpp cannot load {name}; its architecture may be newer than this version, or the file is damaged."
        ) from error


def template_of(llama: Any) -> Any:
    """The file's own chat template, ready to be filled."""
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    def text(token: int) -> str:
        return llama.detokenize([token], special=True).decode("utf-8", "replace") if token >= 0 else ""

    return Jinja2ChatFormatter(
        template=llama.metadata.get("tokenizer.chat_template", CHATML),
        eos_token=text(llama.token_eos()),
        bos_token=text(llama.token_bos()),
    )


def _shared(before: Any, now: list[int]) -> int:
    """How many tokens of the prompt llama.cpp has evaluated already: all that begins as the call before did."""
    for place, (old, new) in enumerate(zip(before, now, strict=False)):
        if old != new:
            return place
    return max(0, min(len(before), len(now) - 1))  # the last token is always evaluated anew


@contextmanager
def _sayable(model: str) -> Iterator[None]:
    """llama.cpp's own failures in the middle of an answer; what is in memory may be spoilt, so it goes."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        OWNER.close()
        print(f"llama.cpp: {type(error).__name__}", file=sys.stderr)
        raise faults.broken_off(model) from error
