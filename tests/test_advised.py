"""What a model says about norms that were found: taken where it may be, refused object by object where not."""

import json
from dataclasses import replace
from datetime import date

import pytest

from core import prompts
from core.errors import BadInput
from core.extract import advised
from core.extract.actions import actions
from core.extract.questions import NOT_ASKED, TWICE, new_figures
from core.extract.risk import LEVELS, obligation_risk
from core.extract.salvage import NO_JSON
from core.pipeline import analyze_reading
from tests.prompted_parts import harbour

TODAY = date(2031, 5, 1)


@pytest.fixture(scope="module")
def found():
    return analyze_reading(harbour()[0], today=TODAY)


def by_words(text):
    return len(text.split())


def asked_risks(found, most=2_000):
    return advised.risk_questions(found.obligations, found.document, by_words, most)


def asked_steps(found, most=2_000):
    made = actions(found.obligations, TODAY, document_type="policy")
    return made, advised.action_questions(made, found.obligations, found.document, by_words, most)


def asked_summary(found):
    return advised.summary_question(found.summary, found.obligations, found.document, by_words, 2_000)


def level(number, to="high", **more):
    return {"number": number, "level": to, "confidence": 0.9, "reason": "Ships may sink.", **more}


def step(number, title="Report every collision to the harbour office", **more):
    given = {"detail": "Keep a list of collisions.", "owner_role": "Operations", "priority": "medium"}
    return {"number": number, "title": title, **given, **more}


def answer(key, *rows):
    return json.dumps({key: rows})


# --- the questions ----------------------------------------------------------------------------------------------


def test_every_norm_is_asked_about_once_and_no_question_is_larger_than_it_may_be(found):
    asked = asked_risks(found, most=75)
    assert len(asked) > 1
    assert [one.id for question in asked for one in question.items] == [one.id for one in found.obligations]
    assert all(by_words("\n".join(question.values.values())) <= 75 for question in asked)


def test_a_norm_that_no_question_can_hold_is_refused(found):
    with pytest.raises(BadInput, match="choose a model with a larger context"):
        asked_risks(found, most=12)


@pytest.mark.parametrize("name", ["classify-risk", "recommend-actions", "summarise"])
def test_each_prompt_gets_its_values_with_the_laws_words_as_data(found, name):
    values = {
        "classify-risk": asked_risks(found)[0].values,
        "recommend-actions": asked_steps(found)[1][0].values,
        "summarise": asked_summary(found).values,
    }[name]
    rendered = prompts.render(prompts.prompt(name, "1.0.0"), values)
    assert "shall report a collision" in rendered.user
    assert "collision" not in rendered.system


# --- risk -------------------------------------------------------------------------------------------------------


def test_a_model_may_raise_a_level_and_its_reason_is_told(found):
    (question,) = asked_risks(found)
    ours = question.items[1].risk
    advice = advised.risks(question, answer("risks", level(2, "critical")))
    theirs = advice.items[1].risk
    assert ours.level != "critical"
    assert (theirs.level, theirs.score >= 65) == ("critical", True)
    assert theirs.reasons[-1] == "the model says critical: Ships may sink."
    assert [one.id for one in advice.items] == [one.id for one in question.items]
    assert advice.taken == 1


@pytest.mark.parametrize("ours", LEVELS)
@pytest.mark.parametrize("theirs", LEVELS)
def test_high_and_critical_never_fall_and_the_score_stays_with_its_level(found, ours, theirs):
    least = {"low": 0, "medium": 25, "high": 45, "critical": 65}
    risk = replace(found.obligations[0].risk, level=ours, score=least[ours])
    settled = advised.laid_over(risk, theirs, "")
    rank = LEVELS.index
    assert rank(settled.level) == (max(rank(ours), rank(theirs)) if ours in ("high", "critical") else rank(theirs))
    assert settled.level == max((name for name in LEVELS if settled.score >= least[name]), key=rank)


