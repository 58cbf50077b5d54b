"""People, and a short policy brought into a real library the way the worker does it, but without a parser."""

import hashlib
from pathlib import Path
from typing import Any

from core import jobs, library
from core.store import Database, write
from core.types import Document, Page, Provision, Reading, Scope, Span, User, Word

ADA = User(id="ada", name="Ada", roles=("analyst",), groups=("dpo", "risk"))
BEN = User(
    id="ben",
    name="Ben",
    roles=("analyst", "reviewer"),
    groups=("risk",),
    clearances=("public", "internal", "confidential"),
)
CYD = User(id="cyd", name="Cyd", roles=("analyst",), clearances=("public", "internal"))
EVE = User(id="eve", name="Eve", tenant="elsewhere", roles=("admin", "analyst", "reviewer"), groups=("dpo", "risk"))
NOBODY = User(id="nobody", name="Nobody", clearances=())

TEXT = "Clock policy\n\n1. The firm shall wind the clock.\n\n2. The keeper must not stop it."


def read(document_id: str, data: bytes, *, title: str = "Clock policy", pages: int = 0, **more: Any) -> Reading:
    """The text as one provision for each numbered paragraph."""
    text = data.decode()
    places = [(label, text.find(label)) for label in ("1.", "2.") if label in text]
    provisions = tuple(
        Provision(
            f"p{label}", label, "Clocks", text[at + 3 :].split("\n")[0], _span(document_id, text, at), None, "paragraph"
        )
        for label, at in places
    )
    document = Document(
        id=document_id,
        title=title,
        type="policy",
        version="1",
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="text/markdown",
        text=text,
        lineage=title.lower().replace(" ", "-"),
        pages=tuple(Page(number, 595, 842) for number in range(1, pages + 1)),
        **more,
    )
    words = tuple(Word(0, 5, number, 72, 90.5, 101.25, 102) for number in range(1, pages + 1))
    return Reading(document, provisions, words, hidden=("white on white",))


def _span(document_id: str, text: str, at: int) -> Span:
    start = at + 3
    return Span(document_id, start, start + len(text[start:].split("\n")[0]), 1)


def import_waiting(db: Database, *, scope: Scope | None = None, findings: tuple[Any, ...] = (), **how: Any) -> str:
    """Do the oldest waiting import; gives the document's id."""
    claim = jobs.claim_next(db, lease_seconds=60)
    assert claim
    upload = library.upload(db, claim.user, claim.job.payload["upload"])
    reading = read(upload.document_id, library.stored(db, upload.file), **how)
    packed = library.pack(upload, reading, scope or Scope("in_scope"), findings, claim.user.name)
    with write(db):
        library.complete(db, claim.user, upload, packed)
        jobs.finish(db, claim)
    return upload.document_id


def bring(
    db: Database, user: User = ADA, text: str = TEXT, name: str = "clock.md", *, signed: bool = False, **more: Any
) -> str:
    """Upload and import; `signed` by its owner too. `card` goes with the upload, the rest describes the reading."""
    receipt = library.receive(db, user, text.encode(), name, card=more.pop("card", None))
    assert receipt.duplicate_of is None
    document_id = import_waiting(db, **more)
    if signed:
        library.sign_card(db, user, document_id)
    return document_id


def listed(db: Database, user: User) -> list[str]:
    return [row.id for row in library.documents(db, user)]


def files(database: Path) -> list[str]:
    """The names of what is stored beside this database, which are digests."""
    folder = database.parent / "files"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []
