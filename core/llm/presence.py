"""Whether a model can be asked from here: looked up cheaply, remembered for a moment, other hosts never asked."""

import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from urllib.parse import urlsplit

from sqlite_utils import Database

from core.errors import CopilotError
from core.llm import catalog, keys, ollama, readiness, weights
from core.llm.catalog import Entry
from core.llm.permission import is_loopback
from core.settings import Settings

REMEMBERED_SECONDS = 15.0
PACKAGES = {"llama_cpp": "llama_cpp", "ollama": "ollama", "anthropic": "anthropic", "openai": "openai"}


class Presence:
    """Remembers for a moment what servers on this machine have, so that a run of 500 calls does not ask 500 times."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[float, frozenset[str] | None]] = {}

    def lacking(self, db: Database, entry: Entry, *, look: bool) -> str:
        """What is missing for asking the model, as a sentence; "" when nothing is, or when nobody knows.

        With `look`, servers on this machine are asked what they have; one that is named is simply tried.
        """
        package = PACKAGES.get(entry.backend)
        if package and find_spec(package) is None:
            return f"{entry.name} needs the package {package}, which is not installed."
        name = entry.name.partition(":")[2]
        if entry.backend == "llama_cpp" and name not in {one.name for one in weights.added(db)}:
            return f"{entry.name} is not on this machine; add its file under Models & prompts."
        if entry.backend == "anthropic":
            return _key_lacking(entry)
        return self._not_served(entry, name) if look and entry.backend in ("ollama", "openai") else ""

    def _not_served(self, entry: Entry, name: str) -> str:
        url = catalog.address(entry, self.settings)
        if not is_loopback(urlsplit(url).hostname or ""):
            return ""
        served = self._remembered(f"{entry.backend} {url}", lambda: _served(entry.backend, url, self.settings))
        if served is None:
            return f"{entry.name}: nothing answers at {url}; start that server."
        return "" if name in served else f"{entry.name}: the server at {url} does not have it."

    def _remembered(self, key: str, look: Callable[[], frozenset[str] | None]) -> frozenset[str] | None:
        with self._lock:  # others wait for the same look instead of looking, too
            moment, found = self._seen.get(key, (0.0, None))
            if not moment or time.monotonic() - moment > REMEMBERED_SECONDS:
                found = look()
                self._seen[key] = time.monotonic(), found
            return found


def _key_lacking(entry: Entry) -> str:
    try:
        found, _ = keys.look(entry.backend)
    except CopilotError as error:
        return f"{entry.name}: {error}"
    return "" if found else f"{entry.name}: there is no key for {entry.backend}; `models health` says where to put it."


def _served(backend: str, url: str, settings: Settings) -> frozenset[str] | None:
    """The names of the models that a server of this machine has; None when it does not answer."""
    if backend == "openai":
        return readiness.served(url)
    quick = settings.model_copy(update={"model_timeout_seconds": readiness.LOOK_SECONDS})
    try:
        names = {name for name, _ in ollama.pulled(quick)}
    except CopilotError:  # nothing answers, or nothing that is Ollama
        return None
    return frozenset(names | {name.removesuffix(":latest") for name in names})
