"""What each backend needs to work here, and whether it has it. Only this machine is asked, never another host."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal
from urllib.parse import urlsplit

from sqlite_utils import Database

from core.errors import CopilotError
from core.llm import catalog, keys, ollama, weights
from core.llm.permission import is_loopback
from core.settings import Settings

LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """`says` is how it is, `next` what to do about it ("" when nothing). `models`: the names that it has here."""

    backend: str
    title: str
    state: Literal["ready", "empty", "absent", "unknown"]
    says: str
    next: str = ""
    models: tuple[str, ...] = ()


def health(db: Database, settings: Settings) -> tuple[Health, ...]:
    """All backends, those that need nothing first."""
    return (
        Health("builtin", "Built-in engine", "ready", "Always there; needs no model."),
        _llama_cpp(db, settings),
        _ollama(settings),
        _anthropic(settings),
        _openai(settings),
    )


def usable(found: tuple[Health, ...], settings: Settings) -> tuple[str, ...]:
    """The chat models that can be asked now: those that are here, hosted ones with a key, and the echo."""
    by_backend = {one.backend: one for one in found}
    here = [by_backend[name] for name in ("llama_cpp", "ollama", "openai")]
    names = [f"{one.backend}:{name}" for one in here if one.state == "ready" for name in one.models]
    hosted = [one.name for one in catalog.entries(settings) if one.backend == "anthropic"]
    return (*names, *(hosted if by_backend["anthropic"].state != "absent" else ()), "scripted:echo")


def _llama_cpp(db: Database, settings: Settings) -> Health:
    title, found = "GGUF files (llama.cpp)", tuple(one.name for one in weights.added(db))
    if find_spec("llama_cpp") is None:
        return Health(
            "llama_cpp", title, "absent", "llama-cpp-python is not installed.",
            "Run: make local (needs a C++ compiler; takes 4 to 8 minutes). Ollama needs none.", found,
        )  # fmt: skip
    if not found:
        says = "Installed; there is no GGUF file yet."
        return Health("llama_cpp", title, "empty", says, f"Add one, or put it into {settings.weights_dir}.")
    return Health("llama_cpp", title, "ready", f"Installed, with {_files(len(found))}.", models=found)


def _ollama(settings: Settings) -> Health:
    title, url = "Ollama", settings.ollama_url
    if not is_loopback(urlsplit(url).hostname or ""):
        return Health("ollama", title, "unknown", f"{url} is another computer; it is asked only when you use it.")
    quick = settings.model_copy(update={"model_timeout_seconds": LOOK_SECONDS})
    try:
        found = tuple(name for name, _ in ollama.pulled(quick))
    except CopilotError:
        return Health(
            "ollama", title, "absent", f"Nothing answers at {url}.",
            "Install it from ollama.com and start it (ollama serve), or set COPILOT_OLLAMA_URL.",
        )  # fmt: skip
    if not found:
        return Health(
            "ollama", title, "empty", f"Answers at {url}; it has no model yet.", "Pull one, such as qwen3:4b."
        )
    return Health("ollama", title, "ready", f"Answers at {url}.", models=found)


def _anthropic(settings: Settings) -> Health:
    title = "Claude (Anthropic)"
    if find_spec("anthropic") is None:
        return Health("anthropic", title, "absent", "The package anthropic is not installed.", "Run: make run")
    try:
        found, where = keys.look("anthropic")
    except CopilotError as error:
        return Health("anthropic", title, "absent", "There is no usable key.", str(error))
    if found is None:
        return Health(
            "anthropic", title, "absent", "There is no key.",
            f"Set {keys.VARIABLES['anthropic']} and start again, or run: keyring set {keys.KEYRING_SERVICE} anthropic",
        )  # fmt: skip
    says = f"A key is there, from {where}; whether it is accepted shows when you use it."
    return Health("anthropic", title, "unknown", says)


def _openai(settings: Settings) -> Health:
    title, url = "OpenAI-compatible server", settings.openai_url
    import httpx

    if find_spec("openai") is None:
        return Health("openai", title, "absent", "The package openai is not installed.", "Run: make run")
    if not is_loopback(urlsplit(url).hostname or ""):
        return Health("openai", title, "unknown", f"{url} is another computer; it is asked only when you use it.")
    try:
        found = _models_at(url)
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return Health(
            "openai", title, "absent", f"Nothing answers at {url}.",
            "Start vLLM, llama-server or LM Studio, and set COPILOT_OPENAI_URL to its address.",
        )  # fmt: skip
    return Health("openai", title, "ready", f"Answers at {url}.", models=found)


def _models_at(url: str) -> tuple[str, ...]:
    """The names that a server of ours lists; by plain HTTP, since the SDK takes a second to load."""
    import httpx

    key = keys.look("openai")[0]
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = httpx.get(f"{url.rstrip('/')}/models", headers=headers, timeout=LOOK_SECONDS, trust_env=False)
    answer.raise_for_status()
    return tuple(sorted(str(one["id"]) for one in answer.json()["data"]))


def served(url: str) -> frozenset[str] | None:
    """The models that an OpenAI-compatible server of this machine lists; None when it does not answer."""
    import httpx

    try:
        return frozenset(_models_at(url))
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
