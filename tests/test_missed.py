"""The second pass: which sentences are still open, and what a model's answer about them comes to."""

import json
from dataclasses import replace

import pytest

from core import prompts
from core.extract import prompted
from core.extract.missed import NO_KIND, NO_REASON, NOT_ASKED, missed, parts
from core.extract.windows import windows
from tests.prompted_parts import DRY, FEE, LEAVE, REPORT, SERVED, VISIT, answer, harbour, norm
from tests.readings import reading


@pytest.fixture
def law():
    return harbour()


def first_pass(law, *norms):
    document, (window,), around = law
    told = prompted.read(window, answer(*norms), document.document, around)
    return prompted.grounded(window, told.drafts, around, "m").obligations


def still_open(law, obligations=(), statements=()):
    document, (window,), around = law
    return missed(window, document.document, obligations, statements, around)


def verdict(number, **fields):
    empty = dict.fromkeys(("quote", "lead_in", "bearer", "action", "deadline", "condition", "exception", "reason"), "")
    return {
        "number": number,
        "norm": True,
        "kind": "norm",
        "modality": "obligation",
        "confidence": 0.8,
        **empty,
        **fields,
    }


def judge(law, asked, *verdicts):
    _, (window,), around = law
    return prompted.answered(window, asked, json.dumps({"sentences": verdicts}), around)


def quotes(asked):
    return [one.passage.text for one in asked.sentences]


def test_every_sentence_with_a_normative_mark_is_open_before_anything_is_read(law):
    asked = still_open(law)
    lead_in = "Each morning the master shall:"
    assert quotes(asked) == [REPORT, LEAVE, lead_in, DRY, DRY, VISIT, FEE, SERVED]
    assert asked.total == 8


def test_what_a_norm_or_its_lead_in_covers_is_not_asked_again(law):
    found = first_pass(
        law,
        norm("Article 2(1)", REPORT),
        norm("Article 2(3)(a)", "inspect the moorings;", lead_in="Each morning the master shall:"),
        norm("Article 2(4)", DRY),
    )
    asked = still_open(law, found)
    assert quotes(asked) == [LEAVE, DRY, VISIT, FEE, SERVED]
    assert asked.sentences[1].passage.start == law[0].document.text.rindex(DRY)


def test_a_sentence_of_which_only_a_part_is_covered_is_still_open():
    text = "The master shall sound the horn; the pilot shall answer it."
    law = reading(f"Article 1\n{text}")
    found = windows(law.document, law.provisions, len, 5_000)
    whole = law, found, prompted.Surroundings(law.document, law.provisions)
    half = first_pass(whole, norm("Article 1", "The master shall sound the horn"))
    assert quotes(still_open(whole, half)) == [text]
    assert not still_open(whole, (*half, *first_pass(whole, norm("Article 1", "the pilot shall answer it."))))


def test_the_prompt_gets_numbers_places_and_words_and_nothing_is_asked_when_nothing_is_open(law):
    asked = still_open(law)
    rendered = prompts.render(prompts.prompt("find-missed", "1.0.0"), asked.values)
    assert f"2. Article 2(2) (Duties of masters)\n{LEAVE}" in rendered.user
    everything = [norm("Article 2(1)", quote) for quote in (*quotes(asked),)]
    assert not still_open(law, first_pass(law, *everything))


def test_a_document_without_a_title_can_be_asked_about_too(law):
    untitled = replace(law[0], document=replace(law[0].document, title=" "))
    asked = still_open((untitled, *law[1:]))
    assert "this document" in prompts.render(prompts.prompt("find-missed", "1.0.0"), asked.values).user


def test_more_than_one_question_can_hold_is_asked_in_several_and_what_fits_into_none_stays_open(law):
    asked = still_open(law)
    made = parts(asked, lambda text: len(text.split()), 30)
    assert len(made) > 2
    assert all(len(" ".join(one.values.values()).split()) <= 30 for one in made)
    assert [s for one in made for s in one.sentences] == [s for s in asked.sentences if s.passage.text != REPORT]
    assert parts(asked, len, 100_000) == (asked,)
    assert parts(asked, len, 3) == ()


def test_an_answer_gives_drafts_and_statements_and_what_it_leaves_out_stays_open(law):
    asked = still_open(law)
    told = judge(
        law,
        asked,
        verdict(2, modality="prohibition", quote=LEAVE, bearer="A master"),
        verdict(8, norm=False, kind="legal effect", modality="none", reason="It says when it counts as served."),
    )
    _, (window,), around = law
    found = prompted.grounded(window, told.drafts, around, "m").obligations
    assert [(one.draft.quote.text, one.draft.modality, one.rule) for one in found] == [
        (LEAVE, "prohibition", "find-missed/1.0.0")
    ]
    (statement,) = told.statements
    assert (statement.kind, statement.quote.text, statement.quote.start) == (
        "legal effect",
        SERVED,
        law[0].document.text.index(SERVED),
    )
    assert len(still_open(law, found, told.statements).sentences) == 6


def test_a_norm_without_a_quote_is_the_sentence_that_was_asked_about(law):
    (draft,) = judge(law, still_open(law), verdict(7, modality="right")).drafts
    assert draft.quote.text == FEE


def test_a_quote_that_the_window_does_not_hold_is_ungrounded_here_too(law):
    told = judge(law, still_open(law), verdict(7, quote="A pilot shall work without a fee on Sundays."))
    _, (window,), around = law
    assert len(prompted.grounded(window, told.drafts, around, "m").ungrounded) == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (verdict(0), NOT_ASKED),
        (verdict(9), NOT_ASKED),
        (verdict(1, modality="none"), NO_KIND),
        (verdict(1, norm=False), NO_REASON),
        (verdict("1"), "The field number is of the wrong type."),
        (verdict(1, norm="yes"), "The field norm is of the wrong type."),
        (verdict(1, kind="poem"), "The field kind holds none of the words that were to choose from."),
    ],
)
def test_an_answer_about_nothing_or_of_no_kind_is_rejected_alone(law, wrong, reason):
    told = judge(law, still_open(law), wrong, verdict(2, quote=LEAVE, modality="prohibition"))
    assert [one.reason for one in told.rejected] == [reason]
    assert len(told.drafts) == 1


def test_the_same_verdict_a_hundred_times_is_one(law):
    told = judge(law, still_open(law), *[verdict(2, quote=LEAVE)] * 100)
    assert (len(told.drafts), told.repeated) == (1, 99)
