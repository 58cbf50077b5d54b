"""The model inventory, models/catalog.toml: what each model is, where it runs, what it may see, what it costs."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import BadInput
from core.llm.faults import Refused
from core.settings import Settings
from core.types import Classification

NOT_REVIEWED = "Not reviewed yet"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rates(Strict):
    """USD per million tokens. What is absent is unknown; zero says that there is no charge."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached: Decimal | None = Field(None, ge=0)
    cache_write: Decimal | None = Field(None, ge=0)


class Prices(Rates):
    """`long` holds instead, for all tokens of a call, where its input is larger than `long_over` tokens.

    `batch_discount` is the part of all prices that the provider takes off for calls in a batch: 0.5 is half price.
    """

    dated: date | None = None
    source: str = ""
    long_over: int | None = None
    long: Rates | None = None
    batch_discount: Decimal | None = Field(None, ge=0, lt=1)


class Review(Strict):
    """The vendor review: each answer in words."""

    trains_on_data: str = NOT_REVIEWED
    retention_and_deletion: str = NOT_REVIEWED
    processed_and_stored: str = NOT_REVIEWED
    sso: str = NOT_REVIEWED
    audit_logs: str = NOT_REVIEWED
    residency: str = NOT_REVIEWED
    dpa: str = NOT_REVIEWED
    private_networking: str = NOT_REVIEWED
    availability: str = NOT_REVIEWED
    updates_announced: str = NOT_REVIEWED
    versions_pinned: str = NOT_REVIEWED
    outage: str = NOT_REVIEWED


class Source(Strict):
    """Where weights can be had: a file of a Hugging Face repository, or a name that Ollama pulls."""

    huggingface: str | None = None
    file: str | None = None
    ollama: str | None = None


class Entry(Strict):
    """One model, or what holds for all models of a backend that have no entry of their own (`listed` false)."""

    name: str
    title: str
    about: str
    version: str = "not pinned"
    provider: str
    owner: str = "Not assigned"
    licence: str
    openness: Literal["open", "closed", "source"]
    location: Literal["local", "hosted"]
    hosting: str
    hosts: tuple[str, ...] = ()
    endpoint: str | None = None
    environments: tuple[str, ...] = ("sandbox",)
    approved_uses: tuple[str, ...] = ()
    disallowed_uses: tuple[str, ...] = ()
    classifications: tuple[Classification, ...] = ()
    data_sent: str
    training: str
    retention: str
    fallback: str | None = None
    evaluation_baseline: str | None = None
    limitations: tuple[str, ...] = ()
    review_date: date | None = None
    context: int | None = None
    max_output: int | None = None
    structured: Literal["json_schema", "json_object"] = "json_schema"
    # How a Claude model is told to think: newer ones decide for themselves how far, older ones take a number of tokens.
    thinking: Literal["adaptive", "budget"] = "adaptive"
    prices: Prices | None = None
    review: Review = Field(default_factory=Review)
    source: Source | None = None
    listed: bool = True

    @property
    def backend(self) -> str:
        return self.name.partition(":")[0]


def entries(settings: Settings) -> tuple[Entry, ...]:
    """All that are listed, in the file's order. BadInput says what in the file is wrong."""
    return tuple(one for one in _read(settings.models_dir / "catalog.toml") if one.listed)


def entry(model: str, settings: Settings) -> Entry:
    """The model's own entry, else that of its backend under the model's name. BadInput where there is neither."""
    known = {one.name: one for one in _read(settings.models_dir / "catalog.toml")}
    if model in known:
        return known[model]
    backend, _, name = model.partition(":")
    if name and f"{backend}:*" in known:
        return known[f"{backend}:*"].model_copy(update={"name": model, "title": name})
    raise BadInput(f"{model!r} is not in the inventory; add it to models/catalog.toml, or choose one of its models.")


def address(entry: Entry, settings: Settings) -> str:
    """The URL that calls go to; "" where the model runs inside this program."""
    if entry.endpoint:
        return entry.endpoint
    urls = {"anthropic": settings.anthropic_url, "ollama": settings.ollama_url, "openai": settings.openai_url}
    return urls.get(entry.backend, "")


def host(entry: Entry, settings: Settings) -> str | None:
    """The host that calls go to; None where the model runs inside this program."""
    url = address(entry, settings)
    return urlsplit(url).hostname if url else None


def require_named_host(entry: Entry, settings: Settings) -> None:
    """Refused when calls would go to a host that the entry does not name."""
    called = host(entry, settings)
    if called is not None and called not in entry.hosts:
        named = ", ".join(entry.hosts) or "none"
        raise Refused(
            f"{entry.name} would be called at {called}, but its entry names {named}; correct models/catalog.toml."
        )


def _read(path: Path) -> tuple[Entry, ...]:
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise BadInput(f"The inventory {path} is missing; restore it from the repository.") from error


@cache
def _parsed(path: Path, changed: int) -> tuple[Entry, ...]:
    """Read again whenever the file has changed, since an owner edits it while the app runs."""
    try:
        plain = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The inventory {path} is not valid TOML ({error}); mend that line.") from error
    vendors = plain.get("vendor", {})
    found = [_entry(path, vendors, row, listed=True) for row in plain.get("model", [])]
    found += [_entry(path, vendors, row, listed=False) for row in plain.get("other", [])]
    names = [one.name for one in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BadInput(f"The inventory {path} has {min(twice)!r} twice; keep one.")
    return tuple(found)


def _entry(path: Path, vendors: dict[str, Any], row: dict[str, Any], *, listed: bool) -> Entry:
    """A row over what its vendor's table says for all its models."""
    row = dict(row)
    vendor = row.pop("vendor", "")
    if vendor not in vendors:
        raise BadInput(f"{path}: {row.get('name')!r} names the vendor {vendor!r}, which has no table there; add one.")
    try:
        return Entry.model_validate({**vendors[vendor], **row, "listed": listed})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path}: {row.get('name')!r}, {place}: {first['msg']}; mend that entry.") from error
