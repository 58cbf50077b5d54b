"""The library by command: cards, custody, versions and jobs, as on the screens."""

import json

import pytest

from core import jobs, library, store
from core.identity import local_user
from core.types import Scope
from tests.cli_parts import command_line
from tests.library_parts import bring, import_waiting
from tests.test_locked import PASSWORD, pdf

ADA = local_user()


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    return command_line(tmp_path, monkeypatch)


@pytest.fixture
def db(tmp_path):
    opened = store.connect(tmp_path / "copilot.db")
    yield opened
    opened.close()


@pytest.fixture
def clock(db):
    """A policy in the library, not signed yet: its id."""
    return bring(db, ADA)


def row(db, document_id):
    return library.document_row(db, ADA, document_id)


def test_what_was_deleted_is_listed_by_its_digest(copilot, db, clock):
    library.delete(db, ADA, clock)
    [line] = copilot("documents", "--deleted").out.splitlines()
    [stone] = library.tombstones(db, ADA)
    assert line.split("\t") == [clock, stone.deleted_at, ADA.id, stone.created_at, stone.sha256]
    assert json.loads(copilot("documents", "--deleted", "--json").out)["counts"]["document"] == 1


# --- what is there ----------------------------------------------------------------------------------------------


def test_a_document_is_shown_with_its_state_warnings_and_holds(copilot, db, clock):
    library.hold(db, ADA, clock, "inquiry")
    facts = dict(copilot("document", clock[:6]).cells)
    assert (facts["id"], facts["title"], facts["gate"], facts["held"]) == (clock, "Clock policy", "open", "True")
    assert facts["holds"].startswith("legal: inquiry (local, ")
    assert json.loads(copilot("document", clock, "--json").out)["holds"][0]["reason"] == "inquiry"


def test_the_versions_of_a_regulation_are_listed_together(copilot, db, clock):
    second = bring(db, ADA, "Clock policy\n\n1. The firm shall wind the clock daily.", "clock-2.md")
    assert [line[0] for line in copilot("versions", clock).cells] == [clock, second]


def test_provisions_come_with_their_places(copilot, db, clock):
    text = library.document(db, ADA, clock).text
    lines = copilot("provisions", clock).cells
    assert [text[int(start) : int(end)] for _, start, end, _, _ in lines] == [line[4] for line in lines]
    assert lines[1][4] == "The keeper must not stop it."


def test_a_document_of_nobody_is_not_found(copilot, clock):
    for command in (("document", "0" * 16), ("versions", "0000"), ("card", "show", "0000"), ("unhold", "0000")):
        assert copilot(*command).code == 3


# --- the data card ----------------------------------------------------------------------------------------------


def test_a_card_is_shown_changed_and_signed(copilot, db, clock):
    assert ["name", "Clock policy"] in copilot("card", "show", clock).cells
    changed = copilot("card", "set", clock, "retention=10 years", "allowed_use=rag,evaluation", "prohibited_use=")
    assert (changed.code, "saved" in changed.err) == (0, True)
    card = library.card(db, ADA, clock)
    assert (card["retention"], card["prohibited_use"]) == ("10 years", "")
    assert [use for use, on in card["allowed_use"].items() if on] == ["rag", "evaluation"]
    assert "nothing was changed" in copilot("card", "set", clock, "retention=10 years").err
    assert "the document is approved" in copilot("card", "sign", clock).err
    assert row(db, clock).status == "approved"
    assert json.loads(copilot("card", "show", clock, "--json").out)["signatures"][0]["user_id"] == "local"


def test_what_a_card_does_not_take_is_said_by_name(copilot, clock):
    for field, said in (
        ("colour=red", "no field 'colour'"),
        ("sensitivity=Secret", "Sensitivity cannot be 'Secret'"),
        ("allowed_use=rag,sale", "Allowed use takes a switch"),
        ("retention", "not FIELD=VALUE"),
    ):
        done = copilot("card", "set", clock, field)
        assert (done.code, said in done.err) == (2, True)


def test_several_cards_are_signed_and_one_failure_does_not_stop_the_rest(copilot, db, clock):
    second = bring(db, ADA, "Bell policy\n\n1. The firm shall ring the bell.", "bell.md", title="Bell policy")
    done = copilot("card", "sign", clock, "0000", second)
    assert (done.code, "0000: There is no such document" in done.err) == (3, True)
    assert {row(db, one).status for one in (clock, second)} == {"approved"}


