"""Whatever happens to the worker, a run keeps its finished windows and pays for none of them twice."""

import os
import shutil
import signal

import pytest

from core import analysing, jobs, library, prompts, register, telemetry, worker
from core.analysing import plan
from core.settings import ROOT
from core.store import rows
from core.telemetry import names
from tests.analysing_parts import ADA, DUTIES, OWN, PLAIN, bring, desk_with_prompts, ended, reader, working
from tests.job_parts import PATIENCE, wait_until

AT_ONCE = 2  # calls that the routes allow for the server


@pytest.fixture
def desk(tmp_path, monkeypatch):
    return desk_with_prompts(tmp_path, monkeypatch)


@pytest.fixture
def db(desk):
    with desk.opened() as opened:
        yield opened


def windows_done(db, job_id):
    return analysing.partial(db, ADA, job_id).done


def under_way(db, job_id):
    """How many calls have begun and neither ended nor been stopped."""
    return len(rows(db, "select 1 from model_call where job_id = ? and state = 'started'", [job_id]))


def trace_of(db, desk, job_id):
    """The run's trace added up, with its spans; a worker that starts completes what a killed one left."""
    worker.drain(desk.settings)
    telemetry.flush()
    trace_id = telemetry.trace_of(job_id)
    (whole,) = (one for one in telemetry.traces(db, ADA) if one.trace_id == trace_id)
    return whole, telemetry.spans(db, ADA, trace_id)


def ledger_of(db, job_id):
    sums = "count(*) as calls, sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens"
    return rows(db, f"select {sums} from model_call where job_id = ?", [job_id])[0]


def read_windows(spans):
    return [one.attributes[names.WINDOW] for one in spans if names.WINDOW in one.attributes and not one.error_type]


def test_killed_twice_in_the_middle_a_run_goes_on_and_pays_at_most_for_what_was_under_way(db, desk):
    with reader(desk) as model:
        document_id = bring(db, desk)
        job_id = analysing.start(db, ADA, document_id, PLAIN)
        for more in (2, 3):
            model.only(more)
            before = windows_done(db, job_id)
            with working(desk):
                wait_until(lambda before=before, more=more: windows_done(db, job_id) >= before + more)
            kept = jobs.steps(db, job_id, "done-")
        model.go()
        with working(desk):
            job = ended(db, job_id)
    assert (job.state, job.payload["obligations"]) == ("done", DUTIES)
    assert len(kept) == 5
    assert len(model.asked) <= job.payload["windows"] + 2 * AT_ONCE
    assert len(model.asked) - len(set(model.asked)) <= 2 * AT_ONCE
    states = [row["state"] for row in rows(db, "select state from model_call where job_id = ?", [job_id])]
    assert states.count("done") == job.payload["windows"]
    assert set(states) <= {"done", "lost"}
    assert register.check(db, ADA) == []
    whole, spans = trace_of(db, desk, job_id)
    taken = ledger_of(db, job_id)
    assert {name: getattr(whole, name) for name in taken} == taken
    assert (whole.errors, telemetry.errors(spans)) == (states.count("lost"), states.count("lost"))
    assert len(set(read_windows(spans))) == len(read_windows(spans))


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_does_not_wait_for_a_model_and_the_run_goes_on_later(db, desk, told):
    with reader(desk) as model:
        job_id = analysing.start(db, ADA, bring(db, desk), PLAIN)
        model.only(2)
        with working(desk) as process:
            wait_until(lambda: windows_done(db, job_id) == 2 and len(model.asked) > 2)
            os.kill(process.pid, told)
            process.wait(PATIENCE / 3)  # a model has longer than that to answer
        waiting = jobs.job(db, ADA, job_id)
        assert (waiting.state, waiting.held) == ("queued", False)
        model.go()
        worker.drain(desk.settings)
        job = jobs.job(db, ADA, job_id)
    assert (job.state, job.payload["obligations"]) == ("done", DUTIES)
    assert len(model.asked) <= job.payload["windows"] + AT_ONCE


