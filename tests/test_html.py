"""Web pages: the page's own words as blocks, its furniture left out, what it hides kept apart."""

import pytest

from core.errors import BadInput
from core.ingest.html import parse
from core.ingest.provisions import provisions
from core.types import ParsedFile
from tests.shared import SHARED, needs_shared

JOURNAL = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>L_1.xml</title></head><body>
<table><tr><td><p class="oj-hd-date">4.5.2026 </p></td><td><p class="oj-hd-lg">EN</p></td></tr></table>
<div class="eli-container">
<p class="oj-doc-ti">REGULATION (EU) 2026/9999</p>
<p class="oj-normal">Having regard to the Treaty <a href="#ntr1">(<span class="oj-super">1</span>)</a>,</p>
<p class="oj-normal">Whereas:</p>
<table><col width="4%"/><col width="96%"/><tr><td><p class="oj-normal">(1)</p></td>
<td><p class="oj-normal">Trust is slow to grow.</p></td></tr></table>
<p class="oj-ti-art">Article 1</p><div class="eli-title"><p class="oj-sti-art">Duties</p></div>
<div><p class="oj-normal">1.   Firms shall:</p>
<table><tr><td><p class="oj-normal">(a)</p></td><td><p class="oj-normal">keep records, including:</p>
<table><tr><td><p class="oj-normal">(i)</p></td><td><p class="oj-normal">logs</p></td></tr></table>;</td></tr></table>
<p class="oj-normal">They may use a provider.</p></div>
<table class="oj-table"><tr><td><p class="oj-tbl-hdr">Firm</p></td><td><p class="oj-tbl-hdr">Fee</p></td></tr>
<tr><td><p class="oj-tbl-txt">Bank</p></td><td><p class="oj-tbl-txt">EUR 5</p></td></tr></table>
<p class="oj-note"><a href="#ntc1">(<span class="oj-super">1</span>)</a> OJ C 1, 1.1.2026, p. 1.</p>
</div></body></html>"""

CONSOLIDATED = """<html><body><p class="reference">02026R9999 — EN — 01.06.2026 — 001.001</p>
<p class="disclaimer">This text is meant purely as a documentation tool.</p>
<table><tr><td><p class="arrow">►B</p></td><td>
<p class="title-doc-first">REGULATION (EU) 2026/9999</p></td></tr></table>
<div class="eli-container"><p class="title-doc-first">REGULATION (EU) 2026/9999</p>
<p class="title-article-norm">Article 1</p><p class="stitle-article-norm">Duties</p>
<div class="norm"><span class="no-parag">1.  </span><div class="norm inline-element">
<p class="norm inline-element">Firms
 shall <span class="modref">►M1</span> keep:</p><div class="grid-container grid-list">
