"""Risk names its factors, and tells the few things that cannot wait from the many that can."""

from collections import Counter
from dataclasses import replace

import pytest

from core.extract.risk import document_risk, obligation_risk
from core.types import DUTIES, Passage, Reference, Risk
from tests.norms import deadline, norm
from tests.shared import SHARED, needs_shared

BREACH = "The operator shall notify the supervisory authority of a personal data breach within 72 hours."


def breach(**fields):
    return norm(BREACH, "notify", deadlines=(deadline("within 72 hours", "period", "PT72H"),), **fields)


def test_a_breach_notice_in_72_hours_is_critical_and_says_why():
    risk = obligation_risk(breach())
    assert risk.level == "critical"
    told = " ".join(risk.reasons)
    for factor in ("deadline", "notification to an authority", "security incident", "personal data"):
        assert factor in told


def test_the_words_that_show_a_factor_are_whole_words():
    # The word list has their beginnings ("notif", "competent authorit").
    quote = "The operator shall provide notification of a major incident to the competent authorities."
    told = " ".join(obligation_risk(norm(quote, "provide notification")).reasons)
    assert "“notification … competent authorities”" in told


def test_a_plain_duty_is_low():
    assert obligation_risk(norm("The operator shall appoint a chair.")).level == "low"


def test_a_permission_is_low_whatever_it_speaks_of():
    risk = obligation_risk(breach(modality="permission"))
    assert risk.level == "low"
    assert any("not a duty" in reason for reason in risk.reasons)


def test_a_duty_of_an_authority_weighs_less_for_the_firm():
    assert obligation_risk(breach(kind="authority")).score < obligation_risk(breach()).score / 2


def test_a_prohibition_weighs_more_than_a_duty():
    text = "The operator shall not use client funds."
    duty = norm(text.replace(" not", ""))
    assert obligation_risk(norm(text, modality="prohibition")).score > obligation_risk(duty).score


@pytest.mark.parametrize(("iso", "more", "less"), [("PT4H", "PT4H", "P1M"), ("P5D", "P5D", "P1Y")])
def test_the_tighter_the_deadline_the_higher_the_score(iso, more, less):
    def scored(length):
        return obligation_risk(
            norm("The operator shall act in time.", deadlines=(deadline("in time", "period", length),))
        )

    assert scored(more).score > scored(less).score


def test_a_sanction_elsewhere_in_the_act_counts_and_is_quoted():
    fined = norm("The operator shall keep it.", sanctions=(Reference(Passage("Breaches are fined"), None),))
    assert any(reason.startswith("sanctioned: “Breaches are fined”") for reason in obligation_risk(fined).reasons)


def test_the_bearers_own_name_is_no_factor():
    text = "Outsourcing firms shall appoint a chair."
    assert obligation_risk(norm(text, bearer="Outsourcing firms")).score == obligation_risk(norm("It shall act.")).score


def test_reasons_come_largest_first_and_scores_stay_in_bounds():
    everything = norm(
        BREACH
        + " It shall safeguard client funds, own funds, children's data sent to third countries by a subcontractor,"
        " report money laundering and pay administrative fines.",
        deadlines=(deadline("within 72 hours", "period", "PT1H"),),
    )
    risk = obligation_risk(everything)
    points = [int(reason.rsplit("+", 1)[1].rstrip(")")) for reason in risk.reasons]
    assert points == sorted(points, reverse=True)
    assert risk.score == 100


def test_other_weights_may_be_given():
    from core.settings import lexicon

    strict = {**lexicon("risk"), "levels": {"medium": 1, "high": 2, "critical": 3}}
    assert obligation_risk(norm("The operator shall appoint a chair."), strict).level == "critical"


def graded(*levels):
    scores = {"low": 10, "medium": 30, "high": 50, "critical": 80}
    base = norm("The operator shall act.")
    return [replace(base, risk=Risk(level, scores[level])) for level in levels]


def test_a_document_is_as_risky_as_enough_of_its_duties():
    assert document_risk(graded(*["low"] * 97, "critical", "high", "high")).level == "high"
    assert document_risk(graded(*["low"] * 97, *["critical"] * 3)).level == "critical"
    assert document_risk(graded("low", "low", "critical")).level == "critical"


def test_a_document_without_duties_is_low_and_says_so():
    assert document_risk([]) == Risk("low", 0, ("No duties were found.",))


@needs_shared
@pytest.mark.parametrize(
    "name", ["gdpr_32016R0679_original-oj_2016-04-27_EN.md", "dora_32022R2554_original-oj_2022-12-14_EN.md"]
)
def test_the_levels_of_real_regulations_are_spread_so_that_they_help(name):
    from core.pipeline import analyze_reading
    from tests.readings import reading

    analysis = analyze_reading(reading((SHARED / "regulations" / name).read_text("utf-8"), name))
    ours = [
        one for one in analysis.obligations if one.draft.modality in DUTIES and one.draft.bearer.kind == "regulated"
    ]
    levels = Counter(one.risk.level for one in ours)
    assert 0 < levels["critical"] < 0.12 * len(ours)
    assert 0.05 * len(ours) < levels["high"] < 0.35 * len(ours)
    assert levels["low"] > 0.1 * len(ours)
    top = max(ours, key=lambda one: one.risk.score)
    assert "breach" in top.draft.quote.text or "incident" in top.draft.quote.text
