"""Documents appear whole, once for each access label, to those who may see them."""

import hashlib
import multiprocessing
import stat
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import jobs, library
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.library.names import display_name
from core.settings import Settings
from core.store import connect, one
from tests.library_parts import ADA, BEN, CYD, EVE, NOBODY, TEXT, bring, files, import_waiting, listed, read
from tests.operations_parts import today


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "copilot.db"


@pytest.fixture
def db(path):
    return connect(path)


# --- bytes that arrive ------------------------------------------------------------------------------------------


def test_uploaded_bytes_are_kept_under_their_digest_for_this_account_only(db, path):
    library.receive(db, ADA, TEXT.encode(), "clock.md")
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    assert files(path) == [digest]
    stored = path.parent / "files" / digest
    assert stored.read_bytes() == TEXT.encode()
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert stat.S_IMODE(stored.parent.stat().st_mode) == 0o700


def test_an_upload_is_a_job_of_the_one_who_uploaded(db):
    receipt = library.receive(db, ADA, TEXT.encode(), "clock.md")
    job = jobs.job(db, ADA, receipt.job_id)
    assert (job.kind, job.title, job.state) == ("import", "clock.md", "queued")
    assert receipt.document_id is None
    assert jobs.jobs(db, BEN) == []


def test_a_document_is_not_there_before_its_import_is_complete(db):
    receipt = library.receive(db, ADA, TEXT.encode(), "clock.md")
    assert listed(db, ADA) == []
    document_id = import_waiting(db)
    assert listed(db, ADA) == [document_id] == [jobs.job(db, ADA, receipt.job_id).subject]


def test_an_empty_and_a_too_large_upload_are_refused_in_a_sentence_and_leave_nothing(db, path):
    with pytest.raises(BadInput, match=r"^'clock\.md' is empty; choose"):
        library.receive(db, ADA, b"", "clock.md")
    with pytest.raises(BadInput, match="has 2 MB and at most 1 MB are taken"):
        library.receive(db, ADA, b"x" * 2_000_000, "clock.md", settings=Settings(max_upload_mb=1))
    assert files(path) == []
    assert jobs.jobs(db, ADA) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\plan.docx", "plan.docx"),
        ("<script>alert(1)</script>.pdf", "script alert(1) script .pdf"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("a\x00b\nc\td.md", "a b c d.md"),
        ("..", "document"),
        ("", "document"),
        ("Größe – Änderung 2.pdf", "Größe – Änderung 2.pdf"),
        ("规则.pdf", "规则.pdf"),
    ],
)
def test_a_file_name_is_made_fit_to_show(given, shown):
    assert display_name(given) == shown


def test_a_long_file_name_is_cut_and_keeps_its_ending():
    assert display_name("a" * 500 + ".pdf") == "a" * 116 + ".pdf"
    assert len(display_name("a" * 500)) == 120
    assert len(display_name("a." + "b" * 500)) == 120


def test_a_file_name_never_chooses_where_bytes_go(db, path):
    library.receive(db, ADA, TEXT.encode(), "../../../outside.md")
    assert [file.name for file in path.parent.parent.iterdir()] == ["var"]
    assert [job.title for job in jobs.jobs(db, ADA)] == ["outside.md"]


# --- the same file twice ----------------------------------------------------------------------------------------


def test_the_same_file_twice_is_one_document(db):
    document_id = bring(db)
    again = library.receive(db, ADA, TEXT.encode(), "copy of clock.md")
    assert again == library.Receipt(document_id, None, document_id)
    assert listed(db, ADA) == [document_id]


def test_the_same_file_again_while_it_is_being_imported_is_the_same_job(db):
    first = library.receive(db, ADA, TEXT.encode(), "clock.md")
    second = library.receive(db, ADA, TEXT.encode(), "clock.md")
    assert second.job_id == first.job_id
    assert second.duplicate_of == import_waiting(db)


def test_a_file_whose_import_failed_can_be_uploaded_again(db):
    library.receive(db, ADA, TEXT.encode(), "clock.md")
    jobs.fail(db, jobs.claim_next(db, lease_seconds=60), "BadInput", "Not today.")
    assert library.receive(db, ADA, TEXT.encode(), "clock.md").duplicate_of is None


def test_an_old_failed_import_that_is_retried_does_not_make_a_second_document(db):
    first = library.receive(db, ADA, TEXT.encode(), "clock.md")
    jobs.fail(db, jobs.claim_next(db, lease_seconds=60), "BadInput", "Not today.")
    document_id = bring(db)
    jobs.retry(db, ADA, first.job_id)
    with pytest.raises(BadInput, match="in the library already; dismiss this import"):
        import_waiting(db)
    assert listed(db, ADA) == [document_id]