def test_a_paused_run_stands_still_survives_a_restart_and_goes_on_where_it_was(db, desk):
    with reader(desk) as model:
        job_id = analysing.start(db, ADA, bring(db, desk), PLAIN)
        model.only(3)
        with working(desk):
            wait_until(lambda: windows_done(db, job_id) == 3 and under_way(db, job_id) == AT_ONCE)
            jobs.pause(db, ADA, job_id)
            wait_until(lambda: under_way(db, job_id) == 0)
            model.go()
            asked = len(model.asked)
        with working(desk):
            ended(db, library.receive(db, ADA, b"# Policy\n\n1. The bank shall lock the door.\n", "door.md").job_id)
            paused = jobs.job(db, ADA, job_id)
            assert (paused.held, paused.stage, len(model.asked)) == (True, "Paused", asked)
            jobs.resume(db, ADA, job_id)
            job = ended(db, job_id)
    assert (job.state, job.payload["obligations"]) == ("done", DUTIES)
    assert len(model.asked) <= job.payload["windows"] + AT_ONCE
    whole, spans = trace_of(db, desk, job_id)
    assert (whole.errors, telemetry.errors(spans)) == (0, 0)  # a pause is none
    assert len(set(read_windows(spans))) == len(read_windows(spans))


def test_a_cancelled_run_asks_nothing_more_and_a_retry_keeps_its_windows(db, desk):
    with reader(desk) as model:
        document_id = bring(db, desk)
        job_id = analysing.start(db, ADA, document_id, PLAIN)
        model.only(3)
        with working(desk):
            wait_until(lambda: windows_done(db, job_id) == 3 and under_way(db, job_id) == AT_ONCE)
            jobs.cancel(db, ADA, job_id)
            wait_until(lambda: under_way(db, job_id) == 0)
            model.go()
            asked = len(model.asked)
            assert asked <= 3 + AT_ONCE
            assert [one.model for one in register.runs(db, ADA, document_id)] == ["builtin"]
            analysing.go_on(db, ADA, job_id)
            job = ended(db, job_id)
    assert (job.state, job.payload["obligations"]) == ("done", DUTIES)
    assert len(model.asked) <= job.payload["windows"] + AT_ONCE


def test_an_import_does_not_wait_behind_a_long_run(db, desk):
    with reader(desk) as model:
        job_id = analysing.start(db, ADA, bring(db, desk), PLAIN)
        model.only(1)
        with working(desk):
            wait_until(lambda: windows_done(db, job_id) == 1)
            receipt = library.receive(db, ADA, b"# Policy\n\n1. The bank shall lock the door.\n", "door.md")
            assert ended(db, receipt.job_id).state == "done"
            assert jobs.job(db, ADA, job_id).state == "running"
            model.go()
            assert ended(db, job_id).state == "done"
    assert {run.model for run in register.runs(db, ADA, jobs.job(db, ADA, job_id).subject)} == {"builtin", OWN}


def test_a_run_that_goes_on_after_a_prompt_s_file_changed_asks_anew_and_says_with_what(db, desk):
    home = desk.models / "prompts"
    home.unlink()
    shutil.copytree(ROOT / "models" / "prompts", home)
    path = home / "extract-obligations" / "1.0.1.md"
    with reader(desk) as model:
        document_id = bring(db, desk)
        job_id = analysing.start(db, ADA, document_id, PLAIN)
        model.only(3)
        with working(desk):
            wait_until(lambda: analysing.partial(db, ADA, job_id).done == 3)
        path.write_text(path.read_text("utf-8").replace("Each norm once", "Every norm once"), "utf-8")
        model.go()
        first = len(model.asked)
        worker.drain(desk.settings)
        again = model.asked[first:]
    job = jobs.job(db, ADA, job_id)
    assert (job.state, job.error) == ("done", None)
    assert len(set(again)) == len(again) == job.payload["windows"]
    made = register.analysis(db, ADA, document_id, job.payload["run"]).metadata
    assert made.prompt_version == plan.named(prompts.prompt("extract-obligations", "1.0.1", home))
