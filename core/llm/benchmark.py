"""Chat models measured side by side: the same question of ours put to each of them again and again, as a job.

The results are one JSON object, schema "benchmark/1":

    id, created_at, state       state: queued, running, done, failed or cancelled; results grow until it is done
    runs                        how often each model was to be asked, the call before the first run not counted
    prompt                      name, version, digest (SHA-256 of its file), max_output_tokens, temperature
    machine                     see machine.py; null until the first call
    models                      one object for each, with p50, p95, mean, min, max of each measure: see measuring.py
    calls                       one object for each call: see measuring.py

Figures of a hosted model hold the network between here and there; those of a local one whatever else this computer
did. They compare where prompt and machine are the same.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from core import audit, jobs, prompts, telemetry
from core.errors import BadInput, Conflict, CopilotError, NotFound
from core.identity import require
from core.llm import faults, measuring, routes
from core.llm.backends import split
from core.llm.machine import machine
from core.llm.router import Errand, Estimate, Router
from core.settings import settings
from core.store import Row, new_id, now, one, rows, write
from core.types import User

TASK = "benchmark"  # of our prompts that are made for it, and in models/routes.toml
FEWEST, MOST, USUAL = 3, 50, 10  # runs
MOST_MODELS = 12
SCHEMA = "benchmark/1"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`results` is what can be downloaded: all of it when `state` is done, else what there is so far."""

    id: str
    job_id: str
    models: tuple[str, ...]
    runs: int
    prompt: str
    state: jobs.State
    stage: str
    progress: float
    error: str | None
    created_at: str
    results: dict[str, Any]

    @property
    def file(self) -> bytes:
        return (json.dumps(self.results, ensure_ascii=False, indent=1) + "\n").encode()


# --- for the person ---------------------------------------------------------------------------------------------


def benchmark_prompts() -> tuple[str, ...]:
    """The names of our prompts that are made for it; only figures of the same one compare."""
    return tuple(sorted(one.name for one in prompts.prompts() if one.task == TASK))


def expected(db: Database, user: User, models: Sequence[str], runs: int, prompt: str) -> tuple[Estimate, ...]:
    """What measuring would take, a model each. Raises Refused or NoAnswer where one may not, or cannot, be asked."""
    rendered, router = prompts.render(_prompt(prompt), {"turn": "1"}), Router(settings())
    calls, found = runs + 1, []
    for model in _checked(models, runs):
        one = router.estimate(db, _errand(user, model), [rendered])
        found.append(
            Estimate(
                calls, 0, calls * one.input_tokens, calls * one.output_tokens,
                None if one.cost_usd is None else calls * one.cost_usd,
                None if one.seconds is None else calls * one.seconds, model, one.exact, one.basis,
            )
        )  # fmt: skip
    return tuple(found)


def start_benchmark(db: Database, user: User, models: Sequence[str], *, runs: int = USUAL, prompt: str = "") -> str:
    """Measure these models; gives the benchmark's id. `prompt` is one of ours, "name" or "name/version"."""
    require(user, "models.manage")
    chosen = _checked(models, runs)
    asked = _prompt(prompt or benchmark_prompts()[0])
    payload = {"models": chosen, "runs": runs, "prompt": f"{asked.name}/{asked.version}"}
    title = f"Measure {chosen[0]}" if len(chosen) == 1 else f"Measure {len(chosen)} models"
    made = new_id()
    with write(db):
        job_id = jobs.insert(db, user, "benchmark", {**payload, "benchmark": made}, title)
        row = {"id": made, "tenant": user.tenant, "user_id": user.id, "job_id": job_id, "created_at": now()}
        db["benchmark"].insert(row)
    return made


SELECT = (
    "select benchmark.*, job.state, job.stage, job.progress, job.error, job.payload from benchmark"
    " join job on job.id = benchmark.job_id where benchmark.tenant = ? and benchmark.user_id = ?"
)


def benchmarks(db: Database, user: User, *, limit: int = 20) -> list[Benchmark]:
    """The user's own, newest first."""
    found = rows(db, f"{SELECT} order by benchmark.number desc limit ?", [user.tenant, user.id, limit])
    return [_benchmark(db, row) for row in found]


def one_benchmark(db: Database, user: User, benchmark_id: str) -> Benchmark:
    """One of the user's own, or NotFound."""
    row = one(db, f"{SELECT} and benchmark.id = ?", [user.tenant, user.id, benchmark_id])
    if row is None:
        raise NotFound("There is no such benchmark of yours; reload the page.")
    return _benchmark(db, row)


def forget_benchmark(db: Database, user: User, benchmark_id: str) -> None:
    """Delete a benchmark; one that is under way is stopped. What its calls cost stays in the ledger."""
    require(user, "models.manage")
    found = one_benchmark(db, user, benchmark_id)
    if found.state in ("queued", "running"):
        jobs.cancel(db, user, found.job_id)
    with write(db):
        db.execute("delete from benchmark where id = ?", [found.id])
        jobs.forget_steps(db, found.job_id)
        audit.append(db, user, "benchmark.forgotten", f"benchmark:{found.id}")


