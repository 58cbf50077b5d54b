"""The page Controls as a person meets it, run by Streamlit without a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import controls, store
from pages.parts.coverage_chart import chart_colours, chart_rows
from tests.control_parts import ADA, NOTIFY, RECORD, analysed, control_id, id_of, stocked
from tests.page_parts import button, folder, opened, said


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with folder(tmp_path / "var", monkeypatch) as path:
        yield path


@pytest.fixture
def bare(empty: Path) -> Iterator[store.Database]:
    """A document and no controls."""
    db = store.connect(empty / "copilot.db")
    analysed(db)
    yield db
    db.close()


@pytest.fixture
def db(bare: store.Database) -> store.Database:
    stocked(bare)
    return bare


def test_the_first_visit_offers_samples_and_our_library(empty):
    at = opened("controls")
    assert any("sample" in one.label for one in at.button)
    button(at, "Take this library").click().run()
    db = store.connect(empty / "copilot.db")
    assert [one.controls for one in controls.libraries(db, ADA)] == [50]


@pytest.mark.parametrize("show", ["gaps", "review", "plan", "briefing", "library"])
def test_every_view_opens_with_controls_and_without(bare, show):
    for _ in range(2):
        at = opened("controls", show=show)
        assert not at.exception
        assert not at.error
        stocked(bare)


def test_the_gap_view_counts_what_is_covered(db):
    controls.confirm(db, ADA, [(id_of(db, NOTIFY), control_id(db, "C2"))])
    at = opened("controls")
    numbers = {one.label: one.value for one in at.metric}
    assert (numbers["Duties"], numbers["Covered"], numbers["No control"]) == ("4", "25%", "3")
    narrowed = opened("controls", coverage="covered")
    assert {one.label: one.value for one in narrowed.metric}["Duties"] == "1"


def test_a_gap_is_closed_from_its_panel_and_opened_again_by_undo(db):
    at = opened("controls", obligation=id_of(db, NOTIFY))
    assert "No control yet" in said(at)
    button(at, "Confirm").click().run()
    assert [one.ref for one in controls.links(db, ADA)] == ["C2"]
    button(opened("controls"), "Undo").click().run()
    assert controls.links(db, ADA) == []


def test_a_control_is_linked_by_hand_with_a_note(db):
    at = opened("controls", obligation=id_of(db, RECORD))
    next(one for one in at.selectbox if one.label == "Control").set_value(control_id(db, "C3"))
    next(one for one in at.text_input if one.label == "Note").set_value("by agreement")
    button(at, "Link it").click().run()
    assert [(one.ref, one.note) for one in controls.links(db, ADA)] == [("C3", "by agreement")]


def test_the_queue_goes_on_after_each_decision(db):
    before = controls.to_review_count(db, ADA)
    at = opened("controls", show="review")
    assert f"of {before} suggestion" in said(at)
    top = controls.to_review(db, ADA, limit=1)[0]
    button(at, "Reject").click().run()
    assert [(one.ref, one.state) for one in controls.links(db, ADA)] == [(top.ref, "rejected")]
    assert controls.to_review_count(db, ADA) == before - 1


def test_a_step_of_the_plan_gets_another_owner(db):
    step = controls.plan(db, ADA)[0]
    at = opened("controls", show="plan", step=step.id)
    next(one for one in at.text_input if one.label == "Owner").set_value("Head of Payments")
    button(at, "Save").click().run()
    assert controls.plan(db, ADA)[0].owner == "Head of Payments"


def test_the_briefing_stands_on_the_screen_as_three_paragraphs(db):
    text = said(opened("controls", show="briefing")).replace("\\", "")
    for paragraph in controls.briefing(db, ADA).paragraphs:
        assert paragraph in text


def test_a_removed_library_is_asked_about_and_says_what_goes(db):
    controls.confirm(db, ADA, [(id_of(db, NOTIFY), control_id(db, "C2"))])
    at = button(opened("controls", show="library"), "Remove").click().run()
    assert "1 confirmed link will no longer count" in said(at)
    assert controls.libraries(db, ADA)


def test_the_chart_has_the_worst_first_and_a_part_for_each_state():
    one = controls.Count("d1", "high", "high", "Training", "firm", "yes", "gap", 2)
    two = controls.Count("d1", "low", "low", "Complaints", "firm", "yes", "covered", 9)
    assert chart_rows([two, one], "topic") == [("Training", {"high": 2}), ("Complaints", {"covered": 9})]
    for dark in (False, True):
        assert len({colour for _, colour in chart_colours(dark).values()}) == 6


@pytest.mark.parametrize("show", ["gaps", "review", "plan", "briefing", "library"])
@pytest.mark.parametrize(
    "asked",
    [
        {"p": "9" * 5_000, "at": "9" * 5_000, "sort": "x", "document": "..%2f", "obligation": "x" * 100_000},
        {"bearer": ["[here](https://evil.example)", "$x$"], "topic": "<b>", "risk": "worst", "text": '"' * 10_000},
        {"control": "' or 1=1", "step": "..", "coverage": ["gap", "none"], "text": "a* OR NEAR(" * 1_000},
    ],
)
def test_an_address_that_asks_for_what_is_not_there_breaks_no_view(db, show, asked):
    at = opened("controls", show=show, **asked)
    assert not at.exception
    assert not [one.value for one in at.error if "could not be shown" in one.value]
    assert "](https://evil" not in said(at)
