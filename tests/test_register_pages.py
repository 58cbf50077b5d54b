"""The register and its queue on the screen, run by Streamlit without a browser, on a real register."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import register, store
from core.identity import local_user
from core.ingest import read
from core.pipeline import analyze_reading
from tests.page_parts import button, folder, opened, said
from tests.register_parts import NOTIFY, RECORD, TELL, analysed, id_of, shelve
from tests.test_lists import RULES

ADA = local_user()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[store.Database]:
    with folder(tmp_path / "var", monkeypatch) as path:
        db = store.connect(path / "copilot.db")
        yield db
        db.close()


@pytest.fixture
def db(empty: store.Database) -> store.Database:
    analysed(empty)
    return empty


def places(at) -> list[str]:
    return [place.strip() for place in at.dataframe[0].value["path"]]


def test_items_of_a_list_stand_under_its_lead_in_in_their_own_words(empty):
    given = read(RULES.encode(), "notices.md", document_id="rules")
    shelve(empty, ADA, given)
    register.store_run(empty, ADA, analyze_reading(given))
    shown = opened("obligations").dataframe[0].value
    assert [place.strip() for place in shown["path"][1:5]] == [
        f"Article 1(2){step}" for step in ("", "(a)", "(b)", "(c)")
    ]
    assert list(shown["what"][1:3]) == ["The notice shall state:", "– the time of the incident;"]
    assert "Article 1(2)" not in list(opened("obligations", sort="risk").dataframe[0].value["path"])


def test_what_is_needed_most_stands_first_whether_a_row_is_open_or_not(db):
    wide = list(opened("obligations").dataframe[0].value)
    assert wide[:6] == ["path", "risk", "what", "who", "when", "status"]
    assert list(opened("obligations", obligation=id_of(db, NOTIFY)).dataframe[0].value) == wide


def test_the_way_back_from_another_page_keeps_the_filter(db):
    at = opened("obligations", risk=["critical", "high"], text="firm")
    at.switch_page("pages/overview.py").run()
    at.switch_page("pages/obligations.py")
    for name, values in {"risk": ["critical", "high"], "text": ["firm"]}.items():
        at.query_params[name] = values
    at.run()
    assert at.query_params["risk"] == ["critical", "high"]
    assert places(at) == ["Article 1(2)", "Article 2(1)"]


def test_all_rows_are_sorted_and_not_only_those_on_the_page(db, monkeypatch):
    monkeypatch.setattr("pages.parts.register_table.PER_PAGE", 2)
    at = opened("obligations")
    next(one for one in at.selectbox if one.key.startswith("sort-")).set_value("risk").run()
    assert at.query_params["sort"] == "risk"
    next(one for one in at.button if one.key == "turn-order").click().run()
    assert places(at) == ["Article 1(2)", "Article 2(1)"]


# --- the queue --------------------------------------------------------------------------------------------------


def test_a_link_opens_the_page_that_its_row_is_on_and_turning_pages_stays_free(db, monkeypatch):
    monkeypatch.setattr("pages.parts.register_table.PER_PAGE", 1)
    last = register.rows(db, local_user())[-1]
    assert register.place(db, local_user(), last.id) == register.count(db, local_user()) - 1
    at = opened("obligations", obligation=last.id)
    assert places(at) == [last.path]
    at.query_params.pop("p")
    at.run()
    assert places(at) != [last.path]


def test_one_undo_takes_back_that_it_is_no_obligation(db):
    at = opened("obligations", show="check", modality="prohibition")
    waiting = said(at)
    button(at, "Not an obligation").click().run()
    button(at, "Undo").click().run()
    assert register.row(db, ADA, id_of(db, TELL)).status == "new"
    assert "**1** of 1 thing to check" in waiting
    assert "**1** of 1 thing to check" in said(at)


# --- the panel --------------------------------------------------------------------------------------------------


def on_tab(name: str, id: str):
    at = opened("obligations", obligation=id)
    at.session_state["record-tab"] = name
    return at.run()


def test_what_is_refused_is_said_and_the_rest_of_the_record_stays(db):
    at = on_tab("Record", id_of(db, NOTIFY))
    next(one for one in at.selectbox if one.label == "Status").set_value("not applicable")
    button(at, "Save").click().run()
    [error] = at.error
    assert error.value.startswith("Say why it is not applicable")
    assert "**Evidence**" in said(at)
    assert [one.label for one in at.button].count("Close") == 1


def test_after_an_undo_the_form_shows_what_stands(db):
    at = on_tab("Record", id_of(db, NOTIFY))
    next(one for one in at.text_input if one.label == "Owner").set_value("Ops")
    button(at, "Save").click().run()
    button(at, "Undo").click().run()
    assert next(one for one in at.text_input if one.label == "Owner").value == ""
    button(at, "Save").click().run()
    assert register.row(db, ADA, id_of(db, NOTIFY)).owner == ""


def test_of_several_corrections_none_is_kept_while_one_is_refused(db):
    at = on_tab("Correct", id_of(db, RECORD))
    next(one for one in at.text_input if one.label == "Who must act").set_value("the board")
    next(one for one in at.text_area if one.label == "What must be done").set_value("")
    button(at, "Save corrections").click().run()
    assert "cannot be empty" in at.error[0].value
    assert register.row(db, ADA, id_of(db, RECORD)).bearer == "The firm"


def test_history_says_what_was_said_and_by_whom(db):
    id = id_of(db, NOTIFY)
    register.comment(db, ADA, id, "Asked the *board*")
    register.set_status(db, ADA, id, "not applicable", "No clients")
    register.add_evidence(db, ADA, id, "note", "In the binder")
    text = said(on_tab("History", id)).replace("\\", "")
    for told in ("Commented: Asked the *board*", "Reason: No clients", "In the binder", ADA.name):
        assert told in text


def test_a_link_to_what_is_gone_says_so_and_can_be_closed(db):
    at = opened("obligations", obligation="d1.gone")
    assert "There is no such obligation" in at.error[0].value
    button(at, "Close").click().run()
    assert not at.error
    assert "obligation" not in at.query_params
