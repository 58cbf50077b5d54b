"""Documents with one title are versions of each other where they share their text, or where a person says so."""

import pytest

from core import library, register, store
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.identity import local_user
from core.store import rows
from tests.cli_parts import command_line
from tests.library_parts import ADA, BEN, CYD, bring, read
from tests.page_parts import button, folder, opened, said

ME = local_user()
COMPLAINTS = """# Complaints Handling Procedure

## 1 Receipt

The firm shall acknowledge each complaint in writing within three business days of its receipt.
Staff must enter the complaint in the register on the day on which it is received.

## 2 Answer

The firm shall send its final answer within 15 business days and name the ombudsman in it.
Staff must log each call.
Where an answer is late, the head of operations must write to the customer, give the reason and say when it will come.
Every quarter the firm shall look for causes that complaints have in common and put right what it finds.
"""
REVISED = COMPLAINTS.replace("three business days", "two business days").replace("15 business", "10 business")
OTHERS = """# Complaints Handling Procedure

## 1 Airport desks

Agents at the desk must hand every passenger whose bag is lost a form and a receipt for it.

## 2 Money back

The carrier shall refund an unused ticket not later than a week after somebody asked for it.
"""


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    return command_line(tmp_path / "var", monkeypatch)


@pytest.fixture
def db(tmp_path):
    opened = store.connect(tmp_path / "var" / "copilot.db")
    yield opened
    opened.close()


def imported(copilot, folder, name, text):
    """What `import` says of the file, and the document's id."""
    path = folder / name
    path.write_text(text, "utf-8")
    done = copilot("import", path)
    assert done.code == 0
    return done.err, done.cells[0][0]


def test_two_firms_procedures_of_one_title_both_count_and_whoever_adds_the_second_is_told(copilot, db, tmp_path):
    said, ours = imported(copilot, tmp_path, "ours.md", COMPLAINTS)
    assert "Complaints" not in said
    said, theirs = imported(copilot, tmp_path, "theirs.md", OTHERS)
    assert "has the title of ours.md, but another text: it is no version of it, and both count" in said
    assert library.newest_ids(db, ME) == {ours, theirs}
    assert [one.id for one in library.namesakes(db, ME, ours)] == [theirs]
    assert f"{theirs} (theirs.md) has the same title and is no version of it" in copilot("versions", ours).err
    assert {row.document_id for row in register.rows(db, ME)} == {ours, theirs}


def test_the_next_version_of_either_joins_its_own_and_whoever_adds_it_is_told(copilot, db, tmp_path):
    _, ours = imported(copilot, tmp_path, "ours.md", COMPLAINTS)
    _, theirs = imported(copilot, tmp_path, "theirs.md", OTHERS)
    said, newer = imported(copilot, tmp_path, "ours-2.md", REVISED)
    assert "(ours-2.md) counts as version 2 of 2" in said
    assert "Left out: ours.md." in said
    assert f"python -m core apart {newer[:8]}" in said
    _, again = imported(copilot, tmp_path, "theirs-2.md", OTHERS.replace("a week", "ten days"))
    assert library.newest_ids(db, ME) == {newer, again}
    assert [one.id for one in library.versions(db, ME, theirs)] == [theirs, again]
    assert [one.id for one in library.versions(db, ME, ours)] == [ours, newer]


def test_what_people_said_is_carried_into_a_version_and_never_into_a_namesake(copilot, db, tmp_path):
    _, ours = imported(copilot, tmp_path, "ours.md", COMPLAINTS)
    register.set_status(db, ME, [row.id for row in register.rows(db, ME)], "met")
    _, theirs = imported(copilot, tmp_path, "theirs.md", OTHERS + "\nStaff must log each call.\n")
    assert library.newest_ids(db, ME) == {ours, theirs}
    assert {row.status for row in register.rows(db, ME, register.Filter(document=theirs))} == {"new"}
    _, newer = imported(copilot, tmp_path, "ours-2.md", COMPLAINTS + "\nThe board must see a report each year.\n")
    assert "met" in {row.status for row in register.rows(db, ME, register.Filter(document=newer))}


def test_a_person_says_that_it_is_no_version_and_takes_it_back(copilot, db):
    first = bring(db, ME)
    second = bring(db, ME, "Clock policy\n\n1. Another firm shall wind its clock.", "other.md")
    assert library.newest_ids(db, ME) == {second}
    assert copilot("apart", second[:6]).code == 0
    assert library.newest_ids(db, ME) == {first, second}
    assert copilot("apart", second).code == 5
    said = copilot("version-of", second, first[:6])
    assert (said.code, "counts as version 2 of 2" in said.err) == (0, True)
    assert library.newest_ids(db, ME) == {second}
    assert copilot("version-of", second, first).code == 5