# --- what becomes of them ---------------------------------------------------------------------------------------


def test_a_held_document_is_withdrawn_and_not_deleted(copilot, db, clock):
    assert copilot("hold", clock, "--reason", "inquiry").code == 0
    done = copilot("delete", clock, "--yes")
    assert (done.code, "was withdrawn, not deleted" in done.err) == (0, True)
    assert row(db, clock).status == "withdrawn"
    assert copilot("unhold", clock).code == 0
    assert copilot("unhold", clock).code == 5
    assert copilot("delete", clock, "--yes").code == 0
    assert copilot("documents").out == ""


def test_a_reason_is_asked_for(copilot, clock):
    for step in ("withdraw", "hold", "release", "reject"):
        assert copilot(step, clock).code == 2
        assert copilot(step, clock, "--reason", " ").code == 2


def test_withdrawing_twice_is_a_conflict(copilot, db, clock):
    assert copilot("withdraw", clock, "--reason", "replaced").code == 0
    assert copilot("withdraw", clock, "--reason", "replaced").code == 5


def test_a_document_expires_on_a_day_or_never(copilot, db, clock):
    assert copilot("expire", clock, "2027-12-31").code == 0
    assert row(db, clock).expires == "2027-12-31"
    assert copilot("expire", clock, "never").code == 0
    assert row(db, clock).expires is None
    assert copilot("expire", clock, "tomorrow").code == 2


def test_an_escalated_document_is_withheld_until_it_is_released(copilot, db):
    document = bring(db, ADA, scope=Scope("escalate", ("text aimed at a model",)))
    withheld = copilot("actions", document)
    assert (withheld.code, "release it with a reason" in withheld.err) == (4, True)
    assert copilot("release", document, "--reason", "read by Legal").code == 0
    assert (row(db, document).gate, copilot("actions", document).code) == ("released", 0)
    assert copilot("reject", document, "--reason", "forged after all").code == 0
    assert (row(db, document).gate, copilot("actions", document).code) == ("rejected", 4)


def test_ids_come_from_the_list(copilot, db, clock):
    assert copilot("withdraw", "-", "--reason", "moved", stdin=copilot("documents").out).code == 0
    assert row(db, clock).status == "withdrawn"


# --- jobs -------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(db):
    """An import that waits for a worker: its id."""
    return library.receive(db, ADA, b"Clock policy\n\n1. The firm shall wind the clock.", "clock.md").job_id


def test_jobs_are_listed_and_say_that_no_worker_runs(copilot, waiting):
    done = copilot("jobs", "list")
    assert done.cells[0][:4] == [waiting, "import", "clock.md", "queued"]
    assert "python -m core work" in done.err
    assert json.loads(copilot("jobs", "list", "--active", "--json").out)["id"] == waiting


def test_a_job_is_cancelled_retried_and_forgotten(copilot, db, waiting):
    assert copilot("jobs", "cancel", waiting[:6]).code == 0
    assert copilot("jobs", "cancel", waiting).code == 5
    assert copilot("jobs", "list", "--active").out == ""
    assert copilot("jobs", "retry", waiting).code == 0
    assert jobs.job(db, ADA, waiting).state == "queued"
    assert copilot("jobs", "dismiss", waiting).code == 5
    copilot("jobs", "cancel", waiting)
    assert copilot("jobs", "dismiss", waiting).code == 0
    assert copilot("jobs", "list").out == ""


def test_a_job_that_is_done_is_not_retried(copilot, db, waiting):
    import_waiting(db)
    done = copilot("jobs", "retry", waiting)
    assert (done.code, "is done already" in done.err) == (5, True)


def test_an_import_that_wants_a_password_gets_it_from_a_file(copilot, db, tmp_path):
    locked, key = tmp_path / "locked.pdf", tmp_path / "key"
    locked.write_bytes(pdf(PASSWORD))
    key.write_text(f"{PASSWORD}\n")
    assert copilot("import", locked).code == 2
    [[job, *_]] = copilot("jobs", "list").cells
    assert copilot("jobs", "unlock", job).code == 2  # nobody gave one
    assert copilot("jobs", "unlock", job, COPILOT_PASSWORD="wrong").code == 2
    assert copilot("jobs", "unlock", job, "--password-file", key).code == 0
    copilot("work", "--drain")
    assert jobs.job(db, ADA, job).state == "done"
