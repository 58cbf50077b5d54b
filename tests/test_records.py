"""Each obligation is a compliance record: status, owner, evidence, comments, reviews, dates, and who did what."""

from datetime import date

import pytest

from core import library, register
from core.errors import BadInput, Conflict, NotFound
from core.register import Filter
from core.store import one, rows
from tests.register_parts import ADA, NOTIFY, RECORD, REVIEW, TELL, analysed, database, id_of


@pytest.fixture
def db(tmp_path):
    opened = database(tmp_path)
    analysed(opened)
    return opened


def test_a_record_starts_new_and_bare(db):
    record = register.record(db, ADA, id_of(db, RECORD))
    assert (record.row.status, record.row.owner, record.row.next_review) == ("new", "", None)
    assert (record.corrections, record.comments, record.evidence, record.history) == ((), (), (), ())
    assert record.obligation == record.found


@pytest.mark.parametrize("status", register.STATUSES)
def test_a_status_is_set_with_its_reason(db, status):
    register.set_status(db, ADA, id_of(db, RECORD), status, "as agreed")
    row = register.row(db, ADA, id_of(db, RECORD))
    assert (row.status, row.reason) == (status, "as agreed")


def test_not_applicable_needs_a_reason_and_other_states_do_not(db):
    with pytest.raises(BadInput, match="Say why"):
        register.set_status(db, ADA, id_of(db, RECORD), "not applicable", "  ")
    register.set_status(db, ADA, id_of(db, RECORD), "not an obligation")
    with pytest.raises(BadInput, match="no status"):
        register.set_status(db, ADA, id_of(db, RECORD), "done")


def test_a_new_status_leaves_the_old_reason_behind(db):
    register.set_status(db, ADA, id_of(db, RECORD), "not applicable", "no staff")
    register.set_status(db, ADA, id_of(db, RECORD), "in progress")
    assert register.row(db, ADA, id_of(db, RECORD)).reason == ""


def saved(db, **changed):
    row = register.row(db, ADA, id_of(db, NOTIFY))
    kept = {name: getattr(row, name) for name in ("status", "reason", "owner", "next_review", "anchor_date")}
    return register.save_record(db, ADA, row.id, **{**kept, **changed})


def test_what_is_saved_together_is_undone_together(db):
    due = saved(db, status="in progress", owner="Head of Fraud", next_review="2027-01-31", anchor_date="2026-11-20")
    row = register.row(db, ADA, id_of(db, NOTIFY))
    assert (row.status, row.owner, row.next_review, due) == ("in progress", "Head of Fraud", "2027-01-31", "2026-11-23")
    assert register.undo(db, ADA).title == "Set status, owner, next review, date of the event"
    row = register.row(db, ADA, id_of(db, NOTIFY))
    assert (row.status, row.owner, row.next_review, row.due) == ("new", "", None, None)


def test_a_form_saved_as_it_was_says_nothing_and_one_refused_part_keeps_the_others_out(db):
    saved(db)
    assert register.history(db, ADA, id_of(db, NOTIFY)) == []
    with pytest.raises(BadInput, match="Say why"):
        saved(db, owner="Head of Fraud", status="not applicable")
    assert register.row(db, ADA, id_of(db, NOTIFY)).owner == ""


def test_a_bulk_edit_changes_all_or_nothing(db):
    ids = [id_of(db, RECORD), id_of(db, NOTIFY)]
    with pytest.raises(NotFound):
        register.assign(db, ADA, [*ids, "d1.nothing"], "Ada")
    assert register.count(db, ADA, Filter(owner="Ada")) == 0
    register.assign(db, ADA, ids, "Ada")
    assert register.count(db, ADA, Filter(owner="Ada")) == 2


