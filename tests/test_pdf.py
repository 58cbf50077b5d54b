"""A PDF gives the text as a person reads it, with the place of every word."""

import io
import re
from collections import Counter

import pypdf
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from core.errors import BadInput, NotFound, PasswordNeeded
from core.ingest import html, ocr, pdf, sandbox
from core.ingest.drawing import render
from core.ingest.hyphens import Vocabulary
from core.ingest.pdf import PDF
from tests.pdf_parts import HEIGHT, PROSE, WIDTH, Sheet, kinds, texts
from tests.shared import SHARED, needs_shared

SOFT = "\u00ad"


# --- lines, columns, pages -------------------------------------------------------------------------


def test_a_paragraph_is_one_block_across_its_lines():
    parsed = pdf.parse(Sheet().lines(72, 100, PROSE).data())
    assert texts(parsed) == [" ".join(PROSE)]


def test_a_paragraph_that_runs_over_a_page_is_one_block():
    data = Sheet().lines(72, 740, PROSE[:2]).page().lines(72, 80, PROSE[2:]).data()
    assert texts(pdf.parse(data)) == [" ".join(PROSE)]


def test_two_paragraphs_with_space_between_them_are_two_blocks():
    data = Sheet().lines(72, 100, PROSE).lines(72, 160, PROSE).data()
    assert texts(pdf.parse(data)) == [" ".join(PROSE)] * 2


def test_short_paragraphs_a_little_apart_stay_apart_where_they_outnumber_the_long_ones():
    formulas = [
        "Having regard to the proposal of the harbour master, who keeps the quay,",
        "Having regard to the opinion of the Board of Weights on sworn weighers,",
        "After consulting the carriers of the harbour and their clients abroad,",
        "Acting in accordance with the procedure that the Charter lays down for",
    ]
    sheet = Sheet().lines(72, 100, formulas, leading=16).write(72, 160, "harbour dues and tolls,")
    sheet.lines(72, 200, PROSE)
    assert texts(pdf.parse(sheet.data()))[:3] == formulas[:3]


def test_two_columns_are_read_one_after_the_other():
    left = [f"left {word} of the first column goes on here" for word in ("one", "two", "three", "four", "five", "six")]
    right = [f"right {word} of the second column goes on so" for word in ("one", "two", "three", "four", "five", "six")]
    data = Sheet().centred(80, "A Title Across", 16).lines(72, 120, left).lines(310, 120, right).data()
    title, first = texts(pdf.parse(data))
    assert title == "A Title Across"
    assert first == " ".join(left + right)


def test_running_heads_and_page_numbers_are_left_out():
    sheet = Sheet()
    for number in range(1, 7):
        sheet.write(72, 40, "Warehouse Journal").write(480, 40, f"W {7 + number}/{number}")
        sheet.lines(72, 100, [*PROSE, f"This sentence names page {number} of the tale."])
        sheet.centred(810, str(number)).page()
    text = pdf.parse(sheet.data()).text
    assert "Warehouse Journal" not in text
    assert "W 10/3" not in text
    assert not re.search(r"^\d$", text, re.MULTILINE)
    assert text.count("names page") == 6


def test_a_text_that_opens_every_page_alike_is_no_running_head():
    sheet = Sheet()
    for number in range(1, 6):
        own = [f"In case {number}.{line} another carrier is asked to weigh the goods again." for line in range(20)]
        sheet.lines(72, 60, [*PROSE, *own]).page()
    assert pdf.parse(sheet.data()).text.count("The operator of a warehouse") == 5


def test_headings_that_count_differently_from_pages_are_kept():
    sheet = Sheet()
    for number in (3, 5, 6, 9):
        sheet.centred(60, f"Article {number}", font="Times-Bold").lines(72, 100, PROSE).page()
    assert [t for k, t in kinds(pdf.parse(sheet.data())) if k == "heading"] == [
        "Article 3",
        "Article 5",
        "Article 6",
        "Article 9",
    ]


def test_a_file_of_nothing_but_short_lines_loses_none_of_them():
    sheet = Sheet()
    for number in range(1, 5):
        sheet.write(72, 50, f"Slide {number}").page()
    assert len(texts(pdf.parse(sheet.data()))) == 4


# --- structure -------------------------------------------------------------------------


def test_headings_are_told_apart_by_size_weight_and_place():
    sheet = Sheet().centred(60, "Storage Rules", 18, "Times-Bold").centred(100, "Article 1")
    sheet.centred(115, "Registers", font="Times-Bold").lines(72, 140, PROSE)
    parsed = pdf.parse(sheet.data())
    assert [kind for kind, _ in kinds(parsed)] == ["heading", "heading", "heading", "paragraph"]
    levels = [block.level for block in parsed.blocks]
    assert levels[0] == 1 < levels[1]


