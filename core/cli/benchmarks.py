"""Models measured from the command line: side by side, the results as a file, earlier ones listed and forgotten."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from core.cli import files
from core.cli.commands import JSON, Command, argument
from core.cli.database import Act, each, opened, whole
from core.cli.imports import done
from core.cli.models import UNKNOWN
from core.cli.text import as_json, counted, say, table
from core.errors import CopilotError

if TYPE_CHECKING:
    from sqlite_utils import Database

    from core.llm import Benchmark
    from core.llm.errands import Estimate
    from core.types import User

MOST = 1_000
TITLES = (
    "Model", "Answered", "First token p50 ms", "p95", "Whole answer p50 ms", "p95", "Tokens/s p50", "USD", "Problem"
)  # fmt: skip


def measure(arguments: Namespace) -> int:
    from core import llm

    with opened() as (db, user):
        prompt = arguments.prompt or llm.benchmark_prompts()[0]
        for one in llm.expected(db, user, arguments.model, arguments.runs, prompt):
            say(f"{one.model}: {counted(one.calls, 'call')}, {_cost(one)}")
        made = llm.start_benchmark(db, user, arguments.model, runs=arguments.runs, prompt=prompt)
        if arguments.no_wait:
            say(f"Queued as {made}; the worker takes it up.")
            return 0
        done(db, user, llm.one_benchmark(db, user, made).job_id)
        found = llm.one_benchmark(db, user, made)
    _told(found, arguments)
    failed = [one for one in found.results["models"] if not one["answered"]]
    return CopilotError.exit_code if failed else 0


def _cost(one: "Estimate") -> str:
    if one.cost_usd is None:
        return "cost unknown"
    return f"about {one.cost_usd:.4f} USD ({one.basis})" if one.cost_usd else "no charge"


def show(arguments: Namespace) -> int:
    from core import llm

    with opened() as (db, user):
        found = llm.one_benchmark(db, user, _whole(db, user, arguments.benchmark))
    _told(found, arguments)
    return 0


def list_benchmarks(arguments: Namespace) -> int:
    from core import llm

    with opened() as (db, user):
        found = llm.benchmarks(db, user, limit=arguments.limit)
    if arguments.json:
        for one in found:
            as_json(one.results)
        return 0
    table(
        ("ID", "Asked", "State", "Runs", "Prompt", "Models"),
        ((one.id, one.created_at, one.state, one.runs, one.prompt, ", ".join(one.models)) for one in found),
    )
    return 0


def forget(arguments: Namespace) -> int:
    from core import llm

    def forget_one(db: "Database", user: "User", given: str) -> None:
        llm.forget_benchmark(db, user, _whole(db, user, given))

    act: Act = forget_one
    return each(arguments.benchmark, act)


def _whole(db: "Database", user: "User", given: str) -> str:
    from core import llm

    return whole(given, (one.id for one in llm.benchmarks(db, user, limit=MOST)))


def _told(found: "Benchmark", arguments: Namespace) -> None:
    if arguments.out:
        files.write(arguments.out, found.file)
        say(f"{arguments.out}: {counted(len(found.results['calls']), 'call')} of {counted(len(found.models), 'model')}")
    if arguments.json:
        as_json(found.results)
    else:
        table(TITLES, (_line(one) for one in found.results["models"]))


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    cost = UNKNOWN if one["cost_usd"] is None else one["cost_usd"]
    first, total, rate = one["first_token_ms"], one["total_ms"], one["tokens_per_second"]
    spread = ((first or {}).get("p50"), (first or {}).get("p95"), (total or {}).get("p50"), (total or {}).get("p95"))
    return (one["model"], f"{one['answered']} of {one['asked']}", *spread, (rate or {}).get("p50"), cost, one["why"])


BENCHMARK = "id as `benchmarks list` prints it; its beginning is enough"
OUT = argument("--out", metavar="PATH", help="write the results, benchmark_results.json, to this file")
TITLE = "Measuring models"
COMMANDS = (
    Command(
        "models benchmark",
        measure,
        "Measure models side by side",
        """
        Each model gets the same question of ours --runs times, in turns, after one call that may have to load it.
        Prints time to first token, time of the whole answer and tokens per second of the whole call; what it will take
        goes to stderr before. The file holds every call and p50, p95, mean, min and max (schema benchmark/1).
        """,
        """
        python -m core models benchmark ollama:qwen3:4b llama_cpp:Qwen3-4B-Q4_K_M --runs 10 --out benchmark_results.json
        python -m core models benchmark anthropic:claude-haiku-5-5 ollama:qwen3:8b --prompt speed-reading
        """,
        (
            argument("model", nargs="+", metavar="MODEL", help="backend:name, as `models list` prints it"),
            argument("--runs", type=int, default=10, metavar="N", help="3 to 50 (default: 10)"),
            argument("--prompt", default="", metavar="NAME", help="speed-answer (default) or speed-reading"),
            OUT,
            JSON,
            argument("--no-wait", action="store_true", help="queue it for the worker and return"),
        ),
    ),
    Command(
        "benchmarks list",
        list_benchmarks,
        "List what was measured",
        "The newest first.",
        "python -m core benchmarks list",
        (argument("--limit", type=int, default=20, metavar="N", help="at most so many (default: 20)"), JSON),
    ),
    Command(
        "benchmarks show",
        show,
        "Show what a benchmark measured",
        "As `models benchmark` prints it; also what there is so far of one that runs or was cancelled.",
        "python -m core benchmarks show 3f2a9c41 --out benchmark_results.json",
        (argument("benchmark", metavar="BENCHMARK", help=BENCHMARK), OUT, JSON),
    ),
    Command(
        "benchmarks forget",
        forget,
        "Delete benchmarks",
        "One that is under way is stopped. What its calls cost stays in the costs.",
        "python -m core benchmarks forget 3f2a9c41",
        (argument("benchmark", nargs="+", metavar="BENCHMARK", help=f"{BENCHMARK}; - is stdin"),),
    ),
)
