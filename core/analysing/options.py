"""What a person may choose about a run, and how it is kept with its job."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal, get_args

from core.errors import BadInput
from core.llm.routes import QUALITIES, Quality

Step = Literal["risk", "actions", "summary"]
STEPS: tuple[Step, ...] = get_args(Step)
MOST_USD, FINEST_DIGITS = 1_000_000, 12


@dataclass(frozen=True, slots=True)
class Options:
    """`model` names one ("ollama:qwen3:8b"); without it, the cheapest that does each task in `quality` or better.

    `second_pass` asks again about sentences that nothing covers; `cascade` asks a stronger model where a reading is
    weak, unless a model is named. `steps` are done by the model instead of the built-in rules. `run_usd` caps the cost.
    `fresh` asks anew where an answer is kept. `batch` hands the windows over for the night: later, at half the price.
    """

    model: str | None = None
    quality: Quality = "good"
    second_pass: bool = True
    cascade: bool = True
    steps: tuple[Step, ...] = STEPS
    run_usd: Decimal | None = None
    fresh: bool = False
    batch: bool = False


def checked(options: Options) -> Options:
    """The options, or BadInput naming the one that cannot be."""
    if options.quality not in QUALITIES:
        raise BadInput(f"There is no quality {options.quality!r}; choose one of: {', '.join(QUALITIES)}.")
    if unknown := [step for step in options.steps if step not in STEPS]:
        raise BadInput(f"A model cannot do {unknown[0]!r}; choose of: {', '.join(STEPS)}.")
    if options.run_usd is not None and not an_amount(options.run_usd):
        raise BadInput(f"{options.run_usd} is not an amount of USD; write one such as 0.50.")
    return options


def an_amount(usd: Decimal) -> bool:
    """Whether it is one that somebody could mean: "1e-999999999" would be written out in as many digits."""
    return usd.is_finite() and 0 <= usd <= MOST_USD and int(usd.as_tuple().exponent) >= -FINEST_DIGITS


def packed(options: Options) -> dict[str, Any]:
    """As JSON can hold them."""
    plain = asdict(options)
    return {
        **plain,
        "steps": list(options.steps),
        "run_usd": None if options.run_usd is None else f"{options.run_usd:f}",
    }


def unpacked(plain: Mapping[str, Any]) -> Options:
    known = {name: plain[name] for name in Options.__dataclass_fields__ if name in plain}
    cap = known.get("run_usd")
    return Options(**{**known, "steps": tuple(plain["steps"]), "run_usd": None if cap is None else Decimal(cap)})
