"""Quotes as models give them, sought in their windows of a 300,000-character document, beside langextract's aligner."""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.extract import prompted
from core.extract.windows import Window, windows
from core.ingest import read
from core.types import Bearer, Document, Draft, Passage, Provision
from tests.benchmarks.analysis import regulation
from tests.benchmarks.row import Row

KILOBYTES = 300
WINDOW_TOKENS = 2_000  # of four characters
QUOTES = 2_000
NEAR = 2  # characters by which a place may differ and still be the right one: a full stop, a closing quotation mark
PYTHON = Path(os.environ.get("COPILOT_BENCH_ALIGNER", ".venv/beside/bin/python"))
INVENTED = "The firm shall publish the minutes of its board of directors in two newspapers every quarter"
ALIGNERS = {"langextract's aligner as it comes": "--parts", "the same, whole quotes only": "--whole"}
# What models do to a quote. The last two are not in the text and must be refused.
MANNERS: dict[str, Callable[[str], str]] = {
    "word for word": str,
    "spaces and hyphens": lambda quote: quote.replace(" to ", " \n to ").replace("incident", "inci-\ndent", 1),
    "slip of the pen": lambda quote: quote.replace("competent", "competant"),
    "another number": lambda quote: quote.replace(" hours", "7 hours"),
    "invented": lambda quote: f"{INVENTED} {quote[-12:-1]}.",
}
ABSENT = ("another number", "invented")
Place = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A quote in its window, how it was altered, and where it stands."""

    window: Window
    provision: Provision
    manner: str
    quote: str
    truth: tuple[int, int]


def beside_langextract() -> list[Row]:
    reading = read(regulation(KILOBYTES), "act.md")
    document, around = reading.document, prompted.Surroundings(reading.document, reading.provisions)
    cut = windows(document, reading.provisions, lambda text: len(text) // 4, WINDOW_TOKENS)
    asked = _asked(cut)
    rows = [_row("ours", *_ours(asked, cut, around), asked, document)]
    if PYTHON.exists():
        for name, option in ALIGNERS.items():
            rows.append(_row(name, *_theirs(asked, cut, document, option), asked, document))
    else:
        rows.append(Row("quotes in their windows, langextract's aligner", "", "not installed: make bench"))
    return rows


def _asked(cut: tuple[Window, ...]) -> list[Asked]:
    """Quotes of all windows in text order, the manners in turns."""
    spoken = [(window, one) for window in cut for one in window.provisions if "shall" in one.text]
    step = max(1, len(spoken) // QUOTES)
    names = list(MANNERS)
    return [
        Asked(window, one, names[place % len(names)], MANNERS[names[place % len(names)]](one.text.strip()),
              (one.span.end - len(one.text), one.span.end))
        for place, (window, one) in enumerate(spoken[::step])
    ]  # fmt: skip


def _ours(asked: list[Asked], cut: tuple[Window, ...], around: prompted.Surroundings) -> tuple[float, list[Place]]:
    """Each answer of a window as one, as in a run; drafts hold nothing but their quote."""
    drafts = {id(one): _draft(one, place) for place, one in enumerate(asked)}
    by_window = {window.number: [drafts[id(one)] for one in asked if one.window is window] for window in cut}
    places: list[Place] = [None] * len(asked)
    started = time.perf_counter()
    found = [prompted.grounded(window, by_window[window.number], around, "bench") for window in cut]
    taken = time.perf_counter() - started
    for one in found:
        for kept in one.obligations:
            places[int(kept.draft.action)] = (kept.span.start, kept.span.end)
    return taken, places


def _draft(one: Asked, place: int) -> Draft:
    return Draft(one.provision, Passage(one.quote), "obligation", Bearer("firm"), str(place), "bench", "bench")


def _theirs(asked: list[Asked], cut: tuple[Window, ...], document: Document, option: str) -> tuple[float, list[Place]]:
    sent = [
        {"start": window.start, "text": document.text[window.start : window.end],
         "quotes": [one.quote for one in asked if one.window is window]}
        for window in cut
    ]  # fmt: skip
    script = Path(__file__).with_name("aligner.py")
    done = subprocess.run([PYTHON, script, option], input=json.dumps(sent), capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    return said["seconds"], [None if place is None else (place[0], place[1]) for place in said["spans"]]


def _row(name: str, taken: float, places: list[Place], asked: list[Asked], document: Document) -> Row:
    asked = asked[: len(places)]  # as far as it came in its time
    right, every = Counter[str](), Counter(one.manner for one in asked)
    for one, place in zip(asked, places, strict=True):
        right[one.manner] += _is_right(one, place)
    told = ", ".join(
        f"{manner} {right[manner] / max(1, every[manner]):.0%} {'refused' if manner in ABSENT else 'found'}"
        for manner in MANNERS
    )
    title = f"{len(asked):,} quotes in their windows of {len(document.text):,} characters, {name}"
    return Row(title, "", f"{len(asked) / taken:,.0f} quotes/s; {told}")


def _is_right(one: Asked, place: Place) -> bool:
    if one.manner in ABSENT or place is None:
        return (one.manner in ABSENT) == (place is None)
    return all(abs(found - true) <= NEAR for found, true in zip(place, one.truth, strict=True))
