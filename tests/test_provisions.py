"""Blocks become the provisions that a lawyer would cite, whatever the document numbers by."""

import pytest

from core.ingest import markdown, plain
from core.ingest.provisions import provisions
from core.types import Block, ParsedFile, Provision, Word


def read(text: str, **declared: str) -> tuple[Provision, ...]:
    parsed = markdown.parse(text.encode())
    return provisions(ParsedFile("text/markdown", parsed.text, parsed.blocks, declared=declared), "d", "l")


def paths(text: str, **declared: str) -> list[str]:
    return [provision.path for provision in read(text, **declared)]


def of_blocks(*blocks: tuple[str, str, int]) -> tuple[Provision, ...]:
    """Provisions of (kind, text, level) blocks, as a parser without Markdown's habits would give them."""
    text, found = "", []
    for kind, words, level in blocks:
        start = len(text) + (2 if text else 0)
        text += ("\n\n" if text else "") + words
        found.append(Block(start, len(text), kind, level))  # type: ignore[arg-type]
    return provisions(ParsedFile("application/pdf", text, tuple(found)), "d", "l")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        # "(i)" after "(h)": the next sibling tells.
        ("a b c d e f g h i j", "a b c d e f g h i j"),
        ("a b c d e f g h i ii", "a b c d e f g h h/i h/ii"),
        ("a i ii iii iv v vi b", "a a/i a/ii a/iii a/iv a/v a/vi b"),
        ("a 1 2 b", "a a/1 a/2 b"),
        ("1 a i A B ii b 2", "1 1/a 1/a/i 1/a/i/A 1/a/i/B 1/a/ii 1/b 2"),
        # Letters left out or put in later.
        ("a c d", "a c d"),
        ("a b ba bb c", "a b ba bb c"),
        ("y z aa bb", "y z aa bb"),
        ("1 1a 2", "1 1a 2"),
    ],
)
def test_the_siblings_decide_how_a_label_counts(labels: str, expected: str):
    text = "# § 5 Duties\n\nYou must:\n\n" + "\n\n".join(f"({label}) act" for label in labels.split())
    assert paths(text)[1:] == ["§ 5" + "".join(f"({step})" for step in item.split("/")) for item in expected.split()]


def test_a_chain_of_labels_opens_each_of_its_lists():
    assert paths("# § 1016.4 Notice\n\n(a)(1) You must notify:\n\n(i) clients;\n\n(2) You may wait.") == [
        "§ 1016.4",
        "§ 1016.4(a)",
        "§ 1016.4(a)(1)",
        "§ 1016.4(a)(1)(i)",
        "§ 1016.4(a)(2)",
    ]


def test_a_named_paragraph_of_united_states_law_keeps_its_first_subparagraph():
    assert paths("# § 9 Funds\n\n(b) Separation. (1) You must not mix funds.\n\n(2) You may leave your own.")[1:] == [
        "§ 9(b)",
        "§ 9(b)(1)",
        "§ 9(b)(2)",
    ]


def test_sections_of_plain_text_have_their_title_before_the_words():
    text = "§ 12.1 Authority, purpose and scope.\n\n(a) The Bureau issues this part.\n\n§ 12.2 The firm must act.\n"
    found = provisions(plain.parse(text.encode()), "d", "l")
    assert [(p.path, p.heading, p.text) for p in found] == [
        ("§ 12.1", "Authority, purpose and scope", ""),
        ("§ 12.1(a)", "Authority, purpose and scope", "The Bureau issues this part."),
        ("§ 12.2", "", "The firm must act."),
    ]


def test_rules_are_cited_by_part_and_number():
    text = "# Outsourcing\n\n## 2 Duties\n\n2.1 A firm must:\n\n(1) notify; and\n\n(2) wait.\n\n2.1A It may ask.\n"
    assert paths(text, type="rulebook", title="Outsourcing") == [
        "Outsourcing",
        "Outsourcing 2",
        "Outsourcing 2.1",
        "Outsourcing 2.1(1)",
        "Outsourcing 2.1(2)",
        "Outsourcing 2.1A",
    ]


