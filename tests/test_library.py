"""Documents appear whole, once for each access label, to those who may see them, and go without a trace of text."""

import hashlib
import json
import multiprocessing
import os
import stat
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import jobs, library
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.identity import local_user
from core.library.cards import digest
from core.library.names import display_name
from core.migrations import MIGRATIONS, Migration
from core.settings import Settings
from core.store import backups, connect, one, rows, write
from core.types import Scope
from tests.library_parts import ADA, BEN, CYD, EVE, NOBODY, TEXT, bring, import_waiting, listed, read
from tests.operations_parts import today


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "copilot.db"


@pytest.fixture
def db(path):
    return connect(path)


def files(path):
    folder = path.parent / "files"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


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


# --- data cards -------------------------------------------------------------------------------------------------


def test_a_card_is_prefilled_from_the_file_and_what_was_found_in_it(db):
    from core.scan import Finding

    found = (Finding("personal", "e-mail", 3, 9),)
    fields = library.card(db, ADA, bring(db, findings=found, regulation="32099R0001", warnings=("Page 2 is blurred",)))
    assert set(fields) == {field.key for field in library.FIELDS} | {"signatures"}
    assert fields["name"] == "Clock policy"
    assert (fields["owner"], fields["sensitivity"], fields["signatures"]) == ("Ada", "Internal", [])
    assert (fields["personal_data"], fields["secrets"], fields["regulated_data"]) == ("Yes", "No", "GDPR")
    assert fields["source"] == "EUR-Lex, CELEX 32099R0001"
    assert fields["known_quality_issues"] == "Page 2 is blurred"
    assert fields["allowed_use"] == {
        "prompting": False,
        "rag": True,
        "evaluation": False,
        "fine_tuning": False,
        "logging": False,
    }


def test_what_a_person_wrote_on_the_card_at_upload_is_kept(db):
    card = {"name": "The clock", "sensitivity": "Confidential", "groups": ["risk"], "personal_data": "Unknown"}
    document_id = bring(db, card=card)
    fields = library.card(db, ADA, document_id)
    assert {key: fields[key] for key in card} == card
    row = library.document_row(db, ADA, document_id)
    assert (row.title, row.classification, row.groups) == ("The clock", "confidential", ("risk",))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"colour": "red"}, "no field 'colour'"),
        ({"sensitivity": "Secret"}, "Sensitivity cannot be 'Secret'; choose one of: Public, Internal"),
        ({"allowed_use": {"training": True}}, "a switch, on or off, for each of: Prompting"),
        ({"allowed_use": {"rag": "yes"}}, "a switch"),
        ({"groups": "risk"}, "takes a list of names"),
        ({"retention": "x" * 3000}, "at most 2000 characters"),
    ],
)
def test_a_card_field_that_does_not_hold_is_refused_by_name(db, fields, sentence):
    document_id = bring(db)
    with pytest.raises(BadInput, match=sentence):
        library.save_card(db, ADA, document_id, fields)
    with pytest.raises(BadInput, match=sentence):
        library.receive(db, ADA, b"other", "other.md", card=fields)


def test_a_card_with_an_empty_required_field_cannot_be_signed(db):
    document_id = bring(db)
    library.save_card(db, ADA, document_id, {"licence": " ", "retention": ""})
    with pytest.raises(BadInput, match="lacks Licence and usage rights, Retention period"):
        library.sign_card(db, ADA, document_id)


def test_the_owners_signature_approves_an_internal_document(db):
    document_id = bring(db)
    assert library.document_row(db, ADA, document_id).awaiting == "signature"
    assert library.sign_card(db, ADA, document_id) == "approved"
    row = library.document_row(db, CYD, document_id)
    assert (row.status, row.awaiting) == ("approved", "")
    [signature] = library.card(db, CYD, document_id)["signatures"]
    assert signature["user_id"] == "ada"
    with pytest.raises(Conflict, match="is approved, so there is nothing to sign"):
        library.sign_card(db, ADA, document_id)


def test_a_confidential_document_waits_for_a_second_person_who_can_read_it_meanwhile(db):
    document_id = bring(db, card={"sensitivity": "Confidential"})
    assert library.sign_card(db, ADA, document_id) == "draft"
    assert library.document_row(db, ADA, document_id).awaiting == "second signature"
    with pytest.raises(Conflict, match="a second person must sign it too"):
        library.sign_card(db, ADA, document_id)
    analyst = replace(BEN, id="dan", roles=("analyst",))
    assert listed(db, CYD) == listed(db, analyst) == []
    assert library.document(db, BEN, document_id).text == TEXT
    assert library.sign_card(db, BEN, document_id) == "approved"
    assert [entry["user_id"] for entry in library.card(db, BEN, document_id)["signatures"]] == ["ada", "ben"]


