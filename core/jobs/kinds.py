"""The kinds of work that there are: what does each, who may ask for it and how often, and in whose turn."""

from core.identity import require
from core.types import User

HANDLERS = {
    "import": "core.importing:import_document",
    "analyse": "core.analysing:analyse",
    "match": "core.controls.suggestions:match_documents",
    "mark": "core.register.marking:mark_documents",
    "trial": "core.llm.sandbox:answer",
    "benchmark": "core.llm.benchmark:measure",
    "weights": "core.llm.additions:add",
    "download": "core.llm.additions:bring",
    "pull": "core.llm.additions:pull",
    "execute": "core.tools:carry_out",
    "verify": "core.activity.checking:check_log",
}
# What whoever asks for such work may, and still may when it is done; of other kinds, its own room asks.
PERMISSIONS = {
    "import": "documents.add",
    "analyse": "models.ask",
    "match": "documents.read",
    "mark": "documents.read",
    "trial": "models.ask",
    "benchmark": "models.manage",
    "weights": "models.manage",
    "download": "models.manage",
    "pull": "models.manage",
    "verify": "audit.read",
}
# What one person may ask for so often; see data/lexicon/limits.toml.
RATED = {"import": "uploads", "analyse": "runs", "trial": "runs", "benchmark": "runs"}
# Bringing up to date what is derived is nobody's act, and leaves no row in the log.
UPKEEP = frozenset({"match", "mark"})
# Work that waits for others more than it works has a lane of its own, so that nobody waits behind a long download:
# the worker does each lane in order, and the lanes beside each other. What is not named here is in the first lane.
MAIN = "main"
LANES = {
    "analyse": "run",
    "benchmark": "run",
    "trial": "talk",
    "verify": "talk",
    "weights": "fetch",
    "download": "fetch",
    "pull": "fetch",
    "execute": "call",
}

# Work whose finished steps are worth keeping when it is cancelled, for a retry: they may have been paid for.
RESUMED = frozenset({"analyse", "benchmark"})


def require_right(user: User, kind: str) -> None:
    """NotAllowed unless the user may have such work done."""
    if kind in PERMISSIONS:
        require(user, PERMISSIONS[kind])
