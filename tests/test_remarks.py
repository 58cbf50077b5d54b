"""What people say is kept as they said it, goes with its document, and the log proves it without a word of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import activity, audit, library
from core.audit import saying
from core.audit.verifying import verify
from core.errors import BadInput
from core.identity import LOCAL
from core.store import rows, write
from core.types import User
from tests.audit_parts import ANA, MAI, log, outside
from tests.library_parts import ADA, BEN, bring

HOSTILE = '<script>alert(1)</script> =HYPERLINK("https://x.example") [a](javascript:b) :material/check: $x$'


@pytest.fixture
def db(tmp_path):
    return log(tmp_path)


def say(db, text, user=LOCAL, subject="item:1", kind="reason", document_id=None):
    with write(db):
        return audit.say(db, user, subject, kind, text, document_id)


def test_a_remark_is_kept_with_who_when_and_about_what(db):
    said = say(db, "It counts from awareness.", kind="comment")
    assert audit.remarks(db, LOCAL, "item:1") == [said]
    assert (said.user_id, said.kind, said.text) == ("local", "comment", "It counts from awareness.")


def test_the_chain_has_its_digest_and_none_of_its_words(db):
    said = say(db, "Zwinglipple disagrees")
    (row,) = rows(db, "select event, digest, details from audit")
    assert (row["event"], row["digest"]) == ("remark.said", said.digest)
    assert said.id in row["details"]
    assert "wingl" not in str(row)


def test_equal_words_have_different_digests_so_that_none_can_be_guessed(db):
    assert say(db, "no").digest != say(db, "no").digest


def test_markup_and_formulas_are_kept_as_they_were_typed(db):
    assert say(db, HOSTILE).text == HOSTILE


@pytest.mark.parametrize("text", ["", "   \n", "\u202e\u0007", "\u200f"])
def test_nothing_is_no_reason(db, text):
    with pytest.raises(BadInput, match="in a few words"):
        say(db, text)
    assert rows(db, "select * from remark") == []


def test_too_much_is_refused_with_how_much_it_is(db):
    with pytest.raises(BadInput, match="4,001 characters"):
        say(db, "x" * 4_001)
    assert len(say(db, "x" * 4_000).text) == 4_000


@given(st.text(max_size=60))
def test_what_is_written_has_nothing_that_hides_or_turns_and_stays_as_it_is_the_second_time(text):
    try:
        kept = saying.written(text)
    except BadInput:
        return
    assert saying.written(kept) == kept
    assert not set(kept) & (saying.TURNING | {"\0", "\r", "\x1b"})
    kept.encode()


def test_another_tenants_remarks_are_not_there(db):
    say(db, "ours")
    assert audit.remarks(db, User(id="eve", name="Eve", tenant="elsewhere"), "item:1") == []


# --- proved -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["text = 'I agree'", "user_id = 'ben'", "subject = 'item:2'", "kind = 'comment'"])
def test_a_remark_that_was_changed_is_named_with_the_entry_that_proves_it(db, change):
    said = say(db, "I do not agree")
    outside(db, f"update remark set {change}")
    report = verify(db)
    assert [(one.kind, one.first) for one in report.problems] == [("remark", 1)]
    assert report.what == f"The remark {said.id} was changed: entry 1 proves another."


def test_a_remark_that_was_changed_after_a_verification_is_found_when_all_is_verified(db):
    say(db, "I do not agree")
    assert activity.check(db, LOCAL).ok
    outside(db, "update remark set text = 'I agree'")
    assert verify(db).ok
    assert verify(db, whole=True).problems[0].kind == "remark"


def test_a_remark_that_was_removed_is_named(db):
    said = say(db, "I do not agree")
    outside(db, "delete from remark")
    assert verify(db).what == f"The remark {said.id} that entry 1 proves was removed."


def test_a_remark_that_was_put_in_is_named(db):
    say(db, "I do not agree")
    outside(
        db, "insert into remark select 'ff', tenant, subject, document_id, 'ben', kind, 'I do', digest, at from remark"
    )
    assert verify(db, whole=True).what == "The remark ff was put in from outside."


def test_a_remark_goes_with_its_document_and_that_is_no_alarm(db):
    document_id = bring(db, ADA)
    said = say(db, "It counts from awareness.", ADA, document_id=document_id)
    library.delete(db, ADA, document_id)
    assert rows(db, "select * from remark where id = ?", [said.id]) == []
    assert verify(db, whole=True).ok


def test_a_remark_taken_from_a_document_that_is_still_there_is_named(db):
    document_id = bring(db, ADA)
    say(db, "It counts from awareness.", ADA, document_id=document_id)
    outside(db, "delete from remark")
    assert "that entry" in verify(db).what


# --- read -------------------------------------------------------------------------------------------------------


def test_words_are_shown_to_whoever_may_see_the_document_and_read_the_log(db):
    document_id = bring(db, ADA, signed=True)
    say(db, "It counts from awareness.", ADA, document_id=document_id)
    one = activity.entries(db, MAI, activity.Filter(events=("remark.said",)))[0]
    blind = User(id="zed", name="Zed", roles=("manager",), clearances=())
    shown = [activity.remark(db, user, one) for user in (ADA, BEN, MAI, blind, ANA)]
    assert shown == ["It counts from awareness.", None, "It counts from awareness.", None, None]
