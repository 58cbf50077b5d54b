"""Files made to hurt: each gives text or one clear sentence, in time, and never harms the app."""

import io
import struct
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import BadInput, PasswordNeeded
from core.ingest import read, sandbox, sniff
from core.ingest.guards import archive
from core.settings import Settings
from tests.shared import SHARED, needs_shared

TIGHT = Settings(parse_timeout_seconds=120, parse_memory_mb=400)  # what hangs is stopped, and says so


def parse(data, name="file", settings=TIGHT, password=None):
    return sandbox.parse(data, sniff.media_type(data, name), settings=settings, password=password)


def refused(data, name="file", settings=TIGHT):
    """The sentence with which the file is turned away."""
    with pytest.raises(BadInput) as caught:
        parse(data, name, settings)
    sentence = str(caught.value)
    assert "took more than" not in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert sentence.rstrip().endswith(".")
    return sentence


def said(data, name):
    """The text of the file, or the sentence with which it is turned away."""
    try:
        return parse(data, name).text
    except BadInput as error:
        return str(error)


# --- archives ----------------------------------------------------------------------


def docx_of(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return target.getvalue()


def test_a_zip_bomb_in_a_word_file_is_not_unpacked():
    assert "zip bomb" in refused(docx_of(word__document_xml=b"<w>" + b" " * 60_000_000 + b"</w>"), "bomb.docx")


def test_a_word_file_with_too_much_text_is_turned_away():
    letters = zlib.compress(b"")  # keeps the archive honest: text that packs badly enough to pass the ratio
    text = bytes(range(32, 127)) * 760_000
    sentence = refused(docx_of(word__document_xml=text, extra=letters), "long.docx")
    assert "zip bomb" in sentence or "MB of text" in sentence


def test_an_archive_of_countless_parts_is_turned_away():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
        for number in range(10_001):
            packed.writestr(f"word/media/{number}", b"")
    assert "parts" in refused(target.getvalue(), "many.docx")


def test_an_archive_that_lies_about_its_size_gives_no_more_than_it_says():
    honest = docx_of(word__document_xml=b"a" * 1_000_000)
    lying = honest.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 10))
    opened = archive(lying)
    with pytest.raises(zipfile.BadZipFile):
        opened.read("word/document.xml")
    assert refused(lying, "liar.docx")


def test_a_word_file_with_entities_is_not_expanded():
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&b;'
        "</w:t></w:r></w:p></w:body></w:document>"
    )
    assert "lol" not in said(docx_of(word__document_xml=bomb), "entities.docx")


# --- XML ----------------------------------------------------------------------


def laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE ACT [<!ENTITY l0 "lol">{entities}]><ACT><P>&l9;</P></ACT>'


@pytest.mark.parametrize(
    "document",
    [
        laughs(),
        '<!DOCTYPE ACT [<!ENTITY secret SYSTEM "file:///etc/passwd">]><ACT><P>&secret;</P></ACT>',
        '<!DOCTYPE ACT [<!ENTITY % far SYSTEM "http://127.0.0.1:9/x.dtd"> %far;]><ACT><P>text</P></ACT>',
        f'<!DOCTYPE ACT [<!ENTITY a "{"x" * 10_000}">]><ACT><P a="{"&a;" * 10_000}">text</P></ACT>',
        laughs().replace("ACT", "akomaNtoso"),
        laughs().replace("<ACT>", '<regulation xmlns="eregs">').replace("</ACT>", "</regulation>"),
    ],
    ids=["laughs", "file", "address", "attribute", "akoma-ntoso", "regml"],
)
def test_xml_with_entities_is_refused_unexpanded(document):
    assert "entities" in refused(document.encode(), "law.xml")


def test_a_character_that_only_a_dtd_explains_is_never_silently_left_out():
    document = b'<!DOCTYPE ACT SYSTEM "f.dtd"><ACT><ALINEA>The bank &neg; report.</ALINEA></ACT>'
    assert "&neg;" in refused(document, "law.xml")


