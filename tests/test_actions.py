"""From duties to steps: an instruction, an owner, a date, and whether somebody must approve it first."""

from dataclasses import replace
from datetime import date

import pytest

from core.extract.actions import actions, due
from core.extract.durations import added, hours
from core.extract.titles import title
from core.settings import lexicon
from core.types import Applies, Risk
from tests.norms import deadline, listed, norm

TODAY = date(2026, 11, 20)  # a Friday
POLICY = lexicon("actions")


def only(*obligations, **options):
    (action,) = actions(obligations, TODAY, **options)
    return action


def graded(obligation, level):
    return replace(obligation, risk=Risk(level, 50, (f"because it is {level}",)))


def worded(action, quote="The operator shall act.", **fields):
    return title([norm(quote, action, **fields).draft], 90)


def test_a_duty_becomes_an_instruction_with_its_source():
    step = only(norm("The operator shall notify the authority of a breach.", "notify the authority of a breach"))
    assert step.title == "Notify the authority of a breach"
    assert step.detail.startswith("Article 1: “The operator shall notify the authority of a breach.”")
    assert "Who: operator" in step.detail
    assert len(step.id) == 16


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"action": "sell the data;"}, "Sell the data (Trading in data)"),
        (
            {"action": "share passwords with anybody else", "modality": "prohibition"},
            "Do not share passwords with anybody else",
        ),
        (
            {
                "action": "contain the name and the date of each entry",
                "quote": "That record shall contain the name and the date of each entry.",
                "explicit": False,
            },
            "Ensure that the record contains the name and the date of each entry",
        ),
        (
            {
                "action": "involve more than ten files at a time",
                "quote": "Transfers shall not involve more than ten files at a time.",
                "explicit": False,
                "modality": "prohibition",
            },
            "Do not involve more than ten files at a time",
        ),
        (
            {"action": "produce, after collecting and analysing all relevant information, the final report"},
            "Produce the final report",
        ),
        (
            {"action": "first paragraph, point (a), submit a report to the authority"},
            "Submit a report to the authority",
        ),
        ({"action": "set up a crisis management function, which"}, "Set up a crisis management function"),
    ],
)
def test_titles_are_instructions_that_a_person_would_write(fields, wanted):
    given = {"heading": "Trading in data", **fields}
    assert worded(given.pop("action"), given.pop("quote", "The operator shall act."), **given) == wanted


def test_a_long_title_ends_where_a_clause_ends():
    long = (
        "maintain a register of all contracts in accordance with Article 7(2), including their dates, and "
        + "more " * 30
    )
    assert worded(long) == "Maintain a register of all contracts in accordance with Article 7(2)"


def test_no_title_is_longer_than_allowed():
    assert len(worded("keep " + "very " * 60 + "long lists")) <= 90


def test_the_items_of_one_list_are_one_step():
    items = listed(
        "The operator shall provide the client with all of the following:",
        ("the price;", "provide the client with the price"),
        ("the term.", "provide the client with the term"),
    )
    step = only(*items)
    assert step.title == "Provide the client with all of the following (2 items)"
    assert step.obligation_ids == tuple(item.id for item in items)
    assert "the term" in step.detail


def test_items_with_verbs_of_their_own_are_named_by_the_first():
    items = listed("The operator shall:", ("keep records of calls;", "keep records of calls"), ("report.", "report"))
    assert only(*items).title == "Keep records of calls (and 1 more)"


def test_the_same_duty_written_twice_is_one_step():
    twice = [norm(f"{word}, the operator shall inform the client.", "inform the client of it") for word in ("A", "B")]
    assert len(only(*twice).obligation_ids) == 2


@pytest.mark.parametrize("kind", ["authority", "eu_body", "member_state", "person"])
def test_duties_of_others_are_no_steps_of_the_firm(kind):
    assert actions([norm("It shall act.", kind=kind)], TODAY) == ()


def test_the_people_of_a_policy_are_the_firms_own():
    assert actions([norm("Staff shall act.", kind="person")], TODAY, document_type="policy") != ()


def test_permissions_and_duties_of_another_kind_of_firm_are_no_steps():
    other = replace(norm("Banks shall act."), applies=Applies("no", "another kind of firm"))
    assert actions([norm("The operator may act.", modality="permission"), other], TODAY) == ()


def test_consequences_ask_for_no_step():
    assert actions([norm("The operator shall be liable.", "be liable for the damage")], TODAY) == ()


def test_a_passive_among_duties_of_authorities_is_not_the_firms():
    public = norm("The authority shall act.", kind="authority", bearer="authority", path="Article 9(1)")
    passive = norm("Access shall be granted.", kind="unspecified", bearer="", path="Article 9(2)")
    assert actions([public, passive], TODAY) == ()
    assert len(actions([passive], TODAY)) == 1


