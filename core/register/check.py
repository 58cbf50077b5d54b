"""Does every stored place still say what was quoted from it? The promise of the register, checked again."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from core import library, store
from core.extract.ground import passages
from core.register import codec, derived, runs
from core.types import Obligation, Passage, Statement, User


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A place that does not hold: `subject` is an obligation's id or a provision's path, `what` the kind of passage."""

    document_id: str
    run_id: str | None
    subject: str
    what: str
    start: int | None
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was checked, and what did not hold."""

    documents: int
    spans: int
    mismatches: tuple[Mismatch, ...]


Claim = tuple[str, str, Passage]


def check(db: Database, user: User, document_id: str = "") -> list[Mismatch]:
    """Everything that does not hold in the documents that this user may see (or in one); [] is good."""
    return list(checked(db, user, document_id).mismatches)


def checked(db: Database, user: User, document_id: str = "") -> Checked:
    """Every span of every run, and of what people made, against the document's text."""
    condition, parameters = library.visible(user)
    narrow = " and id = ?" if document_id else ""
    found = store.rows(
        db,
        f"select id from document where {condition}{narrow} order by id",
        [*parameters, *filter(None, [document_id])],
    )
    if document_id:
        library.found(db, user, document_id, "id")
    spans, wrong = 0, []
    for row in found:
        text = library.document(db, user, row["id"]).text
        for run_id, (subject, what, passage) in _claims(db, user, row["id"], text):
            spans += 1
            start = passage.start
            printed = "" if start is None else text[start : start + len(passage.text)]
            if start is None or start < 0 or printed != passage.text:
                wrong.append(Mismatch(row["id"], run_id, subject, what, start, passage.text, printed))
    return Checked(len(found), spans, tuple(wrong))


def _claims(db: Database, user: User, document_id: str, text: str) -> Iterator[tuple[str | None, Claim]]:
    for run in runs.runs(db, user, document_id):
        stored = runs.analysis(db, user, document_id, run.id)
        for obligation in stored.obligations:
            yield from ((run.id, claim) for claim in _of_obligation(obligation))
        for statement in stored.statements:
            yield from ((run.id, claim) for claim in _of_statement(statement))
        for passage in stored.coverage.uncovered:
            yield run.id, ("coverage", "uncovered sentence", passage)
    for subject, overlay in derived.overlays(db, document_id).items():
        if "made" in overlay:
            made = codec.load(overlay["made"]["obligation"], text)
            yield from ((None, claim) for claim in _of_obligation(made))
        for field in ("conditions", "exceptions"):
            for kept in overlay.get(field, []):
                yield None, (subject, field[:-1], Passage(kept["text"], kept["start"]))
    for provision in library.provisions(db, user, document_id):
        yield None, (provision.path, "provision", Passage(provision.text, provision.span.start))


def _of_obligation(obligation: Obligation) -> Iterator[Claim]:
    """Its quote at its span and at its own start, its lead-in, and each passage that was located in the source."""
    draft, span = obligation.draft, obligation.span
    yield obligation.id, "quote", Passage(draft.quote.text, span.start)
    yield obligation.id, "quote", draft.quote
    if span.end - span.start != len(draft.quote.text):
        yield obligation.id, "span", Passage(draft.quote.text, None)
    if obligation.lead_in and draft.lead_in:
        yield obligation.id, "lead-in", Passage(draft.lead_in.text, obligation.lead_in.start)
    yield obligation.id, "provision", Passage(draft.provision.text, draft.provision.span.start)
    for passage in passages(draft):
        if passage.start is not None:
            yield obligation.id, "passage", passage


def _of_statement(statement: Statement) -> Iterator[Claim]:
    if statement.quote.start is not None:
        yield statement.provision.path, "statement", statement.quote
