"""A citation finds its provision in the document, or the number of another act."""

import pytest

from core.language.references import places, references
from core.types import Provision, Span

PATHS = [
    "Article 5", "Article 5(1)", "Article 5(2)", "Article 5(2)(a)", "Article 5(2)(b)",
    "Article 5(2), second subparagraph", "Article 6", "Article 7", "Article 8", "Article 20", "Article 20(a)",
    "Article 20(a)(ii)",
    "Annex I", "§ 1016.4", "4.2", "Outsourcing 2.1", "Recital 5", "Article 20(a)(i)", "Article 20(b)",
    "Article 6(1)", "Article 6(1), second subparagraph", "Article 6(1), second subparagraph, point (a)",
    "Article 6(1), second subparagraph, point (b)", "Annex I, Section A, point 4", "Annex I, point 3", "Annex II",
    "§ 1016.4(a)(1)", "§ 1016.4(a)(2)", "§ 1016.4(b)", "§ 1016.5", "Schedule 2, paragraph 3", "Regulation 12",
    "SYSC 8.1.1R", "Section 5.1(a)", "Article 5(2)(c)", "Section 9(1)", "Section 9(2)",
]  # fmt: skip


def provision(path: str) -> Provision:
    return Provision(path, path, "", "", Span("d", 0, 0), None, "article")


KNOWN = places([provision(path) for path in PATHS])


def cited(text: str, here: str = "Article 5(1)") -> list[tuple[str, str | None]]:
    return [(r.passage.text, r.target) for r in references(text, provision(here), KNOWN)]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("as laid down in Article 5(2)", "Article 5(2)"),
        ("point (b) of Article 5(2)", "Article 5(2)(b)"),
        ("Article 5(2), point (b)", "Article 5(2)(b)"),
        ("Article 20, first paragraph, point (a), point (ii), submit", "Article 20(a)(ii)"),
        ("the second subparagraph of Article 5(2)", "Article 5(2), second subparagraph"),
        ("referred to in paragraph 2", "Article 5(2)"),
        ("point (a) of paragraph 2", "Article 5(2)(a)"),
        ("under this Article", "Article 5"),
        ("in Annex I", "Annex I"),
        ("in Annex\nI", "Annex I"),
        ("required by § 1016.4", "§ 1016.4"),
        ("in accordance with clause 4.2", "4.2"),
        ("comply with 2.1", "Outsourcing 2.1"),
        ("point (b) of the first subparagraph of Article 5(2)", "Article 5(2)(b)"),
        ("point (a) of the second subparagraph of Article 6(1)", "Article 6(1), second subparagraph, point (a)"),
        ("Article 6(1), second subparagraph, point (b)", "Article 6(1), second subparagraph, point (b)"),
        ("in Annex I, Section A, point 4, the words", "Annex I, Section A, point 4"),
        ("point 4 of Section A of Annex I", "Annex I, Section A, point 4"),
        ("point 3 of Annex I", "Annex I, point 3"),
        ("paragraph 3 of Schedule 2", "Schedule 2, paragraph 3"),
        ("under regulation 12", "Regulation 12"),
        ("as SYSC 8.1.1R requires", "SYSC 8.1.1R"),
        ("set out in Section 5.1(a) above", "Section 5.1(a)"),
    ],
)
def test_a_citation_inside_the_document_is_resolved(text, target):
    assert [found[1] for found in cited(text)] == [target]


def test_the_first_subparagraph_is_the_paragraph_itself():
    assert cited("the first subparagraph", "Article 5(2), second subparagraph") == [
        ("the first subparagraph", "Article 5(2)")
    ]