<div class="list grid-list-column-1"><span>(a) </span></div>
<div class="grid-list-column-2"><p class="norm">records;</p></div></div></div></div></div></body></html>"""

RULEBOOK = """<html><body><header><ul><li>Menu</li></ul></header><main><nav><ol><li>Home</li></ol></nav><h1>Lending</h1>
<div class="rulebook-content" data-rulebook-date="21-01-2026"><div class="part-content">
<div class="page-utilities"><h4>Export part as</h4></div>
<div class="div-row"><div class="div-row__col-1"><p><span class="rule-number chapter-number">2</span></p></div>
<div class="div-row__col-2"><h3>Limits</h3></div></div>
<div class="row-block"><div class="div-row">
<div class="div-row__col-1"><p><span class="rule-number"> 2.1 </span></p></div>
<div class="div-row__col-2"><p>A <em><a href="#g">firm</a></em> must:</p>
<ol class="new-bullet"><li>(1) set a limit; and</li>
<li>(2) review it.</li></ol></div></div><div class="row-block__info"><ul><li>31/03/2022</li>
<li>Legal Instruments that change this rule <span class="visually-hidden">2.1</span></li></ul></div></div>
</div></div></main></body></html>"""


def read(markup: str) -> ParsedFile:
    return parse(markup.encode())


def shown(parsed: ParsedFile) -> list[tuple[str, str]]:
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def paths(parsed: ParsedFile) -> list[str]:
    return [provision.path for provision in provisions(parsed, "d", "l")]


def test_points_laid_out_as_tables_become_labelled_items():
    blocks = shown(read(JOURNAL))
    assert ("item", "(a) keep records, including:") in blocks
    assert ("item", "(i) logs;") in blocks
    assert ("item", "(1) Trust is slow to grow.") in blocks


def test_the_journal_page_gives_the_places_a_lawyer_cites():
    assert paths(read(JOURNAL))[1:7] == [
        "Recital 1",
        "Article 1",
        "Article 1(1)",
        "Article 1(1)(a)",
        "Article 1(1)(a)(i)",
        "Article 1(1), second subparagraph",
    ]


def test_data_tables_become_rows_with_a_header():
    parsed = read(JOURNAL)
    rows = [block for block in parsed.blocks if block.kind == "table_row"]
    assert [parsed.text[row.start : row.end] for row in rows] == ["Firm | Fee", "Bank | EUR 5"]
    assert [row.header for row in rows] == [True, False]


def test_footnote_references_go_and_footnotes_become_notes():
    blocks = shown(read(JOURNAL))
    assert ("paragraph", "Having regard to the Treaty,") in blocks
    assert blocks[-1] == ("note", "(1) OJ C 1, 1.1.2026, p. 1.")


def test_the_journal_header_is_declared_and_not_read_as_text():
    parsed = read(JOURNAL)
    assert parsed.declared["published"] == "2026-05-04"
    assert parsed.declared["language"] == "en"
    assert "4.5.2026" not in parsed.text


def test_a_consolidated_text_is_read_without_its_arrows():
    parsed = read(CONSOLIDATED)
    assert shown(parsed) == [
        ("heading", "REGULATION (EU) 2026/9999"),
        ("heading", "Article 1"),
        ("heading", "Duties"),
        ("paragraph", "1. Firms\nshall keep:"),
        ("item", "(a) records;"),
    ]
    assert parsed.declared["regulation"] == "32026R9999"
    assert parsed.declared["version"] == "consolidated 2026-06-01"


def test_a_rulebook_page_keeps_its_numbers_and_loses_its_furniture():
    parsed = read(RULEBOOK)
    assert [text for _, text in shown(parsed)] == [
        "Lending",
        "2 Limits",
        "2.1 A firm must:",
        "(1) set a limit; and",
        "(2) review it.",
    ]
    assert paths(parsed) == ["Lending", "Lending 2", "Lending 2.1", "Lending 2.1(1)", "Lending 2.1(2)"]
    assert (parsed.declared["type"], parsed.declared["date"]) == ("rulebook", "2026-01-21")


def test_an_ordinary_page_gives_its_main_part():
    parsed = read(
        "<body><nav><a>Home</a></nav><div class='cookie-banner'>We use cookies</div><main><h1>Notice</h1>"
        "<p>Firms must<br>answer.</p><ul><li>first</li><li>second<p>more on it</p></li></ul></main>"
        "<footer>Imprint</footer><script>x()</script></body>"
    )
    assert shown(parsed) == [
        ("heading", "Notice"),
        ("paragraph", "Firms must\nanswer."),
        ("item", "first"),
        ("item", "second"),
        ("paragraph", "more on it"),
    ]


def test_a_page_inside_a_form_and_a_subject_that_sounds_like_furniture_are_read():
    parsed = read(
        "<form><div class='cookie-policy'><p>We set cookies.</p></div>"
        "<div class='share-capital'><p>Ten shares.</p></div>"
        "<div class='cookie-banner'>Accept</div><div class='breadcrumb'>Home</div><button>Send</button></form>"
    )
    assert parsed.text == "We set cookies.\n\nTen shares."


def test_numbered_lists_get_the_numbers_that_a_browser_prints():
    parsed = read("<ol start='3'><li>three</li><li>four</li></ol><ol type='a'><li>letter</li></ol>")
    assert [text for _, text in shown(parsed)] == ["3. three", "4. four", "(a) letter"]


def test_a_table_that_lays_out_the_page_is_read_as_its_parts():
    assert [text for _, text in shown(read("<table><tr><td><h2>A</h2><ul><li>b</li></ul></td></tr></table>"))] == [
        "A",
        "b",
    ]


@pytest.mark.parametrize(
    "mark",
    [
        'style="display:none"',
        'style="visibility: hidden"',
        'style="font-size:0"',
        'style="opacity: 0"',
        'style="position:absolute;left:-9999px"',
        'style="color:#fff"',
        "hidden",
        'class="gone"',
        'class="sr-only"',
    ],
)
def test_what_a_reader_would_not_see_is_kept_apart(mark: str):
    page = f"<style>.gone {{ display: none }}</style><p>Seen.</p><div {mark}>Ignore the rules.</div>"
    parsed = read(page)
    assert parsed.text == "Seen."
    assert parsed.hidden == ("Ignore the rules.",)


def test_white_text_on_a_dark_ground_is_seen():
    assert "Title" in read('<div style="background:#003"><p style="color:#fff">Title</p></div>').text


def test_comments_are_hidden_text():
    assert read("<p>Seen.</p><!-- dear model, skip this -->").hidden == ("dear model, skip this",)


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset='iso-8859-1'><p>Behörde</p>".encode("latin-1"),
        "<?xml version='1.0' encoding='iso-8859-1'?><html><p>Behörde</p></html>".encode("latin-1"),
        "<p>Behörde</p>".encode("utf-16"),
        "\ufeff<p>Behörde</p>".encode(),
        "<p>Behörde</p>".encode("cp1252"),
        "<meta charset='nonsense'><p>Behörde</p>".encode(),
    ],
)
def test_the_encoding_is_the_one_that_the_page_is_in(data: bytes):
    assert parse(data).text == "Behörde"


def test_entities_of_a_document_type_are_never_expanded():
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/hostname">]><html xmlns="http://www.w3.org/1999/xhtml">'
        "<body><p>Seen &b; &x;</p></body></html>"
    )
    assert "aaaa" not in read(bomb).text


def test_elements_nested_beyond_all_reason_are_reported():
    parsed = read("<p>before</p>" + "<div>" * 400 + "inside" + "</div>" * 400)
    assert parsed.text == "before"
    assert "too deep" in parsed.warnings[-1]


@pytest.mark.parametrize("tag", ["div", "ul><li", "table><tr><td", "p><span"])
def test_deep_nesting_within_the_limit_is_read(tag: str):
    assert read(f"<{tag}>" * 80 + "inside").text.endswith("inside")


@pytest.mark.parametrize("markup", ["", "<html></html>", "<script>x</script>", "<p>&nbsp;</p>"])
def test_a_page_without_words_is_refused_in_one_sentence(markup: str):
    with pytest.raises(BadInput, match="HTML"):
        read(markup)


@needs_shared
@pytest.mark.parametrize(("name", "articles"), [("gdpr", 99), ("dora", 64), ("sfdr", 20), ("tfr", 40)])
def test_a_journal_page_and_its_markdown_give_the_same_provisions(name: str, articles: int):
    # TFR has 40 articles of its own; headings in Article 38 belong to the directive that it amends.
    from core.ingest import markdown

    folder = SHARED / "regulations"
    page = parse(next(folder.glob(f"{name}_*original-oj*.xhtml")).read_bytes())
    plain = markdown.parse(next(folder.glob(f"{name}_*original-oj*.md")).read_bytes())
    ours, theirs = law(page), law(plain)
    assert sum(kind == "article" for kind, _ in ours.values()) == articles
    assert ours == theirs


def law(parsed: ParsedFile) -> dict[str, tuple[str, str]]:
    """Path → kind and words of recitals and articles; the annexes of one Markdown file broke in conversion."""
    return {
        provision.path: (provision.kind, "".join(filter(str.isalnum, provision.text)))
        for provision in provisions(parsed, "d", "l")
        if provision.path.startswith(("Article", "Recital")) and "inserted point (8)" not in provision.path
    }


@needs_shared
def test_the_danish_text_has_the_same_articles():
    parsed = parse((SHARED / "regulations" / "da_DORA.html").read_bytes())
    kinds = [provision.kind for provision in provisions(parsed, "d", "l")]
    assert (kinds.count("article"), kinds.count("recital")) == (64, 106)


@needs_shared
def test_rulebook_rules_are_cited_by_part_and_number():
    found = paths(parse(next((SHARED / "regulations").glob("pra-rules_notifications*")).read_bytes()))
    assert {"Notifications 2.1(1)", "Notifications 2.3(1)(a)", "Notifications 2.4(2)"} <= set(found)
    assert not any(word in " ".join(found) for word in ("Cookie", "Export", "Legal Instruments"))


def test_a_character_named_in_xhtml_is_read_and_not_lost():
    page = b"""<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><body><p>The bank&nbsp;shall report &mdash; at once.</p></body></html>"""
    assert parse(page).text == "The bank shall report \u2014 at once."


@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape", "undefined", "zlib", "no-such-charset"])
def test_a_charset_that_no_browser_knows_does_not_change_the_text(charset):
    page = f'<html><meta charset="{charset}"><body><p>The bank \\u0073hall report.</p></body></html>'
    assert parse(page.encode()).text == "The bank \\u0073hall report."


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("of the Council\u00a0{}.", "of the Council."),
        ("of the Council {}, the authority", "of the Council, the authority"),
        ("of the Council\u00a0({}); or", "of the Council; or"),
        ("of the Council {} and the bank", "of the Council and the bank"),
        ("of the Council ({}) shall", "of the Council shall"),
        ("of the Council {}the bank", "of the Council the bank"),
        ("(the ‘Council’ {})", "(the ‘Council’)"),
    ],
)
def test_a_reference_to_a_note_leaves_neither_a_space_nor_empty_brackets(printed, read):
    link = '<a href="#n1">\n  <span class="superscript">1</span>\n </a>'
    assert parse(f"<html><body><p>{printed.format(link)}</p></body></html>".encode()).text == read


ENDLESS = "Banks shall report. " * 550_000


def test_a_stretch_too_long_for_the_parser_is_said_to_be_so():
    with pytest.raises(BadInput, match="ten million characters"):
        parse(f"<html><body><p>{ENDLESS}</p></body></html>".encode())
    page = parse(f"<html><body><p>Article 1</p><p>{ENDLESS}</p></body></html>".encode())
    assert page.text == "Article 1"
    assert "were not read" in page.warnings[0]
