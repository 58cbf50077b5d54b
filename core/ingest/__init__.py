"""Bytes → a Reading: the document, the provisions a lawyer would cite, and where the words are printed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import BadInput
from core.ingest import sniff
from core.types import Document, ParsedFile, Reading

if TYPE_CHECKING:  # the parser's child imports this package for every file; pydantic would cost it 0.3 s
    from core.settings import Settings

PARSERS = {
    sniff.PDF: "core.ingest.pdf:parse",
    sniff.HTML: "core.ingest.html:parse",
    sniff.FORMEX: "core.ingest.formex:parse",
    sniff.AKN: "core.ingest.akn:parse",
    sniff.REGML: "core.ingest.regml:parse",
    sniff.DOCX: "core.ingest.docx:parse",
    sniff.MARKDOWN: "core.ingest.markdown:parse",
    sniff.PLAIN: "core.ingest.plain:parse",
    sniff.PNG: "core.ingest.image:parse",
    sniff.JPEG: "core.ingest.image:parse",
    sniff.TIFF: "core.ingest.image:parse",
}

# 5,000 dense pages are about 200,000 paragraphs; files far beyond are made to keep a reader busy.
MOST_BLOCKS = 300_000


def read(
    data: bytes,
    filename: str,
    *,
    password: str | None = None,
    settings: Settings | None = None,
    document_id: str | None = None,
) -> Reading:
    """Read a file: parsed in a child process, then structured here. Raises BadInput or PasswordNeeded.

    `document_id` defaults to the first 16 hex digits of the file's SHA-256.
    """
    import hashlib

    from core.ingest import sandbox

    media_type = sniff.media_type(data, filename)
    parsed = sandbox.parse(data, media_type, password=password, settings=settings)
    if len(parsed.blocks) > MOST_BLOCKS:
        raise BadInput(
            f"{sniff.shown(filename)} falls into {len(parsed.blocks):,} paragraphs, more than the {MOST_BLOCKS:,} that "
            "are read at once; split it and add the parts."
        )
    if warning := sniff.mismatch(media_type, filename):
        parsed = replace(parsed, warnings=(warning, *parsed.warnings))
    return structured(parsed, filename, hashlib.sha256(data).hexdigest(), document_id)


def structured(parsed: ParsedFile, filename: str, sha256: str, document_id: str | None = None) -> Reading:
    """What a parsed file says it is and the provisions in it. `document_id` defaults to 16 digits of the digest."""
    from core.ingest import applicability, identity
    from core.ingest.provisions import provisions

    document_id = document_id or sha256[:16]
    known = identity.identity(parsed, filename)
    found = provisions(parsed, document_id, known.lineage)
    document = Document(
        id=document_id,
        title=known.title,
        type=known.type,
        version=known.version,
        sha256=sha256,
        media_type=parsed.media_type,
        text=parsed.text,
        lineage=known.lineage,
        pages=parsed.pages,
        regulation=known.regulation,
        language=known.language,
        in_force=applicability.in_force(parsed, found),
        applies_from=applicability.applies_from(found),
        applies_to=applicability.applies_to(found),
        structure=identity.structure(parsed, found),
        warnings=parsed.warnings,
    )
    return Reading(document, found, parsed.words, parsed.hidden)


def page_image(
    data: bytes, page: int, *, dpi: int = 100, password: str | None = None, settings: Settings | None = None
) -> bytes:
    """A page as PNG, drawn in a child process; `page` counts from 1. Raises BadInput or PasswordNeeded."""
    from core.ingest import sandbox

    media_type = sniff.media_type(data)
    return sandbox.render(data, media_type, page, dpi=dpi, password=password, settings=settings)
