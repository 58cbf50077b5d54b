"""Before a run is asked for, it is said what the whole of it would take, what that rests on, and how sure it is."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from core import analysing, jobs, telemetry, worker
from core.analysing import STEPS, Options
from core.llm import routes, weights
from core.store import rows, write
from tests.analysing_parts import (
    ADA,
    CHEAP,
    OWN,
    PLAIN,
    Answering,
    bring,
    careful,
    desk_with_prompts,
    every_task,
    hosted,
    reader,
    versed,
)
from tests.model_parts import tiny_gguf
from tests.model_servers import llama_server_counts, openai_chat, serving
from tests.router_parts import inventory

ALL = Options(model=CHEAP)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    return desk_with_prompts(tmp_path, monkeypatch)


@pytest.fixture
def db(desk):
    with desk.opened() as opened:
        yield opened


def expected(db, document_id, options=ALL):
    return analysing.estimate(db, ADA, document_id, options)


def parts(found):
    return {one.name: one for one in found.parts}


def ran(db, desk, document_id, options):
    job_id = analysing.start(db, ADA, document_id, options)
    worker.drain(desk.settings)
    assert jobs.job(db, ADA, job_id).state == "done"
    return job_id


def tokens(handler):
    texts = [message["content"] for message in handler.body["messages"]]
    answer = careful(texts[-1])
    read, said = sum(len(text.encode()) for text in texts) // 4, len(answer.encode()) // 8
    counted = {"prompt_tokens": read, "completion_tokens": said, "total_tokens": read + said}
    openai_chat(answer, counted=counted)(handler)


# --- all of it --------------------------------------------------------------------------------------------------


def test_an_estimate_is_of_all_that_was_chosen_and_says_what_each_part_rests_on(db, desk):
    with hosted(desk) as model:
        document_id = bring(db, desk, sensitivity="Public")
        found = expected(db, document_id, Options())
        assert model.asked == []
    made = parts(found)
    assert list(made) == ["windows", "stronger", "again", "risk", "actions", "summary"]
    assert made["windows"].rests == ""
    assert (made["stronger"].rests, made["again"].rests) == (
        "assumed: 20% of the windows", "assumed: 50% of the windows",
    )  # fmt: skip
    assert {made[step].rests for step in ("risk", "actions", "summary")} == {
        "as for the 120 norms of the built-in reading"
    }
    for field in ("calls", "input_tokens", "output_tokens", "cost_usd"):
        assert getattr(found.estimate, field) == sum(getattr(one.estimate, field) for one in made.values())
    assert made["stronger"].estimate.model != made["windows"].estimate.model == CHEAP


def test_what_was_not_chosen_takes_nothing(db, desk):
    with hosted(desk):
        document_id = bring(db, desk)
        alone = expected(db, document_id, replace(PLAIN, model=CHEAP))
        some = expected(db, document_id, replace(PLAIN, model=CHEAP, steps=("risk",)))
    assert list(parts(alone)) == ["windows"]
    assert list(parts(some)) == ["windows", "risk"]
    assert some.estimate.cost_usd > alone.estimate.cost_usd


def test_the_steps_of_a_run_are_as_many_calls_as_were_expected(db, desk):
    """The model finds what the built-in reading found, so that nothing else is assumed."""
    options = replace(PLAIN, steps=analysing.STEPS)
    with reader(desk, lambda message: versed(message) if "Find the norms" not in message else careful(message)):
        document_id = bring(db, desk)
        found = parts(expected(db, document_id, options))
        job_id = ran(db, desk, document_id, options)
    asked = rows(db, "select task, count(*) as calls from model_call where job_id = ? group by task", [job_id])
    assert {row["task"]: row["calls"] for row in asked} == {
        "extract": found["windows"].estimate.calls, **{step: found[step].estimate.calls for step in analysing.STEPS},
    }  # fmt: skip


def test_how_many_windows_are_asked_about_again_is_learned_from_the_runs_before(db, desk):
    options = replace(PLAIN, second_pass=True)
    with reader(desk, versed):  # it leaves something out in every window
        document_id = bring(db, desk)
        before = parts(expected(db, document_id, options))["again"]
        for _ in range(3):
            ran(db, desk, document_id, options)
        after = parts(expected(db, document_id, options))["again"]
    windows = expected(db, document_id, options).windows
    assert (before.estimate.calls, after.estimate.calls) == ((windows + 1) // 2, windows)
    assert after.rests == "100% of the windows, as in 3 runs before"


# --- what is answered already -----------------------------------------------------------------------------------


AGAIN = Options(model=OWN)


def newly(found):
    return {one.name: one.estimate.calls - one.estimate.cached_calls for one in found.parts}


def without_the_first(message):
    said = json.loads(versed(message))
    return json.dumps({**said, "norms": said["norms"][1:]} if "norms" in said else said)


def test_of_a_second_run_it_is_known_that_nothing_of_it_is_asked_again(db, desk):
    with reader(desk, versed) as model:
        document_id = bring(db, desk)
        ran(db, desk, document_id, AGAIN)
        told, before = len(model.asked), len(desk.calls())
        found = expected(db, document_id, AGAIN)
        assert (len(model.asked), len(desk.calls())) == (told, before)
        job_id = ran(db, desk, document_id, AGAIN)
    assert set(newly(found).values()) == {0}
    assert {one.rests for one in found.parts} == {""}
    whole, took = found.estimate, analysing.partial(db, ADA, job_id)
    assert (whole.input_tokens, whole.output_tokens, whole.cost_usd) == (0, 0, 0)
    assert (took.calls, took.cached_calls) == (0, whole.cached_calls)
    assert len(model.asked) == told


def test_working_out_what_a_run_would_take_leaves_no_trace_of_a_run(db, desk):
    with reader(desk, versed):
        document_id = bring(db, desk)
        ran(db, desk, document_id, AGAIN)
        telemetry.flush()
        before = rows(db, "select count(*) as n from span")
        expected(db, document_id, AGAIN)
        telemetry.flush()
    assert rows(db, "select count(*) as n from span") == before


def test_where_a_window_is_not_answered_yet_all_that_may_follow_is_new_and_it_is_said_that_it_may_be_less(db, desk):
    options = replace(AGAIN, second_pass=False)
    with reader(desk, versed) as model:
        document_id = bring(db, desk)
        ran(db, desk, document_id, options)
        with write(db):
            first = "select request_digest from model_call where part = 'window-1'"
            db.execute(f"delete from answer_cache where digest in ({first})")
        found = expected(db, document_id, options)
        model.answer = without_the_first
        job_id = ran(db, desk, document_id, options)
    rests = parts(found)["risk"].rests
    assert rests.startswith("as for the ")
    assert rests.endswith("built-in reading elsewhere; less if they come out as before")
    asked = rows(
        db, "select task, count(*) as n from model_call where job_id = ? and state = 'done' group by task", [job_id]
    )
    assert {row["task"]: row["n"] for row in asked} == {"extract": 1, **{step: newly(found)[step] for step in STEPS}}
    assert parts(found)["risk"].estimate.least.input_tokens == 0


def test_where_the_servers_own_tokenizer_cut_the_text_it_is_cut_there_again(db, desk):
    model = Answering(careful)
    with serving(model) as at:
        at.counting = llama_server_counts
        desk.at(openai=at.url)
        document_id = bring(db, desk)
        ran(db, desk, document_id, replace(PLAIN, fresh=False))
        found = expected(db, document_id, replace(PLAIN, fresh=False))
    assert found.estimate.cached_calls == found.windows == len(model.asked)
    assert found.between == (found.windows, found.windows)


def test_another_run_that_asks_anew_is_expected_to_find_what_the_last_one_found(db, desk):
    """The second pass finds the keeper's bans that the windows left out; the built-in reading has them as well."""
    options = replace(PLAIN, steps=("risk",))
    with reader(desk, versed):
        document_id = bring(db, desk)
        ran(db, desk, document_id, options)
        found = expected(db, document_id, options)
    assert parts(found)["risk"].rests == "as for the 60 norms of its last reading"
    assert parts(found)["risk"].estimate.cached_calls == 0


