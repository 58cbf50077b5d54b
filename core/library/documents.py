"""Documents as rows: written whole in one write, read under the access rules."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from core import audit
from core.errors import BadInput, NotFound
from core.identity import require
from core.library import cards, pages
from core.library.access import found, visible
from core.library.labels import Label, twin
from core.library.newest import OLDEST_FIRST, SERIES
from core.library.uploads import Upload
from core.store import Row, now, one, rows
from core.types import Access, Document, Page, Provision, Reading, Scope, Span, Structure, User, Word

if TYPE_CHECKING:
    from core.scan import Finding

STATUSES = ("draft", "approved", "withdrawn", "escalated")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A line of the list. `version_number` counts the versions that this user may see, 1 the oldest: `first_version`.

    `gate`: open, or for an escalated document waiting, released, rejected; then by whom, when and why. `awaiting`
    says what the document waits for ("second signature"), "" when nothing. `held` says that it cannot be deleted.
    """

    id: str
    title: str
    type: str
    version: str
    version_number: int
    version_count: int
    first_version: str
    lineage: str
    regulation: str | None
    language: str
    media_type: str
    file_name: str
    bytes: int
    page_count: int
    characters: int
    owner: str
    classification: str
    groups: tuple[str, ...]
    status: str
    expires: str | None
    scope: str
    scope_reasons: tuple[str, ...]
    gate: str
    gate_reason: str | None
    gate_by: str | None
    gate_at: str | None
    awaiting: str
    held: bool
    warnings: tuple[str, ...]
    created_at: str


# --- writing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packed:
    """A reading as rows, made outside the write so that other writers wait for rows only."""

    document: Row
    text: Row
    pages: list[Row]
    provisions: list[Row]
    card: cards.Fields


def pack(
    upload: Upload,
    reading: Reading,
    scope: Scope,
    findings: Sequence["Finding"],
    owner: str,
    series: str | None = None,
) -> Packed:
    """Rows for everything that was read; `owner` is the name for the data card, `series` as `series_of` gives it."""
    document = reading.document
    key = {"document_id": upload.document_id}
    return Packed(
        document={**_document_row(upload, document, scope), "series": series},
        text={**key, "text": document.text, "hidden": json.dumps(reading.hidden)},
        pages=[{**key, **row} for row in pages.pack(document.pages, reading.words)],
        provisions=[
            {**key, "position": position, **_provision_row(provision)}
            for position, provision in enumerate(reading.provisions)
        ],
        card=cards.prefilled(document, upload.name, owner, findings, upload.card),
    )


def complete(db: Database, user: User, upload: Upload, packed: Packed) -> None:
    """Put the document on the shelf and take the upload off, inside the write that stores its first run.

    BadInput when the same file came in by another way meanwhile, such as an older failed import that was retried.
    """
    require(user, "documents.add")
    if twin(db, user, upload.sha256, Label(upload.tenant, upload.classification, upload.groups)):
        # No title: this sentence stays with the job, also after that document is deleted.
        raise BadInput("This file is in the library already; dismiss this import.")
    db["document"].insert(packed.document)
    db["document_text"].insert(packed.text)
    db["page"].insert_all(packed.pages)
    db["provision"].insert_all(packed.provisions)
    card = {"document_id": upload.document_id, "fields": json.dumps(packed.card), "saved_by": user.id}
    db["card"].insert({**card, "saved_at": now()})
    db.execute("delete from upload where id = ?", [upload.id])
    audit.append(
        db, user, "document.added", f"document:{upload.document_id}", document_id=upload.document_id,
        digest=upload.sha256, bytes=upload.bytes, pages=len(packed.pages), provisions=len(packed.provisions),
        gate=packed.document["gate"],
    )  # fmt: skip


def _document_row(upload: Upload, document: Document, scope: Scope) -> Row:
    labels = {name: getattr(upload, name) for name in ("tenant", "owner", "classification", "groups")}
    plain = ("title", "type", "version", "lineage", "regulation", "language", "in_force", "applies_from", "media_type")
    return {
        "id": upload.document_id,
        **labels,
        **{name: getattr(document, name) for name in plain},
        "title": upload.card.get("name") or document.title,
        "applies_to": json.dumps(document.applies_to),
        "structure": json.dumps(asdict(document.structure)),
        "warnings": json.dumps(document.warnings),
        "sha256": upload.sha256,
        "file": upload.file,
        "file_name": upload.name,
        "bytes": upload.bytes,
        "characters": len(document.text),
        "page_count": len(document.pages),
        "scope": scope.decision,
        "scope_reasons": json.dumps(scope.reasons),
        "gate": "waiting" if scope.decision == "escalate" else "open",
        "created_at": now(),
    }


def _provision_row(provision: Provision) -> Row:
    plain = ("id", "path", "heading", "label", "kind", "parent")
    place = {"start_at": provision.span.start, "end_at": provision.span.end, "page": provision.span.page}
    return {**{name: getattr(provision, name) for name in plain}, **place}


# --- reading ----------------------------------------------------------------------------------------------------