def test_the_same_file_under_another_label_is_another_document_sharing_the_stored_bytes(db, path):
    internal = bring(db)
    restricted = bring(db, card={"sensitivity": "Restricted"})
    for_dpo = bring(db, card={"groups": ["dpo"]})
    assert len({internal, restricted, for_dpo}) == 3
    assert len(files(path)) == 1


def test_nobody_learns_of_a_copy_that_they_may_not_see(db):
    bring(db, card={"sensitivity": "Restricted"}, signed=True)
    bring(db, card={"groups": ["dpo"]}, signed=True)
    bring(db, EVE, signed=True)
    for person in (BEN, CYD):
        assert library.receive(db, person, TEXT.encode(), "clock.md").duplicate_of is None


def test_nobody_can_probe_for_a_copy_under_a_label_above_their_own(db):
    bring(db, card={"sensitivity": "Restricted"})
    with pytest.raises(BadInput, match="choose one of: public, internal"):
        library.receive(db, CYD, TEXT.encode(), "clock.md", card={"sensitivity": "Restricted"})
    with pytest.raises(BadInput, match="not in the group 'dpo'"):
        library.receive(db, CYD, TEXT.encode(), "clock.md", card={"groups": ["dpo"]})


def test_two_drafts_of_the_same_file_by_two_people_stay_apart_until_one_is_approved(db):
    adas, bens = bring(db, ADA), bring(db, BEN)
    assert adas != bens
    library.sign_card(db, ADA, adas)
    with pytest.raises(Conflict, match="in the library under this label as 'Clock policy'"):
        library.sign_card(db, BEN, bens)
    assert library.receive(db, CYD, TEXT.encode(), "clock.md").duplicate_of == adas


def test_a_label_cannot_be_changed_to_that_of_a_copy(db):
    bring(db)
    restricted = bring(db, card={"sensitivity": "Restricted"})
    with pytest.raises(Conflict, match="keep one of the two"):
        library.save_card(db, ADA, restricted, {"sensitivity": "Internal"})


def _upload(path, barrier, results):
    db = connect(path)
    barrier.wait()
    results.put(library.receive(db, ADA, TEXT.encode(), "clock.md"))


def test_two_uploads_of_the_same_file_at_once_are_one_document(db, path):
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(4), context.Queue()
    people = [context.Process(target=_upload, args=(path, barrier, results)) for _ in range(4)]
    for person in people:
        person.start()
    receipts = [results.get(timeout=120) for _ in people]
    for person in people:
        person.join(120)
    assert len({receipt.job_id for receipt in receipts}) == 1
    assert sum(receipt.duplicate_of is None for receipt in receipts) == 1
    import_waiting(db)
    assert jobs.claim_next(db, lease_seconds=60) is None
    assert len(listed(db, ADA)) == 1


# --- reading back -----------------------------------------------------------------------------------------------


def test_what_was_read_comes_back_as_it_was(db):
    document_id = bring(db, pages=2, regulation="32099R0001", applies_to=("firms",), warnings=("Page 9 is blurred.",))
    was = read(document_id, TEXT.encode(), pages=2, regulation="32099R0001", applies_to=("firms",))
    assert library.provisions(db, ADA, document_id) == list(was.provisions)
    assert library.words(db, ADA, document_id, 2) == [was.words[1]]
    assert library.words(db, ADA, document_id, 3) == []
    back = library.reading(db, ADA, document_id)
    assert (back.provisions, back.words, back.hidden) == (was.provisions, was.words, was.hidden)
    document = library.document(db, ADA, document_id)
    assert (document.text, document.pages, document.sha256) == (TEXT, was.document.pages, was.document.sha256)
    assert (document.regulation, document.applies_to) == ("32099R0001", ("firms",))
    assert document.access.owner == "ada"
    assert document.warnings == ("Page 9 is blurred.",)


def test_a_new_file_of_a_known_regulation_is_its_next_version_and_the_previous_one_stays(db):
    arrived = [bring(db, text=TEXT.replace("wind", verb)) for verb in ("wind", "oil", "clean", "set", "sell")]
    numbered = [(row.id, row.version_number) for row in library.versions(db, ADA, arrived[2])]
    assert numbered == list(zip(arrived, range(1, 6), strict=True))
    assert library.document_row(db, ADA, arrived[2]).version_count == 5
    assert "wind" in library.document(db, ADA, arrived[0]).text


def test_a_translation_is_no_version_of_what_it_translates(db):
    english, danish = bring(db), bring(db, text="1. Firmaet skal handle.", name="ur.md", language="da")
    assert [row.id for row in library.versions(db, ADA, english)] == [english]
    assert [(row.version_number, row.version_count) for row in library.documents(db, ADA)] == [(1, 1), (1, 1)]
    assert [row.id for row in library.versions(db, ADA, danish)] == [danish]


def test_versions_that_a_person_may_not_see_leave_no_gap_in_the_numbers(db):
    bring(db, card={"sensitivity": "Restricted"}, signed=True)
    second = bring(db, text=TEXT.replace("wind", "oil"), signed=True)
    row = library.document_row(db, CYD, second)
    assert (row.version_number, row.version_count) == (1, 1)


