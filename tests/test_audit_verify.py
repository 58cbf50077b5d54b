"""Whatever is done to the log from outside is found and named; whatever befalls it by accident is no alarm."""

import json
import os
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import activity, audit
from core.audit import heads, keys, mending, sealing
from core.audit import outside as heads_file
from core.audit.verifying import verify
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import LOCAL, sessions
from core.store import connect, write
from tests.audit_parts import MAI, act, log, noted, outside, path

OTHER_KEY = "ab" * 32


@pytest.fixture
def db(tmp_path):
    return log(tmp_path, 12)


def kinds(report):
    return [problem.kind for problem in report.problems]


def verified(db):
    """Verify what is new and remember how far, as the screen and the command do."""
    report = verify(db)
    assert report.ok, report.what
    sealing.keep(db, report.checkpoint)
    return report


# --- all is well ------------------------------------------------------------------------------------------------


def test_an_untouched_log_verifies_whole(db):
    report = verify(db, whole=True)
    assert (report.ok, report.checked, report.head.number, report.notes) == (True, 12, 12, ())


def test_an_empty_log_is_well_and_has_no_head(tmp_path):
    report = verify(log(tmp_path))
    assert (report.ok, report.head, report.checkpoint) == (True, None, None)


def test_what_was_verified_is_not_read_again(db):
    verified(db)
    for number in (13, 14, 15):
        act(db, number)
    report = verify(db)
    assert (report.ok, report.checked, report.whole) == (True, 3, False)


def test_reading_in_slices_tells_how_far_it_is(db, monkeypatch):
    monkeypatch.setattr("core.audit.walking.SLICE", 5)
    told = []
    verify(db, whole=True, tell=lambda done, total: told.append((done, total)))
    assert told[-1] == (12, 12)


# --- what somebody does to the rows -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "user_id = 'somebody'", "details = '{}'", "at = '2020-01-01T00:00:00.000Z'", "digest = null",
        "hash = printf('%064x', 7)", "event = 'item.rejected'", "mode = 'oidc'", "tenant = 'other'",
        "details = cast(x'ff00fe' as text)",
    ],
)  # fmt: skip
def test_a_changed_row_is_named_by_its_number(db, change):
    outside(db, f"update audit set {change} where number = 7")
    report = verify(db, whole=True)
    assert (report.ok, report.first_bad, kinds(report)) == (False, 7, ["changed"])
    assert report.what.startswith("Entry 7 was changed")


def test_several_changed_rows_are_one_sentence(db):
    outside(db, "update audit set user_id = 'somebody' where number between 3 and 6")
    assert verify(db, whole=True).what.startswith("Entries 3 to 6 were changed")


def test_removed_rows_are_named(db):
    outside(db, "delete from audit where number between 4 and 6")
    report = verify(db, whole=True)
    assert (kinds(report), report.what) == (["removed"], "Entries 4 to 6 were removed.")


def test_a_removed_row_is_named_though_the_rest_was_renumbered(db):
    outside(
        db, "delete from audit where number = 4", "update audit set number = -number where number > 4",
        "update audit set number = -number - 1 where number < 0",
    )  # fmt: skip
    report = verify(db, whole=True)
    assert "Entry 4 was removed, and those after renumbered to hide it." in [one.says for one in report.problems]


def test_two_rows_that_changed_places_are_named(db):
    outside(db, *(f"update audit set number = {new} where number = {old}" for old, new in ((3, 99), (9, 3), (99, 9))))
    said = [problem.says for problem in verify(db, whole=True).problems]
    assert "Entry 3 was number 9 when it was written: the order was changed." in said
    assert "Entry 9 was number 3 when it was written: the order was changed." in said


def test_a_row_put_in_between_is_named(db):
    outside(
        db, "update audit set number = -number where number > 5",
        "update audit set number = -number + 1 where number < 0",
        "insert into audit select 6, printf('%064x', 1), printf('%064x', 2), at, tenant, 'mallory', mode, event,"
        " subject, document_id, digest, details from audit where number = 5",
    )  # fmt: skip
    report = verify(db, whole=True)
    assert report.first_bad == 6
    assert {"changed", "inserted"} <= set(kinds(report))


def test_a_row_put_on_the_end_is_named(db):
    outside(
        db, "insert into audit select 13, hash, printf('%064x', 2), at, tenant, 'mallory', mode, event, subject,"
        " document_id, digest, details from audit where number = 12",
    )  # fmt: skip
    assert verify(db, whole=True).what.startswith("Entry 13 was changed, or not written by this program")


