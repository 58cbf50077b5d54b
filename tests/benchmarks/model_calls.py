"""What we add to a model call, and how fast a whole run reads when the model takes no time."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core import analysing, worker
from core.llm.answering import drain
from core.llm.backends import open_model
from core.prompts import Rendered
from tests.analysing_parts import ADA, PLAIN, bring, desk_with_prompts, reader
from tests.benchmarks.analysis import regulation
from tests.benchmarks.row import Row
from tests.model_servers import claude, serving
from tests.router_parts import CHEAP, ECHO, Desk, errand

CALLS = 200
TEXT = " ".join(f"The firm shall report incident {number} to the competent authority." for number in range(100))


@contextmanager
def _place() -> Iterator[Desk]:
    """A folder of its own with an inventory, routes and our prompts."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        yield desk_with_prompts(Path(folder), patch)


def overhead() -> list[Row]:
    """Permission, switches, the look for a kept answer, budget, ledger, span, keeping the answer: every call is new."""
    with _place() as desk, serving(claude("{}")) as server, desk.opened() as db:
        desk.at(anthropic=server.url)
        document = bring(db, desk)
        return [
            _added("inside the program", ECHO, desk, document),
            _added("to a hosted model, personal data looked for", CHEAP, desk, document),
        ]


def _added(name: str, model: str, desk: Desk, document: str) -> Row:
    """The median of what a call takes beyond the same call made by its backend alone."""
    asked, alone = [], []
    for number in range(CALLS + 5):
        prompt = Rendered("extract-obligations", "1.0.0", "0" * 64, "Find the norms.", f"{number} {TEXT}")
        why = replace(errand(model=model), document_id=document)
        asked.append(_milliseconds(lambda prompt=prompt, why=why: desk.router.ask(why, prompt)))  # type: ignore[misc]
        with desk.opened() as db:
            request = desk.router.request(db, why, prompt, desk.router.candidates(db, why)[0].entry)
        alone.append(_milliseconds(lambda request=request: drain(open_model(model, desk.settings).stream(request))))  # type: ignore[misc]
    added = sorted(one - other for one, other in zip(asked[5:], alone[5:], strict=True))  # the first ones import
    p95 = added[int(0.95 * len(added))]
    told = f"p50 {statistics.median(added):.1f} ms, p95 {p95:.1f} ms over {CALLS} calls"
    return Row(f"our overhead on a model call, {name}", "under 5 ms", told)


def _milliseconds(work) -> float:  # type: ignore[no-untyped-def]
    started = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - started)


def windows_a_second() -> list[Row]:
    """From asking for the run to its findings in the register; the answers come from a server on this machine."""
    text = regulation(300).decode()
    with _place() as desk, desk.opened() as db, reader(desk):
        document = bring(db, desk, text, "act.md")
        job = analysing.start(db, ADA, document, PLAIN)
        started = time.perf_counter()
        worker.drain(desk.settings)
        taken = time.perf_counter() - started
        found = analysing.partial(db, ADA, job)
    told = (
        f"{found.done / taken:.1f} windows/s ({found.done} windows, {found.obligations:,} obligations, {taken:.1f} s)"
    )
    return [Row(f"a run of a scripted model over {len(text):,} characters", "", told)]
