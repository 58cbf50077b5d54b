"""The summary holds counted facts only; the quality says how far to trust the reading, and why."""

from dataclasses import replace

import pytest

from core.extract.quality import quality
from core.extract.summary import named, summary
from core.types import Coverage, Page, Passage, Quality, Rejected, Risk, Scope, Ungrounded
from tests.norms import deadline, document, norm

IN_SCOPE = Scope("in_scope", ("it presents itself as a regulation (+4.0)",))
DONE = Coverage(2, 2)


def told(*obligations, scope=IN_SCOPE, actions=(), risk=None, coverage=DONE, **fields):
    return summary(document(**fields), scope, obligations, actions, risk or Risk("low", 12), coverage)


def test_the_summary_counts_duties_rights_and_bearers():
    text = told(
        norm("Firms shall act.", bearer="Firms"),
        norm("The firm shall rest.", bearer="firm"),
        norm("Firms may act.", modality="permission"),
        title="The Act",
    )
    assert text.startswith("The Act holds 2 duties, with 1 permission.")
    assert "(2)" in text
    assert "2 of 2 normative sentences are accounted for." in text


def test_the_tightest_words_of_the_firms_riskiest_duty_are_the_example():
    hurried = norm("It shall act within 72 hours.", deadlines=(deadline("within 72 hours", "period", "PT72H"),))
    assert "1 duty names a deadline, for example “within 72 hours” in Article 1" in told(hurried)


def test_what_is_not_accounted_for_is_said():
    gaps = Coverage(3, 2, (Passage("They must act.", 0),))
    assert "2 of 3 normative sentences are accounted for; 1 needs a look." in told(norm("It shall act."), coverage=gaps)


def test_an_escalated_document_says_that_it_waits():
    text = told(norm("It shall act."), scope=Scope("escalate", ("the language is da",)), title="The Act")
    assert text.startswith("The Act waits for a person's decision: the language is da.")


def test_an_out_of_scope_document_says_why_in_words():
    reasons = ("it has 1.0 points", "3 normative words (+1.0)", "it reads like a recipe (oven) (-6.0)")
    text = told(scope=Scope("out_of_scope", reasons), title="Soup", coverage=Coverage(0, 0))
    assert text == (
        "Soup was not analysed, because it lays down no rules: it has 1.0 points; it reads like a recipe (oven) (-6.0)."
    )


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Clean desk policy", "Clean desk policy"),
        (
            "Regulation (XU) 2025/14 of the Assembly and of the Council of 1 May 2025 on the safekeeping of the funds"
            " of clients and amending Regulation (XU) 2019/3",
            "Regulation (XU) 2025/14",
        ),
        ("", "This document"),
    ],
)
def test_a_title_is_what_people_say(title, short):
    assert named(document(title=title)) == short


def test_a_clean_reading_has_quality_five():
    assert quality(document(), [norm("It shall act.")], DONE) == Quality(
        5, ("Everything was read, matched and accounted for.",)
    )


@pytest.mark.parametrize(
    ("shortcoming", "words"),
    [
        ({"pages": (Page(1, 1, 1, "unread"), Page(2, 1, 1))}, "pages could not be read"),
        ({"pages": (Page(1, 1, 1, "ocr"),)}, "read from images"),
        ({"coverage": Coverage(2, 1, (Passage("x", 0),))}, "not accounted for"),
        ({"ungrounded": (Ungrounded("x", "y"),)}, "not in the source"),
        ({"rejected": (Rejected("x"),)}, "could not be read"),
        ({"obligations": [replace(norm("It shall act."), match="fuzzy")]}, "only resemble"),
        ({"obligations": [replace(norm("It shall act."), confidence=0.3)]}, "unsure"),
    ],
)
def test_each_shortcoming_costs_quality_and_is_named(shortcoming, words):
    given = {"obligations": [norm("It shall act.")], "coverage": DONE, **shortcoming}
    pages = given.pop("pages", ())
    result = quality(document(pages=pages), **given)
    assert result.score < 5
    assert any(words in reason for reason in result.reasons)


def test_quality_never_falls_below_one():
    worst = quality(
        document(pages=(Page(1, 1, 1, "unread"),)),
        [replace(norm("It shall act."), match="fuzzy", confidence=0.1)],
        Coverage(9, 0, tuple(Passage("x", 0) for _ in range(9))),
        [Ungrounded("x", "y")] * 9,
        [Rejected("x")] * 9,
    )
    assert worst.score == 1


def test_a_text_that_is_not_understood_has_quality_one():
    assert quality(document(language="da"), [], Coverage(0, 0), understood=False).score == 1
