"""The register page with 50,000 obligations stored: a page of rows, its total and its facets."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from core import register
from core.identity import local_user
from core.register import Filter
from core.store import Database, connect
from core.types import (
    Analysis,
    Applies,
    Bearer,
    Coverage,
    Deadline,
    Document,
    Draft,
    Metadata,
    Obligation,
    Passage,
    Provision,
    Quality,
    Reading,
    Risk,
    Scope,
    Span,
)
from tests.benchmarks.row import Row
from tests.register_parts import shelve

DOCUMENTS, EACH = 50, 1_000
WORDS = [
    *("institution", "shall", "report", "incident", "authority", "client", "record", "outsourcing", "contract"),
    *("service", "risk", "notify", "without", "delay", "within", "month", "register", "board", "review", "capital"),
    *("safeguard", "funds", "audit", "policy", "annual", "assessment", "competent", "supervisor"),
]


def page_switch() -> list[Row]:
    """Half of the documents hold what the filters ask for; times are medians of 15 calls."""
    user, chance = local_user(), random.Random(2)
    with tempfile.TemporaryDirectory() as folder:
        db = connect(Path(folder) / "bench.db")
        started = time.perf_counter()
        for number in range(DOCUMENTS):
            analysis = _analysis(f"doc{number:02}", chance)
            shelve(db, user, Reading(analysis.document, (analysis.obligations[0].draft.provision,)))
            register.store_run(db, user, analysis)
        stored = time.perf_counter() - started
        narrow = Filter(risk=("high", "critical"), status="new", text="report incident")
        pages: dict[str, tuple[Filter, str, bool, int]] = {
            "first page": (Filter(), "position", False, 0),
            "by risk, offset 10,000": (Filter(), "risk", True, 10_000),
            "by bearer": (Filter(), "bearer", False, 0),
            "filtered and searched": (narrow, "risk", True, 0),
            "one document": (Filter(document="doc07"), "position", False, 0),
        }
        rows = [_page(db, name, *page) for name, page in pages.items()]
        rows.append(_timed("overview, 50,000 obligations", lambda: register.overview(db, user)))
        one = register.rows(db, user, limit=1)[0].id
        rows.append(_timed("a correction and its undo, 50,000 obligations", lambda: _corrected(db, one)))
        rate = DOCUMENTS * EACH / stored
        return [*rows, Row("runs stored (findings, register, text index)", "", f"{rate:,.0f} obligations/s")]


def _page(db: Database, name: str, filter: Filter, sort: str, descending: bool, offset: int) -> Row:
    user = local_user()

    def shown() -> None:
        register.rows(db, user, filter, sort, descending, offset=offset)
        register.count(db, user, filter)
        register.facets(db, user, filter)

    return _timed(f"register page of 50,000, rows + total + facets: {name}", shown)


def _corrected(db: Database, id: str) -> None:
    register.correct(db, local_user(), id, "bearer", "Payment institution")
    register.undo(db, local_user())


def _timed(path: str, call: Callable[[], object]) -> Row:
    times = []
    for _ in range(15):
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    return Row(path, "under 400 ms", f"p50 {median(times):.0f} ms, worst {max(times):.0f} ms")


def _analysis(document_id: str, chance: random.Random) -> Analysis:
    sentences = [" ".join(chance.choices(WORDS, k=28)) + "." for _ in range(EACH)]
    text = "\n\n".join(sentences)
    document = Document(
        id=document_id,
        title=f"Act {document_id}",
        type="regulation",
        version="1",
        sha256=document_id,
        media_type="text/plain",
        text=text,
        lineage=document_id,
    )
    return Analysis(
        document=document,
        scope=Scope("in_scope"),
        obligations=tuple(_obligations(document, sentences, chance)),
        statements=(),
        ungrounded=(),
        rejected=(),
        risk=Risk(),
        actions=(),
        summary="",
        quality=Quality(5),
        coverage=Coverage(EACH, EACH),
        metadata=Metadata("bench", "builtin", "2026-11-22T10:00:00Z"),
    )


def _obligations(document: Document, sentences: list[str], chance: random.Random) -> Iterator[Obligation]:
    kinds, names = ("regulated", "authority", "eu_body", "member_state", "person"), ("institution", "authority", "firm")
    levels = ("low", "medium", "high", "critical")
    start = 0
    for number, sentence in enumerate(sentences):
        span = Span(document.id, start, start + len(sentence))
        provision = Provision(f"p{number}", f"Article {number}", "Duties", sentence, span, None, "article")
        passage = Passage(sentence, start)
        limit = (
            Deadline(Passage(""), "date", "2027-01-01", date=f"2027-{number % 12 + 1:02}-01")
            if number % 4 == 0
            else None
        )
        draft = Draft(
            provision,
            passage,
            chance.choice(("obligation", "obligation", "prohibition", "permission")),
            Bearer(f"{chance.choice(names)} {number % 40}", chance.choice(kinds), True),
            sentence[20:80],
            "shall",
            "a mark",
            deadlines=(limit,) if limit else (),
        )
        risk = Risk(chance.choice(levels), chance.randrange(100))
        confidence = chance.choice((1.0, 0.9, 0.6))
        found = Obligation(f"o{number}", provision.id, draft, span, None, "exact", confidence, "builtin", "shall", risk)
        yield replace(found, applies=Applies(chance.choice(("yes", "no", "unclear"))), deadline=limit)
        start += len(sentence) + 2
