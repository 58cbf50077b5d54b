"""A password taken off a PDF, in the child: what is stored afterwards opens without it."""

from core.errors import BadInput
from core.ingest import sniff
from core.ingest.mupdf import load
from core.ingest.pdf_open import opened


def unlock(data: bytes, password: str, max_pages: int) -> bytes:
    """The same PDF without encryption; as it is when it has none. PasswordNeeded when the password does not fit."""
    if sniff.media_type(data) != sniff.PDF:
        raise BadInput("Only PDFs can be opened with a password here; save the file without one and upload it again.")
    with opened(data, password, max_pages) as pdf:
        if not pdf.needs_pass:
            return data
        pdf.authenticate(password)  # again: MuPDF answers needs_pass by trying the empty password
        return bytes(pdf.tobytes(encryption=load().PDF_ENCRYPT_NONE))