def test_a_word_file_that_names_an_entity_is_not_read_without_it():
    import docx

    whole, broken = io.BytesIO(), io.BytesIO()
    document = docx.Document()
    document.add_paragraph("The bank NEG report.")
    document.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                part = part.replace(b"?>", b'?><!DOCTYPE d [<!ENTITY neg "must not">]>', 1).replace(b"NEG", b"&neg;")
            target.writestr(name, part)
    assert "entities" in refused(broken.getvalue(), "policy.docx")


def test_xml_in_utf_16_cannot_hide_its_entities():
    document = laughs().replace('version="1.0"', 'version="1.0" encoding="utf-16"')
    assert "entities" in refused(document.encode("utf-16"), "law.xml")


def test_a_doctype_without_entities_is_harmless():
    data = b'<?xml version="1.0"?><!DOCTYPE ACT SYSTEM "formex.dtd"><ACT><TITLE><TI><P>Rules</P></TI></TITLE></ACT>'
    assert parse(data, "act.xml").text == "Rules"


@pytest.mark.parametrize("depth", [300, 200_000])
def test_xml_nested_without_end_is_refused(depth):
    assert "256 levels" in refused(b"<ACT>" + b"<P>" * depth + b"x" + b"</P>" * depth + b"</ACT>", "deep.xml")


def test_xml_that_stops_halfway_is_refused():
    assert "downloaded whole" in refused(b"<?xml version='1.0'?><ACT><P>The operator shall", "cut.xml")


def test_html_nested_without_end_gives_text_or_a_sentence():
    data = b"<html><body>" + b"<div>" * 50_000 + b"The end." + b"</div>" * 50_000 + b"</body></html>"
    assert said(data, "deep.html")


# --- PDF ----------------------------------------------------------------------


def pdf_of(objects, root=1):
    """A PDF of these numbered objects, without an index."""
    body = "".join(f"{number} 0 obj\n{content}\nendobj\n" for number, content in objects.items())
    return f"%PDF-1.7\n{body}trailer\n<</Root {root} 0 R>>\n%%EOF\n".encode("latin-1")


PAGES = {1: "<</Type/Catalog/Pages 2 0 R>>", 2: "<</Type/Pages/Kids[3 0 R]/Count 1>>"}


def content(stream, filters=""):
    return f"<</Length {len(stream)}{filters}>>\nstream\n{stream}\nendstream"


