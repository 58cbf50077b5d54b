"""Bytes → an open PDF: decrypted, repaired when it must be, and not larger than we promise to read."""

import io
from typing import Any

from core.errors import BadInput, PasswordNeeded
from core.ingest.mupdf import load

# What pypdf raises on files that are broken in ways it did not foresee.
PYPDF_TROUBLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError, AssertionError)


def opened(data: bytes, password: str | None, max_pages: int) -> Any:
    """A pymupdf Document with at least one page. Raises BadInput or PasswordNeeded."""
    document = _open(data)
    if document is not None and document.needs_pass:
        _unlock(document, password)
    for repaired in (_without_index, _rewritten):
        if document is None or not _page_count(document):
            document = _open(repaired(data))
    count = _page_count(document) if document is not None else 0
    if not count:
        raise BadInput("This PDF has no pages that can be read; open it in the program that made it and save it again.")
    if count > max_pages:
        raise BadInput(
            f"This PDF has {count:,} pages and the limit is {max_pages:,}; split it, or raise COPILOT_MAX_PAGES."
        )
    return document


def _open(data: bytes) -> Any | None:
    pymupdf = load()
    if not data:
        return None
    try:
        return pymupdf.open(stream=data, filetype="pdf")
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return None


def _page_count(document: Any) -> int:
    try:
        return int(document.page_count)
    except (RuntimeError, ValueError, load().mupdf.FzErrorBase):
        return 0


def _unlock(document: Any, password: str | None) -> None:
    if document.authenticate(password or ""):
        return
    if password:
        raise PasswordNeeded("The password does not open this PDF; check it and try again.")
    raise PasswordNeeded("This PDF is locked with a password; enter the password to read it.")


def _without_index(data: bytes) -> bytes:
    """The same file with its index out of reach, so that MuPDF looks for the objects themselves."""
    return data.replace(b"startxref", b"startnone")


def _rewritten(data: bytes) -> bytes:
    """The same file written anew by pypdf, which finds objects that MuPDF gives up on; b"" when it cannot either."""
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data), strict=False))
        target = io.BytesIO()
        writer.write(target)
    except (PyPdfError, *PYPDF_TROUBLE):
        return b""
    return target.getvalue()
