"""`check` reads every stored place again and names each that does not hold."""

import json

import pytest

from core import register
from core.errors import NotFound
from core.store import write
from tests.register_parts import (
    ADA,
    BEN,
    MEANS,
    NOTIFY,
    RECORD,
    TEXT,
    analysed,
    analysis,
    database,
    id_of,
    place,
    reading,
)


@pytest.fixture
def db(tmp_path):
    opened = database(tmp_path)
    analysed(opened)
    return opened


def retell(db, text):
    """Change the document's text behind the program's back."""
    with write(db):
        db.execute("update document_text set text = ?", [text])


def test_a_good_house_has_nothing_to_report_and_says_how_much_was_checked(db):
    seen = register.checked(db, ADA)
    assert (seen.documents, seen.mismatches) == (1, ())
    assert seen.spans > 20
    assert register.check(db, ADA) == []


def test_a_text_that_moved_by_one_character_is_noticed_everywhere(db):
    retell(db, " " + TEXT)
    kinds = {wrong.what for wrong in register.check(db, ADA)}
    assert {"quote", "passage", "statement", "uncovered sentence"} <= kinds


def test_a_mismatch_names_the_obligation_and_shows_both_texts(db):
    retell(db, TEXT.replace("within 72 hours", "within 27 hours"))
    wrong = register.check(db, ADA)
    bare = id_of(db, NOTIFY).partition(".")[2]
    assert {(one.document_id, one.subject) for one in wrong} == {("d1", bare)}
    assert {(one.expected, one.found) for one in wrong} >= {("within 72 hours", "within 27 hours")}


def test_what_people_added_is_checked_too(db):
    span = place(MEANS)
    register.add_by_hand(db, ADA, "d1", span.start, span.end, "obligation", "", "define it")
    assert register.check(db, ADA) == []
    with write(db):
        [(subject, value)] = db.execute("select subject, value from overlay where field = 'made'").fetchall()
        made = json.loads(value)
        made["obligation"]["span"]["start"] += 3
        db.execute("update overlay set value = ? where subject = ? and field = 'made'", [json.dumps(made), subject])
    assert {wrong.subject for wrong in register.check(db, ADA)} == {subject}


def test_every_run_is_checked_and_not_only_the_chosen_one(db):
    other = register.store_run(db, ADA, analysis(reading("d1"), "other", without=RECORD))
    retell(db, " " + TEXT)
    assert other in {wrong.run_id for wrong in register.check(db, ADA)}


def test_only_what_the_user_may_see_is_checked(db):
    retell(db, " " + TEXT)
    assert register.check(db, BEN) == []
    with pytest.raises(NotFound):
        register.check(db, BEN, "d1")
    assert register.check(db, ADA, "d1") != []