def test_wrong_numbers_unknown_levels_and_second_answers_are_rejected_and_ours_stands(found):
    (question,) = asked_risks(found)
    rows = [level(99), level(0), level(1, "doom"), level(2, "high"), level(2, "low"), level("3")]
    advice = advised.risks(question, answer("risks", *rows))
    assert sorted(one.reason for one in advice.rejected) == sorted(
        [
            NOT_ASKED,
            NOT_ASKED,
            TWICE,
            "The field level holds none of the words that were to choose from.",
            "The field number is of the wrong type.",
        ]
    )
    assert advice.items[1].risk.level == "high"
    assert [one.risk for n, one in enumerate(advice.items) if n != 1] == [
        one.risk for n, one in enumerate(question.items) if n != 1
    ]


@pytest.mark.parametrize("text", ["", "Everything is fine.", '{"risks": [{"number": 1, "lev'])
def test_an_answer_that_cannot_be_read_leaves_everything_as_it_was(found, text):
    (question,) = asked_risks(found)
    advice = advised.risks(question, text)
    assert (advice.items, advice.taken, len(advice.rejected)) == (question.items, 0, 1)


def test_a_models_own_words_steer_no_terminal_and_turn_no_writing(found):
    (question,) = asked_risks(found)
    advice = advised.risks(question, answer("risks", level(1, reason="It is \x1b[31mgrave\u202e and\u200b old.\x07")))
    assert advice.items[0].risk.reasons[-1] == "the model says high: It is [31mgrave and old."
    _, (steps,) = asked_steps(found)
    first = advised.steps(steps, answer("steps", step(1, "Report \x1b]every\x07 collision"))).items[0]
    assert first.title == "Report ]every collision"


# --- actions ----------------------------------------------------------------------------------------------------


def test_a_step_takes_the_models_words_and_keeps_our_duties_dates_and_the_laws_words(found):
    ours, (question,) = asked_steps(found)
    advice = advised.steps(question, answer("steps", step(1)))
    first = advice.items[0]
    assert (first.title, first.owner_role) == ("Report every collision to the harbour office", "Operations")
    assert first.detail == f"Keep a list of collisions.\n{ours[0].detail}"
    assert (first.id, first.obligation_ids, first.due) == (ours[0].id, ours[0].obligation_ids, ours[0].due)
    assert advice.items[1:] == ours[1:]


@pytest.mark.parametrize(("said", "needs"), [("critical", True), ("high", True), ("medium", False), ("low", False)])
def test_high_and_critical_need_approval_whoever_says_so(found, said, needs):
    _, (question,) = asked_steps(found)
    easy = replace(
        question, items=tuple((replace(a, priority="low", requires_approval=False), d) for a, d in question.items)
    )
    advice = advised.steps(easy, answer("steps", step(1, priority=said)))
    assert (advice.items[0].priority, advice.items[0].requires_approval) == (said, needs)
    grave = replace(
        question, items=tuple((replace(a, priority="critical", requires_approval=True), d) for a, d in question.items)
    )
    advice = advised.steps(grave, answer("steps", step(1, priority=said)))
    assert (advice.items[0].priority, advice.items[0].requires_approval) == ("critical", True)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (step(1, owner_role="The King"), advised.NO_ROLE),
        (step(1, "Report within 48 hours"), advised.NEW_FIGURE),
        (step(1, detail="Report within forty-eight hours."), advised.NEW_FIGURE),
        (step(1, detail="Report within twenty-four working days."), advised.NEW_FIGURE),
        (step(1, ""), advised.EMPTY),
        (step(1, "\u200b\x1b\u202e"), advised.EMPTY),
        (step(1, detail="See https://harbour.example for the form."), advised.NO_LINK),
        (step(1, "Report [here](harbour.example)"), advised.NO_LINK),
        (step(1, "Report " * 40), advised.TOO_LONG),
        (step(2, "Leave the berth before the fees are paid"), advised.NO_BAN),
        (step(9), NOT_ASKED),
        (step(1, priority="soon"), "The field priority holds none of the words that were to choose from."),
        (step(1, detail=None), "The field detail is of the wrong type."),
    ],
)
def test_a_step_that_invents_or_twists_something_is_rejected_and_ours_stands(found, wrong, reason):
    ours, (question,) = asked_steps(found)
    advice = advised.steps(question, answer("steps", wrong))
    assert advice.items == ours
    assert [one.reason for one in advice.rejected] == [reason]


