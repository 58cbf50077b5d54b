"""Each act is one entry, chained to the last, in the write that does it; views once; no words of anybody in it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import activity, audit, library
from core.activity import Filter
from core.activity.files import as_csv, as_lines, read_csv, read_lines
from core.audit import content, folding, heads
from core.audit.chain import Entry
from core.audit.verifying import verify
from core.errors import BadInput, NotAllowed, NotFound
from core.identity import LOCAL, PERMISSIONS
from core.settings import ROOT
from core.store import connect, rows, write
from core.types import User
from tests.audit_parts import ANA, MAI, act, log, noted
from tests.job_parts import wait_until
from tests.library_parts import ADA, bring

SENTENCE = "The keeper shall tell Ms Zwinglipple of Glockenbach at once"


@pytest.fixture
def db(tmp_path):
    return log(tmp_path, 3)


# --- one entry --------------------------------------------------------------------------------------------------


def test_an_entry_says_who_what_about_what_and_in_which_mode(db):
    demo = User(id="ben", name="Ben", mode="demo")
    with write(db):
        number = audit.append(
            db, demo, "item.rejected", "item:7", document_id="d1", digest="ff", risk="high", version=2
        )
    found = activity.entry(db, LOCAL, number)
    assert (found.user_id, found.mode, found.event, found.subject) == ("ben", "demo", "item.rejected", "item:7")
    assert (found.document_id, found.digest, found.details) == ("d1", "ff", {"risk": "high", "version": 2})


def test_each_entry_holds_the_hash_of_the_one_before(db):
    found = rows(db, "select prev, hash from audit order by number")
    assert [row["prev"] for row in found] == ["0" * 64, *(row["hash"] for row in found[:-1])]


def test_a_write_that_is_rolled_back_leaves_no_entry(db):
    def fails():
        with write(db):
            audit.append(db, LOCAL, "item.accepted", "item:1")
            raise sqlite3.IntegrityError

    with pytest.raises(sqlite3.IntegrityError):
        fails()
    assert activity.count(db, LOCAL) == 3


def test_a_refusal_has_a_write_of_its_own(db):
    audit.refused(db, LOCAL, "item:7", "self_approval", step="accept")
    (latest,) = activity.entries(db, LOCAL, limit=1)
    assert (latest.event, latest.details) == ("item.refused", {"step": "accept", "why": "self_approval"})


def test_whoever_is_refused_again_and_again_is_counted_and_fills_no_log(db):
    for number in range(1, 101):
        audit.refused(db, ANA, f"item:{number:016x}", "self_approval")
    found = rows(db, "select details from audit where event = 'item.refused' order by number")
    told = [json.loads(row["details"]).get("times") for row in found]
    assert told == [None] * 20 + [40, 80]
    audit.refused(db, ANA, "item:1", "stale")
    audit.refused(db, MAI, "item:1", "self_approval")
    assert len(rows(db, "select 1 from audit where event = 'item.refused'")) == 24
    assert verify(db).ok


def test_the_hour_ends_with_how_often_it_was(db, monkeypatch):
    for _ in range(50):
        audit.refused(db, ANA, "item:1", "self_approval")
    folding.tend(db)
    assert _times(db) == [40]
    monkeypatch.setattr("core.audit.folding.now", lambda: "2999-01-01T00:00:00.000Z")
    audit.refused(db, ANA, "item:1", "self_approval")
    assert _times(db) == [40, 50]
    assert len(rows(db, "select 1 from refusal")) == 1


def test_the_worker_tells_of_an_hour_after_which_nobody_came_back(db):
    for _ in range(30):
        audit.refused(db, ANA, "item:1", "self_approval")
    with write(db):
        db.execute("update refusal set hour = '2026-01-01T10'")
    folding.tend(db)
    folding.tend(db)
    assert _times(db) == [30]
    assert rows(db, "select * from refusal") == []


def _times(db) -> list[int]:
    sql = "select json_extract(details, '$.times') as times from audit where event = 'item.refused' order by number"
    return [row["times"] for row in rows(db, sql) if row["times"]]


def test_each_write_leaves_one_line_with_its_last_entry(db):
    with write(db):
        audit.append(db, LOCAL, "item.accepted", "item:1")
        audit.append(db, LOCAL, "item.accepted", "item:2")
    assert [line.number for line in heads.lines(db, 0, heads.size(db))] == [1, 2, 3, 5]


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_the_key_and_the_heads_are_for_this_account_alone(db, tmp_path):
    assert [oct(path.stat().st_mode & 0o777) for path in (tmp_path / "audit.key", noted(db))] == ["0o600", "0o600"]


def test_the_key_is_nowhere_in_the_database(db, tmp_path):
    key = (tmp_path / "audit.key").read_text().strip()
    db.close()
    files = [path.read_bytes() for path in tmp_path.glob("copilot.db*")]
    assert [data for data in files if key.encode() in data or bytes.fromhex(key) in data] == []


# --- nobody's words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["accepted", "Item.Accepted", "item accepted", "item.", SENTENCE, "item.a-b"])
def test_an_event_is_a_word_of_ours(db, event):
    with pytest.raises(ValueError, match=r"noun\.verb"), write(db):
        audit.append(db, LOCAL, event, "item:1")


def test_a_sentence_an_address_and_what_hides_in_lists_are_kept_as_digests(db):
    with write(db):
        number = audit.append(
            db, LOCAL, "item.accepted", f"item:{SENTENCE}", title=SENTENCE, mail="zwinglipple@example.org",
            several=["high", SENTENCE, {"inner": SENTENCE}], **{"role": "risk reviewer", "count": 3, "none": None},
        )  # fmt: skip
    (row,) = rows(db, "select subject, details from audit where number = ?", [number])
    assert "wingl" not in row["subject"] + row["details"]
    kept = json.loads(row["details"])
    assert kept["title"].startswith("hmac:")
    assert kept["several"] == ["high", kept["title"], {"inner": kept["title"]}]
    assert (kept["role"], kept["count"], kept["none"]) == ("risk reviewer", 3, None)


@pytest.mark.parametrize(
    "code",
    [
        "risk reviewer", "not an obligation", "anthropic:claude-opus-4-5", "extract-obligations/1.0.1", "2026-11-22",
        "", "engineering owner", "application/pdf", "self_approval", "f" * 64,
    ],
)  # fmt: skip
def test_codes_and_names_of_states_stay_readable(code):
    assert content.coded(b"k" * 32, code) == code


def test_nothing_of_a_document_or_a_person_is_in_the_log(tmp_path):
    db = log(tmp_path)
    text = f"Clock policy\n\n1. {SENTENCE}.\n\n2. Write to zwinglipple@example.org."
    document_id = bring(db, ADA, text, "zwinglipple-policy.md", title="Zwinglipple policy", signed=True)
    with write(db):
        audit.say(db, ADA, "item:1", "reason", SENTENCE, document_id)
    audit.seen(db, ADA, f"document:{document_id}", "ff", document_id=document_id)
    activity.exported(db, ADA, Filter(text=SENTENCE), "csv")
    kept = json.dumps(rows(db, "select * from audit")).lower()
    assert activity.count(db, LOCAL) > 4
    assert [word for word in ("zwingl", "keeper", "glocken", "example.org") if word in kept] == []
    assert b"wingl" not in noted(db).read_bytes().lower()


# --- who saw what -----------------------------------------------------------------------------------------------


def test_a_view_is_logged_once_for_a_session_an_item_and_a_digest(db):
    assert [audit.seen(db, ANA, "item:1", "aa") for _ in range(3)] == [True, False, False]
    assert audit.seen(db, ANA, "item:1", "bb")
    assert audit.seen(db, MAI, "item:1", "aa")
    again = User(id="ana", name="Ana", session="another")
    assert audit.seen(db, again, "item:1", "aa")
    assert activity.count(db, MAI, Filter(kind="saw")) == 4


def test_without_a_session_a_view_is_logged_once_a_day(db):
    service = User(id="robot", name="Robot", mode="service")
    assert [audit.seen(db, service, "document:1", "aa") for _ in range(2)] == [True, False]


def test_looking_again_takes_no_write(db):
    audit.seen(db, ANA, "item:1", "aa")
    other = connect(db.conn.execute("select file from pragma_database_list").fetchone()[0])
    with write(other):
        assert not audit.seen(db, ANA, "item:1", "aa")


# --- reading ----------------------------------------------------------------------------------------------------


@pytest.fixture
def told(tmp_path):
    db = log(tmp_path)
    for number in range(1, 7):
        act(db, number, ANA if number % 2 else MAI)
    audit.seen(db, ANA, "document:d1", "ff", document_id="d1")
    audit.refused(db, ANA, "item:x", "self_approval")
    act(db, 9, User(id="eve", name="Eve", tenant="elsewhere", roles=("admin",)))
    return db


def test_people_read_their_own_entries_and_whoever_may_read_the_log_all_of_the_tenants(told):
    assert {one.user_id for one in activity.entries(told, ANA)} == {"ana"}
    assert {one.user_id for one in activity.entries(told, MAI)} == {"ana", "mai"}
    assert activity.count(told, User(id="eve", name="Eve", tenant="elsewhere", roles=("admin",))) == 1


@pytest.mark.parametrize("role", ["analyst", "reviewer", "manager", "engineering owner", "risk reviewer", "admin"])
def test_every_role_reads_what_the_table_gives_it(told, role):
    reader = User(id="zed", name="Zed", roles=(role,))
    allowed = role in PERMISSIONS["audit.read"][1]
    assert activity.count(told, reader) == (8 if allowed else 0)
    if not allowed:
        for act in (activity.check, activity.kept, activity.head_file):
            with pytest.raises(NotAllowed):
                act(told, reader)


def test_somebody_elses_entry_is_not_there(told):
    with pytest.raises(NotFound):
        activity.entry(told, ANA, 2)
    with pytest.raises(NotFound):
        activity.entry(told, MAI, 10**30)
    assert activity.entry(told, ANA, 1).user_id == "ana"


def test_filters_narrow_and_go_together(told):
    def numbers(**wanted):
        return [one.number for one in activity.entries(told, MAI, Filter(**wanted))]

    assert numbers(users=("mai",)) == [6, 4, 2]
    assert numbers(kind="saw") == numbers(document="d1") == numbers(events=("document.seen",)) == [7]
    assert numbers(kind="refused") == numbers(subject="item:x") == [8]
    assert numbers(kind="did", users=("ana",)) == [5, 3, 1]
    assert numbers(text="3") == [3]
    assert numbers(text=f"{4:064x}") == [4]
    assert numbers(text="ana") == [8, 7, 5, 3, 1]
    assert numbers(text="%") == numbers(text="' or 1=1 --") == []


def test_a_period_has_whole_days(told):
    today = activity.by_day(told, MAI)[0].day
    from datetime import date, timedelta

    day = date.fromisoformat(today)
    assert activity.count(told, MAI, Filter(first=day, last=day)) == 8
    assert activity.count(told, MAI, Filter(last=day - timedelta(days=1))) == 0


def test_the_list_goes_on_page_by_page(told):
    first = activity.entries(told, MAI, limit=3)
    assert [one.number for one in first] == [8, 7, 6]
    assert [one.number for one in activity.entries(told, MAI, limit=3, before=6)] == [5, 4, 3]
    assert [one.number for one in activity.entries(told, MAI, limit=3, offset=6)] == [2, 1]


def test_what_there_is_to_choose_from_is_the_readers(told):
    assert activity.choices(told, MAI, "user_id") == ["ana", "mai"]
    assert activity.choices(told, ANA, "user_id") == ["ana"]
    assert activity.choices(told, MAI, "event") == ["document.seen", "item.accepted", "item.refused"]
    with pytest.raises(ValueError, match="no choice"):
        activity.choices(told, MAI, "details")


def test_days_are_counted_by_kind(told):
    (day,) = activity.by_day(told, MAI)
    assert (day.did, day.saw, day.refused) == (6, 1, 1)


def test_titles_are_shown_to_whoever_may_see_the_document(tmp_path):
    db = log(tmp_path)
    document_id = bring(db, ADA)
    stranger = User(id="zed", name="Zed", roles=("manager",), clearances=())
    assert activity.titles(db, ADA, [document_id, "none"]) == {document_id: "Clock policy"}
    assert activity.titles(db, stranger, [document_id]) == {}
    assert library.documents(db, stranger) == []


# --- files ------------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
VALUES = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | WORDS
ENTRIES = st.builds(
    Entry, number=st.integers(1, 10**9), prev=WORDS, hash=WORDS, at=WORDS, tenant=WORDS, user_id=WORDS, mode=WORDS,
    event=WORDS, subject=WORDS, document_id=st.none() | st.text("abc=+", min_size=1),
    digest=st.none() | st.text("abc-@", min_size=1),
    details=st.dictionaries(WORDS, VALUES | st.lists(VALUES, max_size=3), max_size=4),
)  # fmt: skip


@given(st.lists(ENTRIES, max_size=5))
def test_what_is_exported_is_read_back_without_loss(found):
    assert read_lines(as_lines(found)) == found
    assert read_csv(as_csv(found)) == found


@given(ENTRIES)
def test_no_cell_is_a_formula(found):
    import csv
    import io

    for line in csv.reader(io.StringIO(as_csv([found]).decode("utf-8-sig"), newline="")):
        assert [cell for cell in line if cell.lstrip()[:1] in tuple("=+-@")] == []


def test_a_file_has_what_the_filter_and_the_rights_choose_and_taking_it_is_logged(told):
    assert [one.number for one in read_csv(activity.exported(told, MAI, Filter(kind="saw"), "csv"))] == [7]
    assert {one.user_id for one in read_lines(activity.exported(told, ANA, Filter(), "jsonl"))} == {"ana"}
    latest = activity.entries(told, MAI, Filter(events=("log.exported",)))
    assert [(one.user_id, one.details) for one in latest] == [
        ("ana", {"entries": 5, "format": "jsonl"}), ("mai", {"entries": 1, "format": "csv"}),
    ]  # fmt: skip


def test_a_long_log_is_exported_whole(told, monkeypatch):
    monkeypatch.setattr("core.activity.files.PAGE", 3)
    assert [one.number for one in read_lines(activity.exported(told, MAI, Filter(), "jsonl"))] == list(range(1, 9))


@pytest.mark.parametrize("data", [b"", b"\xff", b"a,b\n1,2\n", b'{"number": 1}', b"[" * 100_000])
def test_what_is_no_exported_log_is_refused_in_a_sentence(data):
    with pytest.raises(BadInput, match="no exported log"):
        read_csv(data)
    if data:
        with pytest.raises(BadInput, match="no exported log"):
            read_lines(data)


def test_an_unknown_format_is_refused(told):
    with pytest.raises(BadInput, match="csv, jsonl"):
        activity.exported(told, MAI, Filter(), "xlsx")


# --- verified at a word -----------------------------------------------------------------------------------------


def test_a_check_is_remembered_and_is_an_entry_itself(told):
    assert activity.kept(told, MAI).checkpoint is None
    assert activity.check(told, MAI).checked == 9
    state = activity.kept(told, MAI)
    assert (state.checkpoint.number, state.new, state.report.ok, state.wrong) == (9, 1, True, None)
    assert activity.entries(told, MAI, limit=1)[0].event == "log.verified"
    assert activity.check(told, MAI).checked == 1


def test_what_was_found_wrong_stays_said_until_it_is_found_right(told):
    noted(told).rename(noted(told).with_suffix(".away"))
    assert not activity.check(told, MAI).ok
    wrong = activity.kept(told, MAI).wrong
    assert (wrong.event, wrong.details["problem"]) == ("log.found_wrong", "heads")
    assert activity.check(told, MAI, whole=True).ok  # the next entry made a new file, and said so for good
    assert activity.kept(told, MAI).wrong is None


def test_a_long_log_is_verified_by_a_job(told, monkeypatch):
    from core import jobs

    monkeypatch.setattr("core.activity.checking.AT_ONCE", 5)
    job_id = activity.keep_checked(told, MAI, whole=True)
    assert activity.keep_checked(told, MAI, whole=True) == job_id
    claim = jobs.claim_next(told, lease_seconds=60)
    monkeypatch.setattr("core.identity.accounts.refreshed", lambda db, user: MAI)
    jobs.perform(told, claim)
    assert jobs.job(told, MAI, job_id).state == "done"
    assert activity.kept(told, MAI).checkpoint.whole_at


# --- eight at once ----------------------------------------------------------------------------------------------


# What is told after the commit must be there, whatever is killed.
APPEND = """
import sys
from core import audit
from core.store import connect, write
from core.types import User
path, worker, told = sys.argv[1:]
db, user = connect(path), User(id=f"w{worker}", name="W")
with open(told, "a") as file:
    for number in range(EACH):
        with write(db):
            audit.append(db, user, "item.accepted", f"item:{worker}-{number}")
            audit.append(db, user, "item.noted", f"item:{worker}-{number}")
        print(f"item:{worker}-{number}", file=file, flush=True)
"""
EACH, PROCESSES, KILLED = 120, 8, 3


def test_eight_processes_append_at_once_with_kills_among_them_and_none_is_lost(tmp_path):
    path, told = tmp_path / "copilot.db", [tmp_path / f"told-{number}" for number in range(PROCESSES)]
    connect(path).close()
    code = APPEND.replace("EACH", str(EACH))
    workers = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(number), str(file)], cwd=ROOT)
        for number, file in enumerate(told)
    ]
    for worker, file in list(zip(workers, told, strict=True))[:KILLED]:
        wait_until(lambda file=file: file.exists() and file.stat().st_size)
        os.kill(worker.pid, signal.SIGKILL)
    for worker in workers:
        worker.wait(180)
    db = connect(path)
    assert verify(db, whole=True).problems == ()
    kept = {row["subject"] for row in rows(db, "select subject from audit where event = 'item.accepted'")}
    assert {line for file in told for line in file.read_text().split()} <= kept
    assert all(f"item:{number}-{EACH - 1}" in kept for number in range(KILLED, PROCESSES))
    sizes = rows(db, "select count(*) as size from audit group by event")
    assert sizes[0] == sizes[1]