def test_owner_and_next_review_are_given_and_taken_away(db):
    id = id_of(db, RECORD)
    register.assign(db, ADA, id, " Ada ")
    register.set_next_review(db, ADA, id, "2027-02-01")
    assert (register.row(db, ADA, id).owner, register.row(db, ADA, id).next_review) == ("Ada", "2027-02-01")
    register.assign(db, ADA, id, "")
    register.set_next_review(db, ADA, id, None)
    assert (register.row(db, ADA, id).owner, register.row(db, ADA, id).next_review) == ("", None)
    with pytest.raises(BadInput, match="not a date"):
        register.set_next_review(db, ADA, id, "next spring")


def test_comments_are_kept_in_order_with_who_and_when(db):
    id = id_of(db, RECORD)
    register.comment(db, ADA, id, "First.")
    register.comment(db, ADA, id, " <b>Second</b> ")
    comments = register.record(db, ADA, id).comments
    assert [(one.text, one.by) for one in comments] == [("First.", "local"), ("<b>Second</b>", "local")]
    assert register.row(db, ADA, id).comments == 2
    with pytest.raises(BadInput, match="empty"):
        register.comment(db, ADA, id, " \n ")
    with pytest.raises(BadInput, match="at most"):
        register.comment(db, ADA, id, "x" * 20_000)


def test_a_file_given_as_evidence_comes_back_byte_for_byte(db):
    id = id_of(db, RECORD)
    content = bytes(range(256))
    name = register.add_evidence(db, ADA, id, "file", "..\\..\\etc/<b>plan</b>.pdf", content)
    [evidence] = register.record(db, ADA, id).evidence
    assert not set("/\\<>") & set(evidence.text)
    assert (evidence.kind, evidence.size, evidence.by) == ("file", 256, "local")
    assert register.evidence_bytes(db, ADA, id, name) == content


def test_links_and_notes_are_evidence_too(db):
    id = id_of(db, RECORD)
    link = register.add_evidence(db, ADA, id, "link", " https://example.org/minutes?id=4 ")
    register.add_evidence(db, ADA, id, "note", "Seen on the wall.")
    assert [one.text for one in register.record(db, ADA, id).evidence] == [
        "https://example.org/minutes?id=4",
        "Seen on the wall.",
    ]
    assert register.row(db, ADA, id).evidence == 2
    with pytest.raises(NotFound, match="no file"):
        register.evidence_bytes(db, ADA, id, link)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.org",
        "example.org",
        "http://",
        "http://[",
        "",
        "https://a b",
    ],
)
def test_only_web_addresses_are_links(db, address):
    with pytest.raises(BadInput, match="web address"):
        register.add_evidence(db, ADA, id_of(db, RECORD), "link", address)


def test_empty_or_huge_evidence_is_refused(db):
    id = id_of(db, RECORD)
    for kind, text, content in [
        ("file", "a.txt", b""),
        ("file", "a.txt", None),
        ("file", "a.txt", b"x" * 25_000_001),
        ("note", " ", None),
        ("song", "la", None),
    ]:
        with pytest.raises(BadInput):
            register.add_evidence(db, ADA, id, kind, text, content)
    assert one(db, "select count(*) as n from evidence_file")["n"] == 0


def test_removed_evidence_stays_in_the_history_and_can_be_brought_back(db):
    id = id_of(db, RECORD)
    name = register.add_evidence(db, ADA, id, "note", "Seen.")
    register.remove_evidence(db, ADA, id, name)
    assert register.record(db, ADA, id).evidence == ()
    assert [event.title for event in register.history(db, ADA, id)] == ["Added a note as evidence", "Removed evidence"]
    register.undo(db, ADA)
    assert [one.text for one in register.record(db, ADA, id).evidence] == ["Seen."]
    with pytest.raises(NotFound):
        register.remove_evidence(db, ADA, id, "nothing")


def test_deleting_the_document_deletes_its_evidence(db):
    register.add_evidence(db, ADA, id_of(db, RECORD), "file", "a.txt", b"secret")
    assert library.delete(db, ADA, "d1").counts["evidence_file"] == 1
    assert rows(db, "select * from evidence_file") == []


