"""What of a document is shown at once, and where a passage is on a page: pure parts of the source view."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import ingest
from core.types import Provision, Reading, Span, Word
from pages.parts import boxes, places
from pages.parts.words import APART, legible, plain, size

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"
NAMES = ("ict-incident-reporting.pdf", "data-protection.html", "us-customer-funds.txt", "cloud-guideline.md")


@pytest.fixture(scope="module", params=NAMES)
def reading(request: pytest.FixtureRequest) -> Reading:
    return ingest.read((SAMPLES / request.param).read_bytes(), request.param)


def provision(path: str, start: int, end: int, kind: str = "article", parent: str | None = None) -> Provision:
    return Provision(path, path, "", "", Span("d", start, end), parent, kind)  # type: ignore[arg-type]


# --- places -----------------------------------------------------------------------------------------------------


def test_the_places_of_a_document_are_its_whole_text_in_order(reading):
    found = places.places(reading.provisions, len(reading.document.text))
    assert (found[0].start, found[-1].end) == (0, len(reading.document.text))
    assert all(one.end == other.start for one, other in itertools.pairwise(found))


def test_every_provision_stands_in_one_place_and_its_words_in_the_blocks(reading):
    text = reading.document.text
    found = places.places(reading.provisions, len(text))
    for one in reading.provisions:
        place = found[places.at(found, one.span.start)]
        assert place.start <= one.span.start
        assert one.span.end <= place.end
        shown = places.blocks(text, reading.provisions, place)
        for word in one.text.split()[:3]:
            assert any(word in block.text for block in shown)


def test_a_block_is_the_text_at_its_offset(reading):
    text = reading.document.text
    for place in places.places(reading.provisions, len(text)):
        for block in places.blocks(text, reading.provisions, place):
            assert text[block.start : block.start + len(block.text)] == block.text


def test_no_place_is_the_whole_of_a_long_document():
    provisions = [provision(f"Article {n}", n * 2_000, n * 2_000 + 1_900) for n in range(50)]
    assert len(places.places(provisions, 100_000)) == 50


def test_recitals_are_gathered_and_named_by_their_numbers():
    provisions = [provision(f"Recital {n}", n * 1_000, n * 1_000 + 900, "recital") for n in range(1, 20)]
    titles = [place.title for place in places.places(provisions, 20_000)]
    assert titles == ["Recitals 1–9", "Recitals 10–18", "Recital 19"]


def test_a_long_annex_goes_on_in_the_next_place():
    annex = provision("Annex I", 0, 10, "annex")
    points = [provision(f"Annex I, point {n}", n * 3_000, n * 3_000 + 2_900, "point", "Annex I") for n in range(1, 15)]
    titles = [place.title for place in places.places([annex, *points], 45_000)]
    assert titles[:2] == ["Annex I", "Annex I (continued)"]


def test_points_are_indented_by_their_depth():
    text = "Article 1\n\n1. A firm shall:\n\n(a) act;\n\n(i) at once;"
    provisions = [
        provision("Article 1", 11, 11),
        provision("Article 1(1)", 14, text.index("\n\n(a)"), "paragraph", "Article 1"),
        provision("Article 1(1)(a)", text.index("act"), text.index("\n\n(i)"), "point", "Article 1(1)"),
        provision("Article 1(1)(a)(i)", text.index("at once"), len(text), "point", "Article 1(1)(a)"),
    ]
    [place] = places.places(provisions, len(text))
    assert [block.level for block in places.blocks(text, provisions, place)] == [0, 0, 1, 2]


def test_a_document_without_provisions_is_one_place():
    assert places.places([], 40) == (places.Place("Text", 0, 40),)


# --- boxes ------------------------------------------------------------------------------------------------------


def word(start: int, x0: float, y0: float) -> Word:
    return Word(start, start + 4, 1, x0, y0, x0 + 20, y0 + 10)


def test_words_of_one_line_make_one_box_and_the_next_line_another():
    line = [word(0, 10, 10), word(5, 35, 10.5), word(10, 60, 10), word(15, 10, 24)]
    assert boxes.lines(line, 0, 19) == ((9.0, 10, 81.0, 20.5), (9.0, 24, 31.0, 34))


def test_the_next_column_is_another_box_though_it_is_on_the_same_height():
    column = [word(0, 300, 700), word(5, 10, 10)]
    assert len(boxes.lines(column, 0, 9)) == 2


def test_words_outside_the_passage_have_no_box():
    assert boxes.lines([word(0, 10, 10), word(5, 35, 10)], 5, 9) == ((34.0, 10, 56.0, 20),)


def test_a_passage_of_a_real_pdf_has_boxes_on_its_page():
    reading = ingest.read((SAMPLES / NAMES[0]).read_bytes(), NAMES[0])
    one = next(p for p in reading.provisions if p.path == "Article 6(1)(a)")
    words = [w for w in reading.words if w.page == one.span.page]
    page = reading.document.pages[(one.span.page or 1) - 1]
    found = boxes.lines(words, one.span.start, one.span.end)
    assert found
    assert all(0 <= x0 < x1 <= page.width and 0 <= y0 < y1 <= page.height for x0, y0, x1, y1 in found)


# --- words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[link](https://x.test)", "# heading", "**bold** _it_ `code`", "$x^2$ :red[x] | y"],
)
def test_document_text_is_shown_as_it_is(text):
    bare = re.sub(r"\\.", "", plain(text).replace(APART, ""))
    assert not set(bare) & set("*_`[]<>#$:|~")


@given(st.text(max_size=60))
def test_what_is_escaped_is_only_backslashed_and_on_one_line(text):
    shown = plain(text)
    assert "\n" not in shown
    assert shown.replace(APART, "").replace("\\", "") == " ".join(text.split()).replace("\\", "")


@pytest.mark.parametrize(
    ("text", "alive"),
    [
        ("see https://evil.example/x", "://"),
        ("see WWW.evil.example", r"www\."),
        ("ask a@evil.example", "@e"),
        ("an icon :material/check:", ":m"),
        ("5 -> 6 <- 7 -- 8 >= 9 <= 10 ~= 11", "->|<-|--|>=|<=|~="),
    ],
)
def test_nothing_is_left_that_a_page_would_bring_to_life_after_markdown(text, alive):
    shown = plain(text).replace("\\", "")
    assert not re.search(alive, shown, re.IGNORECASE)
    assert shown.replace(APART, "") == text


def test_sizes_are_read_at_a_glance():
    assert [size(n) for n in (1, 12_345, 3_400_000)] == ["1 KB", "12 KB", "3.4 MB"]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (
            "Regulation (EU) 2022/2554 of the European Parliament and of the Council of 14 December 2022 on resilience",
            "Regulation (EU) 2022/2554 on resilience",
        ),
        ("Policy of the Board of 3 May 2024", "Policy of the Board of 3 May 2024"),
        ("Guideline on the use of cloud services", "Guideline on the use of cloud services"),
    ],
)
def test_a_legible_title_has_its_number_beside_its_subject(title, shown):
    assert legible(title) == shown