@pytest.mark.parametrize(("level", "approval"), [("low", False), ("medium", False), ("high", True), ("critical", True)])
def test_high_and_critical_always_need_approval(level, approval):
    assert only(graded(norm("It shall act."), level)).requires_approval is approval


@pytest.mark.parametrize(
    ("level", "day"),
    [("critical", "2026-11-22"), ("high", "2026-12-04"), ("medium", "2026-12-20"), ("low", "2026-12-20")],
)
def test_without_a_legal_deadline_the_risk_sets_the_date(level, day):
    assert only(graded(norm("It shall act."), level)).due == day


def test_a_date_in_the_law_is_the_due_date():
    dated = norm(
        "It shall act by 17 January 2027.", deadlines=(deadline("by 17 January 2027", "date", date="2027-01-17"),)
    )
    assert only(dated).due == "2027-01-17"


def test_a_period_waits_for_its_event_and_says_so():
    hurried = deadline("within 72 hours", "period", "PT72H", anchor="becoming aware of the breach")
    step = only(norm("It shall act within 72 hours.", deadlines=(hurried,)))
    assert step.due is None
    assert "When: within 72 hours (from: becoming aware of the breach)" in step.detail


@pytest.mark.parametrize(
    ("made", "day"),
    [
        (deadline("every year", "recurrence", "R/P1Y"), date(2027, 11, 20)),
        (deadline("quarterly", "recurrence", "R/P3M"), date(2027, 2, 20)),
        (deadline("every two years", "recurrence", "R/P2Y", date="2025-01-17"), date(2027, 1, 17)),
        (deadline("every year", "recurrence", "R/P1Y", date="2019-01-17"), date(2027, 1, 17)),
        (deadline("regularly", "recurrence"), None),
        (deadline("for five years", "retention", "P5Y"), date(2026, 12, 20)),
        (deadline("without undue delay", "immediate"), None),
    ],
)
def test_each_kind_of_deadline_has_its_due_date(made, day):
    assert due(made, "low", TODAY, POLICY) == day


def test_an_item_with_a_deadline_of_its_own_stays_on_its_own():
    items = listed(
        "The operator shall submit:", ("a notice in 4 hours;", "submit a notice"), ("a report.", "submit a report")
    )
    own = deadline("in 4 hours", "period", "PT4H")
    place = replace(own, passage=replace(own.passage, start=items[0].span.start + 9))
    hurried = replace(items[0], deadline=place)
    assert len(actions([hurried, items[1]], TODAY)) == 2


@pytest.mark.parametrize(
    ("quote", "role"),
    [
        ("It shall notify the personal data breach.", "Data Protection Officer"),
        ("It shall test its ICT systems.", "CISO"),
        ("It shall list its ICT third-party service providers.", "Procurement"),
        ("It shall report money laundering.", "MLRO"),
        ("It shall hold own funds.", "Finance"),
        ("It shall answer each complaint.", "Customer Service"),
        ("It shall invest client funds in no security.", "Finance"),
        ("It shall tell the competent authority of its contracts.", "Compliance"),
        ("It shall act.", "Compliance"),
    ],
)
def test_the_topic_names_the_owner(quote, role):
    assert only(norm(quote)).owner_role == role


def test_conditions_and_exceptions_are_told():
    from core.types import Passage

    step = only(
        norm(
            "Where asked, it shall act unless exempt.",
            conditions=(Passage("Where asked"),),
            exceptions=(Passage("unless exempt"),),
        )
    )
    assert "Only: Where asked" in step.detail
    assert "Except: unless exempt" in step.detail


@pytest.mark.parametrize(
    ("start", "period", "days", "end"),
    [
        ("2026-01-31", "P1M", "calendar", "2026-02-28"),
        ("2024-02-29", "P1Y", "calendar", "2025-02-28"),
        ("2026-11-20", "PT72H", "calendar", "2026-11-23"),
        ("2026-11-20", "PT4H", "calendar", "2026-11-21"),
        ("2026-11-20", "P2D", "working", "2026-11-24"),
        ("2026-11-20", "P10D", "working", "2026-12-04"),
        ("2026-11-20", "R/P1W", "calendar", "2026-11-27"),
    ],
)
def test_periods_end_on_the_right_day(start, period, days, end):
    assert added(date.fromisoformat(start), period, days) == date.fromisoformat(end)


@pytest.mark.parametrize("text", [None, "", "P", "PT", "soon", "P1X", "2027-01-17"])
def test_what_is_no_duration_is_none(text):
    assert hours(text) is None
    assert added(TODAY, text or "") is None


def test_a_period_past_the_calendar_has_no_end():
    assert added(TODAY, "P99999Y") is None
