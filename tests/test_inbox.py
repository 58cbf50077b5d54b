"""People are told what happened in the write in which it did: each their own, until they have read it."""

import pytest

from core import inbox
from core.identity import LOCAL
from core.settings import settings
from core.store import connect, write
from core.types import User
from tests.page_parts import folder, opened, said
from tests.review_parts import asked, shelved

ADA = User(id="ada", name="Ada", roles=("reviewer",))
BEN = User(id="ben", name="Ben", roles=("reviewer",))
ELSEWHERE = User(id="ada", name="Ada", tenant="elsewhere", roles=("reviewer",))


@pytest.fixture
def db(tmp_path):
    return connect(tmp_path / "copilot.db")


def test_everybody_sees_their_own_newest_first_and_no_other_tenants(db):
    with write(db):
        inbox.post(db, "local", ["ada", "ben", "ada"], "assigned", "item:1", 1)
        inbox.post(db, "local", ["ada"], "mentioned", "item:2", 2)
    assert [(one.kind, one.about) for one in inbox.notices(db, ADA)] == [("mentioned", 2), ("assigned", 1)]
    assert [one.kind for one in inbox.notices(db, BEN)] == ["assigned"]
    assert inbox.notices(db, ELSEWHERE) == []


def test_what_is_read_stays_but_is_not_new(db):
    with write(db):
        inbox.post(db, "local", ["ada", "ben"], "assigned", "item:1", 1)
        inbox.post(db, "local", ["ada"], "decided", "item:1", 1)
    first = inbox.notices(db, ADA)[-1]
    inbox.mark_read(db, ADA, first.id)
    assert [one.kind for one in inbox.notices(db, ADA, unread=True)] == ["decided"]
    assert len(inbox.notices(db, ADA)) == 2
    assert len(inbox.notices(db, BEN, unread=True)) == 1


def told_and_broken(db) -> None:
    with write(db):
        inbox.post(db, "local", ["ada"], "assigned", "item:1", 1)
        raise ZeroDivisionError


def test_what_is_rolled_back_was_never_told(db):
    with pytest.raises(ZeroDivisionError):
        told_and_broken(db)
    assert inbox.notices(db, ADA) == []


@pytest.fixture
def home(tmp_path, monkeypatch):
    with folder(tmp_path / "var", monkeypatch):
        yield connect(settings().database)


def test_the_inbox_names_each_request_by_its_title_as_far_as_the_reader_may_see_it(home):
    far = User(id="far", name="Far", tenant="elsewhere", roles=("analyst",))
    shelved(home)
    shelved(home, far, "d2")
    ours, theirs = asked(home, "high"), asked(home, "critical", by=far, document_id="d2")
    with write(home):
        for subject in (ours.subject, theirs.subject, "document:d2"):
            inbox.post(home, "local", [LOCAL.id], "assigned", subject)
    shown = said(opened("inbox"))
    assert shown.count("waits for your decision") == 3
    assert "Do the high thing" in shown
    assert "Do the critical thing" not in shown
    assert shown.count("  \n:gray[Do the") == 1


def test_past_what_it_shows_the_inbox_and_its_bell_say_that_there_is_more(home):
    with write(home):
        for number in range(101):
            inbox.post(home, "local", [LOCAL.id], "mentioned", f"item:{number}", number)
    at = opened("inbox")
    assert "100+ unread" in said(at).replace("\\", "")
    assert [one.label for one in at.get("page_link") if one.page == "inbox"] == ["99+"]
