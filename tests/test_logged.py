"""What people do leaves one entry in the log, in the same write, that says who and what and none of the words."""

import pytest

from core import jobs, register
from core.settings import settings
from core.store import connect, rows, write
from tests.act_parts import ACTS, ADA, PLANTED, built, models

DONE = [act for act in ACTS if act.event]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    models(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPILOT_DATA_DIR", str(folder / "var"))
        patch.setenv("COPILOT_MODELS_DIR", str(folder))
        settings.cache_clear()
        yield built(folder)
    settings.cache_clear()


@pytest.fixture
def own(world, tmp_path):
    return world.copied(tmp_path)


@pytest.fixture
def db(own):
    db = connect(own.database)
    yield db
    db.close()


def entries(db, after: int = 0) -> list[dict]:
    return rows(db, "select * from audit where number > ? order by number", [after])


@pytest.mark.parametrize("act", DONE, ids=lambda act: act.name)
def test_an_act_leaves_exactly_one_entry_without_any_words(db, own, act):
    before = len(entries(db))
    act.do(db, act.by, own)
    [entry] = entries(db, before)
    assert (entry["event"], entry["user_id"]) == (act.event, act.by.id)
    assert PLANTED not in str(entry).casefold()


@pytest.mark.parametrize("act", DONE, ids=lambda act: act.name)
def test_where_nothing_can_be_logged_nothing_is_done(db, own, act):
    db.conn.writing = True
    db.conn.execute(
        "create temp trigger full before insert on main.audit begin select raise(abort, 'the log is full'); end"
    )
    db.conn.writing = False
    before = whole(db)
    with pytest.raises(Exception, match="the log is full"):
        act.do(db, act.by, own)
    assert whole(db) == before


def whole(db) -> list[str]:
    return list(db.conn.iterdump())


def test_the_whole_story_of_the_world_holds_no_planted_word(db):
    told = [str(entry).casefold() for entry in entries(db)]
    assert len(told) > 20
    assert [one for one in told if PLANTED in one] == []


def test_what_changes_nothing_leaves_no_entry(db, own):
    register.set_status(db, ADA, own.record, "in progress")
    before = len(entries(db))
    register.set_status(db, ADA, own.record, "in progress")
    assert entries(db, before) == []


def test_a_gesture_over_many_obligations_is_one_entry_that_says_how_many(db, own):
    before = len(entries(db))
    register.set_status(db, ADA, [own.record, own.notify, own.tell], "in progress")
    [entry] = entries(db, before)
    assert '"kind":"status"' in entry["details"]
    assert '"values":3' in entry["details"]
    assert entry["document_id"] == "d1"


def test_bringing_up_to_date_what_is_derived_is_nobodys_act(db):
    before = len(entries(db))
    jobs.enqueue(db, ADA, "match", {}, "Matching controls")
    assert entries(db, before) == []


def test_an_undone_write_leaves_neither(db, own):
    before = whole(db)

    def cut_off() -> None:
        with write(db):
            changed = register.gestures.Change("d1", own.record.partition(".")[2], "status", "met")
            register.gestures.keep(db, ADA, "status", "Set", [changed])
            raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        cut_off()
    assert whole(db) == before
