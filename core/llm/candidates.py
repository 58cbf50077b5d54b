"""Which models a task may go to, in the order in which they are asked, each with its reason."""

from decimal import Decimal

from sqlite_utils import Database

from core import switches
from core.llm import backends, catalog, permission
from core.llm.catalog import Entry
from core.llm.errands import Candidate, Errand
from core.llm.permission import Decision
from core.llm.presence import Presence
from core.llm.routes import QUALITIES, Quality, route
from core.settings import Settings

READ_PER_WRITTEN = 4  # tokens of a prompt for each of its answer, about: what makes two prices comparable


def candidates(db: Database, settings: Settings, errand: Errand, presence: Presence) -> tuple[Candidate, ...]:
    """In the order in which they would be asked; those that will not be asked are among them, with the reason."""
    stopped = switches.stopped(db)
    chosen = errand.model
    ranked = _named(chosen, settings, alone=errand.alone) if chosen else _routed(settings, errand.task)
    return tuple(_candidate(db, settings, errand, entry, quality, stopped, presence) for entry, quality in ranked)


def _named(model: str, settings: Settings, *, alone: bool) -> list[tuple[Entry, Quality | None]]:
    """The model that was chosen and, behind it, its fallbacks as far as they are chat models."""
    backends.split(model)
    found: dict[str, Entry] = {}
    wanted: str | None = model
    while wanted and wanted not in found and not wanted.startswith(f"{backends.BUILTIN}:"):
        found[wanted] = catalog.entry(wanted, settings)
        wanted = None if alone else found[wanted].fallback
    return [(entry, None) for entry in found.values()]


def _routed(settings: Settings, task: str) -> list[tuple[Entry, Quality | None]]:
    rows = [(catalog.entry(one.model, settings), one.quality) for one in route(settings, task).models]
    return sorted(rows, key=lambda row: dearness(row[0]))


def dearness(entry: Entry) -> tuple[bool, Decimal]:
    """Sorts by cost; what has no price comes last."""
    if entry.prices is None:
        return True, Decimal(0)
    return False, READ_PER_WRITTEN * entry.prices.input + entry.prices.output


def price(entry: Entry) -> str:
    """In a few words, for a list."""
    if entry.prices is None:
        return "price unknown"
    if not dearness(entry)[1]:
        return "no charge"
    return f"{entry.prices.input.normalize():f} + {entry.prices.output.normalize():f} USD per million tokens"


def _candidate(
    db: Database,
    settings: Settings,
    errand: Errand,
    entry: Entry,
    quality: Quality | None,
    stopped: dict[str, str],
    presence: Presence,
) -> Candidate:
    decided = permission.allowed(entry, errand.classification, errand.allows_prompting, catalog.host(entry, settings))
    if not decided.allowed:
        return Candidate(entry, decided, "not allowed", refused=True)
    if entry.name in stopped:
        sentence = f"{entry.name} is stopped ({stopped[entry.name]}); start it again under Models & prompts."
        return Candidate(entry, Decision(False, sentence), "stopped")
    if quality is not None and QUALITIES.index(quality) < QUALITIES.index(errand.quality):
        sentence = f"{entry.name} is entered as {quality} for this task and {errand.quality} is wanted."
        return Candidate(entry, Decision(False, sentence), f"only {quality}")
    if lacking := presence.lacking(db, entry, look=errand.model is None):
        return Candidate(entry, Decision(False, lacking), "not here")
    return Candidate(entry, decided, price(entry))
