"""A password taken off a PDF, in the child: what is stored afterwards opens without it."""

from core.errors import BadInput, PasswordNeeded


def unlock(data: bytes, password: str) -> bytes:
    """The same PDF without encryption; as it is when it has none. PasswordNeeded when the password does not fit."""
    import pymupdf

    if not data[:1024].lstrip().startswith(b"%PDF"):
        raise BadInput("Only PDFs can be opened with a password here; save the file without one and upload it again.")
    try:
        with pymupdf.open(stream=data, filetype="pdf") as pdf:
            if not pdf.needs_pass:
                return data
            if not pdf.authenticate(password):
                raise PasswordNeeded("The password does not open this file; check it and try again.")
            return bytes(pdf.tobytes(encryption=pymupdf.PDF_ENCRYPT_NONE))
    except (pymupdf.FileDataError, pymupdf.EmptyFileError, RuntimeError) as error:
        raise BadInput("This PDF is damaged and cannot be unlocked; save it again in another program.") from error
