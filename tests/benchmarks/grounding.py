"""How many quotes a second find their place in a long document, printed alike, otherwise, nearly, or not at all."""

import time
from collections.abc import Callable

from core.extract.ground import ground
from core.ingest import read
from core.types import Bearer, Draft, Passage, Provision
from tests.benchmarks.analysis import regulation
from tests.benchmarks.row import Row

KILOBYTES = 300
QUOTES = 2_000


def quotes_a_second() -> list[Row]:
    reading = read(regulation(KILOBYTES), "act.md")
    sentences = [one for one in reading.provisions if "shall" in one.text]
    manners: dict[str, Callable[[str], str]] = {
        "word for word": str,
        "other spaces and hyphens": lambda quote: quote.replace(" ", "\n ").replace("incident", "inci-\ndent"),
        "with a slip of the pen": lambda quote: quote.replace("competent", "competant"),
        "invented": lambda quote: " ".join(reversed(quote.split())),
    }
    rows = []
    for name, altered in manners.items():
        drafts = [_draft(sentences[place % len(sentences)], altered) for place in range(QUOTES)]
        started = time.perf_counter()
        found = ground(drafts, reading.document, reading.provisions)
        rate = QUOTES / (time.perf_counter() - started)
        told = f"{rate:,.0f} quotes/s, {len(found.ungrounded)} of {QUOTES:,} refused"
        rows.append(Row(f"grounding in {len(reading.document.text):,} characters, {name}", "", told))
    return rows


def _draft(provision: Provision, altered: Callable[[str], str]) -> Draft:
    return Draft(provision, Passage(altered(provision.text)), "obligation", Bearer("firm"), "act", "bench", "bench")