def test_a_signed_card_that_changes_must_be_signed_again(db):
    document_id = bring(db, signed=True)
    assert not library.save_card(db, ADA, document_id, {"owner": "Ada"})
    assert listed(db, CYD) == [document_id]
    assert library.save_card(db, ADA, document_id, {"retention": "1 year"})
    assert listed(db, CYD) == []
    assert library.card(db, ADA, document_id)["signatures"] == []
    assert library.sign_card(db, ADA, document_id) == "approved"


def test_personal_data_goes_to_hosted_models_as_it_is_only_where_a_signed_card_says_so(db):
    document_id = bring(db, signed=True)
    assert library.card(db, ADA, document_id)["hosted_personal_data"] == "Replaced by tokens"
    assert not library.allows_raw(db, ADA, document_id)
    assert library.save_card(db, ADA, document_id, {"hosted_personal_data": "As it is"})
    assert not library.allows_raw(db, ADA, document_id)  # not signed again yet
    library.sign_card(db, ADA, document_id)
    assert library.allows_raw(db, CYD, document_id)
    library.withdraw(db, ADA, document_id, "old")
    assert not library.allows_raw(db, ADA, document_id)


def test_a_card_older_than_a_field_keeps_its_signature_when_saved_as_it_is(db):
    document_id = bring(db, signed=True)
    fields = library.card(db, ADA, document_id)
    old = {key: value for key, value in fields.items() if key not in ("hosted_personal_data", "signatures")}
    with write(db):
        db.execute("update card set fields = ? where document_id = ?", [json.dumps(old), document_id])
        db.execute("update signature set digest = ?", [digest(old)])
    assert not library.save_card(db, ADA, document_id, {**old, "hosted_personal_data": "Replaced by tokens"})
    assert library.card(db, ADA, document_id)["signatures"]


def test_a_use_is_allowed_by_the_switch_on_the_signed_card_and_by_nothing_else(db):
    document_id = bring(db)
    with pytest.raises(NotAllowed, match="RAG of 'Clock policy' is not allowed yet: its data card is not signed"):
        library.require_use(db, ADA, document_id, "rag")
    library.sign_card(db, ADA, document_id)
    assert library.allowed(db, CYD, document_id, "rag")
    with pytest.raises(NotAllowed, match="Fine-tuning of 'Clock policy' is switched off on its data card"):
        library.require_use(db, CYD, document_id, "fine_tuning")
    library.withdraw(db, ADA, document_id, "old")
    assert not library.allowed(db, ADA, document_id, "rag")
    with pytest.raises(BadInput, match="no use 'selling'"):
        library.allowed(db, ADA, document_id, "selling")


# --- escalated documents ----------------------------------------------------------------------------------------


def test_an_escalated_document_is_withheld_until_a_person_releases_it_with_a_reason(db):
    document_id = bring(db, scope=Scope("escalate", ("It carries text aimed at a model.",)), signed=True)
    row = library.document_row(db, ADA, document_id)
    assert (row.scope, row.gate, row.awaiting) == ("escalate", "waiting", "release")
    assert [one.id for one in library.documents(db, ADA, status="escalated")] == [document_id]
    assert row.scope_reasons == ("It carries text aimed at a model.",)
    with pytest.raises(NotAllowed, match="escalated"):
        library.require_released(db, ADA, document_id)
    assert not library.allowed(db, ADA, document_id, "rag")
    with pytest.raises(BadInput, match="Give a reason"):
        library.release(db, BEN, document_id, "  ")
    library.release(db, BEN, document_id, "A quotation in an annex")
    library.require_released(db, ADA, document_id)
    assert library.allowed(db, ADA, document_id, "rag")


def test_a_rejected_document_stays_out_of_use(db):
    document_id = bring(db, scope=Scope("escalate"))
    library.reject(db, BEN, document_id, "Forged")
    with pytest.raises(NotAllowed, match="rejected"):
        library.require_released(db, ADA, document_id)
    with pytest.raises(Conflict, match="rejected"):
        library.sign_card(db, ADA, document_id)
    with pytest.raises(Conflict, match="cannot be rejected: it is rejected"):
        library.reject(db, BEN, document_id, "again")
    library.release(db, BEN, document_id, "It is genuine after all")
    library.require_released(db, ADA, document_id)