def test_numbered_paragraphs_and_points_start_their_own_blocks_with_their_labels():
    sheet = Sheet().write(72, 100, "1.").write(94, 100, PROSE[0]).lines(72, 112, PROSE[1:])
    sheet.write(72, 170, "(a)").write(94, 170, "the weight of the goods on arrival, taken by a sworn")
    sheet.write(94, 182, "weigher who holds a licence;")
    sheet.write(72, 198, "(b)").write(94, 198, "the seal; and")
    sheet.write(72, 214, "2.").write(94, 214, "The register shall be kept for six years.")
    assert kinds(pdf.parse(sheet.data())) == [
        ("paragraph", "1. " + " ".join(PROSE)),
        (
            "item",
            "(a) the weight of the goods on arrival, taken by a sworn weigher who holds a licence;",
        ),
        ("item", "(b) the seal; and"),
        ("paragraph", "2. The register shall be kept for six years."),
    ]


def test_points_and_what_hangs_under_them_are_as_deep_as_their_indents():
    sheet = Sheet().lines(72, 100, PROSE)
    for y, x, label, text in [
        (170, 72, "(a)", "the weight of the goods, namely:"),
        (190, 94, "(i)", "on arrival;"),
        (210, 94, "(ii)", "on departure."),
        (230, 94, "", "For this point a sworn weigher is present."),
        (250, 72, "(b)", "the seal."),
    ]:
        sheet.write(x, y, label).write(x + 22 if label else x, y, text)
    sheet.write(72, 280, "The register is kept for six years.")
    parsed = pdf.parse(sheet.data())
    assert [(b.kind, b.level) for b in parsed.blocks] == [
        ("paragraph", 0),
        ("item", 1),
        ("item", 2),
        ("item", 2),
        ("paragraph", 1),
        ("item", 1),
        ("paragraph", 0),
    ]


def test_a_reference_wrapped_to_the_start_of_a_line_is_no_new_point():
    lines = [
        "Without prejudice to the duties of a carrier under Article 7(2), point",
        "(a) and (b) of this Regulation, the operator shall weigh each parcel at",
        "the gate of the warehouse and shall note the result in its register.",
    ]
    assert texts(pdf.parse(Sheet().lines(72, 100, lines).data())) == [" ".join(lines)]


def test_clauses_set_without_space_between_them_are_parted_by_their_short_last_lines():
    lines = [
        "Clause 1.1 The Supplier will deliver the goods to the address that the",
        "Customer has named in the order, or has told it since then.",
        "Clause 1.2 The Customer will inspect the goods within five days of the",
        "delivery and will report every defect to the Supplier.",
    ]
    found = texts(pdf.parse(Sheet().lines(72, 100, lines).data()))
    assert found == [" ".join(lines[:2]), " ".join(lines[2:])]


def test_footnotes_move_to_the_end_and_their_marks_leave_the_text():
    sheet = Sheet().lines(72, 100, PROSE)
    sheet.raised(72, 148, "It follows the opinion of the Board of Weights (", "1", "), which the operator reads.")
    sheet.raised(72, 780, "(", "1", ") Opinion of 4 May 2020 on sworn weighers.", size=8)
    sheet.page().lines(72, 100, PROSE)
    found = kinds(pdf.parse(sheet.data()))
    assert found[-1] == ("note", "(1) Opinion of 4 May 2020 on sworn weighers.")
    assert any("Board of Weights, which" in text for _, text in found)
    assert [kind for kind, _ in found].count("note") == 1


def test_powers_and_ordinals_keep_what_is_raised():
    sheet = Sheet().lines(72, 100, PROSE).raised(72, 148, "A floor of 40 m", "2", " is enough on the 2")
    assert "40 m2 is enough" in pdf.parse(sheet.data()).text


def test_a_ruled_table_gives_a_block_a_row():
    sheet = Sheet().lines(72, 80, PROSE)
    for y in (160, 180, 200, 220):
        sheet.rule(72, y, 400, y)
    for x in (72, 180, 290, 400):
        sheet.rule(x, 160, x, 220)
    for row, cells in enumerate([("Grade", "Limit", "Remedy"), ("A", "4 kg", "none"), ("B", "9 kg", "weigh again")]):
        for column, cell in enumerate(cells):
            sheet.write(78 + 110 * column, 174 + 20 * row, cell)
    parsed = pdf.parse(sheet.lines(72, 250, PROSE).data())
    rows = [block for block in parsed.blocks if block.kind == "table_row"]
    assert [parsed.text[b.start : b.end] for b in rows] == [
        "Grade | Limit | Remedy",
        "A | 4 kg | none",
        "B | 9 kg | weigh again",
    ]
    assert [(b.table, b.header) for b in rows] == [(1, True), (1, False), (1, False)]
    assert texts(parsed)[0] == texts(parsed)[-1] == " ".join(PROSE)


