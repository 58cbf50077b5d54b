"""Where the subject of a rule starts and which word is its verb: each rule with a sentence that made it necessary."""

import pytest

from core.language.chunks import depths
from core.language.clauses import first_subject
from core.language.further_clauses import next_subject
from core.language.predicates import verb_after
from core.language.tokens import tokens


def parsed(text: str) -> list[tuple[str, str, str]]:
    """(role, subject, verb) of each modal in a sentence."""
    words = tokens(text)
    depth, found, last = depths(words), [], None
    for mark, token in enumerate(words):
        if token.kind != "modal":
            continue
        subject = first_subject(words, depth, 0, mark) if last is None else next_subject(words, depth, last + 1, mark)
        verb = verb_after(words, mark + 1, len(words))
        said = text[words[subject.start].start : words[subject.end - 1].end] if subject.end > subject.start else ""
        found.append((subject.role, said, words[verb].text if verb is not None else ""))
        last = mark if subject.role != "subordinate" else last
    return found


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Where an outage occurs and lasts, payment firms shall report it.", "payment firms"),
        ("By 31 December 2030, and every two years thereafter, the Agency shall report.", "the Agency"),
        ("Firms, other than small firms, shall review it.", "Firms"),
        ("The team or, where applicable, the authority shall answer.", "The team or, where applicable, the authority"),
        ("AAA, BBB or CCC shall decide.", "AAA, BBB or CCC"),
        ("Following that report, AAA, BBB or CCC shall decide.", "AAA, BBB or CCC"),
        ("The agencies, through a committee, and in consultation with the bank, shall draft it.", "The agencies"),
        ("Where a firm does so it must tell the regulator.", "it"),
        ("In such cases the authorities of the state shall act.", "the authorities of the state"),
        ("Where the customer objects to processing for sales purposes, the firm shall stop.", "the firm"),
        ("When drafting those standards, the agencies shall consult.", "the agencies"),
        ("Subject to paragraph 3, and where appropriate for a fee, travellers shall board.", "travellers"),
        ("Recipients, including persons that complained, addressed by the order shall answer.", "Recipients"),
        ("The bodies, when taking a decision as referred to in point (a), shall weigh it.", "The bodies"),
        ("Institutions that use the form must sign it.", "Institutions that use the form"),
        ("A firm which submits a plan shall keep it.", "A firm which submits a plan"),
        ("If a firm punishes anybody for a failure that breaches a rule it must say so.", "it"),
    ],
)
def test_the_subject_starts_after_what_introduces_it(text, subject):
    assert parsed(text)[0][:2] == ("main", subject)


@pytest.mark.parametrize(
    "text",
    [
        "Where the firm may process data for sales.",
        "Where, in the course of business, the firm may sell it.",
        "the conditions under which the firm may process data",
    ],
)
def test_a_modal_inside_a_condition_or_an_object_relative_rules_nothing(text):
    assert parsed(text)[0][0] == "subordinate"


def test_a_modal_in_the_condition_leaves_the_main_clause_its_own():
    assert [found[0] for found in parsed("Where the firm may sell it, it shall say so.")] == ["subordinate", "main"]


def test_a_second_modal_shares_the_subject_or_brings_its_own():
    assert [f[0] for f in parsed("The bank shall report and shall keep records.")] == ["main", "same"]
    text = "The bank shall report and the agency shall publish it."
    assert [f[:2] for f in parsed(text)] == [("main", "The bank"), ("main", "the agency")]


def test_a_relative_pronoun_before_the_modal_is_its_subject():
    assert parsed("Banks shall tell the authority, which shall pass it on.")[1][0] == "relative"


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("The firm shall immediately notify it.", "notify"),
        ("The firm shall, on a voluntary basis, notify it.", "notify"),
        (
            "The firm shall without delay and, where feasible, within 72 hours after having become aware, notify it.",
            "notify",
        ),
        ("The firm shall upon receipt of the form referred to in Annex 13c assign without delay a number.", "assign"),
        ("The firm shall, within the limits of Article 20, point (a), point (ii), submit a report.", "submit"),
        ("The firm shall either notify it or wait.", "notify"),
        ("The firm or, where Member State law so requires, the state shall, designate it.", "designate"),
    ],
)
def test_the_verb_is_the_next_word_that_is_no_adverb_or_insertion(text, verb):
    assert parsed(text)[0][2] == verb
