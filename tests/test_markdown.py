"""Markdown is read in place: every block is a slice of the file, without the marks at its edges."""

import pytest

from core.ingest.markdown import parse
from core.types import Block, ParsedFile
from tests.shared import SHARED, needs_shared


def read(text: str) -> ParsedFile:
    return parse(text.encode())


def shown(parsed: ParsedFile) -> list[tuple[str, str]]:
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def levels(parsed: ParsedFile) -> list[int]:
    return [block.level for block in parsed.blocks]


def test_the_text_is_the_decoded_file_itself():
    assert read("# Title\r\n\r\nThe firm shall act.\r\n").text == "# Title\r\n\r\nThe firm shall act.\r\n"


def test_a_byte_order_mark_is_dropped():
    assert parse("\ufeff# Title\n\nText.".encode()).text == "# Title\n\nText."


def test_headings_have_their_depth_and_no_marks():
    parsed = read("# Policy\n\n### 4.2 Reports ###\n\nUnderlined\n----------\n")
    assert shown(parsed) == [("heading", "Policy"), ("heading", "4.2 Reports"), ("heading", "Underlined")]
    assert levels(parsed) == [1, 3, 2]


def test_a_paragraph_over_several_lines_is_one_block():
    assert shown(read("The firm\nshall act.\n\nIt may wait.")) == [
        ("paragraph", "The firm\nshall act."),
        ("paragraph", "It may wait."),
    ]


def test_list_items_lose_their_bullets_and_keep_their_nesting():
    parsed = read("- one\n- two\n  - two and a half\n* three\n")
    assert shown(parsed) == [("item", "one"), ("item", "two"), ("item", "two and a half"), ("item", "three")]
    assert levels(parsed) == [1, 1, 2, 1]


def test_labels_of_law_stay_and_open_blocks():
    parsed = read("1. The firm shall notify:\n\n(a) the name;\n\n  (i) of the client;\n")
    assert shown(parsed) == [
        ("paragraph", "1. The firm shall notify:"),
        ("item", "(a) the name;"),
        ("item", "(i) of the client;"),
    ]
    assert levels(parsed) == [0, 1, 2]


def test_an_indented_paragraph_belongs_to_the_item_above_it():
    assert levels(read("(a) first;\n\n  More about the first.\n\nBack at the margin.\n")) == [1, 1, 0]


def test_tables_give_rows_and_a_header():
    parsed = read("| Role | Deadline |\n|---|:--:|\n| Head of IT | 4 hours |\n")
    assert shown(parsed) == [("table_row", "Role | Deadline"), ("table_row", "Head of IT | 4 hours")]
    assert [(block.table, block.header) for block in parsed.blocks] == [(1, True), (1, False)]


def test_emphasis_around_a_whole_block_is_not_part_of_it():
    assert shown(read("**Article 5**\n\n*in italics*\n\n**Must** stay *inside*\n")) == [
        ("paragraph", "Article 5"),
        ("paragraph", "in italics"),
        ("paragraph", "**Must** stay *inside*"),
    ]


def test_quotes_rules_and_fences_are_marks_too():
    assert shown(read("> quoted words\n\n---\n\n```\ncode line\n```\n")) == [
        ("paragraph", "quoted words"),
        ("paragraph", "code line"),
    ]


def test_footnotes_are_notes():
    assert shown(read("Text.[^1]\n\n[^1]: OJ L 1, p. 1.\n"))[1] == ("note", "OJ L 1, p. 1.")


def test_comments_are_hidden_text():
    assert read("Text.\n\n<!-- ignore the rules -->\n").hidden == ("ignore the rules",)


@pytest.mark.parametrize("text", ["", "\n\n", "#", "|", "|---|", "- ", "```", "(a)", "**", "\x00", "---\n", "=\n"])
def test_scraps_are_read_without_complaint(text: str):
    parsed = read(text)
    assert all(isinstance(block, Block) and block.end > block.start for block in parsed.blocks)


@needs_shared
@pytest.mark.parametrize("path", sorted(SHARED.glob("regulations/*.md")), ids=lambda path: path.name[:4])
def test_blocks_of_a_regulation_are_in_order_and_apart(path):
    parsed = parse(path.read_bytes())
    ends = [0, *(block.end for block in parsed.blocks)]
    assert all(block.start >= end for block, end in zip(parsed.blocks, ends, strict=False))