def test_five_thousand_pages_are_read_or_turned_away_in_one_sentence():
    kids = range(10, 5_011)
    tree = {1: PAGES[1], 2: f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count 5001>>"}
    data = pdf_of({**tree, **dict.fromkeys(kids, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>")})
    assert "5,001 pages and the limit is 5,000" in refused(data, "long.pdf")
    assert len(parse(data, "long.pdf", Settings(max_pages=6_000)).pages) == 5_001


def test_a_page_tree_that_loops_ends():
    data = pdf_of({1: "<</Type/Catalog/Pages 2 0 R>>", 2: "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>"})
    assert refused(data, "loop.pdf")


def test_arrays_nested_without_end_end():
    assert refused(b"%PDF-1.7\n1 0 obj\n" + b"[" * 500_000 + b"\nendobj", "deep.pdf")


def test_a_stream_that_unpacks_to_gigabytes_is_stopped():
    packed = zlib.compress(b"0 0 m " * 20_000_000, 9)
    packed = packed.decode("latin-1")
    data = pdf_of({**PAGES, 3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"}).decode("latin-1")
    data = data.replace("trailer", f"4 0 obj\n{content(packed, '/Filter/FlateDecode')}\nendobj\ntrailer")
    ends(data.encode("latin-1"), "swelling.pdf")


def test_a_page_that_draws_without_end_is_stopped():
    form = content(
        "/F Do /F Do /F Do /F Do", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>"
    )
    deeper = form.replace("5 0 R", "4 0 R")
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 6 0 R/Resources<</XObject<</F 4 0 R>>>>>>"
    ends(pdf_of({**PAGES, 3: page, 4: form, 5: deeper, 6: content("/F Do")}), "draws.pdf")


def test_a_page_of_absurd_size_is_read():
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e9 1e9]/Contents 4 0 R>>"
    ends(pdf_of({**PAGES, 3: page, 4: content("BT ET")}), "huge.pdf")


def test_an_image_of_absurd_size_is_not_unpacked():
    image = content(
        "x" * 50, "/Type/XObject/Subtype/Image/Width 900000/Height 900000/BitsPerComponent 8/ColorSpace/DeviceRGB"
    )
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 5 0 R/Resources<</XObject<</I 4 0 R>>>>>>"
    ends(pdf_of({**PAGES, 3: page, 4: image, 5: content("99 0 0 99 0 0 cm /I Do")}), "picture.pdf")


def ends(data, name):
    """Text, an unread page or a sentence: anything but a hang or a crash."""
    assert "took more than" not in said(data, name)


# --- images ----------------------------------------------------------------------


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_a_picture_that_would_fill_memory_is_turned_away_by_its_size():
    assert "400,000,000 pixels and the limit is" in refused(png(20_000, 20_000), "bomb.png")
    assert "too large" in refused(png(60_000, 60_000), "bomb.png")


def test_a_picture_that_stops_halfway_is_one_sentence_or_an_unread_page():
    ends(png(800, 600)[:60], "cut.png")
    assert "damaged" in refused(b"\x89PNG\r\n\x1a\n" + b"\0" * 100 + b"x", "noise.png")
    assert "damaged" in refused(b"II*\0" + b"\xff" * 64, "noise.tif")


# --- names and sizes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\0b.pdf", "<script>alert(1)</script>.txt", "x" * 5_000 + ".md", ""]
)
def test_no_name_is_strange_enough_to_matter(name):
    assert read(b"The firm shall report within 72 hours.", name).document.text.startswith("The firm")


def test_random_bytes_under_every_name_are_refused():
    import random

    noise = random.Random(7).randbytes(50_000)
    for ending in (".pdf", ".docx", ".xml", ".html", ".txt", ".md", ".png", ""):
        assert "binary" in refused(noise, f"noise{ending}")


# --- real ones ----------------------------------------------------------------------

PASSWORDS = {"crazyones-encrypted-256.pdf": "password", "encryption__r6-both-passwords.pdf": "foo"}
SAMPLE = 5  # every fifth file: the whole set takes minutes on two cores


def outcome(path):
    """(text, sentence): one of the two is None."""
    data = path.read_bytes()
    text = sentence = None
    try:
        try:
            text = parse(data, path.name, Settings()).text
        except PasswordNeeded:
            password = PASSWORDS.get(path.name, "asdfzxcv" if path.parent.name == "pypdf" else "user")
            text = parse(data, path.name, Settings(), password).text
    except BadInput as error:
        sentence = str(error)
    return text, sentence


@needs_shared
def test_real_and_malformed_pdfs_give_text_or_one_sentence():
    files = sorted((SHARED / "pdf").rglob("*.pdf"))[::SAMPLE]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(outcome, files))
    for path, (text, sentence) in zip(files, results, strict=True):
        assert (text is None) != (sentence is None), path.name
        if sentence is not None:
            assert "\n" not in sentence, path.name
            assert "stopped at" not in sentence, f"{path.name}: {sentence}"  # a bug of ours, not of the file
    assert sum(1 for text, _ in results if text) > len(files) / 2


@needs_shared
@pytest.mark.parametrize("name", [*sorted(PASSWORDS), "encryption__r4-aes-user-password.pdf"])
def test_a_locked_file_opens_with_its_password(name):
    data = (SHARED / "pdf" / "pypdf" / name).read_bytes()
    with pytest.raises(PasswordNeeded):
        parse(data, name)
    assert parse(data, name, password=PASSWORDS.get(name, "asdfzxcv")).text
