"""Plain text: any usual encoding, lines joined, labels and headings told apart."""

import re
import textwrap

import pytest

from core.ingest import markdown
from core.ingest.plain import decode, parse
from core.ingest.provisions import provisions
from core.types import ParsedFile
from tests.shared import SHARED, needs_shared

WRAPPED = """INCIDENT RULES

Article 3
Reports

1. The firm shall notify the authority of each major incident without
undue delay, in the form and within the time set out in paragraph
(2) of this Article, and shall keep a record of it for five years.
2. The notification shall contain:
(a) the name of the firm, and where it is part of a group the name of
the parent;
(b) the time of the incident.

The authority may ask for more.
"""


def shown(parsed: ParsedFile) -> list[tuple[str, str]]:
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_any_dress_gives_the_same_text(encoding: str):
    assert decode("Die Behörde muss handeln – sofort.".encode(encoding))[0] == "Die Behörde muss handeln – sofort."


def test_latin_1_is_read_with_a_warning():
    text, warnings = decode("Die Behörde “prüft”".encode("cp1252"))
    assert text == "Die Behörde “prüft”"
    assert "Latin-1" in warnings[0]


def test_utf_8_gives_no_warning():
    assert decode("prüft".encode())[1] == ()


def test_hard_wrapped_lines_are_joined_and_keep_their_newlines():
    blocks = shown(parse(WRAPPED.encode()))
    assert ("paragraph", "(a) the name of the firm, and where it is part of a group the name of\nthe parent;") in blocks


def test_a_number_in_brackets_at_the_start_of_a_wrapped_line_opens_nothing():
    blocks = shown(parse(WRAPPED.encode()))
    assert any("set out in paragraph\n(2) of this Article" in text for _, text in blocks)


def test_labels_after_a_finished_line_open_blocks():
    starts = [text[:3] for _, text in shown(parse(WRAPPED.encode()))]
    assert starts[3:7] == ["1. ", "2. ", "(a)", "(b)"]


def test_titles_and_articles_are_headings():
    assert shown(parse(WRAPPED.encode()))[:3] == [
        ("heading", "INCIDENT RULES"),
        ("heading", "Article 3"),
        ("heading", "Reports"),
    ]


def test_underlined_and_numbered_lines_that_stand_alone_are_headings():
    parsed = parse(b"Policy\n======\n\n4.2 Reports to the board\n\nThe head of IT reports.\n")
    assert shown(parsed)[:2] == [("heading", "Policy"), ("heading", "4.2 Reports to the board")]
    assert [block.level for block in parsed.blocks[:2]] == [1, 3]


def test_a_sentence_alone_is_no_heading():
    assert shown(parse(b"Title\n\nThe firm shall act.\n\nNobody else may.\n"))[1][0] == "paragraph"


def test_lines_that_are_whole_paragraphs_stay_apart():
    text = "The first paragraph is one long line that goes on. " * 5 + "\n" + "So is the second one here. " * 8
    assert len(parse(text.encode()).blocks) == 2


def test_a_form_feed_ends_a_block():
    assert shown(parse(b"The end of page one.\x0cThe start of page two."))[1] == ("paragraph", "The start of page two.")


@pytest.mark.parametrize("data", [b"", b"\n", b"\x00\x00", b"\xff", b"=", b"   ", b"\x0c\x0c"])
def test_scraps_are_read_without_complaint(data: bytes):
    assert all(block.end > block.start for block in parse(data).blocks)


def test_a_title_too_long_for_its_line_is_whole():
    title = "Transparency of the promotion of environmental or social characteristics\nin pre-contractual disclosures"
    text = (
        f"Article 8\n{title}\n\n"
        + "1. Where a product promotes such characteristics, the information to be\ndisclosed shall say how.\n" * 4
    )
    assert shown(parse(text.encode()))[1] == ("heading", title)


@pytest.mark.parametrize(
    "words", ["of Article 9(2) applies", ", in respect of that transfer", ", or Article 15(1), is missing"]
)
def test_a_citation_broken_over_two_lines_opens_no_item(words: str):
    text = (
        "The firm shall do as it is told wherever the condition that is set in point\n(a) or point\n"
        + f"(g) {words}.\n"
        + WRAPPED
    )
    assert not any(block.startswith("(g)") for _, block in shown(parse(text.encode())))


@needs_shared
@pytest.mark.parametrize(("name", "articles"), [("gdpr", 99), ("sfdr", 20)])
def test_a_regulation_wrapped_by_hand_gives_the_same_provisions(name: str, articles: int):
    source = next((SHARED / "regulations").glob(f"{name}_*original-oj*.md")).read_text("utf-8")
    lines = re.sub(r"^#+ (.*?)(?: — (.*))?$", r"\1\n\2", source, flags=re.MULTILINE).splitlines()
    wrapped = "\n".join("\n".join(textwrap.wrap(line, 78)) for line in lines)
    ours = provisions(parse(wrapped.encode()), "d", "l")
    theirs = provisions(markdown.parse(source.encode()), "d", "l")
    assert sum(provision.kind == "article" for provision in ours) == articles
    law = [[p.path for p in found if p.kind not in ("preamble", "note")] for found in (ours, theirs)]
    assert law[0] == law[1]