def test_a_ruled_table_of_two_columns_keeps_the_lines_of_a_cell_together():
    sheet = Sheet().lines(72, 80, PROSE)
    for y in (160, 200, 240):
        sheet.rule(72, y, 400, y)
    for x in (72, 180, 400):
        sheet.rule(x, 160, x, 240)
    sheet.write(78, 174, "Weigher").lines(186, 174, ["a person who weighs goods", "for others;"])
    sheet.write(78, 214, "Scale").write(186, 214, "a device.")
    rows = [text for kind, text in kinds(pdf.parse(sheet.data())) if kind == "table_row"]
    assert rows == ["Weigher | a person who weighs goods for others;", "Scale | a device."]


def test_rows_of_three_cells_are_a_table_without_lines_too():
    sheet = Sheet().lines(72, 80, PROSE)
    for row, cells in enumerate(
        [("Austria", "8.9", "Vienna"), ("Belgium", "11.5", "Brussels"), ("Denmark", "5.8", "Aarhus")]
    ):
        for column, cell in enumerate(cells):
            sheet.write(72 + 120 * column, 160 + 14 * row, cell)
    rows = [text for kind, text in kinds(pdf.parse(sheet.data())) if kind == "table_row"]
    assert rows == ["Austria | 8.9 | Vienna", "Belgium | 11.5 | Brussels", "Denmark | 5.8 | Aarhus"]


# --- hyphens -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "first", "second", "join"),
    [
        ("cross-border trade, cross-border rules", "cross-", "border", "keep"),
        ("information about information", "infor-", "mation", "close"),
        ("any text at all", "infor" + SOFT, "mation", "close"),
        ("pre-trade and post-trade", "pre-", "and", "space"),
        ("the EU-wide list of EU", "EU-", "Regulation", "keep"),
        ("goods under 2019-2021", "2019-", "2021", "keep"),
        ("a well-in-formed one who was informed", "well-in-", "formed", "keep"),
        ("the party of the third part", "third-", "party", "keep"),
    ],
)
def test_a_hyphen_at_a_line_end_stays_when_the_word_has_one(seen, first, second, join):
    words = Vocabulary()
    words.add(Counter(seen.split()))
    assert words.join(first, second) == join


def test_a_text_that_breaks_words_closes_those_it_has_not_seen():
    words = Vocabulary()
    words.add(Counter(["consideration", "administrative"]))
    words.learn([("consid-", "eration"), ("adminis-", "trative")])
    assert words.join("vulpu-", "tate") == "close"


def test_a_text_that_marks_its_breaks_keeps_its_plain_hyphens():
    words = Vocabulary()
    words.learn([(f"consid{SOFT}", "eration")] * 3)
    assert words.join("pre-", "formulated") == "keep"


# --- words and their places -------------------------------------------------------------------------


def test_every_word_has_its_offsets_and_its_place_on_the_page():
    parsed = pdf.parse(Sheet().lines(72, 100, PROSE).page().write(200, 300, "Second page.").data())
    words = [parsed.text[w.start : w.end] for w in parsed.words]
    assert words == parsed.text.split()
    last = parsed.words[-1]
    assert last.page == 2
    assert 200 < last.x0 < last.x1 < 300
    assert 285 < last.y0 < 300 < last.y1 < 310


def test_on_a_turned_page_places_are_those_of_the_page_as_displayed():
    reader = pypdf.PdfReader(io.BytesIO(Sheet().write(72, 100, "Turned").data()))
    writer = pypdf.PdfWriter()
    writer.add_page(reader.pages[0].rotate(90))
    target = io.BytesIO()
    writer.write(target)
    parsed = pdf.parse(target.getvalue())
    page, word = parsed.pages[0], parsed.words[0]
    assert (round(page.width), round(page.height)) == (round(HEIGHT), round(WIDTH))
    # What stood 100 from the top now stands 100 from the right, and is as tall as the word was wide.
    assert page.width - 105 < word.x0 < page.width - 100 < word.x1 < page.width - 85
    assert 70 < word.y0 < 75
    assert word.y1 - word.y0 > word.x1 - word.x0


