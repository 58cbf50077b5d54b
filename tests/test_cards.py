"""What a data card says holds from its signature on, and what was escalated waits for a person's release."""

import json
from dataclasses import replace

import pytest

from core import library
from core.errors import BadInput, Conflict, NotAllowed
from core.identity import local_user
from core.library.cards import digest
from core.store import connect, write
from core.types import Scope
from tests.library_parts import ADA, BEN, CYD, TEXT, bring, listed


@pytest.fixture
def db(tmp_path):
    return connect(tmp_path / "copilot.db")


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
