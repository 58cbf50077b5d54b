"""What a file is, by its content. The name only breaks ties between text formats, and is reported when it is wrong."""

import io
import re
from typing import TYPE_CHECKING

from core.errors import BadInput

if TYPE_CHECKING:
    from pathlib import PurePosixPath

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"  # XHTML too
FORMEX = "application/formex+xml"
AKN = "application/akn+xml"
REGML = "application/regml+xml"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"
PNG, JPEG, TIFF = "image/png", "image/jpeg", "image/tiff"

XML_ROOTS = {"akomantoso": AKN, "regulation": REGML, "html": HTML}
FORMEX_ROOTS = {"act", "agr", "annex", "cjt", "corr", "decision", "general", "cons.act", "cons.annex", "cons.doc"}
SUFFIXES = {
    PDF: (".pdf",),
    DOCX: (".docx", ".docm"),
    HTML: (".html", ".htm", ".xhtml"),
    FORMEX: (".xml",),
    AKN: (".xml", ".akn"),
    REGML: (".xml",),
    MARKDOWN: (".md", ".markdown"),
    PLAIN: (".txt", ".text"),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    TIFF: (".tif", ".tiff"),
}
NAMES = {
    PDF: "a PDF",
    DOCX: "a Word document",
    HTML: "an HTML page",
    FORMEX: "Formex XML",
    AKN: "Akoma Ntoso XML",
    REGML: "RegML XML",
    MARKDOWN: "Markdown",
    PLAIN: "plain text",
    PNG: "a PNG image",
    JPEG: "a JPEG image",
    TIFF: "a TIFF image",
}
READABLE = "Use PDF, DOCX, HTML, XML (Formex, Akoma Ntoso, RegML), Markdown, text, PNG, JPEG or TIFF."

IMAGES = [(b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"II*\0", TIFF), (b"MM\0*", TIFF)]
SAVE_IMAGE = "Save it as PNG, JPEG, TIFF or PDF."
UNPACK = "Unpack it and add the files inside."
REFUSED = [
    (b"{\\rtf", "is in rich text format (RTF)", "Open it in a word processor and save it as .docx."),
    (b"GIF8", "is a GIF image", SAVE_IMAGE),
    (b"BM", "is a bitmap image", SAVE_IMAGE),
    (b"\x1f\x8b", "is a gzip archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", UNPACK),
    (b"Rar!\x1a\x07", "is a RAR archive", UNPACK),
    (b"%!PS", "is a PostScript file", "Print it to PDF first."),
    (b"MZ", "is a program", READABLE),
    (b"\x7fELF", "is a program", READABLE),
]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF_HEAD_BYTES = 1024  # where readers of PDF look for its header
HEAD_BYTES = 65_536

# "<?xml version='1.0'?>", comments, processing instructions and a DOCTYPE may stand before the root element.
PROLOG = re.compile(r"\s*(?:<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)", re.DOTALL | re.IGNORECASE)
ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
HTML_TAG = re.compile(r"<(?:!doctype html|html|head|body|div|p|table|h[1-6]|br|span|a)\b", re.IGNORECASE)
ATX_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
# Bytes that no text has: controls other than tab, newlines, form feed and escape.
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def media_type(data: bytes, filename: str = "") -> str:
    """The media type that decides the parser. Raises BadInput on an empty file or one that we cannot read."""
    name = shown(filename)
    if not data.strip(b"\0 \t\r\n\f"):
        raise BadInput(f"{name} is empty; choose the file again, or check that it was saved.")
    head = data[:PDF_HEAD_BYTES]
    if _is_pdf(data, head, suffix(filename)):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _archive(data, name)
    for start, kind in IMAGES:
        if head.startswith(start):
            return kind
    _refuse(data, head, name)
    return _text(_decoded_head(data, name), filename, name)


def mismatch(kind: str, filename: str) -> str | None:
    """A warning when the file's ending promises something else than its content, or None."""
    ending = suffix(filename)
    if not ending or ending in SUFFIXES[kind] or (kind in (PLAIN, MARKDOWN) and not _promises(ending)):
        return None
    return f"The file's name ends in {ending} but its content is {NAMES[kind]}; it was read as that."


