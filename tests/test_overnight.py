"""A run that may wait goes to the provider as one batch, at half the price, and goes on as any other run."""

import shutil
from dataclasses import replace
from decimal import Decimal

import pytest

from core import analysing, changes, jobs, library, register, telemetry, worker
from core.analysing import Options, overnight
from core.errors import BadInput, NotFound
from core.settings import ROOT
from core.store import rows, write
from tests.analysing_parts import ADA, CHEAP, DUTIES, OWN, bring, careful, desk_with_prompts, working
from tests.change_parts import OLU, WORDS
from tests.cli_parts import command_line
from tests.job_parts import wait_until
from tests.model_servers import ClaudeBatches, claude, claude_result, serving
from tests.router_parts import inventory

LATER = Options(model=CHEAP, second_pass=False, cascade=False, steps=(), fresh=True, batch=True)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    desk = desk_with_prompts(tmp_path, monkeypatch)
    desk.write(inventory().replace("cache_write = 2.5 }", "cache_write = 2.5, batch_discount = 0.5 }"))
    return desk


@pytest.fixture
def db(desk):
    with desk.opened() as opened:
        yield opened


class Account(ClaudeBatches):
    """Reads carefully, in a batch and when asked directly."""

    def __init__(self):
        super().__init__()
        self.direct = []
        self.always = None  # the result of everything from the second batch on

    def reply(self, handler):
        if handler.path.partition("?")[0] == "/v1/messages":
            self.direct.append(message(handler.body))
            return claude(careful(self.direct[-1]))(handler)
        again = handler.command == "POST" and handler.path.endswith("/batches") and bool(self.made)
        if again:
            self.requests.clear()
            self.results.clear()
        super().reply(handler)
        if again:
            self.finish(**dict.fromkeys(self.requests, self.always) if self.always else {})

    def finish(self, **other):
        """End the batch; every question is answered but those that are named."""
        for name, asked in self.requests.items():
            self.results.setdefault(name, claude_result(careful(message(asked))))
        self.results |= {name.replace("_", "-"): result for name, result in other.items()}
        self.ended = True