def test_a_rule_of_the_handbook_keeps_its_code_and_letter():
    assert paths("SYSC 8.1.1 R A firm must take care.\n\nSYSC 8.1.2 G It should ask.") == ["SYSC 8.1.1R", "SYSC 8.1.2G"]


def test_a_statute_is_cited_by_section():
    text = "# Duties\n\n1.—(1) The firm must act.\n\n(2) Section 2 applies.\n\n2. So does section 1.\n\n"
    assert paths(text + "3. Nothing else does.")[1:] == [
        "Section 1",
        "Section 1(1)",
        "Section 1(2)",
        "Section 2",
        "Section 3",
    ]


def test_clauses_of_a_contract_are_cited_by_their_numbers():
    text = "# AGREEMENT\n\n## 4. Payment\n\n4.1 The Customer shall pay.\n\n4.2 The Supplier shall:\n\n"
    assert paths(text + "(a) invoice; and\n\n(b) wait.")[1:] == ["4", "4.1", "4.2", "4.2(a)", "4.2(b)"]


def test_a_document_that_speaks_of_its_clauses_is_cited_so():
    text = "4.1 Subject to clause 4.2, the Customer shall pay.\n\n4.2 Clause 4.1 is subject to this one."
    assert paths(text) == ["Clause 4.1", "Clause 4.2"]


def test_articles_and_sections_of_an_american_contract():
    text = (
        "# ARTICLE IV — Payment\n\nSection 4.1 Fees. The Buyer shall pay.\n\nSection 4.2 Taxes. The Seller shall not."
    )
    found = read(text)
    assert [provision.path for provision in found] == ["Article IV", "Section 4.1", "Section 4.2"]
    assert found[1].text == "Fees. The Buyer shall pay."


def test_schedules_have_their_own_paragraphs():
    assert paths("# 1. Terms\n\nText.\n\n# Schedule 2 — Services\n\n3. Hosting\n\n(a) day and night")[-2:] == [
        "Schedule 2, paragraph 3",
        "Schedule 2, paragraph 3(a)",
    ]


def test_unnumbered_text_is_cited_by_heading_and_paragraph():
    text = "# Policy\n\n## Incident response\n\nReport it.\n\nThen wait for:\n\n- the team;\n- the police.\n\n"
    assert paths(text + "### Drills\n\nHold them.") == [
        "Policy",
        "Incident response",
        "Incident response, paragraph 1",
        "Incident response, paragraph 2",
        "Incident response, paragraph 2, first indent",
        "Incident response, paragraph 2, second indent",
        "Incident response, Drills",
        "Incident response, Drills, paragraph 1",
    ]


def test_text_without_any_heading_is_counted():
    assert paths("Report it.\n\nThen wait.") == ["Paragraph 1", "Paragraph 2"]


def test_parts_of_an_annex_are_part_of_the_path():
    assert paths("# ANNEX II\n\n# PART A\n\n1. Names\n\n# PART B\n\n1. Dates")[1:] == [
        "Annex II, Part A",
        "Annex II, Part A, point 1",
        "Annex II, Part B",
        "Annex II, Part B, point 1",
    ]


def test_rows_of_a_table_are_counted_within_their_annex():
    assert paths("# ANNEX I — Fees\n\n| Firm | Fee |\n|---|---|\n| Bank | 5 |")[1:] == [
        "Annex I, table 1, row 1",
        "Annex I, table 1, row 2",
    ]


def test_a_label_in_the_first_of_two_columns_makes_a_point():
    assert paths("### Article 1\n\nIt shall include:\n\n| (a) | the name; |\n| (b) | the date. |")[1:] == [
        "Article 1(a)",
        "Article 1(b)",
    ]


def test_words_between_two_points_do_not_end_their_list():
    text = "# Notices\n\n## 2 Breaches\n\n2.4 A firm tells of:\n\n(1) a breach:\n\n(a) of a rule,\n\nby anybody.\n\n"
    assert paths(text + "(2) It must do so at once.", type="rulebook", title="Notices")[-3:] == [
        "Notices 2.4(1)(a)",
        "Notices 2.4, second subparagraph",
        "Notices 2.4(2)",
    ]


