"""The second pass over a window: what is left open is asked about in questions that fit into the model's context."""

import json
from dataclasses import replace

import pytest

from core import analysing, jobs, register, worker
from tests.analysing_parts import ADA, PLAIN, bring, desk_with_prompts, every_task, reader, versed
from tests.router_parts import inventory

CONTEXT, ANSWER = 3_200, 1_200  # tokens
ARTICLES = 40
SHORT = "# Regulation on clocks\n\n" + "\n\n".join(
    f"## Article {number} — Winding\n\n1. The firm shall wind clock {number}.\n\n2. The keeper must not stop it."
    for number in range(1, ARTICLES + 1)
)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    return desk_with_prompts(tmp_path, monkeypatch)


def silent(message: str) -> str:
    """Finds nothing by itself, and judges well what it is asked about."""
    return versed(message) if "Decide for each of these sentences" in message else json.dumps({"norms": []})


def test_a_long_list_of_open_sentences_is_put_in_several_questions_that_fit(desk):
    desk.write(inventory(served=f"context = {CONTEXT}\n"), every_task(most=ANSWER))
    with reader(desk, silent) as model, desk.opened() as db:
        document_id = bring(db, desk, SHORT)
        asked = analysing.start(db, ADA, document_id, replace(PLAIN, second_pass=True))
        worker.drain(desk.settings)
        job = jobs.job(db, ADA, asked)
        found = register.analysis(db, ADA, document_id, job.payload["run"])
    assert (job.state, job.error) == ("done", None)
    again = [one for one in model.asked if "Decide for each of these sentences" in one]
    assert len(again) > job.payload["windows"]
    assert all(len(one.encode()) / 3 < CONTEXT - ANSWER for one in again)
    assert len(found.obligations) == 2 * ARTICLES
