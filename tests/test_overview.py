"""The first screen counts what needs attention, for the user who looks."""

from dataclasses import replace
from datetime import date

import pytest

from core import jobs, library, register
from core.export.stored import stored
from core.register import Filter
from core.store import write
from core.types import Scope
from tests.register_parts import (
    ADA,
    BEN,
    MAY,
    NOTIFY,
    RECORD,
    REVIEW,
    TELL,
    analysed,
    analysis,
    database,
    id_of,
    reading,
    shelve,
)

TODAY = date(2026, 5, 4)


@pytest.fixture
def db(tmp_path):
    opened = database(tmp_path)
    analysed(opened)
    return opened


def test_duties_are_obligations_and_prohibitions(db):
    seen = register.overview(db, ADA, TODAY)
    assert (seen.documents, seen.norms, seen.duties) == (1, 5, 4)
    assert seen.by_modality == {"obligation": 3, "prohibition": 1, "power": 1}
    assert seen.by_status == {"new": 4}


def test_the_matrix_counts_duties_by_bearer_and_risk(db):
    assert register.overview(db, ADA, TODAY).matrix == {"regulated": {"low": 1, "medium": 1, "high": 1, "critical": 1}}
    register.correct(db, ADA, id_of(db, RECORD), "bearer_kind", "authority")
    assert register.overview(db, ADA, TODAY).matrix["authority"] == {"low": 1}


def test_what_needs_attention_is_counted(db):
    assert register.overview(db, ADA, TODAY).to_check == 3
    register.set_anchor_date(db, ADA, id_of(db, NOTIFY), "2026-04-01")
    register.set_anchor_date(db, ADA, id_of(db, REVIEW), "2025-05-10", today=TODAY)
    register.set_next_review(db, ADA, id_of(db, RECORD), "2026-05-04")
    seen = register.overview(db, ADA, TODAY)
    assert (seen.overdue, seen.soon, seen.reviews_due) == (1, 1, 1)


def test_the_next_deadlines_are_open_and_in_order(db):
    register.correct(db, ADA, id_of(db, RECORD), "deadline", "2026-07-01")
    register.correct(db, ADA, id_of(db, TELL), "deadline", "2026-06-01")
    register.correct(db, ADA, id_of(db, REVIEW), "deadline", "2026-05-01")
    register.set_anchor_date(db, ADA, id_of(db, NOTIFY), "2026-05-03")
    register.set_status(db, ADA, id_of(db, NOTIFY), "met")
    register.correct(db, ADA, id_of(db, MAY), "deadline", "2026-05-20")
    assert [row.quote for row in register.overview(db, ADA, TODAY).next] == [TELL, RECORD]
    assert len(register.overview(db, ADA, TODAY, upcoming=1).next) == 1


@pytest.mark.parametrize("kind", ["authority", "eu_body", "member_state", "person"])
def test_a_date_addressed_to_somebody_else_is_no_deadline_of_ours(db, kind):
    id = id_of(db, RECORD)
    register.correct(db, ADA, id, "deadline", "2026-05-10")
    register.correct(db, ADA, id_of(db, REVIEW), "deadline", "2026-05-01")
    assert (register.overview(db, ADA, TODAY).overdue, register.overview(db, ADA, TODAY).soon) == (1, 1)
    for one in (id, id_of(db, REVIEW)):
        register.correct(db, ADA, one, "bearer_kind", kind)
    seen = register.overview(db, ADA, TODAY)
    assert (seen.overdue, seen.soon, seen.next) == (0, 0, ())


def test_a_date_that_names_nobody_is_ours(db):
    register.correct(db, ADA, id_of(db, RECORD), "deadline", "2026-05-10")
    register.correct(db, ADA, id_of(db, RECORD), "bearer_kind", "unspecified")
    assert len(register.overview(db, ADA, TODAY).next) == 1


def test_what_is_to_be_reviewed_can_be_listed(db):
    register.set_next_review(db, ADA, id_of(db, RECORD), "2026-05-04")
    register.set_next_review(db, ADA, id_of(db, TELL), "2026-05-05")
    due = Filter(deadline="review", today=TODAY)
    assert [row.quote for row in register.rows(db, ADA, due)] == [RECORD]
    assert register.facets(db, ADA, Filter(today=TODAY))["deadline"]["review"] == 1


def test_documents_that_wait_for_a_signature_are_counted_until_it_is_given(db):
    assert register.overview(db, ADA, TODAY).awaiting_signature == 1
    library.sign_card(db, ADA, "d1")
    assert register.overview(db, ADA, TODAY).awaiting_signature == 0


def test_failed_jobs_and_orphans_are_counted(db):
    with write(db):
        jobs.insert(db, ADA, "import", {}, "broken.pdf")
        db.execute("update job set state = 'failed' where title = 'broken.pdf'")
    register.correct(db, ADA, id_of(db, RECORD), "risk", "high")
    other = register.store_run(db, ADA, analysis(reading("d1"), "other", without=RECORD))
    register.choose_run(db, ADA, "d1", other)
    seen = register.overview(db, ADA, TODAY)
    assert (seen.failed_jobs, seen.orphaned) == (1, 1)


def test_somebody_without_rights_sees_an_empty_house(db):
    seen = register.overview(db, BEN, TODAY)
    assert (seen.documents, seen.norms, seen.duties, seen.to_check, seen.next, seen.matrix) == (0, 0, 0, 0, (), {})


def escalated(db, document_id="d2"):
    """A document that was escalated on import, with its first run."""
    read = reading(document_id, "Odd rules")
    shelve(db, ADA, read)
    with write(db):
        db.execute("update document set gate = 'waiting', scope = 'escalate' where id = ?", [document_id])
    withheld = replace(analysis(read), scope=Scope("escalate", ("instructions to a model",)), actions=())
    register.store_run(db, ADA, withheld)


def test_actions_of_an_escalated_document_are_there_once_a_person_releases_it(db):
    escalated(db)
    assert register.overview(db, ADA, TODAY).escalated == 1
    assert register.actions(db, ADA, "d2") == []
    library.release(db, ADA, "d2", "I read it; it is harmless.")
    assert register.overview(db, ADA, TODAY).escalated == 0
    assert register.actions(db, ADA, "d2") != []


def test_nothing_is_exported_of_an_escalated_document(db):
    escalated(db)
    assert not stored(db, ADA, Filter(document="d2")).analyses
    assert stored(db, ADA, Filter(document="d1")).analyses
