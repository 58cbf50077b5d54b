"""How much a model can read and say in one call."""

from sqlite_utils import Database

from core.errors import CopilotError
from core.llm import weights
from core.llm.catalog import Entry
from core.llm.routes import Route
from core.settings import Settings

HERE = ("llama_cpp", "ollama")  # what runs here holds as much as our own setting gives it


def context(db: Database, entry: Entry, settings: Settings) -> int:
    """Tokens that prompt, thinking and answer may have together. Where nobody knows, what we give our own models."""
    own = entry.context
    if entry.backend == "llama_cpp":
        try:
            own = weights.weights(db, entry.name.partition(":")[2]).context
        except CopilotError:  # not on this machine; the inventory's word is good enough to plan with
            own = entry.context
    if entry.backend in HERE:
        return min(settings.context_tokens, own or settings.context_tokens)
    return own or settings.context_tokens


def answer_tokens(entry: Entry, route: Route, context: int) -> int:
    """The most that an answer may have: the route's cap, as far as the model can, and at most half its context."""
    return max(1, min(route.max_output_tokens, entry.max_output or route.max_output_tokens, context // 2))


def prompt_tokens(entry: Entry, route: Route, context: int) -> int:
    """What is left for the prompt."""
    return max(0, context - answer_tokens(entry, route, context) - route.thinking_tokens)