def test_only_somebody_who_may_sign_second_releases_a_document(db):
    document_id = bring(db, scope=Scope("escalate"), signed=True)
    with pytest.raises(NotAllowed, match=r"release what was escalated \('Clock policy'\); ask somebody"):
        library.release(db, CYD, document_id, "Looks fine")
    library.release(db, BEN, document_id, "Looks fine")


@pytest.mark.parametrize("step", [library.release, library.reject])
def test_where_there_are_accounts_nobody_decides_on_an_escalated_document_of_their_own(db, step):
    both = replace(ADA, roles=("analyst", "manager"))
    document_id = bring(db, both, scope=Scope("escalate"))
    with pytest.raises(NotAllowed, match="'Clock policy' is yours, so somebody else must"):
        step(db, both, document_id, "I know it")
    step(db, BEN, document_id, "I looked at it")


def test_the_one_person_of_an_app_without_accounts_decides_on_their_own(db):
    document_id = bring(db, local_user(), scope=Scope("escalate"))
    library.release(db, local_user(), document_id, "I know it")
    library.require_released(db, local_user(), document_id)


def test_an_escalated_draft_is_seen_by_those_who_may_release_it(db):
    document_id = bring(db, scope=Scope("escalate"))
    assert listed(db, BEN) == [document_id]
    assert listed(db, CYD) == listed(db, replace(BEN, clearances=("public",))) == []
    library.release(db, BEN, document_id, "Looks fine")
    assert listed(db, BEN) == []  # a draft of somebody else again


def test_a_plain_document_has_nothing_to_release(db):
    document_id = bring(db, signed=True)
    library.require_released(db, ADA, document_id)
    with pytest.raises(Conflict, match="cannot be released: it is open"):
        library.release(db, BEN, document_id, "why not")


# --- the end ----------------------------------------------------------------------------------------------------


def everything(db):
    """All that any table holds, as text."""
    tables = [row["name"] for row in rows(db, "select name from sqlite_master where type = 'table'")]
    return " ".join(json.dumps(rows(db, f'select * from "{table}"'), default=repr) for table in tables)


def test_deleting_removes_everything_derived_and_leaves_digests_and_dates(db, path):
    document_id = bring(db, pages=1)
    deleted = library.delete(db, ADA, document_id)
    assert deleted.outcome == "deleted"
    expected = {"document": 1, "document_text": 1, "provision": 2, "page": 1, "card": 1, "images": 0, "files": 1}
    assert deleted.counts == expected
    assert listed(db, ADA) == files(path) == []
    [stone] = library.tombstones(db, ADA)
    assert (stone.document_id, stone.deleted_by) == (document_id, "ada")
    assert stone.sha256 == stone.text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    kept = everything(db)
    for word in ("clock", "Clock", "keeper", "white on white"):
        assert word not in kept
    assert library.tombstones(db, BEN) == []
    with pytest.raises(NotFound):
        library.delete(db, ADA, document_id)


def test_no_text_of_a_deleted_document_is_left_in_any_file(db, path):
    text = TEXT + "\n\nThe zebra crossing is guarded by Quentin."
    document_id = bring(db, text=text, name="zebra.md")
    assert any(b"Quentin" in file.read_bytes() for file in path.parent.glob("copilot.db*"))
    library.delete(db, ADA, document_id)
    for file in path.parent.rglob("*"):
        if file.is_file():
            assert b"Quentin" not in file.read_bytes(), file
            assert b"zebra" not in file.read_bytes(), file


def test_every_table_with_something_of_a_document_goes_with_it(db):
    """A table with a document_id that does not cascade would outlive its document unseen.

    What a model call cost, and the log, are still known when the document is gone: they hold ids, digests and counts.
    """
    kept = "('tombstone', 'upload', 'model_call', 'call_day', 'audit')"
    columns = rows(
        db,
        "select t.name as 'table', c.name as 'column' from pragma_table_list t, pragma_table_info(t.name) c"
        f" where t.schema = 'main' and c.name = 'document_id' and t.name not in {kept}",
    )
    cascading = rows(
        db,
        """select t.name as 'table', k."from" as 'column' from pragma_table_list t, pragma_foreign_key_list(t.name) k
        where t.schema = 'main' and k."table" = 'document' and k.on_delete = 'CASCADE'""",
    )
    assert {row["table"] for row in columns} == {row["table"] for row in cascading} == set(library.derived_tables(db))