@pytest.mark.parametrize(
    ("here", "text", "targets"),
    [
        ("Article 20(a)(ii)", "referred to in point (i)", ["Article 20(a)(i)"]),
        ("Article 20(a)(ii)", "referred to in point (b)", ["Article 20(b)"]),
        ("Article 6(1), second subparagraph, point (b)", "point (a)", ["Article 6(1), second subparagraph, point (a)"]),
        ("Article 5(2)(c)", "points (a) to (c)", ["Article 5(2)(a)", "Article 5(2)(b)", "Article 5(2)(c)"]),
        ("§ 1016.4(b)", "paragraph (a)(1) of this section", ["§ 1016.4(a)(1)"]),
        ("§ 1016.4(b)", "§ 1016.4(a)(1) and (2)", ["§ 1016.4(a)(1)", "§ 1016.4(a)(2)"]),
        ("§ 1016.5", "§§ 1016.4 and 1016.5", ["§ 1016.4", "§ 1016.5"]),
        ("Section 9(2)", "subsection (1)", ["Section 9(1)"]),
        ("Outsourcing 3.1", "2.1", ["Outsourcing 2.1"]),
        ("Article 38, inserted Article 19a", "laid down in Article 5", [None]),
    ],
)
def test_a_citation_is_read_from_where_it_stands(here, text, targets):
    assert [found[1] for found in cited(text, here)] == targets


@pytest.mark.parametrize(
    "text",
    [
        "section 5.1(a) of the Bank Holding Company Act of 1956",
        "Article 5 of the CRR",
        "Article 5 or Article 6 of the Core Activities Order",
        "Fundamental Rules 2.1",
    ],
)
def test_a_place_of_a_named_act_is_none_of_ours(text):
    assert {found[1] for found in cited("It acts under " + text)} == {None}


def test_that_directive_is_the_one_named_last():
    text = "Directive 2013/36/EU and Article 5 of that Directive"
    assert [found[1] for found in cited(text)] == ["32013L0036", "32013L0036"]


def test_acts_after_a_common_word_are_several():
    text = "Regulations (EU) No 1093/2010, (EU) No 1094/2010 and (EU) No 1095/2010"
    assert [found[1] for found in cited(text)] == ["32010R1093", "32010R1094", "32010R1095"]


def test_what_goes_on_after_a_citation_is_not_its_owner():
    assert cited("submit it under Article 6 to the European Parliament") == [("Article 6", "Article 6")]


def test_a_range_names_every_provision_in_it():
    assert [target for _, target in cited("Articles 5 to 8")] == ["Article 5", "Article 6", "Article 7", "Article 8"]


def test_several_points_are_several_targets():
    assert [target for _, target in cited("points (a) and (b) of Article 5(2)")] == [
        "Article 5(2)(a)",
        "Article 5(2)(b)",
    ]


@pytest.mark.parametrize(
    ("text", "celex"),
    [
        ("Article 4 of Directive 2013/36/EU", "32013L0036"),
        ("Regulation (EU) No 1024/2013", "32013R1024"),
        ("Regulation (EU) 2016/679", "32016R0679"),
        ("Directive 95/46/EC", "31995L0046"),
        ("Implementing Decision (EU) 2016/1250", "32016D1250"),
        ("Decision No 1313/2013/EU", "32013D1313"),
        ("Council Regulation (EEC) No 2913/92", "31992R2913"),
        ("Recommendation 2003/361/EC", "32003H0361"),
        ("Article 2, point (9), and Article 22 of Directive 2013/34/EU", "32013L0034"),
        ("Article 3, points (a) to (m) and point (o), of Directive (EU) 2015/2366", "32015L2366"),
        ("Article 290 TFEU", "12016E/TXT"),
        ("Article 5 of the Treaty on European Union", "12016M/TXT"),
    ],
)
def test_another_act_has_its_celex_number(text, celex):
    assert {found[1] for found in cited(text)} == {celex}


def test_an_article_of_a_treaty_is_none_of_ours():
    assert [found[1] for found in cited("Article 5 of the Treaty")] == [None]


def test_what_the_document_does_not_have_is_not_invented():
    assert [found[1] for found in cited("Article 99")] == [None]