def test_documents_are_listed_latest_first_and_found_by_title_number_or_file_name(db):
    clock = bring(db)
    bell = bring(db, text="Bells", name="bell_100%.md", title="Bell rules", regulation="32099R0007")
    assert listed(db, ADA) == [bell, clock]
    for words in ("bell", "RULES bell", "32099r", "100%", "bell_1"):
        assert [row.id for row in library.documents(db, ADA, text=words)] == [bell]
    assert library.documents(db, ADA, text="b%l") == []
    assert library.documents(db, ADA, status="approved") == []
    with pytest.raises(BadInput, match="draft, approved, withdrawn, escalated"):
        library.documents(db, ADA, status="lost")


# --- who may see it ---------------------------------------------------------------------------------------------

READERS = {
    "document": library.document,
    "provisions": library.provisions,
    "reading": library.reading,
    "versions": library.versions,
    "row": library.document_row,
    "card": library.card,
    "holds": library.holds,
    "words": lambda db, user, id: library.words(db, user, id, 1),
    "page_png": lambda db, user, id: library.page_png(db, user, id, 1),
    "allowed": lambda db, user, id: library.allowed(db, user, id, "rag"),
    "require_released": library.require_released,
}
WRITERS = {
    "save_card": lambda db, user, id: library.save_card(db, user, id, {"retention": "none"}),
    "sign_card": library.sign_card,
    "withdraw": lambda db, user, id: library.withdraw(db, user, id, "old"),
    "hold": lambda db, user, id: library.hold(db, user, id, "case"),
    "unhold": library.unhold,
    "expire": lambda db, user, id: library.expire(db, user, id, today()),
    "release": lambda db, user, id: library.release(db, user, id, "fine"),
    "reject": lambda db, user, id: library.reject(db, user, id, "bad"),
    "delete": library.delete,
}


@pytest.mark.parametrize("name", [*READERS, *WRITERS])
def test_a_draft_does_not_exist_for_anybody_but_its_owner(db, name):
    document_id = bring(db)
    act = {**READERS, **WRITERS}[name]
    for person in (BEN, CYD, EVE, NOBODY):
        with pytest.raises(NotFound, match="no such document, or you may not see it"):
            act(db, person, document_id)
        assert listed(db, person) == []


def test_an_approved_document_is_read_by_those_with_the_tenant_the_clearance_and_a_group(db):
    internal = bring(db, signed=True)
    public = bring(db, text="a", card={"sensitivity": "Public"}, title="A", signed=True)
    for_risk = bring(db, text="b", card={"groups": ["risk", "dpo"]}, title="B", signed=True)
    for_dpo = bring(db, text="c", card={"groups": ["dpo"]}, title="C", signed=True)
    assert set(listed(db, ADA)) == {internal, public, for_risk, for_dpo}
    assert set(listed(db, BEN)) == {internal, public, for_risk}
    assert set(listed(db, CYD)) == {internal, public}
    assert listed(db, EVE) == listed(db, NOBODY) == []


@pytest.mark.parametrize("name", WRITERS)
def test_who_may_only_read_cannot_change_anything(db, name):
    document_id = bring(db, signed=True)
    with pytest.raises((NotAllowed, Conflict)):
        WRITERS[name](db, CYD, document_id)
    assert library.document_row(db, CYD, document_id).status == "approved"


def test_an_owner_who_lost_the_group_or_the_clearance_reads_no_more(db):
    document_id = bring(db, card={"groups": ["dpo"], "sensitivity": "Confidential"})
    for poorer in (replace(ADA, groups=()), replace(ADA, clearances=("public",)), replace(ADA, tenant="other")):
        with pytest.raises(NotFound):
            library.document(db, poorer, document_id)


def test_a_withdrawn_and_an_expired_document_are_their_owners_alone(db):
    withdrawn, expired = bring(db, signed=True), bring(db, text="b", title="B", signed=True)
    library.withdraw(db, ADA, withdrawn, "Replaced by version 2")
    library.expire(db, ADA, expired, today())
    assert listed(db, CYD) == []
    assert set(listed(db, ADA)) == {withdrawn, expired}
    library.expire(db, ADA, expired, today() + timedelta(days=1))
    assert listed(db, CYD) == [expired]
    library.expire(db, ADA, expired, None)
    assert listed(db, CYD) == [expired]


def test_the_condition_works_on_other_tables_and_aliases(db):
    bring(db, signed=True)
    bring(db, text="b", title="B")
    condition, parameters = library.visible(CYD, document="d", today=date(2020, 1, 1))
    sql = f"select count(*) as n from provision join document as d on d.id = provision.document_id where {condition}"
    assert one(db, sql, parameters) == {"n": 2}
