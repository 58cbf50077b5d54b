"""Acts of the European Union: recitals, articles, points, annexes, notes, and what they quote from other acts."""

import pytest

from core.ingest import markdown
from core.ingest.provisions import provisions
from core.types import Block, ParsedFile, Provision
from tests.shared import SHARED, needs_shared


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


ACT = """# REGULATION (EU) 2026/9999

THE COUNCIL,

Having regard to the Treaty,

Whereas:

(1) Trust is slow to grow.

(2) It is lost at once.

So much for trust.

HAVE ADOPTED THIS REGULATION:

## CHAPTER I

## General

### Article 1 — Duties

1. Firms shall:

(a) keep records of:

  (i) clients;

  (ii) payments;

(b) answer.

They may use a provider, where:

(a) it is fit.

2. Nobody else may.

### Article 2 — Definitions

For the purposes of this Regulation:

(1) ‘firm’ means a bank;

(2) ‘client’ means anybody else.

### Article 3 — Entry into force

This Regulation shall enter into force on 1 May 2026.

It shall apply from 1 May 2027.

This Regulation shall be binding in its entirety and directly applicable in all Member States.

Done at Brussels, 1 April 2026.

For the Council

J. DOE

# ANNEX I

## Forms

1. The form has a name.

2. It has:

(a) a date; and

(b) a place.

## Notes

(1) OJ C 1, 1.1.2026, p. 1.
"""


def test_an_act_of_the_union_is_cited_by_article_paragraph_and_point():
    assert paths(ACT) == [
        "Preamble, paragraph 1",
        "Preamble, paragraph 2",
        "Recital 1",
        "Recital 2",
        "Recital 2, second subparagraph",
        "Preamble, paragraph 3",
        "Article 1",
        "Article 1(1)",
        "Article 1(1)(a)",
        "Article 1(1)(a)(i)",
        "Article 1(1)(a)(ii)",
        "Article 1(1)(b)",
        "Article 1(1), second subparagraph",
        "Article 1(1), second subparagraph, point (a)",
        "Article 1(2)",
        "Article 2",
        "Article 2(1)",
        "Article 2(2)",
        "Article 3",
        "Article 3, second subparagraph",
        "Final formula, paragraph 1",
        "Signature, paragraph 1",
        "Signature, paragraph 2",
        "Signature, paragraph 3",
        "Annex I",
        "Annex I, point 1",
        "Annex I, point 2",
        "Annex I, point 2(a)",
        "Annex I, point 2(b)",
        "Note 1",
    ]


def test_each_provision_has_its_own_words_and_its_kind():
    found = {provision.path: provision for provision in read(ACT)}
    assert found["Article 1"].text == ""
    assert found["Article 1(1)(a)(i)"].text == "clients;"
    assert found["Article 2"].text == "For the purposes of this Regulation:"
    kinds = ("Recital 1", "Article 1", "Article 1(1)", "Article 1(1)(a)", "Annex I", "Note 1", "Signature, paragraph 2")
    assert [found[path].kind for path in kinds] == ["recital", "article", "paragraph", "point", "annex", "note", "note"]


def test_headings_name_an_article_and_all_that_is_in_it():
    found = {provision.path: provision for provision in read(ACT)}
    assert found["Article 1"].heading == found["Article 1(1)(a)(i)"].heading == "Duties"
    assert found["Annex I, point 2"].heading == "Forms"


def test_the_parent_of_a_point_holds_the_words_that_introduce_it():
    found = {provision.path: provision for provision in read(ACT)}
    by_id = {provision.id: provision.path for provision in read(ACT)}
    assert by_id[found["Article 1(1)(a)(i)"].parent or ""] == "Article 1(1)(a)"
    assert (
        by_id[found["Article 1(1), second subparagraph, point (a)"].parent or ""] == "Article 1(1), second subparagraph"
    )
    assert by_id[found["Article 1(2)"].parent or ""] == "Article 1"
    assert found["Article 1"].parent is None


