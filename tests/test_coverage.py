"""Every normative sentence is accounted for, or listed: whatever the engine overlooks shows."""

import pytest

from core.extract.coverage import coverage
from core.types import Obligation, Passage, Statement
from tests.norms import document, norm, provision

DUTY = "Operators shall keep a register."
OTHER = "Operators must not sell it."


def covered(text, provisions=None, obligations=(), statements=()):
    return coverage(document(text), provisions or [provision(text)], obligations, statements)


def test_a_duty_that_the_engine_found_is_covered():
    result = covered(DUTY, obligations=[norm(DUTY)])
    assert (result.normative_sentences, result.covered, result.uncovered) == (1, 1, ())


def test_a_duty_that_the_engine_overlooked_is_listed_with_its_place():
    text = f"{DUTY} {OTHER}"
    result = covered(text, obligations=[norm(DUTY)])
    assert (result.normative_sentences, result.covered) == (2, 1)
    assert result.uncovered == (Passage(OTHER, text.index(OTHER)),)


def test_a_statement_accounts_for_its_sentence_only_where_it_is_located():
    said = Statement(provision(DUTY), Passage(DUTY, 0), "scope", "why")
    lost = Statement(provision(DUTY), Passage(DUTY, None), "scope", "why")
    assert covered(DUTY, statements=[said]).uncovered == ()
    assert len(covered(DUTY, statements=[lost]).uncovered) == 1


def test_half_a_sentence_does_not_cover_a_mark_in_the_other_half():
    text = "Operators shall keep a register; the authority may ask for it."
    half = norm("Operators shall keep a register;")
    assert isinstance(half, Obligation)
    assert covered(text, obligations=[half]).covered == 0


def test_a_lead_in_is_covered_by_its_items():
    from tests.norms import listed

    items = listed("Operators shall:", ("keep a register;", "keep"), ("show it.", "show"))
    text = "Operators shall:\n\nkeep a register;\n\nshow it."
    assert covered(text, obligations=items).covered == 1


@pytest.mark.parametrize("kind", ["recital", "note", "preamble"])
def test_recitals_and_notes_direct_nobody(kind):
    assert covered(DUTY, [provision(DUTY, kind=kind)]).normative_sentences == 0


def test_what_stands_under_a_recital_is_part_of_it():
    text = f"{DUTY}\n\n{OTHER}"
    recital = provision(DUTY, "Recital 1", kind="recital")
    below = provision(OTHER, "Recital 1, second subparagraph", len(DUTY) + 2, "subparagraph", "Recital 1")
    assert covered(text, [recital, below]).normative_sentences == 0


def test_text_between_two_provisions_is_looked_at_too():
    text = f"{DUTY}\n\n{OTHER}\n\nThe end."
    around = [provision(DUTY), provision("The end.", "Article 2", len(text) - len("The end."))]
    assert [passage.text for passage in covered(text, around, [norm(DUTY)]).uncovered] == [OTHER]


def test_text_after_the_last_provision_is_looked_at_too():
    text = f"{DUTY}\n\n{OTHER}"
    result = covered(text, [provision(DUTY)], obligations=[norm(DUTY)])
    assert [passage.text for passage in result.uncovered] == [OTHER]


@pytest.mark.parametrize(
    "text",
    ["Done at Exampleton, 31 May 2023.", "DATED MAY 20, 1992", "The operator keeps a register.", "A musty mayor."],
)
def test_words_that_only_look_like_a_mark_are_none(text):
    assert covered(text).normative_sentences == 0


@pytest.mark.parametrize("mark", ["SHALL", "must", "may not", "is\nrequired to", "are prohibited", "undertakes to"])
def test_every_mark_counts_in_any_case_and_across_lines(mark):
    assert covered(f"The operator {mark} act.").normative_sentences == 1


def test_an_empty_text_has_nothing_to_cover():
    assert covered("", []).normative_sentences == 0