def test_a_log_that_was_cut_short_is_found_by_its_heads(db):
    outside(db, "delete from audit where number > 9")
    report = verify(db, whole=True)
    assert kinds(report) == ["cut"]
    assert report.what.startswith("Entries 10 to 12 were cut off: the log ends with 9")


def test_a_log_that_was_cut_and_written_on_is_found_by_its_heads(db):
    outside(db, "delete from audit where number > 9")
    for number in (20, 21, 22, 23):
        act(db, number)
    report = verify(db, whole=True)
    assert (set(kinds(report)), report.first_bad) == ({"rewritten"}, 10)


def test_cutting_the_heads_as_well_does_not_help_past_a_checkpoint(db):
    verified(db)
    outside(db, "delete from audit where number > 9")
    noted(db).write_bytes(b"\n".join(noted(db).read_bytes().split(b"\n")[:10]))
    report = verify(db)
    assert "The log was verified up to entry 12 and ends with 9 now" in report.what
    assert "heads" in kinds(report)


def test_an_emptied_log_is_cut_short(db):
    outside(db, "delete from audit")
    assert verify(db, whole=True).what.startswith("Entries 1 to 12 were cut off")


def test_a_whole_table_put_in_its_place_is_named(db, tmp_path):
    (other := tmp_path / "other").mkdir()
    forged = log(other, 12)
    forged.close()
    outside(
        db, f"attach '{other / 'copilot.db'}' as forged", "delete from audit",
        "insert into main.audit select * from forged.audit",
    )  # fmt: skip
    assert "the log was replaced, or it is another key" in verify(db, whole=True).what


def test_a_whole_table_put_in_its_place_is_named_for_sure_where_it_was_verified_before(db, tmp_path):
    verified(db)
    (other := tmp_path / "other").mkdir()
    log(other, 12).close()
    outside(
        db, f"attach '{other / 'copilot.db'}' as forged", "delete from audit",
        "insert into main.audit select * from forged.audit",
    )  # fmt: skip
    assert [one.says for one in verify(db, whole=True).problems if "the log was replaced" in one.says]


def test_somebody_with_the_key_is_found_by_the_heads_that_they_left(db):
    from core.audit.chain import hashed
    from core.store import rows

    altered = rows(db, "select * from audit where number = 12")[0] | {"user_id": "somebody"}
    outside(
        db, f"update audit set user_id = 'somebody', hash = '{hashed(keys.key(db), altered)}' where number = 12"
    )  # fmt: skip
    report = verify(db, whole=True)
    assert (kinds(report), report.first_bad) == (["rewritten"], 12)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers(1, 12), column=st.sampled_from(["prev", "hash", "at", "user_id", "subject", "details"]))
def test_any_changed_cell_of_any_row_is_found(tmp_path_factory, number, column):
    db = log(tmp_path_factory.mktemp("log"), 12)
    outside(db, f"update audit set {column} = {column} || 'x' where number = {number}")
    report = verify(db, whole=True)
    assert (report.ok, report.first_bad) == (False, number)
    db.close()


# --- what somebody does around them -----------------------------------------------------------------------------


def test_guards_that_were_taken_away_or_changed_are_named(db):
    outside(db, guards=False)
    assert kinds(verify(db)) == ["guards"] * 3
    outside(db, "create trigger audit_fixed before update on audit begin select 1; end")
    said = " ".join(problem.says for problem in verify(db).problems)
    assert "audit_fixed of the log's table was changed" in said
    assert "audit_kept of the log's table was taken away" in said


def test_guards_are_put_back_and_an_entry_tells_of_it_for_good(db):
    outside(db, guards=False)
    with closing(sqlite3.connect(path(db))) as raw:
        raw.execute('create trigger "of mine" after insert on audit begin select 1; end')
        raw.execute("create trigger audit_kept before delete on audit begin select 1; end")
    assert mending.put_guards_back(db, LOCAL) == 4
    report = verify(db)
    assert report.ok
    assert "Entry 13" in report.notes[0]
    assert "put back" in report.notes[0]
    assert mending.put_guards_back(db, LOCAL) == 0
    with pytest.raises(sqlite3.IntegrityError, match="nothing is taken out"), write(db):
        db.execute("delete from audit")