# --- what a page hides -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "draw"),
    [
        ("white on white", lambda s: s.write(72, 300, "secret order", color=(1, 1, 1))),
        ("invisible ink", lambda s: s.write(72, 300, "secret order", mode=3)),
        ("a speck", lambda s: s.write(72, 300, "secret order", size=0.8)),
        ("off the page", lambda s: s.write(72, -200, "secret order")),
        ("under white paint", lambda s: s.write(72, 300, "secret order").box(60, 280, 300, 310, (1, 1, 1))),
        ("under black paint", lambda s: s.write(72, 300, "secret order").box(60, 280, 300, 310, (0, 0, 0))),
    ],
)
def test_what_a_reader_cannot_see_is_reported_and_not_read(how, draw):
    sheet = Sheet().lines(72, 100, PROSE)
    draw(sheet)
    parsed = pdf.parse(sheet.data())
    assert " ".join(parsed.hidden) == "secret order", how
    assert "secret" not in parsed.text


@pytest.mark.parametrize(
    ("how", "draw"),
    [
        (
            "white on a dark bar",
            lambda s: s.box(60, 280, 300, 310, (0, 0, 0.4)).write(72, 300, "plain", color=(1, 1, 1)),
        ),
        ("on a coloured cell", lambda s: s.box(60, 280, 300, 310, (0.9, 0.9, 0.6)).write(72, 300, "plain")),
        ("light grey", lambda s: s.write(72, 300, "plain", color=(0.7, 0.7, 0.7))),
        ("yellow marker over it", lambda s: s.write(72, 300, "plain").box(60, 280, 300, 310, (1, 1, 0.2))),
    ],
)
def test_what_a_reader_sees_is_read(how, draw):
    sheet = Sheet().lines(72, 100, PROSE)
    draw(sheet)
    parsed = pdf.parse(sheet.data())
    assert parsed.hidden == (), how
    assert "plain" in parsed.text


def test_a_layer_that_is_switched_off_is_hidden():
    pymupdf = pdf.load()
    document = pymupdf.open(stream=Sheet().lines(72, 100, PROSE).data(), filetype="pdf")
    layer = document.add_ocg("notes", on=False)
    document[0].insert_text((72, 300), "secret order", oc=layer)
    parsed = pdf.parse(document.tobytes())
    assert "secret" not in parsed.text
    assert "secret order" in " ".join(parsed.hidden)


# --- forms and comments -------------------------------------------------------------------------


def test_what_was_filled_into_a_form_is_text():
    pymupdf = pdf.load()
    document = pymupdf.open(stream=Sheet().write(72, 100, "Name of the operator:").data(), filetype="pdf")
    widget = pymupdf.Widget()
    widget.field_name, widget.field_type = "operator", pymupdf.PDF_WIDGET_TYPE_TEXT
    widget.rect, widget.field_value = pymupdf.Rect(200, 88, 400, 106), "Quayside Stores"
    document[0].add_widget(widget)
    assert "Name of the operator: Quayside Stores" in " ".join(pdf.parse(document.tobytes()).text.split())


def test_a_comment_on_the_page_is_a_note():
    pymupdf = pdf.load()
    document = pymupdf.open(stream=Sheet().lines(72, 100, PROSE).data(), filetype="pdf")
    document[0].add_text_annot((300, 90), "Check this with the harbour master.")
    document[0].add_freetext_annot((72, 400, 300, 430), "Typed onto the page.")
    found = kinds(pdf.parse(document.tobytes()))
    assert ("note", "Check this with the harbour master.") in found
    assert sum("Typed onto the page." in text for _, text in found) == 1


# --- scans -------------------------------------------------------------------------


def scan_of(data, dpi=150):
    pymupdf = pdf.load()
    picture = pymupdf.open(stream=data, filetype="pdf")[0].get_pixmap(dpi=dpi)
    document = pymupdf.open()
    page = document.new_page(width=WIDTH, height=HEIGHT)
    page.insert_image(page.rect, pixmap=picture)
    return document


def test_a_scan_is_read_by_ocr_where_tesseract_is_installed():
    if not ocr.language_data("eng"):
        pytest.skip("Tesseract's English data is not installed")
    parsed = pdf.parse(scan_of(Sheet().lines(72, 100, PROSE, size=12, leading=16).data()).tobytes())
    assert [page.state for page in parsed.pages] == ["ocr"]
    assert "register of every consignment" in parsed.text
    assert parsed.warnings == ()


def test_without_tesseract_a_scan_is_unread_and_named():
    document = scan_of(Sheet().lines(72, 100, PROSE).data())
    document.insert_pdf(pdf.load().open(stream=Sheet().lines(72, 100, PROSE).data(), filetype="pdf"))
    parsed = pdf.parse(document.tobytes(), ocr_language="klingon")
    assert [page.state for page in parsed.pages] == ["unread", "text"]
    assert parsed.warnings == ("Page 1 could not be read: install Tesseract with its 'klingon' data to read scans.",)


