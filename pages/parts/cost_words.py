"""Money, tokens and time as people read them, and the colours of models and kinds of token."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from core import operations
from pages.parts.words import count, label

UNKNOWN = "Unknown"
TASKS = {
    "extract": "Extraction",
    "again": "Second pass",
    "risk": "Risk",
    "actions": "Actions",
    "summary": "Summary",
    "trial": "Sandbox",
    "benchmark": "Benchmark",
}
FAULTS = {
    "Busy": "Rate limit or overload",
    "Unreachable": "Not reachable",
    "BrokenOff": "Broke off",
    "TookTooLong": "Took too long",
    "TooLong": "Text too long",
    "ServerFault": "Server error",
    "KeyMissing": "No key",
    "KeyRefused": "Key refused",
    "ModelMissing": "Model missing",
    "BadWeights": "Unusable weights",
    "Declined": "Declined to answer",
    "Lost": "Program ended meanwhile",
    "Killed": "Program ended meanwhile",
    "ModelStopped": "The model was stopped",
}
# Solid colours of .streamlit/config.toml and three more, (light, dark). A model keeps its colour whatever is filtered.
PALETTE = (
    ("#2a6fc0", "#6aa7ef"),
    ("#d2620b", "#ef9a4d"),
    ("#1f8a5b", "#5cc596"),
    ("#7a4fc0", "#b08ef0"),
    ("#c79a00", "#e3bd3c"),
    ("#c0262d", "#f0757c"),
    ("#0f8b8d", "#4fc3c7"),
    ("#c2417f", "#f08fbf"),
    ("#8a5a33", "#c99b73"),
)
GREY = ("#9aa4b4", "#6b7688")
INK = ("#1b2330", "#e6eaf0")
KINDS = {
    "input": ("New input", PALETTE[0]),
    "cached": ("Read from the provider's cache", PALETTE[2]),
    "cache_write": ("Written to it", PALETTE[4]),
    "output": ("Output", PALETTE[1]),
}


def dark() -> bool:
    return bool(st.context.theme.type == "dark")


def colours(models: Sequence[str]) -> dict[str, str]:
    """A colour for each of all known models; those past the palette are grey."""
    return {model: (PALETTE[n] if n < len(PALETTE) else GREY)[dark()] for n, model in enumerate(models)}


def money(usd: Decimal | None) -> str:
    """ "$1,204", "$12.30", "$0.0042"; unknown is a word."""
    if usd is None:
        return UNKNOWN
    if not usd:
        return "$0"
    if usd >= 1_000:
        return f"${usd:,.0f}"
    if usd >= Decimal("0.1"):
        return f"${usd:,.2f}"
    return "$" + f"{Decimal(f'{usd:.2g}'):f}" if usd >= Decimal("0.000001") else "< $0.000001"


def of_calls(usd: Decimal | None, unknown_calls: int) -> str:
    """What a run's calls cost; those that broke off are said, not counted as nothing."""
    said = "cost unknown" if usd is None else money(usd) if usd else "no charge"
    if not unknown_calls or usd is None:
        return said
    return f"{money(usd)} and {count(unknown_calls, 'call')} of unknown cost"


def each(found: operations.Spend) -> str:
    """Cost of each document; "at least" where some cost of it is unknown, nothing where there was no document."""
    if not found.documents:
        return "–"
    known = operations.per_document(found)
    least = found.known_usd / found.documents
    return f"≥ {money(least)}" if known is None and least else money(known)


def amount(number: float | None) -> str:
    """ "1.2 M", "34 k", "980"."""
    if number is None:
        return UNKNOWN
    for size, mark in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {mark}" if number < 999.5 * size else f"{number / size:,.0f} {mark}"
    return f"{number:,.0f}"


def seconds(ms: float | None) -> str:
    """ "820 ms", "3.2 s", "4 min 10 s", "3 h 5 min"; nothing where nothing was measured."""
    if ms is None:
        return "–"
    if ms < 1_000:
        return f"{ms:.0f} ms"
    if ms < 60_000:
        return f"{ms / 1_000:.1f} s"
    minutes, rest = divmod(round(ms / 1_000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min {rest} s"


def share(value: float | None) -> str:
    """ "4.2%"."""
    return "–" if value is None else f"{value:.1%}"


def task(name: str) -> str:
    return TASKS.get(name, label(name))


def fault(name: str | None) -> str:
    return FAULTS.get(name or "", name or "")


def model(name: str) -> str:
    """A model's own name, for where there is little room: "anthropic:claude-haiku-5-5" → "claude-haiku-5-5"."""
    return name.partition(":")[2] or name


def literal(name: str) -> str:
    """Plotly reads a few tags in labels; a name must not be one."""
    return name.replace("&", "&amp;").replace("<", "&lt;")