@pytest.mark.parametrize(
    ("law", "said"),
    [
        ("within thirty (30) days", "30 days"),
        ("a 24-hour period", "within 24 hours"),
        ("2 % of turnover", "two per cent"),
        ("12 consecutive months", "twelve months"),
        ("five (5) Business Days", "5 working days"),
        ("one year", "1 year"),
    ],
)
def test_what_a_figure_counts_may_be_written_in_another_way(law, said):
    assert new_figures(said, f"1. {law}") == set()


def test_figures_of_the_law_may_be_repeated_in_words_or_digits(found):
    _, (question,) = asked_steps(found)
    rows = step(1, "Report collisions within twenty-four hours", detail="Note the hour; 24 hours is the limit.")
    assert advised.steps(question, answer("steps", rows)).taken == 1


def test_a_ban_said_as_a_ban_is_taken(found):
    _, (question,) = asked_steps(found)
    rows = step(2, "Prevent masters from leaving before the fees are paid")
    assert advised.steps(question, answer("steps", rows)).taken == 1


# --- summary ----------------------------------------------------------------------------------------------------


def told(sentence, *about):
    return {"sentence": sentence, "about": list(about)}


def numbers(found):
    """Modality → the number of the first such norm in the question."""
    items = asked_summary(found).items
    return {one.draft.modality: number for number, one in reversed(list(enumerate(items, 1)))}


def test_sentences_that_rest_on_norms_stand_before_the_counted_facts(found):
    rows = [told("Masters must report collisions within 24 hours.", numbers(found)["obligation"])]
    advice = advised.summarised(asked_summary(found), found.summary, answer("sentences", *rows))
    assert advice.items == (f"Masters must report collisions within 24 hours.\n\n{found.summary}",)


@pytest.mark.parametrize(
    ("sentence", "about", "reason"),
    [
        ("Masters must report collisions.", (), advised.NO_SOURCE),
        ("Masters must report collisions.", (77,), advised.NO_SOURCE),
        ("Masters must report collisions within 36 hours.", ("obligation",), advised.NEW_FIGURE),
        ("Breaches cost ten million crowns.", ("obligation",), advised.NEW_FIGURE),
        ("Masters must report collisions within 24 days.", ("obligation",), advised.NEW_FIGURE),
        ("Breaches cost 24 million.", ("obligation",), advised.NEW_FIGURE),
        ("Breaches cost 24 % of the fees.", ("obligation",), advised.NEW_FIGURE),
        ("Masters must report at www.harbour.example.", ("obligation",), advised.NO_LINK),
        ("Pilots must take a fee.", ("right",), advised.NO_DUTY),
        ("Reports of collisions are prohibited.", ("obligation",), advised.NO_DUTY),
        ("  ", ("obligation",), advised.EMPTY),
        ("Masters report. " * 40, ("obligation",), advised.TOO_LONG),
    ],
)
def test_a_sentence_that_claims_more_than_its_norms_is_left_out(found, sentence, about, reason):
    rows = told(sentence, *(numbers(found).get(one, one) for one in about))
    advice = advised.summarised(asked_summary(found), found.summary, answer("sentences", rows))
    assert (advice.items, advice.taken) == ((found.summary,), 0)
    assert [one.reason for one in advice.rejected] == [reason]


def test_no_summary_grows_without_end(found):
    rows = [told(f"Masters report{'s' * n}.", numbers(found)["obligation"]) for n in range(50)]
    advice = advised.summarised(asked_summary(found), found.summary, answer("sentences", *rows))
    assert (advice.taken, len(advice.rejected)) == (6, 44)


def test_a_summary_that_cannot_be_read_leaves_ours(found):
    advice = advised.summarised(asked_summary(found), found.summary, "Lovely harbour!")
    assert (advice.items, [one.reason for one in advice.rejected]) == ((found.summary,), [NO_JSON])


def test_the_models_risk_makes_the_priority_of_the_steps(found):
    (question,) = asked_risks(found)
    raised = advised.risks(question, answer("risks", level(1, "critical"))).items
    first = actions(raised, TODAY, document_type="policy")[0]
    assert (first.priority, first.requires_approval) == ("critical", True)
    assert obligation_risk(raised[0]).level != "critical"
