"""A text as the reader would give it, without the child process: the same parsers, provisions and identity."""

import hashlib

from core.ingest import applicability, identity, markdown, plain
from core.ingest.provisions import provisions
from core.types import Document, Reading


def reading(text: str, filename: str = "text.txt", **fields) -> Reading:
    """`fields` overwrite those of the document: language="da", type="policy", …; `hidden` is text nobody sees."""
    hidden = tuple(fields.pop("hidden", ()))
    data = text.encode()
    parsed = (markdown if filename.endswith(".md") else plain).parse(data)
    known = identity.identity(parsed, filename)
    sha256 = hashlib.sha256(data).hexdigest()
    found = provisions(parsed, sha256[:16], known.lineage)
    given = {
        "title": known.title,
        "type": known.type,
        "version": known.version,
        "regulation": known.regulation,
        "language": known.language,
        "applies_to": applicability.applies_to(found),
        **fields,
    }
    document = Document(
        id=sha256[:16], sha256=sha256, media_type=parsed.media_type, text=parsed.text, lineage=known.lineage, **given
    )
    return Reading(document, found, hidden=hidden)
