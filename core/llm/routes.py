"""Which models do which task, and what they may take: models/routes.toml, read again whenever it changes."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError, field_validator

from core.errors import BadInput
from core.llm.backends import BACKENDS, split
from core.llm.catalog import Strict
from core.settings import Settings

Quality = Literal["fast", "good", "best"]
QUALITIES: tuple[Quality, ...] = ("fast", "good", "best")


class Ranked(NamedTuple):
    """A model with how well it does a task."""

    model: str
    quality: Quality


class Route(Strict):
    """A task. `prompt` is "name/version" as shipped, None where the asker has one; `models` in the file's order."""

    task: str
    prompt: str | None = Field(None, pattern=r"^[a-z][a-z0-9-]*/\d+\.\d+\.\d+$")
    models: tuple[Ranked, ...]
    temperature: float | None = Field(0.0, ge=0, le=2)
    max_output_tokens: int = Field(gt=0)
    thinking_tokens: int = Field(0, ge=0)

    @field_validator("models", mode="before")
    @classmethod
    def _rows(cls, table: Any) -> Any:
        return tuple(table.items()) if isinstance(table, dict) else table

    @field_validator("models")
    @classmethod
    def _chat_models(cls, found: tuple[Ranked, ...]) -> tuple[Ranked, ...]:
        for one in found:
            try:
                split(one.model)
            except BadInput as error:
                raise ValueError(str(error)) from error
        return found


class Budgets(Strict):
    """Caps: USD per run, per person and day, per tenant and day, and month; tokens where the price is unknown."""

    run_usd: Decimal = Field(ge=0)
    user_day_usd: Decimal = Field(ge=0)
    day_usd: Decimal = Field(ge=0)
    month_usd: Decimal = Field(ge=0)
    unpriced_day_tokens: int = Field(ge=0)


class Off(Strict):
    """How many times more or less a figure may be, by what it rests on: the tokens of a text as they were `counted`,
    `learned`, `measured` or `assumed`; length and speed of answers by `history` or `guess`.
    """

    counted: float = Field(1.05, ge=1)
    learned: float = Field(1.25, ge=1)
    measured: float = Field(1.4, ge=1)
    assumed: float = Field(2.0, ge=1)
    history: float = Field(1.5, ge=1)
    guess: float = Field(3.0, ge=1)


class Assumed(Strict):
    """What an estimate assumes before there is any history. Shares are of a run's windows, or of a window's text."""

    output_share: float = Field(gt=0)
    tokens_per_second: dict[str, float]
    stronger_share: float = Field(0.2, ge=0, le=1)
    again_share: float = Field(0.5, ge=0, le=1)
    again_text: float = Field(0.2, gt=0, le=1)
    off: Off = Off()  # type: ignore[call-arg]


class Routes(Strict):
    """The whole file."""

    task: dict[str, Route]
    limit: dict[str, int]
    budget: Budgets
    estimate: Assumed


def routes(settings: Settings) -> Routes:
    """The file as it stands now. BadInput says what in it is wrong."""
    path = settings.models_dir / "routes.toml"
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise BadInput(f"The routes {path} are missing; restore the file from the repository.") from error


def route(settings: Settings, task: str) -> Route:
    """How a task is done. BadInput when the file has no such task."""
    known = routes(settings).task
    if task not in known:
        raise BadInput(f"There is no task {task!r} in models/routes.toml; it has {', '.join(known)}.")
    return known[task]


def budgets(settings: Settings) -> Budgets:
    return routes(settings).budget


def limit(settings: Settings, backend: str) -> int:
    """How many calls of a backend may be under way at once; 1 where the file does not say."""
    return max(1, routes(settings).limit.get(backend, 1))


@cache
def _parsed(path: Path, changed: int) -> Routes:
    try:
        plain = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The routes {path} are not valid TOML ({error}); mend that line.") from error
    tasks = {name: {"task": name, **row} for name, row in plain.get("task", {}).items()}
    try:
        found = Routes.model_validate({**plain, "task": tasks})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path}, {place}: {first['msg']}; mend that line.") from error
    if strange := set(found.limit) - set(BACKENDS):
        raise BadInput(f"{path}, limit: there is no backend {min(strange)!r}; it is one of {', '.join(BACKENDS)}.")
    return found
