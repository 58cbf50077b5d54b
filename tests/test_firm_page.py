"""Our firm on the screens: chosen where it is read, changed back, and a duty's controls in its record."""

import pytest

from core import controls, register
from core.identity import local_user
from core.store import connect
from tests.control_parts import control_id, stocked
from tests.page_parts import button, folder, opened, said
from tests.register_parts import MAY, RECORD, analysed, id_of

ADA = local_user()


@pytest.fixture
def db(tmp_path, monkeypatch):
    with folder(tmp_path / "var", monkeypatch) as here:
        db = connect(here / "copilot.db")
        analysed(db)
        yield db


def pills(at):
    return next(one for one in at.button_group if one.label.startswith("Our firm is"))


def answer(db, quote):
    return register.row(db, ADA, id_of(db, quote)).applies


@pytest.mark.parametrize("page", ["overview", "obligations", "controls"])
def test_the_firm_is_chosen_where_its_answers_are_read(db, page):
    at = opened(page)
    pills(at).set_value(["credit-institution", "data-controller"])
    button(at, "Set our firm").click().run()
    assert not at.exception
    assert register.our_firm(db, ADA).profiles == ("credit-institution", "data-controller")
    assert (answer(db, RECORD), answer(db, MAY)) == ("yes", "no")
    assert "Credit institution, Data controller; 4 obligations apply to us" in said(at)


def test_the_first_screen_asks_until_somebody_has_said(db):
    assert "What is your firm?" in said(opened())
    register.choose_firm(db, ADA, ["data-processor"])
    assert "What is your firm?" not in said(opened())


def test_one_click_changes_back(db):
    register.choose_firm(db, ADA, ["credit-institution"])
    register.choose_firm(db, ADA, ["data-processor"])
    at = opened("obligations")
    assert answer(db, RECORD) == "unclear"
    button(at, "Change back to Credit institution").click().run()
    assert register.our_firm(db, ADA).profiles == ("credit-institution",)
    assert answer(db, RECORD) == "yes"


def test_a_tab_that_saw_another_firm_is_told_so_and_changes_nothing(db):
    at = opened("obligations")
    register.choose_firm(db, ADA, ["data-processor"])
    pills(at).set_value(["credit-institution"])
    button(at, "Set our firm").click().run()
    assert "chose “Data processor” meanwhile" in said(at)
    assert register.our_firm(db, ADA).profiles == ("data-processor",)
    assert pills(at.run()).value == ["data-processor"]


def test_the_answer_and_its_reason_stand_in_the_opened_row(db):
    register.choose_firm(db, ADA, ["credit-institution"])
    at = opened("obligations", obligation=id_of(db, MAY))
    assert "It binds authorities" in said(at)


def test_the_record_of_a_duty_lists_its_controls(db):
    stocked(db)
    id = id_of(db, RECORD)
    at = on_record(id)
    assert "No control yet." in said(at)
    controls.link(db, ADA, id, control_id(db, "C1"), part=True)
    shown = said(on_record(id))
    assert "In part" in shown
    assert "**C1** Incident register" in shown
    assert "No control yet." not in shown


def on_record(id):
    at = opened("obligations", obligation=id)
    at.session_state["record-tab"] = "Record"
    return at.run()


def test_help_says_what_the_firm_is(db):
    register.choose_firm(db, ADA, ["credit-institution"])
    assert "Our firm: **Credit institution**" in said(opened("help"))
