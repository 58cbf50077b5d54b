"""What calls of models say about each other: the order in which they are made, and the figures of all of them.

A call is one row of the results, as it is stored and downloaded:

    model, run               "backend:name"; 1 to n, and 0 for the call before, which may have to load the model
    started_at               UTC
    first_token_ms           from the question to the first text of the answer; null where none came
    total_ms                 from the question to the end of the answer; null where there was no answer
    input_tokens, output_tokens, cached_tokens    as the provider counted them; null where it did not
    tokens_per_second        output_tokens over total_ms: what a person waits for, thinking included
    finish                   stop, length, refused or other; null where there was no answer
    answered_by              the name that the server gave itself
    cost_usd                 decimal text; null where it is unknown
    error, why               the kind of failure and its sentence; null where the model answered
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from core.errors import CopilotError
from core.types import Completion

Call = dict[str, Any]

MEASURES = ("first_token_ms", "total_ms", "tokens_per_second", "input_tokens", "output_tokens")
WARM_UP = 0
GIVEN_UP = 3  # failures in a row with no answer before them: the rest would fail the same way, and take its time
ALONE = "llama_cpp"  # holds one model in memory: taking turns would measure how long loading takes


def passes(models: Sequence[str]) -> list[list[str]]:
    """The models that take turns, pass by pass: all of them, but for those that push each other out of memory."""
    alone = [one for one in models if one.partition(":")[0] == ALONE]
    return [[one for one in models if one not in alone[1:]], *([one] for one in alone[1:])]


def order(models: Sequence[str], runs: int) -> Iterator[tuple[str, int]]:
    """(model, run) of every call, round robin: what the machine does meanwhile hits all of a pass alike."""
    for taking_turns in passes(models):
        for run in range(WARM_UP, runs + 1):
            for model in taking_turns:
                yield model, run


def hopeless(calls: Sequence[Call], model: str) -> bool:
    """Whether a model has only failed so far, and often enough not to be asked again."""
    own = [one for one in calls if one["model"] == model]
    return len(own) >= GIVEN_UP and all(one["error"] for one in own)


def call(model: str, run: int, started_at: str, whole: Completion, cost_usd: Decimal | None) -> Call:
    """The row of a call that was answered."""
    usage = whole.usage
    rate = usage.output_tokens / whole.latency_ms * 1_000 if usage and whole.latency_ms else None
    return {
        "model": model, "run": run, "started_at": started_at,
        "first_token_ms": whole.time_to_first_token_ms, "total_ms": whole.latency_ms,
        "input_tokens": usage and usage.input_tokens, "output_tokens": usage and usage.output_tokens,
        "cached_tokens": usage and usage.cached_tokens,
        "tokens_per_second": None if rate is None else round(rate, 2),
        "finish": whole.finish_reason, "answered_by": whole.answered_by,
        "cost_usd": None if cost_usd is None else f"{cost_usd:f}",
        "error": None, "why": None,
    }  # fmt: skip


def failed(model: str, run: int, started_at: str, error: CopilotError) -> Call:
    """The row of a call that was not answered. Its sentence is ours, and quotes no prompt."""
    empty = dict.fromkeys((*MEASURES, "cached_tokens", "finish", "answered_by", "cost_usd"))
    row = {"model": model, "run": run, "started_at": started_at}
    return {**row, **empty, "error": type(error).__name__, "why": str(error)}


def figures(model: str, calls: Sequence[Call]) -> dict[str, Any]:
    """One model's share of the results: what was asked and answered, and the spread of each measure.

    The call before the first run counts for the cost only. `cost_usd` is null where the price, or what one of the
    answers used, is unknown.
    """
    own = [one for one in calls if one["model"] == model]
    runs = [one for one in own if one["run"] != WARM_UP]
    answered = [one for one in runs if not one["error"]]
    errors = Counter(one["error"] for one in runs if one["error"])
    return {
        "model": model,
        "answered_by": sorted({one["answered_by"] for one in own if one["answered_by"]}),
        "asked": len(runs),
        "answered": len(answered),
        "errors": dict(errors.most_common()),
        "why": next((one["why"] for one in reversed(own) if one["error"]), None),
        "cost_usd": _cost(own),
        **{name: spread([one[name] for one in answered]) for name in MEASURES},
        "warm_up": next((one for one in own if one["run"] == WARM_UP), None),
    }


def spread(values: Sequence[float | None]) -> dict[str, float] | None:
    """p50, p95, mean, min and max of what was measured, between two values where they fall; None of nothing."""
    import numpy as np

    known = [one for one in values if one is not None]
    if not known:
        return None
    p50, p95 = np.percentile(known, [50, 95])
    named = {"p50": p50, "p95": p95, "mean": np.mean(known), "min": min(known), "max": max(known)}
    return {name: round(float(value), 2) for name, value in named.items()}


def _cost(calls: Sequence[Call]) -> str | None:
    costs = [one["cost_usd"] for one in calls if not one["error"]]
    if not costs or None in costs:
        return None
    return f"{sum(map(Decimal, costs), Decimal(0)):f}"
