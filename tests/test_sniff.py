"""A file is what its content says; a file that we cannot read gets one sentence that says what to do."""

import io
import zipfile

import pytest

from core.errors import BadInput
from core.ingest import sniff


def packed(*names):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj", "rules.pdf", sniff.PDF),
        (b"\xef\xbb\xbf%PDF-1.4\n", "rules.pdf", sniff.PDF),
        (b"From: scanner\n\n%PDF-1.4\n1 0 obj\n<<>>\nendobj", "mail", sniff.PDF),
        (b"1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer", "headless.pdf", sniff.PDF),
        (packed("[Content_Types].xml", "word/document.xml"), "policy.docx", sniff.DOCX),
        (packed("word/document.xml"), "policy.zip", sniff.DOCX),
        (b"<!DOCTYPE html><html><body><p>Text</p>", "page", sniff.HTML),
        (b'<?xml version="1.0"?>\n<!-- saved -->\n<html xmlns="x"><body/></html>', "act.xhtml", sniff.HTML),
        (b"<div><p>A piece of a page</p></div>", "piece.html", sniff.HTML),
        (b"<?xml version='1.0'?><CONS.ACT><CONS.DOC/></CONS.ACT>", "act.xml", sniff.FORMEX),
        (b"<?xml version='1.0'?><!DOCTYPE ACT SYSTEM 'fmx.dtd'><ACT/>", "act.xml", sniff.FORMEX),
        (b'<regulation xmlns="eregs"><part/></regulation>', "cfr.xml", sniff.REGML),
        (b'<?xml version="1.0"?><an:akomaNtoso xmlns:an="x"/>', "act.xml", sniff.AKN),
        (b"# Policy\n\n## Scope\n\nThe firm shall report.", "policy", sniff.MARKDOWN),
        (b"The firm shall report.", "policy.md", sniff.MARKDOWN),
        (b"# not a heading in a text file\n", "notes.txt", sniff.PLAIN),
        (b"The firm shall report within 72 hours.", "rule", sniff.PLAIN),
        ("Größe und Maß".encode("latin-1"), "rule.txt", sniff.PLAIN),
        ("The firm shall report.".encode("utf-16"), "rule.txt", sniff.PLAIN),
        ("The firm shall report.".encode("utf-16-le"), "rule.txt", sniff.PLAIN),
        ("The firm shall report.".encode("utf-32"), "rule.txt", sniff.PLAIN),
        ("<html><body><p>x</p></body></html>".encode("utf-16"), "page.htm", sniff.HTML),
        (b"BM is an abbreviation of benchmark.", "rule.txt", sniff.PLAIN),
        (b"MZ is a country code.", "rule.txt", sniff.PLAIN),
        (b"\x89PNG\r\n\x1a\n\0\0", "scan.png", sniff.PNG),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "scan.jpg", sniff.JPEG),
        (b"II*\0\x08\0\0\0", "scan.tif", sniff.TIFF),
        (b"MM\0*\0\0\0\x08", "scan.tiff", sniff.TIFF),
    ],
)
def test_the_content_decides_what_a_file_is(data, name, kind):
    assert sniff.media_type(data, name) == kind


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "empty.pdf", "is empty"),
        (b"\n  \t\r\n", "blank.txt", "is empty"),
        (b"\0" * 4096, "zeros.pdf", "is empty"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "rule.txt", "is a program"),
        (b"MZ\x90\0\x03\0\0\0", "setup.pdf", "is a program"),
        (bytes(range(256)) * 20, "renamed.txt", "content is binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.doc", "save it as .docx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "locked.docx",
            "remove the password",
        ),
        (packed("xl/workbook.xml"), "book.xlsx", "Excel"),
        (packed("ppt/presentation.xml"), "talk.pptx", "PowerPoint"),
        (packed("content.xml", "mimetype"), "text.odt", "OpenDocument"),
        (packed("a.pdf", "b.pdf"), "files.zip", "unpack it"),
        (b"PK\x03\x04 and then nothing", "cut.docx", "damaged"),
        (b"{\\rtf1\\ansi text}", "letter.rtf", "RTF"),
        (b"GIF89a\x01\0", "picture.gif", "GIF"),
        (b"\x1f\x8b\x08\0", "law.tar.gz", "gzip"),
        (b"<?xml version='1.0'?><invoice><line/></invoice>", "bill.xml", "<invoice>"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence_that_helps(data, name, says):
    with pytest.raises(BadInput) as caught:
        sniff.media_type(data, name)
    sentence = str(caught.value)
    assert says in sentence
    assert sentence.startswith(name)
    assert "\n" not in sentence


def test_a_name_is_shown_without_folders_marks_or_length():
    assert sniff.shown("../../etc/passwd") == "passwd"
    assert sniff.shown("C:\\law\\gdpr.pdf") == "gdpr.pdf"
    assert "\n" not in sniff.shown("two\nlines.pdf")
    assert "\u202e" not in sniff.shown("txt.\u202efdp.exe")
    assert len(sniff.shown("x" * 500 + ".pdf")) < 90
    assert sniff.shown("") == "The file"


@pytest.mark.parametrize(
    ("kind", "name", "warns"),
    [
        (sniff.PDF, "rules.docx", True),
        (sniff.HTML, "rules.pdf", True),
        (sniff.PDF, "rules.PDF", False),
        (sniff.PDF, "rules", False),
        (sniff.PLAIN, "rules.log", False),
        (sniff.MARKDOWN, "rules.rst", False),
        (sniff.PLAIN, "rules.pdf", True),
    ],
)
def test_a_wrong_ending_is_a_warning_and_no_refusal(kind, name, warns):
    warning = sniff.mismatch(kind, name)
    assert bool(warning) == warns
    if warning:
        assert sniff.NAMES[kind] in warning


def test_a_prolog_of_any_length_is_read_in_linear_time():
    assert sniff.media_type(b"<!--" + b"-" * 60_000 + b"<" * 2_000, "long.txt") == sniff.PLAIN
    assert sniff.media_type(b"<?" * 30_000, "long.txt") == sniff.PLAIN
