"""A small regulation, read and analysed by hand, on a real shelf: what the tests of the register stand on."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from core import jobs, library, register, store
from core.extract.ground import ground
from core.identity import local_user
from core.library import Upload
from core.types import (
    Action,
    Analysis,
    Applies,
    Bearer,
    Coverage,
    Deadline,
    Document,
    Draft,
    Metadata,
    Passage,
    Provision,
    Quality,
    Reading,
    Risk,
    Scope,
    Span,
    Statement,
    Ungrounded,
    User,
)

ADA = local_user()
BEN = User(id="ben", name="Ben", groups=(), roles=("analyst",))

RECORD = "The firm shall keep a record of each incident."
NOTIFY = "The firm shall notify the authority within 72 hours after becoming aware of the incident."
TELL = "The firm must not tell clients before the authority agrees; it shall warn its staff."
REVIEW = "The firm shall review this record every year."
MAY = "The authority may ask for a copy."
MEANS = "‘Incident’ shall mean an event that stops a service."
SILENT = "Staff are to be trained without exception."
PARAGRAPHS = {
    "Article 1(1)": RECORD,
    "Article 1(2)": NOTIFY,
    "Article 2(1)": TELL,
    "Article 2(2)": REVIEW,
    "Article 3": f"{MAY} {MEANS}",
    "Article 4": SILENT,
}
TEXT = "\n\n".join(f"{path}. {text}" for path, text in PARAGRAPHS.items()) + "\n"


def place(quote: str, text: str = TEXT) -> Span:
    start = text.index(quote)
    return Span("", start, start + len(quote))


def reading(document_id: str, title: str = "Incident rules", text: str = TEXT) -> Reading:
    document = Document(
        id=document_id,
        title=title,
        type="regulation",
        version="1",
        sha256=hashlib.sha256(f"{title}{text}".encode()).hexdigest(),
        media_type="text/markdown",
        text=text,
        lineage="incident-rules",
    )
    return Reading(document, tuple(provisions(document_id, text)))


def provisions(document_id: str, text: str) -> Iterator[Provision]:
    """Each article, and the paragraphs under those that have some."""
    for path, body in PARAGRAPHS.items():
        article, _, paragraph = path.partition("(")
        if paragraph == "1)":
            start = text.index(body)
            yield Provision(
                identity(article), article, "Incidents", "", Span(document_id, start, start), None, "article"
            )
        yield provision(document_id, path, body, text)


def identity(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:16]


def provision(document_id: str, path: str, body: str, text: str = TEXT) -> Provision:
    span = replace(place(body, text), document_id=document_id)
    article, _, paragraph = path.partition("(")
    parent = identity(article) if paragraph else None
    return Provision(
        identity(path), path, "Incidents", body, span, parent, "paragraph" if paragraph else "article", path
    )


def drafts(provisions: Sequence[Provision]) -> list[Draft]:
    at = {one.path: one for one in provisions}
    firm, authority = Bearer("The firm", "regulated", True), Bearer("The authority", "authority", True)
    period = Deadline(Passage("within 72 hours"), "period", "PT72H", anchor="becoming aware of the incident")
    yearly = Deadline(Passage("every year"), "recurrence", "R/P1Y")
    rule = {"rule": "shall", "reason": "“shall” with a subject that acts"}
    return [
        Draft(at["Article 1(1)"], Passage(RECORD), "obligation", firm, "keep a record of each incident", **rule),
        Draft(
            at["Article 1(2)"], Passage(NOTIFY), "obligation", firm, "notify the authority", **rule, deadlines=(period,)
        ),
        Draft(at["Article 2(1)"], Passage(TELL), "prohibition", firm, "tell clients", **rule, confidence=0.5),
        Draft(
            at["Article 2(2)"], Passage(REVIEW), "obligation", firm, "review this record", **rule, deadlines=(yearly,)
        ),
        Draft(at["Article 3"], Passage(MAY), "power", authority, "ask for a copy", **rule),
    ]


RISKS = {
    RECORD: Risk("low", 15),
    NOTIFY: Risk("critical", 92, ("notification",)),
    TELL: Risk("high", 70, ("prohibition",)),
}


def analysis(read: Reading, model: str = "builtin", without: str = "") -> Analysis:
    """Hand-made; `without` leaves the obligation with this quote out, as another engine might."""
    chosen = [draft for draft in drafts(read.provisions) if draft.quote.text != without]
    found = ground(chosen, read.document, read.provisions, engine=model).obligations
    obligations = tuple(
        replace(one, risk=RISKS.get(one.draft.quote.text, Risk("medium", 40)), applies=Applies("yes", "a firm"))
        for one in found
    )
    last = {one.path: one for one in read.provisions}["Article 3"]
    notify = next(one for one in obligations if one.draft.quote.text == NOTIFY)
    return Analysis(
        document=read.document,
        scope=Scope("in_scope", ("it lays down rules",)),
        obligations=obligations,
        statements=(Statement(last, Passage(MEANS, place(MEANS).start), "definition", "“shall mean” defines"),),
        ungrounded=(Ungrounded("The firm shall fly.", "Nothing is like it.", "Article 1(1)"),),
        rejected=(),
        risk=Risk("high", 70),
        actions=(Action("a1", "Notify", "Set up a notice", "Compliance", "critical", None, (notify.id,), True),),
        summary="Five norms.",
        quality=Quality(4, ("plain text",)),
        coverage=Coverage(7, 6, (Passage(SILENT, place(SILENT).start),)),
        metadata=Metadata("request", model, "2026-11-22T10:00:00Z", latency_ms=12),
    )


def database(folder: Path) -> store.Database:
    return store.connect(folder / "copilot.db")


def shelve(db: store.Database, user: User, read: Reading) -> None:
    """Put a reading into the library as an import would."""
    with store.write(db):
        job_id = jobs.insert(db, user, "import", {}, "rules.md", subject=read.document.id)
        upload = Upload(
            id=store.new_id(),
            tenant=user.tenant,
            owner=user.id,
            classification="internal",
            groups="[]",
            sha256=read.document.sha256,
            file=read.document.sha256,
            bytes=len(read.document.text),
            name="rules.md",
            card={},
            document_id=read.document.id,
            job_id=job_id,
        )
        library.complete(db, user, upload, library.pack(upload, read, Scope("in_scope"), (), user.name))


def analysed(db: store.Database, user: User = ADA, document_id: str = "d1", title: str = "Incident rules") -> Analysis:
    """A document on the shelf with its first run; returns the analysis that was stored."""
    read = reading(document_id, title)
    shelve(db, user, read)
    kept = analysis(read)
    register.store_run(db, user, kept)
    return kept


def id_of(db: store.Database, quote: str, document_id: str = "d1", user: User = ADA) -> str:
    """The id of the row with this quote."""
    [found] = [r.id for r in register.rows(db, user, register.Filter(document=document_id)) if r.quote == quote]
    return found