def message(asked):
    content = asked["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


@pytest.fixture
def account(desk):
    account = Account()
    with serving(account.reply) as server:
        desk.at(anthropic=server.url)
        yield account


def handed_over(db, desk, options=LATER):
    job_id = analysing.start(db, ADA, bring(db, desk), options)
    worker.drain(desk.settings)
    return job_id


def again(db, desk, job_id):
    """The next look at the provider, without the wait for it."""
    with write(db):
        db.execute("update job set not_before = null where id = ?", [job_id])
    worker.drain(desk.settings)
    return jobs.job(db, ADA, job_id)


def test_the_windows_go_out_as_one_batch_and_the_run_waits_and_ends_as_any_other(db, desk, account):
    job_id = handed_over(db, desk)
    waiting = jobs.job(db, ADA, job_id)
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    assert waiting.stage.startswith("Waits for the provider since 20")
    assert waiting.not_before is not None
    assert again(db, desk, job_id).state == "queued"
    account.finish()
    job = again(db, desk, job_id)
    assert (job.state, job.payload["obligations"], job.payload["degraded"]) == ("done", DUTIES, 0)
    assert (account.made, account.direct) == (["msgbatch_1"], [])
    assert register.check(db, ADA) == []
    assert rows(db, "select * from batch") == rows(db, "select * from step") == []


def test_its_calls_stand_in_its_trace_with_what_they_took(db, desk, account):
    job_id = handed_over(db, desk)
    account.finish()
    job = again(db, desk, job_id)
    telemetry.flush()
    (whole,) = telemetry.traces(db, ADA)
    partial = analysing.partial(db, ADA, job_id)
    assert (whole.calls, whole.errors) == (partial.calls, 0) == (job.payload["windows"], 0)
    assert (whole.input_tokens, whole.output_tokens) == (partial.input_tokens, partial.output_tokens)
    assert whole.cost_usd == partial.cost_usd > 0
    spans = telemetry.spans(db, ADA, whole.trace_id)
    ids = {one.span_id for one in spans if one.name == "copilot.batch"}
    assert {one.parent_id for one in spans if one.called} <= ids


def test_it_costs_half_and_nothing_of_that_counts_as_saved(db, desk, account):
    job_id = handed_over(db, desk, replace(LATER, fresh=False))
    account.finish()
    job = again(db, desk, job_id)
    found = rows(db, "select state, batched, cost_usd, saved_usd, trace_id from model_call")
    assert {(row["state"], row["batched"], row["saved_usd"]) for row in found} == {("done", 1, None)}
    assert {row["trace_id"] for row in found} == {telemetry.trace_of(job_id)}
    run = register.analysis(db, ADA, job.subject, job.payload["run"])
    assert run.metadata.cost_usd == pytest.approx(float(sum(Decimal(row["cost_usd"]) for row in found)))


def test_a_window_that_the_batch_did_not_answer_is_asked_directly(db, desk, account):
    job_id = handed_over(db, desk)
    account.finish(window_1={"type": "expired"}, window_2=claude_result("No.", stop="refusal"))
    job = again(db, desk, job_id)
    assert (job.state, job.payload["obligations"], len(account.direct)) == ("done", DUTIES, 2)


def test_a_worker_killed_after_handing_over_collects_and_pays_once(db, desk, account):
    job_id = analysing.start(db, ADA, bring(db, desk), LATER)
    with working(desk):  # killed at the end
        wait_until(lambda: rows(db, "select * from batch"))
    account.finish()
    job = again(db, desk, job_id)
    assert (job.state, job.payload["obligations"]) == ("done", DUTIES)
    assert (account.made, account.direct) == (["msgbatch_1"], [])
    states = [row["state"] for row in rows(db, "select state from model_call")]
    assert set(states) == {"done"}
    assert len(states) == job.payload["windows"]


def test_a_cancelled_run_cancels_its_batch_and_a_retry_hands_over_what_was_not_answered(db, desk, account):
    job_id = handed_over(db, desk)
    analysing.cancel(db, ADA, job_id)
    assert (account.cancelled, jobs.job(db, ADA, job_id).state) == (["msgbatch_1"], "cancelled")
    account.finish(window_1={"type": "canceled"}, window_2={"type": "canceled"})
    analysing.go_on(db, ADA, job_id)
    job = again(db, desk, job_id)
    assert (job.state, job.payload["obligations"], account.direct) == ("done", DUTIES, [])
    assert (account.made, sorted(account.requests)) == (["msgbatch_1", "msgbatch_2"], ["window-1", "window-2"])


def test_a_document_that_is_deleted_takes_its_batch_at_the_provider_with_it(db, desk, account):
    job_id = handed_over(db, desk)
    deleted = library.delete(db, ADA, jobs.job(db, ADA, job_id).subject)
    assert (deleted.outcome, deleted.unended, account.cancelled) == ("deleted", (), ["msgbatch_1"])
    assert rows(db, "select * from batch") == rows(db, "select * from step") == []


def test_a_batch_that_could_not_be_cancelled_is_told_and_the_document_is_gone_all_the_same(db, desk, account):
    job_id = handed_over(db, desk)
    document_id = jobs.job(db, ADA, job_id).subject
    desk.at()  # nothing answers there
    (told,) = library.delete(db, ADA, document_id).unended
    assert "The overnight batch msgbatch_1 of anthropic:claude-cheap could not be cancelled" in told
    assert account.cancelled == rows(db, "select * from batch") == []


def test_a_batch_of_a_document_that_may_not_be_put_to_a_model_any_more_is_cancelled_at_the_next_look(db, desk, account):
    job_id = handed_over(db, desk)
    library.save_card(db, ADA, jobs.job(db, ADA, job_id).subject, {"allowed_use": {"prompting": False}})
    assert (again(db, desk, job_id).state, account.cancelled) == ("failed", ["msgbatch_1"])


def test_jobs_cancel_ends_the_batch_of_a_run_as_runs_cancel_does(db, desk, account, monkeypatch):
    job_id = handed_over(db, desk)
    assert command_line(desk.folder / "var", monkeypatch)("jobs", "cancel", job_id).code == 0
    assert (account.cancelled, jobs.job(db, ADA, job_id).state) == (["msgbatch_1"], "cancelled")


def test_what_is_cancelled_again_and_again_is_asked_directly(db, desk, account):
    account.always = {"type": "canceled"}
    job_id = handed_over(db, desk)
    account.finish(window_1=account.always)
    job = again(db, desk, job_id)
    assert (job.state, len(account.made), len(account.direct)) == ("done", overnight.MOST_TIMES, 1)


def test_a_provider_that_cannot_be_reached_for_a_while_is_waited_for(db, desk, account):
    job_id = handed_over(db, desk)
    url = desk.settings.anthropic_url
    desk.at()
    assert again(db, desk, job_id).state == "queued"
    desk.at(anthropic=url)
    account.finish()
    assert again(db, desk, job_id).state == "done"


def test_a_batch_that_the_provider_lost_ends_the_run_with_a_sentence(db, desk, account):
    job_id = handed_over(db, desk)
    account.made.clear()
    job = again(db, desk, job_id)
    assert (job.state, job.fault) == ("failed", NotFound.__name__)


def test_answers_of_a_batch_never_stand_for_a_prompt_whose_file_changed_in_the_night(db, desk, account):
    home = desk.models / "prompts"
    home.unlink()
    shutil.copytree(ROOT / "models" / "prompts", home)
    job_id = handed_over(db, desk)
    path = home / "extract-obligations" / "1.0.1.md"
    path.write_text(path.read_text("utf-8").replace("Each norm once", "Every norm once"), "utf-8")
    account.finish()
    job = again(db, desk, job_id)
    assert (job.state, len(account.direct)) == ("done", job.payload["windows"])


def test_the_estimate_is_half_and_offered_only_where_it_can_be_had(db, desk, account):
    document_id = bring(db, desk)
    direct = analysing.estimate(db, ADA, document_id, replace(LATER, batch=False))
    later = analysing.estimate(db, ADA, document_id, LATER)
    assert direct.overnight == later.estimate == later.overnight
    assert later.estimate.cost_usd == direct.estimate.cost_usd / 2
    assert later.estimate.seconds is None
    own = replace(LATER, model=OWN)
    assert analysing.estimate(db, ADA, document_id, replace(own, batch=False)).overnight is None
    for refused in (analysing.estimate, analysing.start):
        with pytest.raises(BadInput, match="takes no batches"):
            refused(db, ADA, document_id, own)
    desk.write(inventory())
    assert analysing.estimate(db, ADA, document_id, LATER).estimate.cost_usd is None


def test_a_prompt_whose_file_was_edited_after_its_approval_asks_nothing(db, desk, account):
    home = desk.models / "prompts"
    home.unlink()
    shutil.copytree(ROOT / "models" / "prompts", home)
    path = home / "extract-obligations" / "1.1.0.md"
    head, rest = (path.parent / "1.0.0.md").read_text("utf-8").split("\n", 1)
    path.write_text(f'{head}\nchanges = "Shorter."\n{rest}', "utf-8")
    made = changes.propose(db, ADA, "prompt:extract", "extract-obligations/1.1.0", **WORDS)
    changes.decide(db, OLU, made, True, "Read and tried.")
    document_id = bring(db, desk)
    job_id = analysing.start(db, ADA, document_id, LATER)
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    for refused in (analysing.start, analysing.estimate):
        with pytest.raises(BadInput, match=r"extract-obligations/1\.1\.0 was edited after it was approved"):
            refused(db, ADA, document_id, replace(LATER, batch=False))
    worker.drain(desk.settings)
    job = jobs.job(db, ADA, job_id)
    assert (job.state, account.made, account.direct) == ("failed", [], [])
    assert "restore the file" in (job.error or "")