def test_a_remark_whose_entry_is_gone_tells_that_the_log_was_cut_with_its_heads(db):
    with write(db):
        audit.say(db, LOCAL, "item:1", "reason", "Read against the page.")
    cut(db, 12)
    assert "its entry was taken away" in verify(db, whole=True).what
    with closing(sqlite3.connect(path(db))) as raw, raw:
        raw.execute("update remark set text = 'other words'")
    assert "put in from outside" in verify(db, whole=True).what


def test_a_view_that_no_entry_tells_of_is_named(db):
    audit.seen(db, LOCAL, "item:1", "d" * 64)
    assert verify(db, whole=True).ok
    with closing(sqlite3.connect(path(db))) as raw, raw:
        raw.execute("insert into sight values ('s', 'document:1', 'e', '2026-11-22')")
    assert "One view is noted" in verify(db, whole=True).what
    cut(db, 12)
    assert "2 views are noted" in verify(db, whole=True).what


def test_a_session_that_nobody_opened_is_named(db):
    sessions.open(db, LOCAL.id, "local")
    assert verify(db, whole=True).ok
    with closing(sqlite3.connect(path(db))) as raw, raw:
        row = "'f' || substr(id, 2), account_id, mode, started_at, seen_at, null, null, null"
        raw.execute(f"insert into session select {row} from session")
    assert "One session is there, and no entry tells of it" in verify(db, whole=True).what


def test_what_others_say_and_see_meanwhile_is_no_alarm(db):
    def meanwhile(done: int, total: int) -> None:
        with connect(path(db)) as other:
            audit.seen(other, LOCAL, f"item:{done}", "d" * 64)
            with write(other):
                audit.say(other, LOCAL, "item:1", "comment", "Meanwhile")

    assert verify(db, whole=True, tell=meanwhile).ok


def test_a_checkpoint_that_was_taken_away_is_named_by_the_entry_that_tells_of_it(db):
    activity.check(db, LOCAL)
    sealing.path(db).unlink()
    report = verify(db)
    assert kinds(report) == ["checkpoint"]
    assert "Entry 13 says that the log was verified" in report.what
    assert not activity.check(db, LOCAL).ok
    assert activity.check(db, LOCAL).ok


def test_where_what_is_new_shows_that_somebody_was_at_it_all_is_read_and_the_entry_named(db):
    assert activity.check(db, LOCAL).ok
    outside(db, "update audit set user_id = 'x' where number = 5", guards=False)
    assert [one.first for one in verify(db).problems] == [0, 0, 0]  # the guards; entry 5 is not read again
    report = activity.check(db, LOCAL)
    assert (report.whole, report.first_bad, report.what) == (
        True, 5, "Entry 5 was changed, or not written by this program.",
    )  # fmt: skip


# --- an older copy ----------------------------------------------------------------------------------------------


def an_older_copy(db, further: int = 3) -> None:
    """The database as it was some entries ago, with the files beside it of now: what a restored backup leaves."""
    activity.check(db, LOCAL)
    with closing(sqlite3.connect(path(db))) as raw, closing(sqlite3.connect(path(db).with_suffix(".bak"))) as copy:
        raw.backup(copy)
    for number in range(further):
        act(db, number)
    activity.check(db, LOCAL)
    with closing(sqlite3.connect(path(db).with_suffix(".bak"))) as copy, closing(sqlite3.connect(path(db))) as raw:
        copy.backup(raw)


@pytest.mark.parametrize("later", [0, 2], ids=["at once", "after some more entries"])
def test_an_older_copy_is_accepted_by_an_administrator_with_a_reason_and_told_for_good(db, later):
    an_older_copy(db)
    for number in range(later):
        act(db, number)
    assert {"cut", "rewritten"} & set(kinds(verify(db, whole=True)))
    number = activity.accept_copy(db, LOCAL, "The disk failed.")
    report = verify(db, whole=True)
    assert report.ok, report.what
    assert any(f"Entry {number}" in note and "older copy" in note for note in report.notes)
    assert len(list(noted(db).parent.glob("*-until-*"))) == 2
    act(db, 99)
    assert activity.check(db, LOCAL, whole=True).ok
    outside(db, f"delete from audit where number > {number}")
    assert "cut off" in verify(db, whole=True).what


