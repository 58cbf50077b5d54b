"""What a reading by a model would take, as the command line tells it."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.cli.models import UNKNOWN
from core.cli.text import as_json, counted, facts

if TYPE_CHECKING:
    from core.analysing import Estimate, Forecast, Part
    from core.llm.errands import Takes


def tell(found: "Forecast", plain: bool) -> None:
    """An estimate, and who would be asked in which order."""
    estimate = found.estimate
    cost = None if estimate.cost_usd is None else f"{estimate.cost_usd:f}"
    if plain:
        known: dict[str, Any] = {**_plain(estimate), "windows": found.windows, "windows_between": found.between}
        known["parts"] = [{**_plain(one.estimate), "part": one.name, "rests": one.rests} for one in found.parts]
        asked = [{"model": one.entry.name, "allowed": one.decision.allowed, "reason": one.decision.reason}
                 for one in found.candidates]  # fmt: skip
        as_json({**known, "stronger": found.stronger, "candidates": asked, "warning": found.warning})
        return
    facts(
        (
            ("model", estimate.model),
            ("stronger model", found.stronger),
            ("windows", _range(f"{found.windows:,}", *(f"{number:,}" for number in found.between))),
            ("answered already", estimate.cached_calls or None),
            ("tokens in", _between(estimate, lambda one: f"{one.input_tokens:,}")),
            ("tokens out", _between(estimate, lambda one: f"{one.output_tokens:,}")),
            ("USD", UNKNOWN if cost is None else _between(estimate, lambda one: f"{one.cost_usd:f}")),
            ("minutes", UNKNOWN if estimate.seconds is None else _between(estimate, _minutes)),
            ("USD overnight", _overnight(found)),
            ("tokens are", "counted" if estimate.exact else "guessed"),
            ("rests on", estimate.basis),
            *((f"of these, {PARTS[one.name]}", _part(one)) for one in found.parts),
            ("warning", found.warning),
            *((one.entry.name, one.why if one.decision.allowed else one.decision.reason) for one in found.candidates),
        )
    )


PARTS = {
    "windows": "windows", "stronger": "weak windows by the stronger model", "again": "second pass", "risk": "risk",
    "actions": "actions", "summary": "summary",
}  # fmt: skip


def _part(one: "Part") -> str:
    made = one.estimate
    cost = UNKNOWN if made.cost_usd is None else f"{made.cost_usd:f}"
    told = (
        f"{counted(made.calls, 'call')} of {made.model}, {made.input_tokens:,} in, {made.output_tokens:,} out, {cost}"
    )
    return f"{told} USD; {one.rests}" if one.rests else f"{told} USD"


def _between(found: "Estimate", told: Callable[["Estimate | Takes"], str]) -> str:
    return _range(told(found), told(found.least or found), told(found.most or found))


def _range(usual: str, least: str, most: str) -> str:
    return usual if least == most else f"{usual} ({least} to {most})"


def _minutes(one: "Estimate | Takes") -> str:
    return f"{(one.seconds or 0) / 60:.1f}"


def _plain(found: "Estimate") -> dict[str, Any]:
    """As JSON: money as it is written out."""

    def written(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: written(each) for name, each in value.items()}
        return f"{value:f}" if isinstance(value, Decimal) else value

    return {name: written(value) for name, value in asdict(found).items()}


def _overnight(found: "Forecast") -> str | None:
    if found.overnight is None:
        return None
    return UNKNOWN if found.overnight.cost_usd is None else f"{found.overnight.cost_usd:f}"