def suffix(filename: str) -> str:
    return _path(filename).suffix.lower()


def shown(filename: str) -> str:
    """A file's name for a sentence: without folders, short, and printable."""
    name = _path(filename).name
    name = "".join(c if c.isprintable() else "�" for c in name)
    return (name if len(name) <= 80 else f"{name[:60]}…{name[-15:]}") or "The file"


def _path(filename: str) -> "PurePosixPath":
    from pathlib import PurePosixPath  # like zipfile below: the parser's child imports this module for every file

    return PurePosixPath(filename.replace("\\", "/"))


def _promises(ending: str) -> bool:
    return any(ending in endings for endings in SUFFIXES.values())


def _is_pdf(data: bytes, head: bytes, ending: str) -> bool:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"%PDF-"):
        return True
    # A header further in (a mail header before it) or none at all is a PDF only when objects follow.
    has_objects = b" obj" in data and (b"endobj" in data or b"stream" in data)
    return has_objects and (b"%PDF-" in head or ending == ".pdf")


def _archive(data: bytes, name: str) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise BadInput(f"{name} is a damaged Office or zip file; open it in its program and save it again.") from None
    if "word/document.xml" in names:
        return DOCX
    if any(n.startswith("xl/") for n in names):
        raise BadInput(f"{name} is an Excel workbook, which holds no running text; save the text as DOCX or PDF.")
    if any(n.startswith("ppt/") for n in names):
        raise BadInput(f"{name} is a PowerPoint file; save it as PDF and add that.")
    if "content.xml" in names:
        raise BadInput(f"{name} is an OpenDocument file; save it as DOCX or PDF and add that.")
    raise BadInput(f"{name} is a zip archive; unpack it and add the files inside.")


def _refuse(data: bytes, head: bytes, name: str) -> None:
    if head.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise BadInput(
                f"{name} is locked with a password; open it in its program, remove the password and save it."
            )
        raise BadInput(f"{name} is in an old Office format (.doc, .xls, .msg); open it in Word and save it as .docx.")
    for start, what, remedy in REFUSED:
        # Two letters are too few to judge by: "BM" and "MZ" also begin ordinary text.
        if head.startswith(start) and (len(start) > 2 or CONTROL.search(head)):
            raise BadInput(f"{name} {what}. {remedy}")


def _decoded_head(data: bytes, name: str) -> str:
    """The first 64 KB as text, roughly: enough to see tags and headings. Raises BadInput on bytes that are no text."""
    head = data[:HEAD_BYTES]
    for mark, encoding in [
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff", "utf-32-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ]:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    if len(head) >= 4 and head.count(0) * 3 >= len(head):  # UTF-16 without a mark: every other byte is zero
        even, odd = head[::2].count(0), head[1::2].count(0)
        if not min(even, odd) or max(even, odd) > 20 * min(even, odd):
            return head.decode("utf-16-be" if even > odd else "utf-16-le", "replace")
    if len(CONTROL.findall(head)) * 200 > len(head):  # a stray control in a long text is no reason to refuse it
        raise BadInput(f"{name} is not a text: its content is binary. {READABLE}")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _text(head: str, filename: str, name: str) -> str:
    ending = suffix(filename)
    root = _root(head)
    if root in XML_ROOTS:
        return XML_ROOTS[root]
    if root in FORMEX_ROOTS:
        return FORMEX
    if root and head.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        raise BadInput(f"{name} is XML of a kind we do not know (its root is <{root[:40]}>). {READABLE}")
    if ending in SUFFIXES[MARKDOWN]:
        return MARKDOWN
    if (root or ending in SUFFIXES[HTML]) and HTML_TAG.search(head):
        return HTML
    if ending in SUFFIXES[PLAIN]:
        return PLAIN
    if len(ATX_HEADING.findall(head)) >= 2:
        return MARKDOWN
    return PLAIN


def _root(head: str) -> str:
    """The local name of the first element, in lower case; "" when the text does not begin with one."""
    position = 1 if head.startswith("\ufeff") else 0
    while found := PROLOG.match(head, position):
        position = found.end()
    element = ROOT.match(head, position)
    return element[1].lower() if element else ""
