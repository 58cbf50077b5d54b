"""The screen "Compare", run by Streamlit without a browser."""

import gc

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs, library, register, store
from core.compare import Comparison
from core.identity import local_user
from core.importing import import_document
from tests.compare_parts import LAW, text
from tests.page_parts import button, folder, opened, said

ADA = local_user()
NEXT = text((LAW[0], ("Humidity", ["A seed bank shall keep the air dry."]), *LAW[1:])).replace("72 hours", "24 hours")


@pytest.fixture
def db(tmp_path, monkeypatch):
    with folder(tmp_path / "var", monkeypatch) as path:
        opened = store.connect(path / "copilot.db")
        yield opened
        opened.close()


def bring(db, markdown: str, name: str) -> str:
    before = {one.id for one in library.documents(db, ADA)}
    library.receive(db, ADA, markdown.encode(), name)
    claim = jobs.claim_next(db, lease_seconds=60)
    import_document(db, claim.user, claim)
    [new] = {one.id for one in library.documents(db, ADA)} - before
    return new


@pytest.fixture
def versions(db):
    """Version 1 with an owner for the duty that version 2 changes; the ids of both."""
    old = bring(db, text(), "seeds-v1.md")
    [row] = [one for one in register.rows(db, ADA) if "72 hours" in one.quote]
    register.assign(db, ADA, row.id, "Night watch")
    return old, bring(db, NEXT, "seeds-v2.md")


def html(at: AppTest) -> str:
    return "\n".join(one.proto.body for one in at.get("html"))


def test_an_empty_library_and_a_single_version_say_what_to_do(db):
    assert "nothing to compare yet" in opened("compare").info[0].value
    bring(db, text(), "seeds-v1.md")
    at = opened("compare")
    assert "only one version" in at.info[0].value
    assert not at.exception


def test_the_newest_two_versions_are_compared_first(db, versions):
    at = opened("compare")
    assert not at.error
    assert not at.exception
    assert "Deadline tightened" in said(at)
    assert "1 duty added; nothing removed" in said(at).replace("\\", "")
    assert "<del>72</del>" in html(at)
    assert "<ins>24</ins>" in html(at)


def test_the_other_way_round_is_asked_for_by_the_address(db, versions):
    old, new = versions
    assert "Deadline relaxed" in said(opened("compare", old=new, new=old))


def test_a_filter_narrows_the_list(db, versions):
    at = opened("compare", kind="added")
    assert "Deadline tightened" not in said(at).partition("×")[2].partition("·")[2]
    assert "<del>" not in html(at)
    assert "keep the air dry" in html(at)


def test_the_text_shows_what_changed_in_each_article(db, versions):
    at = opened("compare", show="text", kind="changed")
    assert "<del>72</del>" in html(at)
    assert "paragraph unchanged" in html(at)


def test_what_was_said_of_a_changed_duty_is_taken_over_by_one_click(db, versions):
    at = opened("compare")
    assert "owner Night watch" in said(at)
    button(at, "Take it over").click().run()
    [row] = [one for one in register.rows(db, ADA, register.Filter(document=versions[1])) if "24 hours" in one.quote]
    assert row.owner == "Night watch"
    assert "Night watch" not in said(opened("compare"))


def test_what_was_undone_is_carried_over_again_by_one_click(db):
    old = bring(db, text(), "seeds-v1.md")
    [row] = [one for one in register.rows(db, ADA) if "keep a register" in one.quote]
    register.assign(db, ADA, row.id, "Head of Seeds")
    new = bring(db, NEXT, "seeds-v2.md")
    register.undo(db, ADA)
    button(opened("compare", old=old, new=new), "Carry it over").click().run()
    assert {one.owner for one in register.rows(db, ADA, register.Filter(document=new))} == {"", "Head of Seeds"}


def test_equal_texts_say_that_nothing_changed(db):
    bring(db, text(), "seeds-v1.md")
    bring(db, text() + "\n", "seeds-v2.md")
    at = opened("compare")
    assert "Nothing changed" in at.success[0].value


def test_a_document_that_is_not_there_is_said_in_the_librarys_sentence(db, versions):
    at = opened("compare", old="nothing", new=versions[1])
    assert "There is no such document" in at.error[0].value


def test_text_of_a_document_is_shown_and_never_run(db):
    bring(db, text(), "seeds-v1.md")
    evil = text().replace("its deposits.", "its <img src=x onerror=alert(1)> deposits.")
    bring(db, evil, "seeds-v2.md")
    assert "<img" not in html(opened("compare"))
    assert "<img" not in html(opened("compare", show="text"))


def test_the_list_of_versions_leads_to_the_comparison(db, versions):
    at = opened("documents", document=versions[1])
    assert "Compare versions" in [one.proto.label for one in at.get("page_link")]


def test_what_people_added_themselves_is_said_not_to_be_compared(db, versions):
    document = library.document(db, ADA, versions[0])
    at = document.text.index("This Regulation lays down")
    register.add_by_hand(db, ADA, versions[0], at, at + 40, "obligation", "The bank", "store seeds")
    assert "1 obligation that people added" in said(opened("compare")).replace("\\", "")


GERMAN = """# Verordnung (XU) 2027/5 über Samenbanken

## Artikel 1

Eine Samenbank führt ein Verzeichnis der Samen, die ihr übergeben werden, und der Personen, die sie übergeben haben.
"""


def test_a_translation_is_no_version_to_compare_with(db, versions):
    bring(db, GERMAN, "seeds-de.md")
    later = bring(db, GERMAN.replace("Verzeichnis", "Register"), "seeds-de-v2.md")
    at = opened("compare", show="text")
    assert "<ins>Register</ins>" in html(at)
    assert "<del>Verzeichnis</del>" in html(at)
    at = opened("compare", document=versions[0])
    assert "Deadline tightened" in said(at)
    assert later not in [at.selectbox[0].value, at.selectbox[1].value]


@pytest.mark.parametrize("p", ["9" * 5000, "-1", "0", "½", "", "²", "1e9", "9" * 9])
def test_a_page_that_is_no_number_of_ours_is_the_first_or_the_last(db, versions, p):
    for page in ("compare", "obligations"):
        at = opened(page, p=p)
        assert not at.exception
        assert not at.error


@pytest.mark.parametrize(
    "id", ["..%2f", "x" * 100_000, "' or 1=1 --", "\x00", "\ud800".encode("utf-8", "replace").decode()]
)
def test_an_address_that_names_no_document_is_answered_in_one_sentence(db, versions, id):
    for asked in ({"old": id, "new": versions[1]}, {"old": versions[0], "new": id}, {"document": id}):
        at = opened("compare", **asked)
        assert [one.value.replace("\\", "") for one in at.error] == [
            "There is no such document, or you may not see it; go back to the list of documents."
        ]
        assert not at.exception


def test_a_document_against_itself_is_said_in_one_sentence(db, versions):
    at = opened("compare", old=versions[0], new=versions[0])
    assert "the same document" in at.error[0].value
    assert not at.exception


def alive(document_id: str) -> int:
    """Comparisons with this document in the memory of this process."""
    gc.collect()
    return sum(isinstance(one, Comparison) and one.old.id == document_id for one in gc.get_objects())


def test_text_of_a_deleted_document_leaves_the_memory_of_an_open_window(db, versions):
    old, _ = versions
    at = opened("compare")
    assert alive(old) == 1
    at.switch_page("pages/help.py").run()
    assert alive(old) == 1
    library.delete(db, ADA, old)
    at.run()
    assert alive(old) == 0
    at.switch_page("pages/compare.py").run()
    assert "only one version" in at.info[0].value