def test_what_deleting_would_remove_can_be_seen_before(db):
    document_id = bring(db, pages=3)
    seen = library.contents(db, ADA, document_id)
    assert seen["page"] == 3
    deleted = library.delete(db, ADA, document_id)
    assert {**seen, "images": 0, "files": 1} == deleted.counts
    assert deleted.backups == ()


def test_copies_of_the_database_that_still_hold_a_deleted_document_are_named(db, path):
    document_id = bring(db)
    later = Migration(len(MIGRATIONS) + 1, "more", "create table more (id integer) strict;")
    db = connect(path, [*MIGRATIONS, later])
    assert library.delete(db, ADA, document_id).backups == tuple(backups(path))
    assert library.delete(db, ADA, bring(db)).backups == ()


def test_bytes_that_another_document_uses_stay(db, path):
    bring(db)
    other = bring(db, card={"sensitivity": "Restricted"})
    assert library.delete(db, ADA, other).counts["files"] == 0
    assert len(files(path)) == 1


def test_a_document_on_legal_hold_is_withdrawn_and_says_so(db, path):
    document_id = bring(db, signed=True)
    library.hold(db, ADA, document_id, "Case 12")
    assert library.document_row(db, ADA, document_id).held
    assert [(hold["kind"], hold["reason"]) for hold in library.holds(db, ADA, document_id)] == [("legal", "Case 12")]
    result = library.delete(db, ADA, document_id)
    assert (result.outcome, result.counts) == ("withdrawn", {})
    assert result.reason == "It has a legal hold, so it was withdrawn and not deleted."
    assert library.document_row(db, ADA, document_id).status == "withdrawn"
    assert len(files(path)) == 1
    with pytest.raises(Conflict, match="cannot be deleted"):
        library.delete(db, ADA, document_id)
    library.unhold(db, ADA, document_id)
    assert library.delete(db, ADA, document_id).outcome == "deleted"


def test_a_document_with_decided_actions_is_withdrawn_also_after_a_legal_hold_is_lifted(db):
    document_id = bring(db)
    with write(db):
        library.keep(db, ADA, document_id, "decided", "An action was approved")
    library.hold(db, ADA, document_id, "Case 12")
    library.unhold(db, ADA, document_id)
    assert "decided on" in library.delete(db, ADA, document_id).reason
    with pytest.raises(Conflict, match="no legal hold"):
        library.unhold(db, ADA, document_id)


def test_a_deleted_file_can_be_uploaded_again_as_a_new_document(db):
    document_id = bring(db)
    library.delete(db, ADA, document_id)
    assert bring(db) != document_id


def test_a_failed_import_can_be_dismissed_with_its_file(db, path):
    receipt = library.receive(db, ADA, TEXT.encode(), "clock.md")
    with pytest.raises(Conflict, match="only a failed or cancelled import"):
        library.dismiss(db, ADA, receipt.job_id)
    jobs.cancel(db, ADA, receipt.job_id)
    library.dismiss(db, ADA, receipt.job_id)
    assert files(path) == jobs.jobs(db, ADA) == []


# --- what a crash leaves ----------------------------------------------------------------------------------------


def test_a_sweep_removes_files_of_nobody_and_nothing_else(db, path):
    document_id = bring(db)
    library.receive(db, ADA, b"waiting", "waiting.md")
    needed = files(path)
    folder, cache = path.parent / "files", path.parent / "cache"
    (folder / ("0" * 64)).write_bytes(b"a crash came between the file and its row")
    (folder / ".incoming-old").write_bytes(b"half")
    os.utime(folder / ".incoming-old", (time.time() - 7200,) * 2)
    (folder / ".incoming-new").write_bytes(b"being written right now")
    for owner in (document_id, "gone"):
        (cache / owner).mkdir(parents=True)
        (cache / owner / "1-100.png").write_bytes(b"png")
    assert library.sweep(db) == 3
    assert files(path) == [".incoming-new", *needed]
    assert [folder.name for folder in cache.iterdir()] == [document_id]


def test_an_import_that_failed_a_week_ago_is_forgotten(db, path):
    receipt = library.receive(db, ADA, TEXT.encode(), "clock.md")
    jobs.cancel(db, ADA, receipt.job_id)
    assert library.sweep(db) == 0
    with write(db):
        db.execute("update job set finished_at = '2020-01-01T00:00:00.000Z'")
    library.sweep(db)
    assert files(path) == jobs.jobs(db, ADA) == []