def test_only_an_older_copy_is_accepted_and_only_by_an_administrator(db):
    with pytest.raises(Conflict, match="Nothing is missing"):
        activity.accept_copy(db, LOCAL, "To be sure.")
    an_older_copy(db)
    with pytest.raises(NotAllowed):
        activity.accept_copy(db, MAI, "The disk failed.")
    with pytest.raises(BadInput):
        activity.accept_copy(db, LOCAL, " ")
    outside(db, "update audit set event = 'item.rejected' where number = 3")
    with pytest.raises(Conflict, match="changed"):
        activity.accept_copy(db, LOCAL, "The disk failed.")
    assert list(noted(db).parent.glob("*-until-*")) == []


def cut(db, last: int) -> None:
    """The end of the log away, and of the heads file, and the guards as they were: all fits together."""
    outside(db, f"delete from audit where number > {last}")
    there = noted(db)
    kept = [line for line in there.read_text().split("\n") if not line or int(line.split()[0]) <= last]
    there.write_text("\n".join(kept))


def test_a_heads_file_that_was_taken_away_is_named(db):
    noted(db).unlink()
    report = verify(db)
    assert kinds(report) == ["heads"]
    assert "is missing: somebody took it away" in report.what


def test_the_next_entry_tells_for_good_that_the_heads_file_was_taken_away(db):
    noted(db).unlink()
    with write(db):
        audit.append(db, LOCAL, "item.accepted", "item:1")
        audit.append(db, LOCAL, "item.accepted", "item:2")
    report = verify(db, whole=True)
    assert report.ok
    assert len(report.notes) == 1
    assert report.notes[0].startswith("Entry 13 of ")
    assert report.head.number == 15


def test_lines_that_are_none_of_ours_are_named(db):
    with noted(db).open("ab") as file:
        file.write(b"\nall is well\n12 " + b"0" * 64)
    report = verify(db, whole=True)
    assert set(kinds(report)) == {"heads", "rewritten"}
    assert "1 of its lines" in next(one.says for one in report.problems if one.kind == "heads")


def test_another_key_is_named_and_the_rows_are_not(db):
    verify_key = keys.path(db)
    verify_key.write_text(OTHER_KEY)
    keys._KNOWN.clear()
    report = verify(db, whole=True)
    assert kinds(report) == ["key"]
    assert "it is another key" in report.what
    keys._KNOWN.clear()


def test_a_key_that_is_gone_is_not_made_anew_for_an_old_log(db, tmp_path):
    keys.path(db).unlink()
    keys._KNOWN.clear()
    with pytest.raises(keys.BadInput, match=r"audit\.key is missing; put it back"):
        act(db, 13)
    assert not (tmp_path / "audit.key").exists()


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_a_key_that_others_can_read_is_noted(db):
    keys.path(db).chmod(0o644)
    assert "chmod 600" in verify(db).notes[0]
    keys.path(db).chmod(0o600)


def test_a_checkpoint_that_somebody_wrote_counts_for_nothing(db):
    verified(db)
    outside(db, "update audit set user_id = 'somebody' where number = 7")
    kept = json.loads(sealing.path(db).read_text())
    sealing.path(db).write_text(json.dumps(kept | {"number": 12, "whole_at": "2030-01-01T00:00:00.000Z"}))
    report = verify(db)
    assert set(kinds(report)) == {"changed", "checkpoint"}
    assert report.checked == 12


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"seal": 1}'])
def test_a_checkpoint_that_is_none_is_named(db, content):
    verified(db)
    sealing.path(db).write_bytes(content)
    assert kinds(verify(db)) == ["checkpoint"]


# --- accidents --------------------------------------------------------------------------------------------------


def test_a_crash_between_the_commit_and_its_line_is_no_alarm(db):
    lines = noted(db).read_bytes().split(b"\n")
    noted(db).write_bytes(b"\n".join(lines[:-1]))
    assert verify(db, whole=True).ok
    act(db, 13)
    report = verify(db, whole=True)
    assert (report.ok, report.notes) == (True, ())


def test_heads_that_are_far_behind_are_noted_and_no_alarm(db, monkeypatch):
    monkeypatch.setattr("core.audit.noted.MOMENT_SECONDS", -10)
    noted(db).write_bytes(b"\n".join(noted(db).read_bytes().split(b"\n")[:5]))
    report = verify(db, whole=True)
    assert report.ok
    assert report.notes[0].startswith("The heads file ends with entry 4 of 12")


