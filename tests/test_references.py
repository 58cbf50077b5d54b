"""A citation finds its provision in the document, or the number of another act."""

import pytest

from core.language.references import places, references
from core.types import Provision, Span

PATHS = [
    "Article 5", "Article 5(1)", "Article 5(2)", "Article 5(2)(a)", "Article 5(2)(b)",
    "Article 5(2), second subparagraph", "Article 6", "Article 7", "Article 8", "Article 20", "Article 20(a)",
    "Article 20(a)(ii)",
    "Annex I", "§ 1016.4", "4.2", "Outsourcing 2.1", "Recital 5",
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
    ],
)
def test_a_citation_inside_the_document_is_resolved(text, target):
    assert [found[1] for found in cited(text)] == [target]


def test_the_first_subparagraph_is_the_paragraph_itself():
    assert cited("the first subparagraph", "Article 5(2), second subparagraph") == [
        ("the first subparagraph", "Article 5(2)")
    ]


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
    ],
)
def test_another_act_has_its_celex_number(text, celex):
    assert [found[1] for found in cited(text)] == [celex]


def test_an_article_of_a_treaty_is_none_of_ours():
    assert [found[1] for found in cited("Article 5 of the Treaty")] == [None]


def test_what_the_document_does_not_have_is_not_invented():
    assert [found[1] for found in cited("Article 99")] == [None]