# --- for the worker ---------------------------------------------------------------------------------------------


def measure(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "benchmark": each call is a step, so that what was paid for is never asked again."""
    payload = claim.job.payload
    asked = _prompt(payload["prompt"])
    planned = list(measuring.order(payload["models"], payload["runs"]))
    jobs.step(db, claim, "machine", machine)
    with (
        telemetry.resumed(telemetry.trace_of(claim.job.id)),
        telemetry.of(user),
        telemetry.span("copilot.benchmark", repeated=True),
        Router(settings()) as router,
    ):
        calls: list[measuring.Call] = []
        for place, (model, run) in enumerate(planned):
            if measuring.hopeless(calls, model):
                continue
            jobs.progress(db, claim, place / len(planned), f"Call {place + 1} of {len(planned)}, {model}")
            # Each call has a text of its own: a server that keeps what it has read would answer the second one faster.
            rendered = prompts.render(asked, {"turn": f"{run}-{claim.job.id[:8]}"})
            make = _asking(db, claim, router, _errand(user, model, claim.job.id, run), rendered, run)
            calls.append(jobs.step(db, claim, f"{run} {model}", make))
    found = one_benchmark(db, user, payload["benchmark"])
    with write(db):
        done = json.dumps({**found.results, "state": "done"}, ensure_ascii=False)
        db.execute("update benchmark set results = ? where id = ?", [done, found.id])
        jobs.forget_steps(db, claim.job.id)
        jobs.finish(db, claim)


def _asking(
    db: Database, claim: jobs.Claim, router: Router, errand: Errand, rendered: prompts.Rendered, run: int
) -> Callable[[], measuring.Call]:
    """One call, ready to be made: its row, whether the model answered or failed. Lost when nobody wants it any more."""
    model, started_at = errand.model or "", now()

    def make() -> measuring.Call:
        try:
            answer = router.ask(errand, rendered, stop=jobs.losing(db, claim))
        except faults.Stopped as error:
            raise jobs.Lost(str(error)) from error
        except (jobs.Lost, Conflict):  # not the model's
            raise
        except CopilotError as error:
            return measuring.failed(model, run, started_at, error)
        return measuring.call(model, run, started_at, answer.completion, answer.cost_usd)

    return make


# --- both -------------------------------------------------------------------------------------------------------


def _errand(user: User, model: str, job_id: str | None = None, run: int = 0) -> Errand:
    """Our own text, which is public; never an answer that was kept, never another model's."""
    return Errand(user, TASK, "public", model=model, job_id=job_id, part=f"run-{run}", fresh=True, alone=True)


def _checked(models: Sequence[str], runs: int) -> list[str]:
    chosen = list(dict.fromkeys(models))
    if not chosen:
        raise BadInput("Choose at least one model, and two to compare them.")
    if len(chosen) > MOST_MODELS:
        raise BadInput(f"{len(chosen)} models are too many to compare; choose at most {MOST_MODELS}.")
    if not FEWEST <= runs <= MOST:
        raise BadInput(f"Each model is asked {FEWEST} to {MOST} times; {runs} is outside of that.")
    for model in chosen:
        split(model)
    return chosen


def _prompt(given: str) -> prompts.Prompt:
    name, _, version = given.partition("/")
    found = prompts.prompt(name, version or None)
    if found.task != TASK:
        known = ", ".join(benchmark_prompts())
        raise BadInput(f"{name} is no prompt for measuring, since its text changes with the use; choose {known}.")
    return found


def _benchmark(db: Database, row: Row) -> Benchmark:
    payload = json.loads(row["payload"])
    results = json.loads(row["results"]) or _so_far(db, row, payload)
    chosen = tuple(payload["models"])
    return Benchmark(
        row["id"], row["job_id"], chosen, payload["runs"], payload["prompt"], row["state"], row["stage"],
        row["progress"], row["error"], row["created_at"], results,
    )  # fmt: skip


def _so_far(db: Database, row: Row, payload: dict[str, Any]) -> dict[str, Any]:
    """The results from the steps that are there."""
    kept = jobs.steps(db, row["job_id"])
    about, asked, route = kept.pop("machine", None), _prompt(payload["prompt"]), routes.route(settings(), TASK)
    planned = [f"{run} {model}" for model, run in measuring.order(payload["models"], payload["runs"])]
    calls = [kept[name] for name in planned if name in kept]
    return {
        "schema": SCHEMA, "id": row["id"], "created_at": row["created_at"], "state": row["state"],
        "runs": payload["runs"],
        "prompt": {
            "name": asked.name, "version": asked.version, "digest": asked.digest,
            "max_output_tokens": route.max_output_tokens,
            "temperature": None if route.temperature is None else float(route.temperature),
        },
        "machine": about,
        "models": [measuring.figures(model, calls) for model in payload["models"]],
        "calls": calls,
    }  # fmt: skip