def test_a_conjunction_on_its_own_line_belongs_to_the_point_before_it():
    found = of_blocks(
        ("heading", "Article 1", 1),
        ("paragraph", "Firms shall:", 0),
        ("item", "(a) look;", 0),
        ("paragraph", "and", 0),
        ("item", "(b) leap.", 0),
    )
    assert [(p.path, p.text) for p in found][1:] == [("Article 1(a)", "look;\n\nand"), ("Article 1(b)", "leap.")]


@pytest.mark.parametrize(
    "heading",
    ["Article 5", "ARTICLE 5", "Art. 5", "Article 5:", "Article 5 — Reports", "Article 5. Reports", "Artikel 5"],
)
def test_an_article_is_known_however_it_is_written(heading: str):
    found = of_blocks(("paragraph", heading, 0), ("paragraph", "Reports", 0), ("paragraph", "Firms shall report.", 0))
    assert found[0].kind == "article"
    assert found[0].path.endswith(" 5")
    assert found[0].heading == "Reports"
    assert [p.text for p in found if p.text][-1] == "Firms shall report."


@pytest.mark.parametrize(
    "sentence",
    [
        "Article 5 of Directive 2002/58/EC applies.",
        "Article 14(5) of that Directive applies to the payer.",
        "Section 4 of the Act applies.",
        "Part of the text.",
        "Annexes are parts of the act.",
    ],
)
def test_a_sentence_that_begins_with_a_citation_is_no_heading(sentence: str):
    found = of_blocks(("heading", "Article 1", 1), ("heading", "Scope", 1), ("paragraph", sentence, 0))
    assert [p.path for p in found] == ["Article 1"]
    assert found[0].text == sentence


def test_a_table_of_contents_makes_no_second_articles():
    text = "Article 1\n\nArticle 2\n\n### Article 1\n\nFirms shall act.\n\n### Article 2\n\nNobody else may."
    assert paths(text) == ["Article 1", "Article 2"]
    dotted = of_blocks(
        ("paragraph", "1. Scope ........ 3", 0), ("heading", "1. Scope", 1), ("paragraph", "All firms.", 0)
    )
    assert [p.path for p in dotted] == ["Contents, paragraph 1", "1"]


def test_paths_are_unique():
    found = paths("# Scope\n\nText.\n\n# Scope\n\nText.")
    assert len(found) == len(set(found)) == 4
    assert "Scope (2)" in found


def test_ids_depend_on_lineage_and_path_alone():
    first, second = read("### Article 1\n\nAct."), read("### Article 1\n\nAct otherwise.")
    assert first[0].id == second[0].id
    assert first[0].id != provisions(markdown.parse(b"### Article 1\n\nAct."), "d", "other")[0].id


def test_pages_come_from_the_printed_words():
    text = "Report it.\n\nThen wait."
    words = (Word(0, 6, 1, 0, 0, 1, 1), Word(12, 16, 2, 0, 0, 1, 1))
    parsed = ParsedFile("application/pdf", text, (Block(0, 10, "paragraph"), Block(12, 22, "paragraph")), words=words)
    assert [provision.span.page for provision in provisions(parsed, "d", "l")] == [1, 2]


def test_the_recitals_of_a_contract_are_lettered():
    text = "# AGREEMENT\n\nBETWEEN A and B\n\nWHEREAS:\n\n(A) A sells.\n\n(B) B buys.\n\nIT IS AGREED AS FOLLOWS:\n\n"
    found = paths(text + "1. A shall sell.")[1:]
    assert found == ["AGREEMENT, paragraph 1", "Recital A", "Recital B", "Preamble, paragraph 1", "1"]


def test_the_number_under_which_a_contract_was_filed_is_no_annex():
    assert [p.kind for p in read("# EXHIBIT 10.3\n\n# AGREEMENT\n\n1. A shall sell.")] == [
        "section",
        "section",
        "paragraph",
    ]
    assert paths("# AGREEMENT\n\n1. A shall sell.\n\n# EXHIBIT A — Prices\n\n1. Low\n\n1.1 Lower")[-3:] == [
        "Exhibit A",
        "Exhibit A, point 1",
        "Exhibit A, point 1.1",
    ]