def test_the_date_of_the_event_gives_the_due_date(db):
    id = id_of(db, NOTIFY)
    assert register.set_anchor_date(db, ADA, id, "2026-05-03") == "2026-05-06"
    row = register.row(db, ADA, id)
    assert (row.due, row.anchor_date) == ("2026-05-06", "2026-05-03")
    assert register.set_anchor_date(db, ADA, id, None) is None


def test_a_recurrence_gives_its_next_occurrence(db):
    assert register.set_anchor_date(db, ADA, id_of(db, REVIEW), "2020-03-01", today=date(2026, 11, 22)) == "2027-03-01"


def test_correcting_the_deadline_moves_the_due_date(db):
    id = id_of(db, NOTIFY)
    register.set_anchor_date(db, ADA, id, "2026-05-08")
    register.correct(db, ADA, id, "deadline", "P1D")
    assert register.row(db, ADA, id).due == "2026-05-09"
    register.correct(db, ADA, id, "days", "working")
    assert register.row(db, ADA, id).due == "2026-05-11"


def test_a_date_is_asked_only_where_something_can_be_counted(db):
    with pytest.raises(BadInput, match="no deadline"):
        register.set_anchor_date(db, ADA, id_of(db, TELL), "2026-05-03")
    with pytest.raises(BadInput, match="not a date"):
        register.set_anchor_date(db, ADA, id_of(db, NOTIFY), "3 May")
    register.correct(db, ADA, id_of(db, TELL), "deadline", "2027-01-01")
    with pytest.raises(BadInput, match="a date already"):
        register.set_anchor_date(db, ADA, id_of(db, TELL), "2026-05-03")


def test_overdue_is_what_is_open_and_past_its_date(db):
    id = id_of(db, NOTIFY)
    register.set_anchor_date(db, ADA, id, "2026-05-03")
    late = Filter(deadline="overdue", today=date(2026, 5, 7))
    assert register.count(db, ADA, late) == 1
    assert register.count(db, ADA, Filter(deadline="overdue", today=date(2026, 5, 6))) == 0
    assert register.count(db, ADA, Filter(deadline="soon", today=date(2026, 5, 6))) == 1
    register.set_status(db, ADA, id, "met")
    assert register.count(db, ADA, late) == 0


def test_nobody_is_late_when_a_retention_period_ends(db):
    id = id_of(db, NOTIFY)
    register.correct(db, ADA, id, "deadline_kind", "retention")
    assert register.set_anchor_date(db, ADA, id, "2026-05-03") == "2026-05-06"
    late = Filter(deadline="overdue", today=date(2027, 1, 1))
    assert register.count(db, ADA, late) == register.facets(db, ADA, late)["deadline"]["overdue"] == 0


def test_the_history_tells_everything_in_order(db):
    id = id_of(db, RECORD)
    register.set_status(db, ADA, id, "in progress")
    register.correct(db, ADA, id, "bearer", "Bank")
    register.comment(db, ADA, id, "why")
    assert [(event.kind, event.field.partition(":")[0]) for event in register.history(db, ADA, id)] == [
        ("status", "status"),
        ("correct", "bearer"),
        ("comment", "comment"),
    ]


def test_the_log_of_gestures_holds_no_text_of_the_document(db):
    register.correct(db, ADA, id_of(db, RECORD), "bearer", "Zanzibar Bank")
    register.split(db, ADA, id_of(db, TELL), register.row(db, ADA, id_of(db, TELL)).position + 20)
    kept = " ".join(str(value) for row in rows(db, "select * from gesture") for value in row.values())
    assert "Zanzibar" not in kept
    assert "clients" not in kept


def test_a_gesture_that_fails_leaves_nothing_behind(db):
    with pytest.raises(NotFound):
        register.set_status(db, ADA, [id_of(db, RECORD), "d1.0000000000000000"], "met")
    for table in ("gesture", "change", "overlay"):
        assert rows(db, f"select * from {table}") == []
    with pytest.raises(Conflict):
        register.undo(db, ADA)
