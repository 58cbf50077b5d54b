"""What a file is, by its content. A name only breaks ties between text formats and earns a warning when it is wrong."""

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"  # XHTML too
FORMEX = "application/formex+xml"
AKN = "application/akn+xml"
REGML = "application/regml+xml"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"
PNG, JPEG, TIFF = "image/png", "image/jpeg", "image/tiff"


def media_type(data: bytes, filename: str) -> str:
    """The media type that decides the parser. Raises BadInput on an empty or unreadable file."""
    raise NotImplementedError
