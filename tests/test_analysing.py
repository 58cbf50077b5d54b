"""A stored document is read by a model: nothing is lost, paid twice, made up, or sent where it may not go."""

from dataclasses import replace

import pytest

from core import analysing, jobs, library, register, worker
from tests.analysing_parts import ADA, DUTIES, OWN, PLAIN, RULES, Desk, bring, ended, reader


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = Desk(tmp_path, monkeypatch)
    link_prompts(made)
    return made


def link_prompts(desk):
    from core.settings import ROOT

    (desk.models / "prompts").symlink_to(ROOT / "models" / "prompts")


@pytest.fixture
def db(desk):
    with desk.opened() as opened:
        yield opened


def run(db, desk, document_id, options=PLAIN):
    job_id = analysing.start(db, ADA, document_id, options)
    worker.drain(desk.settings)
    return jobs.job(db, ADA, job_id)


def test_a_document_is_read_by_a_model_and_the_run_waits_beside_the_built_in_one(db, desk):
    with reader(desk) as model:
        document_id = bring(db, desk)
        job = run(db, desk, document_id)
        assert (job.state, job.error) == ("done", None)
    builtin, own = register.runs(db, ADA, document_id)
    assert (builtin.model, builtin.chosen) == ("builtin", True)
    assert (own.model, own.chosen, own.obligations) == (OWN, False, DUTIES)
    assert job.payload["windows"] == len(model.asked) > 3
