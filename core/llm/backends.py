"""Which backends there are. A model is always "backend:name": nothing is guessed from a model's name."""

from importlib import import_module

from core.errors import BadInput
from core.llm import catalog
from core.settings import Settings
from core.types import Model

# (name, settings) → Model; imported on use.
BACKENDS = {
    "llama_cpp": "core.llm.llama_cpp:LlamaCppModel",
    "ollama": "core.llm.ollama:OllamaModel",
    "anthropic": "core.llm.anthropic:AnthropicModel",
    "openai": "core.llm.openai:OpenAIModel",
    "scripted": "core.llm.scripted:EchoModel",
}
BUILTIN = "builtin"


def split(model: str) -> tuple[str, str]:
    """ "ollama:qwen3:8b" → ("ollama", "qwen3:8b"). BadInput when it is not "backend:name"."""
    backend, _, name = model.partition(":")
    if backend == BUILTIN:
        raise BadInput("The built-in engine reads documents and cannot be prompted; choose a chat model.")
    if backend not in BACKENDS or not name:
        raise BadInput(f"{model!r} is not a model; write backend:name, with one of {', '.join(BACKENDS)}.")
    return backend, name


def open_model(model: str, settings: Settings) -> Model:
    """The model, ready to be asked. Raises BadInput, KeyMissing, Missing or Refused; a server is not asked yet."""
    backend, name = split(model)
    catalog.require_named_host(catalog.entry(model, settings), settings)
    module, _, kind = BACKENDS[backend].partition(":")
    opened: Model = getattr(import_module(module), kind)(name, settings)
    return opened
