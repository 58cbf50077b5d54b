"""Word documents are read as Word shows them: its numbers, its tables, and not what it hides."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor

from core.errors import BadInput
from core.ingest import sandbox
from core.ingest.docx import DOCX, parse
from core.ingest.docx_numbering import Level, Numbering, number
from tests.pdf_parts import kinds, texts


def saved(document):
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def numbered(document, levels):
    """Give the document a list scheme; a level is (format, text). Returns its id."""
    root = document.part.numbering_part.element
    body = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (style, text) in enumerate(levels)
    )
    scheme = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{body}</w:abstractNum>')
    root.insert(0, scheme)
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    return 90


def add_item(document, text, list_id, depth=0, style=None):
    paragraph = document.add_paragraph(text, style=style)
    listed = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(listed))
    return paragraph


def test_word_s_own_numbers_are_printed_as_labels():
    document = docx.Document()
    scheme = numbered(
        document, [("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"), ("lowerRoman", "(%4)")]
    )
    for text, depth in [
        ("Definitions", 0),
        ("Reporting", 0),
        ("The Supplier shall report:", 1),
        ("each breach;", 2),
        ("each delay:", 2),
        ("of a day;", 3),
        ("of a week.", 3),
        ("The Customer may ask for more.", 1),
        ("each loss.", 2),
    ]:
        add_item(document, text, scheme, depth)
    assert texts(parse(saved(document))) == [
        "1. Definitions",
        "2. Reporting",
        "2.1 The Supplier shall report:",
        "(a) each breach;",
        "(b) each delay:",
        "(i) of a day;",
        "(ii) of a week.",
        "2.2 The Customer may ask for more.",
        "(a) each loss.",
    ]


def test_points_are_items_with_their_depth_and_numbered_paragraphs_are_not():
    document = docx.Document()
    scheme = numbered(document, [("decimal", "%1."), ("lowerLetter", "(%2)"), ("bullet", "\uf0b7")])
    for text, depth in [("One", 0), ("Two", 1), ("Three", 2)]:
        add_item(document, text, scheme, depth)
    found = parse(saved(document))
    assert kinds(found) == [("paragraph", "1. One"), ("item", "(a) Two"), ("item", "• Three")]
    assert [block.level for block in found.blocks] == [0, 2, 3]


@pytest.mark.parametrize(
    ("value", "style", "printed"),
    [
        (4, "decimal", "4"),
        (4, "lowerLetter", "d"),
        (28, "lowerLetter", "bb"),
        (4, "upperRoman", "IV"),
        (149, "lowerRoman", "cxlix"),
        (7, "decimalZero", "07"),
        (3, "chineseCounting", "3"),
    ],
)
def test_counters_are_printed_in_word_s_formats(value, style, printed):
    assert number(value, style) == printed


def test_two_lists_of_one_scheme_count_on_unless_one_restarts():
    counting = Numbering({"s": {0: Level()}}, {"1": "s", "2": "s", "3": "s"}, restarts={("3", 0): 1})
    assert [counting.label(i, 0) for i in ("1", "1", "2", "3", "3", "1")] == ["1.", "2.", "3.", "1.", "2.", "3."]


def test_headings_come_from_styles_and_outline_levels():
    document = docx.Document()
    document.add_heading("Policy", 0)
    document.add_heading("Scope", 2)
    own = document.add_paragraph("By outline")
    own._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="2"/>'))
    based = document.styles.add_style("House Heading", 1)
    based.base_style = document.styles["Heading 3"]
    document.add_paragraph("By inheritance", style="House Heading")
    found = parse(saved(document))
    assert [(b.kind, b.level) for b in found.blocks] == [("heading", 1), ("heading", 2), ("heading", 3), ("heading", 3)]


def test_a_table_gives_a_block_a_row_and_a_frame_gives_its_paragraphs():
    document = docx.Document()
    table = document.add_table(2, 3)
    for row, cells in enumerate([("Severity", "Time", "Owner"), ("High", "4 hours", "CISO")]):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "A framed remark."
    found = parse(saved(document))
    assert kinds(found) == [
        ("table_row", "Severity | Time | Owner"),
        ("table_row", "High | 4 hours | CISO"),
        ("paragraph", "A framed remark."),
    ]
    assert [(b.table, b.header) for b in found.blocks] == [(1, True), (1, False), (0, False)]


@pytest.mark.parametrize("how", ["vanish", "white", "speck"])
def test_text_that_word_does_not_show_is_reported_and_not_read(how):
    document = docx.Document()
    paragraph = document.add_paragraph("Seen before. ")
    run = paragraph.add_run("Secret order. ")
    if how == "vanish":
        run.font.hidden = True
    elif how == "white":
        run.font.color.rgb = RGBColor(255, 255, 255)
    else:
        run.font.size = Pt(1)
    paragraph.add_run("Seen after.")
    found = parse(saved(document))
    assert found.text == "Seen before. Seen after."
    assert found.hidden == ("Secret order.",)


def test_tracked_changes_are_read_as_if_accepted_with_a_warning():
    document = docx.Document()
    paragraph = document.add_paragraph("Report within ")
    author = 'w:id="1" w:author="x" w:date="2026-01-01T00:00:00Z"'
    for mark, element, words in [("del", "delText", "ten"), ("ins", "t", "five")]:
        change = f"<w:{mark} {nsdecls('w')} {author}><w:r><w:{element}>{words}</w:{element}></w:r></w:{mark}>"
        paragraph._p.append(parse_xml(change))
    paragraph.add_run(" days.")
    found = parse(saved(document))
    assert found.text == "Report within five days."
    assert "1 insertions" in found.warnings[0]
    assert "1 deletions" in found.warnings[0]


def test_headers_and_footers_are_left_out():
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Internal only"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    document.add_paragraph("The rule.")
    assert parse(saved(document)).text == "The rule."


def test_a_footnote_becomes_a_note_at_the_end():
    document = docx.Document()
    paragraph = document.add_paragraph("See the guide")
    reference = f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'
    paragraph._p.append(parse_xml(reference))
    paragraph.add_run(", where it helps.")
    document.add_paragraph("The end.")
    notes = (
        f'<?xml version="1.0"?><w:footnotes {nsdecls("w")}>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>Guide of 2025, page 4.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    data = with_part(saved(document), "footnotes", notes)
    assert kinds(parse(data)) == [
        ("paragraph", "See the guide, where it helps."),
        ("paragraph", "The end."),
        ("note", "(1) Guide of 2025, page 4."),
    ]


def with_part(data, name, content):
    """The document with one more part related to it, as Word would add it."""
    kind = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{name}+xml"
    relation = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{name}"
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            text = old.read(member)
            if member == "[Content_Types].xml":
                part = f'<Override PartName="/word/{name}.xml" ContentType="{kind}"/></Types>'
                text = text.replace(b"</Types>", part.encode())
            if member == "word/_rels/document.xml.rels":
                link = f'<Relationship Id="rId99" Type="{relation}" Target="{name}.xml"/></Relationships>'
                text = text.replace(b"</Relationships>", link.encode())
            new.writestr(member, text)
        new.writestr(f"word/{name}.xml", content)
    return target.getvalue()


def test_a_line_break_stays_and_a_tab_is_a_space():
    document = docx.Document()
    paragraph = document.add_paragraph("First")
    paragraph.add_run().add_break()
    paragraph.add_run("Second\tThird")
    assert parse(saved(document)).text == "First\nSecond Third"


def test_a_text_box_is_read_once():
    document = docx.Document()
    document.add_paragraph("Before the box.")
    box = (
        f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>'
        "<mc:Choice><w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    document.paragraphs[0]._p.append(parse_xml(box))
    assert texts(parse(saved(document))) == ["Before the box.", "In the box."]


def test_a_damaged_document_is_one_sentence():
    data = with_part(saved(docx.Document()), "footnotes", "<w:footnotes")
    broken = data.replace(b"word/document.xml", b"word/documend.xml")
    with pytest.raises(BadInput):
        sandbox.parse(broken, DOCX)
    with pytest.raises(BadInput, match="not well-formed"):
        sandbox.parse(data, DOCX)


def test_the_title_that_word_keeps_is_declared():
    document = docx.Document()
    document.core_properties.title = "Outsourcing Policy"
    document.add_paragraph("The rule.")
    assert parse(saved(document)).declared == {"title": "Outsourcing Policy"}