# --- how sure ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [True, False])
def test_a_second_reading_is_cut_where_the_first_was_and_costs_nothing_whatever_was_learned_meanwhile(db, desk, ends):
    again = replace(PLAIN, fresh=False)
    with reader(desk) as model:
        model.before = lambda number: tokens
        document_id = bring(db, desk)
        if ends:
            ran(db, desk, document_id, again)
        else:
            job_id = analysing.start(db, ADA, document_id, again)

            def cancelled(number):
                if number == 8:
                    with desk.opened() as own:
                        analysing.cancel(own, ADA, job_id)
                return tokens

            model.before = cancelled
            worker.drain(desk.settings)
            assert jobs.job(db, ADA, job_id).state == "cancelled"
        asked = sum("done" in row["state"] for row in desk.calls("state"))
        assert asked > 5
        found = expected(db, document_id, again)
        assert (found.estimate.cached_calls, found.between) == (asked, (found.windows, found.windows))
        assert found.estimate.calls == found.windows
        told = len(model.asked)
        ran(db, desk, document_id, again)
        assert len(model.asked) - told == found.windows - asked
        assert expected(db, document_id, PLAIN).windows < found.windows  # anew, as is known of the model by now


def test_a_guess_says_between_what_it_lies(db, desk):
    with hosted(desk):
        found = expected(db, bring(db, desk))
    whole, (fewest, most) = found.estimate, found.between
    assert not whole.exact
    assert whole.basis == "tokens assumed; answers assumed: there is no history of this task yet"
    assert fewest < found.windows < most
    for field in ("input_tokens", "output_tokens", "cost_usd", "seconds"):
        assert getattr(whole.least, field) < getattr(whole, field) < getattr(whole.most, field), field