def test_the_text_layer_of_a_scan_is_its_text_and_not_hidden():
    document = scan_of(Sheet().lines(72, 100, PROSE).data())
    for place, line in enumerate(PROSE):
        document[0].insert_text((72, 100 + 12 * place), line, fontsize=10, render_mode=3)
    parsed = pdf.parse(document.tobytes())
    assert parsed.hidden == ()
    assert "register of every consignment" in parsed.text
    assert parsed.pages[0].state == "ocr"


def test_an_empty_page_is_blank_and_no_problem():
    parsed = pdf.parse(Sheet().lines(72, 100, PROSE).page().page().data())
    assert [page.state for page in parsed.pages][:2] == ["text", "blank"]
    assert parsed.warnings == ()


# --- locked and broken files -------------------------------------------------------------------------


def locked(user, owner="owner"):
    encryption = StandardEncryption(user, owner, canPrint=0, strength=128)
    return Sheet(encrypt=encryption).lines(72, 100, PROSE).data()


def test_a_locked_pdf_asks_for_its_password():
    with pytest.raises(PasswordNeeded, match="enter the password"):
        pdf.parse(locked("sesame"))
    with pytest.raises(PasswordNeeded, match="does not open"):
        pdf.parse(locked("sesame"), password="wrong")
    assert "register" in pdf.parse(locked("sesame"), password="sesame").text


def test_a_pdf_that_only_restricts_printing_opens_without_a_password():
    assert "register" in pdf.parse(locked("")).text


def test_a_cut_off_pdf_is_repaired():
    data = Sheet(pageCompression=0).lines(72, 100, PROSE).data()
    assert "register" in pdf.parse(data[: data.index(b"xref")]).text


@pytest.mark.parametrize("root", [b"/Roof 5 0 R", b"/Root 1 0 R"])
def test_a_pdf_whose_trailer_points_nowhere_is_repaired(root):
    data = re.sub(rb"/Root \d+ 0 R", root, Sheet(pageCompression=0).lines(72, 100, PROSE).data())
    assert "register" in pdf.parse(data).text


def test_a_pdf_without_pages_is_refused():
    with pytest.raises(BadInput, match="no pages that can be read"):
        pdf.parse(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF")


def test_more_pages_than_allowed_is_one_sentence():
    sheet = Sheet()
    for _ in range(4):
        sheet.write(72, 100, "page").page()
    with pytest.raises(BadInput, match="4 pages and the limit is 3"):
        pdf.parse(sheet.data(), max_pages=3)


# --- page pictures -------------------------------------------------------------------------


def test_a_page_is_drawn_as_png():
    data = Sheet().lines(72, 100, PROSE).data()
    assert sandbox.render(data, PDF, 1, dpi=50).startswith(b"\x89PNG")
    with pytest.raises(NotFound, match="no page 7"):
        sandbox.render(data, PDF, 7)


def test_a_page_as_large_as_a_field_is_drawn_small():
    data = Sheet(size=(14_400, 14_400)).write(100, 100, "far away").data()
    assert len(render(data, media_type=PDF, page=1, dpi=300)) < 5_000_000


def test_text_has_no_page_pictures():
    with pytest.raises(BadInput, match="shown as text"):
        sandbox.render(b"The firm shall report.", "text/plain", 1)


# --- real ones -------------------------------------------------------------------------


def even(text):
    return re.sub(r" (?=[,;.])|\s*\(\s*\)", "", " ".join(text.split()))


@needs_shared
@pytest.mark.parametrize(
    ("printed", "web_page"),
    [
        ("gdpr_regulation.pdf", "gdpr_32016R0679_original-oj_2016-04-27_EN.xhtml"),
        ("dora_regulation.pdf", "dora_32022R2554_original-oj_2022-12-14_EN.xhtml"),
    ],
)
def test_an_official_journal_in_pdf_says_paragraph_by_paragraph_what_its_web_page_says(printed, web_page):
    parsed = sandbox.parse((SHARED / "regulations" / printed).read_bytes(), PDF)
    web = html.parse((SHARED / "regulations" / web_page).read_bytes())
    found = {even(text) for text in texts(parsed)}
    expected = [even(text) for kind, text in kinds(web) if kind != "note"]
    missing = [text for text in expected if text not in found]
    assert len(missing) <= 0.01 * len(expected), missing[:5]
    words = [parsed.text[w.start : w.end] for w in parsed.words]
    assert "".join(words) == "".join(parsed.text.split())
