"""The register and its queue on the screen, run by Streamlit without a browser, on a real register."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import register, store
from core.identity import local_user
from core.ingest import read
from core.pipeline import analyze_reading
from tests.page_parts import folder, opened
from tests.register_parts import NOTIFY, analysed, id_of, shelve
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


def test_a_wide_register_says_when_and_a_narrow_one_what(db):
    wide = list(opened("obligations").dataframe[0].value)
    narrow = list(opened("obligations", obligation=id_of(db, NOTIFY)).dataframe[0].value)
    assert wide[:6] == ["path", "kind", "risk", "what", "who", "when"]
    assert narrow == ["path", "risk", "what", "who", "status"]


def test_all_rows_are_sorted_and_not_only_those_on_the_page(db, monkeypatch):
    monkeypatch.setattr("pages.parts.register_table.PER_PAGE", 2)
    at = opened("obligations")
    next(one for one in at.selectbox if one.key.startswith("sort-")).set_value("risk").run()
    assert at.query_params["sort"] == "risk"
    next(one for one in at.button if one.key == "turn-order").click().run()
    assert places(at) == ["Article 1(2)", "Article 2(1)"]