def documents(db: Database, user: User, *, status: str | None = None, text: str = "") -> list[DocumentRow]:
    """What this user may see, latest first; `text` is looked for in title, number and file name.

    `status`: one of STATUSES. "escalated" waits for a person to release or reject it, whatever its card says.
    """
    conditions, parameters = ["1"], []
    if status is not None and status not in STATUSES:
        raise BadInput(f"{status!r} is no state of a document; choose one of: {', '.join(STATUSES)}.")
    if status == "escalated":
        conditions.append("gate = 'waiting'")
    elif status is not None:
        conditions.append("status = ?")
        parameters.append(status)
    for word in text.split():
        conditions.append("title || ' ' || coalesce(regulation, '') || ' ' || file_name like ? escape '\\'")
        parameters.append(f"%{_literal(word)}%")
    where = f"{' and '.join(conditions)} order by created_at desc, id"
    return _listed(db, user, where, parameters)


def versions(db: Database, user: User, document_id: str) -> list[DocumentRow]:
    """All versions of the same regulation or policy that this user may see, the oldest first (see `newest`).

    A translation is no version: it says the same in another language, and is numbered by itself.
    """
    of = found(db, user, document_id, f"{SERIES} as series, language")
    return _listed(db, user, f"{SERIES} = ? and language = ? order by version_number", [of["series"], of["language"]])


def namesakes(db: Database, user: User, document_id: str) -> list[DocumentRow]:
    """What this user may see under the same number or title that is no version of this document, latest first."""
    of = found(db, user, document_id, f"{SERIES} as series, lineage, language")
    where = f"lineage = ? and language = ? and {SERIES} <> ? order by created_at desc, id"
    return _listed(db, user, where, [of["lineage"], of["language"], of["series"]])


def document_row(db: Database, user: User, document_id: str) -> DocumentRow:
    """One line of the list, or NotFound."""
    found(db, user, document_id, "id")
    return _listed(db, user, "id = ?", [document_id])[0]


def document(db: Database, user: User, document_id: str) -> Document:
    """The document with its text, or NotFound."""
    row = found(db, user, document_id)
    return _document(row, _text(db, document_id)["text"], pages.pages(db, document_id))


def provisions(db: Database, user: User, document_id: str) -> list[Provision]:
    """In text order."""
    found(db, user, document_id, "id")
    return _provisions(db, document_id, _text(db, document_id)["text"])


def words(db: Database, user: User, document_id: str, page: int) -> list[Word]:
    """Where the words of one page are printed; [] for a format without pages."""
    found(db, user, document_id, "id")
    return pages.words(db, document_id, page)


def reading(db: Database, user: User, document_id: str) -> Reading:
    """What the parser gave, to analyse it again without parsing."""
    row, stored = found(db, user, document_id), _text(db, document_id)
    sheets = pages.pages(db, document_id)
    return Reading(
        document=_document(row, stored["text"], sheets),
        provisions=tuple(_provisions(db, document_id, stored["text"])),
        words=tuple(word for sheet in sheets for word in pages.words(db, document_id, sheet.number)),
        hidden=tuple(json.loads(stored["hidden"])),
    )


def _listed(db: Database, user: User, where: str, values: Sequence[Any]) -> list[DocumentRow]:
    condition, parameters = visible(user)
    # Versions are numbered among what the user may see: a gap would tell of the others.
    sql = f"""
        select *,
            exists (select 1 from hold where document_id = seen.id) as held,
            exists (select 1 from signature where document_id = seen.id) as signed
        from (
            select *, row_number() over earlier as version_number,
                count(*) over (partition by {SERIES}, language) as version_count,
                first_value(id) over earlier as first_version
            from document where {condition}
            window earlier as (partition by {SERIES}, language order by {OLDEST_FIRST})
        ) as seen
        where {where}
    """
    return [_listed_row(row) for row in rows(db, sql, [*parameters, *values])]


def _listed_row(row: Row) -> DocumentRow:
    known = {name: row[name] for name in DocumentRow.__dataclass_fields__ if name in row}
    lists = {name: tuple(json.loads(row[name])) for name in ("groups", "scope_reasons", "warnings")}
    return DocumentRow(**{**known, **lists, "held": bool(row["held"]), "awaiting": _awaiting(row)})


def _awaiting(row: Row) -> str:
    if row["gate"] == "waiting":
        return "release"
    if row["status"] != "draft":
        return ""
    return "second signature" if row["awaiting_second"] else "signature"


def _document(row: Row, text: str, sheets: Sequence[Page]) -> Document:
    plain = ("id", "title", "type", "version", "sha256", "media_type", "lineage")
    dated = ("regulation", "language", "in_force", "applies_from")
    return Document(
        **{name: row[name] for name in (*plain, *dated)},
        text=text,
        pages=tuple(sheets),
        access=Access(
            tenant=row["tenant"],
            owner=row["owner"],
            classification=row["classification"],
            groups=tuple(json.loads(row["groups"])),
            status=row["status"],
            expires=row["expires"],
        ),
        applies_to=tuple(json.loads(row["applies_to"])),
        structure=Structure(**json.loads(row["structure"])),
        warnings=tuple(json.loads(row["warnings"])),
    )


def _provisions(db: Database, document_id: str, text: str) -> list[Provision]:
    sql = "select * from provision where document_id = ? order by position"
    return [
        Provision(
            **{name: row[name] for name in ("id", "path", "heading", "label", "kind", "parent")},
            text=text[row["start_at"] : row["end_at"]],
            span=Span(document_id, row["start_at"], row["end_at"], row["page"]),
        )
        for row in rows(db, sql, [document_id])
    ]


def _text(db: Database, document_id: str) -> Row:
    row = one(db, "select text, hidden from document_text where document_id = ?", [document_id])
    if row is None:
        raise NotFound(f"The text of document {document_id} is missing; run `python -m core check`.")
    return row


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