def test_what_a_run_took_lies_between_what_was_said_before_it(db, desk):
    """Some bytes are a token to this server; what it says is learned from the run before."""
    with reader(desk) as model:
        model.before = lambda number: tokens
        document_id = bring(db, desk)
        ran(db, desk, document_id, PLAIN)
        found = expected(db, document_id, PLAIN)
        job_id = ran(db, desk, document_id, PLAIN)
    took = analysing.partial(db, ADA, job_id)
    assert found.estimate.basis.startswith("tokens learned from calls before; answers from ")
    assert found.between[0] <= took.windows <= found.between[1]
    assert found.estimate.least.input_tokens <= took.input_tokens <= found.estimate.most.input_tokens
    assert found.estimate.least.output_tokens <= took.output_tokens <= found.estimate.most.output_tokens


def test_a_gguf_file_that_spells_every_byte_is_not_taken_for_one_that_knows_words(db, desk, tmp_path):
    """38 windows were promised once where such a file took 167: only the worker may load its tokenizer."""
    pytest.importorskip("gguf", reason="the writer of test files is not installed")
    name = "llama_cpp:tiny"
    desk.write(inventory() + '\n[[model]]\nvendor = "here"\nname = "llama_cpp:tiny"\ntitle = "T"\nabout = "T"\n')
    (tmp_path / "llama_cpp").mkdir()
    (tmp_path / "llama_cpp" / "__init__.py").write_text("raise AssertionError('only the worker loads it')")
    desk.patch.syspath_prepend(tmp_path)
    desk.patch.setenv("COPILOT_CONTEXT_TOKENS", "16384")
    desk.at()
    with write(db):
        weights.insert(db, ADA, weights.examined(tiny_gguf(tmp_path / "tiny.gguf", context=16_384), ADA))
    document_id = bring(db, desk)
    found = expected(db, document_id, replace(PLAIN, model=name))
    assert found.estimate.basis.startswith("tokens measured with its vocabulary")
    document = rows(db, "select characters from document where id = ?", [document_id])[0]["characters"]
    prompt = 4_000  # bytes of the prompt itself at least, so many of its tokens in each window
    assert found.estimate.input_tokens > document / 2 + found.windows * prompt


# --- the budget -------------------------------------------------------------------------------------------------


def test_a_budget_that_may_not_hold_the_whole_is_told_before(db, desk):
    with hosted(desk):
        document_id = bring(db, desk)
        whole = expected(db, document_id).estimate
        likely = expected(db, document_id, replace(ALL, run_usd=whole.cost_usd / 2)).warning
        perhaps = expected(db, document_id, replace(ALL, run_usd=whole.most.cost_usd * Decimal("0.9"))).warning
        enough = expected(db, document_id, replace(ALL, run_usd=whole.most.cost_usd)).warning
        first = expected(db, document_id, replace(ALL, second_pass=False, steps=()))
        alone = replace(ALL, run_usd=first.estimate.most.cost_usd)
    assert likely.startswith("It is likely to stop before its end: ")
    assert "are left of this run's budget" in likely
    assert perhaps.startswith("It may stop before its end: ")
    assert enough is None
    # What comes after the first pass counts, too.
    assert expected(db, document_id, alone).warning is not None


def test_what_others_spent_today_counts_and_what_is_free_needs_no_budget(db, desk):
    desk.write(routes=every_task(day=0.000001))
    with hosted(desk):
        document_id = bring(db, desk)
        assert "today's budget" in expected(db, document_id).warning
    with reader(desk):
        assert expected(db, document_id, replace(PLAIN, model=OWN)).warning is None  # priced in tokens, and few
        desk.write(routes=every_task(tokens=10))
        assert "today's tokens for models of unknown price" in expected(db, document_id, PLAIN).warning


def test_an_owners_file_without_these_lines_is_read_as_before(desk):
    held = routes.routes(desk.settings).estimate
    assert (held.again_share, held.stronger_share, held.off.assumed) == (0.5, 0.2, 2.0)