AMENDING = """### Article 7 — Amendments

Directive (EU) 2015/849 is amended as follows:

(1) in Article 3, the following point is added:

  ‘(20) “address” means a place;’;

(2) the following articles are inserted:

### ‘Article 19a

  1. Members shall:

  (a) look; and

  (b) leap.

### Article 19b

  Nothing else.’;

(3) Article 4 is deleted.

### Article 8 — Repeal

Nothing is repealed.
"""


def test_articles_quoted_from_another_act_are_not_articles_of_this_one():
    found = read(AMENDING)
    assert [provision.path for provision in found if provision.kind == "article"] == ["Article 7", "Article 8"]
    assert [provision.path for provision in found][1:9] == [
        "Article 7(1)",
        "Article 7(1), inserted point (20)",
        "Article 7(2)",
        "Article 7(2), inserted Article 19a",
        "Article 7(2), inserted Article 19a(1)",
        "Article 7(2), inserted Article 19a(1)(a)",
        "Article 7(2), inserted Article 19a(1)(b)",
        "Article 7(2), inserted Article 19b",
    ]


def test_a_quotation_whose_end_was_lost_does_not_swallow_the_act():
    unclosed = AMENDING.replace("Nothing else.’;", "Nothing else.")
    assert [p.path for p in read(unclosed) if p.kind == "article"] == ["Article 7", "Article 8"]
    assert "Article 7(3)" in paths(unclosed)


def test_a_quotation_that_announces_the_next_one_ends_there():
    # Read block by block, the first quotation ended where it began, and the reader never came on.
    assert len(read("### Article 1\n\nThe following is added:\n\n‘Unit:\n\n‘Value\n\nNothing is repealed.")) >= 3


def test_a_definition_in_quotation_marks_is_no_quotation_of_another_act():
    assert paths("### Article 1\n\nIn this Regulation:\n\n(1) ‘firm’ means a bank;\n\n‘client’ means a person.")[
        -2:
    ] == [
        "Article 1(1)",
        "Article 1, second subparagraph",
    ]


# --- real regulations ------------------------------------------------------------------------------------------------


@needs_shared
@pytest.mark.parametrize(
    ("name", "articles", "recitals"), [("gdpr", 99, 173), ("dora", 64, 106), ("sfdr", 20, 35), ("tfr", 40, 65)]
)
def test_real_acts_have_their_articles_and_recitals(name: str, articles: int, recitals: int):
    # TFR's Article 38 inserts Articles 19a, 19b and 24a into another act: 40 articles are its own.
    path = next((SHARED / "regulations").glob(f"{name}_*original-oj*.md"))
    found = provisions(markdown.parse(path.read_bytes()), "d", "l")
    kinds = [provision.kind for provision in found]
    assert (kinds.count("article"), kinds.count("recital")) == (articles, recitals)
    assert [p.path for p in found if p.kind == "article"] == [f"Article {n}" for n in range(1, articles + 1)]


@needs_shared
def test_doras_three_reports_stand_under_the_paragraph_that_introduces_them():
    path = next((SHARED / "regulations").glob("dora_*original-oj*.md"))
    found = {provision.path: provision for provision in provisions(markdown.parse(path.read_bytes()), "d", "l")}
    for letter, opening in (("a", "an initial notification"), ("b", "an intermediate report"), ("c", "a final report")):
        assert found[f"Article 19(4)({letter})"].text.startswith(opening)
        assert found[f"Article 19(4)({letter})"].parent == found["Article 19(4)"].id


STATUTE = """# Custody Act 2031

## 12 Duty to register

(1) A person must register.

(2) A person who contravenes subsection (1) commits an offence under this section.

## 13 Records

(1) A registered person must keep a list.
"""


def test_sections_of_a_statute_are_cited_as_sections_though_the_text_begins_late():
    assert "Section 12(1)" in paths(STATUTE)
    assert "Section 13(1)" in paths(STATUTE)


def test_an_article_may_open_with_any_number():
    text = "### Article 19\n\n6. The bank shall report.\n\n8. The bank shall keep records."
    assert paths(text)[-2:] == ["Article 19(6)", "Article 19(8)"]