def test_lines_of_two_processes_may_be_out_of_order(db):
    lines = noted(db).read_bytes().split(b"\n")
    noted(db).write_bytes(b"\n".join([*lines[:5], lines[7], lines[6], lines[5], *lines[8:]]))
    assert verify(db, whole=True).ok


@pytest.mark.parametrize("left", [b"\n12", b"\n12 ", b"\n12 {half}", b"\n\0\0\0\0", b"\n1", b"\n"])
def test_a_line_torn_by_a_crash_is_no_alarm_and_harms_none_after_it(db, left):
    half = noted(db).read_bytes().split(b"\n")[-1].split(b" ")[1][:20]
    with noted(db).open("ab") as file:
        file.write(left.replace(b"{half}", half))
    act(db, 13)
    report = verify(db, whole=True)
    assert (report.ok, report.head.number) == (True, 13)
    outside(db, "delete from audit where number = 13")
    assert "cut" in kinds(verify(db, whole=True))


def test_a_head_that_cannot_be_noted_ends_nothing_that_is_kept(tmp_path, caplog):
    db = log(tmp_path, 3)
    noted(db).unlink()
    noted(db).mkdir()
    assert act(db, 4) == 4
    assert "could not be noted" in caplog.text


def test_a_rolled_back_write_leaves_no_entry_and_no_line(db):
    before = noted(db).read_bytes()

    def interrupted():
        with write(db):
            audit.append(db, LOCAL, "item.accepted", "item:1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (verify(db, whole=True).head.number, noted(db).read_bytes()) == (12, before)


def test_heads_can_be_kept_in_another_place(tmp_path, monkeypatch):
    from core.settings import settings

    monkeypatch.setenv("COPILOT_AUDIT_HEADS_DIR", str(tmp_path / "elsewhere"))
    settings.cache_clear()
    try:
        db = log(tmp_path / "var", 3)
        verified(db)
        assert {one.name for one in (tmp_path / "elsewhere").iterdir()} == {
            "copilot-audit-heads.log", "copilot-audit-checkpoint.json",
        }  # fmt: skip
    finally:
        settings.cache_clear()


def test_two_databases_in_one_folder_have_each_their_heads(tmp_path):
    one, other = connect(tmp_path / "one.db"), connect(tmp_path / "other.db")
    for number in range(3):
        act(one, number)
    act(other, 1)
    assert (verify(one, whole=True).ok, verify(other, whole=True).ok) == (True, True)


def test_the_guards_refuse_what_is_tried_inside(db):
    with pytest.raises(sqlite3.IntegrityError, match="never changes"), write(db):
        db.execute("update audit set user_id = 'x' where number = 1")
    with pytest.raises(sqlite3.IntegrityError, match="taken out"), write(db):
        db.execute("delete from audit where number = 1")
    with pytest.raises(sqlite3.IntegrityError, match="follows the last"), write(db):
        db.execute(
            "insert into audit select 44, hash, 'h', at, tenant, user_id, mode, event, subject, document_id, digest,"
            " details from audit where number = 12"
        )


# --- an exported head -------------------------------------------------------------------------------------------


def test_an_exported_head_is_found_again(db):
    kept = heads_file.written(db)
    act(db, 13)
    compared = heads_file.compare(db, kept)
    assert (compared.ok, compared.since) == (True, 1)


def test_an_exported_head_tells_that_the_log_was_cut_or_written_anew(db):
    kept = heads_file.written(db)
    outside(db, "delete from audit where number > 9")
    assert heads_file.compare(db, kept).verdict == "gone"
    for number in (20, 21, 22, 23):
        act(db, number)
    compared = heads_file.compare(db, kept)
    assert (compared.verdict, "another than on" in compared.says) == ("another", True)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"\xff\xfe", b'{"schema": "audit-head/1", "number": true, "hash": "a", "at": "b"}',
        b'{"schema": "audit-head/1", "number": 1, "hash": "' + b"z" * 64 + b'", "at": "2026"}', b"9" * 20_000,
    ],
)  # fmt: skip
def test_what_is_no_exported_head_is_refused_in_a_sentence(db, data):
    with pytest.raises(keys.BadInput, match="no exported head"):
        heads_file.compare(db, data)


def test_a_long_line_in_the_heads_file_takes_no_memory(db):
    with noted(db).open("ab") as file:
        file.write(b"\n" + b"7" * (1 << 20))
    lines = list(heads.lines(db, 0, heads.size(db)))
    assert any(line.number == 0 for line in lines)
    assert len(lines) < 40