def test_one_of_three_leaves_and_the_other_two_stay_versions(db):
    ids = [bring(db, ADA, f"Clock policy\n\n1. Clock {n} is wound.", f"{n}.md") for n in range(3)]
    library.set_apart(db, ADA, ids[1])
    assert library.newest_ids(db, ADA) == {ids[1], ids[2]}
    assert [one.id for one in library.versions(db, ADA, ids[0])] == [ids[0], ids[2]]
    library.count_as_version(db, ADA, ids[0], ids[1])
    library.set_apart(db, ADA, ids[1])  # also the one whose company another joined
    assert library.newest_ids(db, ADA) == set(ids)


def test_a_version_may_bear_another_title_and_a_translation_is_none(db):
    first = bring(db, ADA)
    renamed = bring(db, ADA, "Time policy\n\n1. Wind it.", "time.md", title="Time policy")
    library.count_as_version(db, ADA, renamed, first)
    assert library.newest_ids(db, ADA) == {renamed}
    danish = bring(db, ADA, "Urpolitik\n\n1. Træk uret op.", "ur.md", language="da")
    with pytest.raises(BadInput, match="a translation is no version"):
        library.count_as_version(db, ADA, danish, first)


def test_only_who_decides_over_a_document_says_what_it_is_a_version_of(db):
    first, second = bring(db, ADA, signed=True), bring(db, ADA, "Clock policy\n\n1. Wind it.", "b.md", signed=True)
    with pytest.raises(NotAllowed, match="Only the owner"):
        library.set_apart(db, BEN, second)
    hidden = bring(db, BEN, "Sand policy\n\n1. Turn it.", "sand.md", title="Sand policy")
    with pytest.raises(NotFound):
        library.count_as_version(db, ADA, first, hidden)
    assert library.newest_ids(db, CYD) == {second}


def test_the_log_has_who_said_it_and_of_which(db):
    first, second = bring(db, ADA), bring(db, ADA, "Clock policy\n\n1. Wind it.", "b.md")
    library.set_apart(db, ADA, second)
    library.count_as_version(db, ADA, second, first)
    with pytest.raises(Conflict):
        library.count_as_version(db, ADA, second, first)
    told = rows(db, "select event, user_id, details from audit where event in (?, ?)",
                ["document.set_apart", "document.versioned"])  # fmt: skip
    assert [(one["event"], one["user_id"]) for one in told] == [
        ("document.set_apart", ADA.id),
        ("document.versioned", ADA.id),
    ]
    assert first in told[1]["details"]


def test_what_somebody_may_not_see_is_told_apart_too_and_is_not_told_of(db):
    title = "Complaints Handling Procedure"
    bring(db, BEN, COMPLAINTS, "hidden.md", title=title)
    assert library.series_of(db, ADA, read("d9", OTHERS.encode(), title=title).document) == "d9"
    assert library.series_of(db, ADA, read("d9", REVISED.encode(), title=title).document) != "d9"
    mine = bring(db, ADA, OTHERS, "mine.md", title=title)
    assert (library.counted_as(db, ADA, mine), library.namesakes(db, ADA, mine)) == ("", [])


# --- on the screens ---------------------------------------------------------------------------------------------


@pytest.fixture
def screens(tmp_path, monkeypatch):
    with folder(tmp_path / "var", monkeypatch):
        yield


def test_details_has_the_way_out_of_a_series_and_the_way_back(db, screens):
    first, second = bring(db, ME), bring(db, ME, "Clock policy\n\n1. Another firm winds its clock.", "other.md")
    at = opened("document", document=second, tab="Details")
    assert "the newest alone is counted" in said(at)
    button(at, "Not a version of these").click().run()
    assert library.newest_ids(db, ME) == {first, second}
    at = opened("document", document=second, tab="Details")
    assert "no version of this one" in said(at)
    button(at, "Counts as a version").click().run()
    assert library.newest_ids(db, ME) == {second}


def test_the_notes_on_former_versions_say_where_documents_are_told_apart(db, screens):
    bring(db, ME)
    bring(db, ME, "Clock policy\n\n1. Another firm winds its clock.", "other.md")
    for page in ("overview", "obligations"):
        assert "told apart under" in said(opened(page))
